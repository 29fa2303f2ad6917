"""The watch in the mail's path: a customer with a past, hijacks that are held, answers, and what survives a kill -9."""

import functools
import http.client
import json
import quopri
import re
import sqlite3
import tempfile
import time
import unittest
import zlib
from datetime import datetime, timedelta, timezone
from pathlib import Path

import mmdb_writer
from api_http import call, over_tcp
from milter_client import DISCARD, REPLY, ask_milter
from real_programs import free_port
from tocsin_system import Daemon, SmtpSink, tocsin

CONFIGURATION = """
[[customer]]
name = "acme"
envelope_domains = ["acme.example"]

[[customer]]
name = "bolt"
envelope_domains = ["bolt.example"]

[[customer]]
name = "newcomer"
envelope_domains = ["newcomer.example"]
"""
WEEKS = 12


def stamp(moment):
    return moment.isoformat().replace("+00:00", "Z")


def letter(customer, issue, link=None, recipient="reader@mail.example", subject=None, body=None):
    """An issue of a customer's newsletter; with `link` another place in it."""
    place = link or f"https://www.{customer}.example/issue-{issue}"
    story = body or " ".join(f"Story {number} of issue {issue} tells what {customer} grew, sold and planted in week {issue}."
                             for number in range(12))
    return f"""From: {customer.title()} News <news@{customer}.example>
To: {recipient}
Subject: {subject or f"{customer.title()} news {issue}"}
Date: Mon, 02 Mar 2026 09:00:05 +0000
Message-ID: <issue-{issue}-{time.monotonic_ns()}@{customer}.example>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><body><h1>{customer.title()} news</h1><table><tr><td><p>{story}</p>
<p><a href="{place}">Read on</a> <a href="{place}?more">and more</a></p></td></tr></table>
<p><a href="https://www.{customer}.example/unsubscribe">Unsubscribe</a></p></body></html>
""".replace("\n", "\r\n").encode()


def bounce(recipient, message_id):
    """RFC 3464, as Postfix writes it."""
    return f"""From: MAILER-DAEMON@mx.mail.example
To: bounce@acme.example
Subject: Undelivered Mail Returned to Sender
Date: Mon, 02 Mar 2026 09:01:00 +0000
Message-ID: <dsn-{time.monotonic_ns()}@mx.mail.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_dsn"

--=_dsn
Content-Type: text/plain; charset=us-ascii

I could not deliver it.
--=_dsn
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.mail.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user
--=_dsn
Content-Type: text/rfc822-headers

From: Acme News <news@acme.example>
Message-ID: {message_id}
--=_dsn--
""".replace("\n", "\r\n").encode()


def complaint(recipient, message_id):
    """RFC 5965."""
    return f"""From: feedback@mail.example
To: fbl@esp.example
Subject: abuse report
Date: Mon, 02 Mar 2026 09:01:00 +0000
Message-ID: <arf-{time.monotonic_ns()}@mail.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="=_arf"

--=_arf
Content-Type: text/plain; charset=us-ascii

This is an abuse report.
--=_arf
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Feedback/1.0
Version: 1
Original-Rcpt-To: {recipient}
--=_arf
Content-Type: message/rfc822

From: Acme News <news@acme.example>
Message-ID: {message_id}
Subject: Acme news 30

Story.
--=_arf--
""".replace("\n", "\r\n").encode()


