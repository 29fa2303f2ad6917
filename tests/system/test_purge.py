"""A hostile mail in mailboxes of a real Dovecot: reported, judged, approved, taken out, told, and brought back; and what happens
when the daemon is killed or the IMAP server is away in the middle of it. Innocent mail stays where it is, byte for byte."""
import hashlib
import os
import pathlib
import ssl
import tempfile
import time
import unittest

from dovecot_system import Dovecot
from test_response import PEOPLE, report_of
from tocsin_system import ROOT, Daemon, SmtpSink

DOMAIN = "esp.example"
SENDER = "payroll@portal.example"
MARK = b"statements.portal.example/march/"
CONFIGURATION = """
[respond]
people = "{folder}/people.toml"
report_addresses = ["phish@esp.example"]
notices_from = "security@esp.example"
playbooks = ["{folder}/playbooks"]

[mailboxes]
server = "127.0.0.1:{port}"
tls = "none"
user = "tocsin"
password_file = "{folder}/password"
{mailboxes}
"""


def lure(address, number=1):
    """One of a personalised mailing."""
    return (f"From: Payroll <{SENDER}>\r\nTo: {address}\r\nSubject: Your salary in March\r\n"
            f"Message-ID: <{address.partition('@')[0]}.{number}@portal.example>\r\nDate: Mon, 02 Mar 2026 09:14:00 +0000\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n\r\n"
            f"Dear {address.partition('@')[0]},\r\n\r\n"
            "the statement of your salary for March is there and shows a change in the tax class that you should look at\r\n"
            "before the end of the week, because the office passes it on to the tax authorities\r\n"
            "then. Sign in with the password of your mailbox; the office is open from nine to four on weekdays and closed on\r\n"
            f"holidays.\r\n\r\nhttps://statements.portal.example/march/{number}\r\n\r\n"
            "Kind regards,\r\nthe payroll office\r\n").encode()


def innocent(address, number=1, sender="colleague@esp.example", subject="Lunch"):
    """Of the same sender, or with the same subject: what is said decides."""
    return (f"From: {sender}\r\nTo: {address}\r\nSubject: {subject} {number}\r\n"
            f"Message-ID: <lunch.{number}.{address}>\r\n\r\n"
            "Shall we meet at the fountain at noon? The place around the corner has soup today, and the one behind the bridge\r\n"
            f"has pasta; bring the plans for the garden, number {number}, and the book that you borrowed from me in spring.\r\n"
            "https://www.office.example/\r\n").encode()


