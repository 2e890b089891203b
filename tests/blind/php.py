#!/usr/bin/env python3
"""PlanPlus admin, hand-written 1999 style. python3 site.py --port P --backend-port B"""
import argparse, copy, html, json, secrets, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit, parse_qsl, quote

ap = argparse.ArgumentParser()
ap.add_argument('--port', type=int, required=True)
ap.add_argument('--backend-port', type=int, required=True)
ap.add_argument('--radio', default='contact', choices=['contact', 'org'])
ap.add_argument('--th', action='store_true', help='label rows of the two-row grids are <th>')
ap.add_argument('--status', action='store_true', help='the column of statuses has a heading')
ap.add_argument('--lic', action='store_true', help='Licenses: 20')
A = ap.parse_args()
CRM = 'http://127.0.0.1:%d' % A.port
AR = 'http://127.0.0.1:%d' % A.backend_port
CHARSET = 'iso-8859-1'
COMPANY, USER, PASSWORD = 'PLANPLUS', 'agent7', 'hunter2'
LOCATION = {'5': AR + '/srv05/', '6': AR + '/srv06/', '7': AR + '/srv07/'}
TITLE = 'New AWS Links for 05 &amp; 06 Servers Act # starts w/ 500, 600, 700'
MODULES = ['Standard Edition', 'Sales Edition', 'Premium Edition', 'Family Edition']
L = threading.RLock()


def e(s):
    return html.escape(str(s), quote=True)


TEXT = [('address1', 'ADDRESS 1'), ('address2', 'ADDRESS 2'), ('city', 'CITY'), ('state', 'STATE'),
        ('zip', 'ZIP'), ('country', 'COUNTRY'), ('phone', 'PHONE'), ('phone2', 'PHONE 2'), ('fax', 'FAX'),
        ('pager', 'PAGER'), ('email', 'E-MAIL'), ('web', 'WEB PAGE'), ('bill_to', 'BILL TO'),
        ('ship_to', 'SHIP TO'), ('rep', 'SALES REP'), ('territory', 'TERRITORY'), ('tax_id', 'TAX ID'),
        ('sic', 'SIC CODE'), ('employees', 'EMPLOYEES'), ('start_date', 'START DATE'),
        ('renew_date', 'RENEW DATE'), ('po', 'P.O. NUMBER'), ('ref', 'REFERRED BY'), ('alt', 'ALT CONTACT')]
SEL = [('industry', 'INDUSTRY', ['', 'Dental', 'Freight', 'Retail', 'Services', 'Food']),
       ('rating', 'RATING', ['A', 'B', 'C', 'Former']),
       ('source', 'LEAD SOURCE', ['', 'Trade show', 'Fax', 'Web']),
       ('terms', 'TERMS', ['Net 30', 'Net 60', 'Prepaid']),
       ('tz', 'TIME ZONE', ['EST', 'CST', 'MST', 'PST'])]
REASONS = ['-- pick one --', 'Customer deceased', 'Y2K related', 'Moved to competitor: paper planner',
           'Duplicate of other account', 'Other (explain)']


def bills(n_paid=2, n_sched=2, n_sub=1, base=70000):
    out = []
    no = base
    for i in range(n_paid):
        no += 1
        out.append(dict(no=no, date='%02d/15/2026' % (i % 12 + 1), desc='Monthly subscription', amount='$ 24.95',
                        status='Paid' if i % 2 == 0 else 'PAID - thank you'))
    for i in range(n_sub):
        no += 1
        out.append(dict(no=no, date='12/15/2026', desc='Monthly subscription', amount='$ 24.95', status='SUBMITTED'))
    for i in range(n_sched):
        no += 1
        out.append(dict(no=no, date='%02d/15/2027' % (i % 12 + 1), desc='Monthly subscription', amount='$ 24.95',
                        status='Scheduled'))
    return out


