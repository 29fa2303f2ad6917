"""`tocsin rules hunt`: a running daemon keeps what went through, and new rules find it again."""
import json
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile
import time
import unittest

import demo_mail
from api_http import metrics
from tocsin_system import BUILD, Daemon, SmtpSink, tocsin

NEW_RULE = """name: "Invoice of the new kind"
severity: high
source: strings.icontains(subject.subject, "zebra invoice")
"""
LISTED = """name: "Listed sender"
severity: high
source: sender.email.domain.domain in $newly_listed
"""
NEWCOMER = """name: "Needs history"
severity: low
source: profile.by_sender().prevalence == "new"
"""
LETTER = ("Dear {name},\n\nour spring catalogue has arrived and it is full of plants that you may like. There are roses, tulips, "
          "daffodils and a great many herbs for the kitchen garden. Every order that reaches us before the end of the month is "
          "sent to you free of charge, and you can give back whatever does not grow.\n\nKind regards from the whole nursery,\n"
          "the gardeners of Example Street\n")


def mail(subject, sender="a@sender.example", body="a few words\n"):
    return demo_mail.plain(sender, "b@example.com", subject, body)


class HuntTest(unittest.TestCase):
    def setUp(self):
        self.sink = SmtpSink()
        self.addCleanup(self.sink.stop)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.rules, self.lists = self.folder / "rules", self.folder / "lists"
        self.rules.mkdir()
        self.lists.mkdir()
        (self.rules / "invoice.yml").write_text(NEW_RULE)

    def send(self, daemon, subject, direction="inbound", sender="a@sender.example", recipients=("b@example.com",), **more):
        code, text = daemon.send(direction, sender, list(recipients), mail(subject, sender, **more))
        self.assertEqual(code, 250, text)

    def wait_for(self, daemon, what, count, limit_s=30):
        """Mail is kept beside the answer."""
        deadline = time.monotonic() + limit_s
        while (now := metrics(daemon).value("tocsin_hunt_messages_total", what=what)) != count:
            self.assertLess(time.monotonic(), deadline, f"{now} instead of {count} are {what}")
            time.sleep(0.05)

    def hunt(self, data, *words, code, rules=True):
        result = tocsin("rules", "hunt", "--data", str(data), *(["--rules", str(self.rules)] if rules else []), *words)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result

    def hunt_json(self, data, *words, code):
        lines = [json.loads(line) for line in self.hunt(data, "--json", *words, code=code).stdout.splitlines()]
        return [line["found"] for line in lines[:-1]], lines[-1]["summary"]


