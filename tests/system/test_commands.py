"""The commands for people who run the daemon: what they refuse, what they show."""
import unittest

import demo_mail
from tocsin_system import Daemon, SmtpSink, tocsin


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sink = SmtpSink()
        cls.daemon = Daemon(cls.sink).__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.__exit__(None, None, None)
        cls.sink.stop()

    def run_words(self, *words):
        return tocsin(*words, "--data", str(self.daemon.data))

    def send(self, sender, subject="hello", recipient="b@example.com"):
        return self.daemon.send("inbound", sender, [recipient], demo_mail.plain(sender, recipient, subject, "text"))


class Orders(Commands):
    def test_order_that_matches_nothing_is_refused_with_what_is_expected(self):
        for words, expected in ((["not an address"], "give an address"),
                                (["x", "--kind", "content_sha256"], "64 hexadecimal digits"),
                                (["999.1.1.1", "--kind", "client_ip"], "192.0.2.0/24"),
                                (["bad..domain", "--kind", "domain"], "give a domain"),
                                (["a@b.example", "--direction", "sideways"], "inbound"),
                                (["a@b.example", "--expires-in-s", "-5"], "from 1 to"),
                                (["a@b.example", "--expires-in-s", "0"], "from 1 to"),
                                (["a@b.example", "--expires-in-s", "9000000000000000000"], "from 1 to")):
            with self.subTest(words=words):
                result = self.run_words("order", "block", *words)
                self.assertEqual(result.returncode, 2)
                self.assertIn(expected, result.stderr)

    def test_whole_domain_block_of_addresses_and_part_of_a_subject_are_in_force(self):
        for words, meaning, mail in (
                (["*@evil.example"], "any address of evil.example", ("any.one@Evil.example", "hello")),
                (["lottery", "--kind", "subject"], "contains", ("a@example.org", "You won the LOTTERY today"))):
            with self.subTest(words=words):
                result = self.run_words("order", "block", *words)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertIn(meaning, result.stdout)
                code, text = self.send(*mail)
                self.assertEqual(code, 550, text)
        code, text = self.send("a@example.org", "hello")
        self.assertEqual(code, 250, text)
        order = self.daemon.command("order", "block", "127.0.0.0/8", "--kind", "client_ip", "--json")
        code, text = self.send("a@example.org", "hello")
        self.assertEqual(code, 550, text)
        self.daemon.command("order", "revoke", order["id"])


if __name__ == "__main__":
    unittest.main()
