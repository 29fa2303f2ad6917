"""A real Exim in front of Tocsin: the lines of docs/manual/exim.md, as they stand there, with this test's ports."""
import os
import pathlib
import shutil
import smtplib
import subprocess
import tempfile
import unittest

import demo_mail
from real_programs import Server, free_port, manual_block, need, need_libraries, replaced, unpacked, wait_until
from tocsin_system import Daemon, SmtpSink

MAIL_UID = 8  # Debian's user mail: Exim wants a user of its own and will not be root
OTHER = 'own_networks = ["192.0.2.0/24"]'
TOCSIN = f"""[network]
{OTHER}
[[customer]]
name = "Shop Ltd"
logins = ["shop"]
[[customer]]
name = "Choir"
envelope_domains = ["choir.example"]
"""

MAIN = """
primary_hostname = exim.example
spool_directory = {folder}/spool
log_file_path = {folder}/%slog
pid_file_path = {folder}/pid
exim_path = {program}
exim_user = Debian-exim
exim_group = Debian-exim
keep_environment = LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
tls_advertise_hosts =
deliver_drop_privilege
message_size_limit = 0
acl_smtp_rcpt = accept
domainlist local_domains = exim.example
"""
TO_SINK = """
to_sink:
  driver = manualroute
  transport = smtp
  route_list = * 127.0.0.1::{sink}
  self = send
"""
LOGIN = """
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${{if eq{{$auth3}}{{secret}}}}
  server_set_id = $auth2
"""


class Exim:
    """Exim with the configuration given, running as Debian-exim, whom only libnss-wrapper knows."""

    def __init__(self, main, acl, routers, transports=""):
        program = unpacked("exim4", "exim4-base", "exim4-daemon-heavy") / "usr/sbin/exim4"
        need_libraries(program)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-exim-"))
        self.port = free_port()
        own = self.folder / "exim4"
        shutil.copyfile(program, own)  # not set-uid: environment and configuration are ours
        own.chmod(0o755)
        values = {"folder": self.folder, "program": own, "port": self.port}
        (self.folder / "exim.conf").write_text("\n".join([
            MAIN.format(**values), main, "begin acl", acl, "begin routers", routers,
            "begin transports", transports, "smtp:\n  driver = smtp", LOGIN.format()]), encoding="utf-8")
        self.server = Server([str(own), "-C", str(self.folder / "exim.conf"), "-bdf"], self.port, self.folder / "output",
                             env=self.users())

    def users(self):
        uid = os.getuid() or MAIL_UID
        gid = os.getgid() or MAIL_UID
        (self.folder / "passwd").write_text(f"root:x:0:0:::\nDebian-exim:x:{uid}:{gid}:::\nnobody:x:65534:65534:::\n")
        (self.folder / "group").write_text(f"root:x:0:\nDebian-exim:x:{gid}:\nnogroup:x:65534:\n")
        shutil.chown(self.folder, uid, gid)
        return {"PATH": os.environ["PATH"], "LD_PRELOAD": "libnss_wrapper.so",
                "NSS_WRAPPER_PASSWD": str(self.folder / "passwd"), "NSS_WRAPPER_GROUP": str(self.folder / "group")}

    def send(self, sender, recipients, content, login=None):
        """The answer to the content, or to what was refused before it."""
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


