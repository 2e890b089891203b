#!/usr/bin/env python3
"""A frameset JSP style admin site of 2003, written from the support article 801493 alone."""
import argparse, datetime, html, json, threading, time, urllib.parse, uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

USER, PASSWORD = 'jsmith', 'Secret#2003'
LOCK = threading.RLock()
ARGS = None
E = lambda s: html.escape(str(s), quote=True)
J = lambda s: E(json.dumps(str(s)).replace('</', '<\\/'))   # a JS string inside an attribute
MODULES = ['Standard Edition', 'Professional Edition', 'Premium Edition', 'Reseller Console']
ROLE_TEXT = ('Sorry your current role does not have access to this page. Please contact your company '
             'administrator if you need access to this page.')


def backend(): return 'http://127.0.0.1:%d' % ARGS.backend_port


def right_location(num):
    return {'5': backend() + '/aws05', '6': backend() + '/aws06', '7': backend() + '/aws06'}.get(num[0])


def server_name(num): return {'5': 'aws05', '6': 'aws06', '7': 'aws06'}.get(num[0], 'aws08')


ORD_FIELDS = [  # (key, label, kind, value)
    ('shortname', 'Short Name', 'text', ''), ('addr1', 'Address 1', 'text', '12 Main Street'),
    ('addr2', 'Address 2', 'text', 'Suite 4'), ('city', 'City', 'text', 'Provo'),
    ('state', 'State', ['', 'CA', 'ID', 'NV', 'TX', 'UT'], 'UT'), ('zip', 'Zip', 'text', '84601'),
    ('country', 'Country', ['United States', 'Canada', 'Mexico'], 'United States'),
    ('shipaddr', 'Ship To Address', 'text', ' 12 Main Street (rear) '), ('shipcity', 'Ship To City', 'text', 'Provo'),
    ('phone', 'Phone', 'text', '(801) 555-0100'), ('phone2', 'Phone 2', 'text', ''), ('fax', 'Fax', 'text', '(801) 555-0101'),
    ('email', 'E-mail', 'text', 'owner@example.com'), ('web', 'Web Site', 'text', 'http://www.example.com/'),
    ('industry', 'Industry', ['(none)', 'Education', 'Health', 'Retail', 'Services'], 'Services'),
    ('rating', 'Rating', ['A', 'B', 'C'], 'B'), ('rep', 'Sales Rep', ['House', 'K. Lund', 'P. Ortiz'], 'K. Lund'),
    ('source', 'Lead Source', ['Web', 'Trade Show', 'Referral'], 'Referral'), ('taxid', 'Tax ID', 'text', '87-000000'),
    ('terms', 'Terms', ['Net 15', 'Net 30', 'Prepaid'], 'Prepaid'), ('since', 'Customer Since', 'text', '03/14/2003'),
    ('nextcall', 'Next Call Date', 'text', ''), ('newsletter', 'Receive Newsletter', 'check', '1'),
    ('credit', 'Credit Hold', 'check', ''), ('parent', 'Parent Organization', 'text', ''),
    ('partner', 'Partner Code', 'text', 'PPO-77'), ('udf1', 'User Defined 1', 'text', ''), ('udf2', 'User Defined 2', 'text', 'x & y'),
    ('notes', 'Notes', 'area', '\r\nCall before 9 am.\r\n  Prefers "paper" <invoices> & e-mail.'),
    ('notes2', 'Shipping Notes', 'area', ''),
]


class Acct:
    seq = 3000

    def __init__(self, num, name, lic=5, live='yes', loc=True, role=False, rows=None, stubborn=False, expire=None,
                 done=False, half=False):
        Acct.seq += 17
        self.id, self.num, self.name = str(Acct.seq), num, name
        self.lic, self.status, self.orginfo = lic, 'ACTIVE', False
        self.live = live            # yes | update | never
        self.role, self.stubborn, self.expire = role, stubborn, expire
        self.tk = uuid.uuid4().hex[:8]
        self.f = {k: v for k, _, _, v in ORD_FIELDS}
        self.f['shortname'] = name[:8]
        self.f['accountname'] = name
        self.f['serverloc'] = (right_location(num) or backend() + '/aws08') if loc else ''
        self.f.update(cdate='', creason='', optout='')
        self.rows = rows if rows is not None else bill(num)
        if done or half:
            self.lic = 0
            for r in self.rows:
                if r['st'] in ('Scheduled', 'Submitted'): r['st'] = 'Cancelled'
        if done:
            self.status, self.orginfo = 'DELETE', True
            self.f.update(cdate='09/30/2026', creason='Business closed', optout='1')
        self.linkok = live == 'yes' and self.locok()

    def locok(self):
        r = right_location(self.num)
        return bool(r) and self.f['serverloc'].strip().rstrip('/') == r

    def after_update(self):
        if self.live != 'never' and self.locok():
            self.linkok = True
        elif not self.locok():
            self.linkok = False


def bill(num, paid=3, sched=2, subm=0, decl=0):
    rows, t, i = [], datetime.date.today(), 0

    def add(st, d, desc, amt):
        nonlocal i
        i += 1
        rows.append(dict(inv='%s-%03d' % (num, i), d=d.strftime('%m/%d/%Y'), desc=desc, amt=amt, st=st))
    for k in range(paid): add('Paid', t - datetime.timedelta(days=30 * (paid - k) - 8), 'Monthly License', 49.95)
    for k in range(decl): add('Declined', t - datetime.timedelta(days=5), 'Monthly License', 49.95)
    for k in range(subm): add('Submitted', t + datetime.timedelta(days=3), 'Monthly License', 49.95)
    for k in range(sched): add('Scheduled', t + datetime.timedelta(days=22 + 30 * k), 'Monthly License', 49.95)
    return rows


