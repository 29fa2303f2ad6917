"""The commands for people who run the daemon: what they refuse, what they show."""
import json
import os
import pathlib
import pwd
import subprocess
import tempfile
import time
import unittest

import demo_mail
from tocsin_system import BUILD, Daemon, SmtpSink, tocsin


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

    def test_list_shows_who_why_until_when_and_hides_what_has_ended(self):
        order = self.daemon.command("order", "hold", "slow@example.org", "--reason", "seen twice", "--by", "alice",
                                    "--direction", "outbound", "--expires-in-s", "3600", "--json")
        brief = self.daemon.command("order", "hold", "brief@example.org", "--expires-in-s", "1", "--json")
        listed = self.daemon.command("order", "list")
        for word in (order["id"], "outbound", "until " + order["expires_at"], "by alice: seen twice"):
            self.assertIn(word, listed)
        self.daemon.command("order", "revoke", order["id"], "--by", "bob")
        time.sleep(1.1)
        listed = self.daemon.command("order", "list")
        self.assertNotIn(order["id"], listed)
        self.assertNotIn(brief["id"], listed)
        self.assertIn("not shown; --all shows", listed)
        everything = self.daemon.command("order", "list", "--all")
        self.assertIn("EXPIRED " + brief["expires_at"], everything)
        self.assertRegex(everything, "REVOKED .* by bob")

    def test_giver_is_the_login_name(self):
        environment = {key: value for key, value in os.environ.items() if key != "SUDO_USER"}
        for extra, expected in (({}, pwd.getpwuid(os.getuid()).pw_name), ({"SUDO_USER": "carol"}, "carol")):
            result = subprocess.run([str(BUILD / "tocsin"), "order", "hold", "x@example.org", "--json", "--data",
                                     str(self.daemon.data)], capture_output=True, text=True, env=environment | extra,
                                    timeout=60, check=True)
            self.assertEqual(json.loads(result.stdout)["given_by"], expected)


class Words(unittest.TestCase):
    def test_empty_words_of_serve_are_an_unset_variable(self):
        for option in ("--data", "--next-hop", "--outbound-next-hop", "--config", "--host-name"):
            result = tocsin("serve", option, "")
            self.assertEqual(result.returncode, 2)
            self.assertIn(f"{option}: is empty: an unset shell variable?", result.stderr)

    def test_read_takes_no_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "one.eml").write_bytes(demo_mail.plain("a@x.example", "b@x.example", "x", "text"))
            result = tocsin("read", folder)
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn("is a folder: name one message file in it", result.stderr)
        self.assertIn(f"tocsin scan -r {folder}", result.stderr)

    @unittest.skipUnless(os.getuid() == 0, "needs another user")
    def test_who_may_not_ask_is_told_so(self):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o700)
            try:
                result = subprocess.run([str(BUILD / "tocsin"), "status", "--data", folder], capture_output=True, text=True,
                                        timeout=60, user="nobody", check=False)
            except PermissionError:
                self.skipTest("the program stands where only its owner may look")
        self.assertEqual(result.returncode, 2)
        self.assertIn("only the user that it runs as and root may", result.stderr)


