"""Messages that no mail program makes: too large, empty, endless, with 8-bit headers, NULs, a hundred thousand parts. At every
door each has a named outcome and a record, and none passes unread."""
import contextlib
import socket
import time
import unittest

import demo_mail
from bad_days import PLAIN, BadDay, RawSmtp, ask_milter, check, clamd_stream
from milter_client import MilterClient

MEGABYTE = 1 << 20
HEAD = b"From: a@example.org\r\nTo: b@example.com\r\nSubject: x\r\n"
PASSES = ("accept", "tag")
BODY_ONLY = 2  # of the actions of a milter


def many_parts(count):
    return (HEAD + b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
            b"--b\r\n\r\nx\r\n" * count + b"--b--\r\n")


# name -> (content, what is right for it inbound). Built when it is needed: some are large.
ODD_MESSAGES = {
    "no body": (lambda: HEAD, "accept"),
    "an empty body": (lambda: HEAD + b"\r\n", "accept"),
    "one CRLF": (lambda: b"\r\n", "accept"),
    "no header": (lambda: b"\r\nHello.\r\n", "accept"),
    "no colon in sight": (lambda: b"this is no mail at all\r\n", "accept"),
    "8-bit in headers": (lambda: b"From: \xe9\xff <a@example.org>\r\nSubject: \xc3\xa4 \x80\r\nX-\xe4: y\r\n\r\nx\r\n",
                         "accept"),
    "NULs in the body": (lambda: HEAD + b"\r\nte\0xt\0\r\n", "accept"),
    "NULs in the header": (lambda: HEAD + b"X-A: b\0c\r\n\r\ntext\r\n", "accept"),
    "a line of 10 MB": (lambda: HEAD + b"\r\n" + b"x" * (10 * MEGABYTE) + b"\r\n", "tag"),  # nobody reads all
    "a field of 10 MB": (lambda: HEAD + b"X-Long: " + b"x" * (10 * MEGABYTE) + b"\r\n\r\ntext\r\n", "quarantine"),
    "a million fields": (lambda: HEAD + b"X: y\r\n" * 1_000_000 + b"\r\ntext\r\n", "quarantine"),
    "a hundred thousand parts": (lambda: many_parts(100_000), "quarantine"),
}


