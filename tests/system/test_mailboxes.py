"""`tocsin mailbox` against a real Dovecot: nothing but what is looked for is touched, and all of it comes back as it was."""
import hashlib
import imaplib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from dovecot_system import MASTER, MASTER_PASSWORD, PASSWORD, Dovecot
from real_programs import wait_until
from tocsin_system import BUILD, tocsin

SENDER = "billing@evil.example"
DATE = '"03-Mar-2026 09:15:00 +0100"'
PITCH = ("Dear {name},\r\n\r\nyour parcel with the number {number} could not be delivered, because the customs fee of two\r\n"
         "euros was not paid. Please pay it within the next twenty-four hours, or the parcel goes back to its sender.\r\n"
         "The link below is valid for you alone; do not pass it on to anybody else. Have your card at hand.\r\n"
         "\r\nhttps://parcel.evil.example/pay/{number}\r\n\r\nKind regards,\r\nYour delivery service, department of customs\r\n")


def sibling(name, number=1):
    return (f"From: Parcel <{SENDER}>\r\nTo: {name}@example.org\r\nSubject: Your parcel {number}\r\n"
            f"Message-ID: <{name}.{number}@evil.example>\r\nDate: Tue, 3 Mar 2026 09:14:00 +0100\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n\r\n" + PITCH.format(name=name, number=number)).encode()


def innocent(name, number=1, sender="colleague@example.org"):
    """Mail of the same sender too: what is said decides."""
    return (f"From: {sender}\r\nTo: {name}@example.org\r\nSubject: Lunch {number}\r\n"
            f"Message-ID: <lunch.{number}.{name}@example.org>\r\n\r\n"
            f"Shall we meet at the fountain at noon, {name}? The place around the corner has soup today, and the one behind\r\n"
            f"the bridge has pasta; bring the plans for the garden, number {number}, and the book that you borrowed from me\r\n"
            "in the spring.\r\n").encode()


class Mailboxes(unittest.TestCase):
    """One Dovecot for each class; `dovecot` says how it is set."""

    settings = {}
    users = ("alice", "bob", "carol")

    @classmethod
    def setUpClass(cls):
        cls.dovecot = Dovecot(cls.users, **cls.settings)
        cls.addClassCleanup(cls.dovecot.close)

    def setUp(self):
        self.work = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.sample = self.work / "report.eml"
        self.sample.write_bytes(sibling("dave", 77))
        self.record = self.work / "record.jsonl"
        self.incident = f"i{random.randrange(1 << 40):x}"

    def run_command(self, *words, expect=None):
        result = tocsin("mailbox", *words)
        if expect is not None:
            self.assertEqual(result.returncode, expect, result.stdout + result.stderr)
        lines = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
        summary = next((line["summary"] for line in lines if "summary" in line), None)
        return summary, {line["mailbox"]: line for line in lines if "mailbox" in line}, result

    def named(self, users):
        return [word for user in users for word in ("--mailbox", user)]

    def purge(self, *more, users=None, expect=1, look=("--from", SENDER), by=None):
        by = ("--like", str(self.sample)) if by is None else by
        return self.run_command("purge", "--incident", self.incident, "--record", str(self.record),
                                *self.named(users or self.users), *look, *by, *self.dovecot.words(), *more, expect=expect)

    def restore(self, *more, expect=0):
        return self.run_command("restore", "--record", str(self.record), *self.dovecot.words(), *more, expect=expect)

    def empty(self, user):
        shutil.rmtree(self.dovecot.folder / "mail" / user, ignore_errors=True)

    def master_count(self, user):
        """Messages in the sealed folder."""
        client = imaplib.IMAP4("127.0.0.1", self.dovecot.port)
        client.login(f"{user}*{MASTER}", MASTER_PASSWORD)
        count = client.select(f"Tocsin-sealed.{self.incident}", readonly=True)[1][0]
        client.logout()
        return int(count or 0)

    def content(self, users=None):
        return {user: self.dovecot.content(user) for user in users or self.users}

    @staticmethod
    def without_siblings(content):
        return {user: {folder: [one for one in messages if SENDER.encode() not in one[0] or b"fountain" in one[0]]
                       for folder, messages in folders.items()} for user, folders in content.items()}


