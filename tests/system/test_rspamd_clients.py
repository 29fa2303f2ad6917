"""The real rspamc, and HTTP requests like those of other clients of rspamd, against Tocsin's check door."""
import gzip
import http.client
import json
import subprocess
import unittest

import demo_mail
from real_programs import need
from tocsin_system import Daemon, SmtpSink

CLEAN = demo_mail.plain("a@far.example", "b@corp.example", "Lunch", "At noon?")
BAD = demo_mail.infected("a@far.example", "b@corp.example")
ODD = demo_mail.two_types("a@far.example", "b@corp.example")
TOCSIN = """[[customer]]
name = "Shop Ltd"
logins = ["shop-*"]
"""


class CheckDoor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        sink = SmtpSink()
        cls.addClassCleanup(sink.stop)
        cls.daemon = Daemon(sink, configuration=TOCSIN)
        cls.daemon.__enter__()
        cls.addClassCleanup(cls.daemon.__exit__)

    def newest(self):
        row = self.daemon.command("journal", "list", "--limit", "1", "--json")["records"][0]
        return self.daemon.command("journal", "show", row["id"], "--json")


class Rspamc(CheckDoor):
    @classmethod
    def setUpClass(cls):
        need("rspamc")
        super().setUpClass()

    def rspamc(self, content, *words):
        """(exit code, standard output) of rspamc."""
        command = ["rspamc", "-h", f"127.0.0.1:{self.daemon.ports['check']}", "-t", "60", *words]
        result = subprocess.run(command, input=content, capture_output=True, timeout=90, check=False)
        return result.returncode, result.stdout.decode()

    def reply(self, content, *words):
        code, told = self.rspamc(content, "--json", *words)
        self.assertEqual(code, 0, told)
        return json.loads(told)

    def test_people_read_it(self):
        code, told = self.rspamc(CLEAN)
        self.assertEqual(code, 0)
        for line in ("Action: no action", "Spam: false", "Score: 0.00 / 15.00", "Symbol: TOCSIN_CLEAN (0.00)"):
            self.assertIn(line + "\n", told)
        _, told = self.rspamc(BAD)
        for line in ("Action: reject", "Spam: true", "Score: 20.00 / 15.00", "Symbol: TOCSIN_MALWARE (20.00)",
                     "Symbol: TOCSIN_TEST_EICAR (0.00)"):
            self.assertIn(line + "\n", told)
        self.assertIn("Message - smtp_message: refused: The attachment", told)

    def test_programs_read_it(self):
        clean, bad, odd = (self.reply(content) for content in (CLEAN, BAD, ODD))
        self.assertEqual([reply["action"] for reply in (clean, bad, odd)], ["no action", "reject", "add header"])
        self.assertEqual([reply["score"] for reply in (clean, bad, odd)], [0, 20, 8])
        for reply in (clean, bad, odd):
            self.assertEqual((reply["is_skipped"], reply["required_score"]), (False, 15))
            self.assertEqual(sum(symbol["metric_score"] for symbol in reply["symbols"].values()), reply["score"])
            for name, symbol in reply["symbols"].items():
                self.assertEqual((symbol["name"], symbol["score"]), (name, symbol["metric_score"]))
                self.assertTrue(symbol["description"])
        self.assertEqual(clean["messages"], {})
        self.assertIn(bad["tocsin"]["record"], bad["messages"]["smtp_message"])
        self.assertIn("X-Tocsin-Verdict", clean["milter"]["add_headers"])
        self.assertIn("MIME-Ambiguity-Results", odd["milter"]["add_headers"])
        self.assertEqual(odd["symbols"]["TOCSIN_AMBIGUOUS"]["score"], 8)

    def test_forged_fields_are_to_be_removed(self):
        forged = (b"X-Spam-Status: No\r\nx-tocsin-verdict: clean\r\nX-Tocsin-Trust:\r\n me\r\n"
                  b"X-Tocsin-Verdict : clean\r\nX-TOCSIN-VERDICT: clean\r\n")
        self.assertEqual(self.reply(forged + CLEAN)["milter"]["remove_headers"],
                         {"X-Spam-Status": 0, "x-tocsin-verdict": 0, "X-Tocsin-Trust": 0})
        self.assertNotIn("remove_headers", self.reply(CLEAN)["milter"])
        # Mail of a customer is not changed, as at the other doors.
        self.assertNotIn("remove_headers", self.reply(forged + CLEAN, "-u", "shop-7").get("milter", {}))

    def test_the_envelope_is_in_the_record(self):
        self.reply(CLEAN, "-F", "a@far.example", "-r", "b@corp.example", "-r", "c@corp.example", "-i", "192.0.2.9",
                   "--helo", "mx.far.example", "--hostname", "mx9.far.example", "--header", "Queue-ID=4Xy1")
        record = self.newest()
        self.assertEqual((record["mail_from"], record["recipients"]), ("a@far.example", ["b@corp.example", "c@corp.example"]))
        self.assertEqual((record["client_ip"], record["helo"], record["client_name"]), ("192.0.2.9", "mx.far.example",
                         "mx9.far.example"))
        self.assertEqual((record["queue_id"], record["direction"], record["listener"]), ("4Xy1", "inbound", "check"))
        self.reply(CLEAN, "-d", "d@corp.example")
        self.assertEqual(self.newest()["recipients"], ["d@corp.example"])

    def test_a_login_is_outbound_and_a_customer(self):
        reply = self.reply(ODD, "-F", "a@shop.example", "-u", "shop-7", "-i", "192.0.2.9")
        self.assertEqual((reply["action"], reply["reject"], reply["tocsin"]["disposition"]), ("reject", "quarantine", "hold"))
        self.assertTrue(reply["messages"]["smtp_message"].startswith("refused: the message can be read in more than one way"))
        record = self.newest()
        self.assertEqual((record["direction"], record["customer"], record["sasl_login"]), ("outbound", "Shop Ltd", "shop-7"))
        self.assertEqual(self.reply(CLEAN, "-u", "nobody-knows")["tocsin"]["customer"], "(unknown)")

    def test_a_large_message(self):
        film = demo_mail.with_attachment("a@x.example", "b@x.example", "Film", "film.bin", "application/octet-stream",
                                         bytes(24 << 20))
        self.assertEqual(self.reply(film)["action"], "no action")
        self.assertGreater(self.newest()["size_bytes"], 32 << 20)

    def test_what_is_not_done_is_an_error_for_it(self):
        for words in (("--compressed",), ("stat",)):
            self.assertNotEqual(self.rspamc(CLEAN, *words)[0], 0, words)


