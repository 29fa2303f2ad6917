"""Webhooks, notices in chats and in syslog, links that acknowledge: a real daemon calls a real HTTP server on this machine."""
import email
import hashlib
import re
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from test_authentication import DnsServer
from tocsin_system import Daemon, SmtpSink
from webhook_receiver import SECRET, WRITTEN_SECRET, FakeKumo, Receiver, is_signed

PEOPLE = """
[[person]]
id = "anna"
mail = ["anna@desk.example"]
webhook = ["pager"]
[[person]]
id = "bob"
mail = ["bob@desk.example"]
[[person]]
id = "siem"
syslog = ["local0"]
[[person]]
id = "chats"
webhook = ["slack", "mattermost", "teams", "ntfy"]
[[group]]
name = "desk"
people = ["bob"]
[[group]]
name = "on-call"
people = ["anna", "bob", "siem", "chats"]
[[page]]
group = "on-call"
[escalation]
page_from_severity = 2
"""
STEPS = {
    "call": 'do = "webhook:suspend"\ncustomer = "{customer}"\nreason = "incident {number}"\nundo = "webhook:resume"\n'
            'retry_seconds = 1\n',
    "kumo": 'do = "webhook:kumo"\ncustomer = "{customer}"\nundo = "webhook:kumo"\nretry_seconds = 1\n',
    "unknown": 'do = "webhook:nobody_has_it"\ncustomer = "{customer}"\n',
    "bare": 'do = "webhook:kumo"\nreason = "no customer"\n',
}
CONFIGURATION = """
[[customer]]
name = "acme"
envelope_domains = ["acme.example"]
[respond]
people = "{folder}/people.toml"
playbooks = ["{folder}/playbooks"]
notices_from = "security@esp.example"
acknowledge_url = "http://127.0.0.1:1/a"
syslog = "unix:{folder}/log"
[[listener]]
name = "answers"
kind = "answers"
address = "127.0.0.1:0"
"""
SHAPES = {"suspend": "json", "resume": "json", "pager": "json", "kumo": "kumomta_suspend", "slack": "slack",
          "mattermost": "mattermost", "teams": "teams", "ntfy": "ntfy"}


class WebhookHouse(unittest.TestCase):
    """A daemon whose people and playbooks call a receiver of ours."""

    def setUp(self):
        self.sink, self.receiver = SmtpSink(), Receiver()
        self.addCleanup(self.sink.stop)
        self.addCleanup(self.receiver.stop)
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tocsin-test-")))
        (self.folder / "people.toml").write_text(PEOPLE)
        (self.folder / "playbooks").mkdir()
        for name, step in STEPS.items():
            (self.folder / "playbooks" / f"{name}.toml").write_text(
                f'name = "{name}"\ntriggers = ["by_hand"]\n[[step]]\nname = "step"\n{step}')
        many = "".join(f'[[step]]\nname = "step{count}"\n{STEPS["call"]}' for count in range(30))
        (self.folder / "playbooks" / "many.toml").write_text(f'name = "many"\ntriggers = ["by_hand"]\n{many}')
        (self.folder / "secret").write_text(WRITTEN_SECRET + "\n")
        (self.folder / "authorization").write_text("Bearer a-token\n")
        for name in ("secret", "authorization"):
            (self.folder / name).chmod(0o600)
        self.syslog = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.syslog.bind(str(self.folder / "log"))
        self.syslog.settimeout(20)
        self.addCleanup(self.syslog.close)
        self.daemon = Daemon(self.sink, configuration=CONFIGURATION.replace("{folder}", str(self.folder)) + self.webhooks())
        self.daemon.__enter__()
        self.addCleanup(lambda: self.daemon.__exit__(None, None, None))

    def webhooks(self, timeout_ms=4000):
        def row(name, shape):
            path = {"kumo": "", "ntfy": "/anna-9f3k"}.get(name, "/" + name)
            return (f'[[webhook]]\nname = "{name}"\nurl = "{self.receiver.url(path)}"\nshape = "{shape}"\n'
                    f'timeout_ms = {timeout_ms}\n' + (f'secret_file = "{self.folder}/secret"\n' if shape == "json" else "") +
                    (f'authorization_file = "{self.folder}/authorization"\n' if name == "kumo" else ""))
        return "\n" + "".join(row(name, shape) for name, shape in SHAPES.items())

    def wait_for(self, condition, what, seconds=30):
        deadline = time.monotonic() + seconds
        while not (result := condition()):
            self.assertLess(time.monotonic(), deadline, what() if callable(what) else what)
            time.sleep(0.05)
        return result

    def open(self, playbook="", severity=3, title="By hand"):
        words = ["--playbook", playbook] if playbook else []
        self.daemon.command("incident", "open", title, "--severity", str(severity), "--customer", "acme", "--by", "bob", *words)

    def incident(self, name=1):
        return self.daemon.command("incident", "show", str(name), "--json")

    def step(self, name=1):
        return self.incident(name)["runs"][0]["steps"][0]

    def wait_for_step(self, state, name=1, seconds=30):
        return self.wait_for(lambda: (one := self.step(name))["state"] == state and one, lambda: str(self.step(name)), seconds)

    def undo(self, name=1):
        self.daemon.command("incident", "undo", str(name), "--run", "1", "--why", "a test", "--by", "bob")
        return self.wait_for(lambda: (one := self.incident(name)["runs"][0])["state"] in ("undone", "undo_failed") and one,
                             lambda: str(self.incident(name)["runs"]))

    def mails_to(self, address):
        return [email.message_from_bytes(one.content) for one in list(self.sink.delivered) if one.recipients == [address]]