class PurgeAndRestore(Mailboxes):
    settings = {"acl": True}

    def setUp(self):
        super().setUp()
        for user in self.users:
            self.empty(user)
            self.dovecot.deliver(user, innocent(user, 1), date=DATE)
            self.dovecot.deliver(user, innocent(user, 2, SENDER), flags="\\Flagged")
            self.dovecot.deliver(user, sibling(user, 5), date=DATE)
        self.dovecot.deliver("alice", sibling("alice", 6), "Archive", "\\Seen \\Answered $Forwarded $Label1")
        self.dovecot.deliver("bob", sibling("bob", 7), "Trash", "\\Seen")

    def test_dry_run_says_who_had_read_it_and_changes_nothing(self):
        before = self.content()
        for words in ((), ("--dry-run",)):
            summary, reports, result = self.purge(*words)
            self.assertEqual(self.content(), before)
        self.assertEqual((summary["copies"], summary["seen"], summary["answered"], summary["forwarded"]), (5, 2, 1, 1))
        self.assertEqual(summary["states"], {"found": 5})
        self.assertEqual(summary["innocent"], 3)  # of the same sender, and it says something else
        alice = {copy["folder"]: copy for copy in reports["alice"]["copies"]}
        self.assertEqual(sorted(alice), ["Archive", "INBOX"])
        self.assertTrue(alice["Archive"]["seen"] and alice["Archive"]["answered"] and alice["Archive"]["forwarded"])
        self.assertFalse(alice["INBOX"]["seen"])
        self.assertEqual(alice["INBOX"]["sha256"], hashlib.sha256(sibling("alice", 5)).hexdigest())
        self.assertNotIn("Tocsin", " ".join(self.dovecot.folders("alice")))
        self.assertRegex(result.stderr, r"3 of 3 mailboxes done in [\d.]+ s; copies: 5 found; 2 seen")

    def test_everything_comes_back_as_it_was(self):
        before = self.content()
        summary, reports, _ = self.purge("--yes")
        self.assertEqual(summary["states"], {"moved": 5})
        self.assertEqual(self.content(), self.without_siblings(before))
        self.assertEqual(reports["bob"]["sealed_folder"], f"Tocsin-sealed.{self.incident}")
        summary, _, _ = self.restore()
        self.assertEqual(summary["states"], {"restored": 5})
        self.assertEqual(self.content(), before)
        summary, _, _ = self.restore()
        self.assertEqual(summary["states"], {"restored_before": 5})
        self.assertEqual(self.content(), before)

    def test_repeat_moves_nothing_twice_and_reports_the_same(self):
        first = self.purge("--yes")[1]
        left = self.content()
        summary, second, _ = self.purge("--yes")
        self.assertEqual(summary["states"], {"moved_before": 5})
        self.assertEqual(self.content(), left)
        uids = lambda reports: {user: sorted((copy["folder"], copy["uid"], copy["uid_now"]) for copy in report["copies"])
                                for user, report in reports.items()}
        self.assertEqual(uids(first), uids(second))

    def test_owner_cannot_reach_what_is_sealed(self):
        _, reports, _ = self.purge("--yes")
        self.assertEqual({report["seal"] for report in reports.values()}, {"sealed"})
        folder = reports["alice"]["sealed_folder"]
        self.assertNotIn(folder, self.dovecot.folders("alice"))
        client = self.dovecot.client("alice")
        self.assertEqual(client.select(folder)[0], "NO")
        self.assertEqual(client.setacl(folder, "owner", "lrswipkxtea")[0], "NO")
        self.assertEqual(client.delete(folder)[0], "NO")
        self.assertEqual(client.lsub()[1], [None])
        client.logout()

    def test_login_as_another_by_sasl_does_the_same(self):
        summary, _, _ = self.purge("--yes", "--login", "act-as")
        self.assertEqual((summary["states"], summary["seals"]), ({"moved": 5}, {"sealed": 3}))
        self.assertEqual(self.restore("--login", "act-as")[0]["states"], {"restored": 5})

    def test_a_cut_off_record_is_mended_and_the_purge_goes_on(self):
        """The last lines of the record did not reach the disk, and what they tell was done: it is found in the sealed folder."""
        before = self.content()
        self.purge("--yes")
        lines = self.record.read_bytes().splitlines(keepends=True)
        moved = [index for index, line in enumerate(lines) if b'"moved"' in line]
        self.record.write_bytes(b"".join(lines[:moved[-1]]) + lines[moved[-1]][:40])
        summary, _, _ = self.purge("--yes")
        self.assertEqual(summary["states"], {"moved_before": 5})
        self.assertEqual(self.restore()[0]["states"], {"restored": 5})
        self.assertEqual(self.content(), before)

    def test_restore_makes_a_folder_again_that_its_owner_removed(self):
        before = self.content()
        self.purge("--yes")
        client = self.dovecot.client("alice")
        self.assertEqual(client.delete("Archive")[0], "OK")
        client.logout()
        self.assertEqual(self.restore()[0]["states"], {"restored": 5})
        self.assertEqual(self.content(), before)

    def test_exact_hash_and_message_id(self):
        ids = [word for user in self.users for word in ("--message-id", f"<{user}.5@evil.example>")]
        summary, _, _ = self.purge(look=ids, by=("--sha256", hashlib.sha256(sibling("bob", 5)).hexdigest()))
        self.assertEqual(summary["copies"], 1)
        # A part of the field finds a candidate at the server, and is no copy.
        self.dovecot.deliver("carol", innocent("carol", 3).replace(b"Message-ID: ", b"Message-ID: <x@y> not <made@up.example> "))
        summary, _, _ = self.purge(look=("--message-id", "<made@up.example>"), by=("--message-id-is-enough",), expect=0)
        self.assertEqual((summary["copies"], summary["innocent"]), (0, 1))
        listed = self.work / "mailboxes.txt"
        listed.write_text("".join(f"{user}\t<{user}.5@evil.example>\n" for user in self.users))
        summary, _, _ = self.run_command("purge", "--incident", self.incident, "--mailboxes-from", str(listed), "--yes",
                                         "--record", str(self.record), "--message-id-is-enough", *self.dovecot.words(), expect=1)
        self.assertEqual(summary["states"], {"moved": 3})

    def test_killed_at_random_moments_it_moves_each_once(self):
        before = self.content()
        words = ["mailbox", "purge", "--incident", self.incident, "--record", str(self.record), "--yes", "--from", SENDER,
                 "--message-id-is-enough", "--at-once", "1", *self.named(self.users), *self.dovecot.words()]
        words += [word for user in self.users for number in (5, 6, 7)
                  for word in ("--message-id", f"<{user}.{number}@evil.example>")]
        chance = random.Random(7)
        for _ in range(12):
            process = subprocess.Popen([str(BUILD / "tocsin"), *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0.005, 0.15))
            process.send_signal(signal.SIGKILL)
            process.wait()
        summary, _, _ = self.run_command(*words[1:], expect=1)
        self.assertEqual(sum(summary["states"].values()), 5, summary)
        self.assertEqual(self.content(), self.without_siblings(before))
        sealed = [self.master_count(user) for user in self.users]
        self.assertEqual(sum(sealed), 5, sealed)
        self.assertEqual(sum(self.restore()[0]["states"].values()), 5)
        self.assertEqual(self.content(), before)

    def test_restore_killed_at_random_moments(self):
        before = self.content()
        self.purge("--yes")
        chance = random.Random(8)
        for _ in range(8):
            process = subprocess.Popen([str(BUILD / "tocsin"), "mailbox", "restore", "--record", str(self.record), "--at-once",
                                        "1", *self.dovecot.words()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0.005, 0.12))
            process.send_signal(signal.SIGKILL)
            process.wait()
        summary, _, _ = self.restore()
        self.assertEqual(summary["copies"], 5)
        self.assertEqual(self.content(), before)

    def test_owner_who_moves_mail_meanwhile(self):
        """Between dry run and purge, and while it runs."""
        self.purge()
        client = self.dovecot.client("alice")
        client.select("INBOX")
        uid = client.uid("SEARCH", "SUBJECT", "parcel")[1][0].decode()
        client.create("Elsewhere")
        client.uid("MOVE", uid, "Elsewhere")
        stop = threading.Event()

        def stir():
            mover = self.dovecot.client("bob")
            mover.create("There")
            there, here = "INBOX", "There"
            while not stop.is_set():
                mover.select(there)
                mover.uid("MOVE", "1:*", here)
                there, here = here, there
            mover.logout()

        thread = threading.Thread(target=stir)
        thread.start()
        for _ in range(5):
            self.purge("--yes", expect=None)
        stop.set()
        thread.join()
        self.purge("--yes")
        for user in self.users:
            left = [one[0] for messages in self.dovecot.content(user).values() for one in messages]
            self.assertFalse([one for one in left if b"parcel.evil.example" in one], user)
            self.assertEqual(sorted(left), sorted([innocent(user, 1), innocent(user, 2, SENDER)]), user)
        # Two sessions that move one mail at the same moment both copy it before either expunges it: bob's may be sealed twice.
        alice, bob, other = (self.master_count(user) for user in self.users)
        self.assertEqual((alice, other), (2, 1))
        self.assertGreaterEqual(bob, 2)