def build():
    global ACC, LEDGER, SESS
    Acct.seq = 3000
    a = [
        Acct('500101', 'Harbor Light Books'), Acct('611974', '12-10 Test', lic=2),
        Acct('700310', 'Summit Dental Group', lic=25, rows=bill('700310', 4, 2, 1, 1)),
        Acct('600221', 'Blue Fern Nursery', live='update'), Acct('500345', 'Kestrel Logistics', loc=False, live='update'),
        Acct('700412', 'Orchid Travel', loc=False, live='update'), Acct('600555', 'Pinewood Schools', live='never'),
        Acct('611800', 'Quarry Stone Works', role=True), Acct('500678', 'Redwood Realty', loc=False, live='update', role=True),
        Acct('600679', 'Silver Birch Spa', live='never', role=True),
        Acct('500900', 'Tidewater Marine', done=True), Acct('600901', 'Umber Coffee', half=True),
        Acct('500111', 'Acme Ltd'), Acct('600112', 'Acme Ltd 2'), Acct('700113', 'ACME LTD'),
        Acct('500501', 'Twin Peaks Inc'), Acct('600501', 'Twin Peaks Inc'),
        Acct('600700', 'O\'Brien & "Sons" <b>Bold</b> Ltd'), Acct('800123', 'Valley View Farm', live='never'),
        Acct('700820', 'Willow Creek Gym', rows=bill('700820', 2, 3), stubborn=True),
        Acct('500830', 'Xenon Lighting', rows=bill('500830', 11, 1, 0, 1)),
        Acct('600840', 'Yellow Brick Tutors', rows=[]), Acct('700850', 'Zephyr Kites', expire='bill'),
        Acct('700860', 'Zinnia Florist', expire='form'),
    ]
    for k in range(1, 13): a.append(Acct('5002%02d' % k, 'AAA Acme Ltd Partner %02d' % k))
    ACC = {x.num: x for x in a}
    LEDGER = []
    SESS = {}


def snap(a):
    return dict(lic=a.lic, status=a.status, orginfo=a.orginfo, sched=[r['inv'] for r in a.rows if r['st'] in ('Scheduled', 'Submitted')])


def log(num, op, before, after, **kw):
    LEDGER.append(dict(n=len(LEDGER) + 1, t=round(time.time(), 2), account=num, op=op, before=before, after=after, **kw))


def byid(i): return next((a for a in ACC.values() if a.id == i), None)


HEAD = '''<HTML><HEAD><TITLE>%s</TITLE><STYLE>
body,td{font-family:Verdana,Arial;font-size:11px} .hd{background:#336699;color:#fff;font-weight:bold}
ul.dd,ul.dd ul{list-style:none;margin:0;padding:0} ul.dd li{position:relative;width:430px;background:#E6D5F5;border:1px solid #906}
ul.dd li ul{display:none;position:absolute;left:20px;top:28px;z-index:9;background:#fff} ul.dd li ul li{width:260px;background:#fff}
.err{color:#cc0000;font-weight:bold} .msg{color:#006600;font-weight:bold}</STYLE>%s</HEAD>'''


def page(title, body, script='', attrs=''):
    return HEAD % (E(title), ('<SCRIPT LANGUAGE="JavaScript">%s</SCRIPT>' % script) if script else '') + \
        '<BODY BGCOLOR="#FFFFFF" TOPMARGIN=4 %s>%s</BODY></HTML>' % (attrs, body)


def tr(label, cell): return '<TR><TD ALIGN=right NOWRAP>%s:&nbsp;</TD><TD>%s</TD></TR>' % (label.replace(' ', '&nbsp;'), cell)


def login_page(msg=''):
    return page('PlanPlus Online - Sign In', '''<CENTER><BR><BR><IMG SRC="/img/logo.gif" ALT="PlanPlus"><BR>%s
<FORM NAME=f METHOD=POST ACTION="/crm/login.do" TARGET="_top"><TABLE BORDER=0>
<TR><TD ALIGN=right>User&nbsp;Name:&nbsp;</TD><TD><INPUT TYPE=text NAME=u SIZE=20></TD></TR>
<TR><TD ALIGN=right>Password:&nbsp;</TD><TD><INPUT TYPE=password NAME=p SIZE=20></TD></TR>
<TR><TD></TD><TD><INPUT TYPE=image SRC="/img/login.gif" ALT="Sign In" BORDER=0@SZ@>&nbsp;<A HREF="/crm/forgot.jsp">Forgot your password?</A></TD></TR>
</TABLE></FORM></CENTER>''' % ('<P CLASS=err>%s</P>' % E(msg) if msg else ''))


def reauth_page(nxt, top):
    return page('Session Expired', '''<CENTER><BR><P CLASS=err>Your session has expired. Please enter your password again.</P>
<FORM METHOD=POST ACTION="/reauth.do" %s><INPUT TYPE=hidden NAME=next VALUE="%s"><TABLE BORDER=0>
<TR><TD ALIGN=right>User&nbsp;Name:&nbsp;</TD><TD>%s</TD></TR>
<TR><TD ALIGN=right>Password:&nbsp;</TD><TD><INPUT TYPE=password NAME=p SIZE=20></TD></TR>
<TR><TD></TD><TD><INPUT TYPE=submit VALUE="%s"></TD></TR></TABLE></FORM></CENTER>''' % ('TARGET="_top"' if top else '', E(nxt), '<INPUT NAME=u VALUE="%s">' % USER if ARGS.reauth_user else '<B>%s</B>' % USER, 'Sign In' if ARGS.reauth_user else 'Continue'))


