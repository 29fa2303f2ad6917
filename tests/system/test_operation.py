"""What an operator does to a running daemon, and what a flood must not do to it."""
import os
import pathlib
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time
import unittest

import demo_mail
from tocsin_system import BUILD, Daemon, SmtpSink, tocsin

SESSIONS_MAX = 512  # limits::sessions


class Operation(unittest.TestCase):
    def setUp(self):
        self.sink = SmtpSink()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-test-"))

    def tearDown(self):
        self.sink.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def wait_for(self, condition, what):
        deadline = time.monotonic() + 30
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"waited 30 s for: {what}")
            time.sleep(0.05)

    def test_data_folder_may_be_relative(self):
        command = [str(BUILD / "tocsin"), "serve", "--data", "data", "--no-system-db", "--next-hop", "127.0.0.1:1"]
        process = subprocess.Popen([*command, "--inbound", "127.0.0.1:0", "--outbound", "127.0.0.1:0"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            self.assertIn("ready\n", list(iter(process.stdout.readline, "ready\n")) + ["ready\n"])
            self.assertIsNone(process.poll())
        finally:
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, errors)
        self.assertTrue((self.folder / "data" / "tocsin.sqlite").exists())

    def test_hangup_loads_new_signatures_without_a_gap(self):
        database = self.folder / "db"
        database.mkdir()
        (database / "own.ndb").write_text("Own.One:0:*:" + b"first-marker".hex() + "\n")
        marked = demo_mail.plain("a@example.org", "b@example.com", "hello", "this has the second-marker in it")
        with Daemon(self.sink, arguments=["--clamav-db", str(database)]) as daemon:
            self.assertEqual(daemon.send("inbound", "a@example.org", ["b@example.com"], marked)[0], 250)
            (database / "own.ndb").write_text("Own.Two:0:*:" + b"second-marker".hex() + "\n")
            os.kill(daemon.process.pid, signal.SIGHUP)
            log = daemon.data / "serve.log"
            answers = []
            while "serve.reloaded" not in log.read_text():
                answers.append(daemon.send("inbound", "a@example.org", ["b@example.com"],
                                           demo_mail.plain("a@example.org", "b@example.com", "hi", "nothing"))[0])
                self.assertLess(len(answers), 5000, "the reload never ended")
            self.assertEqual(set(answers), {250}, "mail went on while signatures were loaded")
            code, text = daemon.send("inbound", "a@example.org", ["b@example.com"], marked)
            self.assertEqual(code, 550, text)
            # A folder that vanished leaves the old signatures in force.
            shutil.rmtree(database)
            os.kill(daemon.process.pid, signal.SIGHUP)
            self.wait_for(lambda: "serve.reload_failed" in log.read_text(), "the second reload to fail")
            code, text = daemon.send("inbound", "a@example.org", ["b@example.com"], marked)
            self.assertEqual(code, 550, text)
            # Asked to load and to stop at once, it stops.
            database.mkdir()
            (database / "own.ndb").write_text("Own.Two:0:*:" + b"second-marker".hex() + "\n")
            os.kill(daemon.process.pid, signal.SIGHUP)
            self.assertEqual(daemon.stop(), 0)

    def test_a_door_without_a_password_is_not_opened_to_others_by_the_way(self):
        for name in ("check", "clamd", "api"):
            result = tocsin("serve", "--data", "unused", "--listen", f"{name}=0.0.0.0:0")
            self.assertEqual(result.returncode, 2)
            self.assertIn("allow_remote", result.stderr)

    def test_a_flood_at_one_door_leaves_the_others_open(self):
        # A relay that is trusted may have as many sessions as there are.
        with Daemon(self.sink, smtp='xforward_from = ["127.0.0.1"]') as daemon:
            idle = []
            try:
                for _ in range(SESSIONS_MAX + 8):
                    idle.append(socket.create_connection(("127.0.0.1", daemon.ports["inbound"]), timeout=10))
                log = daemon.data / "serve.log"
                self.wait_for(lambda: "listener.full" in log.read_text(), "the log to say that a listener is full")
                self.assertEqual(daemon.command("status", "--json")["sessions"], SESSIONS_MAX)
                for number in range(3):
                    code, text = daemon.send("outbound", "a@example.org", ["b@example.com"],
                                             demo_mail.plain("a@example.org", "b@example.com", "hello", "text", number))
                    self.assertEqual(code, 250, text)
            finally:
                for connection in idle:
                    connection.close()
            with smtplib.SMTP("127.0.0.1", daemon.ports["inbound"], timeout=60) as client:
                self.assertEqual(client.noop()[0], 250)

    def test_a_block_order_is_refused_without_its_reason(self):
        with Daemon(self.sink) as daemon:
            daemon.command("order", "block", "thief@example.org", "--reason", "login stolen on Monday", "--by", "abuse-desk")
            code, text = daemon.send("outbound", "thief@example.org", ["b@example.com"],
                                     demo_mail.plain("thief@example.org", "b@example.com", "hello", "text"))
            self.assertEqual(code, 550)
            self.assertNotIn("stolen", text)
            self.assertNotIn("abuse-desk", text)
            self.assertIn("stolen", str(daemon.command("journal", "list", "--json")))


class ScanCommand(unittest.TestCase):
    def test_interrupt_ends_a_scan(self):
        with tempfile.TemporaryDirectory(prefix="tocsin-test-") as folder:
            for number in range(3000):
                mail = demo_mail.newsletter("news@garden.example.org", f"reader{number}@example.com")
                (pathlib.Path(folder) / f"{number}.eml").write_bytes(mail + b"<p>text</p>" * 2000)
            process = subprocess.Popen([str(BUILD / "tocsin"), "scan", "--no-system-db", "--jobs", "1", folder],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            process.stdout.readline()
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=30)
            self.assertEqual(process.returncode, 2)
            self.assertIn("interrupted", errors)
            self.assertLess(output.count(".eml:"), 2999)

    def test_a_report_that_cannot_be_written_is_an_error(self):
        with tempfile.NamedTemporaryFile(suffix=".eml") as mail, open("/dev/full", "w", encoding="ascii") as full:
            mail.write(demo_mail.plain("a@example.org", "b@example.com", "hello", "text"))
            mail.flush()
            command = [str(BUILD / "tocsin"), "scan", "--no-system-db", mail.name]
            result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        self.assertEqual(result.returncode, 2, result.stderr)

    def test_a_rule_folder_that_was_named_must_be_there(self):
        result = tocsin("scan", "--yara", "/nowhere/at/all", "/dev/null")
        self.assertEqual(result.returncode, 2)
        self.assertIn("/nowhere/at/all: no such file or folder", result.stderr)

    def test_numbers_of_readers_are_checked(self):
        for words in ("scan --jobs -1 /dev/null", "scan --jobs 100000 /dev/null", "serve --readers -1"):
            result = tocsin(*words.split())
            self.assertEqual(result.returncode, 2, words)
            self.assertIn("not in range", result.stderr + result.stdout)


if __name__ == "__main__":
    unittest.main()
