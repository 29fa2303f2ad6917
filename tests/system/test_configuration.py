"""tocsin config: what it says about a file, and its exit codes. No daemon."""
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from tocsin_system import tocsin

PEOPLE = """
[[person]]
id = "anna"
webhook = ["http://127.0.0.1:9/anna"]
[[group]]
name = "desk"
people = ["anna"]
[[group]]
name = "on-call"
people = ["anna"]
[[page]]
group = "desk"
"""
PAGE = Path(__file__).resolve().parents[2] / "docs" / "manual" / "configuration.md"


class Configuration(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / "tocsin.toml"

    def run_config(self, command, text=None):
        if text is not None:
            self.file.write_text(text, encoding="utf-8")
        return tocsin("config", command, "--config", str(self.file))

    def test_problems_are_lines_with_their_place_and_a_code(self):
        result = self.run_config("check", '[daemon]\nhostname = "a"\n[scan]\nyara = ["none"]\n')
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stdout.splitlines(), [
            f'{self.file}:2:1: [daemon] has no setting "hostname"; did you mean host_name?',
            f'{self.file}:4:9: scan.yara "{self.folder}/none": no such file or folder; '
            "relative paths start at the folder of the configuration file"])
        shown = self.run_config("show")
        self.assertEqual((shown.returncode, shown.stdout), (1, ""))
        self.assertIn("did you mean host_name?", shown.stderr)

    def test_file_in_place_of_a_folder_of_rules_or_lists(self):
        (self.folder / "a.yml").write_text("name: a\nsource: type.inbound\n")
        (self.folder / "rules").mkdir()
        result = self.run_config("check", '[judge]\nrules = ["rules", "a.yml"]\nlists = [\n  "a.yml",\n  "none"]\n')
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stdout.splitlines(), [
            f'{self.file}:2:19: judge.rules "{self.folder}/a.yml" is no folder; name the folder that holds it',
            f'{self.file}:4:3: judge.lists "{self.folder}/a.yml" is no folder; name the folder that holds it',
            f'{self.file}:5:3: judge.lists "{self.folder}/none": no such folder; '
            "relative paths start at the folder of the configuration file"])

    def test_all_that_is_wrong_with_the_banner_is_told_at_once(self):
        result = self.run_config("check", '[banner]\nheading = "Care"\nmark = "- -"\nlearn_days = 400\nfallback = "Grüße"\n')
        self.assertEqual([line.split(": ")[1].split(" ")[0] for line in result.stdout.splitlines()],
                         ["banner.heading", "banner.mark", "banner.learn_days", "banner.fallback"])

    def test_keys_are_loaded_as_the_daemon_will_load_them(self):
        for name in ("one", "two"):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                            "1", "-keyout", self.folder / f"{name}.key", "-out", self.folder / f"{name}.pem", "-subj", "/CN=a"],
                           check=True, capture_output=True)
        (self.folder / "junk.key").write_text("no key")
        for key in self.folder.glob("*.key"):
            key.chmod(0o600)
        row = '[[listener]]\nname = "in"\nkind = "smtp"\ndirection = "inbound"\naddress = "127.0.0.1:2525"\n' \
              'next_hop = "127.0.0.1:10026"\ntls = "offer"\ntls_certificate = "one.pem"\ntls_key = "{}"\n'
        good = self.run_config("check", row.format("one.key"))
        self.assertEqual((good.returncode, good.stdout), (0, f"{self.file}: no problem found\n"))
        for key in ("two.key", "junk.key"):
            with self.subTest(key=key):
                bad = self.run_config("check", row.format(key))
                self.assertEqual(bad.returncode, 1, bad.stdout)
                self.assertIn('listener "in": ', bad.stdout)

    def write_response(self, people=PEOPLE, playbook="", notices=""):
        (self.folder / "people.toml").write_text(people)
        (self.folder / "own").mkdir(exist_ok=True)
        for name, text in (("mine.toml", playbook), ("notices.toml", notices)):
            (self.folder / "own" / name).unlink(missing_ok=True)
            if text:
                (self.folder / "own" / name).write_text(text)

    def test_people_playbooks_and_notices_are_read_as_the_daemon_will_read_them(self):
        text = '[respond]\npeople = "people.toml"\nplaybooks = ["own"]\n'
        self.write_response()
        good = self.run_config("check", text)
        self.assertEqual(good.returncode, 0, good.stdout)
        self.assertRegex(good.stdout, r"no \[\[webhook\]\] has, and would fail: .*reset_credentials")
        self.assertTrue(good.stdout.endswith(f"{self.file}: no problem found\n"))
        step = 'name = "mine"\ntriggers = ["by_hand"]\n[[step]]\nname = "a"\n'
        cases = (
            (dict(people=PEOPLE.replace('id = "anna"', 'id = anna')), "people.toml:3:"),
            (dict(people=PEOPLE.replace('people = ["anna"]', 'people = ["ana"]', 1)),
             'people.toml:7:10: desk: there is no person "ana"'),
            (dict(people=PEOPLE.replace("http://127.0.0.1:9/anna", "pagr")),
             'people.toml:4:11: anna: cannot be reached: there is no [[webhook]] "pagr" in the configuration; '
             "write one, or a URL"),
            (dict(playbook="name = \n"), "own/mine.toml:1:"),
            (dict(playbook=step + 'do = "notify"\ntemplate = "page"\ngroups = ["dsk"]\n'),
             'own/mine.toml:7:10: a: there is no group "dsk"; name a group of people'),
            (dict(notices='[[notice]]\nname = "page"\nsubject = "{nobody}"\ntext = "t"\n'), "own/notices.toml:1:1: page: "),
        )
        for files, told in cases:
            with self.subTest(told=told):
                self.write_response(**files)
                bad = self.run_config("check", text)
                self.assertEqual(bad.returncode, 1, bad.stdout)
                self.assertIn(f"{self.folder}/{told}", bad.stdout)
                self.assertNotIn("no problem found", bad.stdout)

    def test_mail_for_people_needs_a_sender_and_a_server(self):
        text = '[respond]\npeople = "people.toml"\n'
        sender, server = 'notices_from = "security@esp.example"\n', 'notices_through = "127.0.0.1:25"\n'
        self.write_response(PEOPLE.replace("webhook = [", 'mail = ["anna@esp.example"]\nwebhook = ['))
        for more, told in (("", "respond.notices_from is not set: nobody to write as; write notices_from = "),
                           (sender, "no mail server is named that takes it; write notices_through = ")):
            with self.subTest(told=told):
                bad = self.run_config("check", text + more)
                self.assertEqual(bad.returncode, 1, bad.stdout)
                self.assertIn(f"{self.folder}/people.toml:4:8: anna: would get mail, and {told}", bad.stdout)
        self.assertEqual(self.run_config("check", text + sender + server).returncode, 0)
        named = self.run_config("check", text + server + 'notices_from = "Security <security@esp.example>"\n')
        self.assertIn("respond.notices_from is no address that mail can be sent from; write one like", named.stdout)
        self.write_response()
        self.assertEqual(self.run_config("check", text).returncode, 0, "nobody has mail")

    def test_a_file_that_is_not_there_is_an_error(self):
        for command in ("check", "show"):
            result = self.run_config(command)
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertIn("no such file", result.stderr)

    def test_flags_of_the_scan_are_known(self):
        text = '[[policy]]\ndisposition = "hold"\nflags = ["qr_code", "macro_auto_exec"]\n'
        self.assertEqual(self.run_config("check", text).returncode, 0)
        self.assertIn('did you mean "qr_code"?', self.run_config("check", text.replace("qr_code", "qrcode")).stdout)

    def test_the_example_of_the_manual_has_no_problem_where_its_files_are(self):
        example = re.search(r"```toml\n(.*?)```\n", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
        example = example.replace("/var/lib/tocsin", "data").replace("/run/tocsin/", "")
        for name in ("signatures", "rules"):
            (self.folder / name).mkdir()
        result = self.run_config("check", example)
        self.assertEqual((result.returncode, result.stdout), (0, f"{self.file}: no problem found\n"))
        shown = self.run_config("show")
        self.assertEqual(shown.returncode, 0)
        again = self.run_config("show", shown.stdout)
        self.assertEqual(again.stdout, shown.stdout)

    def test_the_manual_is_what_the_program_prints(self):
        result = tocsin("config", "manual")
        self.assertEqual(result.returncode, 0)
        self.assertTrue(PAGE.read_text(encoding="utf-8").endswith("\n" + result.stdout))


if __name__ == "__main__":
    unittest.main()
