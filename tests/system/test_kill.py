"""Law 1 with `kill -9` at random moments while mail flows through a real Postfix: none lost, none doubled, none unjudged.

    python3 tests/system/test_kill.py                                     the short form, as CI runs it
    python3 tests/system/test_kill.py --mode proxy --kills 1000 --messages 10000 [--seed N]

A way is tried at a time:
  milter  client → Postfix with Tocsin as its milter → sink. Postfix owns the queue.
  proxy   client → Postfix → Tocsin (smtpd_proxy_filter) → Postfix → sink. The client owns the queue.
  direct  the same, but the next hop is the sink, which answers at once: what is `unheard` here is Tocsin's own doing.
  queue   client → Postfix → Tocsin (content_filter, Postfix's own smtp client tries again) → Postfix → sink.

What SMTP cannot prevent (RFC 1047): the next hop has the final dot and takes the message, and Tocsin dies before it has heard so
and handed the word on. The client then sends the message again. These copies are counted as `unheard`; there is at most one for
each session that a kill ends. A copy that was made although Tocsin had noted the next hop's answer (its record has it) is
`doubled`, and that is a fault. So is any second copy behind the milter, and any message that is held twice.
"""
import argparse
import collections
import email
import functools
import pathlib
import queue
import random
import re
import shutil
import smtplib
import sys
import tempfile
import threading
import time
import types
import unittest
from dataclasses import dataclass

import demo_mail
import evidence
import postfix_system
from postfix_system import Postfix
from tocsin_system import Daemon, SmtpSink

CLIENTS = 4
QUEUE_SESSIONS = 20  # of Postfix's own client: smtp_destination_concurrency_limit
# So many may wait in Postfix's queue. Each kill puts off all that are active: thousands would be put off and tried anew for ever.
QUEUE_WAITING = 200
GIVE_UP_S = 120  # without any message that came to its end
OUTSIDE = "192.0.2.7"
CONFIGURATION = """
[network]
own_networks = ["203.0.113.0/24"]

[[policy]]
direction = "inbound"
verdicts = ["malware"]
recipients = ["lab@example.com"]
disposition = "quarantine"
reason = "the laboratory looks at it"
"""


@dataclass
class Message:
    number: int
    kind: str  # clean, virus, kept
    code: int = 0
    tries: int = 0

    @property
    def sender(self):
        return f"{self.kind}-{self.number}@example.org"

    @property
    def recipient(self):
        return "lab@example.com" if self.kind == "kept" else "b@example.com"

    @functools.cached_property
    def content(self):
        """The same bytes in every try."""
        if self.kind == "clean":
            return demo_mail.plain(self.sender, self.recipient, "hello", "text " * (self.number % 400), self.number)
        mail = demo_mail.infected(self.sender, self.recipient)
        return mail.replace(b"<att-1@", b"<att-%d@" % self.number)


