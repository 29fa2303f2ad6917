"""Tocsin's own rules: all of them load, and each says of its own mails in tests/golden/rules what it must."""
import subprocess
import unittest

from tocsin_system import BUILD, ROOT

LISTS = ("--lists", ROOT / "rules" / "lists", "--lists", ROOT / "tests" / "golden" / "rules" / "lists")


def rules(*words):
    command = [str(word) for word in (BUILD / "tocsin", "rules", *words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


class OwnRules(unittest.TestCase):
    def test_all_load_and_lack_nothing_that_was_not_expected(self):
        result = rules("check")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn(" 0 rejected.", result.stdout)
        self.assertNotIn("warning:", result.stdout)

    def test_each_mail_is_caught_or_passed_as_its_name_says(self):
        result = rules("test", "--no-system-db", *LISTS, ROOT / "tests" / "golden" / "rules")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn(" 0 wrong", result.stdout)

    def test_each_rule_has_both_mails(self):
        for rule in (ROOT / "rules").glob("*.yml"):
            for answer in ("match", "miss"):
                mail = ROOT / "tests" / "golden" / "rules" / f"{rule.stem}.{answer}.eml"
                self.assertTrue(mail.exists(), f"{mail.name} is missing")


if __name__ == "__main__":
    unittest.main()
