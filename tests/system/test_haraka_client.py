"""A real Haraka in front of Tocsin: the lines of docs/manual/haraka.md, as they stand there, with this test's ports."""
import pathlib
import shutil
import smtplib
import subprocess
import tempfile
import unittest

import demo_mail
from real_programs import Server, fetch, free_port, manual_block, need, replaced, run_or_skip, wait_until
from tocsin_system import Daemon, SmtpSink

PACKAGES = ["Haraka@3.3.4", "haraka-plugin-rspamd@1.6.1", "haraka-plugin-clamd@1.0.6"]
NODE_MAJOR = 20  # the oldest that this Haraka runs on
TOCSIN = """[network]
own_networks = ["192.0.2.0/24"]
[[customer]]
name = "Shop Ltd"
logins = ["shop"]
"""


def haraka_program():
    """Haraka from the npm registry, or from the cache."""
    need("node", "npm")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").split(".")[0]) < NODE_MAJOR:
        raise unittest.SkipTest(f"Haraka needs Node.js {NODE_MAJOR} or newer, here is {version.strip()}")

    def build(folder):
        run_or_skip("Haraka", ["npm", "install", "--prefix", str(folder), "--omit=optional", "--ignore-scripts", "--no-audit",
                               "--no-fund", "--no-package-lock", *PACKAGES], folder)

    return fetch("haraka-" + "-".join(name.rsplit("@", 1)[1] for name in PACKAGES), build) / "node_modules/Haraka/bin/haraka"