class Finding(HuntTest):
    def test_a_new_rule_finds_the_mail_that_was_delivered_before_it(self):
        with Daemon(self.sink) as daemon:
            self.send(daemon, "hello")
            self.send(daemon, "Your zebra invoice 7", recipients=("b@example.com", "c@example.com"))
            self.send(daemon, "goodbye")
            self.wait_for(daemon, "kept", 3)
            found, summary = self.hunt_json(daemon.data, code=1)
            self.assertEqual(len(found), 1)
            one = found[0]
            record = daemon.command("journal", "show", one["id"], "--json")
            self.assertEqual(record["subject"], "Your zebra invoice 7")
            self.assertEqual((one["subject"], one["mail_from"], one["recipient"], one["recipients"], one["direction"]),
                             ("Your zebra invoice 7", "a@sender.example", "b@example.com", 2, "inbound"))
            self.assertEqual((one["delivered"], one["verdict"], one["disposition"], one["in_journal"]),
                             (True, "clean", "accept", True))
            self.assertTrue(one["next_hop_reply"].startswith("250 "), one)
            self.assertEqual(one["rules"], ["Invoice of the new kind"])
            self.assertEqual((summary["looked_at"], summary["found"], summary["delivered"], summary["in_journal"],
                              summary["no_longer_kept"], summary["damaged"], summary["unread"]), (3, 1, 1, 3, 0, 0, 0))
            rule = summary["rules"][0]
            self.assertEqual((rule["fired"], rule["silent"], rule["undecided"], rule["delivered"], rule["known_good"]),
                             (1, 2, 0, 1, 1))
            shown = self.hunt(daemon.data, code=1).stdout
            self.assertIn("from a@sender.example to b@example.com and 1 more\n    Your zebra invoice 7\n", shown)
            self.assertIn("3 mails looked at, 1 found, 1 of them delivered or sent\n", shown)
            # Reported, never acted upon.
            self.assertEqual(daemon.command("order", "list", "--json")["orders"], [])
            self.assertEqual(self.sink.delivered[1].recipients, ["b@example.com", "c@example.com"])

    def test_both_directions_and_a_new_entry_of_a_list(self):
        (self.rules / "invoice.yml").unlink()
        (self.rules / "listed.yml").write_text(LISTED)
        with Daemon(self.sink) as daemon:
            self.send(daemon, "in", sender="a@bad.example")
            self.send(daemon, "out", "outbound", sender="b@bad.example")
            self.send(daemon, "other", sender="c@good.example")
            self.wait_for(daemon, "kept", 3)
            # A rule that does not load is not asked, and that is no "nothing found".
            error = self.hunt(daemon.data, code=2).stderr
            self.assertIn("there is no list $newly_listed", error)
            self.assertIn("no rule was asked", error)
            (self.lists / "newly_listed.txt").write_text("bad.example\n")
            found, _ = self.hunt_json(daemon.data, "--lists", str(self.lists), code=1)
            self.assertEqual(sorted(one["direction"] for one in found), ["inbound", "outbound"])
            for direction, subject in (("inbound", "in"), ("outbound", "out")):
                found, summary = self.hunt_json(daemon.data, "--lists", str(self.lists), "--direction", direction,
                                                "--no-own-rules", code=1)
                self.assertEqual([one["subject"] for one in found], [subject])
                self.assertEqual(summary["in_journal"], summary["looked_at"])
            time.sleep(1)
            after = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            self.hunt(daemon.data, "--lists", str(self.lists), "--since", after, code=0)
            self.hunt(daemon.data, "--lists", str(self.lists), "--days", "1", code=1)
            self.hunt(daemon.data, "--lists", str(self.lists), "--rule", "no such rule", code=2)

    def test_history_cannot_be_asked_for_and_is_undecided(self):
        (self.rules / "newcomer.yml").write_text(NEWCOMER)
        with Daemon(self.sink) as daemon:
            self.send(daemon, "hello")
            self.wait_for(daemon, "kept", 1)
            _, summary = self.hunt_json(daemon.data, code=0)
            self.assertEqual({rule["name"]: rule["undecided"] for rule in summary["rules"]},
                             {"Needs history": 1, "Invoice of the new kind": 0})
            self.assertIn("1 of 2 rules were undecided about some mail", self.hunt(daemon.data, code=0).stdout)

    def test_held_mail_is_found_too_and_counts_as_delivered_once_it_is_released(self):
        with Daemon(self.sink, configuration='[[policy]]\ndisposition = "hold"\nreason = "test"\n') as daemon:
            self.send(daemon, "zebra invoice")
            self.wait_for(daemon, "kept", 1)
            self.assertEqual(self.hunt(daemon.data, code=0).stdout.count("zebra invoice"), 0)
            shown = self.hunt(daemon.data, "--all", code=0).stdout
            self.assertIn("hold, now held\n", shown)
            held = daemon.command("quarantine", "list", "--json")["held"][0]["id"]
            daemon.command("quarantine", "release", held, "--why", "test", "--by", "anna")
            found, summary = self.hunt_json(daemon.data, code=1)
            self.assertEqual((found[0]["delivered"], found[0]["held_id"], found[0]["held_state"]), (True, held, "released"))
            self.assertEqual(summary["rules"][0]["known_good"], 1)

    def test_mail_that_was_refused_is_not_kept_and_not_missed(self):
        with Daemon(self.sink) as daemon:
            self.assertEqual(daemon.send("inbound", "a@b.example", ["b@example.com"],
                                         demo_mail.infected("a@b.example", "b@example.com"))[0], 550)
            self.send(daemon, "hello")
            self.wait_for(daemon, "kept", 1)
            _, summary = self.hunt_json(daemon.data, code=0)
            self.assertEqual((summary["looked_at"], summary["in_journal"], summary["no_longer_kept"]), (1, 1, 0))
            # What the next hop refused was passed on, and nobody got it.
            self.sink.answers["content"] = "550 5.7.1 not here"
            self.assertEqual(daemon.send("inbound", "a@b.example", ["b@example.com"], mail("zebra invoice"))[0], 550)
            self.wait_for(daemon, "kept", 2)
            self.hunt(daemon.data, code=0)
            self.assertIn("the next hop said: 550 5.7.1 not here", self.hunt(daemon.data, "--all", code=0).stdout)


