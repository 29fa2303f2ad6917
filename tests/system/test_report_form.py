"""The form for reports: what a browser sends becomes a report; what an attacker sends becomes an error, and harms nobody else."""
import binascii
import http.client
import io
import re
import socket
import tempfile
import time
import unittest
import zipfile
from pathlib import Path

from api_http import call
from openapi_check import Document
from test_response import PEOPLE, wedding_photo
from tocsin_system import Daemon, SmtpSink, tocsin

CONFIGURATION = """
[banner]
contact = "Call 4711 at any hour."

[respond]
people = "{people}"
notices_from = "security@esp.example"

[[listener]]
name = "form"
kind = "report_form"
address = "127.0.0.1:0"
{listener}
"""
BODY_MAX, AT_ONCE, PER_CLIENT = 16 << 20, 10, 8  # limits::form_*
PLAIN = (b"From: a@mail.example\r\nTo: staff1@esp.example\r\nSubject: odd\r\nMessage-ID: <odd@mail.example>\r\n"
         b"Received: from mail.example by mx.esp.example; Mon, 02 Mar 2026 09:00:00 +0000\r\n\r\nPlease look at this.\r\n")


def encode(fields, files=(), boundary="----WebKitFormBoundaryq3Xw7"):
    """(content type, body) as a browser writes them; `files`: (field, file name, bytes)."""
    body = b"".join(f"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n".encode() +
                    value.replace("\n", "\r\n").encode() + b"\r\n" for name, value in fields.items())
    for name, file_name, data in files:
        body += (f"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n"
                 "Content-Type: application/octet-stream\r\n\r\n").encode() + data + b"\r\n"
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()



def binascii_lines(content):
    """As uuencode writes a file."""
    lines = [binascii.b2a_uu(content[at:at + 45]).decode() for at in range(0, len(content), 45)][:110]
    return "begin 644 a.eml\n" + "".join(lines) + "`\nend\n"


class Form(unittest.TestCase):
    listener = ""

    def setUp(self):
        self.sink = SmtpSink()
        self.addCleanup(self.sink.stop)
        folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tocsin-test-")))
        (folder / "people.toml").write_text(PEOPLE)
        text = CONFIGURATION.replace("{people}", str(folder / "people.toml")).replace("{listener}", self.listener)
        self.daemon = Daemon(self.sink, configuration=text)
        self.daemon.__enter__()
        self.addCleanup(lambda: self.daemon.__exit__(None, None, None))
        self.document = Document()

    def ask(self, method, path, headers=None, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.ports["form"], timeout=60)
        status, answer_headers, text = call(connection, method, path, headers or {}, body)
        self.assertIn("default-src 'none'", answer_headers["Content-Security-Policy"])
        self.assertEqual(self.document.answer_problems(method, "/", status, answer_headers["Content-Type"], text), [])
        return status, text, answer_headers

    def send(self, fields, files=(("file", "", b""),), headers=None):
        fields = {"source": "", "deed": "none", "words": "", "address": "", "token": "", **fields}
        content_type, body = encode(fields, files)
        return self.ask("POST", "/", {"Content-Type": content_type, "Sec-Fetch-Site": "same-origin", **(headers or {})}, body)

    def reported(self, fields, files=(("file", "", b""),), wait=True):
        """Sends, and returns the report when a reader has read it."""
        status, text, _ = self.send(fields, files)
        self.assertEqual(status, 201, text)
        name = re.search(r"<code>([\w-]+)</code>", text).group(1)
        deadline = time.monotonic() + 60
        while "judged_as" not in (report := self.daemon.command("report", "show", name, "--json")) and wait:
            self.assertLess(time.monotonic(), deadline, "nobody reads it")
            time.sleep(0.1)
        return report

    def incidents(self):
        return self.daemon.command("incident", "list", "--json", "--state", "all")["incidents"]

    def wait_for(self, ready, what):
        deadline = time.monotonic() + 60
        while not (found := ready()):
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.1)
        return found

    def log_text(self):
        return (self.daemon.data / "serve.log").read_text()