class Listings(Commands):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.held_texts = []
        for number in range(5):
            content = demo_mail.infected("a@example.org", "b@example.com")
            cls.held_texts.append(cls.daemon.send("outbound", "a@example.org", ["b@example.com"], content)[1])
        cls.long_subject = "very " * 60 + "long"
        cls.daemon.send("inbound", "c@example.org", ["b@example.com"],
                        demo_mail.plain("c@example.org", "b@example.com", cls.long_subject, "text"))

    def test_held_says_how_many_and_pages(self):
        shown = self.daemon.command("quarantine", "list", "--limit", "2")
        self.assertIn("5 wait, the newest 2 shown; --limit N, --before ID", shown)
        ids, before = [], []
        while True:
            page = self.daemon.command("quarantine", "list", "--limit", "2", "--json", *before)
            self.assertEqual(page["total"], 5)
            ids += [held["id"] for held in page["held"]]
            if not page["more"]:
                break
            before = ["--before", ids[-1]]
        self.assertEqual(len(set(ids)), 5)
        self.assertNotIn("shown", self.daemon.command("quarantine", "list"))
        result = self.run_words("quarantine", "list", "--before", "NOSUCHID")
        self.assertEqual(result.returncode, 2)
        self.assertIn("there is none with this id", result.stderr)
        self.assertEqual(self.daemon.command("quarantine", "list", "--before", "2020-01-01", "--json")["held"], [])

    def test_a_moment_before_is_part_of_what_is_counted(self):
        for words in (["quarantine", "list"], ["journal", "list"]):
            listed = self.daemon.command(*words, "--before", "2020-01-01")
            self.assertRegex(listed, r"\A(No record fits|No message waits for a decision)\.\n\Z")
            self.assertEqual(self.daemon.command(*words, "--before", "2020-01-01", "--json")["total"], 0)
        shown = self.daemon.command("quarantine", "list", "--limit", "2", "--before", "2999-01-01")
        self.assertIn("5 wait, the newest 2 shown", shown)

    def test_a_filter_that_could_match_nothing_is_refused(self):
        for words, expected in ((["journal", "list", "--sender", "@x.example"], "one whole address"),
                                (["quarantine", "list", "--recipient", "x.example"], "one whole address"),
                                (["journal", "list", "--link-domain", "https://evil.example/"], "a domain such as"),
                                (["journal", "list", "--attachment", "abc"], "64 hexadecimal digits"),
                                (["journal", "list", "--sender", ""], "an unset shell variable?"),
                                (["quarantine", "list", "--before", ""], "an unset shell variable?")):
            with self.subTest(words=words):
                result = self.run_words(*words)
                self.assertEqual(result.returncode, 2)
                self.assertIn(expected, result.stderr)

    def test_id_of_an_smtp_answer_shows_the_record(self):
        held_id = self.held_texts[0].split()[-1]
        record = self.daemon.command("journal", "show", held_id, "--json")
        self.assertEqual(record["held_id"], held_id)
        self.assertIn(record["id"], self.daemon.command("journal", "list"))
        words = self.daemon.command("journal", "show", record["id"])
        for word in (record["id"], held_id, record["findings"][0]["rule"], "message_id", "engine_version", "b@example.com"):
            self.assertIn(word, words)
        result = self.run_words("journal", "show", "nothing")
        self.assertEqual(result.returncode, 2)
        self.assertIn("no record and no held message has the id", result.stderr)

    def test_long_subject_is_cut_in_the_text_and_whole_in_json(self):
        listed = self.daemon.command("journal", "list", "--sender", "c@example.org")
        self.assertIn(self.long_subject[:119] + "…", listed)
        record = self.daemon.command("journal", "list", "--sender", "c@example.org", "--json")["records"][0]
        self.assertEqual(record["subject"], self.long_subject)

    def test_usage_errors_list_what_is_allowed(self):
        for words, expected in ((["journal", "list", "--verdict", "bogus"], "unscannable"),
                                (["journal", "list", "--limit", "0"], "1"),
                                (["quarantine", "list", "--limit", "0"], "1"),
                                (["journal", "list", "--direction", "sideways"], "outbound")):
            with self.subTest(words=words):
                result = self.run_words(*words)
                self.assertEqual(result.returncode, 2)
                self.assertIn(expected, result.stderr)
        for words in (["frobnicate"], ["journal", "frobnicate"], ["order", "frobnicate", "x"]):
            result = tocsin(*words)
            self.assertEqual(result.returncode, 2)
            self.assertIn("unknown command " + " ".join(words[:2 if len(words) > 1 else 1]), result.stderr)

    def test_status_for_people_and_for_programs(self):
        words = self.daemon.command("status")
        for word in ("up for", "WARNING", "only 2 signatures", "held         5", "journal      6 records", "breaker"):
            self.assertIn(word, words)
        status = self.daemon.command("status", "--json")
        self.assertEqual((status["held"], status["journal_records"], status["signatures"]), (5, 6, 2))


if __name__ == "__main__":
    unittest.main()
