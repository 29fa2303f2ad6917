"""Next hops that refuse, close, stall, dribble or talk nonsense at each stage. The client gets an answer in bounded time, nothing
is lost and nothing is delivered twice."""
import time
import unittest

import demo_mail
from bad_days import (CLOSE, DRIBBLE, ENDLESS_LINE, ENDLESS_LINES, GARBAGE, PLAIN, STALL, BadDay, HostileHop, RawSmtp)

STAGES = ["MAIL", "RCPT", "DATA", "content"]
ANSWER_S = 12  # with next_hop_timeout_s = 1: opening, its second try, a command, the content


class NextHops(BadDay):
    def setUp(self):
        super().setUp()
        self.hop = HostileHop()
        self.addCleanup(self.hop.stop)

    def send(self, daemon, direction="inbound", content=PLAIN):
        """(stage of the last answer, code, text), and asserts that it came in time."""
        begin = time.monotonic()
        with RawSmtp(daemon.ports[direction], timeout=ANSWER_S) as client:
            client.reply()
            client.say("EHLO client.example")
            for stage, line in [("MAIL", "MAIL FROM:<a@example.org>"), ("RCPT", "RCPT TO:<b@example.com>"), ("DATA", "DATA")]:
                code, text = client.say(line)
                if code not in (250, 354):
                    return stage, code, text
            client.send(content + b".\r\n")
            code, text = client.reply()
        self.assertLess(time.monotonic() - begin, ANSWER_S)
        return "content", code, text

    def test_its_refusals_are_the_clients_answers(self):
        """Each code at each stage: the client hears the very same, and the message is not delivered."""
        with self.daemon(self.hop) as daemon:
            for stage in STAGES:
                for reply in ("450 4.2.1 busy", "451 4.3.0 later", "452 4.3.1 full", "550 5.1.1 unknown", "552 5.3.4 large",
                              "554 5.7.1 no", "421 4.3.2 going down"):
                    with self.subTest(stage=stage, reply=reply):
                        self.hop.behave({stage: reply.encode() + b"\r\n"})
                        at, code, text = self.send(daemon)
                        # The answer to our DATA is that to the content: the client has sent it by then.
                        self.assertEqual(at, "content" if stage == "DATA" else stage)
                        self.assertEqual(text, reply)
                        self.assertEqual(self.hop.delivered, [])
            for record in self.records(daemon):
                self.assertRegex(record["next_hop_reply"], "^[45]")
            self.hop.behave()
            self.assertEqual(self.send(daemon)[1], 250)

    def test_what_it_does_instead_of_answering_is_a_451(self):
        """Closing, silence, dribbling, endless replies, nonsense, and replies that do not fit the question, at each stage."""
        with self.daemon(self.hop, smtp="next_hop_timeout_s = 1") as daemon:
            for stage in ["banner", "EHLO", *STAGES]:
                for deed in (CLOSE, STALL, DRIBBLE, ENDLESS_LINES, ENDLESS_LINE, GARBAGE, b"250 bare\n", b"199 no\r\n",
                             b"354 go on\r\n" if stage != "DATA" else b"250 taken\r\n", b"250-x\r\n354 y\r\n", b"\r\n", b"2\r\n"):
                    if deed == DRIBBLE and stage not in ("EHLO", "content"):
                        continue  # the same clock as for silence, and tests shall be quick
                    with self.subTest(stage=stage, deed=deed):
                        self.hop.behave({stage: deed})
                        at, code, text = self.send(daemon)
                        self.assertEqual(code, 451, (at, text))
                        self.assertNotIn(str(self.hop.port), text, "a stranger need not know where the next hop is")
                        self.assertEqual(self.hop.delivered if stage != "content" else [], [])
            self.assertTrue(self.events(daemon, "next_hop.lost"))
            self.hop.behave()
            for direction in ("inbound", "outbound"):
                self.assertEqual(self.send(daemon, direction)[1], 250)
            self.assertEqual(len(self.hop.delivered), 2)

    def test_a_second_answer_is_not_taken_for_the_next_one(self):
        """`250` twice: the second must not become the answer to the content, which is refused."""
        with self.daemon(self.hop) as daemon:
            for stage in ("banner", "EHLO", "MAIL", "RCPT"):
                with self.subTest(stage=stage):
                    ordinary = HostileHop.ORDINARY[stage]
                    self.hop.behave({stage: ordinary + b"250 2.0.0 unasked\r\n", "content": b"550 5.7.1 no\r\n"})
                    at, code, text = self.send(daemon)
                    self.assertGreaterEqual(code, 400, (at, text))
                    self.assertEqual(self.hop.delivered, [])

    def test_a_next_hop_that_went_away_meanwhile_is_asked_anew(self):
        """A slow client, an impatient next hop: before the content there is nothing to lose, so the envelope is said again."""
        with self.daemon(self.hop) as daemon:
            for deed in (CLOSE, b"421 4.4.2 timeout\r\n"):
                for stage in ("DATA", "MAIL"):
                    with self.subTest(deed=deed, stage=stage):
                        self.hop.behave({stage: deed}, first=1)
                        self.assertEqual(self.send(daemon)[1], 250)
                        self.assertEqual((len(self.hop.delivered), self.hop.connections), (1, 2))
            self.assertEqual(len(self.events(daemon, "next_hop.asked_anew")), 2)

    def test_after_the_content_it_is_never_asked_twice(self):
        """Lost behind the final dot: perhaps it was delivered. The client is told 451 and decides; we do not send again."""
        with self.daemon(self.hop, smtp="next_hop_timeout_s = 1") as daemon:
            for deed in (CLOSE, STALL, GARBAGE):
                with self.subTest(deed=deed):
                    self.hop.behave({"content": deed})
                    self.assertEqual(self.send(daemon)[:2], ("content", 451))
                    self.assertEqual(self.hop.connections, 1)

    def test_what_it_says_to_rset_is_nothing_to_the_client(self):
        """A message that does not pass is taken back with RSET: the client hears its own answer, however that ends."""
        infected = demo_mail.infected("a@example.org", "b@example.com")
        with self.daemon(self.hop, smtp="next_hop_timeout_s = 1") as daemon:
            for deed in (CLOSE, STALL, GARBAGE, b"550 no\r\n", b"421 bye\r\n"):
                with self.subTest(deed=deed):
                    self.hop.behave({"RSET": deed})
                    self.assertEqual(self.send(daemon, content=infected)[:2], ("content", 550))
                    self.assertEqual(self.hop.delivered, [])

    def test_it_goes_while_the_content_comes(self):
        """It does not read on, or closes, in the middle of a large message: 451 in time, and no final dot for half a message."""
        large = PLAIN + (b"0123456789" * 7 + b"\r\n") * 200_000
        with self.daemon(self.hop, smtp="next_hop_timeout_s = 1") as daemon:
            for deed in (b"354 go on\r\n", CLOSE):
                self.hop.behave({"DATA": b"354 go on\r\n"})
                self.hop.read_limit = 100_000
                self.hop.then = deed
                with self.subTest(deed=deed):
                    self.assertEqual(self.send(daemon, content=large)[:2], ("content", 451))
                    self.assertEqual(self.hop.delivered, [])

    def test_a_split_message_that_it_no_longer_takes_is_recorded(self):
        """Some recipients get it, for others it is held: asked anew for the former, the next hop says no. Nobody gets it, nothing
        is kept, and the record says so."""
        hold = '[[policy]]\nrecipients = ["held@example.com"]\ndisposition = "hold"\n'
        with self.daemon(self.hop, configuration=hold) as daemon:
            for number, (stage, reply) in enumerate((("MAIL", b"550 5.7.1 no\r\n"), ("RCPT", b"450 4.2.1 busy\r\n"),
                                                     ("MAIL", CLOSE))):
                with self.subTest(stage=stage, reply=reply), RawSmtp(daemon.ports["inbound"]) as client:
                    self.hop.behave()
                    self.assertEqual(client.until_data(recipients=("b@example.com", "held@example.com"))[0], 354)
                    self.hop.deeds.update({stage: reply})
                    client.send(PLAIN + b".\r\n")
                    code, text = client.reply()
                    self.assertEqual(code, 451, text)
                    self.assertEqual(self.hop.delivered, [])
                    records = self.records(daemon)
                    self.assertEqual(len(records), number + 1)
                    self.assertEqual((records[0]["disposition"], records[0]["held_id"]), ("tempfail", ""), records[0])
                    self.assertIn("next hop", records[0]["reasons"][0])
            self.assertEqual(daemon.command("quarantine", "list", "--json")["held"], [])

    def test_a_session_survives_a_lost_next_hop(self):
        """The same client sends the next message over a new connection to the next hop."""
        with self.daemon(self.hop) as daemon, RawSmtp(daemon.ports["inbound"]) as client:
            self.hop.behave({"RCPT": CLOSE}, first=1)
            client.reply()
            client.say("EHLO client.example")
            self.assertEqual(client.say("MAIL FROM:<a@example.org>")[0], 250)
            self.assertEqual(client.say("RCPT TO:<b@example.com>")[0], 451)
            self.assertEqual(client.say("RSET")[0], 250)
            for number in range(2):
                self.assertEqual(client.say("MAIL FROM:<a@example.org>")[0], 250)
                self.assertEqual(client.say("RCPT TO:<b@example.com>")[0], 250)
                self.assertEqual(client.say("DATA")[0], 354)
                client.send(PLAIN + b".\r\n")
                self.assertEqual(client.reply()[0], 250, number)
            self.assertEqual(len(self.hop.delivered), 2)


if __name__ == "__main__":
    unittest.main()
