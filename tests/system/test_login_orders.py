"""Standing orders by the credential that mail is sent with, and orders that let mail go in small parts."""
import json
import unittest
import urllib.request

import demo_mail
from milter_client import DISCARD, REJECT, REPLY, TEMPFAIL, ask_milter
from tocsin_system import Daemon, SmtpSink

PASSES, HELD, LATER, REFUSED = "passes", "held", "later", "refused"


def letter(number):
    return demo_mail.newsletter("news@garden.example.org", f"reader{number}@example.com")


class LoginOrders(unittest.TestCase):
    def setUp(self):
        self.sink = SmtpSink()
        self.addCleanup(self.sink.stop)
        self.daemon = Daemon(self.sink, milter='direction = "outbound"\n', configuration='[watch]\nmode = "off"\n')
        self.daemon.__enter__()
        self.addCleanup(self.daemon.__exit__)

    def by_milter(self, login, recipients=1, number=0):
        to = [f"reader{number}-{index}@example.com" for index in range(recipients)]
        answer = ask_milter(self.daemon.ports["milter"], "news@garden.example.org", to, letter(number), login=login)
        if answer.passes():
            return PASSES
        if answer.code == DISCARD:  # what is held is Tocsin's, and the MTA is told that it went
            return HELD
        self.assertIn(answer.code, (TEMPFAIL, REPLY, REJECT))
        return LATER if answer.code == TEMPFAIL or answer.text.startswith("4") else REFUSED

    def by_check(self, login, number=0):
        request = urllib.request.Request(f"http://127.0.0.1:{self.daemon.ports['check']}/checkv2", data=letter(number), method="POST",
                                         headers={"User": login, "From": "news@garden.example.org", "Rcpt": "reader@example.com"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["tocsin"]["disposition"]

    def give(self, action, login, **more):
        words = [word for name, value in more.items() for word in (f"--{name}", value)]
        return self.daemon.command("order", action, login, "--kind", "login", "--reason", "stolen", "--json", *words)

    def newest(self):
        return self.daemon.command("journal", "list", "--limit", "1", "--json")["records"][0]

    def test_held_and_released(self):
        self.assertEqual(self.by_milter("key-7"), PASSES)
        order = self.give("hold", "Key-7", direction="outbound")
        self.assertEqual(order["meaning"], "hold outbound messages sent with the login key-7")
        self.assertEqual(self.by_milter("key-7"), HELD)
        self.assertEqual(self.by_milter("KEY-7", number=1), HELD)
        self.assertEqual(self.by_check("key-7"), "hold")
        for other in ("key-70", "key", None):
            self.assertEqual(self.by_milter(other), PASSES, other)
        self.assertEqual(self.by_check("key-70"), "accept")
        self.daemon.command("order", "revoke", order["id"])
        self.assertEqual(self.by_milter("key-7", number=2), PASSES)

    def test_blocked_unread(self):
        self.give("block", "key-7")
        scans = self.daemon.command("status", "--json")["scans"]
        self.assertEqual(self.by_milter("key-7"), REFUSED)
        self.assertEqual(self.daemon.command("status", "--json")["scans"], scans)
        self.assertEqual((self.newest()["outcome"], self.newest()["sasl_login"]), ("not_scanned", "key-7"))

    def test_paced(self):
        self.give("pace", "key-7")
        self.assertEqual([self.by_milter("key-7", recipients=40, number=number) for number in range(3)], [PASSES, PASSES, LATER])
        self.assertIn("small parts", " ".join(self.newest()["reasons"]))
        self.assertEqual(self.by_milter("key-7", recipients=20, number=4), PASSES)
        self.assertEqual(self.by_milter("key-7", number=5), LATER)
        self.assertEqual(self.by_check("key-7"), "tempfail")
        self.assertEqual(self.by_milter("key-8", recipients=200, number=6), PASSES)
        # One message to all would be half an hour's work of a thief.
        self.assertEqual(self.by_milter("key-7", recipients=101, number=10), HELD)
        # A restart keeps the order; a stricter one wins.
        self.daemon.stop()
        self.daemon.start()
        self.assertEqual([self.by_milter("key-7", recipients=100, number=number) for number in (7, 8)], [PASSES, LATER])
        self.give("hold", "key-7")
        self.assertEqual(self.by_milter("key-7", number=9), HELD)

    def test_malware_is_refused_whatever_an_order_paces(self):
        self.give("pace", "key-7")
        infected = demo_mail.infected("a@example.org", "b@example.com")
        for _ in range(2):
            answer = ask_milter(self.daemon.ports["milter"], "a@example.org", ["b@example.com"], infected, login="key-7")
            self.assertFalse(answer.passes())
            self.assertIn(self.newest()["disposition"], ("hold", "quarantine", "reject"))

    def test_a_recipient_is_not_paced(self):
        with self.assertRaisesRegex(RuntimeError, "cannot go in small parts: give an order that holds it"):
            self.daemon.command("order", "pace", "boss@corp.example", "--kind", "recipient")


if __name__ == "__main__":
    unittest.main()
