"""Readers that die: by the message, by `kill -9`, all of them. What could not be scanned is never clean, and never passes."""
import functools
import os
import pathlib
import shutil
import signal
import threading
import time
import unittest

import demo_mail
from bad_days import PLAIN, BadDay, RawSmtp, ask_milter, check, clamd_stream, numbered
from tocsin_system import BUILD


def children_of(pid):
    """Process ids of the children, by the kernel's list."""
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(word) for word in task.read_text(encoding="ascii").split()]
    return found


@functools.cache
def packed_noise():
    return demo_mail.zip_of("noise.bin", os.urandom(3_000_000) * 2)


def heavy(number):
    """A message that keeps a reader busy for a while: packed data that must be unpacked and looked through."""
    return demo_mail.with_attachment("a@example.org", "b@example.com", f"heavy {number}", "a.zip", "application/zip",
                                     packed_noise())


class Readers(BadDay):
    def template(self, daemon):
        """The template's process id; its children are the readers."""
        templates = children_of(daemon.process.pid)
        self.assertEqual(len(templates), 1, "one template")
        return templates[0]

    def kill(self, pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def kill_with_children(self, daemon, template):
        """The template, and its readers with it; returns when the daemon knows."""
        family = [template, *children_of(template)]
        for pid in family:
            self.kill(pid)
        self.wait_for(lambda: not any(pathlib.Path(f"/proc/{pid}/exe").exists() for pid in family), "them to be gone")
        time.sleep(0.1)

    def kill_readers_until(self, daemon, done):
        while not done.is_set():
            for pid in children_of(self.template(daemon)):
                self.kill(pid)
            time.sleep(0.01)

    def test_readers_killed_while_they_scan(self):
        """Every reader is killed at once, again and again: 4xx inbound, held outbound, ERROR at clamd; never accepted."""
        with self.daemon() as daemon:
            done = threading.Event()
            killer = threading.Thread(target=self.kill_readers_until, args=(daemon, done))
            killer.start()
            try:
                inbound = daemon.send("inbound", "a@example.org", ["b@example.com"], heavy(1))
                outbound = daemon.send("outbound", "a@example.org", ["b@example.com"], heavy(2))
                milter = ask_milter(daemon.ports["milter"], "a@example.org", ["b@example.com"], heavy(3), address="192.0.2.9")
                clamd = clamd_stream(daemon.ports["clamd"], heavy(4))
                status = check(daemon.ports["check"], heavy(5), IP="192.0.2.9")
            finally:
                done.set()
                killer.join()
            self.assertEqual(inbound[0], 451, inbound)
            self.assertIn(outbound[0], (250, 451), outbound)
            self.assertFalse(milter.passes())
            self.assertIn("ERROR", clamd)
            self.assertNotIn('"no action"', status[1])
            self.assertEqual(self.sink.delivered, [])
            for record in self.records(daemon):
                self.assertEqual(record["verdict"], "unscannable")
                # The same body from the same sender at three doors: its third try is quarantined.
                self.assertIn(record["disposition"], ("tempfail", "hold", "quarantine"))
            self.wait_for(lambda: daemon.send("inbound", "a@example.org", ["b@example.com"], PLAIN)[0] == 250, "recovery")
            self.assert_alive(daemon)

    def test_idle_readers_that_died_cost_no_message(self):
        with self.daemon() as daemon:
            for number in range(5):
                self.assertEqual(daemon.send("inbound", "a@example.org", ["b@example.com"], numbered(number))[0], 250)
                for pid in children_of(self.template(daemon)):
                    self.kill(pid)
                self.wait_for(lambda: not children_of(self.template(daemon)), "the readers to be gone")
                time.sleep(0.05)
            self.assertFalse(self.events(daemon, "reader.died"), "no message was blamed")

    def test_a_template_that_died_is_started_once(self):
        """Many messages want a reader when the template is gone: one new template serves them all."""
        with self.daemon() as daemon:
            self.kill(self.template(daemon))
            codes = []

            def send(number):
                codes.append(daemon.send("inbound", "a@example.org", ["b@example.com"], numbered(number))[0])

            threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(codes, [250] * 8)
            self.assertEqual(len(self.events(daemon, "reader.template_ready")), 2)
            self.assertEqual(len(children_of(daemon.process.pid)), 1)

    def test_a_message_whose_reader_hangs(self):
        """Stopped, not dead: it ends with its deadline. 451, and at the second try, as configured, the message is quarantined."""
        with self.daemon(configuration="[scan]\ndeadline_ms = 500\n[unscannable]\ninbound_tries = 2\n") as daemon:
            codes = []
            for number in range(2):
                self.assertEqual(daemon.send("inbound", "a@example.org", ["b@example.com"], numbered(number))[0], 250)
                for pid in children_of(self.template(daemon)):
                    os.kill(pid, signal.SIGSTOP)
                codes.append(daemon.send("inbound", "a@example.org", ["b@example.com"], PLAIN)[0])
            self.assertEqual(codes, [451, 250])
            hung = [record for record in self.records(daemon) if record["outcome"] != "verdict"]
            self.assertEqual([(record["outcome"], record["disposition"]) for record in hung],
                             [("timed_out", "quarantine"), ("timed_out", "tempfail")])
            self.assertEqual(len(self.sink.delivered), 2)
            self.assert_alive(daemon)

    def test_all_readers_dead(self):
        """The program itself dies at once: 451 inbound and outbound, ERROR, 4xx at the milter, until there is a good one."""
        reader = pathlib.Path(self.folder()) / "tocsin-reader"
        shutil.copy2(BUILD / "tocsin-reader", reader)
        with self.daemon(configuration=f'[scan]\nreader = "{reader}"\n') as daemon:
            self.assertEqual(daemon.send("inbound", "a@example.org", ["b@example.com"], PLAIN)[0], 250)
            reader.rename(reader.with_name("good"))
            reader.write_text("#!/bin/sh\nexit 1\n")
            reader.chmod(0o755)
            self.kill_with_children(daemon, self.template(daemon))
            for number in range(25):
                code, text = daemon.send("inbound" if number % 2 else "outbound", "a@example.org", ["b@example.com"], PLAIN)
                self.assertEqual(code, 451, text)
            self.assertGreater(daemon.command("status", "--json")["breaker_trips"], 0, "the breaker is open")
            answer = ask_milter(daemon.ports["milter"], "a@example.org", ["b@example.com"], PLAIN)
            self.assertTrue(answer.text.startswith("451"), answer.text)
            self.assertIn("ERROR", clamd_stream(daemon.ports["clamd"], PLAIN))
            self.assertIn("soft reject", check(daemon.ports["check"], PLAIN)[1])
            reader.with_name("good").replace(reader)
            daemon.reload()
            self.wait_for(lambda: self.events(daemon, "serve.reloaded"), "the reload")
            self.wait_for(lambda: daemon.send("inbound", "a@example.org", ["b@example.com"], PLAIN)[0] == 250, "recovery", 15)
            self.assert_alive(daemon)


if __name__ == "__main__":
    unittest.main()