def acct(num, name, used=12, total=20, **k):
    a = dict(num=num, name=name, used=used, total=total, status='ACTIVE', info='', location=LOCATION.get(num[0], ''),
             stale=False, dead=False, role=False, stubborn=False, expire='', notes='Called 3/4.\n  Likes "golf" & <fishing>.',
             newsletter=True, vip=False, form=dict(date='', reason='', explain='', optout=False),
             bills=bills(base=int(num) * 10 % 900000))
    for i, (key, _) in enumerate(TEXT):
        a[key] = {'city': 'Orem', 'state': 'UT', 'zip': '84057', 'country': 'USA', 'phone': '(801) 555-0%s' % num[-3:],
                  'email': 'office@x%s.example' % num, 'web': 'http://www.x%s.example/' % num,
                  'address1': '%s Main St' % num[-3:], 'start_date': '01/15/1999', 'renew_date': '01/15/2027'}.get(key, '')
    for key, _, opts in SEL:
        a[key] = opts[0]
    a.update(k)
    return a


def canc(bs):
    for b in bs:
        if b['status'] in ('Scheduled', 'SUBMITTED'):
            b['status'] = 'Canceled'
    return bs


def fresh():
    many = bills(n_paid=22, n_sub=0, n_sched=1, base=81000)
    for i, b in enumerate(many):
        b['date'] = '%02d/15/%d' % (i % 12 + 1, 2025 + i // 12)
    many[-1]['date'] = '12/20/2026'
    L_ = [
        acct('611974', '12-10 Test', bills=bills(3, 12, 0, 61000)),
        acct('500101', 'Blue Heron Dental', industry='Dental', rating='B'),
        acct('700310', 'Kestrel Freight', industry='Freight', used=1, total=1),
        acct('611555', 'Caf\xe9 Z\xfcrich GmbH', terms='Prepaid'),
        acct('611111', 'Dead Link Dairy', stale=True),
        acct('500222', 'Empty Server Bakery', location=''),
        acct('700333', 'Gone Forever Gallery', dead=True),
        acct('611444', 'Roleplay Rentals', role=True),
        acct('500555', 'Two Troubles Toys', location='', role=True),
        acct('700444', 'Double Dip Deli', stale=True, role=True),
        acct('611666', 'Finished Furniture', used=0, total=0, status='DELETE', info='CANCELLED CUSTOMER',
             rating='Former', bills=canc(bills(base=66000)),
             form=dict(date='11/02/2026', reason='Other (explain)', explain='Closed shop', optout=True)),
        acct('611777', 'Halfway Hardware', used=0, total=0, bills=canc(bills(base=67000))),
        acct('611001', 'Acme Ltd'),
        acct('611002', 'Acme Ltd 2'),
        acct('611003', 'ACME LTD'),
        acct('611200', 'Globex Imports'),
        acct('700201', 'Globex Imports'),
        acct('611888', 'O\'Brien & "Sons" <b>Ltd</b>'),
        acct('800123', 'Octavia Optics'),
        acct('611999', 'Stubborn Stationery', stubborn=True),
        acct('500777', 'Many Pages Press', bills=many),
        acct('700888', 'Nothing Billed Nursery', bills=[]),
        acct('611310', 'Sleepy Session Spa', expire='bills'),
        acct('611320', 'Expiring Form', expire='/reqcancel.php'),
        acct('611330', 'Expiring Update', expire='/save.php', stale=True),
        acct('611340', 'Expiring Billing', expire='view', role=True),
        acct('611350', 'Rose & Co  "R"', role=False, stale=True),
        acct('500320', 'Drowsy Diner', expire='start'),
    ]
    return {a['num']: a for a in L_}


DB = fresh()
LEDGER = []
SESS = {}      # sid -> dict(module=)
MODULE = {}    # user -> module (kept across sign-ins)


def snap(a):
    return copy.deepcopy(a)


def diff(b, a):
    return {k: [b[k], a[k]] for k in b if b[k] != a[k]}


def log(path, num, what, before, after):
    LEDGER.append(dict(n=len(LEDGER) + 1, at=time.strftime('%H:%M:%S'), path=path, account=num, what=what,
                       before={k: v[0] for k, v in diff(before, after).items()} if isinstance(before, dict) else before,
                       after={k: v[1] for k, v in diff(before, after).items()} if isinstance(after, dict) else after))


def live(a):
    return (not a['stale'] and not a['dead'] and a['num'][0] in LOCATION and a['location'] == LOCATION[a['num'][0]])


def grid(cells, cols=4):
    out = ['<table border=1 cellspacing=0 cellpadding=2 width=100%>']
    for i in range(0, len(cells), cols):
        row = cells[i:i + cols]
        out.append('<tr bgcolor=#EEEEEE>' + ''.join(('<th align=left>' if A.th else '<td>') + '<font size=1 face=Arial><b>%s</b></font>' % l for l, _ in row))
        out.append('<tr>' + ''.join('<td>%s' % (v or '&nbsp;') for _, v in row))
    return '\n'.join(out) + '</table>'


def inp(n, v, size=18):
    return '<input type=text name=%s size=%d value="%s">' % (n, size, e(v))


def sel(n, v, opts):
    return '<select name=%s>%s</select>' % (n, ''.join('<option value="%s"%s>%s' % (e(o), ' selected' if o == v else '', e(o)) for o in opts))


def lic(a):
    return 'Licenses: %d' % a['total'] if A.lic else 'Licenses: %d of %d used' % (a['used'], a['total'])


class H(BaseHTTPRequestHandler):
    backend = False
    protocol_version = 'HTTP/1.0'

    def log_message(self, *a):
        pass

    def out(self, body, title='PlanPlus', code=200, cookie=None, bare=False):
        b = body if bare else ('<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html><head><title>%s</title></head>\n'
                               '<body bgcolor=#FFFFFF text=#000000 link=#0000CC>\n%s\n</body></html>' % (e(title), body))
        raw = b.encode(CHARSET, 'xmlcharrefreplace')
        self.send_response(code)
        self.send_header('Content-Type', 'text/html; charset=' + CHARSET)
        self.send_header('Content-Length', str(len(raw)))
        self.send_header('Cache-Control', 'no-cache')
        if cookie:
            self.send_header('Set-Cookie', cookie)
        self.end_headers()
        self.wfile.write(raw)

    def go(self, url, cookie=None):
        self.send_response(302)
        self.send_header('Location', url)
        if cookie:
            self.send_header('Set-Cookie', cookie)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def json(self, o):
        raw = json.dumps(o, indent=1).encode()
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def sid(self):
        for c in (self.headers.get('Cookie') or '').split(';'):
            k, _, v = c.strip().partition('=')
            if k == 'PHPSESSID':
                return v
        return ''

    def do_GET(self):
        self.handle_it({}, 'GET')

    def do_POST(self):
        n = int(self.headers.get('Content-Length') or 0)
        raw = self.rfile.read(n).decode('latin-1')
        try:
            f = dict(parse_qsl(raw, keep_blank_values=True, encoding=CHARSET))
        except Exception:
            f = {}
        self.handle_it(f, 'POST')

    def handle_it(self, form, method):
        u = urlsplit(self.path)
        if not u.path.startswith('/__'):
            print('%.2f' % time.time(), 'AR ' if self.backend else 'CRM', method, self.path, {k: v for k, v in form.items() if k in ('kind','t','date','reason','explain','optout','m','location')}, flush=True)
        q = dict(parse_qsl(u.query, keep_blank_values=True, encoding=CHARSET))
        with L:
            if u.path == '/__ledger':
                return self.json(LEDGER)
            if u.path == '/__state':
                return self.json(DB)
            if u.path == '/__reset' and method == 'POST':
                DB.clear(); DB.update(fresh()); LEDGER.clear(); SESS.clear(); MODULE.clear()
                return self.json({'ok': True})
            if u.path == '/favicon.ico':
                return self.out('', code=404)
            f = (self.back if self.backend else self.crm)
            return f(u.path, q, form, method)

    # ---------------------------------------------------------------- CRM
    def login(self, msg=''):
        self.out('<center><h1><font face=Times color=#663399>PlanPlus</font></h1>'
                 '<p><font color=red>%s</font>'
                 '<form action="/login.php" method=POST><table border=0 bgcolor=#CCCCFF>'
                 '<tr><td><b>Company</b><tr><td><input name=c size=20>'
                 '<tr><td><b>User</b><tr><td><input name=u size=20>'
                 '<tr><td><b>Password</b><tr><td><input type=password name=p size=20>'
                 '<tr><td><input type=submit value=" Sign on "> <input type=reset value=" Clear ">'
                 '</table></form><p><font size=1>Best viewed at 800 x 600</font></center>' % msg, 'PlanPlus sign on')

    def top(self, s):
        return ('<table width=100% bgcolor=#663399><tr><td><font color=white size=4><b>PlanPlus ADMIN</b></font>'
                '<td align=right><form action="/module.php" method=POST><font color=white size=1><b>APP MODULE</b></font> '
                + sel('m', s['module'], MODULES) + '<input type=submit value=" Go "></form></table>'
                '<p>[<a href="/main.php">HOME</a>] [<a href="/contacts.php">CONTACTS</a>] [<a href="/find.php">ORGANIZATION</a>] '
                '[<a href="/tasks.php">TASKS</a>] [<a href="/reports.php">REPORTS</a>] [<a href="/logoff.php">SIGN OFF</a>]<hr>')

    def crm(self, path, q, f, method):
        if path == '/login.php' and method == 'POST':
            if (f.get('c', '').upper(), f.get('u'), f.get('p')) == (COMPANY, USER, PASSWORD):
                sid = secrets.token_hex(12)
                SESS[sid] = dict(module=MODULE.get(USER, MODULES[0]))
                return self.go('/news.php', 'PHPSESSID=%s; path=/' % sid)
            return self.login('Sign on failed. Check Company, User and Password.')
        if path == '/login.php':
            return self.login('Your session has ended. Please sign on again.' if q.get('m') else '')
        s = SESS.get(self.sid())
        if path == '/':
            return self.go('/main.php') if s else self.login()
        if not s:
            return self.go('/login.php?m=1')
        top = self.top(s)
        if path == '/news.php':
            return self.out('<h2>NEWS OF THE DAY</h2><ul><li>The fax machine on floor 2 is out of paper.'
                            '<li>Please do not park at the loading dock.</ul><p><a href="/main.php">Continue to system</a>', 'News of the day')
        if path == '/main.php':
            return self.out(top + '<h3>WELCOME</h3><p>You are in: %s<p>You have 3 tasks due.' % e(s['module']), 'PlanPlus home')
        if path in ('/tasks.php', '/reports.php', '/contacts.php'):
            return self.out(top + '<h3>%s</h3><p>Nothing to show.' % path[1:-4].upper(), 'PlanPlus')
        if path == '/logoff.php':
            SESS.pop(self.sid(), None)
            return self.go('/')
        if path == '/module.php' and method == 'POST':
            return self.module(s, f)
        if path == '/find.php':
            return self.find(top, q)
        if path == '/contact.php':
            a = DB.get(q.get('id', ''))
            return self.out(top + '<h3>CONTACT</h3>' + grid([('NAME', 'Pat Smith'), ('WORKS FOR', e(a['name']) if a else '')], 2), 'Contact')
        if path == '/org.php':
            a = DB.get(q.get('id', ''))
            return self.org(top, a, q) if a else self.out(top + '<p>No such record.', code=404)
        if method == 'POST' and path in ('/save.php', '/reqcancel.php'):
            a = DB.get(f.get('id', ''))
            if a and a['expire'] == path:
                a['expire'] = ''
                SESS.pop(self.sid(), None)
                return self.go('/login.php?m=1')
        if path == '/save.php' and method == 'POST':
            return self.save(f)
        if path == '/reqcancel.php' and method == 'POST':
            return self.reqcancel(f)
        if path in ('/merge.php', '/remove.php', '/invoice.php', '/quickact.php'):
            a = DB.get(q.get('id', ''))
            if a:
                b = snap(a)
                a['notes'] += '\n[%s]' % path
                log(self.path, a['num'], 'DANGER ' + path, b, snap(a))
            return self.out('<p>Done.', bare=True)
        return self.out('<h1>404 Not Found</h1>', code=404)

    def module(self, s, f):
        old = s['module']
        if f.get('m') in MODULES:
            s['module'] = MODULE[USER] = f['m']
        log(self.path, None, 'module', old, s['module'])
        return self.out('<h2>%s</h2><p>Module changed.' % e(s['module']), 'Module')

    def find(self, top, q):
        kind = q.get('kind', A.radio)
        txt = q.get('t')
        o = top + ('<h3>LOOK UP</h3><form action="/find.php" method=GET>'
                   '<input type=radio name=kind value=contact%s> Contact <input type=radio name=kind value=org%s> Organization'
                   '<br><b>Find</b><br><input name=t size=30 value="%s"> <input type=submit value=" Search "></form>') % (
            ' checked' if kind == 'contact' else '', ' checked' if kind == 'org' else '', e(txt or ''))
        if txt is not None:
            hits = [a for a in DB.values() if txt.strip().lower() in a['name'].lower()] if txt.strip() else []
            if kind == 'contact':
                hits = [a for a in hits if a['num'][-1] in '12']
                o += '<p>%d contacts found.' % len(hits)
                o += '<ul>' + ''.join('<li><a href="/contact.php?id=%s">Pat Smith</a> (%s)' % (a['num'], e(a['name'])) for a in hits) + '</ul>'
            else:
                o += '<p>%d organizations found.' % len(hits)
                if hits:
                    o += '<table border=1 width=80%><tr bgcolor=#CCCCFF><td><b>ORGANIZATION</b><td><b>ACT #</b><td><b>CITY</b><td><b>STATUS</b><td>&nbsp;'
                    for a in hits:
                        o += '<tr><td><a href="/org.php?id=%s">%s</a><td>%s<td>%s<td>%s<td><a href="/remove.php?id=%s">remove</a>' % (
                            a['num'], e(a['name']), a['num'], e(a['city']), a['status'], a['num'])
                    o += '</table>'
        self.out(o, 'Look up')

    def org(self, top, a, q):
        n = a['num']
        opened = q.get('open') == 'aws'
        old = q.get('open') == 'old'
        o = [top, '<h2>ORGANIZATION RECORD</h2>',
             '<p><font size=2>[<a href="/merge.php?id=%s">merge</a>] [<a href="/remove.php?id=%s">remove organization</a>] '
             '[<a href="/invoice.php?id=%s">send invoice</a>]</font>' % (n, n, n),
             '<form action="/save.php" method=POST><input type=hidden name=id value=%s>' % n,
             grid([('ACT #', n), ('ACCOUNT NAME', inp('name', a['name'], 40)), ('ACCOUNT STATUS', a['status']), ('ORG / CONTACT INFO', e(a['info']))]),
             '<p>%s<p>' % lic(a)]
        o.append(grid([(l, inp(k, a[k])) for k, l in TEXT], 6))
        o.append('<p>' + grid([(l, sel(k, a[k], op)) for k, l, op in SEL], 5))
        o.append('<p><font size=1><b>NOTES</b></font><br><textarea name=notes rows=4 cols=70>\n%s</textarea>' % e(a['notes']))
        o.append('<p><input type=checkbox name=newsletter value=1%s> Newsletter <input type=checkbox name=vip value=1%s> V.I.P.' % (
            ' checked' if a['newsletter'] else '', ' checked' if a['vip'] else ''))
        o.append('<p>' + grid([('SERVER LOCATION', inp('location', a['location'], 60))], 1))
        o.append('<p><input type=submit value=" Update "> <input type=reset value=" Undo ">')
        o.append('</form>')
        o.append('<a name=purple></a><table width=100% bgcolor=#9966CC border=0 cellpadding=4>')
        o.append('<tr><td><font color=white><b>OLD LINKS FOR 02 SERVERS</b> <a href="/org.php?id=%s%s#purple">%s</a></font>' % (
            n, '' if old else '&amp;open=old', '[-]' if old else '[+]'))
        if old:
            o.append('<tr><td bgcolor=#CC99FF><ul><li>(ManageAcctsLink)<li>(UsageLink)</ul>')
        o.append('<tr><td><font color=white><b>%s</b> <a href="/org.php?id=%s%s#purple">%s</a></font>' % (
            TITLE, n, '' if opened else '&amp;open=aws', '[-]' if opened else '[+]'))
        if opened:
            items = [('(NewManageAcctsLink)', AR + '/ar/start.php?acct=' + n), ('(NewPurgeAcctLink)', AR + '/ar/act.php?do=purge&amp;acct=' + n),
                     ('(NewReactivateLink)', AR + '/ar/act.php?do=reactivate&amp;acct=' + n)]
            o.append('<tr><td bgcolor=#CC99FF><ul>' + ''.join(
                '<li>' + ('<a href="%s">%s</a>' % (h, t) if live(a) else t) for t, h in items) + '</ul>')
        o.append('</table>')
        fm = a['form']
        o.append('<p><hr><h3>Required for Cancellation</h3><form action="/reqcancel.php" method=POST><input type=hidden name=id value=%s>' % n)
        o.append(grid([('DATE OF CANCELLATION', inp('date', fm['date'], 12) + ' <font size=1>MM/DD/YYYY</font>'),
                       ('REASON', sel('reason', fm['reason'] or REASONS[0], REASONS)),
                       ('EXPLAIN', inp('explain', fm['explain'], 40))], 3))
        o.append('<p><input type=checkbox name=optout value=1%s> Opt Out of any future emails going to the customer' % (' checked' if fm['optout'] else ''))
        o.append('<p><input type=submit value=" Send "></form>')
        self.out('\n'.join(o), 'Organization record')

    def save(self, f):
        a = DB.get(f.get('id', ''))
        if not a:
            return self.out('<p>No such record.', code=404)
        b = snap(a)
        for k in ['name', 'location', 'notes'] + [k for k, _ in TEXT] + [s[0] for s in SEL]:
            if k in f:
                a[k] = f[k].replace('\r\n', '\n')
        a['location'] = a['location'].strip()
        a['newsletter'] = 'newsletter' in f
        a['vip'] = 'vip' in f
        if a['location']:
            a['stale'] = False
        log(self.path, a['num'], 'update', b, snap(a))
        self.out('<p><font size=4>Record saved. <a href="/org.php?id=%s">Continue</a></font>' % a['num'], 'Saved')

    def reqcancel(self, f):
        a = DB.get(f.get('id', ''))
        if not a:
            return self.out('<p>No such record.', code=404)
        d = f.get('date', '')
        if f.get('reason') in (None, '', REASONS[0]):
            return self.out('<p>ERROR. Pick a reason.', 'Error')
        if f['reason'] == 'Other (explain)' and not f.get('explain', '').strip():
            return self.out('<p>ERROR. Please explain.', 'Error')
        try:
            time.strptime(d, '%m/%d/%Y')
        except ValueError:
            return self.out('<p>ERROR. Date must be MM/DD/YYYY.', 'Error')
        b = snap(a)
        a['form'] = dict(date=d, reason=f['reason'], explain=f.get('explain', ''), optout='optout' in f)
        log(self.path, a['num'], 'cancellation form', b, snap(a))
        self.out('<p><font size=4>Thank you. Form received. <a href="/org.php?id=%s">Continue</a></font>' % a['num'], 'Saved')

    # ---------------------------------------------------------------- backend
    def back(self, path, q, f, method):
        s = SESS.get(self.sid())
        if not s:
            return self.go(CRM + '/login.php?m=1')
        if path == '/module.php' and method == 'POST':
            return self.module(s, f)
        if path in ('/', '/ar/', '/ar/lookup.php'):
            n = q.get('acct')
            o = ('<h2>AR LOOK UP</h2><form action="/ar/lookup.php" method=GET><b>ACT #</b><br><input name=acct size=10 value="%s"> '
                 '<input type=submit value=" Look up "></form>' % e(n or ''))
            if n:
                hits = [a for a in DB.values() if n.strip() in a['num']]
                o += '<p>%d found.<table border=1><tr><td><b>ACT #</b><td><b>NAME</b>' % len(hits)
                o += ''.join('<tr><td><a href="/ar/start.php?acct=%s">%s</a><td>%s' % (a['num'], a['num'], e(a['name'])) for a in hits) + '</table>'
            return self.out(o, 'AR look up')
        a = DB.get(q.get('acct', ''))
        if not a:
            return self.out('<p>No such account.', code=404)
        n = a['num']
        step = {'/ar/start.php': 'start', '/ar/bills.php': 'view'}.get(path) or (q.get('do') if path == '/ar/act.php' else '')
        if a['expire'] and a['expire'] == step:
            a['expire'] = ''
            SESS.pop(self.sid(), None)
            return self.go(CRM + '/login.php?m=1')
        head = '<h2>AR %s - %s</h2>' % (n, e(a['name']))
        if path == '/ar/start.php':
            return self.out('<h1>Cancellation Start Page</h1>' + head +
                            '<p><a href="/ar/cancel.php?acct=%s">Cancel Subscription / Cancel Bills /\n Delete Account</a>'
                            '<p><a href="/ar/bills.php?acct=%s">Link to AR: %s - %s</a>'
                            '<p><a href="/ar/act.php?do=invoice&amp;acct=%s">Send Invoice</a>'
                            '<p><a href="/ar/act.php?do=reactivate&amp;acct=%s">Re-activate Subscription</a>'
                            '<p><a href="/ar/act.php?do=purge&amp;acct=%s">PURGE ACCOUNT AND ALL DATA</a>' % (n, n, n, e(a['name']), n, n, n), 'AR')
        if path == '/ar/cancel.php':
            ln = lambda d, t: '<br><a href="/ar/act.php?do=%s&amp;acct=%s">%s</a>' % (d, n, t)
            return self.out(head + '<h3>CANCEL SUBSCRIPTION / CANCEL BILLS / DELETE ACCOUNT</h3>'
                            '<p>' + lic(a) + '<p>' + grid([('ACCOUNT STATUS', a['status']), ('ORG / CONTACT INFO', e(a['info'])),
                            ('OPEN BILLS', str(sum(b['status'] in ('Scheduled', 'SUBMITTED') for b in a['bills'])))], 3) + '<p>' +
                            ln('lic', 'Remove License Count, change to 0') + ln('bills', 'Cancel All Scheduled and Submitted Billings.') +
                            ln('status', "Set Account Status = 'DELETE'") + ln('info', 'Set Organization / Contact Info') +
                            ln('reactivate', "Set Account Status = 'ACTIVE'") + ln('billnow', 'Submit All Scheduled Billings now') +
                            ln('purge', 'Purge Account') + ln('invoice', 'Send Final Invoice'), 'AR')
        if path == '/ar/act.php':
            return self.act(a, q.get('do'))
        if path == '/ar/bills.php':
            if a['role'] and s['module'] != 'Premium Edition':
                return self.out('<p>Sorry your current role does not have access to this page. Please contact your company '
                                'administrator if you need access to this page.'
                                '<p><form action="/module.php" method=POST><font size=1><b>APP MODULE</b></font><br>' +
                                sel('m', s['module'], MODULES) + ' <input type=submit value=" Go "></form>', 'Sorry')
            return self.bills(a, q, head)
        return self.out('<h1>404 Not Found</h1>', code=404)

    def bills(self, a, q, head):
        n = a['num']
        c = q.get('v') == 'c'
        rows = [b for b in a['bills'] if (b['status'] == 'Canceled') == c]
        per = 10
        pages = max(1, -(-len(rows) // per))
        p = min(max(int(q.get('p', '1') or 1), 1), pages)
        cur, can = '[Current]', '[Cancelled]'
        o = head + '<p><a href="/ar/bills.php?acct=%s">%s</a> <a href="/ar/bills.php?acct=%s&amp;v=c">%s</a>' % (n, cur, n, can)
        o += '<p><b>%s BILLING</b>' % ('CANCELLED' if c else 'CURRENT')
        if rows:
            o += '<table border=1 width=100%><tr bgcolor=#CCCCCC><td><b>BILL #</b><td><b>DATE</b><td><b>DESCRIPTION</b><td align=right><b>AMOUNT</b><td align=right>' + ('<b>STATUS</b>' if A.status else '&nbsp;')
            for b in rows[(p - 1) * per:p * per]:
                o += '<tr><td>%d<td>%s<td>%s<td align=right>%s<td align=right>%s' % (b['no'], b['date'], b['desc'], b['amount'], b['status'])
            o += '</table>'
        else:
            o += '<p>No bills.'
        if pages > 1:
            o += '<p>Page ' + ' '.join('<b>%d</b>' % i if i == p else '<a href="/ar/bills.php?acct=%s&amp;p=%d%s">%d</a>' % (n, i, '&amp;v=c' if c else '', i)
                                       for i in range(1, pages + 1))
        self.out(o, 'AR')

    def act(self, a, do):
        b = snap(a)
        if do == 'lic':
            a['used'] = a['total'] = 0
            msg = 'OK. License count is 0.'
        elif do == 'bills':
            k = 0
            todo = [x for x in a['bills'] if x['status'] in ('Scheduled', 'SUBMITTED')]
            for x in todo:
                k += 1
                if not (a['stubborn'] and x is todo[-1]):
                    x['status'] = 'Canceled'
            msg = 'OK. %d bills cancelled.' % k
        elif do == 'status':
            a['status'] = 'DELETE'
            msg = 'OK. Status is DELETE.'
        elif do == 'info':
            a['info'] = 'CANCELLED CUSTOMER'
            msg = 'OK. Organization and contact info set.'
        elif do in ('purge', 'reactivate', 'billnow', 'invoice'):
            a['notes'] += '\n[%s]' % do
            if do == 'reactivate':
                a['status'] = 'ACTIVE'
            msg = 'OK. Done.'
            do = 'DANGER ' + do
        else:
            return self.out('<p>ERROR.', code=400)
        log(self.path, a['num'], do, b, snap(a))
        self.out(msg, bare=True)


class HB(H):
    backend = True


if __name__ == '__main__':
    s1 = ThreadingHTTPServer(('127.0.0.1', A.port), H)
    s2 = ThreadingHTTPServer(('127.0.0.1', A.backend_port), HB)
    threading.Thread(target=s2.serve_forever, daemon=True).start()
    print('CRM', CRM, 'AR', AR, flush=True)
    s1.serve_forever()
