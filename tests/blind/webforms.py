#!/usr/bin/env python3
"""Legacy CRM admin site, ASP.NET WebForms style (2008).  python3 site.py --port P --backend-port B
Sign-in: admin / Secret123!  (backend look-up URL http://127.0.0.1:B/AR/Lookup.aspx asks for the same again)."""
import argparse, copy, html, json, re, secrets, threading, urllib.parse as up
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

USER, PW = 'admin', 'Secret123!'
RIGHT_URL = {'5': 'https://s05.legacycrm.example/aws/', '6': 'https://s06.legacycrm.example/aws/',
             '7': 'https://s06.legacycrm.example/aws/', '8': 'https://s08.legacycrm.example/aws/'}
MODULES = ['Basic Edition', 'Standard Edition', 'Premium Edition', 'Sales Edition']
LOCK = threading.RLock()
E = lambda s: html.escape(str(s), quote=True)

# ---------------------------------------------------------------- data
FIELDS = [  # (tab, key, label, kind)
    ('general', 'name', 'Account Name', 'text'), ('general', 'parent', 'Parent Organization', 'text'),
    ('general', 'industry', 'Industry', ['', 'Retail', 'Food', 'Services', 'Health', 'Publishing']),
    ('general', 'rating', 'Rating', ['Cold', 'Warm', 'Hot']), ('general', 'owner', 'Account Owner', ['J. Hansen', 'M. Lopez', 'K. Ito']),
    ('general', 'phone', 'Main Phone', 'text'), ('general', 'fax', 'Fax', 'text'), ('general', 'tollfree', 'Toll Free', 'text'),
    ('general', 'email', 'E-mail', 'text'), ('general', 'web', 'Web Site', 'text'),
    ('general', 'employees', 'Employees', 'text'), ('general', 'revenue', 'Annual Revenue', 'text'),
    ('general', 'vip', 'VIP Customer', 'check'), ('general', 'mailing', 'Include in mailings', 'check'),
    ('addr', 'b1', 'Billing Street 1', 'text'), ('addr', 'b2', 'Billing Street 2', 'text'), ('addr', 'bcity', 'Billing City', 'text'),
    ('addr', 'bstate', 'Billing State', 'text'), ('addr', 'bzip', 'Billing Zip', 'text'),
    ('addr', 'bcountry', 'Billing Country', ['USA', 'Canada', 'Mexico']),
    ('addr', 's1', 'Shipping Street 1', 'text'), ('addr', 's2', 'Shipping Street 2', 'text'), ('addr', 'scity', 'Shipping City', 'text'),
    ('addr', 'sstate', 'Shipping State', 'text'), ('addr', 'szip', 'Shipping Zip', 'text'),
    ('addr', 'scountry', 'Shipping Country', ['USA', 'Canada', 'Mexico']),
    ('addr', 'sdir', 'Directions', 'area'),
    ('custom', 'server', 'Server Location', 'text'), ('custom', 'cf1', 'Data Center Note', 'text'),
    ('custom', 'cf2', 'Backup Plan', ['None', 'Daily', 'Weekly']), ('custom', 'cf3', 'Renewal Month', ['Jan', 'Apr', 'Jul', 'Oct']),
    ('notes', 'notes', 'Notes', 'area'), ('notes', 'internal', 'Internal Remarks', 'area'),
    ('cancel', 'cdate', 'Date of Cancellation', 'text'),
    ('cancel', 'creason', 'Reason for Cancelling', ['', 'Too expensive', 'Not using it', 'Switched to competitor', 'Out of business', 'Other']),
    ('cancel', 'ccomment', 'Reason Comments', 'area'),
    ('cancel', 'optout', 'Opt Out of any future emails', 'check'),
]
STATE = {}


def acct(num, name, paid=3, sched=2, subm=1, lic=5, **kw):
    i = int(num)
    a = dict(num=num, name=name, lic=lic, status='ACTIVE', orgset='', linklive=True, dead=None, role=False, stubborn=False,
             expire=False, purged=False, rid='R%06X' % (i * 7 % 0xFFFFFF), invoices=0)
    f = dict(name=name, parent='', industry='Services', rating='Warm', owner='M. Lopez', phone='(801) 555-%04d' % (i % 9999),
             fax='', tollfree='', email='info%d@example.test' % i, web='http://www.example.test/%s' % num, employees=str(i % 90 + 3),
             revenue='$%d,000' % (i % 900 + 50), vip=i % 2 == 0, mailing=True, b1='%d Main St' % (i % 900 + 1), b2='', bcity='Provo',
             bstate='UT', bzip='84601', bcountry='USA', s1='%d Dock Rd' % (i % 700 + 1), s2='Suite  4', scity='Orem', sstate='UT',
             szip='84057', scountry='Canada' if i % 3 == 0 else 'USA', sdir='Past the "old" mill,\nthen left & up.', server=RIGHT_URL[num[0]],
             cf1='rack %d' % (i % 40), cf2='Daily', cf3='Jul', notes='Customer since 2004.\n\n  Calls on Mondays <am>.', internal='', cdate='',
             creason='', ccomment='', optout=False)
    a['f'] = f
    rows, d, k = [], date.today(), i * 10
    for n in range(paid):
        rows.append([k + n, d - timedelta(30 * (paid - n)), 'Monthly subscription', 1250.0 if n % 2 else 49.95, 'Paid'])
    for n in range(subm):
        rows.append([k + paid + n, d + timedelta(15 + n), 'Monthly subscription', 49.95, 'Submitted'])
    for n in range(sched):
        rows.append([k + paid + subm + n, d + timedelta(45 + 30 * n), 'Annual renewal' if n % 2 else 'Monthly subscription', 1250.0, 'Scheduled'])
    a['bills'] = rows
    a.update({x: y for x, y in kw.items() if x not in f})
    for x, y in kw.items():
        if x in f: f[x] = y
    return a