class Chain(unittest.TestCase):
    """A gate, a mail server behind it, and a Dovecot with the mailboxes of the house."""

    names = ("staff1", "staff2", "staff3", "staff4")
    more = ("phish",)  # mailboxes that nobody writes to
    mailboxes = f'domains = ["{DOMAIN}"]'
    approvals_above = 2
    dovecot_settings = {}

    def setUp(self):
        self.users = [f"{name}@{DOMAIN}" for name in (*self.names, *self.more)]
        self.staff = [f"{name}@{DOMAIN}" for name in self.names]
        self.dovecot = Dovecot(self.users, acl=True, **self.dovecot_settings)
        self.addCleanup(self.dovecot.close)
        self.sink = SmtpSink()
        self.addCleanup(self.sink.stop)
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tocsin-test-")))
        (self.folder / "people.toml").write_text(PEOPLE)
        (self.folder / "password").write_text(self.dovecot.password_file.read_text())
        (self.folder / "password").chmod(0o600)
        (self.folder / "playbooks").mkdir()
        (self.folder / "addresses").write_text("".join(f"{user}\n" for user in self.users))
        playbook = (ROOT / "playbooks" / "inbound_phish_to_staff.toml").read_text()
        (self.folder / "playbooks" / "inbound_phish_to_staff.toml").write_text(
            playbook.replace("approvals_above_people = 20", f"approvals_above_people = {self.approvals_above}"))
        self.daemon = Daemon(self.sink, configuration=self.configuration())
        self.daemon.__enter__()
        self.addCleanup(lambda: self.daemon.__exit__(None, None, None))

    def configuration(self):
        text = CONFIGURATION
        for key, value in (("mailboxes", self.mailboxes), ("folder", self.folder), ("port", self.dovecot.port)):
            text = text.replace("{" + key + "}", str(value))
        return text

    def wait_for(self, condition, what, seconds=60):
        deadline = time.monotonic() + seconds
        while not (result := condition()):
            self.assertLess(time.monotonic(), deadline, what() if callable(what) else what)
            time.sleep(0.1)
        return result

    def send(self, sender, address, mail):
        """Through the gate, and into the mailbox as it came out of the gate."""
        code, text = self.daemon.send("inbound", sender, [address], mail)
        self.assertEqual(code, 250, text)

    def deliver(self, flags=None, folders=None):
        for one in self.sink.delivered:
            for address in one.recipients:
                if address in self.users:
                    self.dovecot.deliver(address, one.content, (folders or {}).get(address, "INBOX"),
                                         (flags or {}).get(address, ""))
        self.sink.delivered.clear()

    def fill(self, **delivery):
        for number, address in enumerate(self.staff):
            self.send("colleague@esp.example", address, innocent(address, number))
            self.send(SENDER, address, innocent(address, 100 + number, SENDER, "Your salary in March"))
            self.send(SENDER, address, lure(address, number))
        self.deliver(**delivery)

    def content(self):
        return {user: self.dovecot.content(user) for user in self.users}

    @staticmethod
    def without_lures(content):
        return {user: {folder: [one for one in messages if MARK not in one[0]] for folder, messages in folders.items()}
                for user, folders in content.items()}

    def lures_in(self, content):
        return sum(MARK in one[0] for folders in content.values() for messages in folders.values() for one in messages)

    def incident(self, name=1):
        return self.daemon.command("incident", "show", str(name), "--json")

    def step(self, name="purge", run=-1):
        runs = self.incident()["runs"]
        return next((step for step in runs[run]["steps"] if step["step"] == name), None) if runs else None

    def report(self, mail=None, reporter=None):
        reporter = reporter or self.staff[0]
        report = report_of(mail or lure(self.staff[0], 0), reporter)
        code, text = self.daemon.send("inbound", reporter, [f"phish@{DOMAIN}"], report)
        self.assertEqual(code, 250, text)
        self.wait_for(lambda: self.daemon.command("incident", "list", "--json", "--state", "desk")["incidents"],
                      "no incident opens")

    def decide(self):
        self.daemon.command("incident", "verdict", "1", "--is", "malicious", "--why", "there is no such portal", "--by", "anna")

    def approve(self):
        self.wait_for(lambda: (self.step() or {}).get("state") == "awaiting_approval", lambda: f"nobody is asked: {self.step()}")
        self.daemon.command("incident", "approve", "1", "--run", "1", "--step", "purge", "--by", "bob")

    def wait_for_step(self, state, seconds=120, name="purge", run=-1):
        return self.wait_for(lambda: (one := self.step(name, run)) and one["state"] == state and one,
                             lambda: f"{name} is not {state}: {self.step(name, run)}", seconds)

    def undo(self):
        self.daemon.command("incident", "undo", "1", "--run", "1", "--why", "it was the payroll office", "--by", "anna")
        self.wait_for(lambda: self.incident()["runs"][0]["state"] in ("undone", "undo_failed"), "the run is not undone", 120)
        self.assertEqual(self.incident()["runs"][0]["state"], "undone", self.timeline())

    def timeline(self):
        return "\n".join(entry["text"] for entry in self.incident()["timeline"])

    def sealed(self):
        """Messages in sealed folders, by the files of the Maildirs."""
        return [path.read_bytes() for path in (self.dovecot.folder / "mail").glob("*/.Tocsin-sealed*/*/*")
                if path.parent.name in ("cur", "new")]


