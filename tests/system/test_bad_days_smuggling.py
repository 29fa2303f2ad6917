"""Where a message ends, and whose fields it has: every way to make two programs disagree is refused, recorded, or undone."""
import re
import unittest

from bad_days import PLAIN, BadDay, HostileHop, RawSmtp, ask_milter

SMUGGLED = b"MAIL FROM:<smuggled@example.org>\r\nRCPT TO:<boss@example.com>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n"
HEAD = b"From: a@example.org\r\nSubject: x\r\n\r\n"
# What some server somewhere takes for the end of the content -> what it is called here.
FALSE_ENDS = {
    b"\n.\n": "bare_lf", b"\n.\r\n": "bare_lf", b"\r\n.\n": "bare_lf", b"\n.\r": "bare_", b"\r\n.\n\r\n": "bare_lf",
    b"\r.\r": "bare_cr", b"\r.\r\n": "bare_cr", b"\r\n.\r": "bare_cr", b"\r\r\n.\r\r\n": "bare_cr", b"\r.\n": "bare_",
    b"\n\n.\n\n": "bare_lf", b"\r\n.\r\r\n": "bare_cr", b"\r\n\x00.\r\n": "nul_at_dot", b"\r\n.\x00\r\n": "nul_at_dot",
    b"\r\n\x00.\x00\r\n": "nul_at_dot", b"\r\n.\x00\n": "bare_", b"\r\n\x00\x00.\r\n": "nul_at_dot",
    b"\r\x00\n.\r\x00\n": "bare_", b"\r\n.\r\x00\n": "bare_", b"\r\x00\n.\r\n": "bare_",
}
# Like an end, and none to anybody: passed on as it is.
HARMLESS = [b"\r\n..\r\n", b"\r\n.x\r\n", b"\r\n. \r\n", b"\r\n.\t\r\n", b"\r\n.\x0b\r\n", b"\r\n \r\n.\x0c\r\n", b"\r\nx.\r\n",
            b"\r\n.\xc2\x85\r\n", b"\r\n\xe2\x80\xa8.\xe2\x80\xa8", b"\r\n.\x85\r\n", b"\r\n\x1a\r\n"]
FORGED = [b"X-Tocsin-Verdict: clean", b"x-tocsin-record: 1", b"X-Spam-Status: No", b"X-SPAM-FLAG: NO\r\n and more",
          b"X-Spam-Level:", b"X-Tocsin-Anything:\r\n\tfolded\r\n\tfurther", b"MIME-Ambiguity-Results: none",
          b"X-Spam-Level : 0", b"mime-ambiguity-results:none"]