class Webhooks(WebhookHouse):
    # ---- steps ----------------------------------------------------------------------------------------------------------

    def test_a_step_is_signed_and_its_undo_names_it(self):
        self.open("call")
        self.wait_for_step("done")
        call, = self.receiver.to("/suspend")
        self.assertTrue(is_signed(call))
        self.assertFalse(is_signed(call, b"another secret of 32 bytes: bad!"))
        self.assertEqual((call.method, call.headers["content-type"], call.headers["host"]),
                         ("POST", "application/json", f"127.0.0.1:{self.receiver.port}"))
        data = call.json["data"]
        self.assertEqual((call.json["type"], data["customer"], data["reason"], data["key"], data["attempt"]),
                         ("tocsin.step", "acme", "incident 1", call.id, 1))
        self.assertEqual(self.undo()["state"], "undone")
        back, = self.receiver.to("/resume")
        self.assertTrue(is_signed(back))
        self.assertEqual((back.json["type"], back.json["data"]["undoes"], back.id),
                         ("tocsin.step_undo", call.id, call.id + ".undo"))

    def test_an_answer_of_500_is_tried_again_with_the_same_id_and_one_of_400_is_not(self):
        answers = iter([(500, {}, b"no room"), (429, {}, b""), (200, {}, b"")])
        self.receiver.answer = lambda call: next(answers)
        self.open("call")
        self.wait_for_step("done")
        calls = self.receiver.to("/suspend")
        self.assertEqual([call.id for call in calls], [calls[0].id] * 3)
        self.assertEqual([call.json["data"]["attempt"] for call in calls], [1, 2, 3])
        self.assertGreater(calls[2].at - calls[1].at, calls[1].at - calls[0].at)
        self.receiver.answer = lambda call: (400, {}, b"no such customer")
        self.open("call")
        failed = self.wait_for_step("failed", 2)
        self.assertIn("suspend answers 400: no such customer", failed["note"])
        self.assertEqual(len(self.receiver.to("/suspend")), 4)

    def test_no_redirect_is_followed(self):
        self.receiver.answer = lambda call: (307, {"Location": self.receiver.url("/elsewhere")}, b"")
        self.open("call")
        self.assertIn("a redirect, and none is followed", self.wait_for_step("failed")["note"])
        self.assertEqual(self.receiver.to("/elsewhere"), [])

    def test_after_kill_9_a_step_comes_again_with_the_same_id(self):
        self.receiver.answer = self.receiver.hang
        self.open("call")
        self.wait_for(lambda: self.receiver.to("/suspend"), "it is not called")
        self.daemon.kill()
        self.receiver.answer = lambda call: (200, {}, b"")
        self.receiver.open.set()
        self.daemon.start()
        self.wait_for_step("done")
        calls = self.receiver.to("/suspend")
        self.assertGreaterEqual(len(calls), 2)
        self.assertEqual(len({call.id for call in calls}), 1)
        self.assertTrue(all(is_signed(call) for call in calls))

    def test_a_step_without_a_webhook_says_what_to_do(self):
        self.open("unknown")
        self.assertIn("write a [[webhook]] of that name", self.wait_for_step("failed")["note"])
        self.assertIn("respond.webhooks_missing", self.daemon.log_path.read_text())
        # Nobody was called: there is nothing to take back.
        self.assertEqual(self.undo()["state"], "undone")

    def test_a_dry_run_calls_nobody(self):
        self.open()
        self.daemon.command("incident", "run", "1", "--playbook", "call", "--dry-run", "--by", "bob")
        self.assertIn("would call suspend at 127.0.0.1", self.wait_for_step("done")["note"])
        self.assertEqual(self.receiver.to("/suspend"), [])

    # ---- KumoMTA --------------------------------------------------------------------------------------------------------

    def test_kumomta_suspends_a_tenant_and_lets_it_go(self):
        kumo = self.receiver.answer = FakeKumo()
        kumo.suspended["other"] = {"tenant": "acme", "reason": "by hand", "duration": "1h"}
        self.open("kumo")
        self.assertIn("kumo suspends tenant acme for 168 hours", self.wait_for_step("done")["note"])
        ours, = [one for key, one in kumo.suspended.items() if key != "other"]
        self.assertEqual((ours["tenant"], ours["duration"]), ("acme", "168h"))
        self.assertRegex(ours["reason"], r"^incident \S+ \[tocsin:\S+\]$")
        self.assertTrue(all(call.headers["authorization"] == "Bearer a-token" for call in self.receiver.calls))
        self.assertEqual(self.undo()["state"], "undone")
        self.assertEqual(list(kumo.suspended), ["other"])

    def test_kumomta_suspends_once_though_its_answer_was_lost(self):
        kumo = FakeKumo()

        def lose_the_first(call):
            answer = kumo(call)
            return self.receiver.hang(call) if call.method == "POST" else answer

        self.receiver.answer = lose_the_first
        self.open("kumo")
        self.wait_for(lambda: kumo.suspended, "nothing is suspended")
        self.daemon.kill()
        self.receiver.open.set()
        self.daemon.start()
        self.assertIn("had suspended it already", self.wait_for_step("done")["note"])
        self.assertEqual(len(kumo.suspended), 1)
        self.assertEqual(self.undo()["state"], "undone")
        self.assertEqual(kumo.suspended, {})

    def test_kumomta_never_suspends_everybody(self):
        self.receiver.answer = FakeKumo()
        self.open("bare")
        self.assertIn("names no customer", self.wait_for_step("failed")["note"])
        self.assertEqual(self.receiver.answer.suspended, {})

    # ---- notices --------------------------------------------------------------------------------------------------------

    def test_a_page_goes_by_all_ways_in_the_form_of_each(self):
        self.open(severity=1, title="look at http://evil.example/ <!channel>")
        for name in ("pager", "slack", "mattermost", "teams"):
            self.wait_for(lambda: self.receiver.to("/" + name), f"{name} gets nothing")
        ntfy, = self.wait_for(lambda: self.receiver.to("/"), "ntfy gets nothing")
        pager, = self.receiver.to("/pager")
        self.assertTrue(is_signed(pager))
        self.assertEqual((pager.json["data"]["person"], pager.json["data"]["notice"]), ("anna", "page"))
        self.assertEqual((ntfy.json["topic"], ntfy.json["priority"]), ("anna-9f3k", 5))
        for path in ("/pager", "/slack", "/mattermost", "/teams", "/"):
            call, = self.receiver.to(path)
            self.assertIn(b"hxxp://evil[.]example/", call.body)
            self.assertNotIn(b"http://evil", call.body)
            self.assertIn(b"http://127.0.0.1:1/a/ack.", call.body)
        self.assertNotIn("<!channel>", self.receiver.to("/slack")[0].json["text"])
        line = self.syslog.recv(4096).decode()
        self.assertRegex(line, r"^<129>1 \d{4}-\d\d-\d\dT\S+Z \S+ tocsin - page - "
                               r"\ufeffincident=\S+ key=\S+ for=siem \[severity 1\]")
        self.assertNotIn("ack.", line)

    def test_a_page_comes_again_after_kill_9_with_the_same_id(self):
        self.receiver.answer = self.receiver.hang
        self.open(severity=1)
        self.wait_for(lambda: self.receiver.to("/pager"), "nobody is paged")
        self.daemon.kill()
        self.receiver.answer = lambda call: (200, {}, b"")
        self.receiver.open.set()
        self.daemon.start()
        self.wait_for(lambda: len(self.receiver.to("/pager")) > 1, "it does not come again")
        self.assertEqual(len({call.id for call in self.receiver.to("/pager")}), 1)

    def test_what_hangs_delays_no_page(self):
        """Thirty steps and the pager hang: more than there are places of any kind."""
        self.receiver.answer = lambda call: self.receiver.hang(call) if call.path in ("/suspend", "/pager") else (200, {}, b"")
        self.open("many")
        self.wait_for(lambda: len(self.receiver.to("/suspend")) >= 4, "the steps do not begin")
        for count in range(6):
            self.open(severity=1, title=f"Page {count}")
        begun = time.monotonic()
        self.wait_for(lambda: len(self.mails_to("bob@desk.example")) >= 6 and len(self.mails_to("anna@desk.example")) >= 6,
                      "pages by mail wait for what hangs", 3)
        self.wait_for(lambda: len(self.receiver.to("/slack")) >= 6, "pages to a chat wait for the pager that hangs", 3)
        self.assertLess(time.monotonic() - begun, 3.5)

    # ---- acknowledgement ------------------------------------------------------------------------------------------------

    def link_of(self, text):
        return re.search(r"http://127\.0\.0\.1:1/a/(ack\.[\w.-]+)", text).group(1)

    def page_of(self, token, method="GET", body=b"acknowledge=yes"):
        request = urllib.request.Request(f"http://127.0.0.1:{self.daemon.ports['answers']}/a/{token}", method=method,
                                         data=body if method == "POST" else None)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def test_a_link_acknowledges_by_post_once_and_nobody_is_paged_any_more(self):
        # The pager of anna is away: her page is tried again and again, until somebody has it.
        self.receiver.answer = lambda call: (503, {}, b"") if call.path == "/pager" else (200, {}, b"")
        self.open(severity=1, title="A <b>bad</b> one")
        mail, = self.wait_for(lambda: self.mails_to("bob@desk.example"), "bob is not paged")
        token = self.link_of(mail.get_payload(decode=True).decode())
        code, text = self.page_of(token)
        self.assertEqual(code, 200)
        self.assertIn("A &lt;b&gt;bad&lt;/b&gt; one", text)
        self.assertIn('<form method="post">', text)
        for _ in range(3):
            self.page_of(token)
        self.assertIsNone(self.incident().get("acknowledged_by") or None)
        self.assertEqual(self.page_of(token, "POST", b"x=1")[0], 400)
        # A program that looks whether the link is alive has not read the page: the answer is its head, and nobody acknowledged.
        self.assertEqual(self.page_of(token, "HEAD"), (200, ""))
        self.assertIsNone(self.incident().get("acknowledged_by") or None)
        code, text = self.page_of(token, "POST")
        self.assertEqual((code, "You have it" in text), (200, True))
        self.assertEqual(self.incident()["acknowledged_by"], "bob")
        # One call may have been on its way.
        time.sleep(1)
        paged = len(self.receiver.to("/pager"))
        time.sleep(9)
        self.assertEqual(len(self.receiver.to("/pager")), paged, "a page after the acknowledgement")
        self.assertEqual(self.page_of(token, "POST")[0], 200)  # a second click is no mishap
        annas, = self.mails_to("anna@desk.example")
        code, text = self.page_of(self.link_of(annas.get_payload(decode=True).decode()), "POST")
        self.assertEqual((code, "bob acknowledged it" in text), (410, True))
        self.assertEqual(self.incident()["acknowledged_by"], "bob")
        self.daemon.command("incident", "close", "1", "--as", "resolved", "--by", "bob")
        self.assertEqual(self.page_of(token, "POST")[0], 410)

    def test_a_link_that_is_changed_too_old_or_of_somebody_else_is_refused(self):
        self.open(severity=1)
        mail, = self.wait_for(lambda: self.mails_to("bob@desk.example"), "bob is not paged")
        token = self.link_of(mail.get_payload(decode=True).decode())
        for bad in (token.replace(".bob.", ".anna."), token[:-1] + ("0" if token[-1] != "0" else "1"), "ack.", "ack.a.b.1.c",
                    token.replace("ack.", "", 1), ""):
            self.assertEqual(self.page_of(bad, "POST")[0], 404, bad)
        # Even whoever has the key of the links cannot use one whose time has gone.
        key = hashlib.sha256((Path(self.daemon.data) / "acknowledge-key").read_text().strip().encode()).digest()
        for until, person, code in ((int(time.time()) - 1, "bob", 410), (int(time.time()) + 60, "nobody", 410)):
            text = f"ack.{self.incident()['incident']}.{person}.{until}"
            signature = hashlib.blake2b(hashlib.sha256(text.encode()).digest(), key=key, digest_size=32).hexdigest()[:32]
            self.assertEqual(self.page_of(f"{text}.{signature}", "POST")[0], code, text)
        self.assertIsNone(self.incident().get("acknowledged_by") or None)
        self.assertEqual(self.daemon.log_path.read_text().count("respond.link_refused"), 5)


