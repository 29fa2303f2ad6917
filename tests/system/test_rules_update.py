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

    def update(self, source=None):
        command = [BUILD / "tocsin", "rules", "update", source or self.source, self.target]
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