class EximAsksTocsin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        need("dpkg", "ldd")
        if not list(pathlib.Path("/usr/lib").glob("*/libnss_wrapper.so")):
            raise unittest.SkipTest("not installed: libnss-wrapper; run tools/install-dependencies test")
        cls.sink = SmtpSink()
        cls.addClassCleanup(cls.sink.stop)
        cls.daemon = Daemon(cls.sink, configuration=TOCSIN)
        cls.daemon.__enter__()
        cls.addClassCleanup(cls.daemon.__exit__)

    def exim(self, number, door, port):
        """Exim with the manual's lines for one of the two ways to ask."""
        main = replaced(manual_block("exim.md", "exim-main", number), (f"127.0.0.1 {port}",
                        f"127.0.0.1 {self.daemon.ports[door]}"))
        exim = Exim(main, manual_block("exim.md", "exim-acl", number), TO_SINK.format(sink=self.sink.port))
        self.addCleanup(exim.stop)
        return exim

    def newest(self):
        row = self.daemon.command("journal", "list", "--limit", "1", "--json")["records"][0]
        return self.daemon.command("journal", "show", row["id"], "--json")

    def delivered_after(self, count):
        wait_until(lambda: len(self.sink.delivered) > count, "Exim to deliver")
        return self.sink.delivered[-1].content

    def test_spam_acl(self):
        exim = self.exim(0, "check", 11333)
        self.clean_is_delivered_marked_and_recorded(exim)
        before = len(self.sink.delivered)
        code, text = exim.send("thief@bad.example", ["b@corp.example"], demo_mail.infected("thief@bad.example", "b@corp.example"))
        self.assertEqual(code, 550)
        self.assertIn("refused: The attachment", text)
        self.assertIn(self.newest()["id"], text)
        self.ambiguous_is_marked(exim)
        code, text = exim.send("a@shop.example", ["b@corp.example"], demo_mail.two_types("a@shop.example", "b@corp.example"),
                               "shop")
        record = self.newest()
        self.assertEqual((code, record["direction"], record["disposition"]), (550, "outbound", "hold"))
        self.assertEqual((record["sasl_login"], record["customer"]), ("shop", "Shop Ltd"))
        self.assertEqual(len(self.sink.delivered), before + 1)

    def clean_is_delivered_marked_and_recorded(self, exim):
        before = len(self.sink.delivered)
        forged = b"X-Tocsin-Verdict: forged\r\n" + demo_mail.plain("a@far.example", "b@corp.example", "Lunch", "At noon?")
        recipients = [f"b{number}@corp.example" for number in range(150)]
        self.assertEqual(exim.send("a@far.example", recipients, forged), (250, ""))
        content = self.delivered_after(before)
        record = self.newest()
        self.assertIn(f"X-Tocsin-Verdict: no action; record={record['id']}".encode(), content.replace(b"\r\n\t", b" "))
        self.assertNotIn(b"forged", content)
        self.assertEqual((record["verdict"], record["direction"], record["ambiguous"]), ("clean", "inbound", False))
        self.assertEqual((record["mail_from"], record["recipients"]), ("a@far.example", recipients))
        self.assertEqual((record["client_ip"], record["helo"]), ("127.0.0.1", "client.example"))
        self.assertRegex(record["queue_id"], r"^\w{6}-\w+-\w\w")

    def ambiguous_is_marked(self, exim):
        before = len(self.sink.delivered)
        exim.send("a@far.example", ["b@corp.example"], demo_mail.two_types("a@far.example", "b@corp.example"))
        content = self.delivered_after(before)
        self.assertIn(b"X-Tocsin-Verdict: add header; record=", content.replace(b"\r\n\t", b" "))
        self.assertIn(b"X-Spam-Flag: YES", content)

    def test_malware_acl(self):
        exim = self.exim(1, "clamd", 3310)
        before = len(self.sink.delivered)
        exim.send("a@far.example", ["b@corp.example"], demo_mail.plain("a@far.example", "b@corp.example", "Lunch", "At noon?"))
        self.delivered_after(before)
        code, text = exim.send("a@bad.example", ["b@corp.example"], demo_mail.infected("a@bad.example", "b@corp.example"))
        self.assertEqual((code, text), (550, "This message was refused: Tocsin.Test.Eicar"))
        self.assertEqual(self.newest()["verdict"], "malware")

    def test_outbound_through_the_proxy(self):
        router = replaced(manual_block("exim.md", "exim-router"), ("127.0.0.1::2526",
                          f"127.0.0.1::{self.daemon.ports['outbound']}"))
        exim = Exim("", "accept_all:\n  accept", router, manual_block("exim.md", "exim-transport"))
        self.addCleanup(exim.stop)
        before = len(self.sink.delivered)
        exim.send("a@choir.example", ["b@far.example"], demo_mail.plain("a@choir.example", "b@far.example", "Concert", "Tonight"))
        self.delivered_after(before)
        exim.send("a@choir.example", ["b@far.example"], demo_mail.infected("a@choir.example", "b@far.example"))
        wait_until(lambda: self.newest()["disposition"] == "hold", "the infected message to be held")
        held = self.daemon.command("quarantine", "list", "--json")["held"]
        self.assertEqual([row["customer"] for row in held], ["Choir"])
        self.assertEqual(len(self.sink.delivered), before + 1)


class EximWithoutTocsin(unittest.TestCase):
    def test_no_answer_is_try_again_later(self):
        for number, port in ((0, 11333), (1, 3310)):
            main = replaced(manual_block("exim.md", "exim-main", number), (f"127.0.0.1 {port}", f"127.0.0.1 {free_port()}"))
            exim = Exim(main, manual_block("exim.md", "exim-acl", number), TO_SINK.format(sink=free_port()))
            self.addCleanup(exim.stop)
            code, _ = exim.send("a@far.example", ["b@corp.example"], demo_mail.plain("a@far.example", "b@corp.example", "Hi",
                                "Hi"))
            self.assertEqual(code, 451)


if __name__ == "__main__":
    unittest.main()
