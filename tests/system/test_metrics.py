"""GET /metrics, /health and /ready of a daemon that does real work, and that docs/manual/metrics.md says what is served."""
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import smtplib
import subprocess
import tempfile
import time
import unittest

import demo_mail
from api_http import call, metrics, over_tcp, own_socket, ready
from tocsin_system import BUILD, ROOT, Daemon, SmtpSink

PAGE = ROOT / "docs" / "manual" / "metrics.md"


def documented():
    """name -> (type, labels) of each row of the page's table."""
    rows = re.findall(r"^\| `(tocsin_\w+)` \| (\w+) \|([^|]*)\|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


class MetricsTest(unittest.TestCase):
    def setUp(self):
        self.sink = SmtpSink()

    def tearDown(self):
        self.sink.stop()

    def wait_for(self, condition, what, limit_s=30):
        deadline = time.monotonic() + limit_s
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"waited {limit_s} s for: {what}")
            time.sleep(0.05)

    @staticmethod
    def send(daemon, direction, content):
        return daemon.send(direction, "a@example.org", ["b@example.com"], content)[0]

    def test_counts_what_happened(self):
        plain = demo_mail.plain("a@example.org", "b@example.com", "hello", "text")
        virus = demo_mail.infected("a@example.org", "b@example.com")
        with Daemon(self.sink) as daemon:
            self.check_before(metrics(daemon))
            self.assertEqual([self.send(daemon, "inbound", plain) for _ in range(3)], [250] * 3)
            self.assertEqual(self.send(daemon, "inbound", virus), 550)
            self.assertEqual(self.send(daemon, "outbound", virus), 250)
            status, _, _ = self.check_door(daemon, plain)
            self.assertEqual(status, 200)
            daemon.command("order", "block", "thief@example.org")
            with smtplib.SMTP("127.0.0.1", daemon.ports["inbound"], timeout=30) as client:
                client.ehlo("client.example")
                self.check_after(metrics(daemon), len(plain), own_socket(daemon, "GET", "/metrics")[2])

    @staticmethod
    def check_door(daemon, content):
        return call(http.client.HTTPConnection("127.0.0.1", daemon.ports["check"], timeout=30), "POST", "/checkv2",
                    {"From": "a@example.org", "Rcpt": "b@example.com", "IP": "192.0.2.1"}, content)

    def check_before(self, page):
        self.assertEqual(page.value("tocsin_judge_seconds_count"), 0)
        self.assertEqual(page.value("tocsin_readers_available"), 1)
        self.assertEqual(page.value("tocsin_readers_max"), 2)
        self.assertAlmostEqual(page.value("tocsin_start_time_seconds"), time.time(), delta=120)
        self.assertEqual(page.value("tocsin_held_messages"), 0)
        self.assertEqual(page.value("tocsin_log_events_total", event="serve.ready"), 1)

    def check_after(self, page, plain_bytes, on_own_socket):
        def messages(kind, direction, verdict, disposition):
            return page.value("tocsin_messages_total", listener_kind=kind, direction=direction, verdict=verdict,
                              disposition=disposition)

        self.assertEqual(messages("smtp", "inbound", "clean", "accept"), 3)
        self.assertEqual(messages("smtp", "inbound", "malware", "reject"), 1)
        self.assertEqual(messages("smtp", "outbound", "malware", "hold"), 1)
        self.assertEqual(sum(value for (name, pairs), value in page.samples.items()
                             if name == "tocsin_messages_total" and ("listener_kind", "check") in pairs), 1)
        self.assertGreater(page.value("tocsin_message_bytes_total", listener_kind="smtp", direction="inbound"), 3 * plain_bytes)
        self.assertEqual(page.value("tocsin_judge_seconds_count"), 6)
        self.assertEqual(page.value("tocsin_judge_seconds_bucket", le="+Inf"), 6)
        self.assertGreater(page.value("tocsin_judge_seconds_sum"), 0)
        buckets = sorted((float(dict(pairs)["le"]), value) for (name, pairs), value in page.samples.items()
                         if name == "tocsin_judge_seconds_bucket")
        self.assertEqual([value for _, value in buckets], sorted(value for _, value in buckets), "buckets are cumulative")
        self.assertEqual(page.value("tocsin_scan_outcomes_total", outcome="verdict"), 6)
        self.assertEqual(page.value("tocsin_scans_total"), 6)
        self.assertEqual(page.value("tocsin_sessions", listener="smtp-inbound"), 1)
        self.assertEqual(page.value("tocsin_sessions", listener="smtp-outbound"), 0)
        self.assertEqual(page.value("tocsin_orders"), 1)
        self.assertEqual(page.value("tocsin_held_messages"), 1)
        self.assertGreater(page.value("tocsin_evidence_bytes"), 0)
        self.assertGreater(page.value("tocsin_journal_groups_total"), 0)
        self.assertEqual(page.value("tocsin_log_events_total", event="message.judged"), 6)
        self.assertIn("tocsin_build_info{version=", on_own_socket)

    def test_the_page_of_the_manual_is_what_is_served(self):
        with Daemon(self.sink) as daemon:
            self.send(daemon, "inbound", demo_mail.plain("a@example.org", "b@example.com", "hello", "text"))
            page = metrics(daemon)
        rows = documented()
        self.assertEqual({name: kind for name, (kind, _) in rows.items()}, page.types)
        for name, labels in page.labels().items():
            self.assertEqual(labels, rows[name][1], name)
            if page.types[name] == "counter":
                self.assertTrue(name.endswith("_total"), name)

    def test_next_hop_failures(self):
        with Daemon(self.sink) as daemon:
            self.sink.drop_after_content = True
            self.assertEqual(self.send(daemon, "inbound", demo_mail.plain("a@example.org", "b@example.com", "hi", "text")), 451)
            self.assertEqual(metrics(daemon).value("tocsin_next_hop_failures_total", reason="lost"), 1)

    def test_health(self):
        with Daemon(self.sink) as daemon:
            status, _, text = over_tcp(daemon, "GET", "/health")
            self.assertEqual((status, json.loads(text)), (200, {"health": "ok"}))
            self.assertEqual(ready(daemon), (200, []))

    def test_watchers_that_ask_with_head_get_the_answer_without_its_body(self):
        with Daemon(self.sink) as daemon:
            for path in ("/health", "/ready", "/metrics"):
                status, headers, text = over_tcp(daemon, "HEAD", path)
                self.assertEqual((status, text), (200, ""), path)
                self.assertGreater(int(headers["Content-Length"]), 0, path)
            self.assertEqual(over_tcp(daemon, "HEAD", "/v1/status")[0], 401)