def reset():
    today = date.today().strftime('%m/%d/%Y')
    L = [
        acct('611974', '12-10 Test', paid=4, sched=3, subm=1),
        acct('500123', 'Blue Harbor Dental', industry='Health'),
        acct('702555', 'Rivera & Sons "Quality" <b>Bakery</b>', industry='Food'),
        acct('505010', 'Dead Link Diner', dead='update'),
        acct('620440', 'Empty Location Inc', dead='server', server=''),
        acct('733900', 'Hopeless Hardware', dead='always'),
        acct('655001', 'Role Error Realty', role=True),
        acct('541777', 'Combo Catering', dead='server', server='', role=True),
        acct('600808', 'Gone Already LLC', sched=0, subm=0, lic=0, status='DELETE', orgset='01/15/2026', cdate='01/15/2026',
             creason='Out of business', ccomment='closed'),
        acct('577310', 'Half Way House', sched=0, subm=0, lic=0),
        acct('610001', 'Acme Ltd'), acct('610002', 'Acme Ltd 2'), acct('610003', 'ACME LTD'),
        acct('520100', 'Twin Peaks Coffee'), acct('520200', 'Twin Peaks Coffee', lic=9),
        acct('811020', 'Eighthundred Events'),
        acct('690333', 'Stubborn Mule Co', stubborn=True),
        acct('715150', 'Many Pages Publishing', paid=14, sched=2, subm=0, industry='Publishing'),
        acct('715990', 'Long Tail Stationers', paid=12, sched=3, subm=1, stubborn=True),
        acct('508000', 'Nothing Billed Nursery', paid=0, sched=0, subm=0, lic=2),
        acct('688420', 'Expiring Eggs', expire=True),
        acct('522222', 'Expiring Reader', expire='read'),
        acct('512345', 'Only Future Ltd', paid=0, sched=2, subm=0),
        acct('534321', 'Quiet Valley Yoga'), acct('698765', 'Zed Zero Audio'),
    ]
    for a in L:
        a['linklive'] = a['dead'] is None
        if a['num'] in ('600808', '577310'):
            k = int(a['num']) * 10 + 50
            a['bills'] += [[k, date.today() + timedelta(20), 'Monthly subscription', 49.95, 'Cancelled'],
                           [k + 1, date.today() + timedelta(50), 'Annual renewal', 1250.0, 'Cancelled']]
    STATE.clear()
    STATE.update(acc={a['num']: a for a in L}, ledger=[], sessions={}, vs={}, module='Standard Edition', log=[])


def led(a, what, before, after, **kw):
    STATE['ledger'].append(dict(n=len(STATE['ledger']) + 1, at=datetime.now().strftime('%H:%M:%S'), account=a['num'] if a else None,
                                name=a['name'] if a else None, action=what, before=before, after=after, **kw))


def money(x): return '${:,.2f} USD'.format(x)


