"""Who may ask the API: whoever holds the token over TCP, the daemon's own user on its socket, and no web page."""
import json
import os
import pathlib
import re
import shutil
import socket
import stat
import subprocess
import tempfile
import unittest

from api_http import bearer, over_tcp, own_socket, token_of
from tocsin_system import BUILD, Daemon, SmtpSink

PROTECTED = [("GET", "/v1/journal"), ("GET", "/v1/held"), ("GET", "/v1/orders"), ("POST", "/v1/orders"), ("GET", "/v1/status"),
             ("DELETE", "/v1/orders/x"), ("GET", "/v1/journal/x"), ("GET", "/nowhere"), ("POST", "/metrics"),
             ("GET", "/metrics/"), ("GET", "//metrics"), ("GET", "/v1/../metrics")]
PUBLIC = ["/metrics", "/health", "/ready"]
BLOCK = json.dumps({"action": "block", "subject_kind": "sender", "value": "thief@example.org", "reason": "test"})


class ApiAccess(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sink = SmtpSink()
        cls.daemon = Daemon(cls.sink, configuration='[daemon]\nhost_name = "gate.example.net"\n')
        cls.daemon.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.__exit__()
        cls.sink.stop()

    def ask(self, method, target, headers=None, body=None):
        status, answer_headers, text = over_tcp(self.daemon, method, target, headers, body)
        return status, answer_headers, text

    def test_token_file_is_private_and_long(self):
        facts = (self.daemon.data / "api-token").stat()
        self.assertEqual(stat.S_IMODE(facts.st_mode), 0o600)
        self.assertRegex(token_of(self.daemon), r"\A[A-Za-z0-9_-]{43}\Z")

    def test_without_token_nothing_but_the_public_pages(self):
        for method, target in PROTECTED:
            status, headers, text = self.ask(method, target, body=BLOCK if method == "POST" else None)
            self.assertEqual(status, 401, f"{method} {target}: {text}")
            self.assertIn("Bearer", headers["WWW-Authenticate"])
            answer = json.loads(text)
            self.assertEqual(answer["code"], "unauthorized")
            self.assertIn(str(self.daemon.data / "api-token"), answer["error"])
            self.assertNotIn(token_of(self.daemon), text)
        self.assertEqual(json.loads(own_socket(self.daemon, "GET", "/v1/orders")[2])["total"], 0)
        for target in PUBLIC:
            self.assertEqual(self.ask("GET", target)[0], 200, target)

    def test_a_word_that_is_not_known_is_refused_with_those_that_are(self):
        order = {"action": "block", "subject_kind": "sender", "value": "typo@example.org"}
        for method, target, body, expected in (
                ("GET", "/v1/journal?sendr=x", None, "sender, recipient"), ("GET", "/v1/held?sate=held", None, "state, sender"),
                ("GET", "/v1/held?state=held&state=released", None, "twice"),
                ("POST", "/v1/orders", order | {"expires_in": 60, "directoin": "inbound"}, "direction, given_by, expires_in_s"),
                ("POST", "/v1/held/x/release", {"why": "w", "agian": True}, "why, by, again")):
            status, _, text = own_socket(self.daemon, method, target, body=body and json.dumps(body))
            self.assertEqual(status, 400, f"{method} {target}: {text}")
            self.assertIn(expected, json.loads(text)["error"])
        self.assertNotIn("typo@example.org", own_socket(self.daemon, "GET", "/v1/orders?all=1")[2])
        self.assertEqual(self.ask("GET", "/ready?from=balancer")[0], 200, "an address of a public page may say anything more")

    def test_wrong_tokens(self):
        token = token_of(self.daemon)
        wrong = [token[:-1], token + "A", token.swapcase(), "A" * 43, "", token[:-1] + ("A" if token[-1] != "A" else "B")]
        for one in wrong:
            self.assertEqual(self.ask("GET", "/v1/status", bearer(one))[0], 401, one)
        for field in (f"Basic {token}", token, f"Bearer{token}", f"Bearer {token} x", f'Bearer "{token}"'):
            self.assertEqual(self.ask("GET", "/v1/status", {"Authorization": field})[0], 401, field)
        log = (self.daemon.data / "serve.log").read_text()
        self.assertIn("api.refused", log)
        self.assertNotIn(token, log)

    def test_with_token(self):
        token = token_of(self.daemon)
        for scheme in ("Bearer", "bearer"):
            status, _, text = self.ask("GET", "/v1/status", {"Authorization": f"{scheme} {token}"})
            self.assertEqual(status, 200, text)
        status, _, text = self.ask("POST", "/v1/orders", bearer(token), BLOCK)
        self.assertEqual(status, 201, text)
        order = json.loads(text)
        self.assertTrue(order["given_by"].startswith("127.0.0.1:"), order)
        self.assertEqual(self.ask("DELETE", f"/v1/orders/{order['id']}", bearer(token))[0], 200)

    def test_own_socket_needs_none(self):
        status, _, text = own_socket(self.daemon, "GET", "/v1/status")
        self.assertEqual(status, 200, text)
        self.assertEqual(stat.S_IMODE((self.daemon.data / "api.sock").stat().st_mode), 0o600)
        self.assertEqual(own_socket(self.daemon, "GET", "/metrics")[0], 200)

    def test_web_pages_are_refused(self):
        token = token_of(self.daemon)
        for target in [*PUBLIC, "/v1/status"]:
            for origin in ("https://evil.example", "null", "http://127.0.0.1"):
                status, _, text = self.ask("GET", target, {**bearer(token), "Origin": origin})
                self.assertEqual(status, 403, f"{target} {origin}: {text}")

    def test_host_must_be_ours(self):
        token = token_of(self.daemon)
        port = self.daemon.ports["api"]
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "localhost.evil.example", "localhost:x",
                     "[::1", "", "127.0.0.1:80@evil.example"):
            for target in ("/v1/status", "/metrics"):
                status, _, text = self.ask("GET", target, {**bearer(token), "Host": host})
                self.assertIn(status, (400, 403), f"{host}: {text}")
        for host in ("127.0.0.1", f"127.0.0.1:{port}", "localhost", f"LOCALHOST:{port}", "[::1]:1", "192.0.2.1",
                     "gate.example.net"):
            self.assertEqual(self.ask("GET", "/v1/status", {**bearer(token), "Host": host})[0], 200, host)

    def test_two_host_fields_or_none(self):
        for fields in ("", f"Host: localhost\r\nHost: evil.example\r\n", "Host: evil.example\r\nHost: localhost\r\n"):
            with socket.create_connection(("127.0.0.1", self.daemon.ports["api"]), timeout=10) as client:
                client.sendall(f"GET /metrics HTTP/1.1\r\n{fields}Connection: close\r\n\r\n".encode())
                self.assertRegex(client.recv(65536).split(b"\r\n")[0], rb"HTTP/1.1 (400|403)", fields)

    def test_a_refusal_ends_the_connection(self):
        with socket.create_connection(("127.0.0.1", self.daemon.ports["api"]), timeout=10) as client:
            client.sendall(b"GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2)
            data = b""
            while piece := client.recv(65536):
                data += piece
        self.assertEqual(data.count(b"HTTP/1.1 401"), 1, data)


    def test_who_is_still_sending_reads_why_it_is_refused(self):
        """413 and 401 come while the request does: a connection that is just closed would be reset, and the answer lost."""
        port, body = self.daemon.ports["api"], b"x" * (6 << 20)
        head = b"POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
        for expected, request in ((b"413", head + str(len(body)).encode() + b"\r\n\r\n" + body),
                                  (b"401", (head + b"2\r\n\r\n{}") * 100_000)):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
                client.sendall(request)
                self.assertEqual(client.makefile("rb").read().split(b" ", 2)[1], expected)


class TokenFile(unittest.TestCase):
    def setUp(self):
        self.sink = SmtpSink()
        self.data = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-test-"))

    def tearDown(self):
        self.sink.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def refused_start(self):
        command = [str(BUILD / "tocsin"), "serve", "--data", str(self.data), "--no-system-db"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(result.returncode, 2, result.stderr)
        return result.stderr

    def test_stays_the_same_and_may_be_chosen(self):
        chosen = "chosen-by-the-operator_0123456789abcdef"
        (self.data / "api-token").write_text(chosen + "\n")
        os.chmod(self.data / "api-token", 0o600)
        with Daemon(self.sink, data=self.data, keep_data=True) as daemon:
            self.assertEqual(over_tcp(daemon, "GET", "/v1/status", bearer(chosen))[0], 200)
        self.assertEqual((self.data / "api-token").read_text(), chosen + "\n")

    def test_a_file_that_others_read_or_that_holds_no_token_stops_the_start(self):
        place = self.data / "api-token"
        for text, mode, words in (("a" * 43, 0o640, "others may read"), ("short", 0o600, "this is no token"),
                                  ("", 0o600, "this is no token"), ("with space " * 4, 0o600, "this is no token")):
            place.write_text(text)
            os.chmod(place, mode)
            self.assertTrue(re.search(words, self.refused_start()), words)
        place.unlink()
        place.symlink_to("/dev/null")
        self.assertIn("api-token", self.refused_start())


if __name__ == "__main__":
    unittest.main()