def readers_of(daemon):
    """Processes of tocsin-reader below this daemon: the template and its children."""
    found = []
    parents = {daemon.process.pid}
    for folder in sorted(pathlib.Path("/proc").glob("[0-9]*"), key=lambda one: int(one.name)):
        try:
            words = (folder / "stat").read_text()
        except OSError:
            continue
        if int(words[words.rindex(")") + 2:].split()[1]) in parents:
            parents.add(int(folder.name))
            found.append(int(folder.name))
    return found


class ReadyTest(unittest.TestCase):
    def setUp(self):
        self.sink = SmtpSink()
        self.data = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-test-"))

    def tearDown(self):
        self.sink.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def wait_ready(self, daemon, wanted):
        deadline = time.monotonic() + 30
        while (answer := ready(daemon))[0] != wanted:
            self.assertLess(time.monotonic(), deadline, f"waited 30 s for {wanted}, got {answer}")
            time.sleep(0.05)
        return answer[1]

    def test_without_readers_it_is_not_ready_and_comes_back_by_itself(self):
        mail = demo_mail.plain("a@example.org", "b@example.com", "hello", "text")
        program = self.data / "reader-copy"
        shutil.copy2(BUILD / "tocsin-reader", program)
        with Daemon(self.sink, arguments=["--reader", str(program)]) as daemon:
            program.unlink()
            for pid in readers_of(daemon):
                os.kill(pid, signal.SIGKILL)
            reasons = self.wait_ready(daemon, 503)
            self.assertIn("no readers", reasons[0])
            self.assertEqual(metrics(daemon).value("tocsin_readers_available"), 0)
            self.assertEqual(over_tcp(daemon, "GET", "/health")[0], 200, "the loop turns all the same")
            self.assertEqual(daemon.send("inbound", "a@example.org", ["b@example.com"], mail)[0], 451)
            shutil.copy2(BUILD / "tocsin-reader", program)
            # Nobody sends mail to a daemon that is not ready: asking must be enough.
            self.assertEqual(self.wait_ready(daemon, 200), [])
            self.assertEqual(daemon.send("inbound", "a@example.org", ["b@example.com"], mail)[0], 250)
            self.assertIn("reader.template_lost", (daemon.data / "serve.log").read_text())

    def test_without_its_files_it_is_not_ready(self):
        """A deleted file that is open takes writes, and all of it is lost with the daemon."""
        for name in ("tocsin.sqlite", "evidence"):
            with self.subTest(gone=name), Daemon(self.sink) as daemon:
                self.assertEqual(ready(daemon), (200, []))
                (daemon.data / name).rename(daemon.data / "elsewhere")
                code, reasons = ready(daemon)
                self.assertEqual(code, 503)
                self.assertIn(f"{name} is gone", reasons[0])
                (daemon.data / "elsewhere").rename(daemon.data / name)
                self.assertEqual(ready(daemon), (200, []))

    def test_with_a_full_disk_it_is_not_ready(self):
        """In a mount namespace of its own, where the data folder is a disk of 40 MiB."""
        inside = ["unshare", "--user", "--map-root-user", "--mount"]
        if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("this system allows no user namespaces (kernel.unprivileged_userns_clone)")
        small_disk = [*inside, "sh", "-c", f'mount -t tmpfs -o size=40m none "{self.data}" && exec "$@"', "sh"]
        with Daemon(self.sink, data=self.data, log_beside=True, prefix=small_disk) as daemon:
            reasons = self.wait_ready(daemon, 503)
            self.assertRegex(reasons[0], "the disk of .* has 3?[0-9] MiB left, less than 256")
            disk = pathlib.Path(f"/proc/{daemon.process.pid}/root{self.data}")
            with open(disk / "fills-the-disk", "wb", buffering=0) as file:
                try:
                    while file.write(b"x" * 65536):
                        pass
                except OSError:
                    pass
            deadline = time.monotonic() + 30
            while len(reasons := ready(daemon)[1]) < 2:
                self.assertLess(time.monotonic(), deadline, reasons)
                time.sleep(0.2)
            self.assertIn("the journal cannot be written", reasons[0])
            mail = demo_mail.plain("a@example.org", "b@example.com", "hello", "text")
            self.assertEqual(daemon.send("inbound", "a@example.org", ["b@example.com"], mail)[0], 451)
            self.assertGreater(metrics(daemon).value("tocsin_store_failures_total", what="record"), 0)
            (disk / "fills-the-disk").unlink()
            self.wait_for_journal(daemon)
            self.assertEqual(daemon.send("inbound", "a@example.org", ["b@example.com"], mail)[0], 250)

    def wait_for_journal(self, daemon):
        deadline = time.monotonic() + 30
        while any("journal" in reason for reason in ready(daemon)[1]):
            self.assertLess(time.monotonic(), deadline, "the journal can be written again, and /ready must say so")
            time.sleep(0.2)


if __name__ == "__main__":
    unittest.main()
