"""Hostile clients and hostile next hops for the tests of bad days, over real sockets, and words for what tests ask often."""
import contextlib
import http.client
import re
import shutil
import socket
import struct
import tempfile
import threading
import time
import unittest

import demo_mail
from milter_client import ask_milter
from tocsin_system import Daemon, SmtpSink

PLAIN = demo_mail.plain("a@example.org", "b@example.com", "hello", "text")
SLOW_S = 5.0


def numbered(number):
    """A message that no other test sends."""
    return demo_mail.plain("a@example.org", "b@example.com", f"number {number}", "text", number)


class RawSmtp:
    """A client that says exactly what it is told to."""

    def __init__(self, port, timeout=30, source=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout,
                                               source_address=(source, 0) if source else None)
        self.answers = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        with contextlib.suppress(OSError):
            self.answers.close()
        self.socket.close()

    def reply(self):
        """(code, last line) of the next reply; code 0 when the server has closed."""
        while True:
            try:
                line = self.answers.readline()
            except ConnectionError:
                line = b""
            if not line:
                return 0, "closed"
            if line[3:4] != b"-":
                return int(line[:3]), line.decode("latin-1").rstrip()

    def send(self, data):
        self.socket.sendall(data)

    def say(self, line):
        self.send(line.encode("latin-1") + b"\r\n")
        return self.reply()

    def until_data(self, sender="a@example.org", recipients=("b@example.com",)):
        """Greeting, EHLO, MAIL, RCPT, DATA; returns the last reply."""
        answer = self.reply()
        for line in ["EHLO client.example", f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{one}>" for one in recipients), "DATA"]:
            if answer[0] not in (220, 250):
                return answer
            answer = self.say(line)
        return answer

    def message(self, content, sender="a@example.org", recipients=("b@example.com",)):
        """A whole session up to the answer to the content; `content` is sent as it is, then the dot."""
        answer = self.until_data(sender, recipients)
        if answer[0] != 354:
            return answer
        self.send(content + b".\r\n")
        return self.reply()


STALL, CLOSE, DRIBBLE, GARBAGE = "stall", "close", "dribble", "garbage"
ENDLESS_LINES, ENDLESS_LINE = "endless lines", "endless line"


class HostileHop:
    """A next hop that at one stage does something else than it should. `deeds` maps a stage (banner, EHLO, MAIL, RCPT, DATA,
    content, idle) to reply bytes or to one of the words above; `first` limits them to the first connections."""

    ORDINARY = {"banner": b"220 hop.example ESMTP\r\n", "EHLO": b"250-hop.example\r\n250-PIPELINING\r\n250 SIZE 300000000\r\n",
                "MAIL": b"250 2.1.0 ok\r\n", "RCPT": b"250 2.1.5 ok\r\n", "DATA": b"354 go on\r\n",
                "content": b"250 2.0.0 taken\r\n", "RSET": b"250 2.0.0 ok\r\n", "QUIT": b"221 2.0.0 bye\r\n"}

    def __init__(self, first=1 << 30):
        self.deeds, self.first, self.connections, self.delivered = {}, first, 0, []
        self.read_limit, self.then = 1 << 40, CLOSE  # bytes of a content, and what comes then: CLOSE, or silence
        self.stopping = False
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    def behave(self, deeds=None, first=1 << 30):
        self.deeds, self.first, self.connections, self.delivered = deeds or {}, first, 0, []
        self.read_limit = 1 << 40

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            deeds = self.deeds if self.connections <= self.first else {}
            threading.Thread(target=self._serve, args=(connection, deeds), daemon=True).start()

    def _serve(self, connection, deeds):
        with connection, contextlib.suppress(OSError), connection.makefile("rb") as lines:
            if not self._do(connection, deeds, "banner"):
                return
            while line := lines.readline():
                verb = line[:4].decode("latin-1").strip().upper()
                if not self._do(connection, deeds, verb) or verb == "QUIT":
                    return
                if verb == "DATA" and deeds.get("DATA", b"354")[:3] == b"354" and not self._take(connection, lines, deeds):
                    return

    def _take(self, connection, lines, deeds):
        """A content and the answer to it; False: the connection ends."""
        content = b""
        while (line := lines.readline()) != b".\r\n":
            content += line
            if len(content) > self.read_limit and self.then != CLOSE:
                self._wait(connection, b"", 0.2)
            if not line or len(content) > self.read_limit:
                return False
        if deeds.get("content", b"2")[:1] == b"2":
            self.delivered.append(content)
        return self._do(connection, deeds, "content")

    def _do(self, connection, deeds, stage):
        deed = deeds.get(stage, self.ORDINARY.get(stage, b"250 2.0.0 ok\r\n"))
        if deed == CLOSE:
            return False
        endless = {STALL: b"", DRIBBLE: b"2", ENDLESS_LINES: b"250-more\r\n" * 50, ENDLESS_LINE: b"2" * 1000}
        if deed in endless:
            self._wait(connection, endless[deed], 0.2 if deed in (STALL, DRIBBLE) else 0.001)
            return False
        connection.sendall(b"\x00\xff nonsense \r\n" if deed == GARBAGE else deed)
        return True

    def _wait(self, connection, says, pause):
        """Until the other side has gone."""
        while not self.stopping:
            connection.sendall(says)
            with contextlib.suppress(BlockingIOError):
                if connection.recv(4096 if says else 1, socket.MSG_DONTWAIT | (0 if says else socket.MSG_PEEK)) == b"":
                    return
            time.sleep(pause)

    def stop(self):
        self.stopping = True
        self.listener.close()


def clamd_stream(port, content, chunk=1 << 20):
    """INSTREAM; the reply, or "closed" when there was none."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        with contextlib.suppress(ConnectionError):
            client.sendall(b"zINSTREAM\0")
            for at in range(0, len(content), chunk):
                piece = content[at:at + chunk]
                client.sendall(struct.pack("!I", len(piece)) + piece)
            client.sendall(struct.pack("!I", 0))
        with contextlib.suppress(ConnectionError):
            return client.makefile("rb").read().rstrip(b"\0").decode("latin-1") or "closed"
    return "closed"


def check(port, content, path="/checkv2", **fields):
    """POST to the check door; (status, body)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        with contextlib.suppress(ConnectionError):
            connection.request("POST", path, content, {"From": "a@example.org", "Rcpt": "b@example.com", **fields})
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace")
    except (ConnectionError, http.client.HTTPException):
        return 0, "closed"
    finally:
        connection.close()


class BadDay(unittest.TestCase):
    """What all tests of bad days need: a sink, a clock, and questions to the daemon."""

    def setUp(self):
        self.begin = time.monotonic()
        self.sink = SmtpSink()
        self.addCleanup(self.sink.stop)

    def tearDown(self):
        took = time.monotonic() - self.begin
        if took > SLOW_S:
            print(f"slow: {self.id()} {took:.1f} s", flush=True)

    def daemon(self, sink=None, **more):
        return Daemon(sink or self.sink, **more)

    def folder(self):
        path = tempfile.mkdtemp(prefix="tocsin-test-")
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        return path

    def wait_for(self, condition, what, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"waited {seconds} s for: {what}")
            time.sleep(0.02)

    @staticmethod
    def log(daemon):
        return (daemon.data / "serve.log").read_text(encoding="utf-8", errors="replace")

    def events(self, daemon, event):
        return [line for line in self.log(daemon).splitlines() if re.search(rf"\b{re.escape(event)}\b", line)]

    @staticmethod
    def records(daemon):
        return daemon.command("journal", "list", "--limit", "10000", "--json")["records"]

    def assert_alive(self, daemon):
        """Every door serves, and the daemon has not been started anew."""
        self.assertIsNone(daemon.process.poll(), "the daemon has ended")
        for direction in ("inbound", "outbound"):
            code, text = daemon.send(direction, "a@example.org", ["b@example.com"], PLAIN)
            self.assertEqual(code, 250, text)
        self.assertTrue(ask_milter(daemon.ports["milter"], "a@example.org", ["b@example.com"], PLAIN).passes())
        self.assertEqual(check(daemon.ports["check"], PLAIN)[0], 200)
        self.assertEqual(clamd_stream(daemon.ports["clamd"], PLAIN), "stream: OK")
        self.assertIn("sessions", daemon.command("status", "--json"))

    @staticmethod
    def memory_kib(daemon, field="VmRSS"):
        with open(f"/proc/{daemon.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(field + ":"))
