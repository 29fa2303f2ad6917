"""Held mail: listed, shown, read by a confined reader, released once and byte for byte, deleted; who and why is kept."""
import json
import os
import pathlib
import tempfile
import threading
import time
import unittest

import demo_mail
from tocsin_system import Daemon, SmtpSink, tocsin

BY = ["--by", "anna"]


class Quarantine(unittest.TestCase):
    def setUp(self):
        self.sink = SmtpSink()
        self.addCleanup(self.sink.stop)
        self.daemon = Daemon(self.sink)
        self.daemon.__enter__()
        self.addCleanup(lambda: self.daemon.__exit__(None, None, None))

    def run_words(self, *words):
        return tocsin("quarantine", *words, "--data", str(self.daemon.data))

    def hold(self, recipients=("b@example.net",), direction="outbound"):
        """An infected message that is held; returns its id and bytes."""
        content = demo_mail.infected("shop@customer.example", recipients[0]).replace(
            b"Subject: ", b"Subject: invoice " + str(time.monotonic_ns()).encode() + b" ", 1)
        code, text = self.daemon.send(direction, "shop@customer.example", list(recipients), content)
        self.assertEqual(code, 250, text)
        return text.split()[-1], content

    def state(self, held_id):
        return self.daemon.command("quarantine", "show", held_id, "--json")

    def release(self, held_id, *more):
        return self.run_words("release", held_id, "--why", "asked the customer", *BY, *more)

    def test_release_is_byte_for_byte_and_happens_once(self):
        held_id, content = self.hold(("b@example.net", "c@example.net"))
        self.assertIn(held_id, self.daemon.command("quarantine", "list"))
        result = self.release(held_id)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("250 2.0.0 delivered as 1", result.stdout)
        delivered = self.sink.delivered
        self.assertEqual([(one.mail_from, one.recipients, one.content) for one in delivered],
                         [("shop@customer.example", ["b@example.net", "c@example.net"], content)])
        again = self.release(held_id, "--again")
        self.assertEqual(again.returncode, 2)
        self.assertIn("released by anna already", again.stderr)
        self.assertEqual(len(self.sink.delivered), 1)
        shown = self.state(held_id)
        self.assertEqual([(act["act"], act["by"]) for act in shown["acts"]],
                         [("releasing", "anna"), ("released", "anna"), ("not_released", "anna")])
        self.assertIn("asked the customer", shown["acts"][0]["note"])
        self.assertTrue(shown["acts"][0]["caller"].startswith("uid "))
        self.assertIn("released: 250", shown["record"]["next_hop_reply"])
        self.assertNotIn(held_id, self.daemon.command("quarantine", "list"))
        self.assertIn(held_id, self.daemon.command("quarantine", "list", "--state", "released"))

    def test_a_next_hop_that_refuses_leaves_it_held(self):
        held_id, content = self.hold()
        for stage, line in [("MAIL", "451 4.3.0 not now"), ("DATA", "554 5.5.1 no"), ("content", "552 5.3.4 too big")]:
            with self.subTest(stage=stage):
                self.sink.answers = {stage: line}
                result = self.release(held_id)
                self.assertEqual(result.returncode, 2)
                self.assertIn(line, result.stderr)
                self.assertIn("still held", result.stderr)
                self.assertEqual(self.state(held_id)["state"], "held")
        self.sink.answers = {}
        self.sink.refuse_recipients = {"b@example.net"}
        self.assertIn("550 5.1.1", self.release(held_id).stderr)
        self.assertEqual(self.state(held_id)["state"], "held")
        self.sink.refuse_recipients = set()
        self.assertEqual(self.release(held_id).returncode, 0)
        self.assertEqual([one.content for one in self.sink.delivered], [content])

    def test_a_release_that_comes_to_nothing_leaves_a_trace(self):
        held_id, _ = self.hold()
        self.sink.refuse_recipients = {"b@example.net"}
        self.assertEqual(self.release(held_id).returncode, 2)
        acts = self.state(held_id)["acts"]
        self.assertEqual([(act["act"], act["by"]) for act in acts], [("not_released", "anna")])
        self.assertIn("asked the customer [the next hop refused a recipient: b@example.net: 550", acts[0]["note"])
        self.assertRegex(self.daemon.command("quarantine", "show", held_id),
                         r"not_released by anna \(uid \d+\): asked the customer")
        self.assertIn("held.release_refused", self.daemon.log_path.read_text())

    def test_a_recipient_that_is_gone_does_not_stop_the_others(self):
        held_id, _ = self.hold(("b@example.net", "c@example.net"))
        self.sink.refuse_recipients = {"c@example.net"}
        result = self.release(held_id)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("not to c@example.net: 550 5.1.1", result.stdout)
        self.assertEqual(self.sink.delivered[0].recipients, ["b@example.net"])
        self.assertIn("not to c@example.net", self.state(held_id)["record"]["next_hop_reply"])

    def test_an_answer_that_never_came_needs_a_person(self):
        held_id, content = self.hold()
        self.sink.drop_after_content = True
        result = self.release(held_id)
        self.assertEqual(result.returncode, 2)
        self.assertIn("may have been delivered", result.stderr)
        self.assertEqual(self.state(held_id)["state"], "releasing")
        self.assertIn("may have been delivered", self.daemon.command("quarantine", "list"))
        self.sink.drop_after_content = False
        result = self.release(held_id)
        self.assertEqual(result.returncode, 2)
        self.assertIn("--again", result.stderr)
        self.assertEqual(self.sink.delivered, [])
        self.assertEqual(self.release(held_id, "--again").returncode, 0)
        self.assertEqual([one.content for one in self.sink.delivered], [content])
        acts = [act["act"] for act in self.state(held_id)["acts"]]
        self.assertEqual(acts, ["releasing", "unknown", "not_released", "held", "releasing", "released"])

    def test_kill_in_the_middle_of_a_release(self):
        held_id, _ = self.hold()
        self.sink.answers = {"content": "250-never ends"}
        waiting = threading.Thread(target=self.release, args=(held_id,))
        waiting.start()
        while self.state(held_id)["state"] != "releasing":
            time.sleep(0.02)
        self.daemon.kill()
        waiting.join()
        self.sink.answers = {}
        self.daemon.start()
        self.assertEqual(self.state(held_id)["state"], "releasing")
        self.assertEqual(self.release(held_id).returncode, 2)
        self.assertEqual(self.sink.delivered, [], "nothing is sent again by itself")
        gone = self.run_words("delete", held_id, "--why", "the next hop has it", *BY)
        self.assertEqual(gone.returncode, 0, gone.stderr)
        self.assertEqual(self.state(held_id)["state"], "discarded")

    def test_two_people_release_at_once(self):
        held_id, _ = self.hold()
        results = []
        people = [threading.Thread(target=lambda: results.append(self.release(held_id).returncode)) for _ in range(8)]
        for person in people:
            person.start()
        for person in people:
            person.join()
        self.assertEqual(sorted(results), [0] + [2] * 7)
        self.assertEqual(len(self.sink.delivered), 1)

    def test_delete(self):
        held_id, _ = self.hold()
        self.assertEqual(self.run_words("delete", held_id).returncode, 2, "without --why")
        result = self.run_words("delete", held_id, "--why", "malware", *BY)
        self.assertEqual(result.returncode, 0, result.stderr)
        result = self.release(held_id)
        self.assertIn("discarded by anna already", result.stderr)
        self.assertIn("no held message has the id nosuch", self.run_words("delete", "nosuch", "--why", "x").stderr)
        self.assertEqual(self.sink.delivered, [])

    def test_read(self):
        held_id, content = self.hold()
        result = self.run_words("read", held_id, *BY)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Subject:  invoice", result.stdout)
        self.assertIn("Attachments:", result.stdout)
        self.assertNotIn("\x1b", result.stdout)
        model = json.loads(self.run_words("read", held_id, "--json").stdout)
        self.assertTrue(model["subject"]["subject"].startswith("invoice"))
        folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-test-"))
        file = folder / "message.eml"
        self.assertEqual(self.run_words("read", held_id, "--raw", str(file)).returncode, 0)
        self.assertEqual(file.read_bytes(), content)
        self.assertEqual(os.stat(file).st_mode & 0o777, 0o600)
        self.assertEqual(self.run_words("read", held_id, "--raw", str(file)).returncode, 2, "never over a file that is there")
        acts = [(act["act"], act["by"]) for act in self.state(held_id)["acts"]]
        self.assertEqual(acts[0], ("read", "anna"))
        self.assertEqual([act for act, _ in acts], ["read", "read", "downloaded", "downloaded"])

    def test_lists_are_filtered(self):
        first, _ = self.hold(("b@example.net",))
        second, _ = self.hold(("c@example.net",))
        self.assertEqual(self.release(first).returncode, 0)

        def listed(*words):
            return [held["id"] for held in self.daemon.command("quarantine", "list", "--json", *words)["held"]]

        self.assertEqual(listed(), [second])
        self.assertEqual(listed("--state", "released"), [first])
        self.assertEqual(listed("--recipient", "c@example.net"), [second])
        self.assertEqual(listed("--recipient", "b@example.net"), [])
        self.assertEqual(listed("--sender", "other@customer.example"), [])


if __name__ == "__main__":
    unittest.main()