class Refusals(Mailboxes):
    users = ("alice",)

    def test_what_cannot_be_meant_is_refused(self):
        base = ["purge", "--incident", "i1", *self.dovecot.words()]
        other = self.work / "open"
        other.write_text("x\n")
        other.chmod(0o644)
        elsewhere = ["--server", "192.0.2.1", "--tls", "none", "--user", "x", "--password-file", str(self.dovecot.password_file)]
        for words, expected in (
                ([*base], "no mailbox"),
                ([*base, "--mailbox", "alice"], "say what to look for"),
                ([*base, "--mailbox", "alice", "--from", "x", "--yes"], "without a record nothing could be brought back"),
                ([*base, "--mailbox", "alice", "--from", "x", "--yes", "--record", str(self.record)], "how siblings are known"),
                ([*base, "--mailbox", "alice", "--from", "x", "--sha256", "12"], "64 hexadecimal digits"),
                ([*base, "--mailbox", "alice", "--message-id", "x@y"], "with its brackets"),
                ([*base, "--mailbox", "alice", "--from", "x", "--since", "yesterday"], "a day such as"),
                ([*base, "--mailbox", "alice", "--from", "x", "--yes", "--dry-run"], "excludes"),
                (["purge", "--incident", "../x", "--mailbox", "a", "--from", "x", *self.dovecot.words()], "letters, digits"),
                (["find", "--mailbox", "alice", "--from", "x", *elsewhere], "in the clear"),
                (["find", "--mailbox", "alice", "--from", "x", "--server", "127.0.0.1", "--tls", "none", "--user", "x",
                  "--password-file", str(other)], "chmod 600"),
                (["restore", "--record", str(self.sample), *self.dovecot.words()], "no line of a record")):
            with self.subTest(words=words):
                result = self.run_command(*words)[2]
                self.assertEqual(result.returncode, 2)
                self.assertIn(expected, result.stderr)

    def test_login_refused_is_an_outcome_and_stops_no_other(self):
        self.dovecot.deliver("alice", sibling("alice"))
        summary, reports, _ = self.purge("--yes", users=("nobody-here", "alice"), expect=2)
        self.assertEqual(reports["nobody-here"]["outcome"], "login_refused")
        self.assertEqual(reports["alice"]["copies"][0]["state"], "moved")
        self.assertEqual(reports["alice"]["seal"], "no_acl")
        self.assertEqual(summary["outcomes"], {"done": 1, "login_refused": 1})
        self.restore()

    def test_record_of_another_incident_is_refused(self):
        self.dovecot.deliver("alice", sibling("alice"))
        self.purge("--yes")
        self.incident = "another"
        self.assertIn("take a file of its own for each", self.purge("--yes", expect=2)[2].stderr)
        self.restore()

    def test_nobody_listens(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            words = self.dovecot.words()
            words[words.index("--port") + 1] = str(probe.getsockname()[1])
            _, reports, _ = self.run_command("find", "--mailbox", "alice", "--from", "x", *words, expect=2)
        self.assertEqual(reports["alice"]["outcome"], "unreachable")


class OldServer(Mailboxes):
    """No MOVE: messages are copied, compared, expunged. With a quota that leaves no room for a copy."""

    settings = {"capability": "IMAP4rev1 UIDPLUS NAMESPACE", "quota_kib": 40}
    users = ("alice", "bob")

    def test_copying_and_what_does_not_fit(self):
        for user, filling in (("alice", 0), ("bob", 36_500)):
            if filling:
                self.dovecot.deliver(user, innocent(user, 9) + b"x" * 70 * (filling // 70) + b"\r\n")
            for number in range(5):
                self.dovecot.deliver(user, sibling(user, number), date=DATE)
        before = self.content()
        summary, reports, _ = self.purge("--yes", expect=2)
        self.assertEqual(reports["alice"]["outcome"], "done")
        self.assertEqual({copy["state"] for copy in reports["alice"]["copies"]}, {"moved"})
        self.assertEqual(reports["bob"]["outcome"], "over_quota")
        self.assertIn("OVERQUOTA", reports["bob"]["why"])
        self.assertEqual(self.content(["bob"])["bob"], before["bob"])
        self.assertFalse([one for one in self.dovecot.content("alice")["INBOX"] if b"parcel.evil" in one[0]])
        self.restore("--mailbox", "alice")
        self.assertEqual(self.content(["alice"])["alice"], before["alice"])


class OverQuotaWithMove(Mailboxes):
    settings = {"quota_kib": 8}
    users = ("alice",)

    def test_a_full_mailbox_is_purged_all_the_same(self):
        while True:
            try:
                self.dovecot.deliver("alice", sibling("alice", random.randrange(1000, 9999)))
            except AssertionError as error:
                self.assertIn("OVERQUOTA", str(error))
                break
        before = self.content()
        summary, _, _ = self.purge("--yes")
        self.assertGreater(summary["states"]["moved"], 5)
        self.assertEqual(self.dovecot.content("alice")["INBOX"], [])
        self.restore()
        self.assertEqual(self.content(), before)


class NoWayToMove(Mailboxes):
    settings = {"capability": "IMAP4rev1"}
    users = ("alice",)

    def test_it_is_refused_and_nothing_is_touched(self):
        self.dovecot.deliver("alice", sibling("alice"))
        before = self.content()
        _, reports, _ = self.purge("--yes", expect=2)
        self.assertEqual(reports["alice"]["outcome"], "cannot_move")
        self.assertEqual(reports["alice"]["copies"][0]["state"], "left_where_it_is")
        self.assertEqual(self.content(), before)


class ServerKilled(Mailboxes):
    users = tuple(f"user{number}" for number in range(20))

    def test_it_dies_in_the_middle_and_comes_back(self):
        for user in self.users:
            self.dovecot.deliver(user, innocent(user, 1))
            self.dovecot.deliver(user, sibling(user))
        before = self.content()
        for _ in range(3):
            killer = threading.Timer(0.4, lambda: os.killpg(self.dovecot.server.process.pid, signal.SIGKILL))
            killer.start()
            result = self.purge("--yes", "--at-once", "2", expect=None)
            killer.join()
            self.dovecot.server.process.wait()
            self.assertIn(result[2].returncode, (1, 2))
            wait_until(lambda: not self.alive(), "Dovecot's processes to end")
            self.dovecot.start()
        # Dovecot may wait minutes for a lock of its killed self: then one mailbox timed out, and the purge is said again.
        for _ in range(6):
            summary, _, result = self.purge("--yes", expect=None)
            if result.returncode == 1:
                break
            self.assertEqual(set(summary["outcomes"]) - {"done", "timed_out"}, set(), result.stderr)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual(sum(summary["states"].values()), len(self.users), summary)
        self.assertEqual(self.content(), self.without_siblings(before))
        self.restore()
        self.assertEqual(self.content(), before)

    def alive(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.dovecot.port)) == 0


class Encrypted(Mailboxes):
    settings = {"tls_name": "imap.example.org"}
    users = ("alice",)

    def words(self, tls, name="imap.example.org", ca_file=None):
        port = self.dovecot.tls_port if tls == "implicit" else self.dovecot.port
        return ["find", "--mailbox", "alice", "--from", SENDER, "--server", "127.0.0.1", "--port", str(port), "--tls", tls,
                "--tls-name", name, "--ca-file", str(ca_file or self.dovecot.certificate), "--user", MASTER, "--password-file",
                str(self.dovecot.password_file)]

    def test_both_ways_and_who_is_not_trusted(self):
        self.dovecot.deliver("alice", sibling("alice"))
        for tls in ("implicit", "starttls"):
            with self.subTest(tls=tls):
                summary, _, _ = self.run_command(*self.words(tls), expect=1)
                self.assertEqual(summary["states"], {"found": 1})
                _, reports, _ = self.run_command(*self.words(tls, name="other.example.org"), expect=2)
                self.assertEqual(reports["alice"]["outcome"], "unreachable")
                self.assertIn("no TLS with the IMAP server", reports["alice"]["why"])

    def test_a_server_without_tls_gets_no_password(self):
        plain = Dovecot(["alice"])
        self.addCleanup(plain.close)
        words = self.words("starttls")
        words[words.index("--port") + 1] = str(plain.port)
        _, reports, _ = self.run_command(*words, expect=2)
        self.assertEqual(reports["alice"]["outcome"], "unreachable")
        self.assertIn("does not offer STARTTLS", reports["alice"]["why"])
        self.assertNotIn("Login", (plain.folder / "log").read_text())


class PickUp(Mailboxes):
    users = ("reports", "others", "anew")

    def setUp(self):
        super().setUp()
        self.into = self.work / "into"

    def words(self, user, *more):
        return ["pickup", "--mailbox", user, "--into", str(self.into), *self.dovecot.words(own=True), *more]

    def stored(self):
        lines = [json.loads(line) for line in (self.into / "picked.jsonl").read_text().splitlines()]
        files = {path.stem: path.read_bytes() for path in self.into.glob("*.eml")}
        self.assertEqual(sorted(line["sha256"] for line in lines), sorted(files))
        for name, content in files.items():
            self.assertEqual(hashlib.sha256(content).hexdigest(), name)
        return set(files.values())

    def test_killed_at_random_moments_it_loses_nothing_and_stores_nothing_twice(self):
        messages = {sibling("reporter", number) for number in range(150)}
        for message in sorted(messages):
            self.dovecot.deliver("reports", message, flags=random.choice(("", "\\Seen")))
        chance = random.Random(9)
        for _ in range(25):
            process = subprocess.Popen([str(BUILD / "tocsin"), "mailbox", *self.words("reports")], stdout=subprocess.DEVNULL)
            time.sleep(chance.uniform(0.01, 0.12))
            process.send_signal(signal.SIGKILL)
            process.wait()
            # Nothing is marked as seen before it is stored: the seen ones beyond those that a person had seen are stored.
        self.run_command(*self.words("reports"), expect=0)
        self.assertEqual(self.stored(), messages)
        self.assertTrue(all(b"\\Seen" in flags for _, flags, _ in self.dovecot.content("reports")["INBOX"]))
        self.dovecot.deliver("reports", sibling("late"))
        self.run_command(*self.words("reports"), expect=0)
        self.assertEqual(self.stored(), messages | {sibling("late")})

    def test_nothing_is_seen_before_it_is_stored(self):
        """A message that cannot be stored stays unseen, stops no other, and is taken when it can be."""
        for number in range(4):
            self.dovecot.deliver("others", sibling("reporter", number))
        self.into.mkdir()
        blocked = hashlib.sha256(sibling("reporter", 1)).hexdigest()
        (self.into / f"{blocked}.eml.new").mkdir()  # the place to write it is taken
        _, _, result = self.run_command(*self.words("others"), expect=2)
        tally = json.loads(result.stdout)
        self.assertEqual((tally["stored"], tally["failed"]), (3, 1))
        unseen = [body for body, flags, _ in self.dovecot.content("others")["INBOX"] if b"\\Seen" not in flags]
        self.assertEqual(unseen, [sibling("reporter", 1)])
        (self.into / f"{blocked}.eml.new").rmdir()
        _, _, result = self.run_command(*self.words("others"), expect=0)
        self.assertEqual(json.loads(result.stdout)["stored"], 1)
        self.assertEqual(len(self.stored()), 4)

    def test_mailbox_made_anew_and_moving_what_is_done(self):
        client = self.dovecot.client("anew")
        client.create("Reports")
        client.logout()
        for number in range(3):
            self.dovecot.deliver("anew", sibling("reporter", number), "Reports")
        words = self.words("anew", "--folder", "Reports")
        self.run_command(*words, expect=0)
        client = self.dovecot.client("anew")
        client.delete("Reports")
        client.logout()
        time.sleep(1.1)  # UIDVALIDITY is a second's number
        for number in range(5):
            self.dovecot.deliver("anew", sibling("reporter", number), "Reports")
        _, _, result = self.run_command(*words, "--done-folder", "Reports.Done", expect=0)
        tally = json.loads(result.stdout)
        self.assertEqual((tally["stored"], tally["known"], tally["started_over"]), (2, 3, True))
        self.assertEqual(len(self.stored()), 5)
        content = self.dovecot.content("anew")
        self.assertEqual((content["Reports"], len(content["Reports.Done"])), ([], 5))

    def test_login_refused_is_said(self):
        _, _, result = self.run_command(*self.words("nobody-here"), expect=2)
        self.assertIn("AUTHENTICATIONFAILED", result.stderr)
        self.assertNotIn(PASSWORD, result.stderr + result.stdout)


if __name__ == "__main__":
    unittest.main()
