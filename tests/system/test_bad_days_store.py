"""Disk full, store locked, power cut: nothing passes without a record, nothing that was answered is lost, and it serves again by
itself when the trouble is over."""
import contextlib
import ctypes
import os
import pathlib
import sqlite3
import subprocess
import threading
import time
import unittest

import demo_mail
from bad_days import PLAIN, BadDay, RawSmtp, ask_milter, check, clamd_stream, numbered
from tocsin_system import tocsin

DISK_BYTES = 12 << 20


CLONE_NEWNS = 0x00020000
LIBC = ctypes.CDLL(None, use_errno=True)


class Disk:
    """A small disk at `folder`, in a mount namespace that this thread and the daemons it starts have of their own."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        if LIBC.unshare(CLONE_NEWNS) != 0:
            raise OSError(ctypes.get_errno(), "unshare: " + os.strerror(ctypes.get_errno()))
        self.mount("--make-rprivate", "/")
        self.mount("-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder))

    @staticmethod
    def mount(*words):
        done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise OSError(done.returncode, done.stderr.strip())

    def fill(self):
        """Takes all that is left."""
        with open(self.folder / "ballast", "ab", buffering=0) as ballast:
            for size in (65536, 4096, 512):
                with contextlib.suppress(OSError):
                    while True:
                        ballast.write(b"\0" * size)

    def empty(self):
        (self.folder / "ballast").unlink()

    def unmount(self):
        subprocess.run(["umount", "-l", str(self.folder)], check=True)


class DiskFull(BadDay):
    """The data folder is on a disk of 12 MB."""

    def small_disk(self):
        folder = self.folder()
        try:
            disk = Disk(folder)
        except OSError as error:
            print(f"skipped: no disk of our own can be mounted here: {error}", flush=True)
            self.skipTest(str(error))
        self.addCleanup(disk.unmount)
        return disk

    def test_nothing_passes_and_it_recovers_by_itself(self):
        disk = self.small_disk()
        well = (250, 250, True, 200, "stream: OK")
        with self.daemon(data=disk.folder, keep_data=True, configuration="[scan]\nmessage_bytes = 2000000\n") as daemon:
            self.assertEqual(self.send_everywhere(daemon, 1), well)
            disk.fill()
            for number in (2, 3):
                inbound, held, passes, status, clamd = self.send_everywhere(daemon, number)
                self.assertEqual((inbound, held, passes, status), (451, 451, False, 503))
                self.assertRegex(clamd, "ERROR")
            self.assertEqual(len(self.sink.delivered), 1)
            with RawSmtp(daemon.ports["inbound"]) as client:
                self.assertEqual(client.message(PLAIN + b"bare\n\r\n")[0], 421, "a refusal for good needs a record too")
            self.assertEqual(check(daemon.ports["check"], b"x" * 3_000_000)[0], 503)
            self.assertRegex(clamd_stream(daemon.ports["clamd"], b"x" * 3_000_000), "could not be recorded.* ERROR$")
            self.assertIn("disk full", tocsin("order", "block", "x@example.org", "--data", str(disk.folder)).stderr)
            disk.empty()
            self.assertEqual(self.send_everywhere(daemon, 4), well)
            self.assertEqual(len(self.sink.delivered), 2)
            self.assertEqual(len(daemon.command("quarantine", "list", "--json")["held"]), 2)
            self.assert_alive(daemon)
        with self.daemon(data=disk.folder, keep_data=True) as daemon:
            self.assertEqual(len(daemon.command("quarantine", "list", "--json")["held"]), 2, "the store is whole")

    def send_everywhere(self, daemon, number):
        """Answers: inbound, outbound with something that is held, milter, check, clamd."""
        mail = numbered(number)
        infected = demo_mail.infected(f"a{number}@example.org", "b@example.com") + os.urandom(200_000).hex().encode()
        return (daemon.send("inbound", "a@example.org", ["b@example.com"], mail)[0],
                daemon.send("outbound", "a@example.org", ["b@example.com"], infected)[0],
                ask_milter(daemon.ports["milter"], "a@example.org", ["b@example.com"], mail).passes(),
                check(daemon.ports["check"], mail)[0], clamd_stream(daemon.ports["clamd"], mail))

    def test_the_evidence_quota(self):
        """`keep.evidence_bytes`: what would have to be kept is refused with 4xx; what passes goes on passing."""
        with self.daemon(configuration="[keep]\nevidence_bytes = 1048576\n") as daemon:
            codes = []
            for number in range(6):
                content = demo_mail.infected(f"a{number}@example.org", "b@example.com") + os.urandom(200_000).hex().encode()
                codes.append(daemon.send("outbound", "a@example.org", ["b@example.com"], content)[0])
            self.assertEqual(codes[0], 250)
            self.assertEqual(codes[-1], 451)
            self.assertEqual(len(daemon.command("quarantine", "list", "--json")["held"]), codes.count(250))
            self.assertTrue(self.events(daemon, "evidence.not_stored"))
            self.assert_alive(daemon)


class StoreLocked(BadDay):
    def test_another_process_holds_the_store(self):
        with self.daemon() as daemon:
            lock = sqlite3.connect(daemon.data / "tocsin.sqlite", isolation_level=None)
            lock.execute("BEGIN EXCLUSIVE")
            begin = time.monotonic()
            code, text = daemon.send("inbound", "a@example.org", ["b@example.com"], PLAIN)
            self.assertEqual(code, 451, text)
            self.assertLess(time.monotonic() - begin, 20)
            self.assertEqual(self.sink.delivered, [])
            self.assertIn("in use by another process", self.log(daemon))
            lock.execute("ROLLBACK")
            lock.close()
            self.assert_alive(daemon)

    def test_a_lock_that_is_short_is_waited_for(self):
        with self.daemon() as daemon:
            lock = sqlite3.connect(daemon.data / "tocsin.sqlite", isolation_level=None, check_same_thread=False)
            lock.execute("BEGIN EXCLUSIVE")
            threading.Timer(1.0, lambda: lock.execute("ROLLBACK")).start()
            self.assertEqual(daemon.send("inbound", "a@example.org", ["b@example.com"], PLAIN)[0], 250)
            lock.close()


class PowerCut(BadDay):
    def test_held_evidence_is_readable_after_a_kill(self):
        data = pathlib.Path(self.folder())
        mail = demo_mail.infected("a@example.org", "b@example.com")
        with self.daemon(data=data, keep_data=True) as daemon:
            code, text = daemon.send("outbound", "a@example.org", ["b@example.com"], mail)
            self.assertEqual(code, 250, text)
            daemon.kill()
        with self.daemon(data=data, keep_data=True) as daemon:
            held = daemon.command("quarantine", "list", "--json")["held"]
            self.assertEqual([one["id"] in text for one in held], [True])
            record = self.records(daemon)[0]
            self.assertEqual(record["held_id"], held[0]["id"])
            self.assertEqual(len(list((data / "evidence").glob(f"??/{record['content_sha256']}"))), 1)
            # Sent again after the restart, it is the same message: nothing is kept twice.
            self.assertEqual(daemon.send("outbound", "a@example.org", ["b@example.com"], mail)[0], 250)
            self.assertEqual(len([path for path in (data / "evidence").glob("??/*")]), 1)
            self.assertEqual(len(daemon.command("quarantine", "list", "--json")["held"]), 1)


if __name__ == "__main__":
    unittest.main()