class OddMessages(BadDay):
    def newest(self, daemon, listener):
        record = self.records(daemon)[0]
        self.assertEqual(record["listener"], listener)
        return record

    def test_through_the_proxy(self):
        with self.daemon() as daemon:
            for name, (make, right) in ODD_MESSAGES.items():
                with self.subTest(name), RawSmtp(daemon.ports["inbound"], timeout=60) as client:
                    before = len(self.sink.delivered)
                    code, text = client.message(make())
                    record = self.newest(daemon, "smtp-inbound")
                    self.assertEqual(record["disposition"], right, record)
                    self.assertEqual(code, 250, text)
                    self.assertEqual(len(self.sink.delivered) - before, 1 if record["disposition"] in PASSES else 0)
                    if record["disposition"] in PASSES:
                        self.assertNotEqual(record["verdict"], "unscannable")
                        self.assertTrue(self.sink.delivered[-1].content.endswith(make()[-20:]))
            self.assertLess(self.memory_kib(daemon, "VmHWM"), 600_000)
            self.assert_alive(daemon)

    def test_through_a_milter(self):
        """NUL ends a string of the protocol, and a field longer than a frame cannot be said: MTAs cut both before."""
        with self.daemon() as daemon:
            for name, (make, right) in ODD_MESSAGES.items():
                if name in ("NULs in the header", "a field of 10 MB", "no colon in sight"):
                    continue
                # What an MTA asks one by one: more than limits::milter_header_fields, and no more than tests have time for.
                content = HEAD + b"X: y\r\n" * 20_000 + b"\r\ntext\r\n" if name == "a million fields" else make()
                with self.subTest(name):
                    answer = ask_milter(daemon.ports["milter"], "a@example.org", ["b@example.com"], content, address="192.0.2.9")
                    record = self.newest(daemon, "milter")
                    self.assertEqual(record["disposition"], "reject" if "fields" in name else right, record)
                    self.assertEqual(answer.passes(), record["disposition"] in PASSES, (answer.code, record))
            self.assert_alive(daemon)

    def test_through_check_and_clamd(self):
        with self.daemon() as daemon:
            for name, (make, right) in ODD_MESSAGES.items():
                with self.subTest(name):
                    status, body = check(daemon.ports["check"], make(), IP="192.0.2.9")
                    record = self.newest(daemon, "check")
                    self.assertEqual(status, 200, body)
                    self.assertEqual(record["disposition"], right, record)
                    reply = clamd_stream(daemon.ports["clamd"], make())
                    record = self.newest(daemon, "clamd")
                    self.assertEqual(record["disposition"], right, record)
                    self.assertEqual(reply == "stream: OK", record["disposition"] in PASSES, reply)
            self.assertEqual(clamd_stream(daemon.ports["clamd"], b""), "stream: OK", "as clamd answers it")
            self.assertEqual(check(daemon.ports["check"], b"")[0], 400)
            self.assert_alive(daemon)

    def test_frames_that_no_mta_sends(self):
        """Each ends the milter connection with `milter.violation` in the log, which leaves the message to the MTA's tempfail."""
        with self.daemon() as daemon:
            for data in (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\0\0\0\x01Z", b"\0\0\0\x02LX", b"\0\0\0\x05Rno\0"):
                with self.subTest(data), MilterClient(daemon.ports["milter"]) as mta:
                    mta.negotiate().connect()
                    mta.envelope("a@example.org", ["b@example.com"])
                    if data[4:5] == b"R":
                        mta.headers([])
                    mta.socket.sendall(data + b"\0" * 8)
                    with self.assertRaises(ConnectionError):
                        mta.end()
            self.assertEqual(len(self.events(daemon, "milter.violation")), 5)
            self.assertEqual(self.records(daemon), [])
            self.assert_alive(daemon)


class UnchangeableMail(BadDay):
    def test_an_mta_that_lets_nothing_be_changed_is_told_451_and_that_is_recorded(self):
        infected = demo_mail.infected("a@example.org", "b@example.com")
        with self.daemon() as daemon, MilterClient(daemon.ports["milter"]) as mta:
            mta.negotiate(actions=BODY_ONLY).connect()
            self.assertRegex(mta.send("a@example.org", ["b@example.com"], PLAIN).text, "^451")
            record = self.records(daemon)[0]
            self.assertEqual((record["disposition"], record["verdict"]), ("tempfail", "clean"))
            self.assertIn("does not offer this change", record["reasons"][0])
            # What does not pass needs no change.
            self.assertRegex(mta.send("a@example.org", ["b@example.com"], infected).text, "^550")


class TooLarge(BadDay):
    """`scan.message_bytes`: refused at every door, with a record that says so."""

    LIMIT = 2 * MEGABYTE
    LARGE = PLAIN + (b"0123456789" * 7 + b"\r\n") * 40_000  # 2.9 MB

    def test_at_every_door(self):
        with self.daemon(configuration=f"[scan]\nmessage_bytes = {self.LIMIT}\n") as daemon:
            with RawSmtp(daemon.ports["inbound"]) as client:
                client.reply()
                client.send(b"EHLO client.example\r\n")
                self.assertIn(f"SIZE {self.LIMIT}", "".join(self.ehlo_lines(client)))
                code, text = client.say(f"MAIL FROM:<a@example.org> SIZE={len(self.LARGE)}")
                self.assertEqual(code, 552, text)
            with RawSmtp(daemon.ports["inbound"]) as client:
                self.assertEqual(client.message(self.LARGE)[0], 552)
                self.assertEqual(client.say("NOOP")[0], 250, "the session goes on")
            answer = ask_milter(daemon.ports["milter"], "a@example.org", ["b@example.com"], self.LARGE)
            self.assertTrue(answer.text.startswith("550"), answer.text)
            self.assertEqual(check(daemon.ports["check"], self.LARGE)[0], 413)
            reply = clamd_stream(daemon.ports["clamd"], self.LARGE)
            self.assertIn("Tocsin.TooLarge FOUND", reply)
            records = {record["listener"]: record for record in self.records(daemon)}
            self.assertEqual(set(records), {"smtp-inbound", "milter", "check", "clamd"})
            for record in records.values():
                self.assertEqual((record["disposition"], record["verdict"]), ("reject", "unscannable"), record)
            self.assertEqual(self.sink.delivered, [])
            self.assert_alive(daemon)

    @staticmethod
    def ehlo_lines(client):
        while True:
            line = client.answers.readline().decode()
            yield line
            if line[3:4] != "-":
                return

    def test_what_never_ends_is_cut_off(self):
        """Three times over the limit nobody is going to stop: 521, and the connection ends."""
        with self.daemon(configuration=f"[scan]\nmessage_bytes = {self.LIMIT}\n") as daemon:
            with RawSmtp(daemon.ports["inbound"]) as client:
                self.assertEqual(client.until_data()[0], 354)
                with contextlib.suppress(ConnectionError):
                    for _ in range(12):
                        client.send(b"x" * MEGABYTE)
                self.assertEqual((client.reply()[0], client.reply()[0]), (521, 0))
            self.wait_for(lambda: self.records(daemon), "the record")
            self.assertIn("endless_content", str(self.records(daemon)[0]["reasons"]))
            self.assert_alive(daemon)

    def test_the_others_are_read_at_the_limit(self):
        with self.daemon(configuration=f"[scan]\nmessage_bytes = {self.LIMIT}\n") as daemon:
            just = PLAIN + b"x" * (self.LIMIT - len(PLAIN) - 2) + b"\r\n"
            with RawSmtp(daemon.ports["inbound"]) as client:
                self.assertEqual(client.message(just)[0], 250)
            self.assertTrue(ask_milter(daemon.ports["milter"], "a@example.org", ["b@example.com"], just).passes())
            self.assertEqual(check(daemon.ports["check"], just)[0], 200)
            self.assertEqual(clamd_stream(daemon.ports["clamd"], just), "stream: OK")


class ManyRecipients(BadDay):
    RECIPIENTS_MAX = 10_000  # limits::smtp_recipients

    def test_a_hundred_thousand_recipients(self):
        """10,000 get it; the others are told 452 and come in another transaction (RFC 5321 section 4.5.3.1.10). Orders about
        recipients and links make each of them be looked up, and the message has thousands of links: nobody waits for that."""
        links = b"".join(b"http://a%d.example/\r\n" % number for number in range(2_000))
        with self.daemon() as daemon, RawSmtp(daemon.ports["inbound"], timeout=60) as client:
            for number in range(20):
                daemon.command("order", "block", f"bad{number}.example", "--kind", "link_domain")
                daemon.command("order", "block", f"@bad{number}.example", "--kind", "recipient")
            client.reply()
            client.say("EHLO client.example")
            client.say("MAIL FROM:<a@example.org>")
            codes = []
            for start in range(0, 100_000, 1000):
                client.send(b"".join(b"RCPT TO:<r%d@example.com>\r\n" % number for number in range(start, start + 1000)))
                codes += [client.reply()[0] for _ in range(1000)]
            self.assertEqual((codes.count(250), codes.count(452)), (self.RECIPIENTS_MAX, 90_000))
            self.assertEqual(client.say("DATA")[0], 354)
            begin = time.monotonic()
            client.send(PLAIN + links + b".\r\n")
            self.assertEqual(client.reply()[0], 250)
            self.assertLess(time.monotonic() - begin, 5)
            self.assertEqual(len(self.sink.delivered[0].recipients), self.RECIPIENTS_MAX)
            self.assertEqual(len(self.records(daemon)[0]["recipients"]), self.RECIPIENTS_MAX)

    def test_at_the_other_doors(self):
        with self.daemon() as daemon:
            with MilterClient(daemon.ports["milter"]) as mta:
                mta.negotiate().connect()
                answer = mta.envelope("a@example.org", [f"r{number}@example.com" for number in range(self.RECIPIENTS_MAX + 1)])
                self.assertTrue(answer[0] == b"y" and answer[1].startswith(b"452"), answer)
                mta.headers([(b"Subject", b" x")])
                mta.body(b"text\r\n")
                self.assertTrue(mta.end().passes())
            self.assertEqual(len(self.records(daemon)[0]["recipients"]), self.RECIPIENTS_MAX)
            with socket.create_connection(("127.0.0.1", daemon.ports["check"]), timeout=30) as client:
                client.sendall(b"POST /checkv2 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n" +
                               b"".join(b"Rcpt: r%d@example.com\r\n" % number for number in range(100_000)))
                self.assertIn(b" 431 ", client.recv(1000))
            self.assert_alive(daemon)


if __name__ == "__main__":
    unittest.main()
