"""Blind site "intranet": an old one (about 2002) of the article 801493. State in memory; loopback only.

As it was written blind, but for how the bench reads it: /__ledger and /__state on the first port, before and after in
each line of the ledger, and the field "link" called "link".
"""

import argparse
import hashlib
import html
import json
import re
import secrets
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
SERVERS = {"05": "https://www.planplusonline05.example/", "06": "https://www.planplusonline06.example/"}
ARG = None
LOCK = threading.RLock()
LEDGER = []
ACCOUNTS = {}
SESSIONS = {"admin": {}, "ar": {}}
TICKETS = {}
MODULE = {"value": "Standard Edition"}
MODULES = ["Standard Edition", "Premium Edition", "Mobile Edition"]
ROLE = ("Sorry your current role does not have access to this page. Please contact your company "
        "administrator if you need access to this page.")
DROPDOWNS = {
    1: "Old Links for 02 & 03 Servers Act # starts w/ 100, 200",
    2: "New AWS Links for 05 & 06 Servers Act # starts w/ 500, 600, 700",
    3: "Invoice & Mailing Links",
}


def esc(text):
    return html.escape(str(text), quote=True)


def day(iso):
    y, m, d = iso.split("-")
    return f"{d}-{MONTHS[int(m) - 1]}-{y}"


def usd(cents):
    return f"USD {cents / 100:,.2f}"


def euro(cents):
    return f"{cents / 100:,.2f}".translate(str.maketrans(",.", ".,"))


def bills(*rows):
    return [{"no": f"B{i + 1:04d}", "due": due, "text": text, "cents": cents, "status": status, "on": ""}
            for i, (due, text, cents, status) in enumerate(rows)]


def ordinary(extra=0):
    rows = [("2026-08-15", "Monthly subscription", 12900, "Paid"),
            ("2026-09-15", "Monthly subscription", 12900, "Paid"),
            ("2026-10-15", "Monthly subscription", 12900, "Paid"),
            ("2026-12-01", "Monthly subscription", 12900, "Submitted"),
            ("2026-12-15", "Monthly subscription", 12900, "Scheduled")]
    rows += [(f"2027-{m:02d}-15", "Monthly subscription", 123400 + m * 100, "Scheduled") for m in range(1, extra + 1)]
    return bills(*rows)


def add(number, name, rows=None, **more):
    server = "06" if number.startswith(("6", "7")) else "05"
    account = {"number": number, "name": name, "city": "Provo", "phone": "801-555-01" + number[-2:],
               "since": "2004-03-12", "server": SERVERS[server], "link": True, "update_revives": True,
               "status": "ACTIVE", "licenses": 5, "orginfo": "", "rfc": None, "role": False, "stubborn": False,
               "sleepy": False, "purged": False, "bills": ordinary(1) if rows is None else rows}
    account.update(more)
    account["unid"] = hashlib.md5(number.encode()).hexdigest().upper()[:16]
    ACCOUNTS[number] = account


def cancelled_rows():
    rows = ordinary(1)
    for row in rows:
        if row["status"] != "Paid":
            row.update(status="Cancelled", on="2026-10-20")
    return rows


def seed():
    add("611974", "12-10 Test")
    add("611975", "12-10 Test 2")
    add("611976", "12-10 TEST", city="Orem")
    add("500210", "Cedar Falls Dental", ordinary(8))
    add("700345", "Quill & Ink Stationers", bills(("2026-09-01", "Annual plan", 99900, "Paid"),
                                                  ("2026-12-01", "Annual plan", 99900, "Submitted"),
                                                  ("2026-12-02", "Set-up fee", 4900, "Submitted")))
    add("600118", "Nothing Due LLC", bills(("2026-09-01", "Annual plan", 99900, "Paid"),
                                           ("2026-10-01", "Extra seat", 2500, "Declined")))
    add("611401", "Bluebird Travel", link=False)
    add("611402", "Ferris Tool & Die", link=False, server="")
    add("611403", "Old Mill Bakery", link=False, update_revives=False)
    add("611701", "Granite State Title", role=True)
    add("611801", "Pine Ridge Vets", cancelled_rows(), status="DELETE", licenses=0, orginfo="2026-10-20",
        rfc={"date": "2026-10-20", "reason": "02 - COMPETITOR", "explain": "", "optout": True})
    add("611802", "Half Moon Bay Surf", cancelled_rows(), licenses=0)
    add("612001", "Harbor Lights")
    add("702002", "Harbor Lights", city="Boise")
    add("611666", "O'Brien & \"Sons\" <b>Ltd</b>")
    add("411200", "Dakota Freight")
    add("611900", "Stubborn Mule Saloon", ordinary(3), stubborn=True)
    add("700777", "Sleepy Hollow Inn", sleepy=True)


