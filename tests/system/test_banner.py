"""The banner on real mail through the real doors, read back as a mail program would read it."""
import email
import email.policy
import html.parser
import http.client
import smtplib
import time
import types
import unittest
import urllib.request
from email.message import EmailMessage

import demo_mail
import postfix_system
from milter_client import ACTIONS, MilterClient
from tocsin_system import Daemon, SmtpSink

HEADING = "Vorsicht bei dieser Nachricht"
NEW = "You have never had mail from this address before today."
COPY = "Further down stands a copy of this notice."
CONTACT = "Fragt die IT: Durchwahl 4711 & fragt bald"
MARK = "grauer Reiher – über dem Fluß"
CONFIGURATION = f"""
[banner]
when = ["first_contact", "suspicious"]
learn_days = 0
heading = "{HEADING}"
contact = "{CONTACT}"
mark = "{MARK}"

[[customer]]
name = "us"
envelope_domains = ["home.example"]
organisation = true
"""
PAGE = "<html><head><style>body{margin:0}</style></head><body class=\"m\"><p>Grüße aus dem Garten</p></body></html>\n"


class Texts(html.parser.HTMLParser):
    """The texts of a page in order, without what stands in style and title."""

    def __init__(self, page):
        super().__init__()
        self.texts, self.silent = [], 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.silent += tag in ("style", "title")

    def handle_endtag(self, tag):
        self.silent -= tag in ("style", "title")

    def handle_data(self, data):
        if data.strip() and not self.silent:
            self.texts.append(" ".join(data.split()))


def parse(content):
    return email.message_from_bytes(content, policy=email.policy.default)


def letter(sender, text_encoding, page_encoding=None, charset="utf-8", attachment=None):
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, "bob@home.example", "Garden"
    mail["Message-ID"] = f"<{sender}>"
    mail.set_content("Grüße aus dem Garten\n", charset=charset, cte=text_encoding)
    if page_encoding:
        mail.add_alternative(PAGE, subtype="html", charset=charset, cte=page_encoding)
    if attachment:
        mail.add_attachment(attachment, maintype="application", subtype="octet-stream", filename="list.bin")
    return mail.as_bytes()


def signed(sender):
    return (f"From: {sender}\r\nTo: bob@home.example\r\nSubject: signed\r\nMIME-Version: 1.0\r\n"
            "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; micalg=pgp-sha256; boundary=\"s\"\r\n\r\n"
            "--s\r\nContent-Type: text/plain\r\n\r\nsigned text\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\n"
            "-----BEGIN PGP SIGNATURE-----\r\n\r\nx\r\n-----END PGP SIGNATURE-----\r\n--s--\r\n").encode()


def body(content):
    return content.partition(b"\r\n\r\n")[2]


