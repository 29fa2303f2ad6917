"""The desk sees what was reported: as a confined reader sees it, or byte for byte; and whoever looks is written down."""
import os
import pty
import stat
import subprocess
import unittest
from pathlib import Path

from api_http import over_tcp
from test_response import House, report_of, wedding_photo
from tocsin_system import BUILD, tocsin


class Evidence(House):
    def words(self, *words):
        return tocsin("report", *words, "--data", str(self.daemon.data))

    def submit(self, content, *words):
        file = Path(self.daemon.data) / "reported.eml"
        file.write_bytes(content)
        report = self.daemon.command("report", "submit", str(file), "--reporter", "eve@esp.example", *words, "--json")["report"]
        self.wait_for(lambda: "incident" in self.daemon.command("report", "show", report, "--json"), "it has no incident")
        return report

    def test_the_mail_itself_is_read_with_dead_links_and_given_byte_for_byte(self):
        mail = wedding_photo().replace(b"Hello, we", b"Hello\x1b[2J, we")
        report = self.submit(mail, "--submitted")
        shown = self.words("evidence", report, "--by", "anna")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        for text in ("the suspicious mail itself", "grade A", "friend@stranger[.]example", "Subject:  our wedding photos",
                     "hxxps://photos[.]stranger[.]example/album", "photos.com", "SHA-256"):
            self.assertIn(text, shown.stdout)
        self.assertNotIn("https://", shown.stdout)
        self.assertNotIn("\x1b", shown.stdout)
        file = Path(self.daemon.data) / "taken.eml"
        self.assertEqual(self.words("evidence", report, "--to", str(file), "--by", "bob").returncode, 0)
        self.assertEqual(file.read_bytes(), mail)
        self.assertEqual(stat.S_IMODE(os.stat(file).st_mode), 0o600)
        self.assertEqual(self.words("evidence", report, "--to", str(file)).returncode, 2, "never over a file that is there")
        told = [(one["by"], one["text"]) for one in self.incident(1)["timeline"] if "Evidence of report" in one["text"]]
        self.assertEqual(told[:2], [("anna", f"Evidence of report {report} read: original 1"),
                                    ("bob", f"Evidence of report {report} downloaded: original 1")])

    def test_a_report_by_mail_shows_the_attached_original(self):
        for number, reporter in enumerate(("staff1@esp.example", "staff2@esp.example")):
            self.daemon.send("inbound", reporter, ["phish@esp.example"], report_of(wedding_photo(number=number), reporter))
        self.wait_for(lambda: self.incidents() and len(self.incident(1)["reports"]) == 2, "they are no incident")
        report = self.incident(1)["reports"][0]["report"]
        evidence = self.daemon.command("report", "evidence", report, "--json")
        self.assertEqual((evidence["kind"], evidence["original"], evidence["comment"].strip()), ("report", 1, "Is this a phish?"))
        original, = evidence["originals"]
        self.assertEqual((original["grade"], original["sender"]), ("A", "friend@stranger.example"))
        self.assertEqual(evidence["message"]["subject"]["subject"], "our wedding photos")
        raw = self.raw(report)
        self.assertTrue(raw.startswith(b"From: Old Friend <friend@stranger.example>"), raw[:80])
        whole = self.raw(report, "--original", "0")
        self.assertTrue(whole.startswith(b"From: staff"), whole[:80])
        self.assertIn(raw.rstrip(), whole)
        self.assertIn("whole", self.words("evidence", report, "--original", "0").stdout)

    def raw(self, report, *words):
        done = subprocess.run([str(BUILD / "tocsin"), "report", "evidence", report, "--raw", *words,
                               "--data", str(self.daemon.data)], capture_output=True, timeout=60, check=True)
        return done.stdout

    def test_bytes_do_not_go_to_a_terminal_and_nobody_is_said_to_have_taken_them(self):
        report = self.submit(wedding_photo(), "--submitted")
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        done = subprocess.run([str(BUILD / "tocsin"), "report", "evidence", report, "--raw", "--data", str(self.daemon.data)],
                              stdout=theirs, stderr=subprocess.PIPE, timeout=60, check=False)
        os.close(theirs)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"a hostile message is not written to a terminal", done.stderr)
        self.assertFalse([one for one in self.incident(1)["timeline"] if "downloaded" in one["text"]])

    def test_what_is_not_there_says_so(self):
        report = self.submit(wedding_photo(), "--submitted")
        for words, what in (((report, "--original", "2"), "it has no original 2: 1 were found"),
                            (("r-nosuch",), "there is no report r-nosuch")):
            result = self.words("evidence", *words)
            self.assertEqual(result.returncode, 2)
            self.assertIn(what, result.stderr)

    def test_what_the_reporter_did_and_wrote_is_shown(self):
        report = self.submit(wedding_photo(), "--submitted", "--deed", "gave_credentials", "--note", "the link asked for it")
        for shown in (self.daemon.command("incident", "show", "1"), self.daemon.command("report", "show", report)):
            self.assertIn("deed: gave a password away (gave_credentials)", shown)
            self.assertIn("note: [the mail itself] the link asked for it", shown)

    def test_reports_are_listed_newest_first_in_pages(self):
        self.assertEqual(self.daemon.command("report", "list"), "No report.\n")
        ids = [self.submit(wedding_photo(number=number), "--submitted", "--deed", "clicked") for number in range(3)]
        listed = self.daemon.command("report", "list", "--json")
        self.assertEqual([one["report"] for one in listed["reports"]], ids[::-1])
        self.assertEqual((listed["total"], listed["more"]), (3, False))
        page = self.daemon.command("report", "list", "--json", "--limit", "1", "--before", ids[2])
        self.assertEqual(([one["report"] for one in page["reports"]], page["more"]), ([ids[1]], True))
        text = self.daemon.command("report", "list", "--limit", "2")
        for part in (f"{ids[2]}  20", "cli       eve@esp.example  clicked", "incident 1, verdict",
                     "3 reports, the newest 2 shown"):
            self.assertIn(part, text)
        self.assertNotIn(ids[0], text)
        with self.assertRaisesRegex(RuntimeError, "there is no report r-nosuch"):
            self.daemon.command("report", "list", "--before", "r-nosuch")

    def test_over_the_network_it_is_for_the_desk_and_no_browser_shows_it(self):
        report = self.submit(wedding_photo(), "--submitted")
        tokens = {role: self.daemon.command("token", "make", person, "--role", role, "--json")["token"]
                  for person, role in (("staff1@esp.example", "employee"), ("anna", "desk"), ("prog", "intake"))}
        for role, status in (("employee", 403), ("intake", 403), ("desk", 200)):
            for end in ("message", "evidence"):
                got, headers, text = over_tcp(self.daemon, "GET", f"/v1/reports/{report}/{end}",
                                              {"Authorization": "Bearer " + tokens[role]})
                self.assertEqual(got, status, text[:200])
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(headers["Content-Disposition"], f'attachment; filename="{report}-1.eml"')
        self.assertEqual([one["by"] for one in self.incident(1)["timeline"] if "Evidence of" in one["text"]], ["anna", "anna"])


if __name__ == "__main__":
    unittest.main()
