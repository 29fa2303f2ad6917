"""The response: a report comes in, an incident opens, its playbook gives orders and tells people; it survives a kill -9."""

import base64
import email.header
import tempfile
import time
import unittest
from pathlib import Path

import demo_mail
from tocsin_system import Daemon, SmtpSink

PEOPLE = """
[[person]]
id = "anna"
name = "Anna Adler"
mail = ["anna@desk.example"]
[[person]]
id = "bob"
mail = ["bob@desk.example"]
[[group]]
name = "desk"
people = ["anna", "bob"]
[[rota]]
name = "first"
turns = ["anna"]
begins = "2026-01-01T00:00:00Z"
[[group]]
name = "on-call"
rota = "first"
[[page]]
group = "desk"
"""
CONFIGURATION = """
[[customer]]
name = "acme"
envelope_domains = ["acme.example"]
contact = "carla@elsewhere.example"

[respond]
people = "{people}"
report_addresses = ["phish@esp.example"]
notices_from = "security@esp.example"
"""


def wedding_photo(recipient="staff1@esp.example", number=0):
    """A hostile mail: the test string in a file, and a link."""
    return f"""From: Old Friend <friend@stranger.example>
To: {recipient}
Subject: our wedding photos
Date: Mon, 02 Mar 2026 09:00:0{number % 10} +0000
Message-ID: <wedding-{number}@stranger.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_m"

--=_m
Content-Type: text/plain; charset=utf-8

Hello, we married last week and thought of you and all the good days at school, of the teachers and of the trip to the sea.
Here are the photos that I promised, they are a little large, so open the file at home: https://photos.stranger.example/album
--=_m
Content-Type: application/octet-stream; name=photos.com
Content-Disposition: attachment; filename=photos.com
Content-Transfer-Encoding: base64

{base64.b64encode(demo_mail.EICAR).decode()}
--=_m--
""".replace("\n", "\r\n").encode()


def report_of(mail, reporter="staff1@esp.example", subject="Fwd: our wedding photos"):
    """What a mail program sends when somebody forwards a mail as an attachment."""
    return (f"From: {reporter}\r\nTo: phish@esp.example\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
            f"Message-ID: <report-{time.monotonic_ns()}@esp.example>\r\nDate: Mon, 02 Mar 2026 09:05:00 +0000\r\n"
            "Content-Type: multipart/mixed; boundary=\"=_r\"\r\n\r\n--=_r\r\nContent-Type: text/plain\r\n\r\nIs this a phish?\r\n"
            "--=_r\r\nContent-Type: message/rfc822\r\n\r\n").encode() + mail + b"\r\n--=_r--\r\n"


class House(unittest.TestCase):
    """A daemon with people, for tests of what they do."""

    configuration = CONFIGURATION

    def setUp(self):
        self.sink = SmtpSink()
        self.addCleanup(self.sink.stop)
        folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tocsin-test-")))
        (folder / "people.toml").write_text(PEOPLE)
        self.daemon = Daemon(self.sink, configuration=self.configuration.replace("{people}", str(folder / "people.toml")))
        self.daemon.__enter__()
        self.addCleanup(lambda: self.daemon.__exit__(None, None, None))

    def wait_for(self, condition, what, seconds=30):
        deadline = time.monotonic() + seconds
        while not (result := condition()):
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.1)
        return result

    def incidents(self, *words):
        return self.daemon.command("incident", "list", "--json", *words)["incidents"]

    def incident(self, name):
        return self.daemon.command("incident", "show", str(name), "--json")


    def let_the_gate_see(self, mail, sender="friend@stranger.example", recipient="staff1@esp.example"):
        """It is refused, and recorded: a report of it needs no person."""
        return self.daemon.send("inbound", sender, [recipient], mail)