class Run:
    """One way, some messages, some kills. `report` has the counts afterwards."""

    def __init__(self, mode, kills, messages, seed):
        self.mode, self.kills = mode, kills
        self.random = random.Random(seed)
        self.messages = [Message(number, "kept" if number % 10 == 3 else "virus" if number % 10 == 7 else "clean")
                         for number in range(messages)]
        self.waiting, self.ended, self.failure, self.kill_times = queue.Queue(), 0, None, []
        self.lock = threading.Lock()
        for message in self.messages:
            self.waiting.put(message)

    def go(self):
        self.sink = SmtpSink()
        data = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-kill-"))
        try:
            listen = {name: postfix_system.free_port() for name in ("smtp-inbound", "milter")}
            self.postfix = Postfix(self.sink.port)
            reentry = self.postfix.add_service("reentry")
            self.postfix.add_service("mx", **self._options(listen))
            next_hop = self.sink.port if self.mode == "direct" else reentry
            with Daemon(types.SimpleNamespace(port=next_hop), data=data, keep_data=True, configuration=CONFIGURATION,
                        smtp='xforward_from = ["127.0.0.1"]', listen=listen) as self.daemon, self.postfix:
                self._mail_and_kill()
                self.postfix.wait_until_empty(120)
                return self._count()
        finally:
            self.sink.stop()
            shutil.rmtree(data, ignore_errors=True)

    def _options(self, listen):
        return {
            "milter": {"smtpd_milters": f"inet:127.0.0.1:{listen['milter']}", "milter_default_action": "tempfail"},
            "direct": {"smtpd_proxy_filter": f"127.0.0.1:{listen['smtp-inbound']}"},
            "proxy": {"smtpd_proxy_filter": f"127.0.0.1:{listen['smtp-inbound']}"},
            "queue": {"content_filter": f"smtp:[127.0.0.1]:{listen['smtp-inbound']}"},
        }[self.mode]

    def _mail_and_kill(self):
        clients = [threading.Thread(target=self._client) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for kill in range(self.kills):
            self._wait_for_progress(len(self.messages) * (kill + 1) // (self.kills + 1))
            time.sleep(self.random.uniform(0, 0.03))
            self.kill_times.append(time.monotonic())
            self.daemon.kill()
            self.daemon.start()
        for client in clients:
            client.join()
        if self.failure:
            raise self.failure

    def _wait_for_progress(self, ended):
        deadline = time.monotonic() + GIVE_UP_S
        while self._progress() < ended and not self.failure:
            if time.monotonic() > deadline:
                raise RuntimeError(f"nothing went on: {self._progress()} of {ended}\n{self.postfix.log()[-3000:]}")
            time.sleep(0.02 if self.mode == "queue" else 0.002)

    def _progress(self):
        # In the way of the queue the client is done long before Tocsin is.
        return self.ended - self.postfix.count_queued() if self.mode == "queue" else self.ended

    def _wait_for_room(self):
        while self.mode == "queue" and self.postfix.count_queued() >= QUEUE_WAITING:
            time.sleep(0.05)

    def _client(self):
        """Sends what waits; what was not taken and not refused is sent again, as a mail server does."""
        connection = None
        try:
            while not self.waiting.empty():
                try:
                    message = self.waiting.get_nowait()
                except queue.Empty:
                    break
                self._wait_for_room()
                while message.code not in (250, 550):
                    connection = self._try(connection, message)
                with self.lock:
                    self.ended += 1
            if connection:
                connection.close()
        except Exception as error:  # noqa: the test must not wait for a thread that died
            self.failure = error

    def _try(self, connection, message):
        """One try; returns the connection for the next message, or None."""
        message.tries += 1
        if message.tries > 1:
            time.sleep(0.02)
        try:
            if connection is None:
                connection = smtplib.SMTP("127.0.0.1", self.postfix.ports["mx"], timeout=60)
                connection.ehlo("client.example.org")
                connection.docmd(f"XCLIENT ADDR={OUTSIDE} NAME=client.example.org")
                connection.ehlo("client.example.org")
            message.code = connection.mail(message.sender)[0]
            if message.code == 250:
                message.code = connection.rcpt(message.recipient)[0]
            if message.code == 250:
                message.code = connection.data(message.content)[0]
            if message.code in (250, 550):
                return connection
            # As mail servers do: what was put off comes with a new connection.
            connection.quit()
            return None
        except (OSError, smtplib.SMTPException) as error:
            message.code = getattr(error, "smtp_code", 0)
            if connection:
                connection.close()
            return None

    # ---- counting ----

    def _count(self):
        limit = ("--limit", "100000", "--json")
        self.records = {record["id"]: record for record in self.daemon.command("journal", "list", *limit)["records"]}
        held = self.daemon.command("quarantine", "list", *limit)["held"]
        self.report = collections.Counter(messages=len(self.messages), kills=self.kills, records=len(self.records),
                                          tries=sum(message.tries for message in self.messages))
        self.faults, self.unheard_ms = [], []
        self._count_delivered()
        self._count_held(held)
        for message in self.messages:
            wanted = 550 if message.kind == "virus" and self.mode != "queue" else 250
            if message.code != wanted:
                self.faults.append(f"{message.sender}: answered {message.code}")
        return self.report, self.faults

    def _count_delivered(self):
        copies = collections.defaultdict(list)
        for delivered in self.sink.delivered:
            if delivered.mail_from:
                copies[delivered.mail_from].append(delivered)
        for message in self.messages:
            mine = copies.pop(message.sender, [])
            if message.kind != "clean":
                self.report["passed though infected"] += len(mine)
                continue
            self.report["lost"] += not mine
            self.report["delivered"] += len(mine)
            for copy in mine:
                self._look_at_record(message, copy)
            self._count_doubled(message, mine)
        if copies:
            self.faults.append(f"nobody sent {list(copies)[:3]}")
        self.faults += [f"{self.report[name]} {name}" for name in ("lost", "doubled", "unjudged", "passed though infected")
                        if self.report[name]]

    def _record_of(self, copy):
        (verdict,) = email.message_from_bytes(copy.content).get_all("X-Tocsin-Verdict", [""])
        found = re.search(r"record=(\w+)", verdict)
        return self.records.get(found[1]) if found else None

    def _look_at_record(self, message, copy):
        """The field names the record that let this very copy pass."""
        record = self._record_of(copy)
        if record is None or record["disposition"] not in ("accept", "tag") or record["mail_from"] != message.sender:
            self.report["unjudged"] += 1

    def _count_doubled(self, message, copies):
        if len(copies) < 2:
            return
        noted = [copy for copy in copies if (self._record_of(copy) or {}).get("next_hop_reply", "").startswith("250")]
        known = max(0, len(noted) - 1)
        if self.mode == "milter":
            known = len(copies) - 1  # nothing may die between two parties here
        self.report["doubled"] += known
        self.report["unheard"] += len(copies) - 1 - known
        if self.mode == "direct":
            for copy in copies[:-1]:
                nearest = min((moment - copy.answered_at for moment in self.kill_times), key=abs, default=0)
                self.unheard_ms.append(round(nearest * 1000, 1))

    def _count_held(self, held):
        by_sender = collections.Counter(entry["mail_from"] for entry in held)
        for message in self.messages:
            count = by_sender.pop(message.sender, 0)
            if message.kind == "kept":
                self.report["held"] += count
                self.report["held lost"] += not count
                self.report["held doubled"] += max(0, count - 1)
            elif count:
                self.faults.append(f"{message.sender} is held")
        for entry in held:
            content = evidence.read(self.daemon.data / "evidence", entry["content_sha256"])
            if entry["mail_from"].encode() not in content or entry["record_id"] not in self.records:
                self.faults.append(f"the evidence of {entry['id']} is another message")
        self.faults += [f"{self.report[name]} {name}" for name in ("held lost", "held doubled") if self.report[name]]


WHY_NOT = postfix_system.why_not()


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Kill(unittest.TestCase):
    def run_way(self, mode, kills, messages):
        seed = random.randrange(1 << 32)
        print(f"{mode}: seed {seed}")
        report, faults = Run(mode, kills, messages, seed).go()
        print(f"{mode}: {dict(report)}")
        self.assertEqual(faults, [])
        self.assertLessEqual(report["unheard"], kills * (QUEUE_SESSIONS if mode == "queue" else CLIENTS))

    def test_as_milter(self):
        self.run_way("milter", 5, 120)

    def test_as_proxy(self):
        self.run_way("proxy", 5, 120)

    def test_before_a_next_hop_that_answers_at_once(self):
        self.run_way("direct", 5, 120)

    def test_behind_a_queue(self):
        self.run_way("queue", 3, 100)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=("milter", "proxy", "direct", "queue"), required=True)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--messages", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    wanted = parser.parse_args()
    print(f"seed {wanted.seed}", flush=True)
    begin = time.monotonic()
    run = Run(wanted.mode, wanted.kills, wanted.messages, wanted.seed)
    report, faults = run.go()
    print(f"{wanted.mode}: {dict(report)} in {time.monotonic() - begin:.0f} s")
    if run.unheard_ms:
        print(f"ms from the sink's answer that was not heard to the kill (below 0: it came first): {sorted(run.unheard_ms)}")
    print("\n".join(faults) or "none lost, none doubled, none unjudged")
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1].startswith("--mode"):
        sys.exit(main())
    unittest.main()
