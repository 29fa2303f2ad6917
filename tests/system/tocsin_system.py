"""Starts real Tocsin daemons for system tests and the demo: own data folder, own free ports, loopback only.

The next hop is a small SMTP sink that keeps what it gets in memory. It is a stand-in for the MTA behind Tocsin: the tests of the
gate with a real Postfix come with the gate itself.
"""
import asyncio
import json
import os
import pathlib
import shutil
import signal
import smtplib
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TOCSIN_BUILD", ROOT / "build"))
START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 30


class PeakMemory(threading.Thread):
    """Samples the largest resident size of the processes of one name while it runs."""

    def __init__(self, name):
        super().__init__(daemon=True)
        self.name_wanted, self.peak_kib, self.running = name, 0, True
        self.start()

    def run(self):
        while self.running:
            for folder in pathlib.Path("/proc").glob("[0-9]*"):
                try:
                    if (folder / "comm").read_text().strip() != self.name_wanted[:15]:
                        continue
                    for line in (folder / "status").read_text().splitlines():
                        if line.startswith("VmHWM:"):
                            self.peak_kib = max(self.peak_kib, int(line.split()[1]))
                except OSError:
                    continue
            time.sleep(0.05)

    def stop(self):
        self.running = False
        self.join()
        return self.peak_kib


@dataclass
class Delivered:
    """One message that the sink took responsibility for."""

    mail_from: str
    recipients: list
    content: bytes
    answered_at: float = 0  # time.monotonic() before the client is told


