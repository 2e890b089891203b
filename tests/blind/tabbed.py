"""A 2012-style CRM with a billing backend: `python tabbed.py --port 8101 --backend-port 8102`."""

import argparse
import hashlib
import json
import secrets
import threading
import time
from html import escape as esc
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

USER, PASSWORD = "admin", "letmein"
MODULES = ["Sales Suite", "Support Desk", "Premium Edition"]
REASONS = ["", "Too expensive", "Went out of business", "Switched to a competitor", "Not using it", "Other"]
URLS = {"5": "https://s05.example.test/", "6": "https://s06.example.test/", "7": "https://s07.example.test/"}
LOCK = threading.RLock()
LEDGER, ACCOUNTS, SESSIONS = [], {}, {}
STATE = {"module": "Sales Suite"}
ARGS = argparse.Namespace(port=8101, backend_port=8102)


def rows(spec, seed):
    """`spec` is a string of letters, newest last: P paid, S scheduled, U submitted, C cancelled, D declined."""
    names = {"P": "Paid", "S": "Scheduled", "U": "Submitted", "C": "Cancelled", "D": "Declined"}
    out = []
    for i, letter in enumerate(spec):
        year, month = 2026 + (i + 12 - len(spec) + 3) // 12 - 1 + 1, (i + 12 - len(spec) + 3) % 12 + 1
        out.append({"id": f"INV-{seed}{i:02d}", "date": f"{month:02d}/15/{year}", "what": "Monthly license",
                    "amount": f"${29 + i}.00", "status": names[letter]})
    return out


def add(number, name, spec, city, licenses=5, status="Active", link="ok", **more):
    """Add one account to the state."""
    ACCOUNTS[number] = {
        "id": hashlib.sha1(number.encode()).hexdigest()[:10], "number": number, "name": name, "city": city,
        "licenses": licenses, "status": status, "link": link, "server": URLS.get(number[0], ""), "phone": "555-01" + number[-2:],
        "org_info": False, "cancel_date": "", "reason": "", "comment": "", "opt_out": False, "role": False,
        "stubborn": False, "expires": "", "billing": rows(spec, number[-3:])} | more


def seed():
    """Put the accounts in their first state."""
    add("611974", "12-10 Test", "PPPSSU", "Provo")
    add("611975", "12-10 Test 2", "PPSS", "Provo")
    add("611976", "12-10 TEST", "PPS", "Orem")
    add("623001", "Harbor Lights Dental", "PPPPPPPPDPPSSSUS", "Portland", 12)
    add("634002", "Juniper Coaching Group", "PPUU", "Boise", 3)
    add("645003", "Maple & Main Realty", "PPDP", "Dayton", 2)
    add("656004", "Northfield Insurance Partners", "PPSS", "Northfield", link="dead")
    add("667005", "Old Mill Consulting", "PSSU", "Salem", link="nourl", server="")
    add("678006", "Pinecrest Advisors", "PPSU", "Reno", link="broken")
    add("689007", "Quartz Hill Systems", "PPPS", "Tempe", role=True)
    add("691008", "Riverside Printing", "PPCC", "Mesa", 0, "DELETE", org_info=True, cancel_date="10/31/2026",
        reason="Not using it")
    add("602009", "Stonebridge Legal", "PPCC", "Ogden", 0)
    add("513010", "Sunrise Fitness", "PPS", "Tampa", 4)
    add("724011", "Sunrise Fitness", "PSSS", "Miami", 8)
    add("615012", 'O\'Brien "Bob" <b>Bold</b> & Sons', "PPSU", "Cork", 6)
    add("412013", "Tidewater Supply", "PPS", "Norfolk", link="none", server="")
    add("626014", "Union Square Florist", "PPSSU", "Austin", stubborn=True)
    add("707015", "Vista Learning Center", "PS", "Vista", 1)
    add("708016", "Walnut Grove Dairy", "PS", "Walnut", 2, expires="GET /ask/billings")
    add("709017", "Xavier Tutoring", "PSU", "Erie", 2, expires="POST /do/status")
    add("710018", "Yarrow Yoga", "PSS", "York", 2, expires="GET /ar/grid?acct=710018&tab=Cancelled")
    add("711019", "Zinc Street Press", "PS", "Zion", 2, expires="POST /organizations")


def find(id_):
    return next((a for a in ACCOUNTS.values() if a["id"] == id_), None)


def snap(a):
    keys = ("licenses", "status", "org_info", "server", "link")
    form = {"cdate": a["cancel_date"], "creason": a["reason"], "ccomment": a["comment"], "optout": a["opt_out"]}
    return {k: a[k] for k in keys} | form | {"billing": {r["id"]: r["status"] for r in a["billing"]}}


def record(kind, a, change, data=None):
    """Apply `change` and write it in the ledger."""
    before = snap(a) if a else STATE["module"]
    change()
    LEDGER.append({"n": len(LEDGER) + 1, "at": time.time(), "kind": kind, "account": a["number"] if a else None,
                   "data": data or {}, "before": before, "after": snap(a) if a else STATE["module"]})


