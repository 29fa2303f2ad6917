"""What goes to other houses: an incident in each form, read again by other programs; playbooks as CACAO and back."""

import csv
import email
import email.policy
import io
import json
import re
import subprocess
import tempfile
import time
import unittest
import uuid
from pathlib import Path

from test_response import CONFIGURATION, PEOPLE, report_of, wedding_photo
from tocsin_system import BUILD, Daemon, SmtpSink

PLAYBOOKS = Path(__file__).resolve().parents[2] / "playbooks"
STIX_NAMESPACE = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
CACAO_NAMESPACE = uuid.UUID("aa7caf3a-d55a-4e9a-b34e-056215fba56a")
# CACAO 2.0 section 10.10, and the schemas that the committee publishes.
IDENTIFIER = re.compile(r"[a-z][a-z0-9-]+[a-z0-9]--[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
STEP_TYPES = {"start", "end", "action", "parallel", "if-condition"}
STEP_MEMBERS = {
    "start": {"type", "on_completion"}, "end": {"type"},
    "action": {"type", "name", "commands", "agent", "timeout", "on_completion", "on_success", "on_failure"},
    "parallel": {"type", "next_steps", "on_completion"},
    "if-condition": {"type", "condition", "on_true", "on_completion"}}


def run(*words, **more):
    return subprocess.run([str(BUILD / "tocsin"), *map(str, words)], capture_output=True, timeout=60, **more)


class Export(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sink = SmtpSink()
        cls.addClassCleanup(cls.sink.stop)
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="tocsin-test-")))
        (folder / "people.toml").write_text(PEOPLE)
        cls.folder = folder
        cls.daemon = Daemon(cls.sink, configuration=CONFIGURATION.replace("{people}", str(folder / "people.toml")))
        cls.daemon.__enter__()
        cls.addClassCleanup(lambda: cls.daemon.__exit__(None, None, None))
        mail = wedding_photo().replace(
            b"https://photos.stranger.example/album",
            b"https://photos.stranger.example/album?for=staff1@esp.example https://www.google.com/redirect\r\n"
            b"https://photos.stranger.example/staff1%40esp.example/album https://www.acme.example/news")
        cls.daemon.send("inbound", "friend@stranger.example", ["staff1@esp.example"], mail)
        code, text = cls.daemon.send("inbound", "staff1@esp.example", ["phish@esp.example"], report_of(mail))
        assert code == 250, text
        deadline = time.monotonic() + 60
        while not any(one["verdict"] == "malicious" for one in
                      cls.daemon.command("incident", "list", "--json")["incidents"]):
            assert time.monotonic() < deadline, "it is not verified"
            time.sleep(0.1)

    def export(self, form, *words):
        done = run("incident", "export", 1, "--as", form, "--data", self.daemon.data, *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        for trace in (b"staff1", b"Anna", b"anna", b"bob@", b"carla", b"wedding", b"acme", b"phish@esp.example"):
            self.assertNotIn(trace, done.stdout)
        return done.stdout.decode(), done.stderr.decode()

    def test_stix_is_read_by_another_program(self):
        text, told = self.export("stix", "--tlp", "green")
        self.assertEqual(text, self.export("stix", "--tlp", "green")[0])
        bundle = json.loads(text)
        objects = {one["id"]: one for one in bundle["objects"]}
        self.assertEqual(len(objects), len(bundle["objects"]))
        for one in objects.values():
            self.assertRegex(one["id"], IDENTIFIER)
            self.assertTrue(one["id"].startswith(one["type"] + "--"))
            self.assertEqual(one["spec_version"], "2.1")
            author = [one["created_by_ref"]] if "created_by_ref" in one else []
            for name in [*one.get("object_refs", []), *one.get("object_marking_refs", []), *author]:
                self.assertIn(name, objects)
        for one in objects.values():
            if one["type"] in ("url", "domain-name", "email-addr", "ipv4-addr"):
                name = json.dumps({"value": one["value"]}, separators=(",", ":"))
                self.assertEqual(one["id"], f"{one['type']}--{uuid.uuid5(STIX_NAMESPACE, name)}")
            if one["type"] == "file":
                name = json.dumps({"hashes": one["hashes"]}, separators=(",", ":"))
                self.assertEqual(one["id"], f"file--{uuid.uuid5(STIX_NAMESPACE, name)}")
        patterns = {one["pattern"] for one in objects.values() if one["type"] == "indicator"}
        self.assertIn("[url:value = 'https://photos.stranger.example/album']", patterns)
        self.assertIn("[domain-name:value = 'photos.stranger.example']", patterns)
        self.assertTrue(any(one.startswith("[file:hashes.'SHA-256' = '") for one in patterns), patterns)
        self.assertFalse([one for one in patterns if "friend@stranger" in one], "nobody vouches for the sender")
        marking, = [one for one in objects.values() if one["type"] == "marking-definition"]
        self.assertEqual(marking["name"], "TLP:GREEN")
        # What is not taken along is said, with the reason.
        for what in ("https://www.google.com/redirect: it belongs to a great provider", "it may name somebody",
                     "friend@stranger.example: nobody vouches", "www.acme.example: it is a name of the house or of a customer"):
            self.assertIn(what, told)

    def test_misp_is_read_by_another_program(self):
        event = json.loads(self.export("misp")[0])["Event"]
        uuid.UUID(event["uuid"])
        self.assertEqual((event["distribution"], event["published"], event["Tag"][0]["name"]), ("0", False, "tlp:amber"))
        attributes = {(one["type"], one["value"]) for one in event["Attribute"]}
        self.assertIn(("url", "https://photos.stranger.example/album"), attributes)
        self.assertIn(("hostname", "photos.stranger.example"), attributes)

    def test_csv_is_read_by_another_program(self):
        rows = list(csv.DictReader(io.StringIO(self.export("csv")[0], newline="")))
        self.assertIn(("url", "https://photos.stranger.example/album", "1"),
                      [(one["type"], one["value"], one["incident"]) for one in rows])
        for one in rows:
            self.assertRegex(one["first_seen"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    def test_an_abuse_report_is_a_mail_that_another_program_reads(self):
        before = len(self.sink.delivered)
        text, _ = self.export("xarf", "--to", "abuse@hoster.example")
        mail = email.message_from_string(text, policy=email.policy.default)
        self.assertEqual((mail["From"], mail["To"]), ("security@esp.example", "abuse@hoster.example"))
        self.assertIsNotNone(mail["Date"].datetime)
        self.assertEqual((mail.get_content_type(), mail.get_param("report-type")), ("multipart/report", "feedback-report"))
        words, fields, report = mail.iter_parts()
        self.assertIn("hxxps://photos[.]stranger[.]example/album", words.get_content())
        self.assertEqual(fields.get_content_type(), "message/feedback-report")
        self.assertIn("Feedback-Type: xarf", fields.as_string())
        self.assertEqual(report.get_filename(), "xarf.json")
        value = json.loads(report.get_payload(decode=True))
        for name in ("xarf_version", "report_id", "timestamp", "reporter", "sender", "source_identifier", "category", "type",
                     "url"):
            self.assertIn(name, value)
        self.assertEqual(uuid.UUID(value["report_id"]).version, 4)
        self.assertEqual((value["source_identifier"], value["url"]),
                         ("photos.stranger.example", "https://photos.stranger.example/album"))
        for part in (words.get_content(), json.dumps(value)):
            for trace in ("staff1", "anna", "wedding", "acme"):
                self.assertNotIn(trace, part)
        self.assertEqual(len([one for one in self.sink.delivered[before:] if "abuse@hoster.example" in one.recipients]), 0)

    def test_names_of_great_providers_go_out_when_they_are_asked_for(self):
        done = run("incident", "export", 1, "--as", "csv", "--include-known", "--data", self.daemon.data)
        self.assertIn(b"https://www.google.com/redirect", done.stdout)

    def test_what_cannot_be_exported_is_told(self):
        self.daemon.command("incident", "open", "a test", "--severity", "4", "--by", "anna", "--json")
        self.daemon.command("incident", "verdict", "2", "--is", "harmless", "--why", "a test", "--by", "anna")
        out = self.folder / "out.csv"
        for words, what in (((2, "--as", "csv"), "incident 2 is harmless"), ((9, "--as", "csv"), "there is no incident 9"),
                            ((1, "--as", "xarf", "--host", "good.example"), "no link leads to"),
                            ((1, "--as", "xarf", "--to", "nobody"), "is no address of mail")):
            done = run("incident", "export", *words, "--data", self.daemon.data, "--out", out)
            self.assertEqual(done.returncode, 2)
            self.assertIn(what, done.stderr.decode())
            self.assertFalse(out.exists())
        for expected in (0, 2):     # never over what is there
            done = run("incident", "export", 1, "--as", "csv", "--data", self.daemon.data, "--out", out)
            self.assertEqual(done.returncode, expected, done.stderr)
        self.assertEqual(out.stat().st_mode & 0o777, 0o600)
        self.assertIn("respond.exported", self.daemon.log_path.read_text())


class Cacao(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tocsin-test-")))

    def exported(self, name):
        done = run("playbook", "export", name, "--as", "cacao")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout, done.stderr.decode()

    def names(self):
        return sorted(one.stem for one in PLAYBOOKS.glob("*.toml") if one.stem != "notices")

    def check_form(self, document):
        """The rules of the standard, and of the schemas that the committee publishes, written down once more."""
        self.assertEqual((document["type"], document["spec_version"]), ("playbook", "cacao-2.0"))
        name = {key: document[key] for key in ("name", "playbook_types")}
        self.assertEqual(document["id"], "playbook--" + str(uuid.uuid5(CACAO_NAMESPACE, json.dumps(name, separators=(",", ":")))))
        for moment in ("created", "modified"):
            self.assertRegex(document[moment], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertGreaterEqual(document["modified"], document["created"])
        self.assertTrue(document["playbook_activities"])
        self.assertEqual(document["workflow"][document["workflow_start"]]["type"], "start")
        for key, value in document["workflow"].items():
            self.assertRegex(key, IDENTIFIER)
            self.assertTrue(key.startswith(value["type"] + "--"))
            self.assertEqual(uuid.UUID(key.split("--", 1)[1]).version, 4)
            self.assertLessEqual(set(value), STEP_MEMBERS[value["type"]])
            for step in [*value.get("next_steps", []),
                         *(value[one] for one in ("on_completion", "on_success", "on_failure", "on_true") if one in value)]:
                self.assertIn(step, document["workflow"])
            if value["type"] == "action":
                self.assertIn(value["agent"], document["agent_definitions"])
        for name in document.get("playbook_variables", {}):
            self.assertRegex(name, r"^__[a-zA-Z_][a-zA-Z0-9_-]{0,199}__$")
        for agent in document["agent_definitions"].values():
            self.assertLessEqual({"type", "name"}, set(agent))
        for definition in document["extension_definitions"].values():
            self.assertLessEqual({"type", "name", "created_by", "schema", "version"}, set(definition))

    def test_every_shipped_playbook_goes_out_and_comes_back(self):
        self.assertEqual(len(self.names()), 8)
        for name in self.names():
            with self.subTest(name):
                text, told = self.exported(name)
                self.assertEqual(text, self.exported(PLAYBOOKS / f"{name}.toml")[0])
                self.check_form(json.loads(text))
                self.assertIn("seen only by who knows Tocsin's extension", told)
                file = self.folder / f"{name}.json"
                file.write_bytes(text)
                back = run("playbook", "import", file, "--out", self.folder / f"{name}.toml")
                self.assertEqual((back.returncode, back.stderr), (0, b""))
                self.assertIn("# Nothing was lost.", (self.folder / f"{name}.toml").read_text())
                again = json.loads(self.exported(self.folder / f"{name}.toml")[0])
                first = json.loads(text)
                for one in (first, again):
                    del one["modified"]
                self.assertEqual(first, again)

    def test_without_the_extension_people_do_it_and_everything_is_told(self):
        text, told = self.exported("inbound_phish_to_staff")
        document = json.loads(text)
        del document["extension_definitions"], document["playbook_extensions"]
        file = self.folder / "plain.json"
        file.write_text(json.dumps(document))
        back = run("playbook", "import", file)
        self.assertEqual(back.returncode, 0, back.stderr)
        self.assertIn('do = "manual"', back.stdout.decode())
        self.assertNotIn('do = "purge"', back.stdout.decode())
        for line in ("step purge: do: purge becomes words for a person", "step purge: approvals: 1 distinct person must agree",
                     "step block_link: reaches: when it is done the incident counts as contained"):
            self.assertIn(line, told)

    def test_what_is_imported_is_what_a_daemon_takes(self):
        text, _ = self.exported("customer_hijacked")
        folder = self.folder / "playbooks"
        folder.mkdir()
        file = self.folder / "p.json"
        file.write_bytes(text)
        self.assertEqual(run("playbook", "import", file, "--out", folder / "customer_hijacked.toml").returncode, 0)
        (self.folder / "people.toml").write_text(PEOPLE)
        configuration = CONFIGURATION.replace("{people}", str(self.folder / "people.toml")) + f'playbooks = ["{folder}"]\n'
        sink = SmtpSink()
        self.addCleanup(sink.stop)
        with Daemon(sink, configuration=configuration) as daemon:
            self.assertIn("customer_hijacked", daemon.command("playbook", "list"))

    def test_what_is_no_playbook_is_refused_with_the_place(self):
        for text, what in (("{", "no JSON, at line 1"), ("[]", "no JSON object"), ('{"type": "playbook"}', "spec_version"),
                           ('{"a": 1, "a": 2}', 'an object has "a" twice')):
            done = run("playbook", "import", "-", input=text.encode())
            self.assertEqual((done.returncode, done.stdout), (2, b""))
            self.assertIn(what, done.stderr.decode())
        self.assertEqual(run("playbook", "export", "no_such_playbook", "--as", "cacao").returncode, 2)


if __name__ == "__main__":
    unittest.main()