class Banner(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sink = SmtpSink()
        cls.addClassCleanup(cls.sink.stop)
        cls.daemon = cls.enterClassContext(Daemon(cls.sink, configuration=CONFIGURATION))

    def passed(self, sender, content, direction="inbound", recipient="bob@home.example"):
        """What the next hop got."""
        before = len(self.sink.delivered)
        code, text = self.daemon.send(direction, sender, [recipient], content)
        self.assertEqual(code, 250, text)
        self.assertEqual(len(self.sink.delivered), before + 1)
        return self.sink.delivered[-1].content

    def fate(self, content):
        return " ".join((parse(content)["X-Tocsin-Banner"] or "none").split())

    def check_text(self, text, mark=MARK):
        lines = text.replace("\r\n", "\n").split("\n")
        self.assertRegex(lines[0], "^#{60}")
        self.assertEqual(lines[1:5], [f"# {HEADING}", f"# {NEW}", f"# {CONTACT}", f"# {mark}"])
        self.assertRegex(lines[5], "^#{60}")
        self.assertEqual("\n".join(lines[6:]).strip(), "Grüße aus dem Garten")

    def check_page(self, page):
        self.assertEqual(Texts(page).texts, [HEADING, NEW, CONTACT, MARK, "Grüße aus dem Garten"])
        head, _, rest = PAGE.partition("<p>")
        self.assertTrue(page.replace("\r\n", "\n").startswith(head))
        self.assertTrue(page.replace("\r\n", "\n").rstrip().endswith("<p>" + rest.rstrip()))

    def test_text_and_page_in_every_encoding(self):
        for number, (text, page) in enumerate([("8bit", "8bit"), ("quoted-printable", "base64"), ("base64", "quoted-printable")]):
            sender = f"enc{number}@stranger.example"
            data = bytes(range(256)) * 9
            content = letter(sender, text, page, attachment=data)
            mail = parse(self.passed(sender, content))
            self.check_text(mail.get_body(("plain",)).get_content())
            self.check_page(mail.get_body(("html",)).get_content())
            (attachment,) = mail.iter_attachments()
            self.assertEqual(attachment.get_content(), data)
            self.assertEqual(" ".join(mail["X-Tocsin-Banner"].split()), "first_contact; shown=yes")
            self.assertEqual([part.get_content_type() for part in mail.walk()],
                             [part.get_content_type() for part in parse(content).walk()])

    def test_charsets(self):
        sender = "latin@stranger.example"
        mail = parse(self.passed(sender, letter(sender, "quoted-printable", charset="iso-8859-1")))
        self.check_text(mail.get_content(), mark=MARK.replace("–", "-"))
        content = demo_mail.plain("ascii@stranger.example", "bob@home.example", "x", "hello")
        text = parse(self.passed("ascii@stranger.example", content)).get_content().replace("\r\n", "\n")
        self.assertIn("# grauer Reiher - ueber dem Fluss\n", text)
        self.assertTrue(text.rstrip().endswith("#\n\nhello"))
        self.assertTrue(text.isascii())

    def test_a_stranger_stays_one_for_hours_and_is_none_when_we_wrote_to_him(self):
        sender = "anna@far.example"
        for _ in range(2):  # the second may be the first one again
            self.assertEqual(self.fate(self.passed(sender, letter(sender, "8bit"))), "first_contact; shown=yes")
        wrote = demo_mail.plain("bob@home.example", sender, "hello", "text")
        self.assertEqual(body(self.passed("bob@home.example", wrote, "outbound", sender)), b"text\r\n")
        content = letter(sender, "8bit")
        passed = self.passed(sender, content)
        self.assertEqual(self.fate(passed), "none")
        self.assertEqual(body(passed), body(content))

    def test_signed_mail_is_not_touched(self):
        content = signed("signer@stranger.example")
        passed = self.passed("signer@stranger.example", content)
        self.assertEqual(body(passed), body(content))
        self.assertEqual(self.fate(passed), "first_contact; shown=no (the message is signed)")
        (record,) = self.daemon.command("journal", "list", "--sender", "signer@stranger.example", "--json")["records"]
        self.assertIn("banner: first_contact; shown=no (the message is signed)", record["reasons"])

    def test_pages_that_want_to_hide_it(self):
        tricks = ["<style>*{display:none!important}</style>", "<body style='display:none'>", "<!-- <body>", "<title>",
                  "<div hidden><body>", "<html><body>x<body hidden>", "<plaintext>", "<script><!-- <body>"]
        for number, trick in enumerate(tricks):
            sender = f"trick{number}@stranger.example"
            content = (f"From: {sender}\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
                       f"{trick}<p>hello</p>\r\n").encode()
            passed = self.passed(sender, content)
            with self.subTest(trick):
                self.assertIn("shown=yes", self.fate(passed))
                page = parse(passed).get_content()
                self.assertEqual(Texts(page).texts[0], HEADING)
                self.assertLess(page.find(HEADING), page.find(trick))

    def test_an_imitation_is_suspicious_and_gets_the_real_one_above(self):
        sender = "forger@stranger.example"
        content = demo_mail.plain(sender, "bob@home.example", "x",
                                  "Hi,\n\n  VORSICHT  bei dieser Nachricht!\nCall 0900 1234.")
        passed = self.passed(sender, b"X-Tocsin-Banner: none; shown=yes\r\n" + content)
        mail = parse(passed)
        self.assertEqual(len(mail.get_all("X-Tocsin-Banner")), 1)
        self.assertEqual(self.fate(passed), "suspicious, first_contact, copy; shown=yes")
        self.assertIn("action=tag", mail["X-Tocsin-Verdict"])
        text = mail.get_content()
        self.assertIn(COPY, " ".join(text.replace("\n# ", " ").split()))
        self.assertLess(text.find(HEADING), text.find("VORSICHT"))
        (record,) = self.daemon.command("journal", "list", "--sender", sender, "--json")["records"]
        self.assertIn("banner_imitation", [finding["rule"] for finding in record["findings"]])

    def test_an_answer_that_quotes_the_banner_is_in_order(self):
        friend = "carl@near.example"
        wrote = demo_mail.plain("bob@home.example", friend, "hello", "text")
        self.passed("bob@home.example", wrote, "outbound", friend)
        answer = f"Thank you!\n\nOn Mon, 2 Mar 2026 at 10:00, Bob <bob@home.example> wrote:\n> {HEADING}\n> text"
        content = demo_mail.plain(friend, "bob@home.example", "Re: hello", answer)
        self.assertEqual(self.fate(self.passed(friend, content)), "none")
        stranger = "dora@elsewhere.example"
        content = demo_mail.plain(stranger, "bob@home.example", "Re: hello", answer)
        self.assertEqual(self.fate(self.passed(stranger, content)), "first_contact, copy; shown=yes")

    def ask_milter(self, sender, actions):
        """The whole new body, if there is one, and the value of X-Tocsin-Banner."""
        with MilterClient(self.daemon.ports["milter"]) as client:
            client.negotiate(actions).connect()
            answer = client.send(sender, ["bob@home.example"], letter(sender, "8bit"))
        self.assertTrue(answer.passes())
        new_body = b"".join(data for command, data in answer.changes if command == b"b")
        (fate,) = [value for _, name, value in answer.headers(b"i") if name == "X-Tocsin-Banner"]
        return new_body, " ".join(fate.split())

    def test_an_mta_that_lets_nobody_replace_the_body(self):
        replace_body = 0x02
        new_body, fate = self.ask_milter("milter1@stranger.example", ACTIONS)
        self.check_text(new_body.decode())
        self.assertEqual(fate, "first_contact; shown=yes")
        new_body, fate = self.ask_milter("milter2@stranger.example", ACTIONS & ~replace_body)
        self.assertEqual(new_body, b"")
        self.assertEqual(fate, "first_contact; shown=no (the MTA does not let the filter change the body)")

    def test_who_asks_over_http_is_only_told(self):
        client = http.client.HTTPConnection("127.0.0.1", self.daemon.ports["check"], timeout=60)
        sender = "http@stranger.example"
        client.request("POST", "/checkv2", letter(sender, "8bit"),
                       {"From": sender, "Rcpt": "bob@home.example", "IP": "192.0.2.7"})
        answer = client.getresponse().read().decode()
        client.close()
        self.assertIn("X-Tocsin-Banner", answer)
        self.assertIn("first_contact; shown=no (who asks", answer)

    def test_metrics(self):
        sender = "count@stranger.example"
        self.passed(sender, letter(sender, "8bit"))
        with urllib.request.urlopen(f"http://127.0.0.1:{self.daemon.ports['api']}/metrics", timeout=60) as answer:
            self.assertRegex(answer.read().decode(), r'tocsin_banners_total\{shown="yes"\} [1-9]')


class Off(unittest.TestCase):
    def test_without_the_setting_nothing_changes_and_a_reload_switches_it_on(self):
        sink = SmtpSink()
        self.addCleanup(sink.stop)
        sender = "off@stranger.example"
        with Daemon(sink, configuration="[banner]\nlearn_days = 0\n") as daemon:
            content = letter(sender, "8bit", "base64")
            self.assertEqual(daemon.send("inbound", sender, ["bob@home.example"], content)[0], 250)
            self.assertEqual(body(sink.delivered[-1].content), body(content))
            self.assertNotIn("X-Tocsin-Banner", sink.delivered[-1].content.decode())
            daemon.configuration = '[banner]\nlearn_days = 0\nwhen = ["first_contact"]\n'
            daemon.write_configuration()
            daemon.reload()
            deadline = time.monotonic() + 60
            while "serve.reloaded" not in daemon.log_path.read_text():
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)
            self.assertEqual(daemon.send("inbound", sender, ["bob@home.example"], content)[0], 250)
            self.assertIn("X-Tocsin-Banner: first_contact; shown=yes", sink.delivered[-1].content.decode())