class Response(House):
    def notices_to(self, address):
        return [email.message_from_bytes(one.content) for one in self.sink.delivered if one.recipients == [address]]

    def test_a_reported_mail_is_verified_blocked_and_told(self):
        self.let_the_gate_see(wedding_photo())
        code, text = self.daemon.send("inbound", "staff1@esp.example", ["phish@esp.example"], report_of(wedding_photo()))
        self.assertEqual(code, 250, text)
        summary, = self.wait_for(self.incidents, "no incident opens")
        incident = self.wait_for(lambda: (one := self.incident(summary["number"]))["verdict"] == "malicious" and one,
                                 "it is not verified")
        report, = incident["reports"]
        self.assertEqual((report["way"], report["grade"], report["judged_as"]), ("mailbox", "raw", "malware"))
        self.wait_for(lambda: any(one["value"] == "photos.stranger.example/album" for one in
                                  self.daemon.command("order", "list", "--json")["orders"]), "the link is not blocked")
        self.wait_for(lambda: self.notices_to("anna@desk.example") and self.notices_to("bob@desk.example"), "nobody is paged")
        page = self.notices_to("anna@desk.example")[0]
        self.assertEqual(page["From"], "security@esp.example")
        self.assertIn("incident 1", str(email.header.make_header(email.header.decode_header(page["Subject"]))))
        # The report is evidence, and waits for nobody; neither is it passed on.
        self.assertEqual(self.daemon.command("quarantine", "list", "--json", "--state", "held")["held"], [])
        self.assertFalse([one for one in self.sink.delivered if "phish@esp.example" in one.recipients])
        # What the attacker sends next stops at the gate, though nothing in it is known to be malware.
        later = wedding_photo().split(b"--=_m\r\nContent-Type: application")[0] + b"--=_m--\r\n"
        code, text = self.daemon.send("inbound", "friend@stranger.example", ["staff2@esp.example"], later)
        self.assertEqual(code, 550, text)

    def test_everything_survives_a_kill(self):
        self.let_the_gate_see(wedding_photo())
        self.daemon.send("inbound", "staff1@esp.example", ["phish@esp.example"], report_of(wedding_photo()))
        self.wait_for(lambda: self.incidents() and self.incidents()[0]["verdict"] == "malicious", "it is not verified")
        self.wait_for(lambda: len(self.notices_to("anna@desk.example")) > 0, "nobody is paged")
        time.sleep(1)
        self.daemon.kill()
        before = len(self.sink.delivered)
        self.daemon.start()
        incident = self.incident(1)
        self.assertEqual((incident["verdict"], len(incident["reports"])), ("malicious", 1))
        self.daemon.command("incident", "ack", "1", "--by", "anna")
        self.daemon.command("incident", "close", "1", "--as", "resolved", "--by", "anna")
        self.assertEqual(self.incidents(), [])
        self.wait_for(lambda: len(self.sink.delivered) > before, "nobody hears that it is over")
        orders = [one["id"] for one in self.daemon.command("order", "list", "--json")["orders"]]
        self.assertEqual(len(orders), len(set(orders)))

    def test_a_report_by_the_api_opens_an_incident_for_the_desk(self):
        plain = (b"From: a@b.example\r\nTo: c@d.example\r\nSubject: odd\r\nMessage-ID: <odd@b.example>\r\n\r\n"
                 b"Please look at this and tell me what you think of it, it is odd.\r\n")
        name = Path(self.daemon.data) / "odd.eml"
        name.write_bytes(plain)
        answer = self.daemon.command("report", "submit", str(name), "--reporter", "eve@esp.example", "--json")
        summary, = self.wait_for(lambda: self.incidents("--state", "desk"), "the desk has nothing to do")
        self.assertEqual(self.incident(summary["number"])["reports"][0]["report"], answer["report"])
        self.daemon.command("incident", "verdict", "1", "--is", "harmless", "--why", "a newsletter", "--by", "anna")
        self.assertEqual(self.incident(1)["verdict"], "harmless")

    def test_malware_from_a_customer_holds_the_customer(self):
        self.daemon.send("outbound", "bounce@acme.example", ["reader@mail.example"], wedding_photo("reader@mail.example", 3))
        summary, = self.wait_for(self.incidents, "no incident opens")
        self.assertEqual(summary["source"], "malware_left")
        self.wait_for(lambda: any((one["subject_kind"], one["value"]) == ("customer", "acme") for one in
                                  self.daemon.command("order", "list", "--json")["orders"]), "acme is not held")
        code, text = self.daemon.send("outbound", "bounce@acme.example", ["reader@mail.example"],
                                      b"From: news@acme.example\r\nSubject: news\r\n\r\nAll is well.\r\n")
        self.assertIn("held for review", text)
        self.wait_for(lambda: self.notices_to("carla@elsewhere.example"), "the customer is not told")
        run, = self.incident(summary["number"])["runs"]
        self.daemon.command("incident", "undo", str(summary["number"]), "--run", str(run["run"]), "--why", "cleaned",
                            "--by", "anna")
        self.wait_for(lambda: not [one for one in self.daemon.command("order", "list", "--json")["orders"]
                                   if one["subject_kind"] == "customer"], "acme is still held")
        run = self.wait_for(lambda: (one := self.incident(summary["number"])["runs"][0])["state"] == "undone" and one, "no undo")
        self.assertIn("no longer in force: hold outbound messages", [step["note"] for step in run["steps"]
                                                                      if step["do"] == "hold_customer"][0])
        with self.assertRaisesRegex(RuntimeError, "run 1 of incident 1 is undone already"):
            self.daemon.command("incident", "undo", "1", "--run", "1", "--why", "again", "--by", "anna")
        with self.assertRaisesRegex(RuntimeError, "incident 1 is part of no other incident"):
            self.daemon.command("incident", "unmerge", "1", "--by", "anna")

    def test_a_dry_run_says_what_the_real_one_would_do_and_counts_nowhere(self):
        self.daemon.send("inbound", "friend@stranger.example", ["staff1@esp.example", "staff2@esp.example"],
                         demo_mail.plain("friend@stranger.example", "staff1@esp.example", "odd", "Is this yours? https://photos.stranger.example/album", 77))
        self.daemon.command("incident", "open", "An odd mail", "--severity", "4", "--sender", "friend@stranger.example",
                            "--url", "https://photos.stranger.example/album", "--by", "anna")
        before = self.daemon.command("notice", "list", "--json")["total"]
        delivered = len(self.sink.delivered)
        self.daemon.command("incident", "run", "1", "--playbook", "inbound_phish_to_staff", "--dry-run", "--by", "anna")
        run = self.wait_for(lambda: (one := self.incident(1)["runs"][0])["state"] != "running" and one, "the dry run hangs")
        steps = {step["step"]: step for step in run["steps"]}
        notified = [step for step in run["steps"] if step["do"] == "notify" and step["state"] == "done"]
        self.assertTrue(notified, run)
        for step in notified:
            self.assertTrue(step["note"].startswith("would write to "), step)
        self.assertEqual(steps["find"]["note"].split(";")[0], "1 copies went to 2 people here")
        self.assertEqual(steps["warn_recipients"]["state"], "done")
        self.assertIn("staff2@esp.example", steps["warn_recipients"]["note"])
        self.assertEqual(self.incident(1)["touched"], [])
        self.assertEqual(self.daemon.command("notice", "list", "--json")["total"], before)
        dry = self.daemon.command("notice", "list", "--state", "dry", "--json")["notices"]
        self.assertTrue(dry and all(one["dry"] for one in dry), dry)
        self.assertRegex(self.daemon.command("notice", "list", "--state", "dry"), r"incident 1 +dry .*would write to")
        self.assertNotRegex(self.daemon.command("incident", "show", "1"), r"notify +done")
        self.assertEqual(len(self.sink.delivered), delivered)

    def test_who_was_not_told_is_named(self):
        self.sink.answers["MAIL"] = "451 4.3.0 later"
        self.daemon.command("incident", "open", "Fire", "--severity", "1", "--by", "anna")
        self.wait_for(lambda: self.daemon.command("notice", "list", "--json")["missed"], "nothing is missed", 60)
        missed = self.daemon.command("notice", "list", "--json")["missed"]
        self.assertIn(("person", "anna", "anna@desk.example", 1),
                      {(one["to"], one["whom"], one["address"], one["number"]) for one in missed})
        self.assertRegex(self.daemon.command("notice", "list"),
                         r"MISSED  due \S+, incident 1: Anna Adler \(anna, mail anna@desk.example\) was not told. "
                         r"Tell him or her by telephone")

    def test_what_was_told_before_a_restart_is_not_told_again(self):
        """The second mail joined the first one's incident: told anew behind its end, it would open another."""
        for number in (1, 2):
            self.daemon.send("outbound", "bounce@acme.example", ["reader@mail.example"],
                             wedding_photo("reader@mail.example", number))
            self.wait_for(self.incidents, "no incident opens")
        self.wait_for(lambda: sum("found in record" in one["text"] for one in self.incident(1)["timeline"]) == 2,
                      "it does not join")
        self.daemon.command("incident", "close", "1", "--as", "resolved", "--by", "anna")
        self.daemon.stop()
        self.daemon.start()
        time.sleep(2)
        self.assertEqual(self.incidents(), [])
        self.assertEqual(len(self.incidents("--state", "all")), 1)

    def test_a_stranger_who_makes_a_mail_has_nobody_held_and_nothing_blocked(self):
        """He knows a Message-ID of the customer's, and reports malware of his own under it, with a link to somebody's host."""
        news = (b"From: news@acme.example\r\nTo: reader@mail.example\r\nSubject: news\r\n"
                b"Message-ID: <wedding-0@stranger.example>\r\n\r\nAll is well, and here is what is new: https://www.acme.example/spring\r\n")
        self.daemon.send("outbound", "bounce@acme.example", ["reader@mail.example"], news)
        for sender in (b"friend@stranger.example", b"news@acme.example"):
            mail = wedding_photo().replace(b"friend@stranger.example", sender)
            mail = mail.replace(b"photos.stranger.example/album", b"www.partner.example/")
            self.daemon.send("inbound", "who@evil.example", ["phish@esp.example"], report_of(mail, "who@evil.example"))
        self.wait_for(lambda: self.incidents("--state", "desk"), "the desk does not see it")
        time.sleep(2)
        self.assertEqual({one["verdict"] for one in self.incidents("--state", "all")}, {"unknown"})
        self.assertEqual(self.daemon.command("order", "list", "--json")["orders"], [])
        # Not even the desk's verdict blocks the whole host.
        self.daemon.command("incident", "verdict", "1", "--is", "malicious", "--why", "malware", "--by", "anna")
        self.wait_for(lambda: self.daemon.command("order", "list", "--json")["orders"], "nothing is blocked")
        time.sleep(1)
        for order in self.daemon.command("order", "list", "--json")["orders"]:
            self.assertNotIn("partner.example", order["value"])
            self.assertNotEqual(order["subject_kind"], "customer")

    def test_a_worse_copy_of_a_customers_mail_is_no_mail_of_the_customers(self):
        """Sender, Message-ID and link are those of a mail that we know as clean; the rest is the reporter's."""
        head = (b"From: news@acme.example\r\nTo: reader@mail.example\r\nSubject: news\r\n"
                b"Message-ID: <spring@acme.example>\r\n\r\nWhat is new: https://www.acme.example/spring\r\n")
        self.daemon.send("outbound", "bounce@acme.example", ["reader@mail.example"], head)
        copy = head + demo_mail.EICAR + b"\r\n"
        self.daemon.send("inbound", "who@evil.example", ["phish@esp.example"], report_of(copy, "who@evil.example"))
        summary, = self.wait_for(lambda: self.incidents("--state", "desk"), "the desk does not see it")
        report, = self.wait_for(lambda: [one for one in self.incident(summary["number"])["reports"] if "judged_as" in one],
                                "nobody reads it")
        self.assertEqual(report["judged_as"], "malware")
        time.sleep(1)
        self.assertEqual(self.incident(summary["number"])["verdict"], "unknown")
        self.assertEqual(self.daemon.command("order", "list", "--json")["orders"], [])

    def test_only_people_of_the_house_are_warned_of_an_inbound_mail(self):
        lure = (b"From: Payroll <payroll@portal.example>\r\nTo: x@esp.example\r\nSubject: salary\r\n"
                b"Message-ID: <s%d@portal.example>\r\n\r\n"
                b"The statement of your salary for March is there and shows a change in the tax class that you should look at\r\n"
                b"before the end of the week: https://statements.portal.example/march and the office is open from nine to four.\r\n")
        self.daemon.send("inbound", "payroll@portal.example", ["staff1@esp.example"], lure % 1)
        self.daemon.send("outbound", "bounce@acme.example", ["stranger@mail.example"], lure % 2)
        self.daemon.send("inbound", "staff1@esp.example", ["phish@esp.example"], report_of(lure % 1))
        summary, = self.wait_for(lambda: self.incidents("--state", "desk"), "no incident opens")
        # Who decides knows before how many have it.
        self.wait_for(lambda: [one for one in self.incident(summary["number"])["timeline"] if one["text"] ==
                               "In the journal: 1 copies went to 1 people here; 1 left for strangers, 0 were stopped"],
                      "copies are not counted")
        self.daemon.command("incident", "verdict", str(summary["number"]), "--is", "malicious", "--why", "no portal",
                            "--by", "anna")
        # A reporter is thanked as well: a first notice to staff1 does not yet say that the copies were looked for.
        touched = self.wait_for(lambda: self.incident(summary["number"])["touched"], "who got it is not known")
        self.assertEqual([one["address"] for one in touched], ["staff1@esp.example"])
        self.wait_for(lambda: len(self.notices_to("staff1@esp.example")) > 0, "who got it is not warned")
        self.assertFalse([one for one in self.sink.delivered if one.recipients == ["stranger@mail.example"]
                          and one.mail_from == "security@esp.example"])

    def test_an_incident_by_hand_has_the_facts_and_says_what_was_started(self):
        said = self.daemon.command("incident", "open", "a key on a public page", "--severity", "1", "--by", "anna",
                                   "--playbook", "api_key_stolen", "--customer", "acme", "--credential", "key-7",
                                   "--list", "spring", "--victim", "eve@esp.example", "--file", "a" * 64,
                                   "--sender", "thief@evil.example", "--url", "https://evil.example/a", "--host", "evil.example")
        incident = self.incident(1)
        self.assertIn(f"Incident 1 ({incident['incident']}) is open, severity 1: a key on a public page", said)
        self.assertIn("run 1 of api_key_stolen", said)
        self.assertEqual(incident["values"], {
            "customers": ["acme"], "senders": ["thief@evil.example"], "urls": ["https://evil.example/a"],
            "hosts": ["evil.example"], "credentials": ["key-7"], "files": ["a" * 64], "lists": ["spring"]})
        self.assertEqual(incident["touched"], [{"address": "eve@esp.example", "deed": "gave_credentials"}])
        self.assertEqual(incident["runs"][0]["victims"], ["eve@esp.example"])
        self.wait_for(lambda: any((one["subject_kind"], one["value"]) == ("login", "key-7") for one in
                                  self.daemon.command("order", "list", "--json")["orders"]), "the key is not held")
        said = self.daemon.command("incident", "open", "no facts", "--severity", "3", "--playbook", "api_key_stolen",
                                   "--by", "anna")
        self.assertIn("no credential is known", said)
        said = self.daemon.command("incident", "open", "a call", "--severity", "3", "--by", "anna")
        self.assertIn("Incident 3 (h-", said)
        self.assertIn("nothing was started: no playbook was named. `tocsin incident run 3", said)
        with self.assertRaisesRegex(RuntimeError, "is no SHA-256"):
            self.daemon.command("incident", "open", "x", "--severity", "3", "--file", "a.exe")
        with self.assertRaisesRegex(RuntimeError, 'there is no playbook "nosuch"'):
            self.daemon.command("incident", "open", "x", "--severity", "3", "--playbook", "nosuch")

    def test_incidents_are_merged_by_their_numbers_and_say_so(self):
        for title in ("one", "two", "three"):
            self.daemon.command("incident", "open", title, "--severity", "3", "--by", "anna")
        said = self.daemon.command("incident", "merge", "3", "--into", "#1", "--by", "anna")
        self.assertIn("part of incident 1 (h-", said)
        self.assertIn("`tocsin incident unmerge 3`", self.daemon.command("incident", "show", "3"))
        self.assertIn("merged into it: 3;", self.daemon.command("incident", "show", "#1"))
        self.assertIn("part of incident 1", self.daemon.command("incident", "list"))
        for into, what in (("1", "incident 3 .* is part of another one already"), ("9", "there is no incident 9")):
            with self.assertRaisesRegex(RuntimeError, what):
                self.daemon.command("incident", "merge", "3", "--into", into if into == "9" else "2", "--by", "anna")
        self.daemon.command("incident", "unmerge", "#3", "--by", "anna")
        self.assertNotIn("merged_into", self.incident(3))
        self.assertNotIn("merged", self.incident(1))

    def test_words_that_are_wrong_are_told(self):
        for words, what in ((("show", "7"), "there is no incident 7"),
                            (("ack", "7", "--by", "anna"), "there is no incident 7")):
            with self.assertRaisesRegex(RuntimeError, what):
                self.daemon.command("incident", *words)
        self.assertIn("anna", self.daemon.command("person", "list"))
        self.assertIn("inbound_phish_to_staff", self.daemon.command("playbook", "list"))


class NoPeople(unittest.TestCase):
    def test_without_people_the_response_is_off_and_says_so(self):
        sink = SmtpSink()
        self.addCleanup(sink.stop)
        with Daemon(sink) as daemon:
            with self.assertRaisesRegex(RuntimeError, r"the response is off: set people in \[respond\]"):
                daemon.command("incident", "list")
            code, _ = daemon.send("inbound", "a@b.example", ["phish@esp.example"], report_of(wedding_photo()))
            self.assertNotEqual(code, 250)


if __name__ == "__main__":
    unittest.main()