class OverTls(WebhookHouse):
    """https, with a name that DNS knows; only the step `call` has the authority of its certificate."""

    def webhooks(self, timeout_ms=4000):
        key, self.certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=hooks.example", "-addext", "subjectAltName=DNS:hooks.example", "-keyout", str(key),
                        "-out", str(self.certificate)], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.tls = Receiver(context)
        self.addCleanup(self.tls.stop)
        dns = DnsServer({"hooks.example": {"A": "127.0.0.1"}, "other.example": {"A": "127.0.0.1"}})
        self.addCleanup(dns.stop)

        def row(name, host, more):
            return (f'[[webhook]]\nname = "{name}"\nurl = "https://{host}:{self.tls.port}/{name}"\n{more}'
                    f'timeout_ms = {timeout_ms}\nsecret_file = "{self.folder}/secret"\n')
        ours = f'authorities = "{self.certificate}"\n'
        for name in ("untrusted", "misnamed", "nowhere", "pinned"):
            (self.folder / "playbooks" / f"{name}.toml").write_text(
                f'name = "{name}"\ntriggers = ["by_hand"]\n[[step]]\nname = "step"\ndo = "webhook:{name}"\nretries = 0\n')
        (self.folder / "people.toml").write_text(PEOPLE.replace('webhook = ["pager"]\n', "").replace(
            'webhook = ["slack", "mattermost", "teams", "ntfy"]', 'syslog = ["auth"]'))
        return ("\n" + row("suspend", "hooks.example", ours) + row("untrusted", "hooks.example", "") +
                row("misnamed", "other.example", ours) + row("nowhere", "gone.example", ours) +
                row("pinned", "hooks.example", ours + f'address = "127.0.0.1:{self.tls.port}"\n') +
                f'[authentication]\nresolver = "127.0.0.1:{dns.port}"\n')

    def test_only_a_server_with_a_good_certificate_is_told_anything(self):
        self.open("call")
        self.wait_for_step("done")
        call, = self.tls.calls
        self.assertTrue(is_signed(call))
        self.assertEqual(call.headers["host"], f"hooks.example:{self.tls.port}")
        for number, (name, why) in enumerate((("untrusted", "no TLS"), ("misnamed", "no TLS"),
                                              ("nowhere", "DNS has no address of gone.example")), 2):
            self.open(name)
            self.assertIn(why, self.wait_for_step("failed", number)["note"])
        self.assertEqual(len(self.tls.calls), 1)
        self.open("pinned")
        self.wait_for_step("done", 5)
        self.assertEqual(len(self.tls.calls), 2)