CSS = """
body{margin:0;font:13px Arial,sans-serif;background:#f4f4f4;color:#222}a{color:#08c;text-decoration:none}
.navbar{background:#2c3e50;color:#fff;padding:0 12px;display:flex;align-items:center;gap:18px;height:40px}
.navbar a{color:#fff}.menu{list-style:none;display:flex;gap:4px;margin:0;padding:0}.menu>li{position:relative;padding:11px 8px}
.menu ul{display:none;position:absolute;left:0;top:38px;background:#fff;list-style:none;padding:8px;margin:0;width:230px;
border:1px solid #999;z-index:50}.menu li:hover ul{display:block}.menu ul a{color:#333;display:block;padding:4px}
.wrap{display:flex}.side{width:200px;padding:12px;background:#e8ecef;font-size:12px}.main{flex:1;padding:12px 20px 90px}
.breadcrumb{background:#eee;padding:6px 10px;border-radius:3px}.panel{border:1px solid #ccc;background:#fff;margin:12px 0}
.panel>h3{margin:0;padding:8px;background:#e9e9e9;font-size:14px;cursor:pointer}.panel>div{padding:10px}.closed>div{display:none}
.purple{background:#e6d8f5}.purple>h3{background:#7b4bab;color:#fff}
.btn{display:inline-block;border:1px solid #bbb;background:#eee;border-radius:3px;padding:4px 10px;color:#222;cursor:pointer;font-size:13px}
.primary{background:#06c;color:#fff}.danger{background:#b33;color:#fff}.btn-group{position:relative;display:inline-block;margin:4px}
.dropdown-menu{display:none;position:absolute;background:#fff;border:1px solid #999;list-style:none;margin:0;padding:6px;z-index:40;min-width:230px}
.open>.dropdown-menu{display:block}.dropdown-menu a{display:block;padding:4px}.disabled>a{color:#999;cursor:not-allowed}
.row{display:flex;padding:4px 0}.row label,.lbl{width:170px;color:#666}.pencil{visibility:hidden;margin-left:8px;border:0;background:none;cursor:pointer}
.row:hover .pencil{visibility:visible}.toast{position:fixed;top:50px;right:20px;background:#dff0d8;border:1px solid #6b6;padding:12px 20px;z-index:99}
.sticky{position:fixed;bottom:0;left:0;right:0;background:#fcf8e3;border-top:2px solid #e0c060;padding:12px 30px;display:none;z-index:60}
.fade{display:none;position:fixed;inset:0;background:rgba(0,0,0,.5);z-index:80}.fade>div{background:#fff;width:520px;margin:80px auto;border-radius:6px}
.mh,.mb,.mf{padding:12px 18px}.mh{border-bottom:1px solid #ddd;font-size:17px}.mf{border-top:1px solid #ddd;text-align:right}
table.grid{border-collapse:collapse;width:100%;background:#fff}.grid th,.grid td{border-bottom:1px solid #ddd;padding:6px;text-align:left}
.badge{border-radius:9px;padding:2px 8px;color:#fff;background:#777}.Paid,.Active{background:#468847}.Scheduled{background:#3a87ad}
.Submitted{background:#f89406}.Cancelled,.DELETE{background:#999}.Declined{background:#b94a48}
.s2-hidden{position:absolute!important;clip:rect(0,0,0,0);height:1px!important;width:1px!important;overflow:hidden;border:0;padding:0}
.s2{display:inline-block;min-width:170px;border:1px solid #aaa;border-radius:4px;background:#fff;color:#333;padding:4px 8px;cursor:pointer}
.s2 b{float:right;font-weight:normal}.s2-drop{position:absolute;background:#fff;border:1px solid #88a;z-index:95;list-style:none;margin:0;padding:4px;color:#222}
.s2-drop li{padding:4px 8px;cursor:pointer}.s2-drop li:hover{background:#def}.nav-tabs{list-style:none;display:flex;padding:0;border-bottom:1px solid #ccc;margin:10px 0}
.nav-tabs li{padding:7px 14px;border:1px solid transparent}.nav-tabs li.active{border-color:#ccc #ccc #fff;background:#fff}
.right{float:right}.muted{color:#888}
"""

