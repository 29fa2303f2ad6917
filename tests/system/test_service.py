"""Tocsin as systemd runs it: what it tells its NOTIFY_SOCKET, and that it works with all that the unit forbids."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

import demo_mail
from api_http import over_tcp, bearer, token_of
from tocsin_system import ROOT, Daemon, SmtpSink
from under_unit_filter import NOBODY

UNIT = ROOT / "packaging" / "tocsin.service"
EXPOSURE_MAX = 2.5


class NotifySocket:
    """What systemd listens to."""

    def __init__(self, folder):
        self.path = str(pathlib.Path(folder) / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(30)

    def next(self):
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().split("\n"))

    def until(self, name):
        """The message that has `name`; watchdog messages before it are passed over."""
        while name not in (message := self.next()):
            assert message == {"WATCHDOG": "1"}, message
        return message


class Notify(unittest.TestCase):
    def setUp(self):
        self.sink = SmtpSink()
        self.folder = tempfile.mkdtemp(prefix="tocsin-test-")
        self.notify = NotifySocket(self.folder)

    def tearDown(self):
        self.notify.socket.close()
        self.sink.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def test_start_watchdog_reload_stop(self):
        environment = ["env", f"NOTIFY_SOCKET={self.notify.path}", "WATCHDOG_USEC=400000"]
        with Daemon(self.sink, prefix=environment) as daemon:
            self.assertIn("signatures", self.notify.until("READY")["STATUS"])
            begin = time.monotonic()
            for _ in range(4):
                self.assertEqual(self.notify.next(), {"WATCHDOG": "1"})
            self.assertLess(time.monotonic() - begin, 1.6, "twice in each period")
            before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            daemon.reload()
            reloading = self.notify.until("RELOADING")
            self.assertEqual(reloading["RELOADING"], "1")
            self.assertGreaterEqual(int(reloading["MONOTONIC_USEC"]), before)
            self.assertEqual(self.notify.until("READY")["READY"], "1")
            readers_environment = self.environments_below(daemon.process.pid)
            self.assertNotIn("NOTIFY_SOCKET", readers_environment)
            self.assertEqual(daemon.stop(), 0)
            self.assertEqual(self.notify.until("STOPPING"), {"STOPPING": "1"})

    @staticmethod
    def environments_below(pid):
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True).stdout
        return "".join(pathlib.Path(f"/proc/{child}/environ").read_text() for child in children.split())

    def test_a_socket_that_is_gone_is_logged_and_nothing_else(self):
        with Daemon(self.sink, prefix=["env", "NOTIFY_SOCKET=/nowhere/at/all"]) as daemon:
            self.assertIn("serve.notify_failed", (daemon.data / "serve.log").read_text())
            self.assertEqual(over_tcp(daemon, "GET", "/ready")[0], 200)


class Unit(unittest.TestCase):
    def test_systemd_finds_no_mistake(self):
        result = subprocess.run(["systemd-analyze", "verify", "--man=no", str(UNIT)], capture_output=True, text=True, check=False)
        lines = [line for line in (result.stdout + result.stderr).splitlines() if "tocsin.service" in line]
        # The program is installed by the package, not where tests run.
        self.assertEqual([line for line in lines if "/usr/bin/tocsin is not executable" not in line], [])

    def test_exposure_is_what_the_manual_says(self):
        output = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNIT)],
                                capture_output=True, text=True, check=True).stdout
        score = re.search(r"exposure level for tocsin.service: ([0-9.]+)", output)[1]
        self.assertLessEqual(float(score), EXPOSURE_MAX)
        manual = (ROOT / "docs" / "manual" / "install.md").read_text(encoding="utf-8")
        self.assertIn(f"exposure level for tocsin.service: {score}", manual)

    def test_works_with_all_that_the_unit_forbids(self):
        sink = SmtpSink()
        data = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-test-"))
        if os.geteuid() == 0:
            os.chown(data, NOBODY, NOBODY)
        runner = str(pathlib.Path(__file__).with_name("under_unit_filter.py"))
        try:
            with Daemon(sink, data=data, keep_data=True, log_beside=True, prefix=["/usr/bin/python3", runner]) as daemon:
                self.check_service(daemon)
                log = pathlib.Path(f"{data}.log").read_text()
                for trouble in ("reader.died", "reader.scratch_not_private", "error"):
                    self.assertNotIn(trouble, log)
        finally:
            sink.stop()
            shutil.rmtree(data, ignore_errors=True)
            pathlib.Path(f"{data}.log").unlink(missing_ok=True)

    def check_service(self, daemon):
        status = dict(line.split(":", 1) for line in
                      pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text().splitlines() if ":" in line)
        self.assertEqual((status["NoNewPrivs"].strip(), status["Seccomp"].strip(), int(status["CapEff"], 16)), ("1", "2", 0))
        clean = demo_mail.plain("a@example.org", "b@example.com", "hello", "text")
        virus = demo_mail.infected("a@example.org", "b@example.com")
        self.assertEqual(daemon.send("inbound", "a@example.org", ["b@example.com"], clean)[0], 250)
        self.assertEqual(daemon.send("inbound", "a@example.org", ["b@example.com"], virus)[0], 550)
        self.assertEqual(daemon.send("outbound", "a@example.org", ["b@example.com"], virus)[0], 250)
        confinement = over_tcp(daemon, "GET", "/v1/status", bearer(token_of(daemon)))[2]
        for part in ("Landlock", "seccomp", "scratch on tmpfs"):
            self.assertIn(part, confinement)
        daemon.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 60
        while "serve.reloaded" not in pathlib.Path(f"{daemon.data}.log").read_text():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        self.assertEqual(daemon.send("inbound", "a@example.org", ["b@example.com"], virus)[0], 550)
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    unittest.main()