class AtTheStart(unittest.TestCase):
    def refusal(self, daemon):
        with self.assertRaises(RuntimeError) as told:
            daemon.__enter__()
        self.assertNotEqual(daemon.stop(), 0)
        return str(told.exception)

    def test_whoever_cannot_be_reached_is_told(self):
        sink = SmtpSink()
        self.addCleanup(sink.stop)
        folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tocsin-test-")))
        (folder / "people.toml").write_text('[[person]]\nid = "anna"\nwebhook = ["pagr"]\nsyslog = ["local9"]\n'
                                            '[[group]]\nname = "desk"\npeople = ["anna"]\n'
                                            '[[group]]\nname = "on-call"\npeople = ["anna"]\n[[page]]\ngroup = "desk"\n')
        (folder / "secret").write_text("short\n")
        (folder / "secret").chmod(0o600)
        webhook = f'[[webhook]]\nname = "pager"\nurl = "http://127.0.0.1:1/"\nsecret_file = "{folder}/secret"\n'
        (folder / "data").mkdir()
        settings = f'[respond]\npeople = "{folder}/people.toml"\n{webhook}'
        told = self.refusal(Daemon(sink, folder / "data", configuration=settings))
        self.assertIn('there is no [[webhook]] "pagr" in the configuration', told)
        self.assertIn('syslog has no facility "local9"', told)
        (folder / "people.toml").write_text((folder / "people.toml").read_text().replace("pagr", "pager").replace(
            'syslog = ["local9"]\n', ""))
        told = self.refusal(Daemon(sink, folder / "data", configuration=settings))
        self.assertIn("webhook pager: ", told)
        self.assertIn("fewer than 16 bytes", told)
        self.assertEqual(len(SECRET), 32)
        (folder / "people.toml").write_text((folder / "people.toml").read_text().replace(
            'webhook = ["pager"]', 'mail = ["anna@desk.example"]'))
        told = self.refusal(Daemon(sink, folder / "data", configuration=settings))
        self.assertIn("people.toml:3:8: anna: would get mail, and respond.notices_from is not set", told)


if __name__ == "__main__":
    unittest.main()