JS = """
function $(s,r){return (r||document).querySelector(s)}function all(s,r){return [].slice.call((r||document).querySelectorAll(s))}
function load(url,box,done){box.innerHTML='<span class=muted>Loading...</span>';setTimeout(function(){
 fetch(url,{headers:{'X-Requested-With':'XMLHttpRequest'}}).then(function(r){
  if(r.status==401){box.innerHTML='';$('#login-modal').style.display='block';return}
  return r.text().then(function(t){box.innerHTML=t;dress(box);if(done)done()})})},250)}
function closeDrops(){all('.s2-drop').forEach(function(d){d.remove()})}
function dress(root){all('select.select2',root).forEach(function(s){if(s.dataset.s2)return;s.dataset.s2=1;s.className+=' s2-hidden';s.tabIndex=-1;
 s.setAttribute('aria-hidden','true');var w=document.createElement('span');w.className='s2';w.setAttribute('role','combobox');w.tabIndex=0;
 w.setAttribute('aria-expanded','false');w.setAttribute('aria-label',s.getAttribute('aria-label')||s.title);
 function show(){w.innerHTML='';w.appendChild(document.createTextNode(s.options[s.selectedIndex].text||'Select...'));var b=document.createElement('b');b.textContent='\\u25be';w.appendChild(b)}
 show();s.addEventListener('change',show);s.parentNode.insertBefore(w,s.nextSibling);
 w.onclick=function(e){e.stopPropagation();closeDrops();var u=document.createElement('ul');u.className='s2-drop';u.setAttribute('role','listbox');
  all('option',s).forEach(function(o){if(!o.text)return;var li=document.createElement('li');li.setAttribute('role','option');li.textContent=o.text;
   li.onclick=function(){s.value=o.value;s.dispatchEvent(new Event('change',{bubbles:true}));closeDrops()};u.appendChild(li)});
  var r=w.getBoundingClientRect();u.style.left=(r.left+scrollX)+'px';u.style.top=(r.bottom+scrollY)+'px';u.style.minWidth=r.width+'px';document.body.appendChild(u)}})}
document.addEventListener('click',function(e){closeDrops();
 var t=e.target.closest('[data-toggle=dropdown]');all('.btn-group.open').forEach(function(g){if(!t||g!=t.parentNode)g.classList.remove('open')});
 if(t){e.preventDefault();t.parentNode.classList.toggle('open')}
 var h=e.target.closest('.panel>h3');if(h){var p=h.parentNode;p.classList.toggle('closed');var b=$('div',p);
  if(b.dataset.url&&!b.dataset.done){b.dataset.done=1;load(b.dataset.url,b)}}
 var m=e.target.closest('[data-modal]');if(m){e.preventDefault();$('#modal').style.display='block';load(m.dataset.modal,$('#modal>div'))}
 if(e.target.closest('[data-dismiss]')){e.preventDefault();$('#modal').style.display='none'}
 var tab=e.target.closest('[data-tab]');if(tab){e.preventDefault();all('li',tab.closest('ul')).forEach(function(l){l.classList.remove('active')});
  tab.parentNode.classList.add('active');load(tab.dataset.tab,$(tab.dataset.target))}
 var p=e.target.closest('.pencil');if(p){var v=p.previousElementSibling,i=p.nextElementSibling;v.style.display='none';p.style.display='none';i.type='text';i.focus();
  i.oninput=function(){$('#unsaved').style.display='block'}}
 var c=e.target.closest('[data-confirm-bar]');if(c){e.preventDefault();$('#confirm-bar').style.display='block'}
 if(e.target.closest('[data-discard]')){e.preventDefault();all('.sticky').forEach(function(s){s.style.display='none'});if(e.target.closest('#unsaved'))location.reload()}
 var s=e.target.closest('[data-submit]');if(s){e.preventDefault();$(s.dataset.submit).submit()}});
document.addEventListener('change',function(e){if(e.target.id=='app_module')e.target.form.submit();
 if(e.target.closest('[data-grid]')&&e.target.tagName=='SELECT')grid(0)});
document.addEventListener('keyup',function(e){if(e.target.id=='dt-q'){clearTimeout(window.gt);window.gt=setTimeout(function(){grid(0)},200)}});
function grid(start){var g=$('[data-grid]');load(g.dataset.grid+'&start='+start+'&len='+$('#dt-len').value+'&q='+encodeURIComponent($('#dt-q').value),$('#dt-rows'))}
function relogin(f){fetch('/login',{method:'POST',headers:{'X-Requested-With':'XMLHttpRequest','Content-Type':'application/x-www-form-urlencoded'},
 body:new URLSearchParams(new FormData(f)).toString()}).then(function(r){if(r.ok)location.reload();else $('#lm-err').textContent='Invalid user name or password.'});return false}
window.onload=function(){dress(document);all('[data-auto]').forEach(function(b){load(b.dataset.auto,b)});
 var t=$('.toast');if(t)setTimeout(function(){t.remove()},2000)};
"""


def select2(name, options, value, title, extra=""):
    opts = "".join(f'<option value="{esc(o)}"{" selected" if o == value else ""}>{esc(o)}</option>' for o in options)
    return f'<select class="select2" name="{name}" title="{esc(title)}" {extra}>{opts}</select>'


def badge(status):
    icon = {"Paid": "&#10003;", "Scheduled": "&#128339;", "Submitted": "&#8593;", "Cancelled": "&#10007;"}.get(status, "&#8226;")
    return f'<span class="badge {status}"><i aria-hidden="true">{icon}</i> {status}</span>'


def front(path=""):
    return f"http://127.0.0.1:{ARGS.port}{path}"


def back(path=""):
    return f"http://127.0.0.1:{ARGS.backend_port}{path}"