def snapshot(account):
    return json.loads(json.dumps({k: v for k, v in account.items() if k not in ("unid", "name", "number")}))


def record(kind, number, before, after, **more):
    LEDGER.append({"order": len(LEDGER) + 1, "kind": kind, "account": number, "before": before, "after": after, **more})


# ---------------------------------------------------------------- layout
FONT = '<font face="Arial,Helvetica" size="2">'


def spacer(width=8):
    return f'<td width="{width}"><img src="/images/spacer.gif" width="{width}" height="1" alt=""></td>'


def img(text, width=0, alt=None):
    w = width or 14 + 8 * len(text)
    return f'<img border="0" src="/images/label.svg?t={urllib.parse.quote(text)}" height="22" width="{w}" alt="{esc(alt or text)}">'


def button(text, name="cmd", extra=""):
    w = 14 + 8 * len(text)
    return (f'<input type="image" name="{name}" src="/images/label.svg?t={urllib.parse.quote(text)}" '
            f'height="22" width="{w}" alt="{esc(text)}" border="0" {extra}>')


def message_row(text):
    return f'<tr><td colspan="3"><font face="Arial" size="2" color="red"><b>{esc(text)}</b></font></td></tr>' if text else ""


def page(title, body, message="", menu="", script=""):
    return f"""<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN">
<HTML><HEAD><TITLE>{esc(title)}</TITLE>
<script language="JavaScript"><!--
function pop(u,n){{window.open(u,n,'width=560,height=420,scrollbars=yes,resizable=yes');}}
function openRec(u){{document.forms['pb'].elements['unid'].value=u;document.forms['pb'].submit();}}
function act(t,q){{if(q&&!confirm(q))return;document.forms['pb'].elements['__EVENT'].value=t;document.forms['pb'].submit();}}
{script}
//--></script></HEAD>
<BODY bgcolor="#FFFFFF" topmargin="0" leftmargin="0" link="#000080" vlink="#000080">
<table width="760" border="0" cellpadding="0" cellspacing="0">{message_row(message)}
<tr>{spacer(6)}<td>{menu}</td>{spacer(6)}</tr>
<tr>{spacer(6)}<td><table border="0" width="100%" cellpadding="2" cellspacing="0">
<tr bgcolor="#003366"><td><font face="Arial" size="3" color="#FFFFFF"><b>{esc(title)}</b></font></td></tr>
<tr><td>{body}</td></tr></table></td>{spacer(6)}</tr>
<tr><td colspan="3" align="center"><font face="Arial" size="1">Company confidential. Best viewed at 800 x 600.</font></td></tr>
</table></BODY></HTML>"""


def above(cells):
    """A row of labels over a row of values."""
    top = "".join(f'<td valign="bottom">{FONT}<b>{label}</b></font></td>{spacer()}' for label, _ in cells)
    low = "".join(f"<td>{FONT}{value}</font></td>{spacer()}" for _, value in cells)
    return f'<table border="0" cellpadding="1" cellspacing="0"><tr>{top}</tr><tr>{low}</tr></table>'


def left(cells):
    rows = "".join(f'<tr><td align="right">{FONT}<b>{label}&nbsp;</b></font></td>{spacer()}<td>{FONT}{value}</font></td></tr>'
                   for label, value in cells)
    return f'<table border="0" cellpadding="1" cellspacing="0">{rows}</table>'


def right(cells):
    rows = "".join(f"<tr><td>{FONT}{value}</font></td>{spacer()}<td>{FONT}{label}</font></td></tr>" for label, value in cells)
    return f'<table border="0" cellpadding="1" cellspacing="0">{rows}</table>'


def grid(heads, rows):
    head = "".join(f"<td bgcolor='#CCCCCC'>{FONT}<b>{h}</b></font></td>" for h in heads)
    body = "".join("<tr>" + "".join(f"<td nowrap>{FONT}{c}</font></td>" for c in row) + "</tr>" for row in rows)
    return f'<table border="1" cellpadding="2" cellspacing="0"><tr>{head}</tr>{body}</table>'


def text_input(name, value="", size=28, kind="text"):
    return f'<input type="{kind}" name="{name}" size="{size}" value="{esc(value)}">'


