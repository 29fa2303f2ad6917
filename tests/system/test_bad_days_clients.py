"""Clients that go, stall or dribble in each state of each protocol. Nothing of theirs passes, and everybody else is served."""
import contextlib
import socket
import struct
import threading
import time
import unittest

import demo_mail
from bad_days import PLAIN, BadDay, RawSmtp, ask_milter, check, clamd_stream
from milter_client import MilterClient

SMTP_LINES = ["EHLO client.example", "MAIL FROM:<bad@example.org>", "RCPT TO:<b@example.com>", "DATA"]
# What a client has said when it goes or stalls: lines with an answer each, and then bytes without one.
SMTP_STATES = {
    "connected": ([], b""),
    "half a command": ([], b"EHL"),
    "EHLO": (SMTP_LINES[:1], b""),
    "MAIL": (SMTP_LINES[:2], b""),
    "RCPT": (SMTP_LINES[:3], b""),
    "half of RCPT": (SMTP_LINES[:2], b"RCPT TO:<b@exa"),
    "DATA": (SMTP_LINES, b""),
    "in the content": (SMTP_LINES, PLAIN[:200]),
    "before the dot": (SMTP_LINES, PLAIN),
    "in the dot": (SMTP_LINES, PLAIN + b".\r"),
}
HTTP_HEAD = b"POST /checkv2 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
OTHER_DOORS = {
    ("check", "connected"): b"",
    ("check", "half a header"): HTTP_HEAD,
    ("check", "in the body"): HTTP_HEAD + b"\r\n" + PLAIN[:100],
    ("clamd", "connected"): b"",
    ("clamd", "half a command"): b"zINST",
    ("clamd", "in the stream"): b"zINSTREAM\0" + struct.pack("!I", 1000) + PLAIN[:100],
    ("clamd", "between chunks"): b"zINSTREAM\0" + struct.pack("!I", 100) + PLAIN[:100],
    ("api", "connected"): b"",
    ("api", "half a header"): b"POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Le",
    ("api", "in the body"): b"POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
}
MILTER_STAGES = ["negotiated", "connected", "MAIL", "RCPT", "headers", "body", "half a frame"]


def smtp_in_state(port, state):
    """A client that has come to this state."""
    lines, more = SMTP_STATES[state]
    client = RawSmtp(port)
    client.reply()
    for line in lines:
        answer = client.say(line)
        assert answer[0] in (250, 354), (line, answer)
    client.send(more)
    return client


def milter_in_stage(port, stage):
    """An MTA that has come to this stage."""
    mta = MilterClient(port).negotiate()
    at = MILTER_STAGES.index(stage)
    if at >= 1:
        mta.connect()
    if at >= 2:
        mta.envelope("bad@example.org", ["b@example.com"] if at >= 3 else [])
    if at >= 4:
        mta.headers([(b"Subject", b" x")])
    if at >= 5:
        mta.body(b"text\r\n")
    if at >= 6:
        mta.socket.sendall(struct.pack("!I", 100) + b"Btext")
    return mta