class Site(BaseHTTPRequestHandler):
    """Both origins: `self.side` tells which."""

    side = "front"
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def send(self, body, code=200, kind="text/html; charset=utf-8", headers=()):
        data = body.encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        for k, v in headers:
            self.send_header(k, v)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def go(self, where, headers=()):
        self.send("", 302, headers=[("Location", where), *headers])

    def token(self):
        return f'<input type="hidden" name="authenticity_token" value="{self.s["csrf"]}">'

    def page(self, title, crumbs, body, code=200):
        """The frame of every page: mega menu, quick search, side bar, toasts."""
        toast = self.s.pop("toast", "")
        here = self.path
        seen = "".join(
            f'<li><a href="{front("/organizations/" + a["id"])}">{esc(a["name"])}</a><br><span class="muted">{a["number"]} &middot; '
            f'{a["status"]}{" &middot; billing Scheduled" if any(r["status"] == "Scheduled" for r in a["billing"]) else ""}</span></li>'
            for a in self.recent())
        mods = "".join(f"<option{' selected' if m == STATE['module'] else ''}>{m}</option>" for m in MODULES)
        trail = " / ".join(f'<a href="{u}">{esc(t)}</a>' if u else f"<span>{esc(t)}</span>" for t, u in crumbs)
        org = [("Find Organization", "/organizations"), ("Create Organization", "/organizations/new"), ("Import Organizations", "/import")]
        sub = "".join(f'<li><a href="{front(u)}">{t}</a></li>' for t, u in org)
        self.send(f"""<!DOCTYPE html><html><head><title>{esc(title)} &raquo; PlanCRM</title><style>{CSS}</style><script>{JS}</script></head><body>
<div class="navbar"><b>PlanCRM</b><ul class="menu"><li><a href="{front("/home")}">Home</a></li>
<li><a href="#" class="dropdown-toggle">Organization &#9662;</a><ul>{sub}</ul></li>
<li><a href="#" class="dropdown-toggle">Contacts &#9662;</a><ul><li><a href="{front("/list/contacts")}">View Contacts</a></li></ul></li>
<li><a href="#" class="dropdown-toggle">Support &#9662;</a><ul><li><a href="{front("/list/tickets")}">View Tickets</a></li></ul></li></ul>
<form action="{front("/search")}" style="margin-left:auto"><input name="q" placeholder="Search everything..." aria-label="Quick search">
<button class="btn" type="submit" title="Quick search">&#128269;</button></form>
<form method="post" action="/module">{self.token()}<input type="hidden" name="from" value="{esc(here)}">App Module&nbsp;
<select class="select2" id="app_module" name="module" aria-label="App Module">{mods}</select></form>
<span>{USER} | <a href="/logout">Log Out</a></span></div>
<div class="wrap"><div class="side"><b>Recently viewed</b><ul>{seen}</ul></div>
<div class="main"><div class="breadcrumb">{trail}</div>{body}</div></div>
{f'<div class="toast" role="status">{esc(toast)}</div>' if toast else ""}
<div class="fade" id="modal" role="dialog"><div></div></div>
<div class="fade" id="login-modal" role="dialog"><div><div class="mh">Your session has expired. Please log in again.</div>
<form onsubmit="return relogin(this)"><div class="mb"><div class="row"><label for="lm-u">User Name</label><input id="lm-u" name="username"></div>
<div class="row"><label for="lm-p">Password</label><input id="lm-p" type="password" name="password"></div><span id="lm-err"></span></div>
<div class="mf"><button class="btn primary">Log In</button></div></form></div></div></body></html>""", code)

    def recent(self):
        first = [ACCOUNTS[n] for n in ("611976", "691008", "513010", "634002", "611975")]
        return (self.s.get("seen", []) + [a for a in first if a not in self.s.get("seen", [])])[:6]

    def do_GET(self):
        with LOCK:
            self.handle_one("GET", {})

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        with LOCK:
            self.handle_one("POST", {k: v[-1] for k, v in parse_qs(raw, keep_blank_values=True).items()})

    def handle_one(self, method, form):
        url = urlsplit(self.path)
        q = {k: v[-1] for k, v in parse_qs(url.query, keep_blank_values=True).items()}
        path, ajax = url.path, self.headers.get("X-Requested-With") == "XMLHttpRequest"
        if path in ("/__ledger", "/__state"):
            return self.send(json.dumps(LEDGER if path == "/__ledger" else ACCOUNTS), kind="application/json")
        if path == "/favicon.ico":
            return self.send("", 404)
        if path == "/login":
            return self.login(method, q, form, ajax)
        sid = SimpleCookie(self.headers.get("Cookie", "")).get("crm_session")
        self.s = SESSIONS.get(sid.value) if sid else None
        if self.s:
            if self.ends_here(method):
                SESSIONS.pop(sid.value)
                self.s = None
        if not self.s or path == "/logout":
            if ajax:
                return self.send("expired", 401)
            ref = urlsplit(self.headers.get("Referer", ""))
            want = self.path if method == "GET" else (ref.path + ("?" + ref.query if ref.query else "")) or "/"
            return self.go(f"/login?return={quote('/' if path == '/logout' else want)}{'&lost=1' if method == 'POST' else ''}")
        if method == "POST" and form.get("authenticity_token") != self.s["csrf"]:
            return self.page("Error", [("Error", "")], "<h1>Invalid form token</h1><p>Please go back, reload the page and try again.</p>", 403)
        parts = [p for p in path.split("/") if p]
        return (self.front_side if self.side == "front" else self.back_side)(method, parts, q, form)

    def ends_here(self, method):
        """Whether the session ends at this request: once for each account that says where."""
        at = f"{method} {self.path}"
        a = next((a for a in ACCOUNTS.values() if a["expires"] and (a["number"] in at or a["id"] in at)), None)
        if not a or a["expires"] not in at:
            return False
        if "/ar" in at and a["licenses"]:
            return False
        a["expires"] = ""
        return True

    def login(self, method, q, form, ajax):
        note = ""
        if method == "POST":
            if form.get("username") == USER and form.get("password") == PASSWORD:
                sid = secrets.token_hex(12)
                SESSIONS[sid] = {"csrf": secrets.token_hex(12)}
                cookie = [("Set-Cookie", f"crm_session={sid}; Path=/; HttpOnly")]
                if form.get("lost"):
                    SESSIONS[sid]["toast"] = "Welcome back. Your last change was not saved."
                return self.send("ok", headers=cookie) if ajax else self.go(form.get("return") or "/", cookie)
            if ajax:
                return self.send("no", 403)
            note = "Invalid user name or password."
        elif q.get("lost"):
            note = "Your session has expired. The last change was NOT saved: please log in and do it again."
        elif q.get("return", "/") != "/":
            note = "Your session has expired. Please log in again."
        back_to, lost = q.get("return", form.get("return", "/")), q.get("lost", form.get("lost", ""))
        self.send(f"""<!DOCTYPE html><html><head><title>Log In</title><style>{CSS}</style></head><body><div class="main">
<h2>PlanCRM {"Billing" if self.side == "back" else ""}</h2><p class="alert">{note}</p><form method="post" action="/login">
<input type="hidden" name="return" value="{esc(back_to)}"><input type="hidden" name="lost" value="{esc(lost)}">
<p><input name="username" placeholder="User Name" autofocus></p><p><input name="password" type="password" placeholder="Password"></p>
<button class="btn primary" type="submit">Log In</button> <label><input type="checkbox" name="remember"> Remember me</label>
<p><a href="#">Forgot your password?</a></p></form></div></body></html>""")

    def missing(self):
        self.page("Not found", [("Home", "/")], "<h1>Page not found</h1><p>The page you asked for does not exist.</p>", 404)

    def set_module(self, form):
        if form.get("module") in MODULES and form["module"] != STATE["module"]:
            record("module", None, lambda: STATE.update(module=form["module"]), {"module": form["module"]})
        self.go("/dashboard")

    def dashboard(self):
        self.page("Dashboard", [("Home", "/"), ("Dashboard", "")], f"<h1>{STATE['module']}</h1><p>Welcome to {STATE['module']}. You have no open activities.</p>")

    # ---- the CRM ----
    def front_side(self, method, parts, q, form):
        match parts:
            case [] | ["home"]:
                self.page("Home", [("Home", "")], "<h1>My Home Page</h1><div class='panel'><h3>My Activities</h3><div>No activities due today.</div></div>")
            case ["dashboard"]:
                self.dashboard()
            case ["module"] if method == "POST":
                self.set_module(form)
            case ["search"]:
                self.quick(q.get("q", ""))
            case ["list", what]:
                self.page(what.title(), [("Home", "/"), (what.title(), "")], f"<h1>{esc(what.title())}</h1><p>No saved view.</p>")
            case ["import"] | ["organizations", "new"]:
                self.page("Organization", [("Home", "/"), ("Organization", "/organizations")], "<h1>Not available to your role</h1>")
            case ["organizations"]:
                self.org_list(q)
            case ["organizations", id_, *rest] if a := find(id_):
                self.org(method, a, rest, q, form)
            case ["go", id_] if (a := find(id_)) and a["link"] == "ok":
                self.go(back(f"/start?acct={a['number']}"))
            case _:
                self.missing()

    def quick(self, text):
        t = text.strip().lower()
        hits = [a for a in ACCOUNTS.values() if t and (t in a["name"].lower() or t in a["number"])]
        li = "".join(f'<li><a href="/organizations/{a["id"]}">{esc(a["name"])}</a> ({a["number"]})</li>' for a in hits)
        con = "".join(f'<li><a href="/list/contacts">Owner of {esc(a["name"])}</a></li>' for a in hits)
        tic = "".join(f'<li><a href="/list/tickets">Ticket: invoice question, {esc(a["name"])}</a></li>' for a in hits[:2])
        self.page("Search", [("Home", "/"), ("Search", "")], f"<h1>Results for “{esc(text)}”</h1><h3>Organizations</h3><ul>{li or 'None'}</ul>"
                  f"<h3>Contacts</h3><ul>{con or 'None'}</ul><h3>Tickets</h3><ul>{tic or 'None'}</ul>")

    def org_list(self, q):
        f = {k: q.get(k, "").strip().lower() for k in ("name_c", "number_c", "city_c", "status_c")}
        hits = [a for a in ACCOUNTS.values() if f["name_c"] in a["name"].lower() and a["number"].startswith(f["number_c"])
                and f["city_c"] in a["city"].lower() and (not f["status_c"] or f["status_c"] == a["status"].lower())]
        hits.sort(key=lambda a: (a["name"].lower(), a["number"]))
        start = int(q.get("start") or 0)
        rows_ = "".join(f'<tr><td><input type="checkbox" aria-label="select"></td><td><a href="/organizations/{a["id"]}">{esc(a["name"])}</a></td>'
                        f'<td>{a["number"]}</td><td>{a["city"]}</td><td>{badge(a["status"])}</td></tr>' for a in hits[start:start + 8])
        link = "/organizations?" + "&".join(f"{k}={quote(q.get(k, ''))}" for k in f)
        pager = (f'<a href="{link}&start={start - 8}">&laquo; Previous</a> ' if start else "") + (
            f'<a href="{link}&start={start + 8}">Next &raquo;</a>' if start + 8 < len(hits) else "")
        val = {k: esc(q.get(k, "")) for k in f}
        self.page("Organization", [("Home", "/"), ("Organization", "")], f"""<h1>Organization</h1><div class="panel"><h3>Advanced Search</h3><div>
<form action="/organizations"><table><tr><td>Account Name:&nbsp;</td><td><input name="name_c" value="{val["name_c"]}"></td>
<td>Account Number:&nbsp;</td><td><input name="number_c" value="{val["number_c"]}"></td></tr><tr><td>City:</td><td><input name="city_c" value="{val["city_c"]}"></td>
<td>Status:</td><td>{select2("status_c", ["", "Active", "DELETE"], q.get("status_c", ""), "Status")}</td></tr></table>
<p><input type="submit" class="btn primary" value="Search"> <a class="btn" href="/organizations">Clear</a></p></form></div></div>
<table class="grid"><thead><tr><th></th><th>Account Name</th><th>Account Number</th><th>City</th><th>Status</th></tr></thead><tbody>
{rows_ or '<tr><td colspan="5">No organizations match your search.</td></tr>'}</tbody></table>
<p>{f"Showing {start + 1} to {min(start + 8, len(hits))} of {len(hits)}" if hits else ""} {pager}</p>""")

    def org(self, method, a, rest, q, form):
        base = f"/organizations/{a['id']}"
        if method == "POST" and rest == ["update"]:
            def change():
                a["server"] = form.get("server_location", a["server"]).strip()
                a["phone"], a["city"] = form.get("phone", a["phone"]), form.get("city", a["city"])
                if a["link"] == "dead" or (a["link"] == "nourl" and a["server"].startswith("http")):
                    a["link"] = "ok"
            record("update", a, change, {k: v for k, v in form.items() if k != "authenticity_token"})
            self.s["toast"] = f"{a['name']} was saved."
            return self.go(base)
        if method == "POST" and rest == ["cancellation"]:
            def change():
                a.update(cancel_date=form.get("c_date", ""), reason=form.get("c_reason", ""), comment=form.get("c_comment", ""),
                         opt_out=form.get("c_opt") == "1")
            record("form", a, change, {k: v for k, v in form.items() if k != "authenticity_token"})
            self.s["toast"] = "Cancellation details saved."
            return self.go(base)
        if method == "POST" and rest == ["delete"]:
            record("delete_org", a, lambda: a.update(status="PURGED"))
            return self.go("/organizations")
        if rest == ["cancellation"]:
            return self.send(self.cancel_form(a, base))
        if rest and rest[0] == "tab":
            texts = {"contacts": f"Owner of {esc(a['name'])}, {a['phone']}", "tickets": "No open tickets.", "history": "Record created 01/03/2019."}
            return self.send(f"<p>{texts.get(rest[-1], '')}</p>")
        if rest or method == "POST":
            return self.missing()
        self.s["seen"] = [a] + [x for x in self.s.get("seen", []) if x is not a]
        return self.org_page(a, base)

    def cancel_form(self, a, base):
        return f"""<form id="cform" method="post" action="{base}/cancellation">{self.token()}
<div class="row"><label for="c_date">Date of Cancellation</label><input id="c_date" name="c_date" value="{esc(a["cancel_date"])}" placeholder="MM/DD/YYYY"></div>
<div class="row"><span class="lbl">Reason</span>{select2("c_reason", REASONS, a["reason"], "Reason")}</div>
<div class="row"><label for="c_comment">Comments</label><textarea id="c_comment" name="c_comment">{esc(a["comment"])}</textarea></div>
<div class="row"><label style="width:auto"><input type="checkbox" name="c_opt" value="1"{" checked" if a["opt_out"] else ""}>
Opt Out of any future emails going to the customer.</label></div>
<button type="button" class="btn primary" data-confirm-bar="1">Save</button></form>"""

    def org_page(self, a, base):
        def inline(label, name, value):
            return (f'<div class="row"><span class="lbl">{label}</span><span>{esc(value) or "&mdash;"}</span><button type="button" class="pencil" '
                    f'title="Edit {label}">&#9998;</button><input type="hidden" name="{name}" value="{esc(value)}" aria-label="{label}"></div>')
        live = a["link"] == "ok"
        aws = (f'<li><a href="/go/{a["id"]}" target="_blank">NewManageAcctsLink</a></li><li><a href="#" onclick="return false">NewLoginAsLink</a></li>' if live else
               '<li class="disabled"><a>NewManageAcctsLink</a></li><li class="disabled"><a>NewLoginAsLink</a></li>')
        tabs = "".join(f'<li{" class=active" if t == "contacts" else ""}><a href="#" data-tab="{base}/tab/{t}" data-target="#sub">{t.title()}</a></li>'
                       for t in ("contacts", "tickets", "history"))
        self.page(a["name"], [("Home", "/"), ("Organization", "/organizations"), (a["name"], "")], f"""<h1>{esc(a["name"])}</h1>
<p><button class="btn primary" type="button" data-submit="#orgform">Update</button> <span class="btn-group"><a class="btn" href="#" data-toggle="dropdown">More Actions &#9662;</a>
<ul class="dropdown-menu"><li><a href="#">Print as PDF</a></li><li><a href="#" data-submit="#delform">Delete</a></li></ul></span></p>
<form id="delform" method="post" action="{base}/delete">{self.token()}</form>
<form id="orgform" method="post" action="{base}/update">{self.token()}<div class="panel"><h3>&#9662; Overview</h3><div>
<div class="row"><span class="lbl">Account Name</span><span>{esc(a["name"])}</span></div>
<div class="row"><span class="lbl">Account Number</span><span>{a["number"]}</span></div>
<div class="row"><span class="lbl">Account Status</span>{badge(a["status"])}</div>
<div class="row"><span class="lbl">Licenses</span><span>{a["licenses"]}</span></div>{inline("Phone", "phone", a["phone"])}{inline("City", "city", a["city"])}
</div></div><div class="panel"><h3>&#9662; Server</h3><div>{inline("Server Location", "server_location", a["server"])}</div></div></form>
<div class="panel purple"><h3>&#9662; Server Links</h3><div>
<div class="btn-group"><a class="btn" href="#" data-toggle="dropdown">Links for 02 &amp; 08 Servers Act # starts w/ 100, 200 <span class="caret">&#9662;</span></a>
<ul class="dropdown-menu"><li class="disabled"><a>ManageAcctsLink</a></li></ul></div>
<div class="btn-group"><a class="btn" href="#" data-toggle="dropdown">New AWS Links for 05 &amp; 06 Servers Act # starts w/ 500, 600, 700 <span class="caret">&#9662;</span></a>
<ul class="dropdown-menu">{aws}</ul></div></div></div>
<div class="panel closed"><h3>&#9656; Required for Cancellation</h3><div data-url="{base}/cancellation"></div></div>
<ul class="nav-tabs">{tabs}</ul><div id="sub" data-auto="{base}/tab/contacts"></div>
<div class="sticky" id="unsaved">You have unsaved changes. <a class="btn primary" href="#" data-submit="#orgform">Update</a> <a class="btn" href="#" data-discard="1">Discard</a></div>
<div class="sticky" id="confirm-bar">Are you sure? Save the cancellation details of {a["number"]} - {esc(a["name"])}?
<a class="btn primary" href="#" data-submit="#cform">Confirm</a> <a class="btn" href="#" data-discard="1">Discard</a></div>""")

    # ---- the billing backend ----
    def back_side(self, method, parts, q, form):
        a = ACCOUNTS.get(q.get("acct", ""))
        match parts:
            case []:
                self.lookup(q)
            case ["dashboard"]:
                self.dashboard()
            case ["module"] if method == "POST":
                self.set_module(form)
            case ["start"] if a:
                self.start(a)
            case ["cancel"] if a:
                self.cancel_page(a)
            case ["ask", kind] if a:
                self.ask(a, kind)
            case ["do", kind] if a and method == "POST":
                self.effect(a, kind, form)
            case ["ar"] if a:
                self.ar(a)
            case ["ar", "grid"] if a:
                self.grid(a, q)
            case ["ar", "rows"] if a:
                self.grid_rows(a, q)
            case _:
                self.missing()

    def lookup(self, q):
        t = q.get("term", "").strip().lower()
        hits = [a for a in ACCOUNTS.values() if t and (t in a["name"].lower() or t == a["number"])]
        li = "".join(f'<tr><td>{a["number"]}</td><td><a href="/start?acct={a["number"]}">{esc(a["name"])}</a></td><td>{badge(a["status"])}</td></tr>' for a in hits)
        table = f'<table class="grid"><thead><tr><th>Account #</th><th>Account Name</th><th>Status</th></tr></thead><tbody>{li}</tbody></table>' if hits else (
            "<p>No account found.</p>" if t else "")
        self.page("Look Up Account", [("AR", "/"), ("Look Up Account", "")], f"""<h1>Look Up Account</h1><form action="/">
<label for="term">Account Number or Name</label> <input id="term" name="term" value="{esc(q.get("term", ""))}"> <button class="btn primary">Look Up</button></form>{table}""")

    def start(self, a):
        self.page("Cancellation Start Page", [("AR", "/"), ("Cancellation Start Page", "")], f"""<h1>Cancellation Start Page</h1>
<p>Account: <strong>{a["number"]} - {esc(a["name"])}</strong></p><div class="panel"><h3>&#9662; Account Actions</h3><div>
<p><a href="/cancel?acct={a["number"]}">Cancel Subscription / Cancel Bills / Delete Account</a></p>
<p><a href="#" onclick="return false">Extend Trial Period</a></p><p><a href="/ar?acct={a["number"]}">Link to AR: {a["number"]} - {esc(a["name"])}</a></p></div></div>""")

    def cancel_page(self, a):
        n = a["number"]
        due = sum(r["status"] in ("Scheduled", "Submitted") for r in a["billing"])
        links = [("license", "Remove License Count, change to 0"), ("billings", "Cancel All Scheduled and Submitted Billings."),
                 ("status", "Set Account Status = 'DELETE'"), ("orginfo", "Set Organization / Contact Info")]
        other = [("reactivate", "Re-activate Account"), ("invoice", "Send Final Invoice"), ("purge", "Purge All Data Now")]
        li = "".join(f'<p><a href="#" data-modal="/ask/{k}?acct={n}">{t}</a></p>' for k, t in links)
        lo = "".join(f'<p><a href="#" data-modal="/ask/{k}?acct={n}">{t}</a></p>' for k, t in other)
        self.page("Cancel Subscription / Cancel Bills / Delete Account",
                  [("AR", "/"), ("Cancellation Start Page", f"/start?acct={n}"), ("Cancel", "")], f"""
<h2>Cancel Subscription / Cancel Bills / Delete Account</h2><p>{n} - {esc(a["name"])}</p><div class="panel"><h3>&#9662; Steps</h3><div>{li}</div></div>
<div class="panel"><h3>&#9662; Other</h3><div>{lo}</div></div><div class="panel"><h3>&#9662; Account summary</h3><div><dl>
<dt>License Count</dt><dd>{a["licenses"]}</dd><dt>Open billings</dt><dd>{due}</dd><dt>Account Status</dt><dd>{a["status"]}</dd>
<dt>Organization / Contact Info</dt><dd>{"Set" if a["org_info"] else "Not set"}</dd></dl></div></div>""")

    def ask(self, a, kind):
        n, who = a["number"], f"{a['number']} - {esc(a['name'])}"
        bodies = {
            "license": ("Remove License Count, change to 0", f'<p>Are you sure you want to change the licenses of {who}?</p><div class="row">'
                        f'<label for="m-lic">License Count</label><input id="m-lic" name="license_count" value="{a["licenses"]}" autocomplete="off"></div>', "Save changes", "Close"),
            "billings": ("Cancel All Scheduled and Submitted Billings", f"<p>Are you sure you want to cancel all scheduled and submitted billings of {who}?</p>", "Yes", "No"),
            "status": ("Set Account Status", f"<p>Are you sure you want to set the account status of {who} to 'DELETE'?</p>", "Yes", "No"),
            "orginfo": ("Set Organization / Contact Info", f'<p>Are you sure? The organization and its contacts will be marked as cancelled.</p><div class="row"><span class="lbl">Organization</span>'
                        f'<input name="organization" value="{esc(a["name"])}" readonly></div><div class="row"><label for="m-ph">Phone</label><input id="m-ph" name="phone" value="{a["phone"]}"></div>', "Save changes", "Close"),
            "reactivate": ("Re-activate Account", f"<p>Are you sure you want to re-activate {who}?</p>", "Yes", "No"),
            "invoice": ("Send Final Invoice", f"<p>Are you sure you want to send an invoice to {who}?</p>", "Yes", "No"),
            "purge": ("Purge All Data Now", f"<p>Are you sure you want to purge {who}? This cannot be undone.</p>", "Yes", "No")}
        if kind not in bodies:
            return self.missing()
        title, body, yes, no = bodies[kind]
        self.send(f"""<form method="post" action="/do/{kind}?acct={n}">{self.token()}<div class="mh">{title}</div><div class="mb">{body}</div>
<div class="mf"><button type="button" class="btn" data-dismiss="1">{no}</button> <button type="submit" class="btn danger">{yes}</button></div></form>""")

    def effect(self, a, kind, form):
        def change():
            if kind == "license":
                a["licenses"] = int(form["license_count"]) if form.get("license_count", "").isdigit() else a["licenses"]
            elif kind == "billings":
                rows_ = [r for r in a["billing"] if r["status"] in ("Scheduled", "Submitted")]
                for r in rows_[1:] if a["stubborn"] else rows_:
                    r["status"] = "Cancelled"
            elif kind == "status":
                a["status"] = "DELETE"
            elif kind == "orginfo":
                a["org_info"], a["phone"] = True, form.get("phone", a["phone"])
            elif kind == "reactivate":
                a["status"] = "Active"
        record(kind, a, change, {k: v for k, v in form.items() if k != "authenticity_token"})
        self.s["toast"] = {"license": f"License count is now {a['licenses']}.", "billings": "All scheduled and submitted billings were cancelled.",
                           "status": "Account status set to DELETE.", "orginfo": "Organization / Contact info set."}.get(kind, "Done.")
        self.go(f"/cancel?acct={a['number']}")

    def ar(self, a):
        n = a["number"]
        crumbs = [("AR", "/"), ("Cancellation Start Page", f"/start?acct={n}"), ("Billing", "")]
        if a["role"] and STATE["module"] != "Premium Edition":
            return self.page("Access", crumbs, "<p>Sorry your current role does not have access to this page. Please contact your company "
                             "administrator if you need access to this page.</p>")
        tabs = "".join(f'<li{" class=active" if t == "Billing" else ""}><a href="#" data-tab="/ar/grid?acct={n}&tab={t}" data-target="#gridbox">{t}</a></li>' for t in ("Billing", "Cancelled"))
        return self.page(f"AR {n}", crumbs, f"""<h1>Accounts Receivable</h1><p>{n} - {esc(a["name"])}</p><ul class="nav-tabs">{tabs}</ul>
<div id="gridbox" data-auto="/ar/grid?acct={n}&tab=Billing"></div>""")

    def grid(self, a, q):
        tab = "Cancelled" if q.get("tab") == "Cancelled" else "Billing"
        lens = "".join(f"<option>{n}</option>" for n in (10, 25, 50, 100))
        self.send(f"""<div data-grid="/ar/rows?acct={a["number"]}&tab={tab}"><label>Show <select id="dt-len">{lens}</select> entries</label>
<label class="right">Search: <input type="search" id="dt-q"></label><div id="dt-rows">{self.table(a, tab, 0, 10, "")}</div></div>""")

    def grid_rows(self, a, q):
        self.send(self.table(a, q.get("tab"), int(q.get("start") or 0), int(q.get("len") or 10), q.get("q", "").lower()))

    def table(self, a, tab, start, size, text):
        every = [r for r in a["billing"] if (r["status"] == "Cancelled") == (tab == "Cancelled")]
        hits = [r for r in every if text in " ".join(r.values()).lower()]
        body = "".join(f"<tr><td>{r['id']}</td><td>{r['date']}</td><td>{r['what']}</td><td>{r['amount']}</td><td>{badge(r['status'])}</td></tr>" for r in hits[start:start + size])
        pages = "".join(f' <a href="#" class="btn{" primary" if i * size == start else ""}" onclick="grid({i * size});return false">{i + 1}</a>' for i in range(-(-len(hits) // size)))
        prev = f'<a href="#" onclick="grid({start - size});return false">Previous</a>' if start else '<span class="muted">Previous</span>'
        nxt = f' <a href="#" onclick="grid({start + size});return false">Next</a>' if start + size < len(hits) else ' <span class="muted">Next</span>'
        return f"""<table class="grid"><thead><tr><th>Invoice</th><th>Date</th><th>Description</th><th>Amount</th><th>Status</th></tr></thead><tbody>
{body or '<tr><td colspan="5">No matching records found</td></tr>'}</tbody></table>
<p>Showing {min(start + 1, len(hits))} to {min(start + size, len(hits))} of {len(hits)} entries <span class="right">{prev}{pages}{nxt}</span></p>"""


class Backend(Site):
    """The second origin."""

    side = "back"


def main():
    """Serve until killed."""
    p = argparse.ArgumentParser()
    for name, value in (("port", 8101), ("backend-port", 8102)):
        p.add_argument(f"--{name}", type=int, default=value)
    p.parse_args(namespace=ARGS)
    seed()
    servers = [ThreadingHTTPServer(("127.0.0.1", port), h) for port, h in
               ((ARGS.port, Site), (ARGS.backend_port, Backend))]
    for s in servers[1:]:
        threading.Thread(target=s.serve_forever, daemon=True).start()
    servers[0].serve_forever()


if __name__ == "__main__":
    main()
