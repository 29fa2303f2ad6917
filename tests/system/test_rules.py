"""`tocsin rules` with the real programs over small folders of rules: what it says, and how it ends."""
import json
import pathlib
import tempfile
import unittest

import demo_mail
from tocsin_system import tocsin

INVOICE = """name: "Invoice from a stranger"
type: rule
severity: critical
description: "A bill that nobody asked for"
coaching: "Ask the sender by telephone."
source: |
  type.inbound
  and strings.icontains(subject.subject, "invoice")
"""
NEWCOMER = """name: "Somebody new"
severity: low
source: profile.by_sender().prevalence == "new"
"""
SCORED = """name: "Score of another"
source: ml.attack_score().verdict == "malicious"
"""
SUBJECT = """name: "What it is about"
type: query
source: subject.subject
"""
WRONG = """name: "Wrong"
source: |
  type.inbound
  and sendr.email == "x"
"""


class Rules(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.rules, self.mails = self.folder / "rules", self.folder / "mails"
        self.rules.mkdir()
        self.mails.mkdir()
        for name, text in (("invoice", INVOICE), ("newcomer", NEWCOMER), ("subject", SUBJECT)):
            (self.rules / f"{name}.yml").write_text(text)

    def mail(self, name, subject, body="text"):
        path = self.mails / name
        path.write_bytes(demo_mail.plain("a@sender.example", "b@example.com", subject, body))
        return str(path)

    def run_rules(self, *words, code, rules=None):
        result = tocsin("rules", *words, *(["--rules", str(rules or self.rules)] if rules is not False else []),
                        "--no-system-db")
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result

    def check(self, *words, code):
        result = tocsin("rules", "check", str(self.rules), *words)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result


class Check(Rules):
    def test_good_rules_and_what_they_lack(self):
        (self.rules / "scored.yml").write_text(SCORED)
        shown = self.check(code=0).stdout
        self.assertIn("scored.yml: needs attack_score", shown)
        self.assertNotIn("invoice.yml", shown)
        self.assertIn("newcomer.yml: needs history", shown)
        self.assertIn("4 rules are loaded: 2 run completely, 2 lack something here. 0 rejected.", shown)
        self.assertIn("1 of those lack only history, which the daemon tells: with it 3 run completely.", shown)
        self.assertIn("invoice.yml: complete", self.check("--all", code=0).stdout)

    def test_wrong_rule_is_told_with_file_line_and_column_and_ends_with_1(self):
        (self.rules / "wrong.yml").write_text(WRONG)
        (self.rules / "broken.yaml").write_text("name: a\nsource: [\n")
        shown = self.check(code=1).stdout
        self.assertIn(f"error: {self.rules}/wrong.yml:4:7: Message has no field 'sendr', did you mean 'sender'?", shown)
        self.assertRegex(shown, rf"error: {self.rules}/broken\.yaml:\d+:\d+: this is no YAML")
        self.assertIn("3 rules are loaded", shown)
        self.assertIn("2 rejected", shown)

    def test_json_is_json(self):
        (self.rules / "scored.yml").write_text(SCORED)
        (self.rules / "wrong.yml").write_text(WRONG)
        rules = json.loads(self.check("--json", code=1).stdout)
        self.assertEqual([rule["name"] for rule in rules["rules"]],
                         ["Invoice from a stranger", "Somebody new", "Score of another", "What it is about"])
        self.assertEqual(rules["rules"][2]["needs"], ["attack_score"])
        self.assertEqual([(rule["line"], rule["column"]) for rule in rules["rejected"]], [(4, 7)])

    def test_wrong_rule_is_told_once_and_not_in_the_log_too(self):
        (self.rules / "wrong.yml").write_text(WRONG)
        result = self.check(code=1)
        self.assertEqual((result.stdout + result.stderr).count("sendr"), 1)
        self.assertEqual(result.stderr, "")

    def test_what_is_passed_over_is_told_and_what_is_there_twice_counts_once(self):
        (self.rules / "upper.YML").write_text(SCORED)
        (self.rules / "folder.yml").mkdir()
        (self.rules / "gone.yml").symlink_to(self.folder / "nowhere")
        (self.rules / "elsewhere").symlink_to(self.folder)
        (self.rules / "copy.yml").write_text(INVOICE)
        result = tocsin("rules", "check", str(self.rules), str(self.rules), "--all")
        self.assertEqual(result.returncode, 1, result.stderr)
        lines = result.stdout.splitlines()
        for line in (f"warning: {self.rules}/folder.yml: this is a folder; it is no rule, but the rules in it are loaded",
                     f"warning: {self.rules}/elsewhere: this link to a folder is not followed; name the folder itself",
                     f"warning: {self.rules}/invoice.yml: this rule is loaded already, from {self.rules}/copy.yml, "
                     "and counts once",
                     f"warning: {self.rules}: the rules of this folder are loaded already, with {self.rules}, and count once",
                     f"error: {self.rules}/gone.yml:1:1: this link leads nowhere",
                     "upper.YML: needs attack_score"):
            self.assertIn(line, lines)
        self.assertIn("4 rules are loaded", result.stdout)
        explained = tocsin("rules", "explain", self.mail("a.eml", "Your invoice"), "--no-system-db", "--rules", str(self.rules),
                           "--rules", str(self.rules))
        self.assertEqual(explained.stdout.count("Invoice from a stranger"), 1)
        self.assertRegex(explained.stdout, r"(?m)^8 points \(0 for the words")
        self.assertIn("rules.passed_over", explained.stderr)

    def test_second_document_and_repeated_key_are_errors_of_their_file(self):
        (self.rules / "two.yml").write_text(SCORED + "---\n" + WRONG)
        (self.rules / "again.yml").write_text(INVOICE + "severity: low\n")
        shown = self.check(code=1).stdout
        self.assertIn(f"error: {self.rules}/two.yml:3:1: a second document begins here", shown)
        self.assertIn(f"error: {self.rules}/again.yml:9:1: the key 'severity' is given twice, first on line 3", shown)
        self.assertIn("3 rules are loaded", shown)

    def test_bad_line_of_a_list_is_left_out_and_ends_with_1(self):
        (self.rules / "listed.yml").write_text("name: listed\nsource: sender.email.domain.domain in $partners\n")
        lists = self.folder / "lists"
        lists.mkdir()
        (lists / "partners.txt").write_bytes(b"a.example\nb\x01\nsender.example\n")
        result = self.check("--lists", str(lists), code=1)
        self.assertIn(f"error: {lists}/partners.txt:2: an entry holds control characters", result.stdout)
        self.assertIn("4 rules are loaded", result.stdout)
        told = json.loads(self.check("--lists", str(lists), "--json", code=1).stdout)
        self.assertEqual([(line["path"], line["line"]) for line in told["bad_list_lines"]], [(f"{lists}/partners.txt", 2)])
        explained = self.run_rules("explain", self.mail("a.eml", "hello"), "--lists", str(lists), code=1)
        self.assertIn("match [medium] listed", explained.stdout)
        self.assertIn("lists.line_left_out", explained.stderr)

    def test_what_makes_no_list_and_what_is_not_protected_is_told(self):
        lists = self.folder / "lists"
        lists.mkdir()
        for name, text in (("umbrella_1m.TXT", "a.example\n"), ("tranco_1m.add.txt", "a.example\n"), ("NOTICE", "ours\n"),
                           ("customer_domains.txt", "paypa1.com\n")):
            (lists / name).write_text(text)
        shown = self.check("--lists", str(lists), code=0).stdout
        self.assertIn(f"warning: {lists}/umbrella_1m.TXT: no list", shown)
        self.assertIn(f"warning: {lists}/tranco_1m.add.txt: there is no $tranco_1m", shown)
        self.assertIn("warning: $customer_domains: paypa1.com: looks like paypal.com", shown)
        self.assertNotIn("NOTICE", shown)
        told = self.run_rules("explain", self.mail("a.eml", "hello"), "--lists", str(lists), code=0).stderr
        self.assertIn("lists.passed_over", told)
        self.assertIn("lookalikes.not_protected", told)

    def test_explain_ends_as_the_named_rules_do(self):
        mail = self.mail("a.eml", "Your invoice")
        self.run_rules("explain", mail, code=1)
        self.run_rules("explain", mail, "--rule", "stranger", code=1)
        self.run_rules("explain", mail, "--rule", "newcomer", code=0)
        told = self.run_rules("explain", mail, "--rule", "newcomer", "--json", code=0).stdout
        self.assertEqual([rule["name"] for rule in json.loads(told)["rules"]], ["Somebody new"])
        self.assertIn("all are loaded and asked", " ".join(tocsin("rules", "explain", "--help").stdout.split()))

    def test_name_that_means_no_rule_is_an_error_with_the_nearest_names(self):
        for command in ("check", "list"):
            result = tocsin("rules", command, str(self.rules), "--rule", "Invoce from")
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertIn('--rule Invoce from: no rule has this in its name or path; did you mean "Invoice from a stranger"',
                          result.stderr)
        for words in (("explain", self.mail("a.eml", "Your invoice")), ("backtest", str(self.mails))):
            result = self.run_rules(*words, "--rule", "zzzz", code=2)
            self.assertEqual(result.stdout, "")
            self.assertIn("--rule zzzz: no rule has this in its name or path; tocsin rules list shows all", result.stderr)
        (self.rules / "wrong.yml").write_text(WRONG)  # a rule that was rejected has its path
        self.assertIn("1 rejected", self.check("--rule", "wrong", code=1).stdout)
        self.assertIn("0 rejected", self.check("--rule", "Somebody", code=0).stdout)
        self.assertEqual(len(json.loads(self.check("--rule", "Somebody", "--json", code=0).stdout)["rules"]), 1)

    def test_file_in_place_of_a_folder_is_an_error(self):
        for words in (("check", str(self.rules / "invoice.yml")), ("check", str(self.rules), "--lists", __file__)):
            result = tocsin("rules", *words)
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertIn("this is no folder; name the folder that holds it", result.stderr)

    def test_folder_that_is_not_there_is_an_error(self):
        result = tocsin("rules", "check", str(self.folder / "none"))
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn(f"{self.folder}/none: no such file or folder", result.stderr)

    def test_hostile_words_in_a_rule_do_not_reach_the_terminal(self):
        (self.rules / "escape.yml").write_text('name: "a\\e[31mb"\nsource: nothing\n')
        (self.rules / "named.yml").write_text('name: "a\\e[31mb"\nsource: type.inbound\n')
        for shown in (self.check("--all", code=1).stdout, tocsin("rules", "list", str(self.rules)).stdout):
            self.assertNotIn("\x1b", shown)

    def test_lists_that_are_given_are_no_longer_lacking(self):
        (self.rules / "listed.yml").write_text("name: listed\nsource: sender.email.domain.domain in $partners\n")
        self.assertIn("there is no list $partners", self.check(code=1).stdout)
        (self.folder / "lists").mkdir()
        (self.folder / "lists" / "partners.txt").write_text("sender.example\n")
        self.check("--lists", str(self.folder / "lists"), code=0)


class List(Rules):
    def test_one_line_for_each_rule(self):
        result = tocsin("rules", "list", str(self.rules))
        self.assertEqual(result.returncode, 0, result.stderr)
        lines = result.stdout.splitlines()
        self.assertEqual(len(lines), 3)
        self.assertRegex(lines[0], r"^critical +rule +Invoice from a stranger +\(invoice\.yml\)$")
        self.assertRegex(lines[2], r"^medium +query +What it is about +\(subject\.yml\)$")
        only = tocsin("rules", "list", str(self.rules), "--rule", "Somebody").stdout
        self.assertEqual(len(only.splitlines()), 1)
        self.assertEqual(len(json.loads(tocsin("rules", "list", str(self.rules), "--json").stdout)["rules"]), 3)

    def test_own_rules_are_listed_where_none_are_named(self):
        result = tocsin("rules", "list")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertGreater(len(result.stdout.splitlines()), 20)


class Test(Rules):
    def test_mails_that_say_how_a_rule_must_answer(self):
        self.mail("invoice.match.eml", "Your invoice")
        self.mail("invoice.match.2.eml", "INVOICE 7")
        self.mail("invoice.miss.eml", "hello")
        shown = self.run_rules("test", str(self.mails), code=0).stdout
        self.assertEqual(shown, "3 mails, 3 as expected, 0 wrong\n")
        self.assertIn("invoice.miss.eml: no_match (no_match is expected)",
                      self.run_rules("test", str(self.mails), "--all", code=0).stdout)

    def test_wrong_answer_is_explained_clause_by_clause(self):
        path = self.mail("invoice.match.eml", "hello")
        shown = self.run_rules("test", str(self.mails), code=1).stdout
        self.assertIn(f"WRONG: {path}: no_match (match is expected)", shown)
        self.assertRegex(shown, r"yes +line +7: type\.inbound")
        self.assertRegex(shown, r'no +line +8: strings\.icontains\(subject\.subject, "invoice"\)')
        self.assertIn("1 mails, 0 as expected, 1 wrong", shown)

    def test_undecided_is_no_answer_and_a_rule_must_be_there(self):
        self.mail("newcomer.miss.eml", "hello")
        self.mail("nosuch.miss.eml", "hello")
        shown = self.run_rules("test", str(self.mails), code=1).stdout
        self.assertIn("undecided (no_match is expected)", shown)
        self.assertIn("lacks history", shown)
        self.assertIn("nosuch.miss.eml: no rule of this name was loaded", shown)

    def test_folder_without_such_mails_is_an_error(self):
        result = self.run_rules("test", str(self.mails), code=2)
        self.assertIn("there is no NAME.match.eml and no NAME.miss.eml here", result.stderr)
        result = self.run_rules("test", str(self.folder / "none"), code=2)
        self.assertIn("none: No such file or directory", result.stderr)

    def test_name_that_expects_nothing_is_an_error(self):
        self.mail("invoice.match.eml", "Your invoice")
        (self.mails / "README.md").write_text("words")
        self.run_rules("test", str(self.mails), code=0)
        for name in ("invoice.mtach.eml", "invoice.match.miss.eml", "invoice.match.txt", "invoice.miss.EML", ".miss.eml"):
            path = self.mail(name, "hello")
            result = self.run_rules("test", str(self.mails), code=2)
            self.assertEqual(result.stdout, "")
            self.assertIn(f"{path}: a mail is named NAME.match.eml or NAME.miss.eml", result.stderr)
            pathlib.Path(path).unlink()
        self.assertIn("--labels", self.run_rules("test", str(self.mails), "--labels", "x", code=2).stderr)

    def test_json_is_json_lines_only(self):
        self.mail("invoice.match.eml", "hello")
        self.mail("invoice.miss.eml", "hello")
        self.mail("nosuch.miss.eml", "hello")
        for words in ((), ("--all",)):
            lines = [json.loads(line)
                     for line in self.run_rules("test", str(self.mails), "--json", *words, code=1).stdout.splitlines()]
            self.assertEqual([(line["rule"], line["expected"], line["answer"], line["right"]) for line in lines[:-1]],
                             [("invoice", "match", "no_match", False), ("invoice", "no_match", "no_match", True),
                              ("nosuch", "no_match", "no_rule", False)])
            self.assertEqual(lines[0]["clauses"][1]["answer"], "false")
            self.assertEqual(lines[-1], {"summary": {"mails": 3, "right": 1, "wrong": 2}})

    def test_only_the_rule_that_is_meant(self):
        self.mail("invoice.match.eml", "Your invoice")
        self.mail("newcomer.miss.eml", "hello")
        self.mail("nosuch.miss.eml", "hello")
        self.assertEqual(self.run_rules("test", str(self.mails), "--rule", "stranger", code=0).stdout,
                         "1 mails, 1 as expected, 0 wrong\n")
        self.assertIn("no mail here is named after such a rule",
                      self.run_rules("test", str(self.mails), "--rule", "What it is about", code=2).stderr)
        self.assertIn("did you mean", self.run_rules("test", str(self.mails), "--rule", "strangr", code=2).stderr)


class Explain(Rules):
    def test_what_matches_and_why(self):
        shown = self.run_rules("explain", self.mail("a.eml", "Your invoice"), code=1).stdout
        self.assertIn("match [critical] Invoice from a stranger", shown)
        self.assertIn("Your invoice", shown)
        self.assertRegex(shown, r"\d+ points \(\d+ for the words")
        self.assertIn("3 rules asked, 1 match, 1 undecided", shown)
        self.assertIn("1 rules could not be answered without history", shown)

    def test_nothing_that_matches_ends_with_0(self):
        shown = self.run_rules("explain", self.mail("a.eml", "hello"), "--all", code=0).stdout
        self.assertIn("no_match [critical] Invoice from a stranger", shown)

    def test_direction_is_that_of_the_command_line(self):
        path = self.mail("a.eml", "Your invoice")
        (self.rules / "leaves.yml").write_text("name: leaves\ntype: dlp\nsource: type.outbound\n")
        self.assertNotIn("] leaves", self.run_rules("explain", path, code=1).stdout)
        self.assertIn("match [medium] leaves",
                      self.run_rules("explain", path, "--direction", "outbound", code=1).stdout)

    def test_exclusion_is_named(self):
        (self.rules / "ours.yml").write_text("name: ours\ntype: exclusion\nsource: type.inbound\n")
        shown = self.run_rules("explain", self.mail("a.eml", "Your invoice"), code=1).stdout
        self.assertIn("not judged, because of the exclusion ours", shown)

    def test_json_is_json(self):
        answers = json.loads(self.run_rules("explain", self.mail("a.eml", "Your invoice"), "--json", code=1).stdout)
        self.assertEqual([(rule["name"], rule["answer"]) for rule in answers["rules"]],
                         [("Invoice from a stranger", "match"), ("Somebody new", "undecided"),
                          ("What it is about", "no_match")])
        self.assertIn("Your invoice", answers["rules"][2]["value"])
        self.assertEqual(answers["rules"][1]["missing"], ["history"])

    def test_message_that_is_not_there_is_an_error(self):
        result = self.run_rules("explain", str(self.mails / "none.eml"), code=2)
        self.assertIn("none.eml", result.stderr)

    def test_more_than_one_message_is_refused_and_not_passed_over(self):
        one, two = self.mail("a.eml", "hello"), self.mail("b.eml", "Your invoice")
        for paths in ([one, two], [str(self.mails)]):
            result = self.run_rules("explain", *paths, code=2)
            self.assertIn("explain takes one message", result.stderr)


class Backtest(Rules):
    def setUp(self):
        super().setUp()
        self.mail("bill.eml", "Your invoice")
        self.mail("friend.eml", "Invoice for lunch")
        self.mail("plain.eml", "hello")

    def test_each_rule_is_counted(self):
        shown = self.run_rules("backtest", str(self.mails), code=0).stdout
        self.assertRegex(shown, r"(?m)^ +2 +1 +0 +\d+  Invoice from a stranger$")
        self.assertIn("3 messages, 0 could not be read", shown)
        self.assertRegex(self.run_rules("backtest", str(self.mails), "--rule", "Somebody", code=0).stdout,
                         r"(?m)^ +0 +0 +3 +\d+  Somebody new$")
        named = self.run_rules("backtest", str(self.mails), "--all", code=0).stdout
        self.assertIn("bill.eml: Invoice from a stranger", named)

    def test_labels_tell_how_often_rightly(self):
        labels = self.folder / "labels.tsv"
        labels.write_text("bill.eml\thostile\nmails/friend.eml\tgood\n")
        shown = self.run_rules("backtest", str(self.mails), "--labels", str(labels), code=0).stdout
        self.assertRegex(shown, r"(?m)^ +2 +1 +0 +1 +1 +\d+  Invoice from a stranger$")
        labels.write_text("bill.eml\thostile\nfriend.eml good\n")
        result = self.run_rules("backtest", str(self.mails), "--labels", str(labels), code=2)
        self.assertIn(f"{labels}:2: FILE, a tab and hostile or good are expected", result.stderr)
        labels.write_text("bill.eml\thostile\nbill.eml\tgood\n")
        result = self.run_rules("backtest", str(self.mails), "--labels", str(labels), code=2)
        self.assertIn(f"{labels}:2: bill.eml has another label on line 1", result.stderr)
        self.assertIn("cannot be read",
                      self.run_rules("backtest", str(self.mails), "--labels", str(self.folder / "none"), code=2).stderr)

    def test_labels_that_fit_no_message_are_an_error_behind_the_counts(self):
        labels = self.folder / "labels.tsv"
        labels.write_text("bill.eml\thostile\n" + "".join(f"gone{number}.eml\tgood\n" for number in range(7)))
        result = self.run_rules("backtest", str(self.mails), "--labels", str(labels), code=2)
        self.assertIn("3 messages, 0 could not be read", result.stdout)
        self.assertIn(f"{labels}: 7 of its labels fit no message: gone0.eml (line 2), gone1.eml (line 3)", result.stderr)
        self.assertIn("gone4.eml (line 6) and 2 more", result.stderr)

    def test_json_is_one_object_for_each_message(self):
        for words in ((), ("--all",), ("--all", "--rule", "Somebody")):
            shown = self.run_rules("backtest", str(self.mails), "--json", *words, code=0).stdout
            lines = [json.loads(line) for line in shown.splitlines()]
            self.assertEqual(sorted(pathlib.Path(line["file"]).name for line in lines),
                             ["bill.eml", "friend.eml", "plain.eml"])
            self.assertEqual(len(lines[0]["rules"]), 1 if "--rule" in words else 3)


class Scan(Rules):
    def test_scan_names_the_rule(self):
        path = self.mail("a.eml", "Your invoice")
        result = tocsin("scan", path, "--rules", str(self.rules), "--no-own-rules", "--no-system-db")
        self.assertEqual(result.returncode, 1, result.stderr)
        for word in ("Invoice from a stranger", "A bill that nobody asked for"):
            self.assertIn(word, result.stdout)
        result = tocsin("scan", path, "--no-own-rules", "--no-system-db")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        line = json.loads(tocsin("scan", path, "--rules", str(self.rules), "--no-own-rules", "--no-system-db",
                                 "--json").stdout)
        self.assertIn("Invoice from a stranger", [finding["rule"] for finding in line["findings"]])

    def test_rejected_rule_does_not_end_a_scan(self):
        (self.rules / "wrong.yml").write_text(WRONG)
        result = tocsin("scan", self.mail("a.eml", "Your invoice"), "--rules", str(self.rules), "--no-own-rules",
                        "--no-system-db")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("Invoice from a stranger", result.stdout)
        self.assertIn("wrong.yml", result.stderr)


if __name__ == "__main__":
    unittest.main()