# ---------------------------------------------------------------- page kit
class Page:
    """one rendered WebForms page: new random suffix and new viewstate each time"""
    def __init__(self, kind, sid, **data):
        self.sfx = secrets.token_hex(2)
        self.vs = '/wEPDwUK' + secrets.token_urlsafe(90)
        STATE['vs'][self.vs] = dict(kind=kind, sid=sid, **data)

    def n(self, base): return 'ctl00$cph$%s_%s' % (base, self.sfx)
    def i(self, base): return self.n(base).replace('$', '_')
    def pb(self, base, arg=''): return "javascript:__doPostBack(&#39;%s&#39;,&#39;%s&#39;)" % (self.n(base), arg)
    def a(self, base, text, arg='', cls='lnk'):
        return '<a id="%s" class="%s" href="%s">%s</a>' % (self.i(base), cls, self.pb(base, arg), text)
    def text(self, base, val='', size=30, typ='text'):
        return '<input name="%s" type="%s" value="%s" id="%s" class="tb" size="%d" />' % (self.n(base), typ, E(val), self.i(base), size)
    def area(self, base, val):
        return '<textarea name="%s" rows="3" cols="50" id="%s">\r\n%s</textarea>' % (self.n(base), self.i(base), E(val))
    def sel(self, base, opts, cur, auto=False, dis=False, dopt=()):
        oc = ' onchange="javascript:setTimeout(&#39;__doPostBack(\\&#39;%s\\&#39;,\\&#39;\\&#39;)&#39;, 0)"' % self.n(base) if auto else ''
        h = '<select name="%s" id="%s"%s%s>' % (self.n(base), self.i(base), oc, ' disabled="disabled"' if dis else '')
        for v, t in opts:
            h += '<option%s%s value="%s">%s</option>' % (' selected="selected"' if v == cur else '', ' disabled="disabled"' if v in dopt else '', E(v), E(t))
        return h + '</select>'
    def check(self, base, val):
        return '<input id="%s" type="checkbox" name="%s"%s />' % (self.i(base), self.n(base), ' checked="checked"' if val else '')

    def html(self, title, body, msg=None, bad=False, menu='', modal='', script='', brand='PlanPlus Online Admin'):
        bar = '<div id="%s" class="msgbar">%s</div>' % (self.i('pnlMsg'), E(msg)) if msg else ''
        return f'''<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>
\t{E(title)}
</title><style type="text/css">
body{{font:11px Verdana,Arial;margin:0;background:#e8ecf2}} .top{{background:#27496d;color:#fff;padding:6px 12px}} .top a{{color:#fff;margin-right:14px}}
.msgbar{{background:#ffffa8;border:1px solid #c9b800;padding:6px;margin:6px 12px}} .body{{margin:12px;background:#fff;padding:10px;border:1px solid #99a}}
td,th{{font-size:11px;padding:2px 6px;text-align:left}} .lbl{{color:#456;white-space:nowrap;text-align:right}} .btn{{background:#dde4ee;border:1px outset #889;padding:2px 9px;color:#000;text-decoration:none;margin-right:6px}}
.tab{{cursor:pointer;display:inline-block;padding:4px 12px;border:1px solid #99a;background:#d5dbe6}} .tabon{{background:#fff;font-weight:bold;border-bottom-color:#fff}}
.hdr{{color:#fff;font-weight:bold;padding:4px 8px}} .purple{{background:#7b2fa0}} .blue{{background:#4a6fa5}} .grid td,.grid th{{border:1px solid #ccd}}
.shade{{position:fixed;left:0;top:0;width:100%;height:100%;background:#000;opacity:.45;z-index:9000}} .modal{{position:fixed;left:50%;top:120px;margin-left:-210px;width:420px;background:#fff;border:2px solid #27496d;z-index:9001;padding:0 0 12px}}
.modal .in{{padding:12px}}
</style></head><body>
<form name="aspnetForm" method="post" action="" id="aspnetForm">
<div><input type="hidden" name="__EVENTTARGET" id="__EVENTTARGET" value="" /><input type="hidden" name="__EVENTARGUMENT" id="__EVENTARGUMENT" value="" />
<input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="{self.vs}" /></div>
<script type="text/javascript">
//<![CDATA[
var theForm = document.forms['aspnetForm'];
function __doPostBack(eventTarget, eventArgument) {{
    if (!theForm.onsubmit || (theForm.onsubmit() != false)) {{
        theForm.__EVENTTARGET.value = eventTarget; theForm.__EVENTARGUMENT.value = eventArgument; theForm.submit();
    }}
}}
//]]>
</script>
<div class="top"><b>{brand}</b> &nbsp; {menu}</div>{bar}
<div class="body">{body}</div>{modal}
<div style="color:#889;margin:12px">&copy; 2008 Complete XRM &nbsp;|&nbsp; build 5.2.1190 &nbsp;|&nbsp; {datetime.now():%H:%M:%S}</div>
</form>{script}</body></html>'''

    def menu(self, crm=True):
        m = ''
        if crm:
            for b, t in (('mnuHome', 'Home'), ('mnuOrg', 'Organization'), ('mnuContact', 'Contacts'), ('mnuRep', 'Reports')):
                m += self.a(b, t, cls='mi')
        m += 'App Module:&nbsp;' + self.sel('ddlModule', [(x, x) for x in MODULES], STATE['module'], auto=True)
        return m + ' &nbsp; ' + self.a('mnuOut', 'Sign Out', cls='mi')


class Redirect(Exception):
    def __init__(self, url): self.url = url


class Bad(Exception):
    pass


# ---------------------------------------------------------------- CRM pages
def login_page(sid, ret, msg=None, user='', kind='login', title='Sign In'):
    p = Page(kind, sid, ret=ret)
    b = f'''<h2>{E(title)}</h2><table>
<tr><td class="lbl">User Name:</td><td>{p.text('txtUser', user)}</td></tr>
<tr><td class="lbl">Password:</td><td>{p.text('txtPwd', '', typ='password')}</td></tr>
<tr><td></td><td>{p.check('chkKeep', False)} Keep me signed in</td></tr>
<tr><td></td><td>{p.a('lnkSignIn', 'Sign In', cls='btn')} {p.a('lnkForgot', 'Forgot password?')}</td></tr></table>'''
    return p.html(title, b, msg=msg)


def home_page(sid, msg=None):
    p = Page('home', sid)
    return p.html('Home', '<h2>Home</h2><p>Welcome, %s. You are working in %s.</p><p>Use the menu above to look up an Organization.</p>' % (USER, E(STATE['module'])),
                  msg=msg, menu=p.menu())