WHY_NOT = postfix_system.why_not()


@unittest.skipIf(WHY_NOT, WHY_NOT)
class BehindPostfix(unittest.TestCase):
    """A real Postfix replaces the body as its milter asks."""

    @classmethod
    def setUpClass(cls):
        cls.sink = SmtpSink()
        cls.addClassCleanup(cls.sink.stop)
        cls.postfix = postfix_system.Postfix(cls.sink.port)
        cls.daemon = cls.enterClassContext(Daemon(types.SimpleNamespace(port=1), configuration=CONFIGURATION,
                                                  milter='direction = "inbound"'))
        cls.postfix.add_service("mx", smtpd_milters=f"inet:127.0.0.1:{cls.daemon.ports['milter']}",
                                milter_default_action="tempfail")
        cls.enterClassContext(cls.postfix)

    def delivered(self, sender, content):
        with smtplib.SMTP("127.0.0.1", self.postfix.ports["mx"], timeout=60) as client:
            client.sendmail(sender, ["bob@home.example"], content)
        self.postfix.wait_until_empty()
        (message,) = [one for one in self.sink.delivered if one.mail_from == sender]
        return message.content

    check_text, check_page = Banner.check_text, Banner.check_page

    def test_the_body_is_replaced(self):
        sender = "post@stranger.example"
        data = bytes(range(256)) * 300
        mail = parse(self.delivered(sender, letter(sender, "base64", "quoted-printable", attachment=data)))
        self.check_text(mail.get_body(("plain",)).get_content())
        self.check_page(mail.get_body(("html",)).get_content())
        (attachment,) = mail.iter_attachments()
        self.assertEqual(attachment.get_content(), data)
        self.assertEqual(" ".join(mail["X-Tocsin-Banner"].split()), "first_contact; shown=yes")

    def test_signed_mail_is_not_touched(self):
        content = signed("signer2@stranger.example")
        delivered = self.delivered("signer2@stranger.example", content)
        self.assertEqual(body(delivered), body(content))
        self.assertIn(b"shown=no", delivered)


if __name__ == "__main__":
    unittest.main()