class Clients(BadDay):
    def everyone(self, daemon):
        """One client in each state at each door."""
        for state in SMTP_STATES:
            yield f"smtp {state}", smtp_in_state(daemon.ports["inbound"], state).socket
        for (door, state), said in OTHER_DOORS.items():
            client = socket.create_connection(("127.0.0.1", daemon.ports[door]), timeout=30)
            client.sendall(said)
            yield f"{door} {state}", client
        for stage in MILTER_STAGES:
            yield f"milter {stage}", milter_in_stage(daemon.ports["milter"], stage).socket

    def test_disconnects_in_each_state(self):
        """With a FIN and with a reset: nothing is recorded or passed on, and the sessions end."""
        with self.daemon() as daemon:
            for linger in (None, struct.pack("ii", 1, 0)):
                for _, client in self.everyone(daemon):
                    if linger:
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    client.shutdown(socket.SHUT_RDWR) if not linger else None
                    client.close()
            self.wait_for(lambda: daemon.command("status", "--json")["sessions"] == 0, "all sessions to end")
            self.assertEqual(self.records(daemon), [])
            self.assertEqual(self.sink.delivered, [])
            self.assertGreater(len(self.events(daemon, "session.lost")), 10)
            self.assert_alive(daemon)

    def test_a_client_that_goes_at_the_dot_loses_nothing(self):
        """It cannot know whether the message was taken: it was, and the record says so (RFC 1047)."""
        with self.daemon() as daemon:
            client = smtp_in_state(daemon.ports["inbound"], "before the dot")
            client.send(b".\r\n")
            client.close()
            self.wait_for(lambda: self.sink.delivered, "the delivery")
            self.wait_for(lambda: self.records(daemon), "the record")
            self.assertEqual(self.records(daemon)[0]["disposition"], "accept")
            held = smtp_in_state(daemon.ports["outbound"], "DATA")
            held.send(demo_mail.infected("bad@example.org", "b@example.com") + b".\r\n")
            held.close()
            self.wait_for(lambda: daemon.command("quarantine", "list", "--json")["held"], "the held message")
            self.assertEqual(len(self.sink.delivered), 1)

    def test_stalls_in_each_state_end_by_themselves(self):
        """With `timeout_s = 1` every silent client is left, with 421 where the protocol has words for it, and a log line."""
        timeout = "timeout_s = 1"
        with self.daemon(smtp=timeout, milter=timeout, check=timeout, clamd=timeout, api=timeout) as daemon:
            clients = list(self.everyone(daemon))
            ended = {}
            for name, client in clients:
                client.settimeout(15)
                said = b""
                with contextlib.suppress(ConnectionError):
                    while piece := client.recv(4096):
                        said += piece
                ended[name] = said
                client.close()
            for state in SMTP_STATES:
                self.assertIn(b"421 4.4.2", ended[f"smtp {state}"], state)
            log = self.log(daemon)
            for words in ("listener=smtp-inbound .* in=command", "listener=smtp-inbound .* in=envelope",
                          "listener=smtp-inbound .* in=content", "listener=milter .* in=message",
                          "listener=check .* in=request", "listener=clamd .* in=command", "listener=api .* in=request"):
                self.assertRegex(log, "session.timed_out " + words)
            self.assertEqual((self.records(daemon), self.sink.delivered), ([], []))
            self.assert_alive(daemon)

    def test_a_client_that_does_not_read_is_left(self):
        """It sends commands and reads no answer: what is written for it is bounded, and so is the wait."""
        with self.daemon(smtp="timeout_s = 1") as daemon:
            with socket.socket() as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.connect(("127.0.0.1", daemon.ports["inbound"]))
                client.settimeout(5)
                with contextlib.suppress(OSError):
                    for _ in range(400):
                        client.sendall(b"EHLO client.example\r\n" * 500)
                self.wait_for(lambda: self.events(daemon, "session.timed_out"), "the client to be left")
            self.assertLess(self.memory_kib(daemon), 200_000)
            self.assert_alive(daemon)


