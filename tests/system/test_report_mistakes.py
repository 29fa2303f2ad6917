"""What one report must not do to everybody else: honest people who forward malware, bank letters, or tick a box."""

import email
import json
import time
import unittest
import urllib.request

import demo_mail
from api_http import bearer
from milter_client import ask_milter
from test_response import CONFIGURATION, House, report_of, wedding_photo

HOUSE = """
[[customer]]
name = "house"
envelope_domains = ["esp.example"]
"""
TEXT = ("Your mailbox is nearly full and will be closed at the end of this week unless you confirm that it is still in use; the "
        "office asks all to do so before Friday, since the disks of the old machine are switched off then. ")
BANK = ("Dear customer, our general terms change in May. You find the new text with all changes marked on our pages, and you "
        "need not do anything if you agree with it. Whoever does not agree may write to us by the end of April. ")


def mail(sender, to, text, link, number):
    return (f"From: {sender}\r\nTo: {to}\r\nSubject: {text[:24]}\r\nDate: Mon, 02 Mar 2026 09:00:00 +0000\r\n"
            f"Message-ID: <{number}@{sender.split('@')[1]}>\r\n\r\n{text}{link}\r\n").encode()


class Mistakes(House):
    configuration = CONFIGURATION.replace("\n[respond]", HOUSE + "\n[respond]", 1)

    def orders(self):
        return self.daemon.command("order", "list", "--json")["orders"]

    def report(self, content, reporter="staff1@esp.example"):
        self.assertEqual(self.daemon.send("inbound", reporter, ["phish@esp.example"], content)[0], 250)

    def find_hostile(self, incident):
        self.daemon.command("incident", "verdict", str(incident["number"]), "--is", "malicious", "--why", "no portal",
                            "--by", "anna")

    def test_who_reports_malware_through_the_own_server_holds_nobody(self):
        code, text = self.daemon.send("outbound", "staff1@esp.example", ["phish@esp.example"], report_of(wedding_photo()))
        self.assertEqual(code, 250, text)
        self.wait_for(self.incidents, "the report is not taken")
        record = self.daemon.command("journal", "list", "--direction", "outbound", "--json")["records"][0]
        self.assertEqual((record["verdict"], record["customer"]), ("malware", "house"))
        time.sleep(2)
        self.assertEqual({one["source"] for one in self.incidents("--state", "all")}, {"reports"})
        self.assertNotIn("customer", {one["subject_kind"] for one in self.orders()})
        # To somebody else beside, it has left.
        self.daemon.send("outbound", "staff1@esp.example", ["phish@esp.example", "reader@mail.example"],
                         wedding_photo(number=7))
        self.wait_for(lambda: "malware_left" in {one["source"] for one in self.incidents("--state", "all")}, "nobody notices")

    def test_a_link_that_names_its_reader_is_blocked_for_all_readers(self):
        for number in (0, 1):
            to = f"staff{number}@esp.example"
            lure = mail("it@portal.example", to, TEXT, f"https://box.portal.example/login?user={to}", f"r{number}")
            self.report(report_of(lure, to), to)
        summary, = self.wait_for(lambda: [one for one in self.incidents() if one["reports"] == 2], "they are not put together")
        self.find_hostile(summary)
        self.wait_for(lambda: any(one["value"] == "box.portal.example/login?user=" for one in self.orders()), "it is not blocked")
        for direction, sender in (("inbound", "who@else.example"), ("outbound", "bounce@acme.example")):
            other = mail(sender, "x@mail.example", "Something else with the same page behind it. ",
                         "https://box.portal.example/login?user=staff20@esp.example", direction)
            self.assertEqual(self.daemon.send(direction, sender, ["x@mail.example"], other)[0], 550, direction)

    def test_links_of_honest_mail_in_a_hostile_one_are_left_alone(self):
        """A phish shows the bank's own imprint, and the customer's page: whoever blocks these blocks everybody's honest mail."""
        links = ["https://www.paypal.com/privacy?e=staff1@esp.example", "https://www.acme.example/imprint",
                 "https://docs.google.com/forms/d/e/stolen/viewform", "https://box.portal.example/login"]
        lure = mail("it@portal.example", "staff1@esp.example", TEXT, "\r\n".join(links), "r1")
        self.report(report_of(lure))
        summary, = self.wait_for(lambda: [one for one in self.incidents() if one["reports"]], "no incident opens")
        self.find_hostile(summary)
        ended = lambda: [step for run in self.incident(summary["number"])["runs"] for step in run["steps"]
                         if step["step"] == "block_link" and step["state"] == "done"]
        self.wait_for(ended, "the links are not blocked")
        self.assertEqual({one["value"] for one in self.orders() if one["subject_kind"] == "url"},
                         {"docs.google.com/forms/d/e/stolen/viewform", "box.portal.example/login"})
        self.daemon.command("incident", "undo", str(summary["number"]), "--run", "1", "--why", "a test", "--by", "anna")
        self.wait_for(lambda: not self.orders(), "the orders are not lifted")
        undone = self.wait_for(lambda: [step for step in self.incident(summary["number"])["runs"][0]["steps"]
                                        if step["step"] == "block_link" and step["state"] == "undone"],
                               "what was left alone bars the way")
        self.assertEqual(len(undone), 1)

    def test_two_mails_in_one_report_are_two_incidents(self):
        lure = mail("it@portal.example", "staff1@esp.example", TEXT, "https://box.portal.example/login", "r1")
        letter = mail("service@realbank.example", "staff1@esp.example", BANK, "https://realbank.example/terms", "b1")
        both = report_of(lure).replace(b"\r\n--=_r--\r\n", b"\r\n--=_r\r\nContent-Type: message/rfc822\r\n\r\n" + letter +
                                       b"\r\n--=_r--\r\n")
        self.report(both)
        two = self.wait_for(lambda: len(found := self.incidents()) == 2 and found, "they are one")
        shown = {one["title"]: self.incident(one["number"]) for one in two}
        self.assertEqual(set(shown), {"Reported mail from it@portal.example", "Reported mail from service@realbank.example"})
        lured = shown["Reported mail from it@portal.example"]
        self.assertEqual({one["reporter"] for one in self.incident(two[0]["number"])["reports"]}, {"staff1@esp.example"})
        self.find_hostile(lured)
        self.wait_for(lambda: any(one["value"] == "box.portal.example/login" for one in self.orders()), "it is not blocked")
        time.sleep(1)
        self.assertFalse([one for one in self.orders() if "realbank" in one["value"]])
        # An order of a playbook has a key for its id, and pages begin behind it like behind any other.
        newest, *older = [one["id"] for one in self.orders()]
        behind = self.daemon.command("order", "list", "--before", newest, "--json")["orders"]
        self.assertEqual([one["id"] for one in behind], older)

    def test_a_ticked_box_blocks_no_link(self):
        honest = mail("news@partner.example", "staff1@esp.example", BANK, "https://www.partner.example/spring", "n1")
        token = self.daemon.command("token", "make", "staff1@esp.example", "--role", "employee", "--json")["token"]
        request = urllib.request.Request(f"http://127.0.0.1:{self.daemon.ports['api']}/v1/reports?deed=gave_credentials",
                                         data=honest, method="POST", headers=bearer(token))
        with urllib.request.urlopen(request, timeout=30) as answer:
            self.assertIn("report", json.load(answer))
        self.wait_for(self.incidents, "no incident opens")
        runs = self.wait_for(lambda: self.incident(1)["runs"], "nothing begins")
        self.assertEqual([run["playbook"] for run in runs], ["credentials_given_away"])
        time.sleep(2)
        self.assertFalse([one for one in self.orders() if "partner.example" in one["value"]])
        slowed = self.wait_for(lambda: [one for one in self.orders() if one["action"] == "pace"], "the login is not paced")
        self.assertEqual([(one["subject_kind"], one["value"], one["direction"]) for one in slowed],
                         [("login", "staff1@esp.example", "outbound")])

    def test_who_reports_by_mail_is_answered_at_once(self):
        """When he logged in: a forged report sends no mail to anybody."""
        lure = report_of(mail("it@portal.example", "staff1@esp.example", TEXT, "https://box.portal.example/login", "r1"))
        self.report(lure, "staff2@esp.example")
        self.wait_for(self.incidents, "no incident opens")
        ask_milter(self.daemon.ports["milter"], "staff1@esp.example", ["phish@esp.example"], lure, login="staff1@esp.example")
        told = lambda: [(one.recipients, email.message_from_bytes(one.content)["Subject"]) for one in self.sink.delivered
                        if one.recipients[0].startswith("staff")]
        self.wait_for(told, "he hears nothing")
        time.sleep(1)
        self.assertEqual(told(), [(["staff1@esp.example"], "We have your report")])

    def test_who_closes_is_told_what_stays(self):
        self.daemon.send("outbound", "bounce@acme.example", ["reader@mail.example"],
                         demo_mail.infected("a@acme.example", "b@mail.example"))
        self.wait_for(lambda: any(one["subject_kind"] == "customer" for one in self.orders()), "acme is not held")
        told = self.daemon.command("incident", "close", "1", "--as", "resolved", "--by", "anna")
        self.assertRegex(told, r"Still in force: of run 1, customer_sends_malware_or_phish: stop \(hold_customer\)")
        closed = self.incident(1)
        self.assertRegex(" ".join(closed["in_force"]), r"of run 1, customer_sends_malware_or_phish: .*hold_customer.*--run 1")
        self.assertTrue([one for one in closed["timeline"] if one["text"].startswith("Still in force: of run 1")])


if __name__ == "__main__":
    unittest.main()