class Campaigns(HuntTest):
    def test_of_a_mailing_one_is_kept_and_the_hunt_says_for_how_many_it_stands(self):
        with Daemon(self.sink) as daemon:
            for name in ("Anna", "Bert", "Carl", "Dora", "Emil"):
                self.send(daemon, "zebra invoice for " + name, body=LETTER.format(name=name))
            self.wait_for(daemon, "kept", 1)
            self.wait_for(daemon, "copy", 4)
            self.send(daemon, "zebra invoice", sender="thief@sender.example", body=LETTER.format(name="Anna"))
            self.wait_for(daemon, "kept", 2)
            self.assertEqual(len(daemon.command("journal", "list", "--json")["records"]), 6)  # files them
            data = daemon.data
            daemon.keep_data = True
        self.addCleanup(shutil.rmtree, data)
        found, summary = self.hunt_json(data, code=1)  # the daemon is gone: it wrote down what it counted
        self.assertEqual(len(found), 2)
        self.assertEqual([one["same_text"] for one in found], [6, 6])
        self.assertEqual((summary["not_kept"]["copy"], summary["in_journal"], summary["no_longer_kept"]), (4, 6, 0))
        self.assertIn("6 messages have this text: tocsin journal list --campaign " + found[0]["id"],
                      self.hunt(data, code=1).stdout)


class Keeping(HuntTest):
    def test_nothing_is_kept_with_keep_days_0_and_what_was_kept_is_deleted(self):
        with Daemon(self.sink) as daemon:
            self.send(daemon, "zebra invoice")
            self.wait_for(daemon, "kept", 1)
            kept = daemon.data / "hunt"
            self.assertEqual(len(list(kept.glob("*.mail"))), 1)
            self.assertEqual(stat.S_IMODE(kept.stat().st_mode), 0o700)
            daemon.stop()
            daemon.configuration = "[hunt]\nkeep_days = 0\n"
            daemon.start()
            deadline = time.monotonic() + 30
            while list(kept.glob("*.mail")):
                self.assertLess(time.monotonic(), deadline, "kept mail is still there")
                time.sleep(0.05)
            self.send(daemon, "zebra invoice")
            self.assertEqual(metrics(daemon).value("tocsin_hunt_messages_total", what="kept"), 0)
            self.assertEqual(metrics(daemon).value("tocsin_hunt_bytes"), 0)
            self.assertEqual(list(kept.glob("*.mail")), [])
            _, summary = self.hunt_json(daemon.data, code=0)
            self.assertEqual(summary["looked_at"], 0)

    def test_what_is_too_large_is_counted(self):
        with Daemon(self.sink, configuration="[hunt]\nmessage_bytes = 2000\n") as daemon:
            self.send(daemon, "zebra invoice", body="long line of text\n" * 200)
            self.send(daemon, "small")
            self.wait_for(daemon, "too_large", 1)
            self.wait_for(daemon, "kept", 1)
            daemon.stop()
            self.assertIn("1 not kept: larger than hunt.message_bytes\n", self.hunt(daemon.data, code=0).stdout)
            daemon.start()

    def test_a_disk_that_fails_does_not_touch_delivery(self):
        with Daemon(self.sink) as daemon:
            shutil.rmtree(daemon.data / "hunt")
            for subject in ("one", "two", "three"):
                self.send(daemon, subject)
            self.wait_for(daemon, "not_written", 3)
            self.assertEqual(len(self.sink.delivered), 3)
            events = [line for line in daemon.log_path.read_text().splitlines() if " hunt.not_kept " in line]
            self.assertEqual(len(events), 1, events)

    def test_a_folder_that_cannot_be_used_is_told_and_mail_flows(self):
        data = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-test-"))
        (data / "hunt").mkdir(mode=0o700)
        (data / "hunt" / "00001767268800000000.mail").write_bytes(b"sealed with a key that is gone")
        with Daemon(self.sink, data=data) as daemon:
            self.send(daemon, "hello")
            self.assertEqual(len(self.sink.delivered), 1)
            self.assertRegex(daemon.log_path.read_text(), r"hunt\.not_opened .*key .*is missing")
            self.assertIn("key", self.hunt(daemon.data, code=2).stderr)

    def test_what_is_damaged_is_named_and_the_rest_is_found(self):
        with Daemon(self.sink) as daemon:
            for number in range(3):
                self.send(daemon, f"zebra invoice {number}")
                self.wait_for(daemon, "kept", number + 1)
            path = next((daemon.data / "hunt").glob("*.mail"))
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)
            result = self.hunt(daemon.data, code=1)
            self.assertRegex(result.stderr, rf"tocsin: {path} at byte \d+: .*seal")
            self.assertIn("2 mails looked at, 2 found", result.stdout)
            self.assertIn("1 damaged places in the files of kept mail (named above)", result.stdout)
            (self.rules / "invoice.yml").write_text("name: nothing like it\nsource: type.outbound\n")
            self.hunt(daemon.data, code=2)  # nothing is found, and not all was read