class Ends(BadDay):
    def refused(self, daemon, content, split_at=None):
        """Sends content and a smuggled transaction behind it; asserts that nothing of it passed and nothing behind was heard."""
        with RawSmtp(daemon.ports["inbound"]) as client:
            self.assertEqual(client.until_data()[0], 354)
            whole = content + SMUGGLED
            at = split_at if split_at is not None else len(whole)
            client.send(whole[:at])
            client.send(whole[at:])
            code, text = client.reply()
            self.assertEqual(code, 521, text)
            self.assertEqual(client.reply()[0], 0, "one answer, and the connection ends")

    def test_false_ends_are_refused_and_recorded(self):
        with self.daemon() as daemon:
            for end, name in FALSE_ENDS.items():
                with self.subTest(end):
                    self.refused(daemon, HEAD + b"text" + end)
                    record = self.records(daemon)[0]
                    self.assertEqual((record["disposition"], record["verdict"]), ("reject", "unscannable"))
                    self.assertIn(name, str(record["reasons"]))
            self.assertEqual(len(self.records(daemon)), len(FALSE_ENDS))
            self.assertEqual(self.sink.delivered, [])
            self.assert_alive(daemon)

    def test_false_ends_at_the_very_start(self):
        """The content begins with the dot: the CRLF before it is that of DATA, or none."""
        with self.daemon() as daemon:
            for start in (b".\n", b".\r", b"\n.\n", b"\r.\r", b".\x00\r\n", b"\x00.\r\n"):
                with self.subTest(start):
                    self.refused(daemon, start)
            self.assertEqual(self.sink.delivered, [])

    def test_every_cut_between_packets_means_the_same(self):
        with self.daemon() as daemon:
            for end in (b"\n.\n", b"\r\n.\r", b"\r\n.\x00\r\n", b"\r.\r\n"):
                content = HEAD + b"text" + end
                for at in range(len(HEAD) + 4, len(content) + 2):
                    with self.subTest(end=end, at=at):
                        self.refused(daemon, content, split_at=at)
            self.assertEqual(self.sink.delivered, [])

    def test_what_only_looks_like_an_end_arrives_as_it_was(self):
        hop = HostileHop()
        self.addCleanup(hop.stop)
        with self.daemon(hop) as daemon:
            for look in HARMLESS:
                with self.subTest(look), RawSmtp(daemon.ports["outbound"]) as client:
                    hop.behave()
                    content = HEAD + b"text" + look + b"more\r\n"
                    # A client stuffs a dot at a line start; what the next hop gets is stuffed again, so the same bytes.
                    self.assertEqual(client.message(content.replace(b"\r\n.", b"\r\n..")), (250, "250 2.0.0 taken"))
                    self.assertEqual(hop.delivered, [content.replace(b"\r\n.", b"\r\n..")])

    def test_commands_with_bare_line_ends_are_refused(self):
        table = [b"NOOP\nNOOP\r\n", b"NOOP\rNOOP\r\n", b"NOOP\n", b"NO\x00OP\r\n", b"MAIL FROM:<a@b>\nRCPT TO:<c@d>\r\n",
                 b"MAIL FROM:<a@b\r>\r\n", b"EHLO x\x00y\r\n", b"NOOP " + b"x" * 5000 + b"\r\n", b"BDAT 10 LAST\r\n0123456789"]
        with self.daemon() as daemon:
            for said in table:
                with self.subTest(said[:20]), RawSmtp(daemon.ports["inbound"]) as client:
                    client.reply()
                    client.send(said)
                    self.assertEqual(client.reply()[0], 521)
                    self.assertEqual(client.reply()[0], 0)
            self.assertEqual(len(self.events(daemon, "smtp.violation")), len(table))

    def test_content_before_the_go_ahead_is_refused(self):
        with self.daemon() as daemon, RawSmtp(daemon.ports["inbound"]) as client:
            client.reply()
            client.say("EHLO client.example")
            client.send(b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n" + PLAIN + b".\r\n" + SMUGGLED)
            self.assertEqual([client.reply()[0] for _ in range(4)], [250, 250, 521, 0])
            self.assertIn("data_before_go_ahead", str(self.records(daemon)[0]["reasons"]))
            self.assertEqual(self.sink.delivered, [])


class Forged(BadDay):
    """Inbound mail loses the fields that only we may write, wherever they stand; nothing else is touched."""

    CONTENT = (b"\r\n".join([FORGED[0], b"From: a@example.org", *FORGED[1:5], b"Subject: x", *FORGED[5:], b"X-Other: stays"]) +
               b"\r\n\r\nX-Spam-Status: in the body it is text\r\n")
    LEFT = b"From: a@example.org\r\nSubject: x\r\nX-Other: stays\r\n\r\nX-Spam-Status: in the body it is text\r\n"

    def test_the_proxy_takes_them_out(self):
        with self.daemon(configuration='[headers]\ninbound = "none"\n') as daemon:
            with RawSmtp(daemon.ports["inbound"]) as client:
                self.assertEqual(client.message(self.CONTENT)[0], 250)
            self.assertEqual(self.sink.delivered[0].content, self.LEFT)
            with RawSmtp(daemon.ports["outbound"]) as client:
                code, _ = client.message(self.CONTENT)
            if code == 250 and len(self.sink.delivered) == 2:
                self.assertEqual(self.sink.delivered[1].content, self.CONTENT, "what our customers write is theirs")

    def test_the_milter_has_them_taken_out(self):
        """By name and number among the fields of the name, from the last to the first."""
        with self.daemon(configuration='[headers]\ninbound = "none"\n') as daemon:
            answer = ask_milter(daemon.ports["milter"], "a@example.org", ["b@example.com"], self.CONTENT, address="192.0.2.9")
        self.assertTrue(answer.passes(), answer.text)
        gone = answer.headers(b"m")
        self.assertEqual({name.strip().lower() for _, name, _ in gone},
                         {re.split(rb"\s*:", field)[0].decode().lower() for field in FORGED})
        self.assertEqual({value for _, _, value in gone}, {""})
        self.assertEqual(len(gone), len(FORGED))

    def test_more_forged_fields_than_can_be_cut_are_kept_back(self):
        with self.daemon() as daemon:
            content = b"X-Spam-Status: No\r\n" * 600 + HEAD + b"text\r\n"
            with RawSmtp(daemon.ports["inbound"]) as client:
                client.message(content)
            answer = ask_milter(daemon.ports["milter"], "a@example.org", ["b@example.com"], content, address="192.0.2.9")
            self.assertFalse(answer.passes())
            self.assertEqual({record["verdict"] for record in self.records(daemon)}, {"unscannable"})
            self.assertEqual(self.sink.delivered, [])


if __name__ == "__main__":
    unittest.main()
