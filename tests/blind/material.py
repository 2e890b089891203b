"""Blind site H, "material": hand-written web components, virtual lists, in-page dialogs; the backend is such an app too.

Written from the article and admin-ui.md alone. `/__state` and `/__ledger` on the CRM's port tell the truth.
"""

import argparse
import json
import secrets
import threading
import time
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

USER, PASSWORD = "support", "s3cret-H"
ROLE_ERROR = (
    "Sorry your current role does not have access to this page. "
    "Please contact your company administrator if you need access to this page."
)
MODULES = ["Standard Edition", "Premium Edition", "Professional Edition"]
REASONS = ["Too expensive", "No longer needed", "Switched to another product", "Missing features", "Other"]
LOCK = threading.RLock()
LEDGER: list[dict] = []
ACCOUNTS: dict[str, dict] = {}
SESSIONS: dict[str, dict] = {"front": {}, "back": {}}
PORTS = {"front": 8301, "back": 8302}
EXPIRED: set[str] = set()


def rows(paid, scheduled, submitted=0, cancelled=0, odd=()):
    out, day = [], 0
    plan = ["Paid"] * paid + list(odd) + ["Cancelled"] * cancelled + ["Submitted"] * submitted
    for status in plan + ["Scheduled"] * scheduled:
        year, month = 2024 + (day + 6) // 12, (day + 6) % 12 + 1
        out.append({"ref": f"INV-{20400 + day * 7}", "date": f"{month:02d}/18/{year}", "what": "License fee",
                    "amount": f"${49 + day % 3 * 10}.00", "status": status})
        day += 1
    return out


def seed():
    with LOCK:
        LEDGER.clear()
        ACCOUNTS.clear()
        EXPIRED.clear()
        server = f"http://127.0.0.1:{PORTS['back']}/"

        def add(number, name, billing, licences=5, **more):
            account = {"number": number, "name": name, "id": "0015f" + format(int(number) * 7919, "012X"),
                       "licences": licences, "status": "ACTIVE", "contact_set": False, "server": server, "link": "live",
                       "premium": False, "stubborn": False, "expire": False, "date": "", "reason": "", "comments": "",
                       "opt_out": False, "phone": "208-555-01" + number[-2:], "billing": billing}
            account.update(more)
            ACCOUNTS[number] = account

        add("611990", "12-10 Test Archive", rows(2, 0))
        add("611975", "12-10 Test 2", rows(3, 2))
        add("500312", "12-10 TEST", rows(4, 1, 1))
        add("611988", "The 12-10 Test Group", rows(2, 2))
        add("611991", "12-10 Testing Co", rows(2, 2))
        add("611974", "12-10 Test", rows(3, 2, 1), 12)
        add("611980", "Harbor Light Dental", rows(2, 3))
        add("705511", "Harbor Light Dental", rows(3, 2))
        add("500101", "Quill & Sons Printing", rows(22, 9, 2, 0, ["Declined", "Refunded"]), 30)
        add("500222", "Marrow Peak Outfitters", rows(4, 0, 2))
        add("600333", "Tern Valley Schools", rows(5, 0))
        add("600444", "Oxbow Freight", rows(3, 2), link="stale")
        add("700555", "Lantern Street Clinic", rows(3, 2), link="stale", server="")
        add("700666", "Pine Hollow Realty", rows(2, 2, 1), link="broken")
        add("600777", "Cobalt Ridge Advisors", rows(4, 2), premium=True)
        add("500888", "Fernbank Catering", rows(4, 0, 0, 2), 0, status="DELETE", contact_set=True, date="10/02/2026",
            reason="No longer needed", opt_out=True)
        add("600999", "Bright Acre Farms", rows(4, 0, 0, 2), 0)
        add("700123", "O'Neil \"Big <b>Sky</b>\" R&D", rows(3, 2))
        add("812456", "Old Mill Storage", rows(3, 2))
        add("600611", "Sable Point Marina", rows(3, 3), stubborn=True)
        add("500707", "Juniper Gate Hotel", rows(3, 2), expire=True)


def summary(account):
    open_rows = [r for r in account["billing"] if r["status"] in ("Scheduled", "Submitted")]
    out = {k: account[k] for k in ("number", "name", "licences", "status", "contact_set")}
    return out | {"open": len(open_rows)}


def shown(account, kind):
    if kind == "organization":
        form = {"cdate": "date", "creason": "reason", "ccomment": "comments", "optout": "opt_out"}
        record = {k: account[k] for k in ("name", "server", "phone", "link")}
        return record | {k: account[field] for k, field in form.items()}
    return summary(account)


def record(account, kind, before, group):
    LEDGER.append({"order": len(LEDGER) + 1, "account": account["number"], "name": account["name"], "kind": kind,
                   "before": before, "after": shown(account, group), "time": time.time()})