def top_frame(sess):
    o = ''.join('<OPTION VALUE="%d"%s>%s' % (i, ' SELECTED' if m == sess['module'] else '', m) for i, m in enumerate(MODULES))
    return page('top', '''<TABLE WIDTH="100%%" CELLPADDING=3><TR CLASS=hd><TD><FONT SIZE=4>PlanPlus Online</FONT></TD>
<TD ALIGN=right><FORM NAME=mod METHOD=POST ACTION="/crm/switchModule.do" TARGET="main" STYLE="margin:0">App&nbsp;Module:&nbsp;
<SELECT NAME=m onchange="this.form.submit()">%s</SELECT></FORM></TD></TR>
<TR BGCOLOR="#DDDDDD"><TD COLSPAN=2>&nbsp;<A HREF="/crm/home.jsp" TARGET=main>Home</A>&nbsp;&nbsp;|&nbsp;&nbsp;<A HREF="/crm/info.jsp" TARGET=main>Personal Info</A>&nbsp;&nbsp;|&nbsp;&nbsp;<A HREF="/crm/sr.jsp" TARGET=main>Service Requests</A>&nbsp;&nbsp;|&nbsp;&nbsp;<A HREF="/crm/projects.jsp" TARGET=main>Projects</A>&nbsp;&nbsp;|&nbsp;&nbsp;<A HREF="/crm/logoff.do" TARGET=_top>Log Off</A></TD></TR></TABLE>''' % o)


MENU = page('menu', '<TABLE WIDTH="100%">' + ''.join(
    '<TR><TD BGCOLOR="#EEEEEE"><IMG SRC="/img/bul.gif" ALT=""> <A HREF="%s" TARGET="main">%s</A></TD></TR>' % x for x in [
        ('/crm/home.jsp', 'Desktop'), ('/crm/contact.jsp', 'Contact'), ('/crm/orgSearch.jsp', 'Organization'), ('/crm/opp.jsp', 'Opportunity'),
        ('/crm/calendar.jsp', 'Calendar'), ('/crm/reports.jsp', 'Reports'), ('/crm/orgMerge.jsp', 'Organization Merge'), ('/crm/setup.jsp', 'Setup')]) + '</TABLE>')


def frameset():
    return '''<HTML><HEAD><TITLE>PlanPlus Online</TITLE></HEAD><FRAMESET ROWS="74,*" BORDER=0><FRAME NAME="top" SRC="/crm/top.jsp" SCROLLING=no NORESIZE>
<FRAMESET COLS="170,*"><FRAME NAME="menu" SRC="/crm/menu.jsp"><FRAME NAME="main" SRC="/crm/home.jsp"></FRAMESET>
<NOFRAMES><BODY>Your browser must support frames.</BODY></NOFRAMES></FRAMESET></HTML>'''


def search_page(q='', msg=''):
    return page('Organization', '''<TABLE WIDTH="100%%"><TR CLASS=hd><TD>Organization - Look Up</TD></TR></TABLE>%s
<FORM METHOD=POST ACTION="/crm/orgList.do"><TABLE>
<TR><TD ALIGN=right>Account&nbsp;Name:&nbsp;</TD><TD><INPUT NAME=q VALUE="%s" SIZE=40></TD></TR>
<TR><TD ALIGN=right>City:&nbsp;</TD><TD><INPUT NAME=city SIZE=20></TD></TR>
<TR><TD ALIGN=right>Phone:&nbsp;</TD><TD><INPUT NAME=phone SIZE=20></TD></TR>
<TR><TD></TD><TD><INPUT TYPE=image SRC="/img/find.gif" ALT="Find Now" NAME=go@SZ@>&nbsp;<INPUT TYPE=reset VALUE="Clear"></TD></TR></TABLE></FORM>
<HR><FORM METHOD=POST ACTION="/crm/orgNew.do"><INPUT TYPE=submit VALUE="Add New Organization"></FORM>''' % (
        '<P CLASS=err>%s</P>' % msg if msg else '', E(q)))


def list_page(sess, pg):
    q = sess.get('q', '')
    hits = sorted((a for a in ACC.values() if q.lower() in a.f['accountname'].lower()), key=lambda a: (a.f['accountname'].lower(), a.num))
    if not hits: return search_page(q, 'No organizations were found.')
    n = (len(hits) + 9) // 10
    pg = max(1, min(pg, n))
    rows = ''.join('<TR BGCOLOR="%s"><TD>%s</TD><TD><A HREF="/crm/orgView.do?id=%s">%s</A></TD><TD>%s</TD><TD>%s</TD><TD><A HREF="/crm/mail.jsp?id=%s"><IMG SRC="/img/mail.gif" ALT="Send E-mail"></A></TD></TR>' % (
        ('#FFFFFF', '#F0F0F0')[i % 2], a.num, a.id, E(a.f['accountname']), E(a.f['city']), E(a.f['phone']), a.id) for i, a in enumerate(hits[(pg - 1) * 10:pg * 10]))
    nav = ''
    if pg > 1: nav += '<A HREF="/crm/orgList.do?pg=%d">&lt;&lt; Prev</A>&nbsp;&nbsp;' % (pg - 1)
    if pg < n: nav += '<A HREF="/crm/orgList.do?pg=%d">Next &gt;&gt;</A>' % (pg + 1)
    return page('Organization', '''<TABLE WIDTH="100%%"><TR CLASS=hd><TD>Organization - Search Results (%d found)</TD></TR></TABLE>
<TABLE BORDER=1 CELLPADDING=2><TR BGCOLOR="#CCCCCC"><TD><B>Account&nbsp;#</B></TD><TD><B>Account&nbsp;Name</B></TD><TD><B>City</B></TD><TD><B>Phone</B></TD><TD>&nbsp;</TD></TR>%s</TABLE>
<P>%s</P><A HREF="/crm/orgSearch.jsp">New Search</A>''' % (len(hits), rows, nav))


