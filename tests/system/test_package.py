"""The Debian package: what is in it, that it works from where it was unpacked, its manual pages and shell completion."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import demo_mail
from tocsin_system import BUILD, ROOT, Daemon, SmtpSink

FILES = {"usr/bin/tocsin": 0o755, "usr/libexec/tocsin/tocsin-reader": 0o755, "etc/tocsin/tocsin.toml": 0o644,
         "usr/lib/systemd/system/tocsin.service": 0o644, "usr/lib/sysusers.d/tocsin.conf": 0o644,
         "usr/share/man/man1/tocsin.1.gz": 0o644, "usr/share/man/man1/tocsin-serve.1.gz": 0o644,
         "usr/share/man/man5/tocsin.toml.5.gz": 0o644, "usr/share/bash-completion/completions/tocsin": 0o644,
         "usr/share/tocsin/rules/text-model.bin": 0o644, "usr/share/tocsin/rules/lists/url_shorteners.txt": 0o644,
         "usr/share/tocsin/rules/form_for_a_password_in_the_mail.yml": 0o644,
         "usr/share/tocsin/playbooks/customer_hijacked.toml": 0o644, "usr/share/tocsin/playbooks/notices.toml": 0o644,
         "usr/share/doc/tocsin/copyright": 0o644, "usr/share/doc/tocsin/changelog.gz": 0o644,
         "usr/share/doc/tocsin/manual/install.md": 0o644}


def run(*words, **more):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=120, check=False, **more)


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-test-"))
        made = run("cpack", "-G", "DEB", "-B", cls.folder, cwd=BUILD)
        assert made.returncode == 0, made.stdout + made.stderr
        cls.deb = next(cls.folder.glob("*.deb"))
        cls.root, cls.control = cls.folder / "root", cls.folder / "control"
        assert run("dpkg-deb", "-x", cls.deb, cls.root).returncode == 0
        assert run("dpkg-deb", "-e", cls.deb, cls.control).returncode == 0

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, ignore_errors=True)

    def field(self, name):
        return run("dpkg-deb", "-f", self.deb, name).stdout.strip()

    def test_what_is_in_it(self):
        for name, mode in FILES.items():
            self.assertEqual((self.root / name).stat().st_mode & 0o777, mode, name)
        self.assertNotIn("not stripped", run("file", self.root / "usr/bin/tocsin").stdout)
        self.assertEqual(self.field("Package"), "tocsin")
        depends = self.field("Depends")
        for library in ("libc6", "libclamav", "libseccomp2", "libssl3", "libsoci"):
            self.assertIn(library, depends)
        self.assertEqual((self.control / "conffiles").read_text(), "/etc/tocsin/tocsin.toml\n")
        listing = run("dpkg-deb", "-c", self.deb).stdout.splitlines()
        self.assertEqual({line.split()[1] for line in listing}, {"root/root"})

    def test_maintainer_scripts(self):
        for script in ("postinst", "prerm", "postrm"):
            path = self.control / script
            self.assertEqual(path.stat().st_mode & 0o777, 0o755)
            self.assertEqual(run("sh", "-n", path).returncode, 0, script)
        service = (self.root / "usr/lib/systemd/system/tocsin.service").read_text()
        program = re.search(r"^ExecStart=/(\S+)", service, re.MULTILINE)[1]
        self.assertTrue((self.root / program).exists(), program)

    def test_sysusers_makes_the_user(self):
        with tempfile.TemporaryDirectory() as other:
            shutil.copytree(self.root / "usr/lib/sysusers.d", pathlib.Path(other) / "usr/lib/sysusers.d")
            (pathlib.Path(other) / "etc").mkdir()
            made = run("systemd-sysusers", f"--root={other}")
            self.assertEqual(made.returncode, 0, made.stderr)
            line = [one for one in (pathlib.Path(other) / "etc/passwd").read_text().splitlines() if one.startswith("tocsin:")]
            self.assertRegex(line[0], r"Tocsin mail gate:/var/lib/tocsin:/usr/sbin/nologin$")

    def test_its_programs_work_from_there(self):
        program = self.root / "usr/bin/tocsin"
        self.assertRegex(run(program, "--version").stdout, r"\Atocsin [0-9.]+\n\Z")
        checked = run(program, "config", "check", "--config", self.root / "etc/tocsin/tocsin.toml")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        sink = SmtpSink()
        try:
            with Daemon(sink, program=program) as daemon:
                virus = demo_mail.infected("a@example.org", "b@example.com")
                self.assertEqual(daemon.send("inbound", "a@example.org", ["b@example.com"], virus)[0], 550)
                readers = run("ps", "-o", "pid=", "--ppid", daemon.process.pid).stdout.split()
                started = {(pathlib.Path("/proc") / pid / "exe").resolve() for pid in readers}
                self.assertEqual(started, {(self.root / "usr/libexec/tocsin/tocsin-reader").resolve()})
        finally:
            sink.stop()

    def test_its_configuration_alone_is_enough(self):
        """As the service starts: --config, nothing else; only the data folder and the ports are the test's."""
        text = (self.root / "etc/tocsin/tocsin.toml").read_text()
        mine = self.folder / "tocsin.toml"
        mine.write_text(text.replace('"/var/lib/tocsin"', f'"{self.folder}/data"') + "\n[scan]\nsystem_database = false\n")
        words = [self.root / "usr/bin/tocsin", "serve", "--config", mine]
        for name in ("milter", "check", "clamd", "api"):
            words += ["--listen", f"{name}=127.0.0.1:0"]
        pipe = subprocess.PIPE
        with subprocess.Popen([str(word) for word in words], stdout=pipe, stderr=pipe, text=True) as process:
            lines = list(iter(process.stdout.readline, "ready\n"))
            process.terminate()
            _, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, errors)
        self.assertEqual({line.split()[0] for line in lines}, {"own-api", "milter", "check", "clamd", "api"})