class Purge(Chain):
    def test_from_the_report_to_everybody_told_and_back(self):
        staff2, staff3 = self.staff[1], self.staff[2]
        self.fill(flags={staff2: "\\Seen", staff3: "\\Seen \\Answered"}, folders={staff3: "Archive"})
        before = self.content()
        self.assertEqual(self.lures_in(before), 4)
        self.report()
        self.decide()
        self.approve()
        step = self.wait_for_step("done")
        self.assertRegex(step["note"], r"moved 4 copies out of 4 of \d+ mailboxes; 2 were opened, 1 answered or passed on")
        self.assertEqual(self.content(), self.without_lures(before))
        self.assertEqual(len(self.sealed()), 4)
        self.assertIn(f"Answered it or passed it on: {staff3}. Had opened it: {staff2}.", self.timeline())
        told = lambda: {one.recipients[0] for one in self.sink.delivered if one.mail_from == "security@esp.example"}
        self.wait_for(lambda: set(self.staff) <= told(), lambda: f"not all are warned: {told()}")
        self.assertEqual(sorted(one["address"] for one in self.incident()["touched"]), self.staff)
        self.undo()
        self.assertIn("brought 4 messages back to 4 mailboxes", self.timeline())
        self.assertEqual(self.content(), before)

    def test_a_dry_run_counts_and_changes_nothing(self):
        self.fill(flags={self.staff[1]: "\\Seen"})
        before = self.content()
        self.report()
        self.daemon.command("incident", "run", "1", "--playbook", "inbound_phish_to_staff", "--dry-run", "--by", "anna")
        step = self.wait_for_step("done")
        self.assertIn("would move 4 copies out of 4 of", step["note"])
        self.assertIn("1 were opened", step["note"])
        self.assertEqual(self.content(), before)
        self.assertEqual(self.sealed(), [])
        self.assertNotIn("Tocsin", " ".join(self.dovecot.folders(self.staff[0])))

    def test_an_imap_server_that_is_away_is_told_and_tried_again(self):
        self.fill()
        before = self.content()
        self.report()
        self.dovecot.stop()
        self.decide()
        self.approve()
        self.wait_for(lambda: "Step purge is not done yet" in self.timeline(), "nobody hears what is wrong")
        self.assertRegex(self.timeline(), r"4 of 4 mailboxes are not done: staff1@esp.example \(unreachable: ")
        self.assertIn("unreachable", self.daemon.command("incident", "show", "1"))
        self.dovecot.start()
        self.wait_for_step("done")
        self.assertEqual(self.content(), self.without_lures(before))

    def test_a_wrong_password_is_told_and_the_step_can_be_tried_again(self):
        self.fill()
        (self.folder / "password").write_text("wrong\n")
        self.report()
        self.decide()
        self.approve()
        step = self.wait_for_step("failed")
        self.assertRegex(step["note"], r"4 of 4 mailboxes are not done: staff1@esp.example \(login_refused: ")
        (self.folder / "password").write_text(self.dovecot.password_file.read_text())
        self.daemon.command("incident", "retry", "1", "--run", "1", "--step", "purge", "--by", "anna")
        self.wait_for_step("done")
        self.assertEqual(self.lures_in(self.content()), 0)

    def test_one_mailbox_that_fails_is_named_and_keeps_no_other(self):
        self.fill()
        locked = self.dovecot.folder / "mail" / self.staff[1]
        owner = locked.stat()
        os.chown(locked, 12345, 12345)
        locked.chmod(0o000)
        self.report()
        self.decide()
        self.approve()
        self.wait_for(lambda: self.step()["state"] == "failed" or "is not done yet" in self.timeline(), "nobody hears of it")
        self.assertRegex(self.timeline(), r"1 of 4 mailboxes are not done: staff2@esp.example \(\w+: .*moved 3 copies out of 3")
        os.chown(locked, owner.st_uid, owner.st_gid)
        locked.chmod(owner.st_mode & 0o777)
        step = self.wait_for_step("done")
        self.assertIn("moved 4 copies out of 4 of 4 mailboxes", step["note"])
        self.assertEqual(len(self.sealed()), 4)


