"""Mail that goes round the filters: links in place of files that were held back, company papers for private mailboxes."""
import http.client
import json
import tempfile
import time
import unittest
from pathlib import Path

import demo_mail
import test_response
from api_http import bearer, call, metrics, over_tcp, token_of
from milter_client import ask_milter
from tocsin_system import Daemon, SmtpSink

PEOPLE = test_response.PEOPLE + "".join(
    f'[[person]]\nid = "p{number}"\nmail = ["p{number}@company.example"]\n' for number in range(7)) + """
[[person]]
id = "amuster"
mail = ["anna.muster@company.example"]
[[group]]
name = "sales"
people = ["amuster", "p0", "p1", "p2", "p3"]
[[group]]
name = "board"
people = ["p4", "p5", "p6"]
"""
ANNA, PARTNER, BERT = "anna.muster@company.example", "partner@firm.example", "bert@company.example"


def letter(sender, recipient, subject="offer", body="See you on Monday.", name="", file=None):
    """A letter, with or without a harmless file."""
    head = (f"From: {name} <{sender}>\r\nTo: {recipient}\r\nSubject: {subject}\r\nDate: Mon, 02 Mar 2026 09:00:00 +0000\r\n"
            f"Message-ID: <m-{time.monotonic_ns()}@mail.example>\r\nMIME-Version: 1.0\r\n")
    if file is None:
        return (head + f"Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n").encode()
    return (head + 'Content-Type: multipart/mixed; boundary="=_m"\r\n\r\n--=_m\r\nContent-Type: text/plain\r\n\r\n'
            f'{body}\r\n--=_m\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename="{file}"\r\n'
            "\r\nApples 3, pears 4.\r\n--=_m--\r\n").encode()


def link(sender=PARTNER, recipient=BERT, host="www.dropbox.com"):
    return letter(sender, recipient, "the file", f"Here it is, as agreed: https://{host}/s/a8Zk2/list")


class Detours(unittest.TestCase):
    configuration = ""

    def setUp(self):
        self.sink = SmtpSink()
        self.addCleanup(self.sink.stop)
        folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tocsin-test-")))
        (folder / "people.toml").write_text(PEOPLE)
        self.daemon = Daemon(self.sink, configuration=self.configuration.replace("{people}", str(folder / "people.toml")))
        self.daemon.__enter__()
        self.addCleanup(lambda: self.daemon.__exit__(None, None, None))

    def block_a_file(self, sender=PARTNER, recipient=BERT, direction="inbound"):
        """A file that the gate refuses or keeps."""
        code, text = self.daemon.send(direction, sender, [recipient], demo_mail.infected(sender, recipient))
        self.assertNotIn("delivered", text)
        return code, text

    def newest(self):
        return self.daemon.command("journal", "list", "--json")["records"][0]

    def count(self, **labels):
        return metrics(self.daemon).value("tocsin_round_the_filters_total", **labels)