def org_list(sid, q=None, pg=1, msg=None):
    p = Page('orgs', sid, q=q, pg=pg)
    b = f'''<h2>Organization Look-up</h2><table><tr><td class="lbl">Account Name:</td><td>{p.text('txtName', q or '')}</td>
<td class="lbl">City:</td><td>{p.text('txtCity', '')}</td><td class="lbl">Owner:</td><td>{p.sel('ddlOwn', [('', '(any)'), ('1', 'J. Hansen'), ('2', 'M. Lopez')], '')}</td>
<td><input type="image" name="{p.n('btnSearch')}" id="{p.i('btnSearch')}" src="search.gif" alt="Search" /></td><td><input type="image" name="{p.n('btnNew')}" id="{p.i('btnNew')}" src="new.gif" alt="New Organization" /></td></tr></table>'''
    if q is not None:
        hits = [a for a in STATE['acc'].values() if q.strip().lower() in a['name'].lower() and not a['purged']]
        hits.sort(key=lambda a: (a['name'].lower(), a['num']))
        pages = max(1, -(-len(hits) // 10))
        if not hits:
            b += '<p>No records were found.</p>'
        else:
            b += '<table class="grid"><tr><th>Account Name</th><th>Account #</th><th>City</th><th>Phone</th><th>&nbsp;</th></tr>'
            for a in hits[(pg - 1) * 10:pg * 10]:
                b += '<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>' % (
                    p.a('gvOrg', E(a['name']), 'Select$' + a['rid']), a['num'], E(a['f']['bcity']), E(a['f']['phone']), p.a('gvMerge', 'Merge', a['rid']))
            if pages > 1:
                b += '<tr><td colspan="5">' + ' '.join('<span>%d</span>' % k if k == pg else p.a('gvOrg', k, 'Page$%d' % k) for k in range(1, pages + 1)) + '</td></tr>'
            b += '</table><p>%d record(s) found.</p>' % len(hits)
    return p.html('Organization Look-up', b, msg=msg, menu=p.menu())


TABS = [('general', 'General'), ('addr', 'Addresses'), ('custom', 'Custom Fields'), ('notes', 'Notes'), ('cancel', 'Cancellation'), ('hist', 'History')]


def field(p, key, kind, v):
    if kind == 'text': return p.text('f_' + key, v, 46 if key == 'server' else 30)
    if kind == 'area': return p.area('f_' + key, v)
    if kind == 'check': return p.check('f_' + key, v)
    return p.sel('f_' + key, [(x, x or '-- select --') for x in kind], v)


def org_page(sid, a, msg=None, tab='general', vals=None):
    p = Page('org', sid, num=a['num'])
    tab = ARGS.first if tab == 'general' else tab
    f = vals or a['f']
    bar = '<p>' + p.a('btnUpdate%s', 'Update', cls='btn') + p.a('btnClose%s', 'Close', cls='btn') + p.a('btnDelete%s', 'Delete', cls='btn') + '</p>'
    out = '<h2>Organization: %s</h2><p>Account #: <b>%s</b> &nbsp; Created: 03/11/2004 &nbsp; License Count: %d &nbsp; Account Status: %s</p>' % (
        E(a['name']), a['num'], a['lic'], a['status'])
    if 'line' in ARGS.relax:
        out = '<h2>Organization: %s</h2><table><tr><td class="lbl">Account #:</td><td><b>%s</b></td><td class="lbl">Created:</td><td>03/11/2004</td><td class="lbl">License Count:</td><td>%d</td><td class="lbl">Account Status:</td><td>%s</td></tr></table>' % (
            E(a['name']), a['num'], a['lic'], a['status'])
    out += bar.replace('%s', 'T') if 'update' not in ARGS.relax else ''
    out += '<input type="hidden" name="%s" id="hidTab" value="%s" />' % (p.n('hidTab'), tab)
    if 'tabs' not in ARGS.relax: out += '<div>' + ''.join('<span class="tab%s" id="tab_%s" onclick="showTab(\'%s\')">%s</span>' % (' tabon' if k == tab else '', k, k, t) for k, t in TABS) + '</div>'
    for k, t in TABS:
        out += '<div class="panel" id="pnl_%s" style="display:%s">' % (k, 'block' if k == tab or 'tabs' in ARGS.relax else 'none')
        if k == 'hist':
            out += '<table class="grid"><tr><th>When</th><th>What</th></tr><tr><td>03/11/2004</td><td>Record created</td></tr><tr><td>06/02/2007</td><td>Imported from old server</td></tr></table>'
        rows = ''.join('<tr><td class="lbl">%s:</td><td>%s</td></tr>' % (E(l), field(p, key, kind, f[key]))
                       for tb, key, l, kind in FIELDS if tb == k and kind != 'check')
        rows += ''.join('<tr><td></td><td>%s %s</td></tr>' % (field(p, key, kind, f[key]), E(l))
                        for tb, key, l, kind in FIELDS if tb == k and kind == 'check')
        if k == 'custom':
            opts = [('', '-- choose a link --'), ('rep', '(NewReportsLink)'), ('mng', '(NewManageAcctsLink)'), ('prg', '(NewPurgeAcctLink)')]
            dis = ARGS.deadstyle != 'postback' and not a['linklive'] and a['dead'] == 'server'
            dopt = ('mng',) if ARGS.deadstyle != 'postback' and (not a['linklive'] and a['dead'] == 'update') else ()
            old = [('', '-- choose a link --'), ('omng', '(ManageAcctsLink)'), ('orep', '(ReportsLink)')]
            out += '<div class="hdr purple">AWS Account Management</div><table>'
            out += '<tr><td class="lbl">AWS Links for 02 Servers Act # starts w/ 100, 200:</td><td>%s</td></tr>' % p.sel('ddlOld', old, '', auto=True)
            out += '<tr><td class="lbl">New AWS Links for 05 &amp; 06 Servers<br />Act # starts w/ 500, 600, 700:</td><td>%s</td></tr>' % p.sel('ddlNew', opts, '', auto=True, dis=dis, dopt=dopt)
            out += rows + '</table>'
        elif k == 'cancel':
            out += '<div class="hdr blue">Required for Cancellation</div><table>' + rows + '</table>'
        elif k != 'hist':
            out += '<table>' + rows + '</table>'
        out += '</div>'
    out += bar.replace('%s', 'B')
    js = '' if 'tabs' in ARGS.relax else '''<script type="text/javascript">
function showTab(k){var ps=document.getElementsByTagName('div');for(var i=0;i<ps.length;i++){if(ps[i].className=='panel'){ps[i].style.display=(ps[i].id=='pnl_'+k)?'block':'none';}}
var ts=document.getElementsByTagName('span');for(i=0;i<ts.length;i++){if(ts[i].id.indexOf('tab_')==0){ts[i].className=(ts[i].id=='tab_'+k)?'tab tabon':'tab';}}
document.getElementById('hidTab').value=k;}
</script>'''
    return p.html('Organization - ' + a['name'], out, msg=msg, menu=p.menu(), script=js)


def org_update(sid, a, form):
    new, old = dict(a['f']), a['f']
    for tb, key, l, kind in FIELDS:
        if kind == 'check': new[key] = 'f_' + key in form
        elif 'f_' + key in form:
            v = form['f_' + key]
            new[key] = v.replace('\r\n', '\n') if kind == 'area' else v
    tab = form.get('hidTab', 'general')
    diff = {k: [old[k], new[k]] for k in old if old[k] != new[k]}
    err = None
    if new['cdate']:
        try: datetime.strptime(new['cdate'], '%m/%d/%Y')
        except ValueError: err = 'Date of Cancellation must be a valid date (MM/DD/YYYY). The record was not saved.'
        if not err and not new['creason']: err = 'Please select a Reason for Cancelling. The record was not saved.'
    if not new['name'].strip(): err = 'Account Name is required. The record was not saved.'
    led(a, 'update', {k: v[0] for k, v in diff.items()}, {k: v[1] for k, v in diff.items()}, saved=not err)
    if err: return org_page(sid, a, err, tab, new)
    a['f'] = new
    a['name'] = new['name']
    if a['dead'] == 'update': a['linklive'] = True
    if a['dead'] == 'server': a['linklive'] = new['server'].strip().rstrip('/') == RIGHT_URL[a['num'][0]].rstrip('/')
    return org_page(sid, a, 'Organization has been updated.', tab)


# ---------------------------------------------------------------- backend pages
def be(path, sid, a=None, **q):
    d = dict(tk=sid)
    if a: d['k'] = a['rid']
    d.update(q)
    return 'http://127.0.0.1:%d/AR/%s?%s' % (ARGS.backend_port, path, up.urlencode(d))


def crm(path): return 'http://127.0.0.1:%d/%s' % (ARGS.port, path)


def hd(p): return p.menu(crm=False)


def start_page(sid, a, msg=None):
    p = Page('start', sid, num=a['num'])
    L = [('lnkCsb', 'Cancel Subscription / Cancel Bills / Delete Account'), ('lnkInv', 'Send Invoice'), ('lnkRea', 'Re-activate Account'),
         ('lnkAR', 'Link to AR: %s - %s' % (a['num'], E(a['name']))), ('lnkPurge', 'Purge Account')]
    b = '<h2>Cancellation Start Page</h2><table><tr><td class="lbl">Account:</td><td>%s</td></tr><tr><td class="lbl">Name:</td><td>%s</td></tr></table><ul>' % (a['num'], E(a['name']))
    b += ''.join('<li>%s</li>' % p.a(x, t) for x, t in L) + '</ul>'
    return p.html('Cancellation Start Page', b, msg=msg, menu=hd(p), brand='Backend AR')


LINKS = [('lic', 'Remove License Count, change to 0', None),
         ('bills', 'Cancel All Scheduled and Submitted Billings.', 'All scheduled and submitted billings of this account will be cancelled.'),
         ('stat', "Set Account Status = 'DELETE'", 'The account will no longer be usable.'),
         ('org', 'Set Organization / Contact Info', 'The organization and its contacts will be flagged as former customer.')]


def four_page(sid, a, msg=None, modal=None, licval=None):
    p = Page('four', sid, num=a['num'], modal=modal)
    b = '<h2>Cancel Subscription / Cancel Bills / Delete Account</h2><p>%s - %s</p>' % (a['num'], E(a['name']))
    b += '<table class="grid"><tr><td class="lbl">Licenses</td><td>%d</td></tr><tr><td class="lbl">Account Status</td><td>%s</td></tr><tr><td class="lbl">Org / contact flagged</td><td>%s</td></tr></table><ol>' % (
        a['lic'], a['status'], E(a['orgset'] or 'no'))
    b += ''.join('<li>%s</li>' % p.a('l_' + k, E(t)) for k, t, _ in LINKS) + '</ol><hr />'
    for x, t in (('x_purge', 'Purge All Data of this Account'), ('x_active', "Set Account Status = 'ACTIVE'"), ('x_react', 'Re-activate Cancelled Billings'),
                 ('x_inv', 'Send Final Invoice'), ('x_back', 'Cancellation Start Page')):
        b += '<div>%s</div>' % p.a(x, E(t))
    m = ''
    if modal:
        t, q = next((t, q) for k, t, q in LINKS if k == modal)
        inner = ('<table><tr><td class="lbl">License Count:</td><td>%s</td></tr></table><p>%s %s</p>' % (
            p.text('txtLic', a['lic'] if licval is None else licval, 6), p.a('m_save', 'Save', cls='btn'), p.a('m_cancel', 'Cancel', cls='btn'))) if modal == 'lic' else \
            '<p>%s<br />Do you want to continue?</p><p>%s %s</p>' % (q, p.a('m_cont', 'Continue', cls='btn'), p.a('m_cancel', 'Cancel', cls='btn'))
        m = '<div class="shade"></div><div class="modal" id="%s"><div class="hdr blue">%s</div><div class="in">%s</div></div>' % (p.i('pnlModal'), E(t), inner)
    return p.html('Cancel Account', b, msg=msg, menu=hd(p), modal=m, brand='Backend AR')


def billing_page(sid, a, tab='bill', pg=1, msg=None):
    if a['role'] and STATE['module'] != 'Premium Edition':
        p = Page('denied', sid, num=a['num'])
        return p.html('Access', '<p>Sorry your current role does not have access to this page. Please contact your company administrator if you need access to this page.</p>',
                      menu=hd(p), brand='Backend AR')
    p = Page('billing', sid, num=a['num'], tab=tab)
    rows = {'bill': [r for r in a['bills'] if r[4] in ('Paid', 'Scheduled', 'Submitted')], 'canc': [r for r in a['bills'] if r[4] == 'Cancelled'],
            'decl': [r for r in a['bills'] if r[4] == 'Declined']}[tab]
    pages = max(1, -(-len(rows) // 5))
    pg = min(pg, pages)
    b = '<h2>AR Billing: %s - %s</h2><div>' % (a['num'], E(a['name']))
    for k, t in (('bill', 'Billing'), ('canc', 'Cancelled'), ('decl', 'Declined')):
        b += '<span class="tab%s" onclick="__doPostBack(&#39;%s&#39;,&#39;%s&#39;)">%s</span>' % (' tabon' if k == tab else '', p.n('tabs'), k, t)
    b += '</div>'
    if rows:
        b += '<table class="grid"><tr><th>Bill #</th><th>Bill Date</th><th>Description</th><th>Amount</th><th>' + ('Status' if 'status' in ARGS.relax else '') + '</th></tr>'
        for r in rows[(pg - 1) * 5:pg * 5]:
            b += '<tr><td>%s</td><td>%s</td><td>%s</td><td align="right">%s</td><td>%s</td></tr>' % (r[0], r[1].strftime('%m/%d/%Y'), r[2], money(r[3]), r[4])
        if pages > 1:
            b += '<tr class="pgr"><td colspan="5"><table><tr>' + ''.join('<td>%s</td>' % ('<span>%d</span>' % k if k == pg else p.a('gvBill', k, 'Page$%d' % k)) for k in range(1, pages + 1)) + '</tr></table></td></tr>'
        b += '</table>'
    else:
        b += '<p>There are no billings to show.</p>'
    b += '<p>%s %s</p>' % (p.a('b_add', 'Add One-Time Charge', cls='btn'), p.a('b_inv', 'Send Invoice', cls='btn'))
    return p.html('AR Billing', b, msg=msg, menu=hd(p), brand='Backend AR')


def lookup_page(sid, q=None, msg=None):
    p = Page('lookup', sid)
    b = '<h2>Backend Account Look-up</h2><table><tr><td class="lbl">Account Number:</td><td>%s</td><td><input type="image" name="%s" id="%s" src="find.gif" alt="Find" /></td></tr></table>' % (
        p.text('txtAcct', q or ''), p.n('btnFind'), p.i('btnFind'))
    if q is not None:
        hits = [a for a in STATE['acc'].values() if q.strip() and a['num'].startswith(q.strip()) and a['num'][0] in '567']
        if hits:
            b += '<table class="grid"><tr><th>Account</th><th>Name</th><th>Status</th></tr>' + ''.join(
                '<tr><td>%s</td><td>%s</td><td>%s</td></tr>' % (p.a('gvA', a['num'], 'Select$' + a['rid']), E(a['name']), a['status']) for a in hits) + '</table>'
        else:
            b += '<p>No account with this number on this server.</p>'
    return p.html('Backend Account Look-up', b, msg=msg, menu=hd(p), brand='Backend AR')


def module_home(sid):
    p = Page('mhome', sid)
    return p.html('Welcome', '<h2>%s</h2><p>Welcome to %s.</p>' % (E(STATE['module']), E(STATE['module'])), menu=hd(p), brand='Backend AR')


# ---------------------------------------------------------------- handler
class H(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *a): pass

    def send(self, body, code=200, ctype='text/html; charset=utf-8', extra=()):
        b = body.encode() if isinstance(body, str) else body
        self.send_response(code)
        self.send_header('Content-Type', ctype)
        self.send_header('Content-Length', str(len(b)))
        self.send_header('Cache-Control', 'private')
        for k, v in extra: self.send_header(k, v)
        self.end_headers()
        self.wfile.write(b)

    def do_GET(self): self.run('GET')
    def do_POST(self): self.run('POST')

    def run(self, meth):
        n = int(self.headers.get('Content-Length') or 0)
        raw = self.rfile.read(n).decode('utf-8', 'replace')
        self.cookie = []
        if meth == 'POST' and ARGS.delay and '__' not in self.path:
            import time
            time.sleep(ARGS.delay)
        with LOCK:
            u = up.urlsplit(self.path)
            q = dict(up.parse_qsl(u.query, keep_blank_values=True))
            if u.path == '/__ledger': return self.send(json.dumps(STATE['ledger'], indent=1), ctype='application/json')
            if u.path == '/__state':
                return self.send(json.dumps(dict(module=STATE['module'], acc={k: {x: y for x, y in a.items()} for k, a in STATE['acc'].items()}), default=str, indent=1), ctype='application/json')
            if u.path == '/__log': return self.send(json.dumps(STATE['log'], indent=0), ctype='application/json')
            if u.path == '/__reset' and meth == 'POST':
                reset()
                return self.send('{"ok":true}', ctype='application/json')
            if u.path.endswith(('.gif', '.ico')): return self.send(b'', 404, 'image/gif')
            form = {}
            if meth == 'POST':
                for k, v in up.parse_qsl(raw, keep_blank_values=True):
                    m = re.match(r'^ctl00\$cph\$(.+)_[0-9a-f]{4}(\.x|\.y)?$', k)
                    form[(m.group(1) + ('.x' if m.group(2) else '')) if m else k] = v
            t = form.get('__EVENTTARGET', '')
            m = re.match(r'^ctl00\$cph\$(.+)_[0-9a-f]{4}$', t)
            ev, arg = (m.group(1) if m else ''), form.get('__EVENTARGUMENT', '')
            for k in list(form):
                if k.endswith('.x'): ev = k[:-2]
            STATE['log'].append('%s %s %s %s %s' % (datetime.now().strftime('%H:%M:%S'), self.server.role, meth, self.path.split('?')[0], (ev + ' ' + arg) if meth == 'POST' else ''))
            try:
                body = (self.crm if self.server.role == 'crm' else self.backend)(meth, u, q, form, ev, arg)
                self.send(body, extra=[('Set-Cookie', c) for c in self.cookie])
            except Redirect as r:
                self.send('<html><head><title>Object moved</title></head><body><h2>Object moved to <a href="%s">here</a>.</h2></body></html>' % E(r.url), 302,
                          extra=[('Location', r.url)] + [('Set-Cookie', c) for c in self.cookie])
            except Bad as e:
                self.send('<html><head><title>Error</title></head><body><h1>Server Error in \'/\' Application.</h1><h2><i>%s</i></h2></body></html>' % E(e), 500)
            except KeyError as e:
                self.send('<html><body><h1>The resource cannot be found.</h1></body></html>', 404)

    def sess(self):
        m = re.search(r'ASP\.NET_SessionId=(\w+)', self.headers.get('Cookie') or '')
        return m.group(1) if m else None

    def view(self, form, sid):
        v = STATE['vs'].get(form.get('__VIEWSTATE', ''))
        if not v: raise Bad('Validation of viewstate MAC failed.')
        return v

    def module(self, form, dest):
        new = form.get('ddlModule')
        if new in MODULES and new != STATE['module']:
            old, STATE['module'] = STATE['module'], new
            led(None, 'app module', old, new)
        raise Redirect(dest)

    def do_login(self, form, v, kind, title):
        if form.get('txtUser') == USER and form.get('txtPwd') == PW:
            sid = secrets.token_hex(12)
            STATE['sessions'][sid] = dict(user=USER)
            self.cookie.append('ASP.NET_SessionId=%s; path=/; HttpOnly' % sid)
            raise Redirect(re.sub(r'tk=\w*', 'tk=' + sid, v['ret']))
        return login_page(None, v['ret'], 'The user name or password is not correct.', form.get('txtUser', ''), kind, title)

    # ---- CRM
    def crm(self, meth, u, q, form, ev, arg):
        sid = self.sess()
        path = u.path
        if path == '/Login.aspx':
            ret = q.get('ReturnUrl') or crm('Default.aspx')
            if meth == 'GET':
                return login_page(None, ret, 'Your session has expired. Please enter your password again.' if q.get('x') else None, USER if q.get('x') else '')
            v = self.view(form, None)
            if ev == 'lnkForgot': return login_page(None, ret, 'Please contact your company administrator.')
            return self.do_login(form, v, 'login', 'Sign In')
        if sid not in STATE['sessions']:
            raise Redirect('/Login.aspx?ReturnUrl=' + up.quote(crm(self.path.lstrip('/')) if meth == 'GET' and path != '/' else crm('Default.aspx'), safe=''))
        if meth == 'POST':
            v = self.view(form, sid)
            if ev == 'ddlModule': self.module(form, '/Default.aspx')
            if ev == 'mnuHome': raise Redirect('/Default.aspx')
            if ev == 'mnuOrg': raise Redirect('/Organization.aspx')
            if ev in ('mnuContact', 'mnuRep'): raise Redirect('/Empty.aspx')
            if ev == 'mnuOut':
                STATE['sessions'].pop(sid, None)
                raise Redirect('/Login.aspx')
            if v['kind'] == 'orgs':
                if ev == 'gvOrg' and arg.startswith('Select$'): raise Redirect('/OrgEdit.aspx?rid=' + arg[7:])
                if ev == 'gvOrg': return org_list(sid, v['q'], int(arg[5:]))
                if ev == 'gvMerge':
                    led(None, 'MERGE', arg, arg)
                    return org_list(sid, v['q'], 1, 'Merged.')
                if ev == 'btnNew':
                    led(None, 'NEW ORGANIZATION', '', '')
                    return org_list(sid, None, 1, 'New organization created.')
                return org_list(sid, form.get('txtName', ''))
            if v['kind'] == 'org':
                a = STATE['acc'][v['num']]
                if ev.startswith('btnUpdate'): return org_update(sid, a, form)
                if ev.startswith('btnClose'): raise Redirect('/Organization.aspx')
                if ev.startswith('btnDelete'):
                    led(a, 'DELETE RECORD', '', '')
                    return org_page(sid, a, 'Record marked for deletion.')
                if ev == 'ddlNew':
                    x = form.get('ddlNew', '')
                    if x == 'mng':
                        if a['num'][0] == '8': return org_page(sid, a, 'Account %s is not on the 05 or 06 server.' % a['num'], 'custom')
                        if a['linklive']: raise Redirect(be('CancelStart.aspx', sid, a))
                        return org_page(sid, a, 'The link is not accessible.', 'custom')
                    if x == 'prg':
                        led(a, 'PURGE', '', '')
                        return org_page(sid, a, 'Account purged.', 'custom')
                    return org_page(sid, a, None, 'custom')
                return org_page(sid, a, None, form.get('hidTab', 'general'))
            return home_page(sid)
        if path in ('/', '/Default.aspx'): return home_page(sid)
        if path == '/Organization.aspx': return org_list(sid)
        if path == '/OrgEdit.aspx': return org_page(sid, next((a for a in STATE['acc'].values() if a['rid'] == q.get('rid')), None) or STATE['acc']['?'])
        if path == '/Empty.aspx': return home_page(sid, 'Nothing here.')
        raise KeyError(path)

    # ---- backend AR
    def backend(self, meth, u, q, form, ev, arg):
        path = u.path
        if path == '/AR/SignIn.aspx':
            if meth == 'GET': return login_page(None, be('Lookup.aspx', 'x'), kind='belogin', title='Backend AR - Sign In')
            return self.do_login(form, self.view(form, None), 'belogin', 'Backend AR - Sign In')
        sid = q.get('tk')
        if sid not in STATE['sessions']:
            if path in ('/AR/Lookup.aspx', '/', '/AR/', '/AR'): raise Redirect('/AR/SignIn.aspx')
            raise Redirect(crm('Login.aspx?x=1&ReturnUrl=' + up.quote('http://127.0.0.1:%d%s' % (ARGS.backend_port, self.path), safe='')))
        a = next((x for x in STATE['acc'].values() if x['rid'] == q.get('k')), None)
        if meth == 'GET':
            if path == '/AR/Lookup.aspx': return lookup_page(sid)
            if path == '/AR/ModuleHome.aspx': return module_home(sid)
            if not a: raise KeyError(path)
            if path == '/AR/CancelStart.aspx': return start_page(sid, a)
            if path == '/AR/CancelAccount.aspx': return four_page(sid, a)
            if path == '/AR/Billing.aspx': return billing_page(sid, a)
            raise KeyError(path)
        v = self.view(form, sid)
        if ev == 'ddlModule': self.module(form, be('ModuleHome.aspx', sid))
        if ev == 'mnuOut':
            STATE['sessions'].pop(sid, None)
            raise Redirect(crm('Login.aspx'))
        k = v['kind']
        if k == 'lookup':
            if ev == 'gvA': raise Redirect(be('CancelStart.aspx', sid, next(x for x in STATE['acc'].values() if x['rid'] == arg[7:])))
            return lookup_page(sid, form.get('txtAcct', ''))
        if k == 'mhome': return module_home(sid)
        a = STATE['acc'][v['num']]
        if k == 'start':
            if ev == 'lnkCsb': raise Redirect(be('CancelAccount.aspx', sid, a))
            if ev == 'lnkAR' and a['expire'] == 'read':
                a['expire'] = False
                STATE['sessions'].pop(sid, None)
                raise Redirect(crm('Login.aspx?x=1&ReturnUrl=' + up.quote('http://127.0.0.1:%d%s' % (ARGS.backend_port, self.path), safe='')))
            if ev == 'lnkAR': raise Redirect(be('Billing.aspx', sid, a))
            led(a, {'lnkInv': 'SEND INVOICE', 'lnkRea': 'RE-ACTIVATE', 'lnkPurge': 'PURGE'}.get(ev, 'UNKNOWN ' + ev), '', '')
            return start_page(sid, a, 'Done.')
        if k == 'denied': return billing_page(sid, a)
        if k == 'billing':
            if ev == 'tabs': return billing_page(sid, a, arg)
            if ev == 'gvBill': return billing_page(sid, a, v['tab'], int(arg[5:]))
            led(a, {'b_add': 'ADD CHARGE', 'b_inv': 'SEND INVOICE'}.get(ev, 'UNKNOWN ' + ev), '', '')
            return billing_page(sid, a, v['tab'], 1, 'Done.')
        if k == 'four':
            if ev == 'x_back': raise Redirect(be('CancelStart.aspx', sid, a))
            if ev.startswith('l_'): return four_page(sid, a, modal=ev[2:])
            if ev == 'm_cancel': return four_page(sid, a)
            if ev == 'm_save':
                val = form.get('txtLic', '').strip()
                if not val.isdigit(): return four_page(sid, a, 'License Count must be a number.', 'lic', val)
                led(a, 'license count', a['lic'], int(val))
                a['lic'] = int(val)
                return four_page(sid, a, 'License count has been changed to %s.' % val)
            if ev == 'm_cont':
                if a['expire']:
                    a['expire'] = False
                    STATE['sessions'].pop(sid, None)
                    raise Redirect(crm('Login.aspx?x=1&ReturnUrl=' + up.quote('http://127.0.0.1:%d%s' % (ARGS.backend_port, self.path), safe='')))
                if v['modal'] == 'bills':
                    op = [r for r in a['bills'] if r[4] in ('Scheduled', 'Submitted')]
                    hit = op[:-1] if a['stubborn'] else op
                    led(a, 'cancel billings', [r[0] for r in op], [r[0] for r in op if r not in hit])
                    for r in hit: r[4] = 'Cancelled'
                    return four_page(sid, a, 'All scheduled and submitted billings have been cancelled.')
                if v['modal'] == 'stat':
                    led(a, 'account status', a['status'], 'DELETE')
                    a['status'] = 'DELETE'
                    return four_page(sid, a, 'Account status has been set to DELETE.')
                if v['modal'] == 'org':
                    new = date.today().strftime('%m/%d/%Y')
                    led(a, 'organization / contact info', a['orgset'], new)
                    a['orgset'] = new
                    return four_page(sid, a, 'Organization / contact info has been set.')
            if ev.startswith('x_'):
                led(a, {'x_purge': 'PURGE', 'x_active': 'SET ACTIVE', 'x_react': 'RE-ACTIVATE BILLINGS', 'x_inv': 'SEND FINAL INVOICE'}[ev], '', '')
                return four_page(sid, a, 'Done.')
            return four_page(sid, a)
        raise Bad('Unhandled post-back.')


if __name__ == '__main__':
    ap = argparse.ArgumentParser()
    ap.add_argument('--port', type=int, required=True)
    ap.add_argument('--backend-port', type=int, required=True)
    ap.add_argument('--relax', default='', help='comma list: tabs (all panels shown), line (facts in table cells)')
    ap.add_argument('--delay', type=float, default=0, help='seconds before a POST is answered')
    ap.add_argument('--deadstyle', default='', help='"postback": dead links can be chosen, the record comes again with a message')
    ap.add_argument('--first', default='general', help='the tab that a record opens with')
    ARGS = ap.parse_args()
    reset()
    servers = []
    for port, role in ((ARGS.port, 'crm'), (ARGS.backend_port, 'backend')):
        s = ThreadingHTTPServer(('127.0.0.1', port), H)
        s.role, s.daemon_threads = role, True
        servers.append(s)
    threading.Thread(target=servers[1].serve_forever, daemon=True).start()
    print('CRM http://127.0.0.1:%d/  backend look-up http://127.0.0.1:%d/AR/Lookup.aspx  %s / %s' % (ARGS.port, ARGS.backend_port, USER, PW), flush=True)
    servers[0].serve_forever()
