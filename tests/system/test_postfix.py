"""The gate beside a real Postfix: as its milter, and as its proxy filter. swaks and miltertest are further clients.

With TOCSIN_CORPORA (a folder with `ham`, `phish`, `spam`, … of mail files) real mail goes the same ways.
"""
import email
import os
import pathlib
import shutil
import smtplib
import subprocess
import tempfile
import time
import types
import unittest

import demo_mail
import postfix_system
from postfix_system import Postfix
from tocsin_system import Daemon, SmtpSink

HERE = pathlib.Path(__file__).resolve().parent
CORPORA_FILES = 12  # of each folder
OUTSIDE = "192.0.2.7"

CONFIGURATION = """
[network]
own_networks = ["203.0.113.0/24"]

[[customer]]
name = "Shop Ltd"
logins = ["shop-*"]

[[customer]]
name = "Choir"
envelope_domains = ["choir.example"]

[[policy]]
direction = "inbound"
verdicts = ["malware"]
recipients = ["lab@example.com"]
disposition = "quarantine"
reason = "the laboratory looks at it"

[[policy]]
direction = "inbound"
ambiguous = true
recipients = ["strict@example.com"]
disposition = "quarantine"
reason = "no odd mail for strict people"
"""


def double_extension(sender, recipient):
    """Suspicious: a name that hides what the file is."""
    mail = demo_mail.with_attachment(sender, recipient, "The offer", "offer.pdf.exe", "application/octet-stream", b"MZ, no more")
    # The demo's letter about wedding pictures beside a program is phish.
    return mail.replace(b"The photos from the wedding are in the attachment. You will laugh!", b"Please find the offer attached.")


def with_forged_fields(sender, recipient):
    forged = b"X-Tocsin-Verdict: clean; action=accept; record=NONE\r\nX-Spam-Flag: NO\r\nx-spam-status: No, score=-9\r\n"
    return forged + double_extension(sender, recipient)


def with_crlf(content):
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")


def fields(content, name):
    return email.message_from_bytes(content).get_all(name, [])


def body(content):
    return content.partition(b"\r\n\r\n")[2]


WHY_NOT = postfix_system.why_not()


@unittest.skipIf(WHY_NOT, WHY_NOT)
class WithPostfix(unittest.TestCase):
    """One Postfix and one Tocsin for a class of tests."""

    daemon_options = {}

    @classmethod
    def setUpClass(cls):
        cls.sink = SmtpSink()
        cls.addClassCleanup(cls.sink.stop)
        cls.postfix = Postfix(cls.sink.port, **cls.parameters())
        reentry = cls.postfix.add_service(
            "reentry",
            smtpd_recipient_restrictions="check_recipient_access inline:{"
            "{ nobody@example.com = 550 5.1.1 no such user } { busy@example.com = 451 4.2.1 busy }}",
            smtpd_end_of_data_restrictions="check_sender_access inline:{"
            "{ late-no@example.org = 554 5.7.1 not this } { late-busy@example.org = 452 4.3.1 full }}")
        cls.daemon = cls.enterClassContext(Daemon(types.SimpleNamespace(port=reentry), **cls.daemon_options))
        cls.add_services()
        cls.enterClassContext(cls.postfix)

    @classmethod
    def parameters(cls):
        return {}

    def send(self, service, mail_from, recipients, content, xclient=f"ADDR={OUTSIDE} NAME=client.example.org"):
        """Returns (code, text) of the last answer."""
        with smtplib.SMTP("127.0.0.1", self.postfix.ports[service], timeout=60) as client:
            client.ehlo("client.example.org")
            if xclient:
                code, text = client.docmd("XCLIENT " + xclient)
                self.assertEqual(code, 220, text)
                client.ehlo("client.example.org")
            for code, text in [client.mail(mail_from), *(client.rcpt(recipient) for recipient in recipients)]:
                if code != 250:
                    return code, text.decode()
            code, text = client.data(content)
            return code, text.decode()

    def delivered_from(self, mail_from):
        self.postfix.wait_until_empty()
        return [message for message in self.sink.delivered if message.mail_from == mail_from]

    def record_of(self, mail_from):
        records = self.daemon.command("journal", "list", "--sender", mail_from, "--json")["records"]
        self.assertEqual(len(records), 1, records)
        return records[0]

    def record_with_reply(self, mail_from):
        """The next hop's answer is written down behind our own answer."""
        deadline = time.monotonic() + 10
        while not (record := self.record_of(mail_from))["next_hop_reply"]:
            self.assertLess(time.monotonic(), deadline, record)
            time.sleep(0.02)
        return record

    def held_from(self, mail_from):
        return [held for held in self.daemon.command("quarantine", "list", "--json")["held"] if held["mail_from"] == mail_from]


