"""Other people's programs for the system tests: found, unpacked beside the system, started on loopback, ended by process id.

What cannot be installed (Exim and Sendmail conflict with Postfix) is fetched once as a Debian package and unpacked with dpkg -x,
Haraka with npm; both into a folder that git does not know: TOCSIN_TEST_CACHE, or test-programs in the build folder.
A program that cannot be had is a skipped test that says why.
"""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest

from tocsin_system import BUILD, ROOT

CACHE = pathlib.Path(os.environ.get("TOCSIN_TEST_CACHE", BUILD / "test-programs"))
MANUAL = ROOT / "docs" / "manual"
FETCH_TIMEOUT_S = 180
START_TIMEOUT_S = 30


def need(*programs):
    """Skips the test case unless all these programs are in PATH."""
    missing = [name for name in programs if shutil.which(name) is None]
    if missing:
        raise unittest.SkipTest(f"not installed: {', '.join(missing)}; run tools/install-dependencies test")


def fetch(name, build):
    """The folder CACHE/name; `build(folder)` fills it when it is not there, all or nothing."""
    folder = CACHE / name
    if folder.exists():
        return folder
    part = CACHE / f"{name}.part-{os.getpid()}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        build(part)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def run_or_skip(what, command, folder):
    """Runs a command that fetches something; a failure skips the test with its last lines."""
    try:
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=FETCH_TIMEOUT_S, check=False)
        told = (result.stdout + result.stderr).strip()
        code = result.returncode
    except (OSError, subprocess.TimeoutExpired) as error:
        told, code = str(error), 1
    if code != 0:
        raise unittest.SkipTest(f"{what} cannot be fetched: {' / '.join(told.splitlines()[-3:])}")


def unpacked(name, *packages):
    """The root of Debian packages that are unpacked, not installed."""
    need("apt-get", "dpkg")

    def build(folder):
        run_or_skip(name, ["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", *packages], folder)
        for package in folder.glob("*.deb"):
            run_or_skip(name, ["dpkg", "-x", str(package), str(folder / "root")], folder)
            package.unlink()

    return fetch(name, build) / "root"


def need_libraries(program):
    """Skips unless every library of an unpacked program is installed."""
    told = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True).stdout
    missing = re.findall(r"(\S+) => not found", told)
    if missing:
        raise unittest.SkipTest(f"{program.name} lacks {', '.join(missing)}; run tools/install-dependencies test")


def free_port():
    """A port of loopback that was free a moment ago, for programs that cannot take port 0."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(true, what, seconds=START_TIMEOUT_S):
    """Waits for a condition; a time-out fails the test."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.02)


def answers(port):
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """A process that serves one port, its output in a file; a session of its own, ended by process id."""

    def __init__(self, command, port, log, **options):
        self.log = log
        with open(log, "ab") as out:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            start_new_session=True, **options)
        try:
            wait_until(lambda: answers(port) or self.process.poll() is not None, f"{command[0]} to serve port {port}")
            if self.process.poll() is not None:
                raise AssertionError(f"{command[0]} ended: {log.read_text(errors='replace')}")
        except AssertionError:
            self.stop()
            raise

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(10)


def manual_block(chapter, language, number=0):
    """The text of a fenced block of a chapter of the manual: the lines that a reader would copy."""
    text = (MANUAL / chapter).read_text(encoding="utf-8")
    return re.findall(rf"^```{re.escape(language)}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)[number]


def replaced(text, *pairs):
    """The block with this test's values in place of what the manual names; each must be there."""
    for old, new in pairs:
        if old not in text:
            raise AssertionError(f"the manual does not say {old!r} any more")
        text = text.replace(old, str(new))
    return text