def field(k, kind, v):
    if kind == 'text': return '<INPUT TYPE=text NAME="%s" VALUE="%s" SIZE=28>' % (k, E(v))
    if kind == 'area': return '<TEXTAREA NAME="%s" ROWS=3 COLS=40>\n%s</TEXTAREA>' % (k, E(v))
    if kind == 'check': return '<INPUT TYPE=checkbox NAME="%s" VALUE=1%s>' % (k, ' CHECKED' if v else '')
    return '<SELECT NAME="%s">%s</SELECT>' % (k, ''.join('<OPTION%s>%s' % (' SELECTED' if o == v else '', E(o)) for o in kind))


def record(a, msg='', err='', form=None):
    f = dict(a.f)
    if form: f.update(form)
    cells, rows = ['<TD ALIGN=right NOWRAP>%s:&nbsp;</TD><TD>%s</TD>' % (l.replace(' ', '&nbsp;'), field(k, kd, f[k])) for k, l, kd, _ in ORD_FIELDS], ''
    for i in range(0, len(cells), 2): rows += '<TR VALIGN=top>%s</TR>' % ''.join(cells[i:i + 2])
    if a.linkok:
        lk = '<A HREF="javascript:openAR(\'%s/start.jsp?acct=%s\')">(NewManageAcctsLink)</A>' % (f['serverloc'].rstrip('/'), a.num)
        others = '<LI><A HREF="javascript:openAR(\'%s/usage.jsp?acct=%s\')">(NewUsageReportLink)</A></LI><LI><A HREF="javascript:openAR(\'%s/purge.jsp?acct=%s\')">(NewPurgeAcctLink)</A></LI>' % (f['serverloc'].rstrip('/'), a.num, f['serverloc'].rstrip('/'), a.num)
    else:
        lk = '<FONT COLOR=gray>(NewManageAcctsLink)</FONT>'
        others = '<LI><FONT COLOR=gray>(NewUsageReportLink)</FONT></LI><LI><FONT COLOR=gray>(NewPurgeAcctLink)</FONT></LI>'
    upd = '<INPUT TYPE=submit NAME=act VALUE="Update">'
    return page('Organization', '''<TABLE WIDTH="100%%"><TR CLASS=hd><TD>Organization - %(t)s</TD></TR></TABLE>%(m)s
<FORM NAME=org METHOD=POST ACTION="/crm/orgSave.do"><INPUT TYPE=hidden NAME=id VALUE="%(id)s">%(upd)s&nbsp;<INPUT TYPE=button VALUE="Print" onclick="window.print()">&nbsp;<INPUT TYPE=submit NAME=act VALUE="Delete Organization" onclick="return confirm('Delete this organization?')">
<TABLE BORDER=0 CELLPADDING=1>
<TR><TD ALIGN=right NOWRAP>Account&nbsp;#:&nbsp;</TD><TD><B>%(num)s</B></TD><TD ALIGN=right NOWRAP>Account&nbsp;Name:&nbsp;</TD><TD>%(name)s</TD></TR>
%(rows)s</TABLE><BR>
<TABLE BORDER=0 BGCOLOR="#C9A6E4" CELLPADDING=4 WIDTH=760><TR><TD COLSPAN=2><B>Server / License Information</B></TD></TR>
<TR><TD ALIGN=right NOWRAP>Server&nbsp;Location:&nbsp;</TD><TD><INPUT NAME=serverloc SIZE=50 VALUE="%(loc)s"></TD></TR>
<TR><TD ALIGN=right NOWRAP>Database:&nbsp;</TD><TD>pp_%(num)s</TD></TR>
<TR><TD COLSPAN=2><UL CLASS=dd><LI onmouseover="sub(this,1)" onmouseout="sub(this,0)"><A HREF="#" onclick="sub(this.parentNode,1);return false">Links for 02 &amp; 03 Servers<BR>Act # starts w/ 200, 300</A><UL><LI><FONT COLOR=gray>(ManageAcctsLink)</FONT></LI><LI><FONT COLOR=gray>(UsageReportLink)</FONT></LI></UL></LI></UL></TD></TR>
<TR><TD COLSPAN=2><UL CLASS=dd><LI onmouseover="sub(this,1)" onmouseout="sub(this,0)"><A HREF="#" onclick="sub(this.parentNode,1);return false">New AWS Links for 05 &amp; 06 Servers<BR>Act&nbsp;# starts w/ 500, 600, 700</A><UL><LI>%(lk)s</LI>%(others)s</UL></LI></UL><BR><BR><BR></TD></TR>
</TABLE><BR>
<TABLE BORDER=0 BGCOLOR="#FFFFCC" CELLPADDING=3 WIDTH=760><TR><TD COLSPAN=2><B>Required for Cancellation</B></TD></TR>
<TR><TD ALIGN=right NOWRAP>Date&nbsp;of&nbsp;Cancellation:&nbsp;</TD><TD><INPUT NAME=cdate SIZE=10 MAXLENGTH=10 VALUE="%(cd)s"> <FONT SIZE=1>MM/DD/YYYY</FONT></TD></TR>
<TR VALIGN=top><TD ALIGN=right NOWRAP>Reason&nbsp;why&nbsp;they&nbsp;cancelled:&nbsp;</TD><TD><TEXTAREA NAME=creason ROWS=4 COLS=50>
%(cr)s</TEXTAREA></TD></TR>
<TR><TD></TD><TD><INPUT TYPE=checkbox NAME=optout VALUE=1%(oo)s> Opt Out of any future emails going to the customer.</TD></TR></TABLE><BR>%(upd2)s</FORM>''' % dict(
        t=E(a.f['accountname']), m=('<P CLASS=msg>%s</P>' % msg if msg else '') + ('<P CLASS=err>%s</P>' % err if err else ''), id=a.id, upd=upd, upd2='' if ARGS.one_update else upd, num=a.num,
        name=field('accountname', 'text', f['accountname']), rows=rows, loc=E(f['serverloc']), lk=lk, others=others, cd=E(f['cdate']), cr=E(f['creason']),
        oo=' CHECKED' if f['optout'] else ''),
        "function sub(li,on){var u=li.getElementsByTagName('UL')[0];u.style.display=on?'block':'none';}\nfunction openAR(u){var w=window.open(u,'arWin','width=900,height=640,scrollbars=yes');if(w)w.focus();}")