# ---------------------------------------------------------------- requests
class Base(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    realm = "admin"
    cookie = "ASPSESSIONIDQQ"

    def log_message(self, *args):
        pass

    def send(self, body, status=200, kind="text/html; charset=utf-8", headers=()):
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "private")
        for key, value in headers:
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(data)

    def redirect(self, where, headers=()):
        self.send("<HTML><BODY>Object moved</BODY></HTML>", 302, headers=[("Location", where), *headers])

    def session(self):
        found = re.search(self.cookie + r"=(\w+)", self.headers.get("Cookie", ""))
        return SESSIONS[self.realm].get(found.group(1)) if found else None

    def start_session(self):
        sid = secrets.token_hex(12)
        SESSIONS[self.realm][sid] = {"id": sid, "states": set()}
        return [("Set-Cookie", f"{self.cookie}={sid}; path=/; HttpOnly")]

    def hidden(self, **values):
        state = secrets.token_hex(10).upper()
        self.sess["states"].add(state)
        return "".join(f'<input type="hidden" name="{k}" value="{esc(v)}">' for k, v in {"__STATE": state, **values}.items())

    def form(self, action, inner, name="", **values):
        label = f' name="{name}"' if name else ""
        return f'<form method="post" action="{action}"{label}>{self.hidden(**values)}{inner}</form>'

    def back(self, action, text="Back", **values):
        return self.form(action, button(text, "back"), **values)

    def expired(self, home):
        return self.send(page("Page Expired", f'{FONT}THIS PAGE HAS EXPIRED. Please begin again at <a href="{home}">the menu</a>.</font>'))

    def do_GET(self):
        self.handle_it("GET")

    def do_POST(self):
        self.handle_it("POST")

    def handle_it(self, method):
        parts = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
        size = int(self.headers.get("Content-Length") or 0)
        data = dict(urllib.parse.parse_qsl(self.rfile.read(size).decode(), keep_blank_values=True)) if size else {}
        if parts.path == "/images/label.svg":
            text = esc(query.get("t", ""))
            return self.send(f'<svg xmlns="http://www.w3.org/2000/svg" width="{14 + 8 * len(query.get("t", ""))}" height="22">'
                             f'<rect width="100%" height="100%" fill="#d4d0c8" stroke="#404040"/><text x="6" y="15" '
                             f'font-family="Arial" font-size="12">{text}</text></svg>', kind="image/svg+xml")
        if parts.path == "/images/spacer.gif" or parts.path == "/favicon.ico":
            return self.send(b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00"
                             b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;", kind="image/gif")
        with LOCK:
            self.sess = self.session()
            return self.route(method, parts.path, query, data)

    def spent(self, data):
        state = data.get("__STATE", "")
        if state in self.sess["states"]:
            self.sess["states"].discard(state)
            return False
        return True


class Admin(Base):
    def route(self, method, path, query, data):
        if path in ("/__ledger", "/__state"):
            return self.send(json.dumps(LEDGER if path == "/__ledger" else ACCOUNTS), kind="application/json")
        if path == "/logon.asp":
            return self.logon(method, query, data)
        if not self.sess:
            return self.redirect("/logon.asp?ret=" + urllib.parse.quote(self.path if method == "GET" else "/"))
        if method == "POST" and self.spent(data):
            return self.expired("/default.asp")
        if path == "/logoff.asp":
            SESSIONS["admin"].pop(self.sess["id"], None)
            return self.redirect("/logon.asp")
        if path == "/org/search.asp":
            return self.search(method, data)
        account = self.by_unid(data.get("unid") or query.get("unid"))
        if path.startswith("/org/") and not account:
            return self.send(page("Organization", f"{FONT}NO SUCH RECORD</font>", menu=self.menu()), 404)
        if path == "/org/record.asp":
            return self.record_page(account, query)
        if path == "/org/edit.asp":
            return self.edit(method, account, data)
        if path == "/org/rfc.asp":
            return self.rfc(method, account, data)
        if path == "/org/mail.asp":
            record("send_invoice", account["number"], snapshot(account), snapshot(account))
            return self.record_page(account, {}, "INVOICE SENT TO CUSTOMER.")
        return self.send(page("PlanPlus Intranet", self.home(), menu=self.menu()))

    def logon(self, method, query, data):
        message = ""
        if method == "POST":
            if (data.get("uid"), data.get("pwd")) == (ARG.user, ARG.password):
                return self.redirect(data.get("ret") or "/default.asp", self.start_session())
            message = "USER ID OR PASSWORD NOT VALID."
        ret = esc(query.get("ret") or data.get("ret") or "/default.asp")
        body = above([("USER ID", text_input("uid")), ("PASSWORD", text_input("pwd", kind="password")), ("&nbsp;", button("Log On"))])
        self.send(page("PlanPlus Intranet - Log On", f'<form method="post" action="/logon.asp"><input type="hidden" name="ret" value="{ret}">{body}</form>', message))

    def menu(self):
        items = [("Home", "/default.asp"), ("Organization", "/org/search.asp"), ("Contacts", "/contacts.asp"),
                 ("Reports", "/reports.asp"), ("Log Off", "/logoff.asp")]
        areas = "".join(f'<area shape="rect" coords="{i * 110},0,{i * 110 + 108},22" href="{href}" alt="{alt}">'
                        for i, (alt, href) in enumerate(items))
        strip = urllib.parse.quote("      ".join(alt.ljust(12) for alt, _ in items))
        return f'<img src="/images/label.svg?t={strip}" width="550" height="22" border="0" usemap="#mainmenu" alt="Main menu"><map name="mainmenu">{areas}</map>'

    def home(self):
        return f"{FONT}Welcome to the PlanPlus Intranet. Choose from the bar above.<br>Bulletin 11/02: month-end close is on the 30th.</font>"

    def by_unid(self, unid):
        return next((a for a in ACCOUNTS.values() if a["unid"] == unid), None)

    def search(self, method, data):
        name, number = data.get("f1", "").strip(), data.get("f2", "").strip()
        body = above([("ACCOUNT NAME", text_input("f1", name)), ("ACCT #", text_input("f2", number, 10)),
                      ("CITY", text_input("f3", data.get("f3", ""), 12)), ("&nbsp;", button("Find"))])
        out, message = self.form("/org/search.asp", body, name="lookup"), ""
        if method == "POST" and "f1" in data:
            hits = [a for a in ACCOUNTS.values() if name.lower() in a["name"].lower() and number in a["number"]
                    and data.get("f3", "").lower() in a["city"].lower()]
            if not (name or number or data.get("f3")):
                message = "ENTER AT LEAST ONE SEARCH VALUE."
            elif not hits:
                message = "NO RECORDS FOUND."
            else:
                rows = [[f'<a href="javascript:openRec(\'{a["unid"]}\')">{img("Open", alt="Open record")}</a>', a["number"],
                         esc(a["name"]), esc(a["city"]), a["status"], day(a["since"])] for a in hits]
                out += self.form("/org/record.asp", grid(["&nbsp;", "ACCT #", "ACCOUNT NAME", "CITY", "STATUS", "SINCE"], rows),
                                 name="pb", unid="")
                message = f"{len(hits)} RECORD(S) FOUND."
        self.send(page("Organization - Look Up", out, message, self.menu()))

    def record_page(self, a, query, message=""):
        expand = int(query["Expand"]) if query.get("Expand", "").isdigit() else 0
        balance = sum(b["cents"] for b in a["bills"] if b["status"] in ("Scheduled", "Submitted"))
        rfc = a["rfc"]
        filed = f'{day(rfc["date"])} / {esc(rfc["reason"])} {esc(rfc["explain"])}' if rfc else "(not filed)"
        purple = ""
        for key, title in DROPDOWNS.items():
            opened = key == expand
            href = f'/org/record.asp?OpenDocument&amp;unid={a["unid"]}&amp;Expand={0 if opened else key}&amp;Seq={secrets.token_hex(3)}'
            word = ("Hide" if opened else "Show") + " details for " + title
            purple += f'<tr><td width="24"><a href="{href}">{img("-" if opened else "v", 22, word)}</a></td><td colspan="2">{FONT}{esc(title)}</font></td></tr>'
            if opened:
                purple += f'<tr><td></td>{spacer(12)}<td>{self.links(a, key)}</td></tr>'
        body = (f'<table border="0" width="100%"><tr><td><font face="Arial" size="4">Acct # {a["number"]}</font></td>'
                f'<td align="right">{self.form("/org/edit.asp", button("Modify", "modify"), unid=a["unid"])}</td>'
                f'<td>{self.back("/org/search.asp")}</td></tr></table>'
                + above([("ACCOUNT NAME", esc(a["name"])), ("STATUS", a["status"]), ("CUSTOMER SINCE", day(a["since"]))])
                + "<hr>" + left([("CITY", esc(a["city"])), ("PHONE", esc(a["phone"])), ("SERVER<br>LOCATION", esc(a["server"]) or "&nbsp;"),
                                 ("OPEN BILLINGS", euro(balance))])
                + "<hr>" + right([(f'<a href="javascript:pop(\'/org/rfc.asp?unid={a["unid"]}\',\'RFC\')">Required for&nbsp;Cancellation</a>', filed),
                                  ("Opt Out of any future emails", "Y" if rfc and rfc["optout"] else "N")])
                + '<table border="0" width="100%" cellpadding="2" cellspacing="0" bgcolor="#CC99FF"><tr bgcolor="#800080"><td colspan="3">'
                  f'<font face="Arial" size="2" color="#FFFFFF"><b>LINKS</b></font></td></tr>{purple}</table>')
        self.send(page("Organization", body, message, self.menu()))

    def links(self, a, key):
        if key == 1:
            return f'{FONT}<font color="#999999">ManageAcctsLink</font><br><font color="#999999">LogInAsLink</font></font>'
        if key == 3:
            return f'{FONT}<a href="/org/mail.asp?unid={a["unid"]}">SendInvoiceLink</a></font>'
        if not (a["link"] and a["server"]) or a["number"][0] not in "567":
            return f'{FONT}<font color="#999999">NewManageAcctsLink</font><br><font color="#999999">NewLogInAsLink</font></font>'
        ticket = secrets.token_hex(8)
        TICKETS[ticket] = a["number"]
        url = f"http://127.0.0.1:{ARG.backend_port}/ar/sso.asp?tk={ticket}&amp;acct={a['number']}"
        return (f'<a href="javascript:pop(\'{url}\',\'AR\')">{FONT}NewManage<wbr>AcctsLink\n</font></a><br>'
                f'<a href="javascript:alert(\'Not available from this terminal.\')">{FONT}NewLogInAsLink</font></a>')

    def edit(self, method, a, data):
        if "drop" in data or "drop.x" in data:
            return self.record_page(a, {})
        message = ""
        if "f_city" in data:
            server = data.get("f_server", "").strip()
            if server and server not in SERVERS.values():
                message = "SERVER LOCATION IS NOT A KNOWN SERVER. RECORD NOT SAVED."
            elif not re.fullmatch(r"\d\d/\d\d/\d{4}", data.get("f_since", "")):
                message = "CUSTOMER SINCE MUST BE MM/DD/YYYY. RECORD NOT SAVED."
            else:
                before = snapshot(a)
                m, d, y = data["f_since"].split("/")
                a.update(city=data["f_city"], phone=data.get("f_phone", ""), server=server, since=f"{y}-{m}-{d}")
                a["link"] = bool(server) and (a["update_revives"] or a["link"])
                record("update_record", a["number"], before, snapshot(a))
                return self.record_page(a, {}, "RECORD UPDATED.")
        y, m, d = a["since"].split("-")
        body = (f'<font face="Arial" size="4">Acct # {a["number"]}</font>'
                + above([("ACCOUNT NAME", esc(a["name"])), ("STATUS", a["status"]),
                         ("CUSTOMER SINCE", text_input("f_since", data.get("f_since", f"{m}/{d}/{y}"), 12))]) + "<hr>"
                + left([("CITY", text_input("f_city", data.get("f_city", a["city"]))),
                        ("PHONE", text_input("f_phone", data.get("f_phone", a["phone"]))),
                        ("SERVER<br>LOCATION", text_input("f_server", data.get("f_server", a["server"]), 44))])
                + button("Update", "save") + "&nbsp;" + button("Cancel", "drop"))
        self.send(page("Organization - Modify", self.form("/org/edit.asp", body, unid=a["unid"]), message, self.menu()))

    def rfc(self, method, a, data):
        reasons = ["", "01 - NO LONGER IN BUSINESS", "02 - COMPETITOR", "03 - DUPLICATE", "99 - OTHER"]
        message = ""
        if method == "POST":
            when = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", data.get("q1", "").strip())
            if not when:
                message = "DATE OF CANCELLATION MUST BE MM/DD/YYYY."
            elif data.get("q2", "") not in reasons[1:]:
                message = "REASON IS REQUIRED."
            elif data["q2"].startswith("99") and not data.get("q3", "").strip():
                message = "PLEASE EXPLAIN WHEN THE REASON IS OTHER."
            else:
                before = snapshot(a)
                a["rfc"] = {"date": f"{when[3]}-{when[1]}-{when[2]}", "reason": data["q2"], "explain": data.get("q3", ""),
                            "optout": "q4" in data}
                record("rfc_form", a["number"], before, snapshot(a))
                body = f'{FONT}Acct # {a["number"]} {esc(a["name"])}<br><a href="javascript:window.close()">{img("Close Window")}</a></font>'
                return self.send(page("Required for Cancellation", body, "CANCELLATION DETAILS SAVED."))
        options = "".join(f'<option value="{r}"{" selected" if r == data.get("q2", "") else ""}>{r}</option>' for r in reasons)
        body = f"{FONT}Acct # {a['number']}&nbsp;&nbsp;{esc(a['name'])}</font>" + right([
            ("DATE OF CANCELLATION (MM/DD/YYYY)", text_input("q1", data.get("q1", ""), 12)),
            ("REASON", f'<select name="q2">{options}</select>'),
            ("IF OTHER, PLEASE EXPLAIN", text_input("q3", data.get("q3", ""))),
            ("Opt Out of any future emails", '<input type="checkbox" name="q4" value="Y">')]) + button("Submit") 
        self.send(page("Required for Cancellation", self.form("/org/rfc.asp", body, unid=a["unid"]), message))


class Backend(Base):
    realm = "ar"
    cookie = "ARSESSIONID"

    def route(self, method, path, query, data):
        if path == "/ar/sso.asp":
            number = TICKETS.pop(query.get("tk"), None)
            return self.redirect(f"/ar/start.asp?acct={number or query.get('acct', '')}", self.start_session() if number else ())
        if path == "/ar/logon.asp":
            return self.logon(method, query, data)
        if not self.sess:
            where = self.path if method == "GET" else "/ar/default.asp"
            return self.redirect("/ar/logon.asp?ret=" + urllib.parse.quote(where))
        if method == "POST" and self.spent(data):
            return self.expired("/ar/default.asp")
        if path == "/ar/module.asp":
            return self.module(data)
        a = ACCOUNTS.get(data.get("acct") or query.get("acct"))
        if not a:
            return self.lookup(method, data)
        todo = {"/ar/start.asp": self.start, "/ar/cancel.asp": self.cancel, "/ar/lic.asp": self.lic, "/ar/status.asp": self.status,
                "/ar/frames.asp": self.frames, "/ar/top.asp": self.top, "/ar/nav.asp": self.nav, "/ar/bills.asp": self.bill_page}
        return todo.get(path, self.start)(method, a, query, data)

    def logon(self, method, query, data):
        message = ""
        if method == "POST":
            if (data.get("uid"), data.get("pwd")) == (ARG.user, ARG.password):
                return self.redirect(data.get("ret") or "/ar/default.asp", self.start_session())
            message = "SIGN-ON REJECTED."
        ret = esc(query.get("ret") or data.get("ret") or "/ar/default.asp")
        body = left([("USER NAME", text_input("uid")), ("PASSWORD", text_input("pwd", kind="password")), ("&nbsp;", button("Enter"))])
        self.send(page("AR System - Sign On", f'<form method="post" action="/ar/logon.asp"><input type="hidden" name="ret" value="{ret}">{body}</form>', message))

    def lookup(self, method, data):
        out, message = self.form("/ar/default.asp", above([("ACCT #", text_input("n", data.get("n", ""), 10)),
                                                           ("ACCOUNT NAME", text_input("m", data.get("m", ""))), ("&nbsp;", button("Search"))])), ""
        if method == "POST" and "n" in data:
            hits = [x for x in ACCOUNTS.values() if data["n"].strip() in x["number"] and data["m"].strip().lower() in x["name"].lower()]
            message = "" if hits else "NO ACCOUNTS MATCH."
            rows = [[f'<a href="/ar/start.asp?acct={x["number"]}">{x["number"]}</a>', esc(x["name"]), x["status"]] for x in hits]
            out += grid(["ACCT #", "ACCOUNT NAME", "STATUS"], rows) if hits else ""
        self.send(page("AR System - Account Look Up", out, message))

    def values(self, a):
        return above([("LICENSE COUNT", a["licenses"]), ("ACCOUNT STATUS", a["status"]),
                      ("ORGANIZATION / CONTACT INFO", "SET " + day(a["orginfo"]) if a["orginfo"] else "NOT SET")])

    def start(self, method, a, query, data):
        n = a["number"]
        message = ""
        if data.get("__EVENT") in ("react", "purge"):
            before = snapshot(a)
            a.update({"status": "ACTIVE"} if data["__EVENT"] == "react" else {"purged": True})
            record(data["__EVENT"], n, before, snapshot(a))
            message = "DONE."
        body = (f'<font face="Arial" size="4">Acct # {n}</font>' + self.values(a) + "<hr>"
                f'<table border="0"><tr>{spacer(20)}<td>{FONT}<a href="/ar/frames.asp?acct={n}">Link to AR:&nbsp;{n}\n - {esc(a["name"])}</a></font></td></tr>'
                f'<tr>{spacer(20)}<td>{FONT}<a href="/ar/cancel.asp?acct={n}">Cancel Subscription / Cancel Bills /<br>Delete Account</a></font></td></tr>'
                f'<tr>{spacer(20)}<td>{FONT}<a href="javascript:act(\'react\',\'Re-activate this account?\')">Re-activate Subscription / Account</a></font></td></tr>'
                f'<tr>{spacer(20)}<td>{FONT}<a href="/ar/default.asp">Look up another account</a></font></td></tr></table>'
                + self.form("/ar/start.asp", "", name="pb", acct=n, __EVENT=""))
        self.send(page("Cancellation Start Page", body, message))

    def cancel(self, method, a, query, data):
        n, event, message = a["number"], data.get("__EVENT"), ""
        if a["sleepy"]:
            a["sleepy"] = False
            SESSIONS["ar"].pop(self.sess["id"], None)
            return self.redirect("/ar/logon.asp?ret=" + urllib.parse.quote(f"/ar/cancel.asp?acct={n}"))
        before = snapshot(a)
        if event == "bills":
            rows = [b for b in a["bills"] if b["status"] in ("Scheduled", "Submitted")]
            for b in rows[:-1] if a["stubborn"] else rows:
                b.update(status="Cancelled", on="2026-11-25")
            message = f"{len(rows)} BILLING(S) CANCELLED."
        elif event == "orginfo":
            a["orginfo"] = "2026-11-25"
            message = "ORGANIZATION / CONTACT INFO HAS BEEN SET."
        elif event == "purge":
            a["purged"] = True
            message = "ACCOUNT DATA PURGED."
        if event:
            record({"bills": "billing_cancel", "orginfo": "set_org_info"}.get(event, event), n, before, snapshot(a))
        items = [(f"javascript:pop('/ar/lic.asp?acct={n}','LIC')", "Remove License Count,<br>change to 0"),
                 ("javascript:act('bills','Cancel all scheduled and submitted billings?')", "Cancel All Scheduled and<br>Submitted Billings."),
                 (f"/ar/status.asp?acct={n}", "Set Account Status = 'DELETE'"),
                 ("javascript:act('orginfo','')", "Set Organization /&nbsp;Contact Info"),
                 ("javascript:act('purge','Purge all data of this account?')", "Purge Account Data")]
        rows = "".join(f'<tr>{spacer(20)}<td>{FONT}<a href="{esc(h)}">{t}</a></font></td></tr>' for h, t in items)
        body = (f'<font face="Arial" size="4">Acct # {n}</font><br>{FONT}{esc(a["name"])}</font><table border="0">{rows}</table>'
                + self.form("/ar/cancel.asp", "", name="pb", acct=n, __EVENT="") + self.back("/ar/start.asp", acct=n))
        self.send(page("Cancel Subscription / Cancel Bills / Delete Account", body, message))

    def lic(self, method, a, query, data):
        message = ""
        if method == "POST":
            if data.get("q", "").strip().isdigit():
                before = snapshot(a)
                a["licenses"] = int(data["q"])
                record("license", a["number"], before, snapshot(a))
                body = f'{FONT}Acct # {a["number"]}<br><a href="javascript:window.close()">{img("Close Window")}</a></font>'
                return self.send(page("License Count", body, f"LICENSE COUNT IS NOW {a['licenses']}."))
            message = "ENTER A WHOLE NUMBER."
        body = f'{FONT}Acct # {a["number"]}</font>' + above([("LICENSE COUNT", text_input("q", a["licenses"], 5)), ("&nbsp;", button("Save"))])
        self.send(page("License Count", self.form("/ar/lic.asp", body, acct=a["number"]), message))

    def status(self, method, a, query, data):
        message = ""
        if method == "POST" and "s" in data:
            if data["s"] in ("ACTIVE", "HOLD", "DELETE"):
                before = snapshot(a)
                a["status"] = data["s"]
                record("status", a["number"], before, snapshot(a))
                return self.cancel_done(a, f"ACCOUNT STATUS IS NOW {a['status']}.")
            message = "NEW STATUS IS REQUIRED."
        options = "".join(f"<option>{s}</option>" for s in ("", "ACTIVE", "HOLD", "DELETE"))
        body = f'{FONT}Acct # {a["number"]}</font>' + above([("OLD STATUS", a["status"]), ("NEW STATUS", f'<select name="s">{options}</select>'),
                                                              ("&nbsp;", button("Save"))])
        self.send(page("Set Account Status", self.form("/ar/status.asp", body, acct=a["number"]) + self.back("/ar/cancel.asp", acct=a["number"]), message))

    def cancel_done(self, a, message):
        body = f'<font face="Arial" size="4">Acct # {a["number"]}</font>{self.values(a)}{self.back("/ar/cancel.asp", acct=a["number"])}'
        self.send(page("Set Account Status", body, message))

    def module(self, data):
        if data.get("m") in MODULES:
            record("module", None, MODULE["value"], data["m"])
            MODULE["value"] = data["m"]
        body = f'{FONT}You are now working in: {MODULE["value"]}</font><br>{self.module_form()}'
        self.send(page("AR System", body, "APP MODULE CHANGED."))

    def module_form(self):
        options = "".join(f'<option{" selected" if m == MODULE["value"] else ""}>{m}</option>' for m in MODULES)
        inner = f'<select name="m" onchange="this.form.submit()">{options}</select>&nbsp;{FONT}APP MODULE</font>'
        return self.form("/ar/module.asp", inner).replace("<form ", '<form target="_top" ')

    def frames(self, method, a, query, data):
        n = a["number"]
        self.send(f'<HTML><HEAD><TITLE>AR: {n}</TITLE></HEAD><FRAMESET rows="70,*" border="1"><FRAME name="banner" src="/ar/top.asp?acct={n}">'
                  f'<FRAMESET cols="150,*"><FRAME name="nav" src="/ar/nav.asp?acct={n}"><FRAME name="main" src="/ar/bills.asp?acct={n}">'
                  "</FRAMESET></FRAMESET></HTML>")

    def top(self, method, a, query, data):
        self.send(f'<HTML><BODY bgcolor="#D4D0C8"><table border="0" width="100%"><tr><td><font face="Arial" size="4">AR System</font></td>{spacer()}'
                  f'<td align="right">{self.module_form()}</td></tr></table></BODY></HTML>')

    def nav(self, method, a, query, data):
        n = a["number"]
        items = [("Billing", f"/ar/bills.asp?acct={n}", "main"), ("Cancelled", f"/ar/bills.asp?acct={n}&amp;tab=c", "main"),
                 ("Start Page", f"/ar/start.asp?acct={n}", "_top")]
        areas = "".join(f'<area shape="rect" coords="0,{i * 24},130,{i * 24 + 22}" href="{h}" target="{t}" alt="{x}">' for i, (x, h, t) in enumerate(items))
        svg = ('<svg xmlns="http://www.w3.org/2000/svg" width="130" height="72">'
               + "".join(f'<text x="4" y="{i * 24 + 16}" font-family="Arial" font-size="13">{x}</text>' for i, (x, _, _) in enumerate(items)) + "</svg>")
        self.send(f'<HTML><BODY bgcolor="#EEEEEE"><img border="0" width="130" height="72" usemap="#tabs" alt="" src="data:image/svg+xml,{urllib.parse.quote(svg)}">'
                  f'<map name="tabs">{areas}</map></BODY></HTML>')

    def bill_page(self, method, a, query, data):
        if a["role"] and MODULE["value"] != "Premium Edition":
            return self.send(f'<HTML><BODY><font face="Arial" size="2" color="red">{ROLE}</font></BODY></HTML>')
        n, gone, size = a["number"], (query.get("tab") or data.get("tab")) == "c", 6
        rows = [b for b in a["bills"] if (b["status"] == "Cancelled") == gone]
        at = int(data.get("pg") or 1)
        pages = max(1, -(-len(rows) // size))
        cells = [[b["no"], day(b["due"]), b["text"], usd(b["cents"])] + ([day(b["on"])] if gone else []) + [b["status"]]
                 for b in rows[(at - 1) * size:at * size]]
        heads = ["BILL #", "DUE", "DESCRIPTION", "AMOUNT"] + (["CANCELLED ON"] if gone else []) + ["STATUS"]
        table = grid(heads, cells) if rows else f"{FONT}NO BILLINGS TO SHOW.</font>"
        turn = f"{FONT}Page {at} of {pages}</font>"
        for word, to in (("Previous", at - 1), ("Next", at + 1)):
            if 1 <= to <= pages:
                turn += self.form("/ar/bills.asp", button(word, "turn"), acct=n, tab="c" if gone else "", pg=to)
        title = "Cancelled Billing" if gone else "Billing"
        self.send(page(f"{title} - Acct # {n} - {a['name']}", table + "<br>" + turn))


def main():
    global ARG
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=9471)
    parser.add_argument("--backend-port", type=int, default=9472)
    parser.add_argument("--user", default="clerk")
    parser.add_argument("--password", default="s3cret-i")
    ARG = parser.parse_args()
    seed()
    backend = ThreadingHTTPServer(("127.0.0.1", ARG.backend_port), Backend)
    threading.Thread(target=backend.serve_forever, daemon=True).start()
    ThreadingHTTPServer(("127.0.0.1", ARG.port), Admin).serve_forever()


if __name__ == "__main__":
    main()
