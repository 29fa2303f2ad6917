"""The second half of the demo: a spear-phish that nobody's filter knew, two people who report it, and a customer who is no longer
the customer. Everything is real but the people: their mail arrives at the sink, and lies in mailboxes of a Dovecot where there is
one."""
import http.client
import re
import time
import unittest
from pathlib import Path

import test_watch
from api_http import call
from dovecot_system import Dovecot
from tocsin_system import tocsin

CUSTOMER = "acme"
OWN_ADDRESS = "security@esp.example"
STAFF = [f"{name}@esp.example" for name in ("clara", "david", "emma", "felix", "greta")]
PEOPLE = """
[[person]]
id = "anna"
name = "Anna at the desk"
mail = ["anna@desk.example"]
[[person]]
id = "bob"
name = "Bob at the desk"
mail = ["bob@desk.example"]
[[rota]]
name = "first"
turns = ["anna", "bob"]
begins = "2026-01-01T06:00:00Z"
turn_hours = 24
[[group]]
name = "desk"
people = ["anna", "bob"]
[[group]]
name = "on-call"
rota = "first"
[[page]]
group = "on-call"
"""
CONFIGURATION = test_watch.CONFIGURATION.replace(
    '["acme.example"]', '["acme.example"]\ncontact = "owner@elsewhere.example"') + """
[[customer]]
name = "garden"
envelope_domains = ["garden.example.org"]
contact = "gardener@elsewhere.example"

[watch]
answer_url = "http://127.0.0.1:1/a"
ask_from = "security@esp.example"

[respond]
people = "{people}"
report_addresses = ["phish@esp.example"]
notices_from = "security@esp.example"

[[listener]]
name = "answers"
kind = "answers"
address = "127.0.0.1:0"
"""


def mailboxes_of_staff():
    """A Dovecot of our own with a mailbox for each; None where none is installed."""
    try:
        return Dovecot(STAFF, acl=True)
    except unittest.SkipTest as missing:
        print(f"No mailboxes in this demo, so nothing is taken out of them: {missing}")
        return None


def configuration(folder, dovecot):
    people = Path(folder) / "people.toml"
    people.write_text(PEOPLE)
    text = CONFIGURATION.replace("{people}", str(people))
    if dovecot:
        text += (f'\n[mailboxes]\nserver = "127.0.0.1:{dovecot.port}"\ntls = "none"\nuser = "tocsin"\n'
                 f'password_file = "{dovecot.password_file}"\ndomains = ["esp.example"]\n')
    return text


def deliver(dovecot, sink):
    """What the gate passed on goes into the mailboxes, as the server behind it would put it there."""
    for one in list(sink.delivered):
        for address in one.recipients:
            if dovecot and address in STAFF and one.mail_from != OWN_ADDRESS:
                dovecot.deliver(address, one.content)


def give_past(data):
    """Twelve weeks of twelve customers, so that the watch knows what they normally send."""
    past = test_watch.Watch("run")
    past.daemon = type("Place", (), {"data": Path(data)})
    past.write_past()


def spear_phish(recipient):
    return f"""From: Payroll <payroll@staff-portal.example>
To: {recipient}
Subject: Your salary statement for March
Date: Mon, 02 Mar 2026 09:10:00 +0000
Message-ID: <{recipient}-march@staff-portal.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Dear colleague, the statement of your salary for March is there. It shows a change in the tax class that you should look at
before the end of the week, because later changes count from May on: https://statements.staff-portal.example/march
The office for salaries, house two, first floor, open from nine to four o'clock.
""".replace("\n", "\r\n").encode()


def report_of(mail, reporter):
    return (f"From: {reporter}\r\nTo: phish@esp.example\r\nSubject: Is this real?\r\nMIME-Version: 1.0\r\n"
            f"Date: Mon, 02 Mar 2026 09:12:00 +0000\r\nMessage-ID: <r-{reporter}>\r\n"
            "Content-Type: multipart/mixed; boundary=\"=_r\"\r\n\r\n--=_r\r\nContent-Type: text/plain\r\n\r\n"
            "We have no portal.\r\n"
            "--=_r\r\nContent-Type: message/rfc822\r\n\r\n").encode() + mail + b"\r\n--=_r--\r\n"