class Base(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    side = ""

    def log_message(self, *args):
        pass

    def send(self, code, body, kind="application/json", cookie=""):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", kind + "; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(data)

    def body(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            data = json.loads(raw or b"{}")
        except ValueError:
            return {}
        return data if isinstance(data, dict) else {}

    def session(self):
        morsel = SimpleCookie(self.headers.get("Cookie", "")).get("sid_" + self.side)
        return SESSIONS[self.side].get(morsel.value) if morsel else None

    def handle_any(self):
        url = urlsplit(self.path)
        query = {k: v[0] for k, v in parse_qs(url.query).items()}
        data = self.body() if self.command in ("POST", "PUT") else {}
        if url.path == "/__ledger":
            return self.send(200, LEDGER)
        if url.path == "/__state":
            return self.send(200, ACCOUNTS)
        if not url.path.startswith("/api/"):
            if url.path == "/favicon.ico":
                return self.send(404, "", "text/plain")
            return self.send(200, PAGE.replace("%SIDE%", self.side), "text/html")
        time.sleep(0.25)
        if url.path == "/api/signin" and self.command == "POST":
            if (data.get("user"), data.get("password")) != (USER, PASSWORD):
                return self.send(403, {"error": "The user name or password is not correct."})
            token = secrets.token_hex(12)
            SESSIONS[self.side][token] = {"token": token, "module": MODULES[0]}
            return self.send(200, {"ok": True}, cookie=f"sid_{self.side}={token}; Path=/; HttpOnly")
        session = self.session()
        if not session:
            return self.send(401, {"error": "Not signed in"})
        with LOCK:
            return self.api(url.path.strip("/").split("/")[1:], query, data, session)

    do_GET = do_POST = do_PUT = handle_any

    def find(self, text, offset, size):
        hits = [a for a in ACCOUNTS.values() if text.strip().lower() in a["name"].lower()] if text.strip() else []
        return {"total": len(hits), "rows": [summary(a) | {"id": a["id"]} for a in hits[offset:offset + size]]}


class Front(Base):
    side = "front"

    def api(self, parts, query, data, session):
        if parts == ["me"]:
            return self.send(200, {"user": "Support Desk"})
        if parts == ["organizations"]:
            return self.send(200, self.find(query.get("name", ""), int(query.get("offset", 0)), 4))
        account = next((a for a in ACCOUNTS.values() if len(parts) == 2 and a["id"] == parts[1]), None)
        if not account:
            return self.send(404, {"error": "Not found"})
        if self.command == "PUT":
            if account["expire"] and account["number"] not in EXPIRED:
                EXPIRED.add(account["number"])
                SESSIONS["front"].pop(session["token"], None)
                return self.send(401, {"error": "Your session has expired"})
            date = str(data.get("date", "")).strip()
            if date:
                try:
                    time.strptime(date, "%m/%d/%Y")
                except ValueError:
                    return self.send(422, {"field": "date", "error": "Enter a date as MM/DD/YYYY"})
            before = shown(account, "organization")
            for key in ("name", "server", "phone", "reason", "comments"):
                account[key] = str(data.get(key, account[key])).strip()
            account["date"], account["opt_out"] = date, bool(data.get("opt_out"))
            if account["link"] == "stale" and account["server"].startswith("http"):
                account["link"] = "live"
            record(account, "update_organization", before, "organization")
        url = account["server"].rstrip("/") + "/#/start/" + account["number"] if account["link"] == "live" else ""
        return self.send(200, {k: account[k] for k in ("id", "number", "name", "server", "phone", "date", "reason",
                         "comments", "opt_out", "status")} | {"manage_url": url, "reasons": REASONS,
                         "aws": account["number"][0] in "567"})


class Back(Base):
    side = "back"

    def api(self, parts, query, data, session):
        if parts == ["me"]:
            return self.send(200, {"user": "Support Desk", "module": session["module"], "modules": MODULES})
        if parts == ["module"] and self.command == "PUT":
            if data.get("module") in MODULES:
                LEDGER.append({"account": "", "kind": "module", "before": session["module"], "after": data["module"]})
                session["module"] = data["module"]
            return self.send(200, {"module": session["module"]})
        if parts == ["lookup"]:
            return self.send(200, self.find(query.get("name", ""), 0, 50))
        account = ACCOUNTS.get(parts[1]) if len(parts) > 1 else None
        if not account:
            return self.send(404, {"error": "There is no account with this number."})
        if parts[0] == "account":
            return self.send(200, summary(account))
        if parts[0] == "billing":
            if account["premium"] and session["module"] != "Premium Edition":
                return self.send(403, {"error": ROLE_ERROR})
            gone = query.get("tab") == "cancelled"
            hits = [r for r in account["billing"] if (r["status"] == "Cancelled") == gone]
            offset = int(query.get("offset", 0))
            return self.send(200, {"total": len(hits), "rows": hits[offset:offset + 20]})
        if parts[0] == "action" and self.command == "POST":
            return self.action(account, parts[2], data)
        return self.send(404, {"error": "Not found"})

    def action(self, account, kind, data):
        before = summary(account)
        if kind == "licence":
            if not str(data.get("count", "")).strip().isdigit():
                return self.send(422, {"error": "Enter a whole number"})
            account["licences"] = int(data["count"])
            text = f"License Count changed to {account['licences']}."
        elif kind == "billing":
            hits = [r for r in account["billing"] if r["status"] in ("Scheduled", "Submitted")]
            text = f"{len(hits)} billings cancelled."
            for row in hits[:-1] if account["stubborn"] else hits:
                row["status"] = "Cancelled"
        elif kind == "status":
            if data.get("status") not in ("ACTIVE", "HOLD", "DELETE"):
                return self.send(422, {"error": "Choose a status"})
            account["status"] = data["status"]
            text = f"Account Status is now {account['status']}."
        elif kind == "contact":
            account["contact_set"] = True
            text = "Organization / Contact Info has been set."
        elif kind in ("purge", "reactivate", "invoice", "extend", "reset"):
            account["danger"] = [*account.get("danger", []), kind]
            text = "Done."
        else:
            return self.send(404, {"error": "Not found"})
        record(account, kind, before, "account")
        return self.send(200, {"message": text, "account": summary(account)})


PAGE = r"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>PlanPlus</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body{margin:0;font:15px Roboto,Arial,sans-serif;background:#f4f4f7;color:#222}
header{position:sticky;top:0;z-index:5;background:#1b3a6b;color:#fff;display:flex;gap:16px;align-items:center;
 padding:8px 16px;height:48px}header h1{font-size:18px;margin:0;flex:1}
nav.drawer{position:fixed;top:0;left:0;bottom:0;width:240px;background:#fff;z-index:20;box-shadow:2px 0 8px #0005;
 transform:translateX(-110%);visibility:hidden;transition:transform .2s;padding:16px}
nav.drawer.open{transform:none;visibility:visible}nav.drawer a{display:block;padding:12px;color:#1b3a6b}
main{padding:16px;max-width:980px;margin:auto}.card{background:#fff;border-radius:8px;padding:16px;margin:0 0 16px;
 box-shadow:0 1px 3px #0003}.purple{background:#6a2c91;color:#fff}.skeleton{height:18px;margin:10px 0;
 border-radius:4px;background:linear-gradient(90deg,#ddd,#eee,#ddd)}
.sub{position:sticky;top:64px;z-index:4;background:#f4f4f7;padding:8px 0;display:flex;gap:16px;align-items:center}
.sub h2{flex:1;margin:0}.bar{position:sticky;bottom:0;background:#fff;padding:12px;text-align:right;
 box-shadow:0 -1px 4px #0003;z-index:4}.row{display:flex;border-bottom:1px solid #ddd}.row>div{flex:1;padding:10px}
.head{font-weight:bold;background:#eef}.backdrop{position:fixed;inset:0;z-index:30;background:#0000}
.backdrop.dim{background:#0006;display:flex;align-items:center;justify-content:center}
.pop{position:fixed;background:#fff;color:#222;min-width:220px;box-shadow:0 2px 10px #0006;border-radius:4px}
.pop div{padding:10px 16px;cursor:pointer}.pop div[aria-disabled=true]{color:#999;cursor:default}
.modal{background:#fff;border-radius:8px;padding:24px;width:420px}.modal .acts{text-align:right;margin-top:20px}
.snack{position:fixed;left:24px;bottom:70px;background:#323232;color:#fff;padding:14px 24px;border-radius:4px;z-index:40}
dl{display:grid;grid-template-columns:200px 1fr;gap:8px}dt{color:#666}dd{margin:0}
.panel{width:100%;text-align:left;background:none;border:0;font:inherit;font-weight:bold;padding:4px;cursor:pointer}
</style></head><body><div id="root"></div><div id="overlay"></div><script>
'use strict';
const SIDE='%SIDE%';
const h=(tag,props={},...kids)=>{const e=document.createElement(tag);for(const[k,v]of Object.entries(props)){
 if(k.startsWith('on'))e.addEventListener(k.slice(2),v);else if(k.startsWith('aria-')&&v!=null)e.setAttribute(k,String(v));else if(v===true)e.setAttribute(k,'');
 else if(v!==false&&v!=null)e.setAttribute(k,v);}e.append(...kids.filter(k=>k!=null));return e;};
const rid=()=>'c'+Math.random().toString(36).slice(2,9);
const root=document.getElementById('root'),overlay=document.getElementById('overlay');
const keyed=(e,f)=>{e.addEventListener('click',f);e.addEventListener('keydown',v=>{
 if(v.key==='Enter'||v.key===' '){v.preventDefault();f(v);}});return e;};
class Part extends HTMLElement{connectedCallback(){if(this.shadowRoot)return;this.attachShadow({mode:'open'});
 const s=document.createElement('style');s.textContent=this.css||'';this.shadowRoot.append(s,...this.build());}}
customElements.define('pp-button',class extends Part{
 get css(){return `button{font:500 14px Roboto,Arial;border:0;border-radius:4px;padding:9px 16px;cursor:pointer;
  background:#1b62c4;color:#fff}:host([flat]) button{background:none;color:inherit}
  :host([link]) button{background:none;color:#1b62c4;padding:6px 0;text-decoration:underline;font-size:15px}
  button:disabled{opacity:.5}`;}
 build(){const a=this.getAttribute('icon-label');
  this.b=h('button',{type:'button','aria-label':a},h('slot'));return[this.b];}
 busy(on){this.b.disabled=on;this.b.setAttribute('aria-busy',on);}});
customElements.define('pp-field',class extends Part{
 get css(){return `.w{position:relative;margin:14px 0}input,textarea{font:inherit;width:100%;box-sizing:border-box;
  padding:20px 12px 6px;border:0;border-bottom:2px solid #999;background:#f2f2f5}
  label{position:absolute;left:12px;top:14px;color:#666;pointer-events:none;transition:.15s}
  input:focus+label,input:not(:placeholder-shown)+label,textarea:focus+label,
  textarea:not(:placeholder-shown)+label{top:3px;font-size:11px}.e{color:#b00020;font-size:12px}`;}
 build(){const id=rid();this.i=h(this.hasAttribute('multi')?'textarea':'input',{id,placeholder:' ',
  type:this.getAttribute('type')||'text',autocomplete:'off'});this.i.value=this.start||'';
  this.e=h('div',{class:'e',role:'alert'});
  this.i.addEventListener('keydown',v=>{if(v.key==='Enter'&&this.enter)this.enter();});
  return[h('div',{class:'w'},this.i,h('label',{for:id},this.getAttribute('label')),this.e)];}
 get value(){return this.i?this.i.value:this.start||'';}
 set value(v){this.start=v;if(this.i)this.i.value=v;}
 error(t){this.e.textContent=t;}});
function popup(anchor,role,label,items){const r=anchor.getBoundingClientRect();
 const pop=h('div',{class:'pop',role,'aria-label':label});
 pop.style.left=r.left+'px';
 const shut=()=>{back.remove();anchor.setAttribute('aria-expanded','false');};
 const back=h('div',{class:'backdrop',onclick:shut});back.append(pop);
 for(const it of items){pop.append(it.el);it.el.addEventListener('click',v=>{v.stopPropagation();
  if(it.el.getAttribute('aria-disabled')==='true')return;shut();it.go();});}
 back.addEventListener('keydown',v=>{if(v.key==='Escape')shut();});
 overlay.append(back);const tall=pop.offsetHeight;
 pop.style.top=(r.bottom+tall>innerHeight?Math.max(0,r.top-tall):r.bottom)+'px';
 anchor.setAttribute('aria-expanded','true');pop.tabIndex=-1;pop.focus();}
customElements.define('pp-select',class extends Part{
 get css(){return `.b{display:inline-flex;min-width:220px;border-bottom:2px solid #999;padding:18px 12px 6px;
  position:relative;background:#f2f2f5;color:#222;cursor:pointer}.l{position:absolute;top:3px;font-size:11px;color:#666}
  .v{flex:1;min-height:18px}`;}
 build(){const a=rid(),b=rid(),label=this.getAttribute('label');this.v=h('span',{class:'v',id:b},this.value||'');
  this.b=h('div',{class:'b',role:'combobox',tabindex:0,'aria-haspopup':'listbox','aria-expanded':'false',
   'aria-labelledby':a+' '+b},h('span',{class:'l',id:a},label),this.v,h('span',{'aria-hidden':'true'},'▾'));
  keyed(this.b,()=>popup(this.b,'listbox',label,this.options.map(o=>({el:h('div',{role:'option',
   'aria-selected':o===this.value},o),go:()=>{this.value=o;this.v.textContent=o;
   if(this.changed)this.changed(o);}}))));
  return[this.b];}});
customElements.define('pp-menu',class extends Part{
 get css(){return `button{font:inherit;border:1px solid #fff8;background:#7f45a5;color:#fff;padding:10px 16px;
  border-radius:4px;margin:6px 0;cursor:pointer}`;}
 build(){const b=h('button',{type:'button','aria-haspopup':'menu','aria-expanded':'false'},h('slot'),
  h('span',{'aria-hidden':'true'},' ▾'));
  b.addEventListener('click',()=>popup(b,'menu',this.textContent,this.items.map(i=>({
   el:h('div',{role:'menuitem',tabindex:-1,'aria-disabled':i.url?'false':'true'},i.text),
   go:()=>window.open(i.url)}))));return[b];}});
customElements.define('pp-check',class extends Part{
 get css(){return `.c{display:inline-flex;gap:10px;align-items:center;cursor:pointer;margin:10px 0}
  .x{width:18px;height:18px;border:2px solid #555;border-radius:3px;text-align:center;line-height:18px}`;}
 build(){const box=h('span',{class:'x','aria-hidden':'true'});
  const c=h('div',{class:'c',role:'checkbox',tabindex:0},box,h('span',{},h('slot')));
  const draw=()=>{c.setAttribute('aria-checked',!!this.checked);box.textContent=this.checked?'✓':'';};
  keyed(c,()=>{this.checked=!this.checked;draw();});draw();return[c];}});
customElements.define('pp-tabs',class extends Part{
 get css(){return `[role=tab]{font:inherit;background:none;border:0;border-bottom:3px solid transparent;padding:12px 20px;
  cursor:pointer}[aria-selected=true]{border-color:#1b62c4}`;}
 build(){const list=h('div',{role:'tablist'});this.names.forEach((n,k)=>list.append(h('button',{type:'button',role:'tab',
  'aria-selected':k===0,onclick:v=>{for(const t of list.children)t.setAttribute('aria-selected',t===v.currentTarget);
  this.changed(n);}},n)));return[list];}});
const ROW=44;
customElements.define('pp-list',class extends Part{
 get css(){return `.s{height:${ROW*6}px;overflow-y:auto;position:relative;border:1px solid #ddd}
  .r{display:flex;height:${ROW}px;align-items:center;border-bottom:1px solid #eee;box-sizing:border-box}
  .r>div{flex:1;padding:0 12px}.h{font-weight:bold;background:#eef}.a{position:absolute;left:0;right:0}
  .k{background:#e4e4e8}.n{padding:10px 12px;color:#555}.z{text-align:right}`;}
 build(){this.rows=[];this.total=null;this.asked=new Set();
  const head=h('div',{class:'r h',role:'row','aria-rowindex':1},...this.columns.map((c,k)=>h('div',{role:'columnheader',
   class:k===this.columns.length-1?'z':''},c)));
  this.pad=h('div',{role:'presentation'});this.pad.style.position='relative';
  this.s=h('div',{class:'s',tabindex:0,role:'rowgroup'},this.pad);
  this.g=h('div',{role:'grid','aria-label':this.getAttribute('label'),'aria-busy':'true'},head,this.s);
  this.n=h('div',{class:'n',role:'status'},'Loading…');this.s.addEventListener('scroll',()=>this.draw());
  for(let i=0;i<4;i++)this.pad.append(h('div',{class:'r k'}));
  this.ask(0);return[this.g,this.n];}
 async ask(offset){if(this.asked.has(offset))return;this.asked.add(offset);const got=await this.load(offset);
  if(!got)return;this.total=got.total;got.rows.forEach((r,k)=>this.rows[offset+k]=r);
  this.g.setAttribute('aria-rowcount',got.total+1);this.g.setAttribute('aria-busy','false');
  this.n.textContent=got.total?got.total+(got.total===1?' record':' records'):'No records to show';
  this.pad.style.height=got.total*ROW+'px';this.draw();}
 draw(){const a=Math.max(0,Math.floor(this.s.scrollTop/ROW)-1),b=Math.min(this.total,a+9);this.pad.replaceChildren();
  for(let i=a;i<b;i++){const r=this.rows[i];let e;if(r)e=h('div',{class:'r a',role:'row','aria-rowindex':i+2},
   ...this.cells(r).map((c,k,all)=>h('div',{role:'gridcell',class:k===all.length-1?'z':''},c)));
   else{e=h('div',{class:'r a k','aria-hidden':'true'});this.ask(Math.floor(i/20)*20);}
   e.style.top=i*ROW+'px';this.pad.append(e);}}});
function snack(text){const s=h('div',{class:'snack',role:'status'},text);overlay.append(s);setTimeout(()=>s.remove(),4000);}
function modal(title,parts,acts){const id=rid();const back=h('div',{class:'backdrop dim'});
 const box=h('div',{class:'modal',role:'dialog','aria-modal':'true','aria-labelledby':id},h('h3',{id},title),...parts,
  h('div',{class:'acts'},...acts.map(([t,f,flat])=>h('pp-button',{flat:!!flat,onclick:async e=>{
   if(f){e.currentTarget.busy(true);const b=e.currentTarget;const keep=await f();if(keep){b.busy(false);return;}}
   back.remove();}},t))));
 back.append(box);overlay.append(back);return back;}
const field=(label,value='',more={})=>{const f=h('pp-field',{label,...more});f.value=value;return f;};
let pending=null;
function askAgain(){if(!pending)pending=new Promise(done=>{const u=field('User name'),p=field('Password','',{type:'password'});
 modal('Session expired',[h('p',{},'Your session has expired. Sign in again to continue where you were.'),u,p],
 [['Sign in',async()=>{const r=await raw('POST','/api/signin',{user:u.value,password:p.value});
  if(!r.ok){p.error(r.data.error);return true;}pending=null;done();}]]);});return pending;}
async function raw(method,path,data){const r=await fetch(path,{method,headers:{'Content-Type':'application/json'},
 body:data?JSON.stringify(data):undefined});return{ok:r.ok,code:r.status,data:await r.json()};}
async function api(method,path,data){for(;;){const r=await raw(method,path,data);if(r.code!==401)return r;await askAgain();}}
const bones=n=>Array.from({length:n},()=>h('div',{class:'skeleton','aria-hidden':'true'}));
const fact=(k,v)=>[h('dt',{},k),h('dd',{},v)];
const go=path=>{history.pushState({},'',path);route();};
let seq=0;
function signIn(done){const u=field('User name'),p=field('Password','',{type:'password'});const b=h('pp-button',{},'Sign in');
 const run=async()=>{b.busy(true);const r=await raw('POST','/api/signin',{user:u.value,password:p.value});b.busy(false);
  if(r.ok)done();else p.error(r.data.error);};b.addEventListener('click',run);u.enter=p.enter=run;
 root.replaceChildren(h('main',{},h('div',{class:'card'},h('h2',{},SIDE==='front'?'Sign in to PlanPlus':'Backend AR sign in'),
 u,p,b)));}
let view;
async function start(){root.replaceChildren(h('main',{},...bones(5)));const me=await raw('GET','/api/me');
 if(!me.ok)return signIn(start);view=h('main');
 const links=SIDE==='front'?[['Home','/app/home'],['Organization','/app/organization'],['Service Requests','/app/requests'],
  ['Projects','/app/projects']]:[['Account look-up','#/home'],['Help','#/help']];
 const drawer=h('nav',{class:'drawer','aria-label':'Main'},...links.map(([t,p])=>h('a',{href:p,onclick:v=>{
  v.preventDefault();drawer.classList.remove('open');go(p);}},t)));
 const bar=h('header',{},h('pp-button',{flat:true,'icon-label':'Open menu',onclick:()=>drawer.classList.toggle('open')},'☰'),
  h('h1',{},SIDE==='front'?'PlanPlus Online':'Backend AR'));
 if(SIDE==='back'){const s=h('pp-select',{label:'App Module'});s.options=me.data.modules;s.value=me.data.module;
  s.changed=async m=>{await api('PUT','/api/module',{module:m});go('#/home');snack('Switched to '+m);};bar.append(s);}
 bar.append(h('span',{},me.data.user));root.replaceChildren(bar,drawer,view);addEventListener('popstate',route);route();}
function route(){overlay.querySelectorAll('.backdrop').forEach(b=>b.remove());const mine=++seq;
 const put=(...kids)=>{if(mine===seq)view.replaceChildren(...kids);};scrollTo(0,0);
 const parts=(SIDE==='front'?location.pathname:location.hash.slice(1)).split('/').filter(Boolean);
 (SIDE==='front'?front:back)(parts,put);}
</script><script>
function front(parts,put){document.title='PlanPlus Online';
 if(parts[1]==='organization'&&parts[2])return organization(parts[2],put);
 if(parts[1]==='organization')return search(put);
 put(h('div',{class:'card'},h('h2',{},parts[1]?parts[1][0].toUpperCase()+parts[1].slice(1):'Home'),
 h('p',{},'Welcome to PlanPlus Online. Choose a page from the menu.')));}
function search(put){const f=field('Account Name'),out=h('div',{class:'card'},h('p',{},'Search for an organization by its name.'));
 const b=h('pp-button',{},'Search');let shown=0;
 const run=async()=>{shown=0;out.replaceChildren(...bones(4));const text=f.value;const r=await api('GET',
  '/api/organizations?offset=0&name='+encodeURIComponent(text));
  if(!r.data.total)return out.replaceChildren(h('p',{role:'status'},'No organizations match.'));
  const grid=h('div',{role:'grid','aria-label':'Organizations','aria-rowcount':r.data.total+1},h('div',{class:'row head',role:'row'},
   ...['Account Name','Account Number','Status'].map(t=>h('div',{role:'columnheader'},t))));
  const status=h('p',{role:'status'}),more=h('pp-button',{flat:true},'Load more');
  const add=rows=>{for(const o of rows){shown++;const p='/app/organization/'+o.id;grid.append(h('div',{class:'row',role:'row'},
   h('div',{role:'gridcell'},h('a',{href:p,onclick:v=>{v.preventDefault();go(p);}},o.name)),
   h('div',{role:'gridcell'},o.number),h('div',{role:'gridcell'},o.status)));}
   status.textContent='Showing '+shown+' of '+r.data.total;more.hidden=shown>=r.data.total;};
  more.addEventListener('click',async()=>{more.busy(true);const n=await api('GET','/api/organizations?offset='+shown+
   '&name='+encodeURIComponent(text));add(n.data.rows);more.busy(false);});
  add(r.data.rows);out.replaceChildren(grid,status,more);};
 b.addEventListener('click',run);f.enter=run;
 put(h('div',{class:'sub'},h('h2',{},'Organization')),h('div',{class:'card'},f,b),out);}
async function organization(id,put){put(h('div',{class:'card'},...bones(6)));let r=await api('GET','/api/organization/'+id);
 if(!r.ok)return put(h('div',{class:'card'},h('p',{role:'alert'},'This organization was not found.')));
 const draw=open=>{const o=r.data;document.title=o.name+' | PlanPlus Online';
  const name=field('Account Name',o.name),server=field('Server Location',o.server),phone=field('Phone',o.phone),
   date=field('Date of Cancellation',o.date),reason=h('pp-select',{label:'Reason'}),
   comments=field('Comments',o.comments,{multi:true}),opt=h('pp-check',{},'Opt Out of any future emails');
  reason.options=o.reasons;reason.value=o.reason;opt.checked=o.opt_out;
  const purple=h('section',{class:'card purple'},h('h3',{},'Server Links'));
  if(o.aws){const m=h('pp-menu',{},'New AWS Links for 05 & 06 Servers Act # starts w/ 500, 600, 700');
   m.items=[{text:'NewLoginLink',url:''},{text:'NewManageAcctsLink',url:o.manage_url}];purple.append(m,h('br'));}
  const old=h('pp-menu',{},'Old Links for 02 Servers');old.items=[{text:'ManageAcctsLink',url:''}];purple.append(old);
  const body=h('div',{role:'region'},date,reason,comments,opt);body.hidden=!open;
  const toggle=h('button',{class:'panel',type:'button','aria-expanded':open,onclick:()=>{body.hidden=!body.hidden;
   toggle.setAttribute('aria-expanded',!body.hidden);}},'Required for Cancellation');
  const save=h('pp-button',{},'Update');save.addEventListener('click',async()=>{save.busy(true);
   const n=await api('PUT','/api/organization/'+id,{name:name.value,server:server.value,phone:phone.value,date:date.value,
    reason:reason.value,comments:comments.value,opt_out:!!opt.checked});save.busy(false);
   if(!n.ok){body.hidden=false;date.error(n.data.error);snack('Please correct the marked field.');return;}
   const was=!body.hidden;r=n;draw(was);snack('Organization updated');});
  put(h('div',{class:'sub'},h('h2',{},o.name),h('pp-button',{flat:true,onclick:()=>go('/app/organization')},'Back to search')),
   h('div',{class:'card'},h('h3',{},'Details'),name,h('dl',{},...fact('Account Number',o.number),...fact('Status',o.status)),
    server,phone),
   h('div',{class:'card'},h('h3',{},'Notes'),h('p',{},'No notes yet.')),purple,
   h('section',{class:'card'},toggle,body),h('div',{class:'bar'},save));};
 draw(false);}
function back(parts,put){document.title='Backend AR';const n=parts[1];
 if(parts[0]==='start'&&n)return withAccount(n,put,startPage);
 if(parts[0]==='cancel'&&n)return withAccount(n,put,cancelPage);
 if(parts[0]==='billing'&&n)return withAccount(n,put,billingPage);
 if(parts[0]==='help')return put(h('div',{class:'card'},h('h2',{},'Help'),h('p',{},'Call the accounts desk.')));
 const f=field('Account Name'),out=h('div',{class:'card'},h('p',{},'Results appear here.')),b=h('pp-button',{},'Look up');
 const run=async()=>{out.replaceChildren(...bones(3));const r=await api('GET','/api/lookup?name='+encodeURIComponent(f.value));
  if(!r.data.total)return out.replaceChildren(h('p',{role:'status'},'No accounts match.'));
  const list=h('pp-list',{label:'Accounts'});list.columns=['Account Number','Account Name','Status'];
  list.load=async()=>({total:r.data.total,rows:r.data.rows});
  list.cells=a=>[a.number,h('a',{href:'#/start/'+a.number,onclick:v=>{v.preventDefault();go('#/start/'+a.number);}},a.name),
   a.status];out.replaceChildren(list);};
 b.addEventListener('click',run);f.enter=run;
 put(h('div',{class:'sub'},h('h2',{},'Account look-up')),h('div',{class:'card'},f,b),out);}
async function withAccount(n,put,page){put(h('div',{class:'card'},...bones(5)));const r=await api('GET','/api/account/'+n);
 if(!r.ok)return put(h('div',{class:'card'},h('p',{role:'alert'},r.data.error)));page(r.data,put);}
const act=(t,f)=>h('div',{role:'listitem'},h('pp-button',{link:true,onclick:f},t));
const facts=a=>h('dl',{},...fact('Account Number',a.number),...fact('Account Name',a.name),
 ...fact('License Count',String(a.licences)),...fact('Account Status',a.status),
 ...fact('Organization / Contact Info',a.contact_set?'Set':'Not set'));
async function perform(a,kind,data,page,put){const r=await api('POST','/api/action/'+a.number+'/'+kind,data||{});
 if(!r.ok){snack(r.data.error);return true;}snack(r.data.message);page(r.data.account,put);return false;}
function startPage(a,put){put(h('div',{class:'sub'},h('h2',{},'Cancellation Start Page')),h('div',{class:'card'},facts(a)),
 h('div',{class:'card',role:'list'},act('Link to AR: '+a.number+' - '+a.name,()=>go('#/billing/'+a.number)),
 act('Cancel Subscription / Cancel Bills / Delete Account',()=>go('#/cancel/'+a.number)),
 act('Extend Trial',()=>perform(a,'extend',{},startPage,put)),
 act('Reset Administrator Password',()=>perform(a,'reset',{},startPage,put))));}
function cancelPage(a,put){const doIt=(k,d)=>perform(a,k,d,cancelPage,put),who=a.number+' - '+a.name;
 put(h('div',{class:'sub'},h('h2',{},'Cancel Subscription / Cancel Bills / Delete Account'),
  h('pp-button',{flat:true,onclick:()=>go('#/start/'+a.number)},'Cancellation Start Page')),h('div',{class:'card'},facts(a)),
 h('div',{class:'card',role:'list'},
 act('Remove License Count, change to 0',()=>{const f=field('License Count',String(a.licences));
  modal('License Count of '+who,[f],[['Cancel',null,true],['Save',()=>doIt('licence',{count:f.value})]]);}),
 act('Cancel All Scheduled and Submitted Billings.',()=>{if(!a.open)return snack('There are no scheduled or submitted billings.');
  modal('Cancel billings?',[h('p',{},'All '+a.open+' scheduled and submitted billings of '+who+' will be cancelled.')],
  [['No, keep them',null,true],['Yes, cancel them',()=>doIt('billing')]]);}),
 act("Set Account Status = 'DELETE'",()=>{const s=h('pp-select',{label:'Account Status'});s.options=['ACTIVE','HOLD','DELETE'];
  s.value=a.status;modal('Account Status of '+who,[s],[['Cancel',null,true],['Apply',()=>doIt('status',{status:s.value})]]);}),
 act('Set Organization / Contact Info',()=>doIt('contact'))),
 h('div',{class:'card',role:'list'},h('h3',{},'Other actions'),act('Purge Account Data',()=>doIt('purge')),
 act('Re-activate Subscription',()=>doIt('reactivate')),act('Send Final Invoice',()=>doIt('invoice'))));}
async function billingPage(a,put){const box=h('div');const make=tab=>{const l=h('pp-list',{label:tab});
  l.columns=['Invoice','Date','Description','Amount','Status'];l.cells=r=>[r.ref,r.date,r.what,r.amount,r.status];
  l.load=async o=>{const r=await api('GET','/api/billing/'+a.number+'?offset='+o+(tab==='Cancelled'?'&tab=cancelled':''));
   if(!r.ok){put(h('div',{class:'card'},h('p',{role:'alert'},r.data.error)));return null;}return r.data;};
  box.replaceChildren(l);};
 const tabs=h('pp-tabs');tabs.names=['Billing','Cancelled'];tabs.changed=make;
 put(h('div',{class:'sub'},h('h2',{},'Billing: '+a.number+' - '+a.name)),h('div',{class:'card'},tabs,box));make('Billing');}
start();
</script></body></html>
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=PORTS["front"])
    parser.add_argument("--backend-port", type=int, default=PORTS["back"])
    options = parser.parse_args()
    PORTS.update(front=options.port, back=options.backend_port)
    seed()
    for name, handler in (("front", Front), ("back", Back)):
        server = ThreadingHTTPServer(("127.0.0.1", PORTS[name]), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