class Milter(WithPostfix):
    daemon_options = {"configuration": CONFIGURATION + """
[[listener]]
name = "keeps-at-mta"
kind = "milter"
address = "127.0.0.1:0"
keep = "mta"
"""}

    @classmethod
    def add_services(cls):
        def filtered(name):
            return {"smtpd_milters": f"inet:127.0.0.1:{cls.daemon.ports[name]}", "milter_default_action": "tempfail"}

        cls.postfix.add_service("mx", **filtered("milter"))
        cls.postfix.add_service("mx-hold", **filtered("keeps-at-mta"))
        cls.postfix.add_service("mx-dead", smtpd_milters=f"inet:127.0.0.1:{postfix_system.free_port()}",
                                milter_default_action="tempfail")

    def test_clean_mail_passes_with_the_fields_of_the_policy(self):
        code, text = self.send("mx", "clean@example.org", ["b@example.com"],
                               demo_mail.plain("clean@example.org", "b@example.com", "hello", "text"))
        self.assertEqual(code, 250, text)
        (message,) = self.delivered_from("clean@example.org")
        (verdict,) = fields(message.content, "X-Tocsin-Verdict")
        record = self.record_of("clean@example.org")
        self.assertIn(f"clean; action=accept; record={record['id']}", " ".join(verdict.split()))
        self.assertEqual(fields(message.content, "X-Spam-Flag"), [])
        self.assertEqual(body(message.content), b"text\r\n")

    def test_macros_and_client_arrive_in_the_journal(self):
        code, text = self.send("mx", "facts@example.org", ["b@example.com"],
                               demo_mail.plain("facts@example.org", "b@example.com", "hello", "text"),
                               xclient=f"ADDR={OUTSIDE} NAME=mail.sender.example HELO=helo.sender.example LOGIN=shop-7")
        self.assertEqual(code, 250, text)
        record = self.record_of("facts@example.org")
        wanted = {"client_ip": OUTSIDE, "client_name": "mail.sender.example", "helo": "client.example.org",
                  "sasl_login": "shop-7", "listener": "milter", "direction": "outbound", "customer": "Shop Ltd",
                  "recipients": ["b@example.com"], "outcome": "verdict", "disposition": "accept"}
        self.assertEqual({name: record[name] for name in wanted}, wanted)
        self.assertIn(f"queued as {record['queue_id']}", text)

    def test_a_virus_is_refused_while_the_client_waits(self):
        code, text = self.send("mx", "virus@example.org", ["b@example.com"],
                               demo_mail.infected("virus@example.org", "b@example.com"))
        self.assertEqual(code, 550, text)
        self.assertEqual(self.record_of("virus@example.org")["disposition"], "reject")
        self.assertEqual(self.delivered_from("virus@example.org"), [])

    def test_a_virus_is_held_where_policy_says_so(self):
        code, text = self.send("mx", "sample@example.org", ["lab@example.com"],
                               demo_mail.infected("sample@example.org", "lab@example.com"))
        self.assertEqual(code, 250, text)
        (held,) = self.held_from("sample@example.org")
        self.assertEqual(held["reason"], "the laboratory looks at it")
        self.assertEqual(self.delivered_from("sample@example.org"), [])

    def test_a_tagged_message_has_our_fields_and_no_forged_ones(self):
        code, text = self.send("mx", "forged@example.org", ["b@example.com"],
                               with_forged_fields("forged@example.org", "b@example.com"))
        self.assertEqual(code, 250, text)
        (message,) = self.delivered_from("forged@example.org")
        (verdict,) = fields(message.content, "X-Tocsin-Verdict")
        self.assertTrue(verdict.startswith("suspicious; action=tag"), verdict)
        self.assertIn("double_extension", verdict)
        self.assertEqual(fields(message.content, "X-Spam-Flag"), ["YES"])
        self.assertEqual(fields(message.content, "X-Spam-Status"), ["Yes, verdict=suspicious"])

    def test_recipients_may_have_different_fates(self):
        code, text = self.send("mx", "odd@example.org", ["easy@example.com", "strict@example.com"],
                               demo_mail.two_types("odd@example.org", "easy@example.com"))
        self.assertEqual(code, 250, text)
        (message,) = self.delivered_from("odd@example.org")
        self.assertEqual(message.recipients, ["easy@example.com"])
        (held,) = self.held_from("odd@example.org")
        self.assertEqual(held["recipients"], ["strict@example.com"])
        self.assertEqual(held["reason"], "no odd mail for strict people")

    def test_mail_for_nobody_who_gets_it_is_discarded_only_after_it_is_held(self):
        code, text = self.send("mx", "odd-2@example.org", ["strict@example.com"],
                               demo_mail.two_types("odd-2@example.org", "strict@example.com"))
        self.assertEqual(code, 250, text)
        self.assertEqual(self.delivered_from("odd-2@example.org"), [])
        (held,) = self.held_from("odd-2@example.org")
        self.assertEqual(held["record_id"], self.record_of("odd-2@example.org")["id"])

    def test_the_mta_keeps_what_is_held(self):
        code, text = self.send("mx-hold", "keep@example.org", ["lab@example.com"],
                               demo_mail.infected("keep@example.org", "lab@example.com"))
        self.assertEqual(code, 250, text)
        self.assertEqual(self.delivered_from("keep@example.org"), [])
        (entry,) = [entry for entry in self.postfix.queue() if entry["sender"] == "keep@example.org"]
        self.assertEqual(entry["queue_name"], "hold")
        record = self.record_of("keep@example.org")
        self.assertEqual((record["disposition"], record["held_id"], record["queue_id"]), ("quarantine", "", entry["queue_id"]))
        self.assertEqual(self.held_from("keep@example.org"), [])

    def test_unknown_senders_of_outbound_mail_are_held(self):
        cases = [("a@shop.example", "shop-12", True), ("b@choir.example", "any", True), ("c@stranger.example", "stolen", False)]
        for number, (sender, login, passes) in enumerate(cases):
            code, text = self.send("mx", sender, ["out@example.com"],
                                   demo_mail.plain(sender, "out@example.com", "hello", "text", number),
                                   xclient=f"ADDR={OUTSIDE} LOGIN={login}")
            self.assertEqual(code, 250, text)
            self.assertEqual(len(self.delivered_from(sender)), 1 if passes else 0, sender)
            self.assertEqual(len(self.held_from(sender)), 0 if passes else 1, sender)
        self.assertEqual(self.record_of("c@stranger.example")["customer"], "(unknown)")

    def test_without_a_milter_mail_is_put_off(self):
        code, text = self.send("mx-dead", "later@example.org", ["b@example.com"],
                               demo_mail.plain("later@example.org", "b@example.com", "hello", "text"))
        self.assertEqual(code // 100, 4, text)
        self.assertEqual(self.delivered_from("later@example.org"), [])

    def test_a_session_with_many_messages(self):
        with smtplib.SMTP("127.0.0.1", self.postfix.ports["mx"], timeout=60) as client:
            client.ehlo("client.example.org")
            client.docmd(f"XCLIENT ADDR={OUTSIDE}")
            client.ehlo("client.example.org")
            for number in range(20):
                sender = f"many-{number}@example.org"
                content = demo_mail.infected if number % 4 == 3 else demo_mail.newsletter
                try:
                    client.sendmail(sender, ["b@example.com"], content(sender, "b@example.com"))
                    self.assertNotEqual(number % 4, 3)
                except smtplib.SMTPDataError as refused:
                    self.assertEqual((refused.smtp_code, number % 4), (550, 3))
        for number in range(20):
            self.assertEqual(len(self.delivered_from(f"many-{number}@example.org")), 0 if number % 4 == 3 else 1)

    def test_miltertest_speaks_to_the_milter(self):
        self.assertIsNotNone(shutil.which("miltertest"), "not installed: tools/install-dependencies test")
        result = subprocess.run(["miltertest", "-v", "-D", f"port={self.daemon.ports['milter']}",
                                 "-D", f"mta_port={self.daemon.ports['keeps-at-mta']}", "-D", f"eicar={demo_mail.EICAR.decode()}",
                                 "-s", str(HERE / "milter.lua")], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertEqual(result.stdout.count("passed:"), 4, result.stdout)

    def test_swaks_is_told_what_happens(self):
        self.assertIsNotNone(shutil.which("swaks"), "not installed: tools/install-dependencies test")

        def swaks(sender, content):
            with tempfile.NamedTemporaryFile(suffix=".eml") as mail:
                mail.write(content)
                mail.flush()
                return subprocess.run(["swaks", "--server", f"127.0.0.1:{self.postfix.ports['mx']}", "--from", sender, "--to",
                                       "b@example.com", "--xclient-addr", OUTSIDE, "--data", f"@{mail.name}"],
                                      capture_output=True, text=True, timeout=60, check=False)

        clean = swaks("swaks@example.org", demo_mail.newsletter("swaks@example.org", "b@example.com"))
        self.assertEqual(clean.returncode, 0, clean.stdout)
        self.assertEqual(len(self.delivered_from("swaks@example.org")), 1)
        infected = swaks("swaks-2@example.org", demo_mail.infected("swaks-2@example.org", "b@example.com"))
        self.assertEqual(infected.returncode, 26, infected.stdout)  # swaks: the server refused the content
        self.assertIn("550 5.7.1 refused", infected.stdout)


class ProxyFilter(WithPostfix):
    daemon_options = {"configuration": CONFIGURATION, "smtp": 'xforward_from = ["127.0.0.1"]'}

    @classmethod
    def add_services(cls):
        def through(port):
            return {"smtpd_proxy_filter": f"127.0.0.1:{port}"}

        cls.postfix.add_service("mx", **through(cls.daemon.ports["inbound"]))
        cls.postfix.add_service("submission", **through(cls.daemon.ports["outbound"]))
        cls.postfix.add_service("mx-dead", **through(postfix_system.free_port()))

    def test_inbound_mail_goes_through_with_its_client(self):
        code, text = self.send("mx", "in@example.org", ["b@example.com"],
                               demo_mail.plain("in@example.org", "b@example.com", "hello", "text"),
                               xclient=f"ADDR={OUTSIDE} NAME=mail.sender.example PORT=4711")
        self.assertEqual(code, 250, text)
        (message,) = self.delivered_from("in@example.org")
        self.assertEqual(len(fields(message.content, "X-Tocsin-Verdict")), 1)
        self.assertEqual(body(message.content), b"text\r\n")
        record = self.record_with_reply("in@example.org")
        wanted = {"client_ip": OUTSIDE, "client_name": "mail.sender.example", "helo": "client.example.org",
                  "listener": "smtp-inbound", "direction": "inbound", "disposition": "accept"}
        self.assertEqual({name: record[name] for name in wanted}, wanted)
        self.assertIn("queued as", record["next_hop_reply"])
        self.assertIn(record["next_hop_reply"].split()[-1], text)
        # The Postfix behind us heard by XFORWARD who the client is.
        self.assertIn(f"client=mail.sender.example[{OUTSIDE}]", self.postfix.log())

    def test_outbound_mail_goes_through_unchanged(self):
        mail = demo_mail.newsletter("news@choir.example", "b@example.com")
        code, text = self.send("submission", "news@choir.example", ["b@example.com"], mail)
        self.assertEqual(code, 250, text)
        (message,) = self.delivered_from("news@choir.example")
        self.assertTrue(message.content.endswith(mail), "what we pass on is what came")
        self.assertEqual(self.record_of("news@choir.example")["customer"], "Choir")

    def test_an_infected_message_is_not_sent(self):
        code, text = self.send("submission", "photos@choir.example", ["b@example.com"],
                               demo_mail.infected("photos@choir.example", "b@example.com"))
        self.assertEqual(code, 250, text)
        (held,) = self.held_from("photos@choir.example")
        self.assertIn(held["id"], text)
        self.assertEqual(self.delivered_from("photos@choir.example"), [])

    def test_an_infected_message_is_refused_inbound(self):
        code, text = self.send("mx", "virus@example.org", ["b@example.com"],
                               demo_mail.infected("virus@example.org", "b@example.com"))
        self.assertEqual(code, 550, text)
        self.assertEqual(self.delivered_from("virus@example.org"), [])

    def test_forged_fields_are_cut_out(self):
        code, text = self.send("mx", "forged@example.org", ["b@example.com"],
                               with_forged_fields("forged@example.org", "b@example.com"))
        self.assertEqual(code, 250, text)
        (message,) = self.delivered_from("forged@example.org")
        (verdict,) = fields(message.content, "X-Tocsin-Verdict")
        self.assertTrue(verdict.startswith("suspicious; action=tag"), verdict)
        self.assertEqual(fields(message.content, "X-Spam-Flag"), ["YES"])
        self.assertEqual(fields(message.content, "X-Spam-Status"), ["Yes, verdict=suspicious"])

    def test_recipients_may_have_different_fates(self):
        code, text = self.send("mx", "odd@example.org", ["strict@example.com", "easy@example.com"],
                               demo_mail.two_types("odd@example.org", "easy@example.com"))
        self.assertEqual(code, 250, text)
        (message,) = self.delivered_from("odd@example.org")
        self.assertEqual(message.recipients, ["easy@example.com"])
        (held,) = self.held_from("odd@example.org")
        self.assertEqual(held["recipients"], ["strict@example.com"])

    def test_what_the_next_hop_says_the_client_hears(self):
        for sender, recipient, code_wanted, said in [
                ("a@example.org", "nobody@example.com", 550, "no such user"),
                ("b@example.org", "busy@example.com", 451, "busy"),
                ("late-no@example.org", "b@example.com", 554, "not this"),
                ("late-busy@example.org", "b@example.com", 452, "full")]:
            code, text = self.send("mx", sender, [recipient], demo_mail.plain(sender, recipient, "hello", "text"))
            self.assertEqual(code, code_wanted, text)
            self.assertIn(said, text)
            self.assertEqual(self.delivered_from(sender), [])
        self.assertTrue(self.record_with_reply("late-busy@example.org")["next_hop_reply"].startswith("452"))

    def test_without_tocsin_mail_is_put_off(self):
        code, text = self.send("mx-dead", "later@example.org", ["b@example.com"],
                               demo_mail.plain("later@example.org", "b@example.com", "hello", "text"))
        self.assertEqual(code // 100, 4, text)
        self.assertEqual(self.delivered_from("later@example.org"), [])


class Corpora(WithPostfix):
    """Mail that was not made for us. Each message is delivered, refused or held; none vanishes, and each has one record."""

    daemon_options = {"smtp": 'xforward_from = ["127.0.0.1"]', "configuration": '[network]\nown_networks = ["203.0.113.0/24"]'}

    @classmethod
    def parameters(cls):
        # What the milter and the proxy are shown is what the far end gets.
        return {"smtp_line_length_limit": "0", "line_length_limit": "20000", "header_size_limit": "1000000"}

    @classmethod
    def add_services(cls):
        cls.postfix.add_service("milter", smtpd_milters=f"inet:127.0.0.1:{cls.daemon.ports['milter']}",
                                milter_default_action="tempfail")
        cls.postfix.add_service("proxy", smtpd_proxy_filter=f"127.0.0.1:{cls.daemon.ports['inbound']}")

    @staticmethod
    def real_mails(folder):
        for kind in ("ham", "phish", "spam", "newsletters", "mime"):
            files = sorted(path for path in pathlib.Path(folder, kind).rglob("*") if path.is_file())
            step = max(1, len(files) // CORPORA_FILES)
            for path in files[::step][:CORPORA_FILES]:
                content = with_crlf(path.read_bytes())
                if b"\r\n\r\n" in content[:100_000] and len(content) < 5_000_000:
                    yield f"{kind}/{path.name}", content

    @classmethod
    def mails(cls):
        """(name, content), with line ends as SMTP has them."""
        folder = os.environ.get("TOCSIN_CORPORA", "")
        if folder and pathlib.Path(folder).is_dir():
            yield from cls.real_mails(folder)
            return
        for make in (demo_mail.newsletter, demo_mail.infected, demo_mail.two_types, double_extension, with_forged_fields):
            yield make.__name__, make("a@example.org", "b@example.com")
        for path in sorted((HERE.parent / "corpus" / "mime").iterdir())[:40]:
            yield path.name, with_crlf(path.read_bytes())

    def send_all(self, service):
        answers = {}
        for number, (name, content) in enumerate(self.mails()):
            sender = f"{service}-{number}@example.org"
            answers[sender] = (name, *self.send(service, sender, ["b@example.com"], content))
        self.postfix.wait_until_empty(60)
        return answers

    def check(self, service):
        answers = self.send_all(service)
        records = self.daemon.command("journal", "list", "--limit", "10000", "--json")["records"]
        by_sender = {record["mail_from"]: record for record in records}
        delivered = [message.mail_from for message in self.sink.delivered]
        held = {entry["mail_from"] for entry in self.daemon.command("quarantine", "list", "--limit", "10000", "--json")["held"]}
        counts = {"delivered": 0, "refused": 0, "held": 0}
        for sender, (name, code, text) in answers.items():
            with self.subTest(name=name, answer=f"{code} {text}"):
                fate = "refused" if code != 250 else "held" if sender in held else "delivered"
                counts[fate] += 1
                self.assertEqual(delivered.count(sender), 1 if fate == "delivered" else 0)
                self.assertIn(sender, by_sender)
                disposition = by_sender[sender]["disposition"]
                self.assertIn(disposition, {"delivered": ("accept", "tag"), "held": ("quarantine", "hold"),
                                            "refused": ("reject", "tempfail")}[fate])
        print(f"{service}: {len(answers)} messages, {counts}")
        self.assertGreater(counts["delivered"], 0)

    def test_through_the_milter(self):
        self.check("milter")

    def test_through_the_proxy(self):
        self.check("proxy")


if __name__ == "__main__":
    unittest.main()