class Watch(unittest.TestCase):
    configuration = CONFIGURATION

    def setUp(self):
        self.sink = SmtpSink()
        self.addCleanup(self.sink.stop)
        self.daemon = Daemon(self.sink, configuration=self.configuration)
        self.daemon.data = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tocsin-test-")))
        self.write_past()
        self.daemon.__enter__()
        self.addCleanup(lambda: self.daemon.__exit__(None, None, None))

    @staticmethod
    @functools.cache
    def facts():
        """What a reader says of each issue of one customer's newsletter."""
        with tempfile.TemporaryDirectory(prefix="tocsin-test-") as folder:
            files = []
            for issue in range(WEEKS):
                files.append(Path(folder) / f"{issue:02}.eml")
                files[-1].write_bytes(letter("acme", issue))
            scanned = tocsin("scan", "--json", "--no-system-db", "--direction", "outbound", *map(str, files))
            return [json.dumps(json.loads(line)["facts"]) for line in scanned.stdout.splitlines()]

    def write_past(self):
        """Twelve weeks of twelve customers, as the gate would have recorded them, ending a week ago."""
        lines = []
        now = datetime.now(timezone.utc)
        customers = ["acme", "bolt", *(f"other{number}" for number in range(10))]
        for issue, facts in enumerate(Watch.facts()):
            for customer in customers:
                own = json.loads(facts.replace("acme", customer).replace("Acme", customer.title()))
                if customer != "acme":
                    text = zlib.crc32(f"{customer} {issue}".encode()) * 0x9E3779B97F4A7C15 % (1 << 64)
                    own["text_fingerprint"] = f"{text:016x}"
                sent = now - timedelta(weeks=WEEKS - issue)
                lines.append({"kind": "login", "id": f"login-{customer}-{issue}", "time": stamp(sent - timedelta(hours=1)),
                              "customer": customer, "credential": customer, "client_ip": "127.0.0.1", "device": "laptop"})
                lines.append({"kind": "message", "id": f"{customer}-{issue}", "time": stamp(sent),
                              "customer": customer, "client_ip": "127.0.0.1", "mail_from": f"bounce@{customer}.example",
                              "recipients": [f"reader{n}@mail.example" for n in range(50)], "verdict": "clean",
                              "disposition": "accept", **own})
        self.past_lines = len(lines)
        past = self.daemon.data / "past.jsonl"
        past.write_text("".join(json.dumps(line) + "\n" for line in lines))
        result = tocsin("watch", "import", str(past), "--data", str(self.daemon.data))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(f"{len(lines)} events are imported; 0 were there already", result.stdout)

    def send(self, content, customer="acme", recipients=("reader1@mail.example",)):
        return self.daemon.send("outbound", f"bounce@{customer}.example", list(recipients), content)

    def api(self, method, target, token, body=None):
        """Over TCP, as the operator's own systems call it: (status, object)."""
        status, _, text = over_tcp(self.daemon, method, target, {"Authorization": f"Bearer {token}"}, body)
        return status, json.loads(text)

    def alarms(self, *words):
        deadline = time.monotonic() + 20
        while True:
            alarms = self.daemon.command("watch", "list", "--json", *words)["alarms"]
            if alarms or time.monotonic() > deadline:
                return alarms
            time.sleep(0.1)

    def hijack(self, number=0):
        return letter("acme", 40, link=f"https://login-portal.evil-place{number}.example/verify",
                      subject="Your account will be closed")

    def wait_for(self, condition, what):
        deadline = time.monotonic() + 20
        while not condition():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.1)

    def test_usual_mail_goes_and_a_hijack_is_held_before_its_first_recipient(self):
        code, text = self.send(letter("acme", 30))
        self.assertEqual(code, 250, text)
        self.assertEqual(len(self.sink.delivered), 1)
        code, text = self.send(self.hijack())
        self.assertEqual(code, 250, text)
        self.assertIn("held for review", text)
        self.assertEqual(len(self.sink.delivered), 1)
        alarm, = self.alarms()
        self.assertEqual((alarm["customer"], alarm["state"]), ("acme", "open"))
        places = [signal for signal in alarm["signals"] if signal["signal"] == "link_domain"]
        self.assertIn("evil-place0.example", places[0]["text"])
        self.assertIn("acme.example", places[0]["normal"])
        record = self.daemon.command("journal", "list", "--json", "--customer", "acme")["records"][0]
        self.assertEqual((record["disposition"], record["watch_action"], record["alarm"]), ("hold", "hold", alarm["alarm"]))
        self.assertIn(alarm["alarm"], record["reasons"][0])
        shown = tocsin("watch", "explain", alarm["alarm"], "--data", str(self.daemon.data)).stdout
        self.assertIn("evil-place0.example", shown)
        self.assertIn("--is this_is_us", shown)
        listed = tocsin("watch", "list", "--closely", "--data", str(self.daemon.data)).stdout
        self.assertIn("acme", listed)
        profile = tocsin("watch", "show", "acme", "--data", str(self.daemon.data)).stdout
        self.assertIn("WATCHED CLOSELY", profile)
        self.assertIn("acme.example", profile)

    def test_this_is_us_lets_the_mail_go_once_and_makes_the_place_usual(self):
        content = self.hijack()
        self.send(content)
        alarm, = self.alarms()
        refused = tocsin("watch", "answer", alarm["alarm"], "--is", "this_is_us", "--why", "", "--data", str(self.daemon.data))
        self.assertNotEqual(refused.returncode, 0)
        self.daemon.command("watch", "answer", alarm["alarm"], "--is", "this_is_us", "--why", "called Anna", "--by", "eve")
        self.wait_for(lambda: self.sink.delivered, "the held mail does not go")
        self.assertEqual(self.sink.delivered[0].content, content)
        held, = self.daemon.command("quarantine", "list", "--state", "released", "--json")["held"]
        self.assertEqual((held["decided_by"], held["alarm"]), ("eve", alarm["alarm"]))
        code, text = self.send(self.hijack())
        self.assertEqual((code, len(self.sink.delivered)), (250, 2), text)
        again = tocsin("watch", "answer", alarm["alarm"], "--is", "not_us", "--why", "x", "--data", str(self.daemon.data))
        self.assertEqual(again.returncode, 2)
        self.assertIn("released already", again.stderr)
        # Another new place is as suspicious as before.
        code, text = self.send(self.hijack(7))
        self.assertIn("held for review", text)

    def test_not_us_keeps_the_mail_and_watches_closely_until_the_incident_is_closed(self):
        self.send(self.hijack())
        alarm, = self.alarms()
        self.daemon.command("watch", "answer", alarm["alarm"], "--is", "not_us", "--why", "they were robbed")
        code, text = self.send(self.hijack())
        self.assertIn("held for review", text)
        self.assertEqual(self.sink.delivered, [])
        closely = self.daemon.command("watch", "list", "--closely", "--json")["closely_watched"]
        self.assertEqual([(one["customer"], one["why"]) for one in closely], [("acme", "incident")])
        self.daemon.command("watch", "answer", alarm["alarm"], "--is", "closed", "--why", "new password")
        self.assertEqual(self.daemon.command("watch", "list", "--closely", "--json")["closely_watched"], [])

    def test_what_is_imported_twice_is_there_once(self):
        self.daemon.stop()
        again = tocsin("watch", "import", str(self.daemon.data / "past.jsonl"), "--data", str(self.daemon.data))
        self.assertIn(f"0 events are imported; {self.past_lines} were there already", again.stdout)
        self.daemon.start()
        self.assertEqual(len(self.daemon.command("watch", "export").splitlines()), self.past_lines)

    def test_everything_survives_a_kill(self):
        self.send(letter("acme", 30))
        self.send(self.hijack())
        alarm, = self.alarms()
        before = self.daemon.command("watch", "show", "acme", "--json")
        events = self.daemon.command("watch", "export").splitlines()
        self.daemon.kill()
        self.daemon.start()
        self.assertEqual([one["alarm"] for one in self.alarms()], [alarm["alarm"]])
        self.assertEqual(self.daemon.command("watch", "show", "acme", "--json"), before)
        code, text = self.send(self.hijack())
        self.assertIn("held for review", text)
        self.assertEqual(len(self.alarms()), 1, "the same campaign raised a second alarm")
        # An orderly stop leaves a snapshot; what comes after it is read from the journal.
        self.daemon.stop()
        self.assertTrue((self.daemon.data / "watch.snapshot").exists())
        self.daemon.start()
        starts = [line for line in self.daemon.log_path.read_text().splitlines() if "watch.recovered" in line]
        self.assertIn("events=0", starts[-1])
        self.daemon.command("watch", "answer", alarm["alarm"], "--is", "this_is_us", "--why", "called")
        self.wait_for(lambda: len(self.sink.delivered) == 3, "the held mail does not go")
        self.assertEqual(len(events), self.past_lines + 2)

    def test_a_damaged_snapshot_is_named_and_the_journal_is_read_instead(self):
        self.send(self.hijack())
        alarm, = self.alarms()
        before = self.daemon.command("watch", "show", "acme", "--json")
        self.daemon.stop()
        snapshot = self.daemon.data / "watch.snapshot"
        whole = snapshot.read_bytes()
        flips = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:] for at in (30, 100, len(whole) // 2, len(whole) - 5)]
        for number, bad in enumerate([whole[:-20], b"", *flips]):
            with self.subTest(number):
                snapshot.write_bytes(bad)
                self.daemon.start()
                self.assertIn("watch.snapshot_not_used", self.daemon.log_path.read_text().split("watch.recovered")[-2])
                self.assertEqual(self.daemon.command("watch", "show", "acme", "--json"), before)
                self.assertEqual([one["alarm"] for one in self.alarms()], [alarm["alarm"]])
                self.daemon.kill()
        # A lost key: other hashes, so the snapshot is worth nothing, and the journal is.
        snapshot.write_bytes(whole)
        (self.daemon.data / "watch-key").unlink()
        self.daemon.start()
        self.assertIn("watch-key", self.daemon.log_path.read_text().split("watch.recovered")[-2])
        self.assertIn("delivered", self.send(letter("bolt", 31), "bolt")[1])

    def test_the_export_replays_to_the_same_alarm(self):
        self.send(letter("acme", 30))
        self.send(self.hijack())
        alarm, = self.alarms()
        result = tocsin("watch", "replay", "-", stdin=tocsin("watch", "export", "--data", str(self.daemon.data)).stdout)
        shown, summary = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual(summary["summary"]["alarms"], 1)
        self.assertEqual([signal["text"] for signal in shown["signals"]], [signal["text"] for signal in alarm["signals"]])
        self.assertEqual(shown["alarm"], alarm["alarm"])
        # Answers find their alarms again.
        self.daemon.command("watch", "answer", alarm["alarm"], "--is", "this_is_us", "--why", "called")
        self.send(self.hijack(7))
        exported = tocsin("watch", "export", "--data", str(self.daemon.data)).stdout
        result = tocsin("watch", "replay", "--quiet", "-", stdin=exported)
        summary = json.loads(result.stdout)["summary"]
        self.assertEqual((summary["alarms"], summary["no_events"]), (2, 0), result.stderr)

    def test_snoozed_alarms_are_not_listed_and_still_hold(self):
        self.send(self.hijack())
        alarm, = self.alarms()
        self.daemon.command("watch", "snooze", alarm["alarm"], "--minutes", "60", "--why", "Anna is on a plane", "--by", "eve")
        self.assertEqual(self.daemon.command("watch", "list", "--json")["alarms"], [])
        sleeping, = self.daemon.command("watch", "list", "--sleeping", "--json")["alarms"]
        self.assertEqual((sleeping["snoozed_by"], sleeping["snooze_reason"]), ("eve", "Anna is on a plane"))
        self.assertIn("held for review", self.send(self.hijack())[1])
        self.daemon.command("watch", "snooze", alarm["alarm"], "--minutes", "0", "--why", "she landed")
        self.assertEqual(len(self.alarms()), 1)
        self.assertIn("2 messages of it are held here", self.daemon.command("watch", "explain", alarm["alarm"]))
        self.assertIn("1 alarms wait for an answer", self.daemon.command("status"))
        self.daemon.command("watch", "answer", alarm["alarm"], "--is", "not_us", "--why", "Anna says no")
        with self.assertRaisesRegex(RuntimeError, "is incident: only one that waits for an answer can sleep"):
            self.daemon.command("watch", "snooze", alarm["alarm"], "--minutes", "5", "--why", "later")

    def test_events_of_the_operators_systems_raise_an_alarm_before_any_mail(self):
        now = stamp(datetime.now(timezone.utc))
        acts = [{"kind": kind, "id": f"act-{kind}", "time": now, "customer": "acme", "credential": "key-1",
                 "client_ip": "203.0.113.9", "device": "never seen", "value": value}
                for kind, value in [("login", ""), ("login", "old"), ("second_factor_changed", ""), ("api_key_made", "k2"),
                                    ("sender_added", "ceo@other.example"), ("list_exported", "all customers")]]
        for number, act in enumerate(acts):
            act["id"] += str(number)
        token = (self.daemon.data / "events-token").read_text().strip()
        bad = {"kind": "login", "time": now, "customer": "acme"}
        status, body = self.api("POST", "/v1/events", token, json.dumps({"events": [*acts, bad]}))
        self.assertEqual((status, body["taken"]), (200, len(acts)), body)
        self.assertEqual([one["event"] for one in body["refused"]], [len(acts)])
        self.assertIn("id", body["refused"][0]["error"])
        events = len(self.daemon.command("watch", "export").splitlines())
        again = self.api("POST", "/v1/events", token, json.dumps(acts))
        self.assertEqual(again[0], 200)
        self.assertEqual(len(self.daemon.command("watch", "export").splitlines()), events, "repeated events were kept")
        self.assertEqual(self.api("GET", "/v1/watch/alarms", token)[0], 403)
        status, body = self.api("POST", "/v1/events", token,
                                json.dumps({"kind": "login", "id": "x", "time": now, "customer": "nobody"}))
        self.assertEqual(status, 400)
        self.assertIn("no customer", body["error"])
        alarm, = self.alarms()
        self.assertEqual((alarm["kind"], alarm["customer"]), ("account", "acme"))
        # Nested for its own sake: refused, and the daemon lives.
        for deep in ("[" * 5000 + "]" * 5000, '{"a":' * 1000 + "1" + "}" * 1000, '{"events":[' + "[" * 100_000,
                     json.dumps(acts[0])[:-1] + ',"foo":' + "[" * 5000 + "]" * 5000 + "}"):
            status, body = self.api("POST", "/v1/events", token, deep)
            self.assertEqual(status, 400, body)
        self.assertEqual(len(self.alarms()), 1)
        shown = [act["what"] for act in self.daemon.command("watch", "show", "acme", "--json")["acts"]]
        self.assertEqual(len([act for act in shown if "203.0.113.0/24" in act]), len(acts), shown)

    def test_bounces_and_complaints_that_come_in_are_outcomes_of_the_mail_that_they_name(self):
        content = letter("acme", 30)
        message_id = re.search(rb"Message-ID: (<[^>]+>)", content).group(1).decode()
        self.send(content, recipients=("reader1@mail.example", "reader2@mail.example"))

        def report(recipient, about=message_id):
            self.daemon.send("inbound", "", ["bounce@acme.example"], bounce(recipient, about))

        def counted():
            profile = self.daemon.command("watch", "show", "acme", "--json")
            return profile["bounces"], profile["complaints"], profile["days"][-1]["bounces"], profile["days"][-1]["complaints"]

        report("reader1@mail.example")
        self.wait_for(lambda: counted() == (1, 0, 1, 0), "the bounce does not count")
        report("reader1@mail.example")  # the same again
        report("stranger@mail.example")  # who never got it
        report("reader2@mail.example", "<never-sent@acme.example>")
        report("READER2@mail.example")
        self.wait_for(lambda: counted() == (2, 0, 2, 0), f"the second bounce does not count: {counted()}")
        self.daemon.send("inbound", "", ["fbl@esp.example"], complaint("reader1@mail.example", message_id))
        self.wait_for(lambda: counted() == (2, 1, 2, 1), "the complaint does not count")
        self.daemon.kill()
        self.daemon.start()
        self.assertEqual(counted(), (2, 1, 2, 1))

    def test_a_link_among_hundreds_and_one_behind_entities_are_seen(self):
        padding = "".join(f'<a href="https://h{number}.acme.example/">.</a>' for number in range(300))
        for number, place in enumerate(['https://www.acme.example/x"></a>' + padding + '<a href="https://evil-a.example/v',
                                        "https&colon;//evil-b&period;example/v", "https://evil-c.example&num;@www.acme.example/"]):
            code, text = self.send(letter("acme", 50 + number, link=place))
            self.assertIn("held for review", text, place[-60:])
        self.assertEqual(self.sink.delivered, [])

    def test_a_new_customers_mail_goes_out_in_small_parts(self):
        """Twenty go, the rest is put off; half an hour later it would go, if nothing bad came back."""
        codes = [self.send(letter("newcomer", 1, recipient=f"reader{number}@mail.example"), "newcomer",
                           [f"reader{number}@mail.example"])[0] for number in range(23)]
        self.assertEqual(codes, [250] * 20 + [451] * 3)
        self.assertEqual(len(self.sink.delivered), 20)
        record = self.daemon.command("journal", "list", "--json", "--customer", "newcomer")["records"][0]
        self.assertEqual((record["disposition"], record["watch_action"]), ("tempfail", "pace"))
        self.assertIn("newcomer is new", record["reasons"][0])
        profile = self.daemon.command("watch", "show", "newcomer", "--json")
        self.assertEqual(profile["level"], "learning")
        self.assertEqual((profile["days"][-1]["messages"], profile["days"][-1]["paced"]), (23, 3))

    def test_two_logins_of_unknown_people_have_a_past_of_their_own(self):
        records = self.daemon.command("journal", "list", "--json", "--limit", "1")["records"]
        self.assertEqual(records, [])
        self.daemon.send("outbound", "stranger@nowhere.example", ["x@mail.example"], letter("stranger", 1))
        record, = self.daemon.command("journal", "list", "--json", "--customer", "(unknown)")["records"]
        self.assertNotIn("watch_action", record, "nobody to compare with, and yet compared")


class Observe(Watch):
    configuration = '[watch]\nmode = "observe"\n' + CONFIGURATION

    def test_alarms_are_raised_and_all_mail_goes(self):
        self.send(self.hijack())
        self.assertEqual(len(self.sink.delivered), 1)
        alarm, = self.alarms()
        self.assertEqual(alarm["state"], "open")
        record, = self.daemon.command("journal", "list", "--json", "--customer", "acme")["records"]
        self.assertEqual((record["disposition"], record["watch_action"], record["watch_observes"]), ("accept", "hold", True))
        day = self.daemon.command("watch", "show", "acme", "--json")["days"][-1]
        self.assertEqual((day["messages"], day["recipients"], day["held"]), (1, 1, 0))


class Networks(Watch):
    def setUp(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tocsin-test-")))
        mmdb_writer.write(folder / "asn.mmdb", {"127.0.0.0/8": {"autonomous_system_number": 64500}}, database_type="ASN")
        mmdb_writer.write(folder / "country.mmdb", {"127.0.0.0/8": {"country": {"iso_code": "DE"}}}, database_type="Country")
        self.configuration = CONFIGURATION + f"""
[watch]
asn_database = "{folder}/asn.mmdb"
country_database = "{folder}/country.mmdb"
"""
        super().setUp()

    def test_owner_and_country_of_the_client_stand_in_the_record(self):
        self.send(letter("acme", 30))
        record, = self.daemon.command("journal", "list", "--json", "--customer", "acme")["records"]
        self.assertEqual((record["network_owner"], record["country"], record["language"]), ("AS64500", "DE", "en"))
        profile = self.daemon.command("watch", "show", "acme", "--json")
        self.assertEqual([one["value"] for one in profile["countries"]], ["DE"])


class FewAreKept(Watch):
    configuration = "[watch]\nkept_messages = 2\n" + CONFIGURATION

    def test_two_are_kept_and_the_sender_keeps_the_rest(self):
        answers = [self.send(self.hijack())[0] for _ in range(5)]
        self.assertEqual(answers, [250, 250, 451, 451, 451])
        self.assertEqual(self.sink.delivered, [])
        record = self.daemon.command("journal", "list", "--json", "--customer", "acme")["records"][0]
        self.assertEqual((record["disposition"], record["watch_action"]), ("tempfail", "hold"))
        alarm, = self.alarms()
        self.daemon.command("watch", "answer", alarm["alarm"], "--is", "this_is_us", "--why", "called")
        self.assertEqual(self.send(self.hijack())[0], 250)
        self.wait_for(lambda: len(self.sink.delivered) == 3, "the held mail does not go")


class OtherDoors(Watch):
    """The milter, with mail kept at the MTA and here, and HTTP."""

    configuration = "[watch]\nkept_messages = 1\n" + CONFIGURATION + """
[[listener]]
name = "milter-mta"
kind = "milter"
address = "127.0.0.1:0"
keep = "mta"
"""

    def by_milter(self, door, content, recipient="reader1@mail.example"):
        return ask_milter(self.daemon.ports[door], "bounce@acme.example", [recipient], content, address="127.0.0.1")

    def test_the_mta_keeps_it_in_its_hold_queue(self):
        usual = self.by_milter("milter-mta", letter("acme", 30))
        self.assertTrue(usual.passes())
        self.assertNotIn(b"q", [command for command, _ in usual.changes])
        for _ in range(3):
            held = self.by_milter("milter-mta", self.hijack())
            self.assertTrue(held.passes())
            self.assertIn(b"q", [command for command, _ in held.changes], "the MTA is not told to hold it")
        self.assertEqual(self.daemon.command("quarantine", "list", "--json")["held"], [])
        self.assertEqual(len(self.alarms()), 1)

    def test_the_milter_keeps_one_here_and_puts_the_others_off(self):
        answers = [self.by_milter("milter", self.hijack()) for _ in range(3)]
        self.assertEqual([one.code for one in answers], [DISCARD, REPLY, REPLY])
        self.assertTrue(answers[1].text.startswith("451 4.7.1 mail of this account goes on later"), answers[1].text)
        self.assertNotIn("evil", answers[1].text)
        self.assertEqual(len(self.daemon.command("quarantine", "list", "--json")["held"]), 1)

    def test_http_says_hold(self):
        def ask(path, content):
            headers = {"From": "bounce@acme.example", "Rcpt": "reader1@mail.example", "IP": "127.0.0.1"}
            connection = http.client.HTTPConnection("127.0.0.1", self.daemon.ports["check"], timeout=60)
            return json.loads(call(connection, "POST", path, headers, content)[2])
        self.assertEqual(ask("/v1/scan", letter("acme", 30))["disposition"], "accept")
        self.assertEqual(ask("/v1/scan", self.hijack())["disposition"], "hold")
        self.assertEqual(ask("/checkv2", letter("acme", 31))["action"], "no action")
        self.assertNotEqual(ask("/checkv2", self.hijack())["action"], "no action")
        self.assertEqual(len(self.alarms()), 1)


class ContactIsAsked(Watch):
    configuration = CONFIGURATION.replace('["acme.example"]', '["acme.example"]\ncontact = "anna@elsewhere.example"').replace(
        '["bolt.example"]', '["bolt.example"]\ncontact = "bob@mail.bolt-news.example"') + """
[watch]
answer_url = "http://127.0.0.1:1/a"
ask_from = "security@esp.example"
[[listener]]
name = "answers"
kind = "answers"
address = "127.0.0.1:0"
"""

    def question(self):
        """The mail to the contact, and the path of its link."""
        self.wait_for(lambda: any(one.recipients == ["anna@elsewhere.example"] for one in self.sink.delivered), "nobody is asked")
        mail, = [one for one in self.sink.delivered if one.recipients == ["anna@elsewhere.example"]]
        return mail, re.search(rb"http://127.0.0.1:1(/a/[0-9a-f.]+)\r?\n", quopri.decodestring(mail.content)).group(1).decode()

    def page(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.ports["answers"], timeout=30)
        status, headers, text = call(connection, method, path, {"Content-Type": "application/x-www-form-urlencoded"}, body)
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        self.assertEqual(headers["Cache-Control"], "no-store")
        return status, text

    def test_the_contact_says_it_was_us_once(self):
        content = self.hijack()
        self.send(content.replace(b"Subject: ", b"Subject: <b>", 1))
        mail, path = self.question()
        self.assertEqual(mail.mail_from, "security@esp.example")
        self.assertNotIn(b"evil-place0", mail.content)
        status, text = self.page("GET", path)
        self.assertEqual(status, 200)
        self.assertIn("&lt;b&gt;Your account will be closed", text)
        self.assertIn("evil-place0.example", text)
        self.assertEqual(len(self.sink.delivered), 1, "looking at the page let the mail go")
        for wrong in (path[:-1] + ("0" if path[-1] != "0" else "1"), "/", "/a/", "/v1/status", "/metrics"):
            self.assertEqual(self.page("GET", wrong)[0], 404, wrong)
            self.assertEqual(self.page("POST", wrong, "answer=this_is_us")[0], 404, wrong)
        self.assertEqual(self.page("POST", path, "answer=perhaps")[0], 400)
        self.assertEqual(self.page("POST", path, "answer=this_is_us")[0], 200)
        self.wait_for(lambda: len(self.sink.delivered) == 2, "the held mail does not go")
        self.assertEqual(self.page("POST", path, "answer=not_us")[0], 410)
        alarm, = self.alarms("--state", "released")
        self.assertEqual((alarm["answered_by"], alarm["asked"]), ("the customer's contact", "anna@elsewhere.example"))

    def test_the_contact_says_it_was_not_us(self):
        self.send(self.hijack())
        _, path = self.question()
        status, text = self.page("POST", path, "answer=not_us")
        self.assertEqual(status, 200)
        self.assertIn("stays stopped", text)
        self.assertEqual([one["why"] for one in self.daemon.command("watch", "list", "--closely", "--json")["closely_watched"]],
                         ["incident"])

    def test_a_contact_from_whose_domain_the_customer_sends_is_not_asked(self):
        """bolt begins to send from its contact's domain: from then on that contact may be the thief."""
        usual = letter("bolt", 30).replace(b"From: Bolt News <news@bolt.example>", b"From: Bolt News <news@bolt-news.example>")
        self.send(usual, "bolt")
        alarm, = self.alarms()
        self.daemon.command("watch", "answer", alarm["alarm"], "--is", "this_is_us", "--why", "a new domain")
        self.send(letter("bolt", 41, link="https://evil-place.example/verify", subject="Closed"), "bolt")
        self.wait_for(lambda: any(one["asked"] for one in self.alarms()), "nothing is noted")
        alarm, = self.alarms()
        self.assertIn("nobody: the contact is at mail.bolt-news.example, and the customer sends from", alarm["asked"])

    def test_nobody_to_ask_is_noted(self):
        self.send(letter("newcomer", 1, link="https://evil-place.example/a"), "newcomer")
        self.assertEqual(self.daemon.command("watch", "list", "--json")["alarms"], [])


class FewStayInMemory(Watch):
    configuration = CONFIGURATION + "[watch]\ncustomers_in_memory = 1\n"

    def restart(self, end=None):
        end = end or self.daemon.stop
        end()
        self.daemon.start()

    def counts(self):
        answer = self.daemon.command("watch", "list", "--closely", "--json")
        return answer["customers"], answer["put_away"]

    def test_who_was_quiet_comes_back_from_the_store_with_his_past(self):
        self.assertEqual(self.send(letter("acme", 30))[0], 250)
        self.restart()
        self.wait_for(lambda: self.counts() == (12, 11), f"{self.counts()} customers, put away")
        self.restart(self.daemon.kill)
        self.wait_for(lambda: self.counts() == (12, 11), f"{self.counts()} customers, put away")
        shown = self.daemon.command("watch", "show", "other3", "--json")
        self.assertEqual([one["value"] for one in shown["link_domains"]], ["other3.example"])
        self.assertEqual(shown["level"], "normal")
        self.assertEqual(self.counts(), (12, 10))
        code, text = self.send(letter("bolt", 30), "bolt")
        self.assertEqual(code, 250, text)
        self.assertEqual(self.send(letter("bolt", 31, link="https://evil-place.example/verify", subject="Closed"), "bolt")[0], 250)
        alarm, = self.alarms()
        self.assertEqual(alarm["customer"], "bolt")
        # And once more, with rows in the store that are older than what the watch knows by now.
        self.restart(self.daemon.kill)
        self.assertEqual([one["alarm"] for one in self.alarms()], [alarm["alarm"]])
        self.assertEqual(self.send(letter("bolt", 32), "bolt")[0], 250)
        self.assertEqual(self.send(letter("other1", 30), "other1")[0], 250)
        self.assertEqual([one["alarm"] for one in self.alarms()], [alarm["alarm"]])
        self.assertNotIn("watch.profile_lost", self.daemon.log_path.read_text())

    def test_a_profile_that_cannot_be_read_is_told_and_its_customer_begins_anew_watched_closely(self):
        self.assertEqual(self.send(letter("acme", 30))[0], 250)
        self.restart()
        self.wait_for(lambda: self.counts() == (12, 11), f"{self.counts()} customers, put away")
        self.daemon.stop()
        database = sqlite3.connect(self.daemon.data / "tocsin.sqlite")
        database.execute("UPDATE watch_away SET profile = 'A' || SUBSTR(profile, 2)")
        database.commit()
        database.close()
        self.daemon.start()
        code, text = self.send(letter("bolt", 30), "bolt")
        self.assertIn("watch.profile_lost", self.daemon.log_path.read_text())
        self.assertEqual(code, 250, text)
        self.assertEqual(self.daemon.command("watch", "show", "bolt", "--json")["level"], "close")


class ContactIsAskedLater(Watch):
    configuration = ContactIsAsked.configuration.replace("[watch]\n", '[watch]\nask_through = "127.0.0.1:{port}"\n')

    def setUp(self):
        self.port = free_port()
        self.configuration = self.configuration.replace("{port}", str(self.port))
        super().setUp()

    def test_a_question_that_could_not_be_sent_is_sent_later(self):
        self.send(self.hijack())
        self.wait_for(lambda: any(one["asked"].startswith("nobody yet: ") for one in self.alarms()), "nothing is noted")
        alarm, = self.alarms()
        self.assertIsNone(alarm["asked_at"])
        post_office = SmtpSink(port=self.port)
        self.addCleanup(post_office.stop)
        self.wait_for(lambda: post_office.delivered, "the contact is not asked again")
        self.wait_for(lambda: self.alarms()[0]["asked"] == "anna@elsewhere.example", "it is not noted")
        self.assertEqual(len(post_office.delivered), 1)


def inherited(case):
    """The cases of a variant are its own: those of the class above run once."""
    for name in dir(Watch):
        if name.startswith("test_") and name not in vars(case):
            setattr(case, name, None)


inherited(Observe)
inherited(FewAreKept)
inherited(Networks)
inherited(OtherDoors)
inherited(ContactIsAsked)
inherited(FewStayInMemory)
inherited(ContactIsAskedLater)


if __name__ == "__main__":
    unittest.main()