class Hold(Detours):
    def test_a_link_after_a_blocked_file_is_held_with_words_and_outlives_a_kill(self):
        code, text = self.daemon.send("inbound", PARTNER, [BERT], link())
        self.assertIn("delivered", text, "without a blocked file the same link goes")
        self.block_a_file()
        code, text = self.daemon.send("inbound", PARTNER, [BERT], link())
        self.assertEqual(code, 250)
        self.assertIn("held for review as", text)
        self.assertNotIn("dropbox", text, "a stranger is told nothing")
        record = self.newest()
        self.assertEqual(record["disposition"], "hold")
        self.assertIn("a link to www.dropbox.com, less than an hour after a file of the same sender was held back",
                      record["reasons"][0])
        self.assertTrue(any("Ask the security desk" in one for one in record["reasons"]), record["reasons"])
        held = [one for one in self.daemon.command("quarantine", "list", "--json")["held"] if one["id"] == text.split()[-1]]
        self.assertIn("A file that was held back is no reason for a detour", held[0]["reason"])
        for end in (self.daemon.kill, self.daemon.stop):
            end()
            self.daemon.start()
            code, text = self.daemon.send("inbound", PARTNER, [BERT], link())
            self.assertIn("held for review as", text, "a restart made it forgotten")

    def test_what_has_nothing_to_do_with_the_file_goes(self):
        self.block_a_file()
        for sender, recipient, content in ((PARTNER, BERT, letter(PARTNER, BERT, body="See https://www.firm.example/news")),
                                           ("other@firm.example", BERT, link("other@firm.example")),
                                           (PARTNER, "x@elsewhere.example", link(recipient="x@elsewhere.example")),
                                           (PARTNER, BERT, link(host="dropbox.com.firm.example"))):
            _, text = self.daemon.send("inbound", sender, [recipient], content)
            self.assertIn("delivered", text, content.decode())

    def test_a_file_that_a_person_released_is_gone_round_no_more(self):
        self.block_a_file(ANNA, "client@firm.example", "outbound")
        _, text = self.daemon.send("outbound", ANNA, ["client@firm.example"], link(ANNA, "client@firm.example"))
        self.assertIn("A file that was held back is no reason for a detour", text)
        held = self.daemon.command("quarantine", "list", "--json")["held"]
        blocked, = [one for one in held if "link to" not in one["reason"]]
        self.daemon.command("quarantine", "release", blocked["id"], "--why", "a test file", "--by", "eve")
        _, text = self.daemon.send("outbound", ANNA, ["client@firm.example"], link(ANNA, "client@firm.example"))
        self.assertIn("delivered", text)
        self.daemon.kill()
        self.daemon.start()
        _, text = self.daemon.send("outbound", ANNA, ["client@firm.example"], link(ANNA, "client@firm.example"))
        self.assertIn("delivered", text)

    def test_company_papers_for_ones_own_mailbox_are_held_and_coached(self):
        own = "annamuster77@gmail.com"
        for content in (letter(ANNA, own, file="prices.csv"), letter(ANNA, own, "Fwd: prices of April")):
            code, text = self.daemon.send("outbound", ANNA, [own], content)
            self.assertEqual(code, 250, text)
            self.assertIn("Company papers stay in company mailboxes", text)
            self.assertIn("held for review as", text)
            self.assertIn("looks like a private mailbox of the writer", self.newest()["reasons"][0])
        # Another person's mailbox, a letter without anything, another provider.
        for recipient, content in (("bert.meier@gmail.com", letter(ANNA, "bert.meier@gmail.com", file="prices.csv")),
                                   (own, letter(ANNA, own, "lunch")),
                                   ("anna.muster@muster.example", letter(ANNA, "anna.muster@muster.example", file="prices.csv"))):
            _, text = self.daemon.send("outbound", ANNA, [recipient], content)
            self.assertIn("delivered", text, recipient)

    def test_a_hidden_copy_is_held_for_its_mailbox_alone(self):
        content = letter(ANNA, "client@firm.example", file="prices.csv")
        code, text = self.daemon.send("outbound", ANNA, ["client@firm.example", "a.muster@gmail.com"], content)
        self.assertEqual(code, 250, text)
        self.assertEqual([one.recipients for one in self.sink.delivered], [["client@firm.example"]])
        held, = self.daemon.command("quarantine", "list", "--json")["held"]
        self.assertEqual(held["recipients"], ["a.muster@gmail.com"])

    def test_other_doors_say_the_same(self):
        content = letter(ANNA, "annamuster77@gmail.com", file="prices.csv")
        headers = {"From": ANNA, "Rcpt": "annamuster77@gmail.com", "IP": "127.0.0.1"}

        def ask(path):
            connection = http.client.HTTPConnection("127.0.0.1", self.daemon.ports["check"], timeout=60)
            return json.loads(call(connection, "POST", path, headers, content)[2])
        self.assertEqual(ask("/v1/scan")["disposition"], "hold")
        answer = ask("/checkv2")
        self.assertEqual(answer["action"], "reject")
        self.assertIn("Company papers stay in company mailboxes", answer["messages"]["smtp_message"])
        answer = ask_milter(self.daemon.ports["milter"], ANNA, ["annamuster77@gmail.com"], content, address="127.0.0.1")
        self.assertFalse(answer.passes())


