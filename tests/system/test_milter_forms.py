"""At the milter: orders and policy against every way to write an address, a message that some get and others do not, and content
that could never be released."""
import unittest

from milter_client import ACTIONS, CONTINUE, DISCARD, REPLY, Answer, MilterClient
from tocsin_system import Daemon, SmtpSink

CONFIGURATION = """
[headers]
inbound = "tagged"

[[policy]]
recipients = ["Strict@Example.net"]
disposition = "quarantine"

[[policy]]
recipients = ["@rejected.example"]
disposition = "reject"
reason = "nobody there"
"""
FIELDS = [(b"From", b" a@example.org"), (b"To", b" b@example.net"), (b"Subject", b" forms")]
ODD = [*FIELDS, (b"MIME-Version", b" 1.0"), (b"Content-Type", b" text/plain"), (b"Content-Type", b" text/html")]
STRICT = ("strict@example.net", "@x.y:strict@example.net", "str\\ict@example.net", '"strict"@example.net', "example.net!strict",
          "strict%example.net@relay.example", "strict(c)@example.net", "strict@example.net(c)")
NO_QUARANTINE = ACTIONS & ~0x20


class MilterForms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sink = SmtpSink()
        cls.addClassCleanup(cls.sink.stop)
        release = f'[release]\nnext_hop = "127.0.0.1:{cls.sink.port}"\n'
        cls.daemon = Daemon(cls.sink, configuration=CONFIGURATION + release)
        cls.daemon.__enter__()
        cls.addClassCleanup(cls.daemon.__exit__, None, None, None)

    def send(self, recipients, sender="a@example.org", fields=FIELDS, body=b"hello\r\n", actions=ACTIONS, macros=b""):
        with MilterClient(self.daemon.ports["milter"]) as mta:
            mta.negotiate(actions).connect()
            code, text = mta.envelope(sender, recipients, recipient_macros=macros)
            if code != CONTINUE:
                return Answer(code, text.rstrip(b"\0").decode(), [])
            mta.headers(fields)
            mta.body(body)
            return mta.end()

    def test_a_row_for_a_recipient_holds_however_he_is_written(self):
        for form in STRICT:
            with self.subTest(form):
                self.assertEqual(self.send([form]).code, DISCARD)
        self.assertTrue(self.send(["ok@example.net"]).passes())

    def test_what_only_the_mta_knows_is_asked_of_the_mta(self):
        self.assertTrue(self.send(["strict"]).passes())
        self.assertEqual(self.send(["strict"], macros=b"{rcpt_addr}\0strict@example.net\0").code, DISCARD)

    def test_an_order_about_a_sender_holds_however_he_is_written(self):
        self.daemon.command("order", "block", "thief@example.org")
        for form in ("thief@example.org", "@x.y:thief@example.org", "th\\ief@example.org", "example.org!thief",
                     "thief%example.org@a"):
            with self.subTest(form):
                answer = self.send(["ok@example.net"], sender=form)
                self.assertEqual((answer.code, answer.text[:3]), (REPLY, "550"))

    def test_a_form_that_cannot_be_taken_out_lets_nobody_have_it(self):
        answer = self.send(["ok@example.net", "@x.y:q@rejected.example"])
        self.assertEqual((answer.code, answer.text[:9]), (REPLY, "451 4.3.5"))
        self.assertIn("named in a form that cannot be taken out", self.daemon.log_path.read_text())

    def test_who_gets_a_split_message_reads_what_was_decided_for_him(self):
        for recipients in (["ok@example.net"], ["ok@example.net", "strict@example.net"]):
            with self.subTest(recipients):
                answer = self.send(recipients, fields=ODD)
                added = {name: value for _, name, value in answer.headers(b"i")}
                self.assertIn("action=tag", added.get("X-Tocsin-Verdict", ""))
                self.assertIn("MIME-Ambiguity-Results", added)

    def test_what_is_held_can_be_released(self):
        for body in (b"a\nb\n", b"a\r\n.\r\nMAIL FROM:<x@y>\r\n", b"a\n.\nb\n", b"", b"no end"):
            with self.subTest(body):
                self.assertEqual(self.send(["@x.y:strict@example.net"], body=body).code, DISCARD)
                held = self.daemon.command("quarantine", "list", "--json")["held"][0]["id"]
                self.daemon.command("quarantine", "release", held, "--why", "a test")
                self.assertEqual(self.sink.delivered[-1].recipients, ["strict@example.net"])

    def test_what_could_not_be_released_stays_with_the_mta_or_is_refused(self):
        for body in (b"a\r.\rb\r\n", b"x\r\n.\0\r\n"):
            with self.subTest(body):
                answer = self.send(["strict@example.net"], body=body)
                self.assertTrue(answer.passes())
                self.assertIn(b"q", [letter for letter, _ in answer.changes])
                answer = self.send(["strict@example.net"], body=body, actions=NO_QUARANTINE)
                self.assertEqual((answer.code, answer.text[:3]), (REPLY, "550"))
                self.assertNotIn("policy row", answer.text)

    def test_what_is_no_address_is_not_taken(self):
        answer = self.send(["ok@example.net"], sender="a(b@example.org")
        self.assertEqual((answer.code, answer.text[:3]), (REPLY, "553"))
        answer = self.send(["ok(x@example.net"])
        self.assertEqual((answer.code, answer.text[:3]), (REPLY, "553"))


if __name__ == "__main__":
    unittest.main()