class Story:
    """One telling: what is said, to whom mail came, and how long things took."""

    def __init__(self, line, daemon, sink, dovecot):
        self.line, self.daemon, self.sink, self.dovecot = line, daemon, sink, dovecot
        self.seconds = {}

    def wait(self, condition, text, figure=None, seconds=30):
        begin = time.monotonic()
        while not (result := condition()):
            if time.monotonic() - begin > seconds:
                self.line.expect(False, text)
                return None
            time.sleep(0.02)
        if figure:
            self.seconds[figure] = time.monotonic() - begin
        self.line.say(text)
        return result

    def mail_to(self, address):
        return [one for one in self.sink.delivered if one.recipients == [address]]

    def incident(self, number):
        return self.daemon.command("incident", "show", str(number), "--json")

    def spear_phish(self):
        for recipient in STAFF:
            code, text = self.daemon.send("inbound", "payroll@staff-portal.example", [recipient], spear_phish(recipient))
            self.line.expect(code == 250, f"the mail to {recipient} gets through: {text}")
        self.line.say(f"a spear-phish that no filter knows reaches {len(STAFF)} employees")
        deliver(self.dovecot, self.sink)
        for reporter in STAFF[:2]:
            self.daemon.send("inbound", reporter, ["phish@esp.example"], report_of(spear_phish(reporter), reporter))
        found = self.wait(lambda: self.daemon.command("incident", "list", "--state", "desk", "--json")["incidents"],
                          "two of them report it: ONE incident waits at the desk", "report to incident")
        if not found:
            return
        number = found[0]["number"]
        self.wait(lambda: self.mail_to("anna@desk.example") or self.mail_to("bob@desk.example"), "who is on call is told",
                  "incident to page")
        self.wait(lambda: len(self.incident(number)["reports"]) == 2, "both reports are in it")
        told = self.wait(lambda: [one["text"] for one in self.incident(number)["timeline"]
                                  if one["text"].startswith("In the journal: ")], "the desk sees who else has it")
        if told:
            self.line.say("         " + told[0])
        self.daemon.command("incident", "ack", str(number), "--by", "anna")
        self.daemon.command("incident", "verdict", str(number), "--is", "malicious", "--why", "we have no such portal",
                            "--by", "anna")
        self.line.say("Anna says: malicious. The playbook runs")
        self.wait(lambda: [one for one in self.daemon.command("order", "list", "--json")["orders"]
                           if one["subject_kind"] == "url"], "its link is blocked at every gate, both ways", "verdict to order")
        self.wait(lambda: len(self.incident(number)["touched"]) == len(STAFF),
                  f"the journal knows who got it: {len(STAFF)} people")
        self.wait(lambda: all(len(self.mail_to(one)) == 2 for one in STAFF), "each of them is warned", "verdict to warned")
        if self.dovecot:
            self.purged(number)
        code, _ = self.daemon.send("inbound", "payroll@staff-portal.example", ["hugo@esp.example"],
                                   spear_phish("hugo@esp.example"))
        self.line.expect(code == 550, "the next copy is refused")
        self.line.say("the attacker's next copy is refused")
        self.close(number)

    def purged(self, number):
        purge = lambda: next(step for step in self.incident(number)["runs"][0]["steps"] if step["step"] == "purge")
        self.wait(lambda: purge()["state"] in ("done", "failed"), "the mailboxes are looked through", "verdict to purged", 60)
        self.line.say(f"         {purge()['note']}")
        letters = [message for user in STAFF for messages in self.dovecot.content(user).values() for message, *_ in messages]
        left = sum(b"statements.staff-portal.example" in letter for letter in letters)
        self.line.expect(left == 0 and len(letters) == self.innocent,
                         f"all copies are out and {self.innocent} innocent letters are where they were: {left}, {len(letters)}")
        self.line.say(f"no copy is left in any mailbox; all {len(letters)} innocent letters are where they were")

    def hijacked_customer(self):
        code, _ = self.daemon.send("outbound", "bounce@acme.example", ["reader1@mail.example"],
                                   test_watch.letter(CUSTOMER, 30))
        self.line.expect(code == 250, "the customer's usual newsletter goes")
        begin = time.monotonic()
        attack = test_watch.letter(CUSTOMER, 40, link="https://login-portal.evil-place.example/verify",
                                   subject="Your account will be closed")
        code, text = self.daemon.send("outbound", "bounce@acme.example", ["reader1@mail.example"], attack)
        self.seconds["hijack to hold"] = time.monotonic() - begin
        self.line.expect("held" in text, "the first message with a new link is held")
        self.line.say("acme's account is stolen and sends a new link: HELD at its first message; nobody got one")
        asked = self.wait(lambda: self.mail_to("owner@elsewhere.example"), "the customer's contact is asked, out of band",
                          "hold to question")
        if not asked:
            return
        content = asked[0].content.replace(b"=\r\n", b"")
        path = re.search(rb"http://127.0.0.1:1(/a/[0-9a-f.]+)", content).group(1).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.ports["answers"], timeout=30)
        status, _, _ = call(connection, "POST", path, {"Content-Type": "application/x-www-form-urlencoded"}, "answer=not_us")
        self.line.expect(status == 200, "the contact answers")
        self.line.say("the contact says: that was not us")
        found = self.wait(lambda: [one for one in self.daemon.command("incident", "list", "--json")["incidents"]
                                   if one["source"] == "watch_alarm"], "an incident opens", "answer to incident")
        self.wait(lambda: [one for one in self.daemon.command("order", "list", "--json")["orders"]
                           if (one["subject_kind"], one["value"]) == ("customer", CUSTOMER)], "all mail of acme is held",
                  "answer to customer held")
        self.wait(lambda: len(self.mail_to("owner@elsewhere.example")) > 1, "the customer is told what happens")
        if found:
            self.close(found[0]["number"])

    def close(self, number):
        before = len(self.sink.delivered)
        self.daemon.command("incident", "close", str(number), "--as", "resolved", "--by", "anna")
        self.wait(lambda: len(self.sink.delivered) > before, f"incident {number} is closed: who was alarmed hears the all-clear")

    def show_figures(self):
        print("\nThis run, in seconds:")
        for what, seconds in self.seconds.items():
            print(f"  {what:26} {seconds:7.2f}")


def tell(line, daemon, sink, dovecot, innocent):
    """`innocent`: letters that lie in the mailboxes of the staff."""
    story = Story(line, daemon, sink, dovecot)
    story.innocent = innocent
    story.spear_phish()
    story.hijacked_customer()
    print("\n$ tocsin incident list --state all\n" + str(daemon.command("incident", "list", "--state", "all")).rstrip())
    print("\n$ tocsin incident show 2\n" + str(daemon.command("incident", "show", "2")).rstrip())
    story.show_figures()