class Requests(CheckDoor):
    def ask(self, method, target, body=None, headers=None):
        """(status, body) of one HTTP request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.ports["check"], timeout=60)
        self.addCleanup(connection.close)
        connection.request(method, target, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def test_ping(self):
        self.assertEqual(self.ask("GET", "/ping"), (200, "pong\r\n"))

    def test_as_a_lua_policy_asks(self):
        """KumoMTA's recipe: the message alone, then with the fields that the manual's chapter adds."""
        status, body = self.ask("POST", "/checkv2", BAD)
        self.assertEqual((status, json.loads(body)["action"]), (200, "reject"))
        headers = {"From": "a@far.example", "Rcpt": "<b@corp.example>, c@corp.example", "IP": "192.0.2.9", "User": "shop-1"}
        status, body = self.ask("POST", "/checkv2", CLEAN, headers)
        self.assertEqual((status, json.loads(body)["action"], self.newest()["recipients"]),
                         (200, "no action", ["b@corp.example", "c@corp.example"]))

    def test_chunked_and_one_connection_for_several(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.ports["check"], timeout=60)
        self.addCleanup(connection.close)
        for content, action in ((CLEAN, "no action"), (BAD, "reject"), (CLEAN, "no action")):
            pieces = iter([content[:100], content[100:]])
            connection.request("POST", "/checkv2", pieces, {"Transfer-Encoding": "chunked"}, encode_chunked=True)
            self.assertEqual(json.loads(connection.getresponse().read())["action"], action)

    def test_files_of_this_machine_are_not_read(self):
        for name in ("File", "Path", "Shm"):
            status, body = self.ask("POST", "/checkv2", CLEAN, {name: "/etc/passwd"})
            self.assertEqual((status, json.loads(body)["error_domain"]), (403, "protocol-error"))

    def test_nothing_to_scan_is_an_error_never_clean(self):
        self.assertEqual(self.ask("POST", "/checkv2", b"")[0], 400)
        self.assertEqual(self.ask("POST", "/checkv3", CLEAN)[0], 404)
    def test_a_compressed_message_is_not_taken_for_a_message(self):
        """Scanned as it is, it would be clean, whatever is in it."""
        before = self.daemon.command("journal", "list", "--json")["total"]
        for target in ("/checkv2", "/v1/scan"):
            for field, value in (("Compression", "zstd"), ("Content-Encoding", "gzip"), ("content-encoding", "zstd"),
                                 ("Content-Encoding", "identity, gzip")):
                with self.subTest(target=target, field=field, value=value):
                    self.assertEqual(self.ask("POST", target, gzip.compress(BAD), {field: value})[0], 415)
            self.assertGreaterEqual(self.ask("POST", target, BAD, {"Transfer-Encoding": "gzip"})[0], 400)
        self.assertEqual(self.daemon.command("journal", "list", "--json")["total"], before)
        self.assertEqual(self.ask("POST", "/checkv2", CLEAN, {"Content-Encoding": " Identity"})[0], 200)

    def test_who_asks_does_not_say_which_way_the_message_goes(self):
        status, text = self.ask("POST", "/v1/scan?direction=outbound", CLEAN)
        self.assertEqual(status, 400)
        self.assertIn("[[sender]]", text)
        self.assertEqual(self.ask("POST", "/v1/scan", CLEAN)[0], 200)

    def test_a_thousand_recipients(self):
        recipients = [f"b{number}@corp.example" for number in range(1000)]
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.ports["check"], timeout=60)
        self.addCleanup(connection.close)
        connection.putrequest("POST", "/checkv2")
        for recipient in recipients:
            connection.putheader("Rcpt", recipient)
        connection.putheader("Content-Length", str(len(CLEAN)))
        connection.endheaders(CLEAN)
        self.assertEqual(connection.getresponse().status, 200)
        self.assertEqual(self.newest()["recipients"], recipients)


if __name__ == "__main__":
    unittest.main()