class Haraka:
    """Haraka with one plugin's configuration, delivering to the sink."""

    def __init__(self, files, sink_port):
        program = haraka_program()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-haraka-"))
        self.port = free_port()
        config = self.folder / "config"
        shutil.copytree(program.parents[1] / "config", config)
        (self.folder / "plugins").mkdir()
        (self.folder / "plugins/no_dns.js").write_text("exports.hook_lookup_rdns = (next) => next(OK, 'client.example')\n")
        own = {"smtp.ini": f"listen=127.0.0.1:{self.port}\npublic_ip=127.0.0.1\n", "me": "haraka.example", "loglevel": "info",
               "host_list": "corp.example", "auth_flat_file.ini": "[core]\nmethods=PLAIN\n[users]\nshop=secret\n",
               "smtp_forward.ini": f"host=127.0.0.1\nport={sink_port}\nenable_outbound=true\n", "databytes": "0"}
        files["plugins"] = "no_dns\nauth/flat_file\nrcpt_to.in_host_list\n" + files["plugins"] + "queue/smtp_forward\n"
        for name, text in {**own, **files}.items():
            (config / name).write_text(text, encoding="utf-8")
        self.log = self.folder / "log"
        self.server = Server(["node", str(program), "-c", str(self.folder)], self.port, self.log)

    def send(self, sender, recipients, content, login=None):
        """The answer to the content."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=60) as client:
            client.ehlo("client.example")
            if login:
                client.login(login, "secret")
            try:
                client.sendmail(sender, recipients, content)
            except smtplib.SMTPDataError as refused:
                return refused.smtp_code, refused.smtp_error.decode()
            return 250, ""

    def stop(self):
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def with_rspamd(port, sink_port):
    return Haraka({"plugins": manual_block("haraka.md", "haraka-plugins", 0),
                   "plugin_timeout": manual_block("haraka.md", "haraka-timeout"),
                   "rspamd.ini": replaced(manual_block("haraka.md", "haraka-rspamd"), ("port = 11333", f"port = {port}"))},
                                          sink_port)


def with_clamd(port, sink_port):
    return Haraka({"plugins": manual_block("haraka.md", "haraka-plugins", 1),
                   "clamd.ini": replaced(manual_block("haraka.md", "haraka-clamd"), (":3310", f":{port}"))}, sink_port)


class HarakaAsksTocsin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        haraka_program()
        cls.sink = SmtpSink()
        cls.addClassCleanup(cls.sink.stop)
        cls.daemon = Daemon(cls.sink, configuration=TOCSIN)
        cls.daemon.__enter__()
        cls.addClassCleanup(cls.daemon.__exit__)

    def newest(self):
        row = self.daemon.command("journal", "list", "--limit", "1", "--json")["records"][0]
        return self.daemon.command("journal", "show", row["id"], "--json")

    def test_rspamd_plugin(self):
        haraka = with_rspamd(self.daemon.ports["check"], self.sink.port)
        self.addCleanup(haraka.stop)
        self.clean_is_delivered_marked_and_recorded(haraka)
        before = len(self.sink.delivered)
        code, text = haraka.send("a@bad.example", ["b@corp.example"], demo_mail.infected("a@bad.example", "b@corp.example"))
        self.assertEqual(code, 550)
        self.assertIn("refused: The attachment", text)
        self.assertIn(self.newest()["id"], text)
        haraka.send("a@far.example", ["b@corp.example"], demo_mail.two_types("a@far.example", "b@corp.example"))
        self.assertIn(b"\r\nMIME-Ambiguity-Results: localhost; readings=2;\r\n ambiguity=duplicate_content_type",
                      self.sink.delivered[-1].content)
        code, text = haraka.send("a@shop.example", ["b@corp.example"], demo_mail.two_types("a@shop.example",
                                 "b@corp.example"), "shop")
        record = self.newest()
        self.assertEqual((code, record["disposition"], record["customer"]), (550, "hold", "Shop Ltd"))
        self.assertEqual((record["sasl_login"], record["direction"]), ("shop", "outbound"))
        self.assertEqual(len(self.sink.delivered), before + 1)

    def clean_is_delivered_marked_and_recorded(self, haraka):
        forged = b"X-Tocsin-Verdict: forged\r\n" + demo_mail.plain("a@far.example", "b@corp.example", "Lunch", "At noon?")
        for recipients in (["b@corp.example"], [f"b{number}@corp.example" for number in range(150)]):
            self.assertEqual(haraka.send("a@far.example", recipients, forged), (250, ""))
            record, content = self.newest(), self.sink.delivered[-1].content
            self.assertIn(f"\r\nX-Tocsin-Verdict: clean; action=accept; record={record['id']}\r\n".encode(), content)
            self.assertNotIn(b"forged", content)
            self.assertEqual((record["verdict"], record["direction"], record["ambiguous"]), ("clean", "inbound", False))
            self.assertEqual((record["mail_from"], record["recipients"]), ("a@far.example", recipients))
            self.assertEqual((record["client_ip"], record["helo"]), ("127.0.0.1", "client.example"))

    def test_clamd_plugin(self):
        haraka = with_clamd(self.daemon.ports["clamd"], self.sink.port)
        self.addCleanup(haraka.stop)
        before = len(self.sink.delivered)
        clean = demo_mail.plain("a@far.example", "b@corp.example", "Lunch", "At noon?")
        self.assertEqual(haraka.send("a@far.example", ["b@corp.example"], clean), (250, ""))
        code, text = haraka.send("a@bad.example", ["b@corp.example"], demo_mail.infected("a@bad.example", "b@corp.example"))
        self.assertEqual((code, text), (550, "Message is infected with Tocsin.Test.Eicar"))
        self.assertEqual(len(self.sink.delivered), before + 1)


class HarakaWithoutTocsin(unittest.TestCase):
    def test_no_answer_is_try_again_later(self):
        clean = demo_mail.plain("a@far.example", "b@corp.example", "Lunch", "At noon?")
        for start in (with_rspamd, with_clamd):
            haraka = start(free_port(), free_port())
            self.addCleanup(haraka.stop)
            code, _ = haraka.send("a@far.example", ["b@corp.example"], clean)
            self.assertEqual(code, 450, start.__name__)


if __name__ == "__main__":
    unittest.main()
