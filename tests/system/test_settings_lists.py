"""Rules know the domains of [[customer]] rows without a list of the operator's, from the start and after a reload."""
import pathlib
import tempfile
import time
import unittest

import demo_mail
from tocsin_system import Daemon, SmtpSink

CUSTOMER = "Sender domain that imitates a customer"
OWN = "Sender domain that imitates your own"
ROWS = """
[[customer]]
name = "willowbrook"
envelope_domains = ["willowbrook.example"]

[[customer]]
name = "us"
header_domains = ["copperfield-looms.example"]
organisation = true
"""
ONE_MORE = """
[[customer]]
name = "harbourlight"
envelope_domains = ["harbourlight.example"]
"""


class SettingsLists(unittest.TestCase):
    def setUp(self):
        self.sink = SmtpSink()
        self.addCleanup(self.sink.stop)

    def findings(self, daemon, sender):
        daemon.send("inbound", sender, ["tom@example.net"], demo_mail.plain(sender, "tom@example.net", "Minutes", "See page 2."))
        records = daemon.command("journal", "list", "--sender", sender, "--json")["records"]
        return [finding["rule"] for finding in records[0]["findings"]]

    def wait_for_reload(self, daemon):
        deadline = time.monotonic() + 60
        while "serve.reloaded" not in daemon.log_path.read_text():
            self.assertLess(time.monotonic(), deadline, daemon.log_path.read_text()[-2000:])
            time.sleep(0.05)

    def test_domains_of_customers_and_of_the_house_are_protected(self):
        with Daemon(self.sink, configuration=ROWS) as daemon:
            self.assertIn(CUSTOMER, self.findings(daemon, "mia@wi11owbrook.example"))
            self.assertIn(OWN, self.findings(daemon, "mia@copperfie1d-looms.example"))
            # The customer itself imitates nobody, and whom no row names nobody protects yet.
            self.assertNotIn(CUSTOMER, self.findings(daemon, "mia@willowbrook.example"))
            self.assertNotIn(CUSTOMER, self.findings(daemon, "mia@harbour1ight.example"))
            daemon.configuration += ONE_MORE
            daemon.write_configuration()
            daemon.reload()
            self.wait_for_reload(daemon)
            self.assertIn(CUSTOMER, self.findings(daemon, "nora@harbour1ight.example"))
            lists = daemon.data / "settings-lists"
            self.assertEqual((lists / "customer_domains.add.txt").read_text().splitlines()[1:],
                             ["harbourlight.example", "willowbrook.example"])
            self.assertEqual(lists.stat().st_mode & 0o777, 0o700)

    def test_a_list_of_the_operator_has_the_last_word(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "customer_domains.txt").write_text("elmstead.example\n")
            configuration = f'{ROWS}\n[judge]\nlists = ["{folder}"]\n'
            with Daemon(self.sink, configuration=configuration) as daemon:
                self.assertIn(CUSTOMER, self.findings(daemon, "mia@e1mstead.example"))
                self.assertNotIn(CUSTOMER, self.findings(daemon, "mia@wi11owbrook.example"))
                self.assertIn(OWN, self.findings(daemon, "mia@copperfie1d-looms.example"))


if __name__ == "__main__":
    unittest.main()