def start_page(a, srv):
    b = '/%s/' % srv
    return page('Cancellation Start Page', '''<TABLE WIDTH="100%%"><TR CLASS=hd><TD>Cancellation Start Page</TD></TR></TABLE>
<TABLE CELLPADDING=4><TR><TD>Server:&nbsp;</TD><TD>%s</TD></TR></TABLE>
<P>Link to AR:&nbsp;<A HREF="%sbillframe.jsp?acct=%s">%s - %s</A></P>
<P><A HREF="%scancelAcct.jsp?acct=%s">Cancel Subscription /<BR>Cancel Bills /<BR>Delete Account</A></P>
<P><A HREF="%sreactivate.jsp?acct=%s">Re-Activate Subscription</A></P><P><A HREF="%sinvoice.jsp?acct=%s">Send Invoice</A></P>
<P><A HREF="%spurge.jsp?acct=%s">Purge Account</A></P><HR><A HREF="/lookup.jsp">Look up another account</A>''' % (
        srv.upper(), b, a.num, a.num, E(a.f['accountname']), b, a.num, b, a.num, b, a.num, b, a.num))


OPS = [('lic', 'Remove License Count, change to 0', 'Remove all licenses', 'License count has been changed to 0.'),
       ('bill', 'Cancel All Scheduled and Submitted Billings.', 'Cancel all scheduled and submitted billings', 'All scheduled and submitted billings have been cancelled.'),
       ('stat', "Set Account Status = 'DELETE'", 'Set status to DELETE', "Account status is now 'DELETE'."),
       ('org', 'Set Organization / Contact Info', 'Set the organization and contact info', 'Organization / contact info has been set.')]
BADOPS = [('stata', "Set Account Status = 'ACTIVE'"), ('reset', 'Reset License Count, change to 1'), ('refund', 'Cancel All Paid Billings (refund)'),
          ('purge', 'Purge Account Data'), ('react', 'Re-Activate Account'), ('inv', 'Send Invoice')]


def four_page(a, srv, msg=None):
    li = ''
    for k, text, ask, _ in OPS:
        li += '<TR><TD>&nbsp;-&nbsp;<A HREF="/%s/do.jsp?op=%s&acct=%s&tk=%s" onclick="return confirm(%s)">%s</A></TD></TR>' % (
            srv, k, a.num, a.tk, J('%s for %s?' % (ask, a.f['accountname'])), E(text).replace('and Submitted', 'and<BR>&nbsp;&nbsp;Submitted'))
    li += '<TR><TD><HR></TD></TR>' + ''.join('<TR><TD>&nbsp;-&nbsp;<A HREF="/%s/do.jsp?op=%s&acct=%s&tk=%s">%s</A></TD></TR>' % (srv, k, a.num, a.tk, E(t)) for k, t in BADOPS)
    res = next((m for k, _, _, m in OPS if k == msg), None)
    n = len([r for r in a.rows if r['st'] in ('Scheduled', 'Submitted')])
    return page('Cancel Account', '''<TABLE WIDTH="100%%"><TR CLASS=hd><TD>Cancel Subscription / Cancel Bills / Delete Account</TD></TR></TABLE>
<TABLE CELLPADDING=2 BORDER=0 BGCOLOR="#EEEEEE"><TR><TD ALIGN=right>Account:&nbsp;</TD><TD><B>%s - %s</B></TD></TR><TR><TD ALIGN=right>License&nbsp;Count:&nbsp;</TD><TD>%d</TD></TR>
<TR><TD ALIGN=right>Account&nbsp;Status:&nbsp;</TD><TD>%s</TD></TR><TR><TD ALIGN=right>Organization&nbsp;/&nbsp;Contact&nbsp;Info:&nbsp;</TD><TD>%s</TD></TR></TABLE>
<TABLE>%s</TABLE><P><A HREF="/%s/start.jsp?acct=%s">&lt;&lt; Cancellation Start Page</A></P>''' % (
        a.num, E(a.f['accountname']), a.lic, a.status, 'Set' if a.orginfo else 'Not set', li, srv, a.num), attrs=('onload="alert(%s)"' % J(res)) if res else '')


def expired_page(a, srv):
    return page('Page Expired', '<P CLASS=err>Warning: Page has Expired.</P><P>The page you requested is no longer available. Nothing was done.</P><A HREF="/%s/start.jsp?acct=%s">Cancellation Start Page</A>' % (srv, a.num))


NEST_HEAD = '<TR BGCOLOR="#CCCCCC"><TD><TABLE BORDER=0><TR><TD WIDTH=90><B>Invoice</B></TD><TD WIDTH=80><B>Date</B></TD><TD WIDTH=160><B>Description</B></TD></TR></TABLE></TD><TD><B>Amount</B></TD><TD ALIGN=right><B>Status</B></TD></TR>'
FLAT_HEAD = '<TR BGCOLOR="#CCCCCC"><TD><B>Invoice</B></TD><TD><B>Date</B></TD><TD><B>Description</B></TD><TD><B>Amount</B></TD><TD ALIGN=right><B>Status</B></TD></TR>'


def flatten(a, rows, tab, b, tot):
    if tab == 'pay': return b, tot, ''
    if rows:
        b = ''.join('<TR><TD>%s</TD><TD>%s</TD><TD>%s</TD><TD ALIGN=right>$%.2f</TD><TD ALIGN=right>%s</TD></TR>' % (r['inv'], r['d'], r['desc'], r['amt'], r['st']) for r in rows)
    return b, tot.replace('<TD><B>Total', '<TD COLSPAN=3><B>Total'), ''