class Reports(Form):
    def test_the_form_works_without_a_script_and_answers_nothing_else(self):
        status, text, headers = self.ask("GET", "/")
        self.assertEqual(status, 200)
        self.assertNotIn("<script", text)
        self.assertNotIn("script-src", headers["Content-Security-Policy"])
        for name in ("file", "source", "deed", "words", "address", "token"):
            self.assertIn(f'name="{name}"', text)
        self.assertIn('enctype="multipart/form-data"', text)
        for method, path in (("GET", "/v1/status"), ("GET", "/metrics"), ("POST", "/v1/reports"), ("GET", "/v1/openapi.json"),
                             ("DELETE", "/"), ("GET", "/index.html"), ("POST", "/x")):
            self.assertEqual(self.ask_other(method, path), 404, path)
        self.assertEqual(self.incidents(), [])

    def ask_other(self, method, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.ports["form"], timeout=60)
        return call(connection, method, path, {}, "x" if method == "POST" else None)[0]

    def test_a_file_is_evidence_and_hostile_mail_that_the_gate_saw_is_verified(self):
        self.daemon.send("inbound", "friend@stranger.example", ["staff1@esp.example"], wedding_photo())
        report = self.reported({"address": "staff1@esp.example", "words": "He wants me to open it <b>", "deed": "opened_file"},
                               [("file", "photos.eml", wedding_photo())])
        self.assertEqual((report["way"], report["grade"], report["judged_as"]), ("web", "raw", "malware"))
        self.assertEqual((report["authenticated"], report["reporter"]), (False, "staff1@esp.example"))
        self.assertEqual(report["deed"], "opened_file")
        self.assertIn("He wants me to open it <b>", report["note"])
        self.wait_for(lambda: [one for one in self.incidents() if one["verdict"] == "malicious"], "it is not verified")
        # The address was written into a form by whoever liked to: nobody is told there what came of it.
        time.sleep(2)
        self.assertFalse([one for one in self.sink.delivered if one.recipients == ["staff1@esp.example"]
                          and b"thank" in one.content.lower()])

    def test_other_kinds_of_files(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("mail/photos.eml", wedding_photo(number=2))
        report = self.reported({}, [("file", "mail.zip", packed.getvalue())])
        self.assertEqual((report["judged_as"], report["reporter"]), ("malware", ""))

    def test_a_pasted_source_proves_no_more_than_words(self):
        report = self.reported({"source": wedding_photo(number=3).decode(), "address": "staff1@esp.example"})
        self.assertEqual((report["grade"], report["judged_as"], report["way"]), ("text_only", "malware", "web"))
        summary, = self.wait_for(self.incidents, "no incident")
        self.assertEqual(summary["verdict"], "unknown", "what somebody pasted was believed without a person")

    def test_words_with_a_packed_mail_in_them_are_words(self):
        packed = binascii_lines(wedding_photo(number=4))
        report = self.reported({"words": packed, "address": "eve@esp.example"})
        self.assertIn(report["grade"], ("unread", "text_only"))

    def test_a_long_source_is_not_shown_again(self):
        status, text, _ = self.send({"source": '"' * (4 << 20), "deed": "nonsense"})
        self.assertEqual(status, 400)
        self.assertLess(len(text), 64 << 10)

    def test_words_alone_go_to_the_desk(self):
        words = "The boss wants gift cards.\nFrom: boss@evil.example\n\n<script>alert(1)</script> äöü"
        report = self.reported({"words": words, "address": "eve@esp.example"})
        self.assertNotEqual(report["grade"], "raw")
        self.assertIn("gift cards", report["note"])
        summary, = self.wait_for(lambda: self.daemon.command("incident", "list", "--json", "--state", "desk")["incidents"],
                                 "the desk has nothing to do")
        self.assertEqual(summary["verdict"], "unknown")

    def test_words_give_the_incident_its_title(self):
        words = "A call about gift cards, and http://evil.example/\nIt was a man."
        report = self.reported({"words": words})
        self.assertEqual(report["grade"], "text_only")
        summary, = self.wait_for(self.incidents, "no incident")
        self.assertEqual(summary["title"], "Reported in words: A call about gift cards, and hxxp://evil[.]example/")

    def test_a_token_says_who_it_is(self):
        made = self.daemon.command("token", "make", "staff1@esp.example", "--role", "employee", "--json")["token"]
        report = self.reported({"words": "odd", "token": made})
        self.assertEqual((report["reporter"], report["authenticated"]), ("staff1@esp.example", True))
        status, text, _ = self.send({"words": "odd", "token": made, "address": "other@esp.example"})
        self.assertEqual(status, 403)
        self.assertIn("reports for staff1@esp.example alone", text)
        status, text, _ = self.send({"words": "odd <b>", "token": "A" * 43})
        self.assertEqual(status, 403)
        self.assertIn("This token is wrong, revoked or too old", text)
        self.assertIn("odd &lt;b&gt;", text, "what was written is still there")
        self.assertNotIn("A" * 43, text)
        self.assertNotIn(made, self.log_text())

    def test_what_is_wrong_is_told_and_nothing_is_stored(self):
        for fields, files, expected in (
                ({}, [("file", "", b"")], "Nothing was filled in"),
                ({"address": "nobody"}, [("file", "a.eml", PLAIN)], "no mail address"),
                ({"source": "x"}, [("file", "a.eml", PLAIN)], "a file, and a pasted mail"),
                ({}, [("file", "a.eml", b"")], "The file is empty"),
                ({"deed": "all", "words": "x"}, (), "choose one of the four"), ({"colour": "x"}, (), "not known here"),
                ({"words": "x" * 8193}, (), "a long text")):
            status, text, _ = self.send(fields, files)
            self.assertEqual(status, 400, text)
            self.assertIn(expected, text)
            self.assertIn("Nothing was sent yet", text)
        self.assertEqual(self.incidents(), [])

    def test_what_to_do_at_once_is_said(self):
        for deed, expected in (("none", None), ("clicked", "Close the page"), ("opened_file", "network cable"),
                               ("gave_credentials", "Change that password now")):
            _, text, _ = self.send({"words": "odd", "deed": deed})
            self.assertEqual("Please do this now" in text, expected is not None)
            self.assertIn(expected or "it has arrived", text)
            self.assertIn("Call 4711", text)

    def test_a_page_elsewhere_sends_nothing(self):
        status, text, _ = self.send({"words": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
        self.assertEqual(status, 403, text)
        self.assertEqual(self.incidents(), [])
        self.assertIn("report.form_refused", self.log_text())

    def test_a_flood_of_reports_is_slowed_down(self):
        answers = [self.send({"words": f"report {number}"}) for number in range(AT_ONCE + 2)]
        self.assertEqual([status for status, _, _ in answers], [201] * AT_ONCE + [429] * 2)
        self.assertTrue(1 <= int(answers[-1][2]["Retry-After"]) <= 60)
        self.assertIn("Please wait", answers[-1][1])
        self.assertEqual(self.ask("GET", "/")[0], 200, "looking at the form is free")


class Hostile(Form):
    """Nothing here is a report, and after all of it the form still works."""

    def tearDown(self):
        self.assertEqual(self.ask("GET", "/")[0], 200)
        self.assertIsNone(self.daemon.process.poll(), "the daemon ended")

    def raw(self, data, read=True, timeout=60):
        with socket.create_connection(("127.0.0.1", self.daemon.ports["form"]), timeout=timeout) as client:
            client.sendall(data)
            return client.makefile("rb").read() if read else b""

    def request(self, body, content_type, length=None):
        return (f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\n"
                f"Content-Length: {len(body) if length is None else length}\r\n\r\n").encode() + body

    def test_files_that_attack_the_reader(self):
        """Each is stored and left to a confined reader, which answers or is stopped; the desk has it either way."""
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(4):
                archive.writestr(f"{number}.eml", b"A" * (24 << 20))
        nested = b"Content-Type: message/rfc822\r\n\r\n" * 2000
        for name, data in (("bomb.zip", bomb.getvalue()), ("nested.eml", nested), ("../../etc/passwd\x00.eml", b"\xff" * 4096),
                           ("ole.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 8192),
                           ("half.zip", bomb.getvalue()[:700])):
            status, text, _ = self.send({"words": "odd"}, [("file", name, data)])
            self.assertEqual(status, 201, (name, text))
        self.wait_for(lambda: len(re.findall("report.taken", self.log_text())) == 5, "they are not taken")
        report = self.reported({}, [("file", "photos.eml", wedding_photo())])
        self.assertEqual(report["judged_as"], "malware", "the next report is not read")
        self.assertFalse(list(self.daemon.data.rglob("*passwd*")))

    def test_a_file_that_is_too_large(self):
        content_type, body = encode({}, [("file", "big.eml", b"x" * BODY_MAX)])
        answer = self.raw(self.request(body, content_type))
        self.assertTrue(answer.startswith(b"HTTP/1.1 413"), answer[:100])
        self.assertIn(b"Up to 16 MB can be sent here", answer)
        answer = self.raw(self.request(b"", content_type, length=1 << 40))
        self.assertTrue(answer.startswith(b"HTTP/1.1 413"), answer[:100])
        content_type, body = encode({"words": "x"}, [("file", "a.eml", PLAIN + b"x" * (BODY_MAX - 4096))])
        self.assertTrue(self.raw(self.request(body, content_type)).startswith(b"HTTP/1.1 201"))

    def test_half_an_upload_is_no_report(self):
        content_type, body = encode({"words": "x"}, [("file", "a.eml", PLAIN * 100)])
        whole = self.request(body, content_type)
        for length in (10, len(whole) // 3, len(whole) - 1):
            self.raw(whole[:length], read=False)
        # Whole for HTTP, and a form that ends early.
        for end in (3, 40, len(body) // 2):
            answer = self.raw(self.request(body[:-end], content_type))
            self.assertTrue(answer.startswith(b"HTTP/1.1 400"), answer[:100])
            self.assertIn(b"Load the page again", answer)
        time.sleep(1)
        self.assertNotIn("report.taken", self.log_text())

    def test_what_is_no_form(self):
        many = b"--a\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n\r\n" * 50 + b"--a--"
        for content_type, body, status in (
                ("application/x-www-form-urlencoded", b"words=x", b"415"), ("application/json", b"{}", b"415"), ("", b"", b"415"),
                ("multipart/form-data", b"x", b"400"), ("multipart/form-data; boundary=" + "a" * 5000, b"x", b"400"),
                ("multipart/form-data; boundary=a", b"--a\r\n" * 5000, b"400"),
                ("multipart/form-data; boundary=a", many, b"400")):
            answer = self.raw(self.request(body, content_type))
            self.assertEqual(answer.split(b" ", 2)[1], status, answer[:200])
        self.assertNotIn("report.taken", self.log_text())


class Slow(Form):
    listener = "timeout_s = 3"

    def test_slow_clients_keep_nobody_out(self):
        content_type, body = encode({"words": "x"})
        head = f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        slow = [socket.create_connection(("127.0.0.1", self.daemon.ports["form"]), timeout=30) for _ in range(PER_CLIENT)]
        self.addCleanup(lambda: [one.close() for one in slow])
        for one in slow:
            one.sendall(head.encode() + body[:20])
        # One client has all the places that one may have: another one of the same address is told so.
        with socket.create_connection(("127.0.0.1", self.daemon.ports["form"]), timeout=30) as client:
            answer = client.makefile("rb").read()
        self.assertTrue(answer.startswith(b"HTTP/1.1 503"), answer[:100])
        self.assertIn(b"Please wait a minute", answer)
        # Another address has its own places.
        with socket.create_connection(("127.0.0.1", self.daemon.ports["form"]), 30, ("127.0.0.2", 0)) as other:
            other.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertTrue(other.makefile("rb").read().startswith(b"HTTP/1.1 200"))
        begun = time.monotonic()
        for one in slow:
            self.assertEqual(one.recv(1), b"", "a silent client is left")
        self.assertLess(time.monotonic() - begun, 20)
        self.assertEqual(self.ask("GET", "/")[0], 200)
        self.assertIn("session.timed_out", self.log_text())
        self.assertNotIn("report.taken", self.log_text())


class BehindWebServer(Form):
    listener = 'forwarded_from = ["127.0.0.1"]'

    def test_each_client_behind_a_web_server_has_its_own_rate(self):
        def status(number, address):
            return self.send({"words": f"report {number}"}, headers={"X-Forwarded-For": f"10.9.9.9, {address}"})[0]
        self.assertEqual([status(number, "192.0.2.1") for number in range(AT_ONCE + 1)], [201] * AT_ONCE + [429])
        self.assertEqual(status(99, "192.0.2.2"), 201)
        self.assertRegex(self.log_text(), r"report.form_refused.*192\.0\.2\.1")


class NoPeople(unittest.TestCase):
    def test_without_people_nobody_would_take_a_report_and_the_start_says_so(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tocsin-test-")))
        (folder / "tocsin.toml").write_text('[[listener]]\nkind = "report_form"\naddress = "127.0.0.1:0"\n')
        result = tocsin("config", "check", "--config", str(folder / "tocsin.toml"))
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("report_form", result.stdout + result.stderr)
        self.assertIn("respond.people", result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
