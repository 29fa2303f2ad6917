"""Canaries: mail to an address that nobody has opens an incident, once; what hit while the response was off is found."""
import unittest

from test_response import CONFIGURATION, House

CANARIES = """
[[canary]]
address = "x7k2@esp.example"
about = "list"
customer = "acme"
list = "readers of acme"
[[canary]]
address = "q3@esp.example"
about = "infrastructure"
"""
NEWS = b"From: %s\r\nTo: %s\r\nSubject: news\r\nMessage-ID: <%s>\r\n\r\nAll is well, and nothing else is new.\r\n"


class CanaryTest(House):
    configuration = CONFIGURATION + CANARIES

    def send(self, direction, sender, recipient, number):
        mail = NEWS % (sender.encode(), recipient.encode(), b"%d@news.example" % number)
        return self.daemon.send(direction, sender, [recipient], mail)

    def test_a_list_in_other_hands_opens_one_incident_with_its_playbook(self):
        self.assertEqual(self.send("outbound", "bounce@acme.example", "x7k2@esp.example", 1)[0], 250)
        self.send("inbound", "thief@evil.example", "x7k2@esp.example", 2)
        summary, = self.wait_for(self.incidents, "no incident opens")
        self.assertEqual((summary["source"], summary["severity"]), ("canary_hit", 1))
        self.assertIn("readers of acme", summary["title"])
        self.send("inbound", "another@evil.example", "x7k2@esp.example", 3)
        self.wait_for(lambda: sum("x7k2@esp.example was hit" in one["text"] for one in self.incident(1)["timeline"]) == 2,
                      "the second hit does not join")
        self.assertEqual([run["playbook"] for run in self.incident(1)["runs"]], ["list_exported"])
        self.assertEqual(len(self.incidents("--state", "all")), 1)
        # Told again after a kill, and counted once.
        self.daemon.kill()
        self.daemon.start()
        self.send("inbound", "third@evil.example", "x7k2@esp.example", 4)
        self.wait_for(lambda: sum("x7k2@esp.example was hit" in one["text"] for one in self.incident(1)["timeline"]) == 3,
                      "a hit after the kill does not join")

    def test_sending_machines_in_other_hands(self):
        self.send("outbound", "bounce@acme.example", "q3@esp.example", 1)
        summary, = self.wait_for(self.incidents, "no incident opens")
        self.assertEqual(summary["source"], "canary_hit")
        self.wait_for(lambda: [run["playbook"] for run in self.incident(1)["runs"]] == ["sending_infrastructure_compromised"],
                      "its playbook does not run")
        self.wait_for(lambda: any("anna@desk.example" in one.recipients for one in self.sink.delivered), "nobody is paged")

    def test_what_hit_while_the_response_was_off_is_found(self):
        self.daemon.stop()
        whole, self.daemon.configuration = self.daemon.configuration, ""
        self.daemon.start()
        self.send("inbound", "thief@evil.example", "x7k2@esp.example", 1)
        self.daemon.stop()
        self.daemon.configuration = whole
        self.daemon.start()
        self.assertTrue(self.wait_for(self.incidents, "no incident opens"))


if __name__ == "__main__":
    unittest.main()