def billing(a, srv, tab, pg):
    rows = [r for r in a.rows if (r['st'] == 'Cancelled') == (tab == 'cancelled')]
    n = max(1, (len(rows) + 4) // 5)
    pg = max(1, min(pg, n))
    u = '/%s/billing.jsp?acct=%s&tab=%s' % (srv, a.num, tab)
    b = ''
    for r in rows[(pg - 1) * 5:pg * 5]:
        b += '<TR><TD><TABLE BORDER=0><TR><TD WIDTH=90>%s</TD><TD WIDTH=80>%s</TD><TD WIDTH=160>%s</TD></TR></TABLE></TD><TD ALIGN=right>$%.2f</TD><TD ALIGN=right><TABLE><TR><TD><FONT COLOR="#333399">%s</FONT></TD></TR></TABLE></TD></TR>' % (
            r['inv'], r['d'], r['desc'], r['amt'], r['st'])
    if not rows:
        b = '<TR><TD COLSPAN=3>No billing records found.</TD></TR>'
    tot = '<TR BGCOLOR="#DDDDDD"><TD><B>Total</B></TD><TD ALIGN=right><B>$%.2f</B></TD><TD>&nbsp;</TD></TR>' % sum(r['amt'] for r in rows)
    nav = 'Page %d of %d&nbsp;' % (pg, n)
    if pg > 1: nav += '<A HREF="%s&pg=%d"><IMG SRC="/img/prev.gif" ALT="Previous" BORDER=0@SZ@></A>&nbsp;' % (u, pg - 1)
    if pg < n: nav += '<A HREF="%s&pg=%d"><IMG SRC="/img/next.gif" ALT="Next" BORDER=0@SZ@></A>' % (u, pg + 1)
    tabs = ''.join('<TD BGCOLOR="%s">&nbsp;<A HREF="/%s/billing.jsp?acct=%s&tab=%s">%s</A>&nbsp;</TD>' % ('#FFFFFF' if k == tab else '#BBBBBB', srv, a.num, k, t)
                   for k, t in (('bills', 'Billing'), ('cancelled', 'Cancelled'), ('pay', 'Payment Methods')))
    if tab == 'pay': b, tot, nav = '<TR><TD>Visa ending 4242</TD></TR>', '', ''
    if ARGS.nest == 'first': b = b.replace('<TD ALIGN=right><TABLE><TR><TD><FONT COLOR="#333399">', '<TD ALIGN=right>').replace('</FONT></TD></TR></TABLE></TD></TR>', '</TD></TR>')
    if ARGS.flat: b, tot, flat_head = flatten(a, rows[(pg - 1) * 5:pg * 5], tab, b, tot)
    return page('AR Billing', '''<TABLE WIDTH="100%%"><TR CLASS=hd><TD>AR Billing:&nbsp;%s - %s</TD></TR></TABLE><TABLE BORDER=0 CELLSPACING=2><TR>%s</TR></TABLE>
<TABLE BORDER=1 WIDTH=600 CELLPADDING=2>%s%s%s</TABLE><P>%s</P>''' % (
        a.num, E(a.f['accountname']), tabs, FLAT_HEAD if ARGS.flat else NEST_HEAD, b, tot, nav))


class H(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    is_backend = False
    def log_message(self, *a): pass

    def out(self, body, code=200, ctype='text/html; charset=ISO-8859-1', extra=()):
        if isinstance(body, str): body = body.replace('@SZ@', ' WIDTH=72 HEIGHT=18' if ARGS.sized else '')
        d = body if isinstance(body, bytes) else body.encode('latin-1', 'xmlcharrefreplace')
        self.send_response(code)
        self.send_header('Content-Type', ctype)
        self.send_header('Content-Length', str(len(d)))
        self.send_header('Cache-Control', 'no-cache, no-store, must-revalidate')
        self.send_header('Pragma', 'no-cache'); self.send_header('Expires', '0')
        for k, v in extra: self.send_header(k, v)
        self.end_headers()
        self.wfile.write(d)

    def go(self, url, extra=()): self.out('', 302, extra=[('Location', url)] + list(extra))

    def sess(self):
        for c in (self.headers.get('Cookie') or '').split(';'):
            k, _, v = c.strip().partition('=')
            if k == 'JSESSIONID' and v in SESS: return SESS[v]
        return None

    def do_GET(self): self.handle_any('GET', {})

    def do_POST(self):
        n = int(self.headers.get('Content-Length') or 0)
        raw = self.rfile.read(n).decode('latin-1')
        self.handle_any('POST', {k: v[-1] for k, v in urllib.parse.parse_qs(raw, keep_blank_values=True, encoding='latin-1').items()})

    def handle_any(self, method, form):
        u = urllib.parse.urlsplit(self.path)
        q = {k: v[-1] for k, v in urllib.parse.parse_qs(u.query, keep_blank_values=True).items()}
        p = u.path
        if p == '/__ledger': return self.out(json.dumps(LEDGER, indent=1), ctype='application/json')
        if p == '/__state':
            return self.out(json.dumps({a.num: dict(snap(a), f=a.f, rows=a.rows) for a in ACC.values()}), ctype='application/json')
        if p == '/__reset':
            with LOCK: build()
            return self.out('{}', ctype='application/json')
        time.sleep(0.15)
        if p.startswith('/img/') or p == '/favicon.ico':
            t = {'login': 'Sign In', 'find': 'Find Now', 'next': 'Next', 'prev': 'Previous', 'mail': '@', 'logo': 'PlanPlus'}.get(p.split('/')[-1].split('.')[0], '')
            return self.out('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="18"><rect width="100%%" height="100%%" fill="#dde"/><text x="4" y="13" font-size="12">%s</text></svg>' % (8 + 8 * len(t), t), ctype='image/svg+xml')
        with LOCK:
            (self.back if self.is_backend else self.crm)(method, p, q, form)

    # ---- sign-in
    def newsess(self):
        k = uuid.uuid4().hex.upper()
        SESS[k] = dict(module=MODULES[0], valid=True)
        return [('Set-Cookie', 'JSESSIONID=%s; Path=/; HttpOnly' % k)]

    def guard(self, method, p, form):
        """None if all right, else the answer was sent."""
        s = self.sess()
        if s is None:
            if self.is_backend: self.out(login_page_backend(self.path))
            else: self.out(login_page())
            return None
        if not s['valid']:
            self.out(reauth_page(self.path if method == 'GET' and 'do.jsp' not in p else '/', not self.is_backend))
            return None
        return s

    def reauth(self, form):
        s = self.sess()
        if s is None or form.get('p') != PASSWORD: return self.out(reauth_page(form.get('next', '/'), not self.is_backend))
        s['valid'] = True
        nxt = form.get('next') or '/'
        self.go(nxt if nxt.startswith('/') and not nxt.startswith('//') else '/')

    # ---- CRM
    def crm(self, method, p, q, form):
        if p == '/reauth.do' and method == 'POST': return self.reauth(form)
        if p == '/crm/login.do' and method == 'POST':
            if form.get('u') == USER and form.get('p') == PASSWORD: return self.go('/crm/main.jsp', self.newsess())
            return self.out(login_page('Invalid user name or password.'))
        if p in ('/', '/crm/login.jsp', '/crm') and self.sess() is None: return self.out(login_page())
        s = self.guard(method, p, form)
        if s is None: return
        if p in ('/', '/crm', '/crm/main.jsp', '/crm/login.jsp'): return self.out(frameset())
        if p == '/crm/top.jsp': return self.out(top_frame(s))
        if p == '/crm/menu.jsp': return self.out(MENU)
        if p == '/crm/home.jsp': return self.out(page('Desktop', '<TABLE WIDTH="100%%"><TR CLASS=hd><TD>Desktop - %s</TD></TR></TABLE><P>Welcome, J. Smith.</P><P>You have 0 new service requests.</P>' % s['module']))
        if p == '/crm/switchModule.do': return self.switch(s, form)
        if p == '/crm/logoff.do':
            s['gone'] = 1
            for k in [k for k, v in SESS.items() if v is s]: del SESS[k]
            return self.go('/')
        if p == '/crm/orgSearch.jsp': return self.out(search_page())
        if p == '/crm/orgList.do':
            if method == 'POST':
                s['q'] = form.get('q', '').strip()
                return self.out(list_page(s, 1) if s['q'] else search_page('', 'Please enter a name.'))
            return self.out(list_page(s, int(q.get('pg') or 1)))
        if p == '/crm/orgView.do':
            a = byid(q.get('id'))
            return self.out(record(a) if a else page('Error', '<P CLASS=err>Record not found.</P>'))
        if p == '/crm/orgSave.do' and method == 'POST': return self.save(s, form)
        if p == '/crm/orgNew.do':
            log(None, 'BAD new organization', None, form)
            return self.out(page('New', '<P>New organization</P>'))
        return self.out(page('PlanPlus Online', '<P>%s</P><P>There is nothing to show here.</P>' % E(p.split('/')[-1].split('.')[0].title())))

    def switch(self, s, form):
        try: m = MODULES[int(form.get('m', '0'))]
        except Exception: m = MODULES[0]
        log(None, 'module', s['module'], m)
        s['module'] = m
        self.out(page(m, '<TABLE WIDTH="100%%"><TR CLASS=hd><TD>%s</TD></TR></TABLE><P>Welcome to %s.</P>' % (m, m)))

    def save(self, s, form):
        a = byid(form.get('id'))
        if a is None: return self.out(page('Error', '<P CLASS=err>Record not found.</P>'))
        if a.expire == 'form' and form.get('cdate'):
            a.expire, s['valid'] = None, False
            return self.out(reauth_page('/', True))
        if form.get('act') == 'Delete Organization':
            log(a.num, 'BAD delete organization', None, None)
            return self.out(record(a, 'Deleted.'))
        new = {}
        for k, _, kind, _ in ORD_FIELDS + [('accountname', '', 'text', ''), ('serverloc', '', 'text', ''), ('cdate', '', 'text', ''), ('creason', '', 'area', ''), ('optout', '', 'check', '')]:
            new[k] = form.get(k, '' if kind == 'check' else a.f[k])
        cd = new['cdate'].strip()
        if cd or new['creason'].strip():
            try: datetime.datetime.strptime(cd, '%m/%d/%Y')
            except ValueError: return self.out(record(a, err='Update was not saved: Date of Cancellation must be MM/DD/YYYY.', form=new))
            if not new['creason'].strip(): return self.out(record(a, err='Update was not saved: Reason is required.', form=new))
        ch = {k: (a.f[k], v) for k, v in new.items() if a.f[k] != v}
        a.f.update(new)
        a.after_update()
        log(a.num, 'update', {k: v[0] for k, v in ch.items()}, {k: v[1] for k, v in ch.items()})
        self.out(record(a, 'The record has been updated.'))

    # ---- backend
    def back(self, method, p, q, form):
        if p == '/reauth.do' and method == 'POST': return self.reauth(form)
        if p == '/arlogin.do' and method == 'POST':
            nxt = form.get('next') or '/lookup.jsp'
            if form.get('u') == USER and form.get('p') == PASSWORD: return self.go(nxt if nxt.startswith('/') else '/', self.newsess())
            return self.out(login_page_backend(nxt))
        s = self.guard(method, p, form)
        if s is None: return
        if p == '/crm/top.jsp': return self.out(top_frame(s))
        if p == '/crm/switchModule.do': return self.switch(s, form)
        if p.startswith('/crm/'): return self.out(page('PlanPlus Online', '<P>There is nothing to show here.</P>'))
        if p in ('/', '/lookup.jsp'):
            msg, key = '', q.get('act')
            if key:
                hits = [a for a in ACC.values() if a.num == key.strip() and right_location(a.num)]
                msg = ''.join('<TR><TD><A HREF="/%s/start.jsp?acct=%s">%s</A></TD><TD>%s</TD><TD>%s</TD></TR>' % (server_name(a.num), a.num, a.num, E(a.f['accountname']), server_name(a.num).upper()) for a in hits)
                msg = '<TABLE BORDER=1><TR><TD><B>Account #</B></TD><TD><B>Account Name</B></TD><TD><B>Server</B></TD></TR>%s</TABLE>' % msg if hits else '<P CLASS=err>Account was not found on the AWS servers.</P>'
            return self.out(page('AR Account Look Up', '''<TABLE WIDTH="100%%"><TR CLASS=hd><TD>AR Account Look Up</TD></TR></TABLE><FORM METHOD=GET ACTION="/lookup.jsp"><TABLE>
<TR><TD ALIGN=right>Account&nbsp;#:&nbsp;</TD><TD><INPUT NAME=act SIZE=12></TD><TD><INPUT TYPE=submit VALUE="Look Up"></TD></TR></TABLE></FORM>%s''' % msg))
        parts = p.strip('/').split('/')
        a = ACC.get(q.get('acct', ''))
        if len(parts) != 2 or a is None or parts[0] != server_name(a.num) or not right_location(a.num):
            return self.out(page('Error', '<P CLASS=err>Account was not found on this server.</P>'), 404)
        srv, pg = parts
        if pg == 'start.jsp': return self.out(start_page(a, srv))
        if pg == 'cancelAcct.jsp':
            if 'tk' in q and q['tk'] != a.tk: return self.out(expired_page(a, srv))
            return self.out(four_page(a, srv, q.get('msg')))
        if pg == 'do.jsp':
            if q.get('tk') != a.tk: return self.out(expired_page(a, srv))
            op = q.get('op')
            if op == a.expire == 'bill':
                a.expire, s['valid'] = None, False
                return self.out(reauth_page('/%s/cancelAcct.jsp?acct=%s' % (srv, a.num), False))
            b = snap(a)
            if op == 'lic': a.lic = 0
            elif op == 'bill':
                todo = [r for r in a.rows if r['st'] in ('Scheduled', 'Submitted')]
                for r in (todo[:-1] if a.stubborn else todo): r['st'] = 'Cancelled'
            elif op == 'stat': a.status = 'DELETE'
            elif op == 'org': a.orginfo = True
            else:
                log(a.num, 'BAD ' + str(op), b, snap(a))
                return self.out(page('Done', '<P>Done: %s</P>' % E(op)))
            log(a.num, op, b, snap(a))
            a.tk = uuid.uuid4().hex[:8]
            return self.go('/%s/cancelAcct.jsp?acct=%s&tk=%s&msg=%s' % (srv, a.num, a.tk, op))
        if pg == 'billframe.jsp':
            return self.out('''<HTML><HEAD><TITLE>AR Billing</TITLE></HEAD><FRAMESET ROWS="74,*" BORDER=0><FRAME NAME="top" SRC="/crm/top.jsp"><FRAME NAME="main" SRC="/%s/billing.jsp?acct=%s&tab=bills"></FRAMESET></HTML>''' % (srv, a.num))
        if pg == 'billing.jsp':
            if a.num == '700850' and ARGS.expire_read and a.expire:
                a.expire, s['valid'] = None, False
                return self.out(reauth_page(self.path, False))
            if a.role and s['module'] != 'Premium Edition': return self.out(page('Access', '<BR><P>%s</P>' % ROLE_TEXT))
            return self.out(billing(a, srv, q.get('tab', 'bills'), int(q.get('pg') or 1)))
        if pg in ('purge.jsp', 'reactivate.jsp', 'invoice.jsp'):
            log(a.num, 'BAD ' + pg, None, None)
            return self.out(page('Done', '<P>Done.</P>'))
        return self.out(page('AR', '<P>Usage report</P>'))


def login_page_backend(nxt):
    return page('AR Sign In', '''<P>AR Administration</P><FORM METHOD=POST ACTION="/arlogin.do"><INPUT TYPE=hidden NAME=next VALUE="%s"><TABLE>
<TR><TD>User&nbsp;Name:&nbsp;</TD><TD><INPUT NAME=u></TD></TR><TR><TD>Password:&nbsp;</TD><TD><INPUT TYPE=password NAME=p></TD></TR>
<TR><TD></TD><TD><INPUT TYPE=submit VALUE="Sign In"></TD></TR></TABLE></FORM>''' % E(nxt))


class HB(H): is_backend = True


if __name__ == '__main__':
    ap = argparse.ArgumentParser()
    ap.add_argument('--port', type=int, required=True)
    ap.add_argument('--backend-port', type=int, required=True)
    ap.add_argument('--sized', action='store_true', help='images have WIDTH and HEIGHT')
    ap.add_argument('--one-update', action='store_true')
    ap.add_argument('--reauth-user', action='store_true')
    ap.add_argument('--nest', default='both')
    ap.add_argument('--expire-read', action='store_true')
    ap.add_argument('--flat', action='store_true', help='billing rows not nested')
    ARGS = ap.parse_args()
    build()
    b = ThreadingHTTPServer(('127.0.0.1', ARGS.backend_port), HB)
    threading.Thread(target=b.serve_forever, daemon=True).start()
    print('CRM http://127.0.0.1:%d/  backend http://127.0.0.1:%d/' % (ARGS.port, ARGS.backend_port), flush=True)
    ThreadingHTTPServer(('127.0.0.1', ARGS.port), H).serve_forever()
