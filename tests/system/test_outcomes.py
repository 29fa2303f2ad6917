"""What `tocsin scan` reads out of bounces and complaints: the mails in tests/golden/outcomes, through the confined reader."""
import json
import subprocess
import unittest

from tocsin_system import BUILD, ROOT

GOLDEN = ROOT / "tests" / "golden" / "outcomes"


def scan(*words):
    command = [str(word) for word in (BUILD / "tocsin", "scan", "--no-system-db", *words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


class Outcomes(unittest.TestCase):
    def test_each_mail_tells_what_stands_beside_it(self):
        mails = sorted(GOLDEN.glob("*.eml"))
        self.assertGreaterEqual(len(mails), 10)
        result = scan("--json", "--jobs", "1", *mails)
        self.assertIn(result.returncode, (0, 1), result.stderr)
        reports = {report["file"]: report for report in map(json.loads, result.stdout.splitlines())}
        for mail in mails:
            with self.subTest(mail=mail.name):
                report = reports[str(mail)]
                self.assertEqual(report.get("outcomes", []), json.loads(mail.with_suffix(".json").read_text()))
                self.assertEqual("outcomes" in report, report.get("outcomes", []) != [])
                self.assertNotIn("outcomes_cut", report)

    def test_a_person_reads_one_line_for_each(self):
        result = scan(GOLDEN / "dsn_failed.eml", GOLDEN / "arf_stripped.eml")
        for line in ("    bounce of anna+news@reader.example: 5.1.1 smtp; 550 5.1.1 <anna@inbox.reader.example>: Recipient "
                     "address rejected: User unknown  [message <20260303.4711@shop.example>]",
                     "    bounce, perhaps for now, of bert@reader.example: 4.4.7 X-Postfix; delivery temporarily suspended  "
                     "[message <20260303.4711@shop.example>]",
                     "    complaint of somebody: abuse"):
            self.assertIn(line + "\n", result.stdout)


if __name__ == "__main__":
    unittest.main()
