"""Ten thousand idle connections, and reloads while mail flows: each door keeps its places, memory is bounded, nothing is lost."""
import contextlib
import resource
import smtplib
import socket
import threading
import time
import unittest

from bad_days import PLAIN, BadDay, RawSmtp, check, clamd_stream, numbered

CONNECTIONS = 10_000
SPARE_DESCRIPTORS = 500
EACH_CLIENT = 50  # limits::smtp_sessions_per_client
IDLE_S = 10  # limits::crowded_idle_ms
PLACES = {"check": 512, "clamd": 512, "milter": 512, "api": 64}  # limits::sessions, limits::api_sessions


def descriptors_allowed():
    """Raises this process's limit to what the system allows; returns it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(hard, CONNECTIONS * 2), max(hard, CONNECTIONS * 2)))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Flood(BadDay):
    def setUp(self):
        super().setUp()
        self.idle = []
        self.addCleanup(self.leave)

    def leave(self):
        for client in self.idle:
            client.close()
        self.idle = []

    def connect(self, port, number):
        """Every 50 connections come from another address, as from a botnet."""
        client = socket.socket()
        client.settimeout(30)
        client.bind((f"127.1.{number // EACH_CLIENT // 200}.{number // EACH_CLIENT % 200 + 1}", 0))
        client.connect(("127.0.0.1", port))
        self.idle.append(client)
        return client

    def test_ten_thousand_idle_connections(self):
        """At one SMTP door, and all other doors but the outbound one full too. Mail goes on there; whoever is idle longest gives
        way to newcomers, only connections of an MTA are never cut."""
        count = min(CONNECTIONS, descriptors_allowed() - SPARE_DESCRIPTORS - sum(PLACES.values()))
        if count < CONNECTIONS:
            print(f"only {count} connections: the system allows no more descriptors", flush=True)
        with self.daemon(smtp=f"sessions = {count}") as daemon:
            self.fill_inbound(daemon, count)
            newcomer = self.connect(daemon.ports["inbound"], count + EACH_CLIENT)
            begin = time.monotonic()
            for door, places in PLACES.items():
                for number in range(places + 20):
                    self.connect(daemon.ports[door], number)
            self.assertEqual(daemon.send("outbound", "a@example.org", ["b@example.com"], PLAIN)[0], 250)
            full = count + sum(PLACES.values()) - PLACES["api"]
            # The question comes through the operator's own door.
            self.wait_for(lambda: daemon.command("status", "--json")["sessions"] == full, "all places to be taken", IDLE_S)
            self.assertTrue(newcomer.recv(200).startswith(b"220 "))
            self.assertLess(time.monotonic() - begin, IDLE_S + 5)
            self.assertTrue(self.idle[0].recv(200).startswith(b"421 "))
            self.assertEqual(clamd_stream(daemon.ports["clamd"], PLAIN), "stream: OK")
            self.assertEqual(check(daemon.ports["check"], PLAIN)[0], 200)
            self.assertEqual(len(self.events(daemon, "listener.full")), 1 + len(PLACES))
            self.leave()
            self.wait_for(lambda: daemon.command("status", "--json")["sessions"] == 0, "the sessions to end")
            self.assert_alive(daemon)
            print(f"after they left: {self.memory_kib(daemon) // 1024} MiB", flush=True)

    def fill_inbound(self, daemon, count):
        before_kib = self.memory_kib(daemon)
        for number in range(count):
            self.connect(daemon.ports["inbound"], number)
        for client in self.idle:
            self.assertTrue(client.recv(200).startswith(b"220 "))
        each_kib = (self.memory_kib(daemon) - before_kib) / count
        print(f"{count} idle connections: {self.memory_kib(daemon) // 1024} MiB, {each_kib:.1f} KiB each", flush=True)
        self.assertLess(each_kib, 100)

    def test_one_address_more_than_it_may(self):
        with self.daemon() as daemon:
            for number in range(EACH_CLIENT):
                self.connect(daemon.ports["inbound"], number).recv(200)
            with RawSmtp(daemon.ports["inbound"], source="127.1.0.1") as client:
                self.assertEqual(client.reply()[0], 421)
            self.assertEqual(daemon.send("inbound", "a@example.org", ["b@example.com"], PLAIN)[0], 250, "not others")
            self.assertEqual(len(self.events(daemon, "smtp.too_many_sessions")), 1)
            self.assertEqual(daemon.stop(), 0, "idle sessions do not keep it")
            self.assertTrue(self.idle[0].recv(200).startswith(b"421 "))


class Reload(BadDay):
    SESSIONS, EACH, RELOADS = 8, 25, 10

    def send_all(self, daemon, worker, answers):
        """All messages of one session on one connection."""
        with smtplib.SMTP("127.0.0.1", daemon.ports["inbound" if worker % 2 else "outbound"], timeout=60) as client:
            for number in range(self.EACH):
                sender = f"w{worker}-{number}@example.org"
                client.sendmail(sender, ["b@example.com"], numbered(worker * 1000 + number))
                answers.append(sender)
                time.sleep(0.05)

    def test_reloads_under_load(self):
        with self.daemon() as daemon:
            answers = []
            threads = [threading.Thread(target=self.send_all, args=(daemon, worker, answers)) for worker in range(self.SESSIONS)]
            for thread in threads:
                thread.start()
            for number in range(self.RELOADS):
                daemon.reload()
                self.wait_for(lambda expected=number + 1: len(self.events(daemon, "serve.reloaded")) >= expected, "a reload")
            for thread in threads:
                thread.join()
            delivered = sorted(message.mail_from for message in self.sink.delivered)
            self.assertEqual(len(answers), self.SESSIONS * self.EACH)
            self.assertEqual(delivered, sorted(answers), "each once")
            self.assertEqual({record["disposition"] for record in self.records(daemon)}, {"accept"})
            self.assertFalse(self.events(daemon, "serve.reload_failed"))
            self.assert_alive(daemon)


if __name__ == "__main__":
    unittest.main()
