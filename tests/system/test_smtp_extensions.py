"""What the SMTP proxy says beyond plain SMTP: STARTTLS on both sides, XFORWARD and XCLIENT, DSN, SIZE, SMTPUTF8, limits."""
import asyncio
import contextlib
import os
import pathlib
import shutil
import smtplib
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
from unittest import mock

import demo_mail
from milter_client import ask_milter
from tocsin_system import Daemon, tocsin

SESSIONS_PER_CLIENT = 50  # limits::smtp_sessions_per_client
PLAIN = demo_mail.plain("a@example.org", "b@example.com", "hello", "text")


class SpeakingHop:
    """A next hop that announces what a test wants and keeps every line that it hears."""

    def __init__(self, announces=(), certificate=None, spoils_tls=False):
        self.announces, self.certificate, self.spoils_tls = list(announces), certificate, spoils_tls
        self.heard, self.messages = [], 0
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(asyncio.start_server(self._session, "127.0.0.1", 0, limit=1 << 24))
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def lines(self, verb):
        return [line for line in self.heard if line.removeprefix("TLS ").startswith(verb)]

    async def _session(self, reader, writer):
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await self._converse(reader, writer)
        writer.close()

    async def _converse(self, reader, writer):
        secured = ""
        writer.write(b"220 hop.example ESMTP\r\n")
        while line := (await reader.readline()).decode("utf-8", "replace").rstrip("\r\n"):
            self.heard.append(secured + line)
            verb = line.split(" ")[0].upper()
            if verb == "EHLO":
                words = ["hop.example", *self.announces]
                if self.certificate and not secured:
                    words.append("STARTTLS")
                writer.write("".join(f"250-{word}\r\n" for word in words[:-1]).encode() + f"250 {words[-1]}\r\n".encode())
            elif verb == "STARTTLS":
                writer.write(b"220 go\r\n")
                if self.spoils_tls:
                    writer.write(b"no TLS here\r\n")
                    return
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(*self.certificate)
                await writer.start_tls(context)
                secured = "TLS "
            elif verb == "DATA":
                writer.write(b"354 go on\r\n")
                while await reader.readline() not in (b".\r\n", b""):
                    pass
                self.messages += 1
                writer.write(b"250 2.0.0 taken\r\n")
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                return
            else:
                writer.write(b"250 2.0.0 ok\r\n")

    def stop(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._server.close()
        self._loop.close()


class Extensions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-test-"))
        cls.certificate = (str(cls.folder / "certificate.pem"), str(cls.folder / "key.pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                        "-keyout", cls.certificate[1], "-out", cls.certificate[0], "-subj", "/CN=localhost.example",
                        "-addext", "subjectAltName=DNS:localhost.example,IP:127.0.0.1"],
                       check=True, capture_output=True)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, ignore_errors=True)

    @contextlib.contextmanager
    def served(self, *settings, **hop):
        hop = SpeakingHop(**hop)
        try:
            with Daemon(hop, smtp="\n".join(settings)) as daemon:
                yield daemon, hop
        finally:
            hop.stop()

    @staticmethod
    def client(daemon, direction="inbound"):
        return smtplib.SMTP("127.0.0.1", daemon.ports[direction], timeout=30)

    def say(self, client, line, code):
        answer = client.docmd(line)
        self.assertEqual(answer[0], code, f"{line}: {answer}")
        return answer[1].decode()

    def send_plain(self, client):
        self.say(client, "MAIL FROM:<a@example.org>", 250)
        self.say(client, "RCPT TO:<b@example.com>", 250)
        code, text = client.data(PLAIN)
        self.assertEqual(code, 250, text)

    def tls_options(self):
        return ['tls = "offer"', f'tls_certificate = "{self.certificate[0]}"', f'tls_key = "{self.certificate[1]}"']

    def test_starttls_with_a_client(self):
        trusting = ssl.create_default_context(cafile=self.certificate[0])
        with self.served(*self.tls_options()) as (daemon, hop), self.client(daemon) as client:
            client.ehlo("client.example")
            self.assertTrue(client.has_extn("starttls"))
            client._host = "127.0.0.1"
            self.assertEqual(client.starttls(context=trusting)[0], 220)
            self.assertEqual(client.docmd("MAIL FROM:<a@example.org>")[0], 503, "EHLO was forgotten")
            client.ehlo("client.example")
            self.assertFalse(client.has_extn("starttls"))
            self.send_plain(client)
            self.assertEqual(hop.messages, 1)

    def test_commands_behind_starttls_are_refused(self):
        with self.served(*self.tls_options()) as (daemon, hop):
            with socket.create_connection(("127.0.0.1", daemon.ports["inbound"]), timeout=30) as raw:
                with raw.makefile("rb") as answers:
                    self.assertTrue(answers.readline().startswith(b"220"))
                    raw.sendall(b"EHLO client.example\r\n")
                    while answers.readline()[3:4] == b"-":
                        pass
                    raw.sendall(b"STARTTLS\r\nEHLO evil.example\r\nMAIL FROM:<evil@example.org>\r\n")
                    self.assertTrue(answers.readline().startswith(b"521"))
                    self.assertEqual(answers.read(), b"", "the session has ended")
            self.assertIn("commands_before_tls", (daemon.data / "serve.log").read_text())
            self.assertEqual(hop.lines("MAIL"), [])

    def test_a_client_that_does_not_shake_hands_is_left(self):
        with self.served(*self.tls_options()) as (daemon, _), self.client(daemon) as client:
            client.ehlo("client.example")
            client.docmd("STARTTLS")
            client.sock.sendall(b"MAIL FROM:<a@example.org>\r\n" * 10)
            with self.assertRaises((OSError, smtplib.SMTPServerDisconnected)):
                while True:  # an alert may come first
                    if client.sock.recv(1000) == b"":
                        raise ConnectionResetError
            client.close()
            # The connection ends first, then the event is written.
            deadline = time.monotonic() + 10
            while "smtp.tls_failed" not in (daemon.data / "serve.log").read_text():
                self.assertLess(time.monotonic(), deadline, "the log says so")
                time.sleep(0.02)

    def test_tls_to_the_next_hop(self):
        """(mode, the system trusts the certificate, what the next hop does) -> delivered, and how"""
        table = [
            ("none", False, {"certificate": self.certificate}, "MAIL"),
            ("opportunistic", False, {"certificate": self.certificate}, "TLS MAIL"),
            ("opportunistic", False, {}, "MAIL"),
            ("require", False, {"certificate": self.certificate}, "TLS MAIL"),
            ("require", False, {}, None),
            ("verify", True, {"certificate": self.certificate}, "TLS MAIL"),
            ("verify", False, {"certificate": self.certificate}, None),
        ]
        for mode, trusted, hop_options, mail in table:
            trust = {"SSL_CERT_FILE": self.certificate[0]} if trusted else {}
            settings = [f'next_hop_tls = "{mode}"', *(["next_hop_name = '127.0.0.1'"] if mode == "verify" else [])]
            with self.subTest(mode=mode, hop=list(hop_options), trusted=trusted), mock.patch.dict(os.environ, trust), \
                    self.served(*settings, **hop_options) as (daemon, hop), self.client(daemon) as client:
                client.ehlo("client.example")
                code, text = client.docmd("MAIL FROM:<a@example.org>")
                self.assertEqual(code, 250 if mail else 451, text)
                if mail:
                    self.assertTrue(hop.lines("MAIL")[0].startswith(mail + " "), hop.heard)
                else:
                    self.assertEqual(hop.lines("MAIL"), [])

    def test_opportunistic_tls_that_fails_is_tried_in_the_clear(self):
        with self.served('next_hop_tls = "opportunistic"', certificate=self.certificate, spoils_tls=True) as (daemon, hop):
            # The next hop spoils every handshake: the second connection does not try.
            with self.client(daemon) as client:
                client.ehlo("client.example")
                self.send_plain(client)
            self.assertEqual(len(hop.lines("STARTTLS")), 1)
            self.assertEqual(hop.messages, 1)
            self.assertIn("next_hop.tls_failed", (daemon.data / "serve.log").read_text())

    def test_xforward_of_a_trusted_relay(self):
        announced = ["PIPELINING", "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE"]
        with self.served('xforward_from = ["127.0.0.0/8"]', announces=announced) as (daemon, hop), self.client(daemon) as client:
            client.ehlo("relay.example")
            self.assertIn("IDENT", client.esmtp_features["xforward"])
            self.say(client, "XFORWARD NAME=spike.example ADDR=IPv6:2001:db8::7 PORT=4711 PROTO=ESMTP", 250)
            self.say(client, "XFORWARD HELO=spike+20x IDENT=4F3 SOURCE=REMOTE", 250)
            self.send_plain(client)
            self.assertEqual(hop.lines("XFORWARD"), ["XFORWARD NAME=spike.example ADDR=IPv6:2001:db8::7 PORT=4711 PROTO=ESMTP"
                                                     " HELO=spike?x IDENT=4F3 SOURCE=REMOTE"])
            self.send_plain(client)  # what was said holds for one message
            self.assertTrue(hop.lines("XFORWARD")[1].startswith("XFORWARD ADDR=127.0.0.1 PORT="), hop.heard)
            last, first = daemon.command("journal", "list", "--json")["records"]
            self.assertEqual((first["client_ip"], first["helo"]), ("2001:db8::7", "spike?x"))
            self.assertEqual((last["client_ip"], last["helo"]), ("127.0.0.1", "relay.example"))

    def test_xclient_of_a_trusted_relay(self):
        with self.served('xforward_from = ["127.0.0.1"]') as (daemon, _), self.client(daemon) as client:
            client.ehlo("relay.example")
            self.assertIn("LOGIN", client.esmtp_features["xclient"])
            self.say(client, "XCLIENT ADDR=192.0.2.9 LOGIN=anna NAME=[UNAVAILABLE]", 220)
            self.say(client, "MAIL FROM:<a@example.org>", 503)
            client.ehlo("spike.example")
            self.send_plain(client)
            record = daemon.command("journal", "list", "--json")["records"][0]
            self.assertEqual((record["client_ip"], record["helo"]), ("192.0.2.9", "spike.example"))

    def test_others_may_not_say_for_whom_they_speak(self):
        with self.served('xforward_from = ["192.0.2.0/24"]') as (daemon, _), self.client(daemon) as client:
            client.ehlo("client.example")
            self.assertFalse(client.has_extn("xforward") or client.has_extn("xclient"))
            self.assertTrue(self.say(client, "XFORWARD ADDR=192.0.2.9", 550).startswith("5.7.0"))
            self.say(client, "XCLIENT ADDR=192.0.2.9", 550)
            self.send_plain(client)
            self.assertEqual(daemon.command("journal", "list", "--json")["records"][0]["client_ip"], "127.0.0.1")

    def test_dsn_goes_through(self):
        with self.served(announces=["DSN"]) as (daemon, hop), self.client(daemon) as client:
            client.ehlo("client.example")
            self.assertTrue(client.has_extn("dsn"))
            self.say(client, "MAIL FROM:<a@example.org> RET=HDRS ENVID=q+2Bq", 250)
            self.say(client, "RCPT TO:<b@example.com> NOTIFY=SOMETIMES", 501)
            self.say(client, "RCPT TO:<b@example.com> NOTIFY=success,delay ORCPT=rfc822;c+40d@example.com", 250)
            self.assertEqual(client.data(PLAIN)[0], 250)
            self.assertEqual(hop.lines("MAIL"), ["MAIL FROM:<a@example.org> RET=HDRS ENVID=q+2Bq"])
            self.assertEqual(hop.lines("RCPT"),
                             ["RCPT TO:<b@example.com> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;c+40d@example.com"])
        with self.served() as (daemon, hop), self.client(daemon) as client:
            client.ehlo("client.example")
            self.assertFalse(client.has_extn("dsn"))
            self.say(client, "MAIL FROM:<a@example.org> RET=HDRS", 555)

    def test_dsn_is_kept_with_held_mail(self):
        with self.served(announces=["DSN"]) as (daemon, hop):
            with self.client(daemon, "outbound") as client:
                client.ehlo("client.example")
                self.say(client, "MAIL FROM:<a@example.org> RET=HDRS ENVID=q+2Bq", 250)
                self.say(client, "RCPT TO:<b@example.com> NOTIFY=SUCCESS ORCPT=rfc822;c+40d@example.com", 250)
                self.say(client, "RCPT TO:<e@example.com>", 250)
                self.say(client, "RCPT TO:<f@example.com> NOTIFY=NEVER", 250)
                code, text = client.data(demo_mail.infected("a@example.org", "b@example.com"))
                self.assertEqual(code, 250)
                held_id = text.decode().split()[-1]
            first, others = hop.lines("MAIL"), hop.lines("RCPT")
            self.assertEqual(len(others), 3)
            result = tocsin("quarantine", "release", held_id, "--why", "asked", "--data", str(daemon.data))
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("RET=HDRS ENVID=q+2Bq", hop.lines("MAIL")[len(first)])
            self.assertEqual(hop.lines("RCPT")[3:], others)

    def test_dsn_of_mail_that_came_by_milter_is_kept(self):
        with self.served(announces=["DSN"]) as (daemon, hop):
            answer = ask_milter(daemon.ports["milter"], "a@example.org", ["b@example.com"],
                                demo_mail.infected("a@example.org", "b@example.com"), login="shop",
                                mail_arguments=b"SIZE=900\0RET=FULL\0BODY=8BITMIME\0",
                                recipient_arguments=b"NOTIFY=FAILURE\0X-OURS=1\0NOTIFY=SOMETIMES\0")
            held = daemon.command("quarantine", "list", "--json")["held"]
            self.assertEqual(len(held), 1, (answer.code, answer.text))
            result = tocsin("quarantine", "release", held[0]["id"], "--why", "asked", "--data", str(daemon.data))
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertTrue(hop.lines("MAIL")[0].endswith(" RET=FULL"), hop.lines("MAIL"))
            self.assertEqual(hop.lines("RCPT"), ["RCPT TO:<b@example.com> NOTIFY=FAILURE"])

    def test_only_what_both_can_do_is_announced(self):
        with self.served(announces=["SIZE 2000", "8BITMIME", "SMTPUTF8"]) as (daemon, hop), self.client(daemon) as client:
            client.ehlo("client.example")
            self.assertEqual(client.esmtp_features["size"], "2000")
            self.assertTrue(client.has_extn("smtputf8") and client.has_extn("8bitmime"))
            self.say(client, "MAIL FROM:<a@example.org> SIZE=2001", 552)
            self.say(client, "MAIL FROM:<a@example.org> SIZE=2000 BODY=8BITMIME SMTPUTF8", 250)
            self.assertEqual(hop.lines("MAIL"), ["MAIL FROM:<a@example.org> SIZE=2000 BODY=8BITMIME SMTPUTF8"])
        with self.served() as (daemon, _), self.client(daemon) as client:
            client.ehlo("client.example")
            self.assertEqual(client.esmtp_features["size"], str(256 << 20))
            self.assertFalse(client.has_extn("smtputf8") or client.has_extn("8bitmime"))
            self.say(client, "MAIL FROM:<a@example.org> SMTPUTF8", 555)

    def test_a_next_hop_that_is_away_is_told_at_mail(self):
        with self.served() as (daemon, hop):
            hop._loop.call_soon_threadsafe(hop._server.close)
            with self.client(daemon) as client:
                self.assertEqual(client.ehlo("client.example")[0], 250)
                self.assertFalse(client.has_extn("smtputf8") or client.has_extn("dsn"))
                self.say(client, "MAIL FROM:<a@example.org>", 451)

    def test_one_client_does_not_take_all_places(self):
        with self.served() as (daemon, _):
            connections = []
            try:
                for number in range(SESSIONS_PER_CLIENT + 1):
                    connections.append(socket.create_connection(("127.0.0.1", daemon.ports["inbound"]), timeout=30))
                    expected = b"220 " if number < SESSIONS_PER_CLIENT else b"421 4.7.0 "
                    self.assertTrue(connections[-1].recv(1000).startswith(expected), number)
                self.client(daemon, "outbound").quit()  # the other door is open
                connections.pop(0).close()
                connections[-1].close()
            finally:
                for connection in connections:
                    connection.close()
            self.client(daemon).quit()
            self.assertIn("smtp.too_many_sessions", (daemon.data / "serve.log").read_text())

    def test_refused_content_is_recorded_before_the_answer(self):
        def records(daemon):
            return daemon.command("journal", "list", "--json")["records"]

        with self.served(announces=["SIZE 2000"]) as (daemon, hop), self.client(daemon) as client:
            client.ehlo("client.example")
            self.say(client, "MAIL FROM:<a@example.org>", 250)
            self.say(client, "RCPT TO:<b@example.com>", 250)
            self.say(client, "DATA", 354)
            client.send(b"x" * 3000 + b"\r\n.\r\n")
            self.assertEqual(client.getreply()[0], 552)
            record = records(daemon)[0]
            self.assertEqual((record["verdict"], record["disposition"], record["size_bytes"]), ("unscannable", "reject", 3002))
            self.assertIn("too_large", str(record["reasons"]))
            self.assertEqual(record["recipients"], ["b@example.com"])
            self.say(client, "MAIL FROM:<c@example.org>", 250)
            self.say(client, "RCPT TO:<b@example.com>", 250)
            self.say(client, "DATA", 354)
            client.send(b"Subject: x\r\n\r\nbody\n.\nMAIL FROM:<smuggled@example.org>\r\n.\r\n")
            self.assertEqual(client.getreply()[0], 521)
            record = records(daemon)[0]
            self.assertEqual((record["mail_from"], record["disposition"], record["outcome"]),
                             ("c@example.org", "reject", "unscannable"))
            self.assertIn("bare_lf", str(record["reasons"]))
            self.assertEqual(len(records(daemon)), 2)
            self.assertEqual(hop.messages, 0)
            client.close()

    def test_settings_that_cannot_be_used_are_refused(self):
        row = '[[listener]]\nname = "in"\nkind = "smtp"\naddress = "127.0.0.1:2525"\nnext_hop = "127.0.0.1:1"\n'
        file = self.folder / "tocsin.toml"
        (self.folder / "no-key.pem").write_text("nothing")
        os.chmod(self.folder / "no-key.pem", 0o600)
        for lines, complaint in [(['tls = "offer"', f'tls_certificate = "{self.certificate[0]}"'], "tls_key"),
                                 (['xforward_from = ["here"]'], "xforward_from"),
                                 (['tls = "offer"', f'tls_certificate = "{self.certificate[0]}"',
                                   f'tls_key = "{self.folder}/no-key.pem"'], "cannot be used")]:
            file.write_text(row + "\n".join(lines))
            result = tocsin("serve", "--config", str(file), "--data", str(self.folder / "data"), "--no-system-db",
                            "--listen", "in=127.0.0.1:0")
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn(complaint, result.stderr)


if __name__ == "__main__":
    unittest.main()