class ManualPages(unittest.TestCase):
    def test_roff_has_no_warnings(self):
        for name in ("tocsin.1", "tocsin-serve.1", "tocsin.toml.5"):
            result = run("groff", "-k", "-man", "-ww", "-z", "-Tutf8", BUILD / "man" / name)
            self.assertEqual((result.returncode, result.stderr), (0, ""), name)

    def text(self, name):
        rendered = run("groff", "-k", "-man", "-Tutf8", "-rLL=200n", "-P-cbou", BUILD / "man" / name).stdout
        return " ".join(rendered.replace("\u2010", "-").replace("\u2212", "-").split())

    def test_every_setting_and_every_option_is_there(self):
        page = self.text("tocsin.toml.5")
        manual = run(BUILD / "tocsin", "config", "manual").stdout
        names = re.findall(r"^\| `(\w+)` \|", manual, re.MULTILINE)
        self.assertGreater(len(names), 50)
        for name in names:
            self.assertIn(f" {name} (", page)
        serve = self.text("tocsin-serve.1")
        for option in re.findall(r"^ +(?:-\w,)?(--[\w-]+)", run(BUILD / "tocsin", "serve", "--help").stdout, re.MULTILINE):
            self.assertIn(option, serve)
        commands = self.text("tocsin.1")
        for command in ("tocsin scan PATH", "tocsin order block VALUE", "tocsin journal list", "tocsin config check"):
            self.assertIn(command, commands)


class Completion(unittest.TestCase):
    """Asks bash as a person does who presses TAB."""

    SCRIPT = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tocsin; printf "%s\\n" "${COMPREPLY[@]}"'

    def complete(self, *words, cwd=ROOT):
        result = run("bash", "--norc", "-c", self.SCRIPT, "bash", BUILD / "completion" / "tocsin", "tocsin", *words, cwd=cwd)
        self.assertEqual(result.stderr, "")
        return [line for line in result.stdout.splitlines() if line]

    def test_commands(self):
        self.assertLessEqual({"scan", "serve", "order", "config"}, set(self.complete("")))
        self.assertNotIn("completion", self.complete(""))
        self.assertEqual(self.complete("se"), ["serve"])
        self.assertEqual(self.complete("config", ""), ["check", "show", "manual"])
        self.assertEqual(self.complete("order", "bl"), ["block"])

    def test_options_and_their_values(self):
        self.assertEqual(self.complete("serve", "--next"), ["--next-hop"])
        self.assertEqual(self.complete("scan", "--direction", ""), ["inbound", "outbound", "internal"])
        self.assertEqual(self.complete("order", "block", "--kind", "cl"), ["client_ip"])
        self.assertEqual(self.complete("journal", "list", "--verdict", "m"), ["malware"])
        self.assertEqual(self.complete("order", "block", "x@example.org", "--exp"), ["--expires-in-s"])

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "a mail.eml").touch()
            (pathlib.Path(folder) / "rules").mkdir()
            self.assertEqual(self.complete("scan", "a", cwd=folder), ["a mail.eml"])
            self.assertEqual(self.complete("scan", "--yara", "r", cwd=folder), ["rules"])


if __name__ == "__main__":
    unittest.main()
