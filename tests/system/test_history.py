"""Rules ask about earlier mail; the daemon knows it from what it judged, and after a restart from its journal."""
import pathlib
import shutil
import tempfile
import unittest

import demo_mail
from tocsin_system import Daemon, SmtpSink, tocsin

STRANGER, US = "anna@stranger.example", "bob@home.example"
RULES = {
    "New sender": 'type.inbound and profile.by_sender().prevalence == "new"',
    "Solicited by address": "profile.by_sender_email().solicited",
    "Solicited by domain": "profile.by_sender().solicited",
    "Not solicited": "type.inbound and not profile.by_sender_email().solicited",
    "On the list of recipients": "sender.email.email in $recipient_emails",
    "Domain on the list of recipients": "sender.email.domain.domain in $recipient_domains",
    "On the list of senders": "sender.email.email in $sender_emails",
    "Reply goes to somebody we know": "beta.profile.by_reply_to().solicited",
}


class History(unittest.TestCase):
    def setUp(self):
        self.sink = SmtpSink()
        self.addCleanup(self.sink.stop)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        rules = self.folder / "rules"
        rules.mkdir()
        for number, (name, source) in enumerate(RULES.items()):
            (rules / f"{number}.yml").write_text(f"name: {name}\nseverity: low\nsource: |\n  {source}\n")
        lists = self.folder / "lists"
        lists.mkdir()
        (lists / "free_email_providers.txt").write_text("freemail.example\n")
        self.configuration = (f'[judge]\nown_rules = false\nrules = ["{rules}"]\nlists = ["{lists}"]\n'
                              '[[customer]]\nname = "acme"\nheader_domains = ["acme.example"]\n'
                              '[[customer]]\nname = "staff"\nheader_domains = ["home.example"]\norganisation = true\n')
        self.number = 0

    def daemon(self, **more):
        return Daemon(self.sink, configuration=self.configuration, **more)

    def matches(self, daemon, direction, sender, recipient, reply_to=None):
        """Names of the rules that matched one message."""
        self.number += 1
        content = demo_mail.plain(sender, recipient, f"hello {self.number}", "text", self.number)
        if reply_to:
            content = f"Reply-To: {reply_to}\r\n".encode() + content
        code, text = daemon.send(direction, sender, [recipient], content)
        self.assertEqual(code, 250, text)
        records = daemon.command("journal", "list", "--json")
        newest = next(one for one in records["records"] if one["subject"] == f"hello {self.number}")
        return {one["rule"] for one in newest["findings"] if one["engine"] == "rules"}

    def test_a_stranger_becomes_somebody_we_wrote_to(self):
        with self.daemon() as daemon:
            self.assertEqual(self.matches(daemon, "inbound", STRANGER, US), {"New sender", "Not solicited"})
            # Known as a sender, but still new: a campaign of an hour does not make itself common.
            self.assertEqual(self.matches(daemon, "inbound", STRANGER, US),
                             {"New sender", "Not solicited", "On the list of senders"})
            self.matches(daemon, "outbound", US, STRANGER)
            wrote = {"New sender", "Solicited by address", "Solicited by domain", "On the list of recipients",
                     "Domain on the list of recipients", "On the list of senders"}
            self.assertEqual(self.matches(daemon, "inbound", STRANGER, US), wrote)
            self.assertEqual(self.matches(daemon, "inbound", "carl@stranger.example", US, reply_to=STRANGER),
                             {"New sender", "Not solicited", "Solicited by domain", "Domain on the list of recipients",
                              "Reply goes to somebody we know"})
            daemon.stop()
            # What was known is read from the journal.
            daemon.start()
            self.assertEqual(self.matches(daemon, "inbound", STRANGER, US), wrote)

    def test_a_free_mailbox_does_not_vouch_for_another(self):
        with self.daemon() as daemon:
            self.matches(daemon, "outbound", US, "anna@freemail.example")
            self.assertNotIn("Solicited by domain", self.matches(daemon, "inbound", "eve@freemail.example", US))
            self.assertIn("Solicited by domain", self.matches(daemon, "inbound", "anna@freemail.example", US))

    def test_customers_make_nobody_solicited(self):
        with self.daemon() as daemon:
            self.matches(daemon, "outbound", "shop@acme.example", STRANGER)
            self.assertEqual(self.matches(daemon, "inbound", STRANGER, US), {"New sender", "Not solicited"})
            # Its own account is what a customer's mail is compared with, told by the From field alone.
            self.assertIn("On the list of senders", self.matches(daemon, "outbound", "shop@acme.example", STRANGER))
            self.assertNotIn("On the list of senders", self.matches(daemon, "inbound", "shop@acme.example", US))

    def test_offline_nobody_can_be_asked(self):
        mail = self.folder / "mail.eml"
        mail.write_bytes(demo_mail.plain(STRANGER, US, "hello", "text"))
        result = tocsin("scan", "--no-system-db", "--rules", str(self.folder / "rules"), "--json", str(mail))
        self.assertIn('"history"', result.stdout, result.stderr)
        for name in RULES:
            self.assertNotIn(f'"{name}"', result.stdout)


if __name__ == "__main__":
    unittest.main()
