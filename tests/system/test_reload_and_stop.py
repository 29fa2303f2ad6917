"""Reload under load loses no session and takes new certificates; a stop lets every session finish what it began."""
import http.client
import json
import os
import pathlib
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

import demo_mail
from api_http import call, metrics
from tocsin_system import Daemon, SmtpSink

MAIL = demo_mail.plain("a@example.org", "b@example.com", "hello", "text")
RELOADS = 5


class SmtpSession:
    """A session that goes on step by step."""

    def __init__(self, daemon, direction="inbound"):
        self.client = smtplib.SMTP("127.0.0.1", daemon.ports[direction], timeout=60)
        self.client.ehlo("client.example")

    def envelope(self):
        return self.client.mail("a@example.org")[0], self.client.rcpt("b@example.com")[0]

    def begin_content(self, content=MAIL):
        """DATA, and the first half of the content."""
        code, _ = self.client.docmd("DATA")
        assert code == 354, code
        self.rest = content[len(content) // 2:]
        self.client.sock.sendall(content[:len(content) // 2])

    def end_content(self):
        self.client.sock.sendall(self.rest + (b"" if self.rest.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        return self.client.getreply()

    def close(self):
        self.client.close()


class Case(unittest.TestCase):
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
            time.sleep(0.02)

    @staticmethod
    def log(daemon):
        return (daemon.data / "serve.log").read_text()

    def reload(self, daemon, outcome="serve.reloaded"):
        before = self.log(daemon).count(outcome + " ")
        daemon.reload()
        self.wait_for(lambda: self.log(daemon).count(outcome + " ") > before, outcome)


class Reload(Case):
    def test_no_session_is_lost_under_load(self):
        with Daemon(self.sink) as daemon:
            answers, stop = [], threading.Event()
            workers = [threading.Thread(target=self.send_until, args=(daemon, way, answers, stop))
                       for way in ("inbound", "outbound")]
            for worker in workers:
                worker.start()
            sessions = [SmtpSession(daemon) for _ in range(3)]
            check = http.client.HTTPConnection("127.0.0.1", daemon.ports["check"], timeout=30)
            self.assertEqual(self.ask(check), 200)
            self.assertEqual(sessions[1].envelope(), (250, 250))
            self.assertEqual(sessions[2].envelope(), (250, 250))
            sessions[2].begin_content()
            for _ in range(RELOADS):
                self.reload(daemon)
            self.assertEqual(sessions[2].end_content()[0], 250)
            sessions[1].begin_content()
            self.assertEqual(sessions[1].end_content()[0], 250)
            self.assertEqual(sessions[0].envelope(), (250, 250))
            self.assertEqual(self.ask(check), 200, "the same connection goes on")
            stop.set()
            for worker in workers:
                worker.join()
            for session in sessions:
                session.close()
            check.close()
            self.assertGreater(len(answers), 10)
            self.assertEqual(set(answers), {250}, f"{len(answers)} messages while {RELOADS} reloads went on")
            self.assertEqual(metrics(daemon).value("tocsin_engine_reloads_total"), RELOADS)
            self.assertEqual(len(self.sink.delivered), len(answers) + 2)
            self.assertNotIn("reader.died", self.log(daemon))

    @staticmethod
    def ask(connection):
        connection.request("POST", "/checkv2", MAIL, {"From": "a@example.org", "Rcpt": "b@example.com", "IP": "192.0.2.1"})
        answer = connection.getresponse()
        answer.read()
        return answer.status

    @staticmethod
    def send_until(daemon, direction, answers, stop):
        while not stop.is_set():
            answers.append(daemon.send(direction, "a@example.org", ["b@example.com"], MAIL)[0])

    def test_many_hangups_at_once_are_one_reload_more(self):
        with Daemon(self.sink) as daemon:
            for _ in range(20):
                daemon.process.send_signal(signal.SIGHUP)
            self.wait_for(lambda: "serve.reloaded" in self.log(daemon), "a reload")
            time.sleep(1)
            self.assertLessEqual(self.log(daemon).count("serve.reloaded"), 4)
            self.assertEqual(daemon.send("inbound", "a@example.org", ["b@example.com"], MAIL)[0], 250)


    def test_what_counts_at_once_and_what_waits_for_a_restart(self):
        """daemon.host_name waits, everywhere; unscannable.retry_window_s does not."""
        odd = demo_mail.two_types("a@example.org", "b@example.com")
        with Daemon(self.sink, configuration='[daemon]\nhost_name = "one.example"\n') as daemon:
            daemon.configuration = '[daemon]\nhost_name = "one.example"\n[unscannable]\nretry_window_s = 3600\n'
            daemon.write_configuration()
            self.reload(daemon)
            self.assertNotIn("serve.restart_needed", self.log(daemon))
            daemon.configuration = '[daemon]\nhost_name = "one.example"\n[judge]\ninbound_phish_points = 100\n'
            daemon.write_configuration()
            self.reload(daemon)
            self.assertIn("[judge]", self.log(daemon))
            daemon.configuration = '[daemon]\nhost_name = "two.example"\n'
            daemon.write_configuration()
            self.reload(daemon)
            self.assertIn("serve.restart_needed", self.log(daemon))
            with smtplib.SMTP("127.0.0.1", daemon.ports["inbound"], timeout=30) as client:
                self.assertIn(b"one.example", client.ehlo("client.example")[1])
            self.assertEqual(daemon.send("inbound", "a@example.org", ["b@example.com"], odd)[0], 250)
        self.assertIn(b"MIME-Ambiguity-Results: one.example;", self.sink.delivered[-1].content)


class Certificates(Case):
    def make_certificate(self, name):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                        "-keyout", str(self.folder / "key.pem"), "-out", str(self.folder / "certificate.pem"),
                        "-subj", f"/CN={name}"], check=True, capture_output=True)

    @staticmethod
    def unverified():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def encrypted(self, daemon):
        client = smtplib.SMTP("127.0.0.1", daemon.ports["inbound"], timeout=30)
        client.ehlo("client.example")
        self.assertEqual(client.starttls(context=self.unverified())[0], 220)
        client.ehlo("client.example")
        return client

    def name_served(self, daemon):
        with self.encrypted(daemon) as client:
            der = client.sock.getpeercert(binary_form=True)
        pem = ssl.DER_cert_to_PEM_cert(der)
        return subprocess.run(["openssl", "x509", "-noout", "-subject"], input=pem, capture_output=True, text=True,
                              check=True).stdout.strip().removeprefix("subject=").replace(" ", "")

    def test_a_renewed_certificate_is_served_after_a_reload(self):
        self.make_certificate("first.example")
        tls = f'tls = "offer"\ntls_certificate = "{self.folder}/certificate.pem"\ntls_key = "{self.folder}/key.pem"'
        with Daemon(self.sink, smtp=tls) as daemon:
            self.assertEqual(self.name_served(daemon), "CN=first.example")
            old = self.encrypted(daemon)
            self.make_certificate("second.example")
            self.assertEqual(self.name_served(daemon), "CN=first.example", "not before the reload")
            self.reload(daemon)
            self.assertEqual(self.name_served(daemon), "CN=second.example")
            self.assertEqual(old.sendmail("a@example.org", ["b@example.com"], MAIL), {}, "a session keeps what it began with")
            old.quit()
            # What cannot be read leaves the certificate in force, and the log says why.
            (self.folder / "certificate.pem").write_text("no certificate")
            self.reload(daemon, "serve.reload_failed")
            self.assertEqual(self.name_served(daemon), "CN=second.example")
            self.assertIn("certificate", self.log(daemon).split("serve.reload_failed")[1])


    def test_a_reload_counts_as_a_whole_or_not_at_all(self):
        self.make_certificate("first.example")
        tls = f'tls = "offer"\ntls_certificate = "{self.folder}/certificate.pem"\ntls_key = "{self.folder}/key.pem"'
        with Daemon(self.sink, smtp=tls) as daemon:
            daemon.configuration = '[[policy]]\ndirection = "inbound"\nverdicts = ["clean"]\ndisposition = "reject"\n'
            daemon.write_configuration()
            (self.folder / "certificate.pem").write_text("no certificate")
            self.reload(daemon, "serve.reload_failed")
            self.assertEqual(daemon.send("inbound", "a@example.org", ["b@example.com"], MAIL)[0], 250)
            self.make_certificate("second.example")
            self.reload(daemon)
            self.assertEqual(daemon.send("inbound", "a@example.org", ["b@example.com"], MAIL)[0], 550)


class Stop(Case):
    def stop_in_background(self, daemon):
        daemon.process.send_signal(signal.SIGTERM)
        self.wait_for(lambda: "serve.stopping" in self.log(daemon), "the daemon to begin to stop")

    def refused(self, port):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return False
        except ConnectionRefusedError:
            return True

    def test_messages_that_were_begun_are_answered(self):
        with Daemon(self.sink) as daemon:
            idle, begun, other_way = SmtpSession(daemon), SmtpSession(daemon), SmtpSession(daemon, "outbound")
            for session in (begun, other_way):
                self.assertEqual(session.envelope(), (250, 250))
                session.begin_content()
            check = socket.create_connection(("127.0.0.1", daemon.ports["check"]), timeout=30)
            head = f"POST /checkv2 HTTP/1.1\r\nHost: localhost\r\nFrom: a@example.org\r\nContent-Length: {len(MAIL)}\r\n\r\n"
            check.sendall(head.encode() + MAIL[:20])
            time.sleep(0.2)
            self.stop_in_background(daemon)
            self.assertTrue(idle.client.getreply()[0] == 421, "who has nothing under way is told goodbye")
            for port in ("inbound", "outbound", "check", "milter", "clamd", "api"):
                self.wait_for(lambda where=daemon.ports[port]: self.refused(where), f"{port} to be closed")
            self.assertIsNone(daemon.process.poll(), "it waits for those who have")
            for session in (begun, other_way):
                self.assertEqual(session.end_content()[0], 250)
            check.sendall(MAIL[20:])
            self.assertIn(b"HTTP/1.1 200", check.recv(65536))
            self.assertEqual(daemon.process.wait(30), 0)
            self.assertEqual(daemon.stop(), 0)
            for one in (idle, begun, other_way, check):
                one.close()
        self.assertEqual(len(self.sink.delivered), 2)

    def test_the_grace_ends(self):
        with Daemon(self.sink, configuration="[daemon]\nstop_grace_s = 1\n") as daemon:
            stuck = SmtpSession(daemon)
            stuck.envelope()
            stuck.begin_content()
            begin = time.monotonic()
            self.assertEqual(daemon.stop(), 0)
            self.assertLess(time.monotonic() - begin, 6)
            self.assertGreater(time.monotonic() - begin, 0.9)
            stuck.close()
        self.assertEqual(self.sink.delivered, [])


    def test_the_grace_is_for_a_reload_too(self):
        """Engines that load without end do not keep a daemon that is to stop."""
        rules = self.folder / "own.yar"
        rules.write_text("rule Never { condition: false }")
        settings = f'[daemon]\nstop_grace_s = 1\n[scan]\nyara = ["{rules}"]\n'
        with Daemon(self.sink, configuration=settings) as daemon:
            rules.unlink()
            os.mkfifo(rules)
            daemon.reload()
            self.wait_for(lambda: "serve.reloading" in self.log(daemon), "a reload to begin")
            time.sleep(0.5)
            begin = time.monotonic()
            self.assertEqual(daemon.stop(), 0)
            self.assertLess(time.monotonic() - begin, 6)


class JsonLog(Case):
    def test_every_line_is_an_object(self):
        settings = f'[daemon]\nlog_format = "json"\nlog_level = "warning"\n[scan]\ndatabases = ["{self.folder}"]\n'
        with Daemon(self.sink, configuration=settings) as daemon:
            daemon.send("inbound", 'a"b\\@example.org', ["b@example.com"], MAIL)
            connection = http.client.HTTPConnection("127.0.0.1", daemon.ports["api"], timeout=30)
            call(connection, "GET", "/v1/x%22%0A%C3%BC%FF")
            self.assertEqual(daemon.stop(), 0)
            events = [json.loads(line) for line in self.log(daemon).splitlines()]
        names = [event["event"] for event in events]
        self.assertIn("api.refused", names)
        self.assertIn("clamav.database_missing", names, "the readers' template speaks JSON too")
        self.assertNotIn("message.judged", names, "info is below warning")
        refused = events[names.index("api.refused")]
        self.assertEqual(refused["path"], '/v1/x"\n\u00fc\ufffd')
        self.assertEqual(refused["level"], "warning")
        self.assertRegex(refused["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


if __name__ == "__main__":
    unittest.main()