class Listed(Chain):
    """The list says which mailboxes there are: the journal need not have seen the mail on its way to them."""

    mailboxes = 'addresses = "{folder}/addresses"'

    def test_mailboxes_that_the_journal_does_not_name_are_looked_into_as_well(self):
        self.fill()
        self.dovecot.deliver(f"phish@{DOMAIN}", lure("team", 55))
        self.report()
        self.decide()
        self.approve()
        step = self.wait_for_step("done")
        self.assertIn("moved 5 copies out of 5 of 5 mailboxes", step["note"])
        self.assertEqual(self.lures_in(self.content()), 0)
        self.assertIn(f"phish@{DOMAIN}", [one["address"] for one in self.incident()["touched"]])
        self.wait_for_step("done", name="warn_others")
        warned = [one.recipients[0] for one in self.sink.delivered if one.mail_from == "security@esp.example"
                  and b"hostile mail" in one.content]
        self.assertEqual(sorted(address for address in warned if "esp.example" in address), sorted(self.users))


class Bannered(Chain):
    """People report what they see: the mail with the gate's banner in it. What is looked for is the mail without."""

    def configuration(self):
        return super().configuration() + '\n[banner]\nwhen = ["first_contact", "suspicious", "phish"]\nlearn_days = 0\n'

    def test_a_mail_with_a_banner_is_known_by_what_the_gate_saw(self):
        self.fill()
        before = self.content()
        self.assertEqual(self.lures_in(before), 4)
        seen, = [one[0] for one in before[self.staff[0]]["INBOX"] if MARK in one[0]]
        self.assertIn(b"Be careful with this message", seen)
        self.report(seen)
        self.decide()
        self.approve()
        step = self.wait_for_step("done")
        self.assertIn("moved 4 copies out of 4 of 4 mailboxes", step["note"])
        self.assertEqual(self.content(), self.without_lures(before))


class Killed(Chain):
    names = tuple(f"user{number}" for number in range(40))
    mailboxes = f'domains = ["{DOMAIN}"]\nconnections = 4'

    def test_killed_in_the_middle_nothing_is_lost_doubled_or_forgotten(self):
        for number, address in enumerate(self.staff):
            self.send(SENDER, address, lure(address, number))
            self.dovecot.deliver(address, innocent(address, number, SENDER))
        self.deliver()
        before = self.content()
        self.report()
        self.decide()
        self.approve()
        for kills in range(2):
            wanted = 3 + 15 * kills
            self.wait_for(lambda: len(self.sealed()) >= wanted, lambda: f"nothing is moved: {self.step()}")
            self.daemon.kill()
            self.daemon.start()
        step = self.wait_for_step("done")
        self.assertIn("moved 40 copies out of 40 of 40 mailboxes", step["note"])
        self.assertEqual(self.content(), self.without_lures(before))
        sealed = self.sealed()
        self.assertEqual((len(sealed), len(set(sealed))), (40, 40))
        self.daemon.command("incident", "undo", "1", "--run", "1", "--why", "a mistake", "--by", "anna")
        self.wait_for(lambda: len(self.sealed()) <= 30, "nothing comes back")
        self.daemon.kill()
        self.daemon.start()
        self.wait_for(lambda: self.incident()["runs"][0]["state"] == "undone", lambda: self.timeline()[-1000:], 120)
        self.assertEqual(self.content(), before)


