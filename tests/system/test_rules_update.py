"""`tocsin rules update` from a folder: it becomes a copy of the rules in it that load; nothing is lost when none does."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from tocsin_system import BUILD

GOOD = 'name: "{name}"\nsource: |\n  subject.subject == "{name}"\n'
BAD = 'name: "bad"\nsource: |\n  subject.subjct == "a"\n'


class Update(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.source, self.target = self.folder / "from", self.folder / "to"
        (self.source / "inner").mkdir(parents=True)

    def update(self, source=None, *words):
        command = [BUILD / "tocsin", "rules", "update", source or self.source, self.target, *words]
        return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120, check=False)

    def write(self, name, text):
        (self.source / name).write_text(text)

    def test_copies_what_loads_and_says_what_changed(self):
        self.write("a.yml", GOOD.format(name="a"))
        self.write("inner/b.yml", GOOD.format(name="b"))
        self.write("bad.yml", BAD)
        first = self.update()
        self.assertEqual(first.returncode, 1, first.stderr)
        self.assertIn("bad.yml:3:3: ", first.stdout)
        self.assertIn("new       a.yml\nnew       inner/b.yml\n", first.stdout)
        self.assertFalse((self.target / "bad.yml").exists())
        (self.source / "bad.yml").unlink()
        (self.source / "a.yml").unlink()
        self.write("inner/b.yml", GOOD.format(name="c"))
        second = self.update()
        self.assertEqual(second.returncode, 0, second.stderr)
        self.assertEqual(second.stdout.splitlines()[:2], ["changed   inner/b.yml", "gone      a.yml"])
        self.assertEqual([path.name for path in self.target.rglob("*.yml")], ["b.yml"])
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["from", "to", "to.previous"])
        self.assertEqual((self.folder / "to.previous/a.yml").read_text(), GOOD.format(name="a"))

    def test_unchanged_is_no_excuse_for_what_is_rejected(self):
        self.write("a.yml", GOOD.format(name="a"))
        self.write("bad.yml", BAD)
        (self.source / "gone.yaml").symlink_to(self.folder / "nowhere")
        first, second = self.update(), self.update()
        for run in (first, second):
            self.assertEqual(run.returncode, 1, run.stderr)
            self.assertIn("rejected  bad.yml:3:3: ", run.stdout)
            self.assertIn("rejected  gone.yaml:1:1: this link leads nowhere", run.stdout)
        self.assertIn(f"unchanged: 1 rules are in {self.target}, 2 were rejected\n", second.stdout)
        (self.source / "bad.yml").unlink()
        (self.source / "gone.yaml").unlink()
        third = self.update()
        self.assertEqual((third.returncode, third.stdout), (0, f"unchanged: 1 rules are in {self.target}\n"))

    def test_endings_in_any_case(self):
        self.write("a.YML", GOOD.format(name="a"))
        self.write("inner/b.Yaml", GOOD.format(name="b"))
        self.assertEqual(self.update().returncode, 0)
        self.assertEqual(sorted(path.name for path in self.target.rglob("*.*") if path.is_file()), ["a.YML", "b.Yaml"])
        self.assertIn("unchanged: 2 rules", self.update().stdout)

    def test_bad_line_of_a_list_is_told(self):
        self.write("a.yml", "name: a\nsource: sender.email.domain.domain in $partners\n")
        lists = self.folder / "lists"
        lists.mkdir()
        (lists / "partners.txt").write_bytes(b"a.example\n\x01\n")
        result = self.update(None, "--lists", lists)
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertIn(f"error: {lists}/partners.txt:2: an entry holds control characters", result.stderr)

    def test_nothing_is_changed_when_no_rule_loads(self):
        self.write("a.yml", GOOD.format(name="a"))
        self.assertEqual(self.update().returncode, 0)
        self.write("a.yml", BAD)
        result = self.update()
        self.assertEqual(result.returncode, 2)
        self.assertIn("nothing was changed", result.stderr)
        self.assertEqual((self.target / "a.yml").read_text(), GOOD.format(name="a"))

    def test_a_folder_that_holds_more_than_rules_is_not_replaced(self):
        self.write("a.yml", GOOD.format(name="a"))
        self.target.mkdir()
        (self.target / "tocsin.toml").write_text("")
        result = self.update()
        self.assertEqual(result.returncode, 2)
        self.assertIn("tocsin.toml", result.stderr)
        self.assertTrue((self.target / "tocsin.toml").exists())

    def test_a_copy_inside_its_source_is_refused(self):
        self.write("a.yml", GOOD.format(name="a"))
        for target in (self.source, self.source / "copy", self.folder):
            self.target = target
            result = self.update()
            self.assertEqual(result.returncode, 2)
            self.assertTrue((self.source / "a.yml").exists())

    def test_a_source_that_is_not_there(self):
        result = self.update(self.folder / "nowhere")
        self.assertEqual(result.returncode, 2)
        self.assertIn("nowhere: no such folder or archive; nothing was changed", result.stderr)


if __name__ == "__main__":
    unittest.main()