class Dribblers(BadDay):
    """Clients that send a byte now and then are never silent: they are bounded by what a request and a message may take."""

    CLIENTS = 40  # below what one client may have at once

    def dribble(self, clients, stop):
        while not stop.is_set() and clients:
            for client in list(clients):
                try:
                    client.send(b"x")
                except OSError:
                    clients.remove(client)
            stop.wait(0.25)

    def test_dribblers_in_each_state_do_not_keep_their_places(self):
        timeout = "timeout_s = 1"
        with self.daemon(smtp=timeout, milter=timeout, check=timeout, clamd=timeout, api=timeout) as daemon:
            clients = [milter_in_stage(daemon.ports["milter"], stage).socket for stage in MILTER_STAGES[-3:]]
            for state in ("half a command", "in the content"):
                clients += [smtp_in_state(daemon.ports["inbound"], state).socket for _ in range(self.CLIENTS // 2)]
            for (door, _), said in OTHER_DOORS.items():
                if said:
                    clients.append(socket.create_connection(("127.0.0.1", daemon.ports[door]), timeout=30))
                    clients[-1].sendall(said)
            stop, before = threading.Event(), len(clients)
            for client in clients:
                self.addCleanup(client.close)
            thread = threading.Thread(target=self.dribble, args=(clients, stop))
            thread.start()
            try:
                self.assert_alive(daemon)
                self.wait_for(lambda: daemon.command("status", "--json")["sessions"] == 0, "all dribblers to be left", 10)
            finally:
                stop.set()
                thread.join()
            named = self.events(daemon, "session.timed_out") + self.events(daemon, "milter.violation")
            self.assertGreaterEqual(len(named), before - 3, "what is dribbled may become an error before its time is over")
            self.assertNotIn("bad@example.org", [message.mail_from for message in self.sink.delivered])

    def test_a_slow_client_that_goes_on_is_served(self):
        """Longer than `timeout_s` in all, but fast enough: a whole message in the end."""
        with self.daemon(smtp="timeout_s = 1") as daemon:
            with smtp_in_state(daemon.ports["inbound"], "in the content") as client:
                for _ in range(8):
                    client.send((b"0123456789" * 7 + b"\r\n") * 10)
                    time.sleep(0.3)
                client.send(b".\r\n")
                self.assertEqual(client.reply()[0], 250)
            self.assertEqual(len(self.sink.delivered), 1)


class Room(BadDay):
    """`daemon.buffer_bytes`: more content than the daemon has room for is answered 4xx and recorded; nothing of it passes."""

    def test_no_room_at_each_door(self):
        large = PLAIN + b"x" * 70 + b"\r\n" + (b"0123456789" * 7 + b"\r\n") * 20_000
        with self.daemon(configuration="[daemon]\nbuffer_bytes = 1048576\n") as daemon:
            with RawSmtp(daemon.ports["inbound"]) as client:
                code, text = client.message(large)
                self.assertEqual(code, 451, text)
                self.assertIn("too much mail", text)
                self.assertEqual(client.say("NOOP")[0], 250, "the session goes on")
            answer = ask_milter(daemon.ports["milter"], "a@example.org", ["b@example.com"], large)
            self.assertIn("451", answer.text)
            self.assertEqual(check(daemon.ports["check"], large)[0], 503)
            self.assertIn("ERROR", clamd_stream(daemon.ports["clamd"], large))
            records = self.records(daemon)
            self.assertEqual({record["listener"] for record in records}, {"smtp-inbound", "milter", "check", "clamd"})
            for record in records:
                self.assertEqual((record["disposition"], record["outcome"], record["verdict"]),
                                 ("tempfail", "unavailable", "unscannable"), record)
            self.assertEqual(self.sink.delivered, [])
            self.assert_alive(daemon)

    def test_recipients_take_room_too(self):
        """Long addresses, ten thousand of them, in many sessions: 452 when the room is taken, and room again when they go."""
        with self.daemon(configuration="[daemon]\nbuffer_bytes = 1048576\n") as daemon:
            with RawSmtp(daemon.ports["inbound"]) as client:
                client.reply()
                client.say("EHLO client.example")
                client.say("MAIL FROM:<bad@example.org>")
                client.send(b"".join(b"RCPT TO:<%s%d@example.com>\r\n" % (b"x" * 900, number) for number in range(1000)))
                codes = [client.reply()[0] for _ in range(1000)]
                self.assertLess(codes.count(250), 600)
                self.assertEqual(codes.count(250) + codes.count(452), 1000)
            with MilterClient(daemon.ports["milter"]) as mta:
                mta.negotiate().connect()
                answer = mta.envelope("bad@example.org", ["x" * 900 + f"{number}@example.com" for number in range(1200)])
                self.assertTrue(answer[1].startswith(b"452"), answer)
            self.assertTrue(self.events(daemon, "gate.no_room"))
            self.wait_for(lambda: daemon.send("inbound", "a@example.org", ["b@example.com"], PLAIN)[0] == 250, "room again")
            self.assert_alive(daemon)

    def test_a_session_that_fills_the_room_does_not_keep_it(self):
        with self.daemon(configuration="[daemon]\nbuffer_bytes = 1048576\n") as daemon:
            hog = smtp_in_state(daemon.ports["inbound"], "in the content")
            hog.send(b"0123456789" * 100_000)
            with RawSmtp(daemon.ports["inbound"]) as client:
                code, _ = client.message(PLAIN + (b"0123456789" * 7 + b"\r\n") * 5_000)
                self.assertIn(code, (250, 451))
            hog.close()
            self.wait_for(lambda: daemon.send("inbound", "a@example.org", ["b@example.com"], PLAIN)[0] == 250, "room again")


if __name__ == "__main__":
    unittest.main()