class PickUp(Chain):
    names = ("staff1",)
    mailboxes = f'domains = ["{DOMAIN}"]\nreport_mailboxes = ["phish@{DOMAIN}"]\nreport_poll_s = 1'

    def reports(self):
        return [report for one in self.daemon.command("incident", "list", "--json", "--state", "all")["incidents"]
                for report in self.incident(one["number"])["reports"]]

    def test_reports_are_picked_up_once_and_marked_as_seen(self):
        address = f"phish@{DOMAIN}"
        self.dovecot.deliver(address, report_of(lure("staff1@esp.example", 7)))
        report, = self.wait_for(self.reports, "the report is not picked up")
        self.assertEqual((report["way"], report["reporter"], report["authenticated"]), ("imap", "staff1@esp.example", False))
        self.wait_for(lambda: self.dovecot.content(address)["INBOX"][0][1] == (b"\\Seen",), "it is not marked")
        # Old state, and a mailbox that was made anew: what is known is not taken again.
        self.daemon.kill()
        index = self.dovecot.folder / "mail" / address
        for path in index.glob("dovecot*"):
            path.unlink()
        self.daemon.start()
        self.dovecot.deliver(address, report_of(innocent("staff1@esp.example", 8), subject="Fwd: another"))
        self.wait_for(lambda: len(self.reports()) == 2, lambda: f"the second one is not picked up: {self.reports()}")
        time.sleep(3)
        self.assertEqual(len(self.reports()), 2)
        self.assertTrue(all(flags == (b"\\Seen",) for _, flags, _ in self.dovecot.content(address)["INBOX"]))

    def test_a_server_that_is_away_costs_nothing_but_time(self):
        self.dovecot.stop()
        log = self.daemon.data / "serve.log"
        self.wait_for(lambda: "report.pick_up_failed" in log.read_text(), "nobody hears of it")
        self.assertRegex(log.read_text(), r'report.pick_up_failed .*mailbox=phish@esp.example')
        self.daemon.stop()
        self.dovecot.start()
        self.dovecot.deliver(f"phish@{DOMAIN}", report_of(lure("staff1@esp.example", 7)))
        self.daemon.start()
        self.wait_for(self.reports, "the report is not picked up")


class Encrypted(Chain):
    """A certificate that nobody vouches for is known by its fingerprint, and no other gets the password."""

    dovecot_settings = {"tls_name": "imap.example"}
    names = ("staff1", "staff2", "staff3")

    def configuration(self):
        certificate = ssl.PEM_cert_to_DER_cert(self.dovecot.certificate.read_text())
        hexadecimal = hashlib.sha256(self.fingerprinted(certificate)).hexdigest()
        text = super().configuration().replace('tls = "none"', f'certificate_sha256 = "{hexadecimal}"')
        return text.replace(f'server = "127.0.0.1:{self.dovecot.port}"', f'server = "127.0.0.1:{self.dovecot.tls_port}"')

    @staticmethod
    def fingerprinted(certificate):
        return certificate

    def test_the_certificate_is_known_by_its_fingerprint(self):
        self.fill()
        self.report()
        self.decide()
        self.approve()
        self.wait_for_step("done")
        self.assertEqual(self.lures_in(self.content()), 0)


class WrongCertificate(Encrypted):
    @staticmethod
    def fingerprinted(certificate):
        return certificate + b"x"

    def test_the_certificate_is_known_by_its_fingerprint(self):
        self.fill()
        self.report()
        self.decide()
        self.approve()
        self.wait_for(lambda: "no TLS with the IMAP server" in self.timeline(), "nobody hears what is wrong")
        self.assertEqual(self.lures_in(self.content()), 3)
        self.assertNotRegex((self.dovecot.folder / "log").read_text(), r"Login: .*TLS")


class NotSetUp(Chain):
    """Without [mailboxes] the step says what to do."""

    def configuration(self):
        return super().configuration().partition("[mailboxes]")[0]

    def test_the_step_says_what_is_missing(self):
        self.send(SENDER, self.staff[0], lure(self.staff[0]))
        self.report()
        self.decide()
        step = self.wait_for_step("failed")
        self.assertIn("mailboxes are not set up: name the IMAP server", step["note"])


if __name__ == "__main__":
    unittest.main()