class SmtpSink:
    """Speaks just enough SMTP to be a next hop; runs on a thread of its own."""

    def __init__(self, port=0):
        self.port = port
        self.delivered = []
        self.refuse_recipients = set()
        self.drop_after_content = False
        self.answers = {}  # verb, or "content" -> the line that is said instead
        self._started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self._started.wait(10)

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(asyncio.start_server(self._session, "127.0.0.1", self.port, limit=1 << 28))
        self.port = self._server.sockets[0].getsockname()[1]
        self._started.set()
        self._loop.run_forever()

    async def _session(self, reader, writer):
        try:
            await self._converse(reader, writer)
        except ConnectionError:
            pass  # a daemon that was killed

    async def _converse(self, reader, writer):
        async def say(line):
            writer.write(line.encode() + b"\r\n")
            await writer.drain()

        await say("220 sink.example ESMTP")
        mail_from, recipients = "", []
        while line := (await reader.readline()).decode("utf-8", "replace").rstrip("\r\n"):
            verb = line[:4].upper()
            if verb == "EHLO":
                writer.write(b"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n")
                await say("250 SIZE 300000000")
            elif verb == "MAIL":
                mail_from, recipients = line.split("<", 1)[1].split(">", 1)[0], []
                await say(self.answers.get("MAIL", "250 2.1.0 ok"))
            elif verb == "RCPT":
                address = line.split("<", 1)[1].split(">", 1)[0]
                if address in self.refuse_recipients:
                    await say("550 5.1.1 no such user")
                else:
                    recipients.append(address)
                    await say("250 2.1.5 ok")
            elif verb == "DATA":
                if "DATA" in self.answers:
                    await say(self.answers["DATA"])
                    continue
                await say("354 go on")
                content = await self._content(reader)
                if content is None:
                    break
                if "content" in self.answers:
                    await say(self.answers["content"])
                    continue
                if self.drop_after_content:
                    writer.close()
                    return
                self.delivered.append(Delivered(mail_from, recipients, content, time.monotonic()))
                await say(f"250 2.0.0 delivered as {len(self.delivered)}")
            elif verb == "QUIT":
                await say("221 2.0.0 bye")
                break
            else:
                await say("250 2.0.0 ok")
        writer.close()

    @staticmethod
    async def _content(reader):
        """Nothing when the client dies before the final dot: that is no message."""
        lines = []
        while (line := await reader.readline()) != b".\r\n":
            if not line.endswith(b"\n"):
                return None
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def stop(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._server.close()
        self._loop.close()


@dataclass
class Daemon:
    """A running `tocsin serve`. Use it as a context manager."""

    sink: SmtpSink
    data: pathlib.Path = None
    arguments: list = field(default_factory=list)
    process: subprocess.Popen = None
    ports: dict = field(default_factory=dict)
    keep_data: bool = False
    configuration: str = ""  # TOML beside the listeners
    smtp: str = ""  # TOML lines for both SMTP listeners
    milter: str = ""  # TOML lines for the milter
    listen: dict = field(default_factory=dict)  # ports by listener, for who must find them again after a restart
    check: str = ""  # and so on
    clamd: str = ""
    api: str = ""
    program: pathlib.Path = BUILD / "tocsin"
    prefix: list = field(default_factory=list)  # words in front of the command: env, unshare
    log_beside: bool = False  # for a data folder that only the daemon sees
    readers: int = 2  # 0: as many as a daemon has by itself

    def __enter__(self):
        self.data = self.data or pathlib.Path(tempfile.mkdtemp(prefix="tocsin-test-"))
        self.start()
        return self

    def start(self):
        hop = f"127.0.0.1:{self.sink.port}"
        command = [*self.prefix, str(self.program), "serve", "--data", str(self.data), "--next-hop", hop, "--no-system-db"]
        if self.readers:
            command += ["--readers", str(self.readers)]
        for name in ("smtp-inbound", "smtp-outbound", "milter", "check", "clamd", "api"):
            command += ["--listen", f"{name}=127.0.0.1:{self.listen.get(name, 0)}"]
        if self.configuration or self.smtp or self.milter or self.check or self.clamd or self.api:
            command += ["--config", str(self.write_configuration())]
        command += self.arguments
        self.log_path = pathlib.Path(f"{self.data}.log") if self.log_beside else self.data / "serve.log"
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        deadline = time.monotonic() + START_TIMEOUT_S
        for line in self.process.stdout:
            words = line.split()
            if len(words) > 1 and words[1].startswith("127.0.0.1:"):
                self.ports[words[0].removeprefix("smtp-")] = int(words[1].rsplit(":", 1)[1])
            if line.strip() == "ready" or time.monotonic() > deadline:
                return
        raise RuntimeError("tocsin serve did not start:\n" + self.log_path.read_text())

    def write_configuration(self):
        """The listeners that there are without a file, with what the test wants of them; ports come from the command line."""
        def row(name, kind, port, more):
            return f'[[listener]]\nname = "{name}"\nkind = "{kind}"\naddress = "127.0.0.1:{port}"\n{more}\n'

        path = self.data / "tocsin.toml"
        path.write_text("\n".join([
            self.configuration,
            row("smtp-inbound", "smtp", 2525, 'direction = "inbound"\n' + self.smtp),
            row("smtp-outbound", "smtp", 2526, 'direction = "outbound"\n' + self.smtp),
            row("milter", "milter", 8025, self.milter), row("check", "check", 11333, self.check),
            row("clamd", "clamd", 3310, self.clamd), row("api", "api", 8420, self.api)]), encoding="utf-8")
        return path

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_TIMEOUT_S)
        self._close()
        return code

    def _close(self):
        self.log.close()
        self.process.stdout.close()

    def kill(self):
        """kill -9, as a power cut would."""
        self.process.kill()
        self.process.wait(STOP_TIMEOUT_S)
        self._close()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
        if not self.keep_data:
            shutil.rmtree(self.data, ignore_errors=True)
            self.log_path.unlink(missing_ok=True)

    def send(self, direction, mail_from, recipients, content):
        """Sends a message to the proxy; returns (code, text) of the answer to the content."""
        with smtplib.SMTP("127.0.0.1", self.ports[direction], timeout=60) as client:
            client.ehlo("client.example")
            code, text = client.mail(mail_from)
            if code != 250:
                return code, text.decode()
            for recipient in recipients:
                client.rcpt(recipient)
            code, text = client.data(content)
            return code, text.decode()

    def command(self, *words):
        """Runs a `tocsin` client command; returns its JSON, or its text when that is no JSON."""
        result = tocsin(*words, "--data", str(self.data))
        if result.returncode != 0:
            raise RuntimeError(f"tocsin {' '.join(words)}: {result.stderr}")
        try:
            return json.loads(result.stdout)
        except json.JSONDecodeError:
            return result.stdout


def tocsin(*words, stdin=None):
    """Runs the command line program to its end."""
    return subprocess.run([str(BUILD / "tocsin"), *words], input=stdin, capture_output=True, text=True, timeout=300)