class Groups(Detours):
    configuration = '[respond]\npeople = "{people}"\nnotices_from = "security@company.example"\n'

    def test_it_is_counted_per_group_and_names_nobody(self):
        own = "annamuster77@gmail.com"
        self.daemon.send("outbound", ANNA, [own], letter(ANNA, own, file="prices.csv"))
        self.daemon.send("outbound", "pia.quick@company.example", ["pia.quick@gmail.com"],
                         letter("pia.quick@company.example", "pia.quick@gmail.com", file="prices.csv"))
        for recipient in ("p4@company.example", "p0@company.example"):
            self.block_a_file(recipient=recipient)
            self.daemon.send("inbound", PARTNER, [recipient], link(recipient=recipient))
        self.assertEqual(self.count(kind="own_mailbox", group="sales", mode="hold"), 1)
        self.assertEqual(self.count(kind="own_mailbox", group="no group", mode="hold"), 1)
        self.assertEqual(self.count(kind="link_after_file", group="small groups", mode="hold"), 1)
        self.assertEqual(self.count(kind="link_after_file", group="sales", mode="hold"), 1)
        status = json.loads(over_tcp(self.daemon, "GET", "/v1/status", bearer(token_of(self.daemon)))[2])
        self.assertEqual(status["round_the_filters"]["sales"], {"link_after_file": 1, "own_mailbox": 1})
        log = (self.daemon.data / "serve.log").read_text()
        lines = [line for line in log.splitlines() if "message.round_the_filters" in line]
        self.assertEqual(len(lines), 4)
        self.assertFalse([line for line in lines if "muster" in line or "quick" in line or "@" in line])


class Coached(Detours):
    configuration = '[respond]\npeople = "{people}"\nnotices_from = "security@company.example"\n'

    def told(self):
        return [one for one in self.sink.delivered if one.mail_from == "security@company.example" and one.recipients == [ANNA]]

    def test_the_writer_hears_once_in_a_mail_why_and_what_to_do_instead(self):
        own = "annamuster77@gmail.com"
        for _ in range(3):
            self.daemon.send("outbound", ANNA, [own], letter(ANNA, own, file="prices.csv"))
        deadline = time.monotonic() + 20
        while not self.told() and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(1)
        mail, = self.told()
        self.assertIn(b"Subject: Your mail is held", mail.content)
        text = mail.content.replace(b"=\r\n", b"").replace(b"\r\n", b" ")
        for words in (b"Nothing is lost", b"annamuster77@gmail.com", b"Company papers stay", b"Nobody is blamed"):
            self.assertIn(words, text)

    def test_a_stranger_is_told_nothing(self):
        self.block_a_file()
        self.daemon.send("inbound", PARTNER, [BERT], link())
        time.sleep(2)
        self.assertFalse([one for one in self.sink.delivered if one.mail_from == "security@company.example"
                          and PARTNER in one.recipients])


class Observe(Detours):
    configuration = '[round_the_filters]\nmode = "observe"\n'

    def test_it_is_noted_and_goes(self):
        self.block_a_file()
        _, text = self.daemon.send("inbound", PARTNER, [BERT], link())
        self.assertIn("delivered", text)
        record = self.newest()
        self.assertEqual(record["disposition"], "accept")
        self.assertTrue(any(one.startswith("would be held: a link to") for one in record["reasons"]), record["reasons"])
        self.assertEqual(self.count(kind="link_after_file", group="no group", mode="observe"), 1)


class Off(Detours):
    configuration = '[round_the_filters]\nmode = "off"\n'

    def test_nobody_looks(self):
        self.block_a_file()
        _, text = self.daemon.send("inbound", PARTNER, [BERT], link())
        self.assertIn("delivered", text)
        self.assertFalse([one for one in self.newest()["reasons"] if "held" in one])


if __name__ == "__main__":
    unittest.main()