class Command(HuntTest):
    def test_who_looked_at_what_is_written_down_before_anything_is_shown(self):
        with Daemon(self.sink) as daemon:
            self.send(daemon, "zebra invoice")
            self.wait_for(daemon, "kept", 1)
            self.hunt(daemon.data, "--direction", "inbound", "--rule", "Invoice", code=1)
            log = daemon.data / "hunt" / "hunts.log"
            begun, ended = [json.loads(line) for line in log.read_text().splitlines()]
            self.assertEqual((begun["act"], begun["uid"], begun["rules"], begun["rule"], begun["direction"]),
                             ("begun", os.getuid(), [str(self.rules)], "Invoice", "inbound"))
            self.assertTrue(begun["by"])
            self.assertEqual((ended["act"], ended["looked_at"], ended["found"], ended["delivered"]), ("ended", 1, 1, 1))
            self.assertEqual(ended["hunt"], begun["hunt"])
            self.assertEqual(stat.S_IMODE(log.stat().st_mode), 0o600)
            self.hunt(daemon.data, "--lists", "/nowhere", code=2)
            begun, failed = [json.loads(line) for line in log.read_text().splitlines()[2:]]
            self.assertEqual((begun["act"], failed["act"], failed["reason"], failed["hunt"]),
                             ("begun", "failed", "/nowhere: no such file or folder", begun["hunt"]))
            log.unlink()
            log.mkdir()  # what cannot be written down is not shown
            self.assertEqual(self.hunt(daemon.data, code=2).stdout, "")

    def test_the_configuration_names_data_folder_lists_and_rules(self):
        (self.rules / "listed.yml").write_text(LISTED)
        (self.lists / "newly_listed.txt").write_text("sender.example\n")
        configuration = f'[judge]\nown_rules = false\nlists = ["{self.lists}"]\nrules = ["{self.rules}"]\n'
        with Daemon(self.sink) as daemon:
            self.send(daemon, "hello")
            self.wait_for(daemon, "kept", 1)
            path = self.folder / "tocsin.toml"
            path.write_text(f'[daemon]\ndata = "{daemon.data}"\n' + configuration)
            result = tocsin("rules", "hunt", "--config", str(path))
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertIn("rules: Listed sender\n", result.stdout)
            path.write_text("[daemon]\ndata = 5\n")
            result = tocsin("rules", "hunt", "--config", str(path))
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertIn(f"{path}:2:8: ", result.stderr)

    def test_what_is_wrong_is_said(self):
        empty = self.folder / "empty"
        self.assertIn(f"data folder {empty}: No such file", self.hunt(empty, code=2).stderr)
        empty.mkdir()
        self.assertIn("no mail is kept here", self.hunt(empty, code=2).stderr)
        with Daemon(self.sink) as daemon:
            self.send(daemon, "hello")
            self.wait_for(daemon, "kept", 1)
            self.assertIn("a moment such as", self.hunt(daemon.data, "--since", "yesterday", code=2).stderr)
            future = self.hunt(daemon.data, "--since", "2999-01-01", code=2)
            self.assertEqual(future.stdout, "")
            self.assertIn("--since 2999-01-01: this is in the future; here it is 20", future.stderr)
            self.assertIn("no such file or folder", self.hunt(daemon.data, "--lists", "/nowhere", code=2).stderr)
            named = self.hunt(daemon.data, "--rule", "Invoice of the nwe", code=2)
            self.assertIn('did you mean "Invoice of the new kind"', named.stderr)
        self.hunt(daemon.data, "--since", "2026-01-01", "--days", "1", code=2)
        self.assertIn("--days", tocsin("rules", "hunt", "--help").stdout)

    @unittest.skipUnless(os.getuid() == 0, "only root can become another user")
    def test_another_user_than_the_owner_is_refused(self):
        with Daemon(self.sink) as daemon:
            self.send(daemon, "hello")
            self.wait_for(daemon, "kept", 1)
            os.chown(daemon.data, 65534, 65534)
            error = self.hunt(daemon.data, code=2).stderr
            self.assertIn("it belongs to another user (uid 65534); run this as that user", error)
            os.chown(daemon.data, 0, 0)

    def test_an_interrupted_hunt_says_so(self):
        with Daemon(self.sink) as daemon:
            for number in range(200):
                self.send(daemon, f"zebra invoice {number}")
            self.wait_for(daemon, "kept", 200, limit_s=120)
            process = subprocess.Popen([str(BUILD / "tocsin"), "rules", "hunt", "--data", str(daemon.data), "--rules",
                                        str(self.rules), "--jobs", "1"],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                       # A pipe of a page: the hunt waits for its reader and is not over before the signal.
                                       pipesize=4096)
            self.assertIn(" inbound ", process.stdout.readline())  # each is shown when it is found
            process.terminate()
            shown, error = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 2, shown + error)
            self.assertTrue(shown.endswith("Interrupted: the rest was not looked at.\n"), shown[-500:])
            last = (daemon.data / "hunt" / "hunts.log").read_text().splitlines()[-1]
            self.assertEqual(json.loads(last)["act"], "interrupted")


if __name__ == "__main__":
    unittest.main()
