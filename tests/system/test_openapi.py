"""The API for programs: docs/api/openapi.json says what the daemon does, held against a real one request by request."""
import http.client
import json
import re
import tempfile
import time
import unittest
import urllib.parse
from pathlib import Path

import demo_mail
import test_watch
from api_http import bearer, call, over_tcp, token_of
from openapi_check import KNOWN, Document
from test_report_form import encode
from test_response import PEOPLE, report_of, wedding_photo
from tocsin_system import Daemon, SmtpSink, tocsin

CONFIGURATION = test_watch.CONFIGURATION + """
[respond]
people = "{people}"
notices_from = "security@esp.example"

[[listener]]
name = "form"
kind = "report_form"
address = "127.0.0.1:0"

[[listener]]
name = "answers"
kind = "answers"
address = "127.0.0.1:0"
"""
ROLES = ("employee", "desk", "responder", "approver", "admin", "intake")
ID = re.compile(r"\{\w+\}")


class File(unittest.TestCase):
    """The file alone."""

    document = Document()

    def test_every_operation_is_whole(self):
        names = []
        for method, path, operation in self.document.operations():
            with self.subTest(f"{method} {path}"):
                names.append(operation["operationId"])
                self.assertTrue(operation["summary"] and operation["responses"] and operation["tags"])
                self.assertLessEqual(set(operation["x-roles"]), set(ROLES))
                in_path = [one["name"] for one in operation.get("parameters", []) if one["in"] == "path"]
                self.assertEqual(in_path, [name[1:-1] for name in ID.findall(path)])
                self.assertTrue(all(self.document.look_up(one)["description"] for one in operation["responses"].values()))
        self.assertEqual(len(names), len(set(names)))
        tags = {tag["name"] for tag in self.document.root["tags"]}
        self.assertEqual(tags, {tag for _, _, operation in self.document.operations() for tag in operation["tags"]})

    def test_schemas_use_what_is_checked_and_each_is_used(self):
        for schema in self.document.schemas():
            self.assertLessEqual(set(schema), KNOWN)
            if "$ref" in schema:
                self.document.find(schema["$ref"])
            self.assertLessEqual(set(schema.get("required", [])), set(schema.get("properties", {})), schema)
        for kind, parts in self.document.root["components"].items():
            for name in parts:
                used = f'"#/components/{kind}/{name}"' in self.document.text or kind == "securitySchemes"
                self.assertTrue(used, f"{kind}/{name} is used by nothing")

    def test_the_checker_finds_what_is_wrong(self):
        good = {"deleted": "x"}
        schema = {"$ref": "#/components/schemas/Deleted"}
        self.assertEqual(self.document.problems(good, schema), [])
        for wrong in ({}, {"deleted": 1}, {"deleted": "x", "more": 1}, [], None, "x"):
            self.assertNotEqual(self.document.problems(wrong, schema), [], wrong)
        made = {"$ref": "#/components/schemas/MadeToken"}
        self.assertTrue(any("token is missing" in one for one in self.document.problems({}, made)))
        for value, wrong in ((True, "integer"), (1.5, "integer"), (None, "string")):
            self.assertNotEqual(self.document.problems(value, {"type": wrong}), [])
        self.assertNotEqual(self.document.problems("2026-13-01T00:00:00Z", {"type": "string", "format": "date-time"}), [])
        with self.assertRaises(ValueError):
            self.document.problems(1, {"multipleOf": 2})


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.document = Document()
        cls.sink = SmtpSink()
        cls.addClassCleanup(cls.sink.stop)
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="tocsin-test-")))
        (cls.folder / "people.toml").write_text(PEOPLE)
        configuration = CONFIGURATION.replace("{people}", str(cls.folder / "people.toml"))
        cls.daemon = Daemon(cls.sink, configuration=configuration, data=cls.folder / "data", keep_data=True)
        cls.daemon.data.mkdir()
        cls.write_past()
        cls.daemon.__enter__()
        cls.addClassCleanup(lambda: cls.daemon.__exit__(None, None, None))
        cls.token = token_of(cls.daemon)
        cls.seen = set()

    @classmethod
    def write_past(cls):
        class Past(test_watch.Watch):
            daemon = cls.daemon
        Past("write_past").write_past()

    def ask(self, method, path, name="", query=None, body=None, status=200, token=None, port="api", headers=None):
        """One documented request; returns what is answered, which fits the file."""
        target = ID.sub(urllib.parse.quote(name), path) + ("?" + urllib.parse.urlencode(query) if query else "")
        data = json.dumps(body) if isinstance(body, (dict, list)) else body
        schema = self.request_schema(method, path)
        if status < 300 and isinstance(body, (dict, list)) and schema:
            self.assertEqual(self.document.problems(body, schema), [], f"the request {method} {target}")
        if status < 300:
            self.check_query(method, path, query or {})
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.ports[port], timeout=60)
        own = bearer(token or self.token) if port == "api" else {}
        got, answer_headers, text = call(connection, method, target, {**own, **(headers or {})}, data)
        self.assertEqual(got, status, f"{method} {target}: {text[:500]}")
        problems = self.document.answer_problems(method, path, got, answer_headers["Content-Type"], text)
        self.assertEqual(problems, [], f"{method} {target}")
        self.seen.add((method, path, got))
        return json.loads(text) if answer_headers["Content-Type"] == "application/json" else text

    def request_schema(self, method, path):
        content = self.document.operation(method, path).get("requestBody", {}).get("content", {})
        return content.get("application/json", {}).get("schema")

    def check_query(self, method, path, query):
        known = {one["name"]: one["schema"] for one in self.document.operation(method, path).get("parameters", [])
                 if one["in"] == "query"}
        for name, value in query.items():
            self.assertIn(name, known, f"{method} {path}")
            kind = known[name]["type"]
            self.assertEqual(self.document.problems(int(value) if kind == "integer" else value, known[name]), [], name)

    def wait_for(self, ready, what):
        deadline = time.monotonic() + 60
        while not (found := ready()):
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.1)
        return found

    def hold(self, number):
        content = demo_mail.plain("shop@customer.example", "b@mail.example", f"number {number}", "All is well.", number)
        code, text = self.daemon.send("inbound", "shop@customer.example", ["b@mail.example"], content)
        self.assertEqual(code, 250, text)
        return text.split()[-1]

    def test_every_documented_request_is_answered_as_documented(self):
        for part in (self.ask_about_the_daemon, self.ask_about_mail, self.ask_about_orders, self.ask_about_reports,
                     self.ask_about_the_watch, self.ask_about_tokens, self.ask_the_check_door, self.ask_for_an_answer,
                     self.ask_the_form):
            part()
        documented = {(method, path) for method, path, _ in self.document.operations()} - self.asked_elsewhere()
        succeeded = {(method, path) for method, path, status in self.seen if status < 300}
        self.assertEqual(documented - succeeded, set(), "documented, and never asked with success")

    @staticmethod
    def asked_elsewhere():
        """A contact's answer needs a link that was mailed: test_watch.py."""
        return {("GET", "/{link}"), ("POST", "/{link}")}

    def ask_about_the_daemon(self):
        text = over_tcp(self.daemon, "GET", "/v1/openapi.json", bearer(self.token))[2]
        self.assertEqual(text, self.document.text, "the daemon tells the file that it was built with")
        for path in ("/v1/openapi.json", "/v1/status", "/metrics", "/health", "/ready"):
            self.ask("GET", path)

    def ask_about_mail(self):
        self.ask("POST", "/v1/orders", body={"action": "hold", "subject_kind": "sender", "value": "shop@customer.example",
                                             "reason": "a test"}, status=201)
        held = [self.hold(number) for number in range(3)]
        code, text = self.daemon.send("inbound", "x@mail.example", ["b@mail.example"],
                                      demo_mail.infected("x@mail.example", "b@mail.example"))
        self.assertEqual(code, 550, text)
        for query in ({}, {"limit": "1"}, {"verdict": "malware", "direction": "inbound", "recipient": "b@mail.example"},
                      {"disposition": "quarantine", "since": "2026-03-01"}, {"sender": "<>", "customer": "acme"},
                      {"subject": "number", "campaign": "0123456789abcdef"}, {"login": "x", "queue_id": "y"},
                      {"link_domain": "a.example", "attachment_sha256": "a" * 64, "before": "2030-01-01"}):
            self.ask("GET", "/v1/journal", query=query)
        self.assertTrue(self.ask("GET", "/v1/journal", query={"verdict": "malware"})["records"][0]["findings"])
        records = self.ask("GET", "/v1/journal", query={"disposition": "hold"})["records"]
        self.assertGreaterEqual(len(records), 3)
        self.ask("GET", "/v1/journal", query={"verdict": "bad"}, status=400)
        self.ask("GET", "/v1/journal", query={"before": "nosuch"}, status=404)
        self.ask("GET", "/v1/journal/{id}", records[0]["id"])
        self.ask("GET", "/v1/journal/{id}", "nosuch", status=404)
        self.ask("GET", "/v1/held")
        self.ask("GET", "/v1/held", query={"state": "waiting", "sender": "shop@customer.example", "limit": "2"})
        self.ask("GET", "/v1/held", query={"state": "gone"}, status=400)
        self.ask("GET", "/v1/held/{id}", held[0])
        for path in ("/v1/held/{id}", "/v1/held/{id}/message", "/v1/held/{id}/content"):
            self.ask("GET", path, "nosuch", status=404)
        self.ask("GET", "/v1/held/{id}/message", held[0], {"by": "anna"})
        self.ask("GET", "/v1/held/{id}/content", held[0], {"by": "anna"})
        self.ask("POST", "/v1/held/{id}/release", held[0], body={"by": "anna"}, status=400)
        self.ask("POST", "/v1/held/{id}/release", held[0], body={"why": "asked", "by": "anna", "again": False})
        self.ask("POST", "/v1/held/{id}/release", held[0], body={"why": "asked"}, status=409)
        self.ask("POST", "/v1/held/{id}/release", "nosuch", body={"why": "asked"}, status=404)
        self.sink.answers = {"MAIL": "451 4.3.0 not now"}
        self.ask("POST", "/v1/held/{id}/release", held[1], body={"why": "asked"}, status=503)
        self.sink.answers = {}
        self.ask("DELETE", "/v1/held/{id}", held[1], status=400)
        self.ask("DELETE", "/v1/held/{id}", held[1], {"why": "bad", "by": "anna"})
        self.ask("DELETE", "/v1/held/{id}", held[1], {"why": "bad"}, status=409)
        self.ask("GET", "/v1/held/{id}", held[1])

    def ask_about_orders(self):
        order = {"action": "block", "subject_kind": "sender", "value": "thief@evil.example", "reason": "a test"}
        given = self.ask("POST", "/v1/orders", status=201,
                         body={**order, "direction": "inbound", "given_by": "anna", "expires_in_s": 60})
        self.daemon.send("inbound", "thief@evil.example", ["b@mail.example"],
                         demo_mail.plain("thief@evil.example", "b@mail.example", "hello", "All is well."))
        self.assertEqual(self.ask("GET", "/v1/journal", query={"limit": "1"})["records"][0]["outcome"], "not_scanned")
        self.ask("POST", "/v1/orders", body={**order, "subject_kind": "customer", "value": "nobody"}, status=201)
        self.ask("POST", "/v1/orders", body={"action": "eat"}, status=400)
        self.ask("POST", "/v1/orders", body={**order, "subject_kind": "similar", "value": "nosuch"}, status=404)
        self.ask("GET", "/v1/orders", query={"limit": "1"})
        self.ask("DELETE", "/v1/orders/{id}", given["id"], {"by": "anna"})
        self.ask("DELETE", "/v1/orders/{id}", given["id"], status=409)
        self.ask("DELETE", "/v1/orders/{id}", "nosuch", status=404)
        self.ask("GET", "/v1/orders", query={"all": "1"})
        self.ask("GET", "/v1/orders", query={"all": "2"}, status=400)

    def ask_about_reports(self):
        taken = self.ask("POST", "/v1/reports", body=report_of(wedding_photo()), status=201,
                         query={"way": "button", "reporter": "staff1@esp.example", "authenticated": "yes", "deed": "clicked"})
        self.ask("POST", "/v1/reports", body=wedding_photo(), status=201, query={"is_the_mail": "1", "way": "web", "note": "odd"})
        self.ask("POST", "/v1/reports", body=b"", status=400)
        self.ask("GET", "/v1/reports/{id}", "nosuch", status=404)
        verified = self.wait_for(lambda: [one for one in self.ask("GET", "/v1/incidents")["incidents"]
                                          if (one["verdict"], one["source"]) == ("malicious", "reports")],
                                 "no incident is verified")[0]
        self.ask("GET", "/v1/reports/{id}", taken["report"])
        first = self.ask("GET", "/v1/reports", query={"limit": "1"})
        self.assertTrue(first["more"])
        self.ask("GET", "/v1/reports", query={"before": first["reports"][0]["report"]})
        self.assertEqual(self.ask("GET", "/v1/reports", query={"before": "2026-03-01"})["total"], 0)
        self.ask("GET", "/v1/reports", query={"before": "nosuch"}, status=404)
        self.ask("GET", "/v1/reports", query={"limit": "0"}, status=400)
        for path in ("/v1/reports/{id}/message", "/v1/reports/{id}/evidence"):
            self.ask("GET", path, taken["report"], {"original": "1", "by": "anna"})
            self.ask("GET", path, "nosuch", status=404)
            self.ask("GET", path, taken["report"], {"original": "7"}, status=404)
            self.ask("GET", path, taken["report"], {"original": "x"}, status=400)
        self.wait_for(lambda: self.ask("GET", "/v1/incidents/{id}", verified["incident"])["notices"], "nobody is told")
        self.ask("GET", "/v1/incidents/{id}", "99", status=404)
        self.ask("GET", "/v1/incidents", query={"state": "some"}, status=400)
        told = self.ask("GET", "/v1/notices", query={"incident": str(verified["number"]), "limit": "3"})
        self.assertTrue(told["notices"])
        self.assertEqual({one["incident"] for one in told["notices"]}, {verified["incident"]})
        self.ask("GET", "/v1/notices", query={"incident": "99"}, status=404)
        self.ask("GET", "/v1/notices", query={"state": "some"}, status=400)
        self.assertEqual(self.ask("GET", "/v1/notices", query={"state": "dry"})["total"], 0)
        for form in ("stix", "misp", "csv", "xarf"):
            self.ask("GET", "/v1/incidents/{id}/export", str(verified["number"]),
                     {"as": form, "tlp": "green", "include_known": "1", "organisation": "Example", "contact": "a@esp.example",
                      **({"host": "photos.stranger.example", "to": "abuse@stranger.example"} if form == "xarf" else {})})
        self.ask("GET", "/v1/incidents/{id}/export", "99", {"as": "csv"}, status=404)
        self.ask("GET", "/v1/incidents/{id}/export", "1", {"as": "pdf"}, status=400)
        self.ask("GET", "/v1/playbooks")
        self.ask("GET", "/v1/people")
        self.ask_acts(verified["incident"])
        for query in ({"state": "all"}, {"state": "desk"}, {"limit": "1"}):
            self.ask("GET", "/v1/incidents", query=query)

    def act(self, kind, incident=None, status=200, **more):
        return self.ask("POST", "/v1/acts", status=status,
                        body={"kind": kind, "by": "anna", **({"incident": incident} if incident else {}), **more})

    def ask_acts(self, incident):
        """Every kind of act with success; what they do is for other tests."""
        self.act("acknowledged", incident)
        self.act("note_added", incident, text="seen")
        self.act("owner_set", incident, owner="bob")
        self.act("severity_set", incident, severity="3", why="small")
        self.act("state_set", incident, state="contained")
        self.act("people_touched", incident, people=[{"address": "staff1@esp.example", "deed": "clicked"}])
        self.act("run_started", incident, playbook="inbound_phish_to_staff", run_kind="dry")
        run = next(one["run"] for one in self.ask("GET", "/v1/incidents/{id}", incident)["runs"] if one["kind"] == "real")
        self.act("run_undone", incident, run=run, why="a test")
        self.act("opened_by_hand", title="a call", severity="3", note="x", victims=["staff1@esp.example"],
                 values={"senders": ["x@evil.example"], "credentials": ["k1"]})
        self.ask("POST", "/v1/reports", body=demo_mail.plain("a@mail.example", "b@esp.example", "odd", "Is this yours?", 77),
                 query={"is_the_mail": "1"}, status=201)
        other = self.wait_for(lambda: self.ask("GET", "/v1/incidents", query={"state": "desk"})["incidents"],
                              "the desk has nothing")[0]["incident"]
        self.ask("GET", "/v1/incidents/{id}/export", other, {"as": "csv"}, status=409)
        self.act("verdict_given", other, verdict="malicious", severity="2", why="they asked for a password")
        number = self.ask("GET", "/v1/incidents/{id}", incident)["number"]
        self.assertEqual(self.act("incidents_merged", other, into=f"#{number}")["merged_into"], incident)
        self.assertEqual(len(self.ask("GET", "/v1/incidents/{id}", f"#{number}")["merged_numbers"]), 1)
        self.act("incidents_merged", other, into=incident, status=409)
        self.act("incident_unmerged", other)
        self.act("incident_unmerged", other, status=409)
        turn = {"person": "bob", "from": "2030-01-01T00:00:00Z", "until": "2030-01-02T00:00:00Z"}
        self.act("override_added", rota="first", turn=turn)
        takes = 'override_added takes {"rota", "turn": {"person", "from", "until"}}'
        for wrong, told in (({"wrongmember": 1, "turn": turn}, 'a member "wrongmember" that is not known'), (turn, takes),
                            ({}, 'field "turn" must be there: {"person", "from", "until"}'),
                            ({"turn": {**turn, "till": 1}}, 'field "turn.till" is not known; there are: person, from, until')):
            self.assertIn(told, self.act("override_added", rota="first", status=400, **wrong)["error"])
        self.act("incident_closed", other, **{"as": "false_alarm"})
        self.act("setup_changed", status=400)
        self.act("note_added", "i-99", status=404, text="x")
        self.act("approval", incident, status=404, run=1, step="nosuch", answer="approve")
        self.act("incident_closed", other, status=409, **{"as": "resolved"})

    def ask_about_the_watch(self):
        event = {"kind": "login", "id": "l-1", "time": test_watch.stamp(test_watch.datetime.now(test_watch.timezone.utc)),
                 "customer": "acme", "credential": "acme", "client_ip": "127.0.0.1"}
        for body in ({"events": [event]}, [event, {**event, "kind": "nosuch"}], event):
            self.ask("POST", "/v1/events", body=body)
        self.ask("POST", "/v1/events", body="[", status=400)
        self.ask("POST", "/v1/events", body=[{"kind": "nosuch"}], status=400)
        for _ in range(2):
            code, text = self.daemon.send("outbound", "bounce@acme.example", ["reader1@mail.example"],
                                          test_watch.letter("acme", 40, link="https://login-portal.evil-place.example/verify",
                                                            subject="Your account will be closed"))
        self.assertIn("held for review", text)
        alarm = self.wait_for(lambda: self.ask("GET", "/v1/watch/alarms", query={"state": "open"})["alarms"], "no alarm")[0]["id"]
        self.ask("GET", "/v1/watch/alarms", query={"customer": "acme", "sleeping": "0", "limit": "1"})
        self.ask("GET", "/v1/watch/alarms", query={"state": "some"}, status=400)
        self.ask("GET", "/v1/watch/alarms", query={"before": "nosuch"}, status=404)
        self.ask("GET", "/v1/watch/alarms/{id}", alarm)
        self.ask("GET", "/v1/watch/alarms/{id}", "nosuch", status=404)
        self.ask("POST", "/v1/watch/alarms/{id}/snooze", alarm, body={"minutes": 60, "why": "asked"})
        self.ask("POST", "/v1/watch/alarms/{id}/snooze", alarm, body={"minutes": -1, "why": "asked"}, status=400)
        self.ask("POST", "/v1/watch/alarms/{id}/snooze", "nosuch", body={"minutes": 0, "why": "asked"}, status=404)
        self.ask("POST", "/v1/watch/alarms/{id}/answer", alarm, body={"answer": "maybe", "why": "x"}, status=400)
        self.ask("POST", "/v1/watch/alarms/{id}/answer", alarm, body={"answer": "not_us", "why": "called", "by": "anna"})
        self.ask("POST", "/v1/watch/alarms/{id}/answer", alarm, body={"answer": "this_is_us", "why": "x"}, status=409)
        self.ask("POST", "/v1/watch/alarms/{id}/answer", "nosuch", body={"answer": "not_us", "why": "x"}, status=404)
        self.ask("GET", "/v1/watch/customers")
        self.ask("GET", "/v1/watch/customer", query={"name": "acme"})
        self.ask("GET", "/v1/watch/customer", query={"name": "nobody"}, status=404)
        self.ask("GET", "/v1/watch/events")
        self.ask("GET", "/v1/watch/events", query={"after": "3"})
        self.ask("GET", "/v1/watch/events", query={"after": "x"}, status=400)

    def ask_about_tokens(self):
        made = self.ask("POST", "/v1/tokens", body={"person": "zoe", "roles": "desk approver", "note": "n", "by": "anna",
                                                    "expires_in_days": 1}, status=201)
        self.ask("POST", "/v1/tokens", body={"person": "zoe", "roles": "boss"}, status=400)
        self.ask("POST", "/v1/tokens", body={"person": "zoe", "roles": "admin"}, status=409)
        self.ask("GET", "/v1/tokens")
        self.ask("GET", "/v1/tokens", query={"all": "x"}, status=400)
        self.ask("DELETE", "/v1/tokens/{id}", made["id"], {"by": "anna"})
        self.ask("DELETE", "/v1/tokens/{id}", made["id"], status=409)
        self.ask("DELETE", "/v1/tokens/{id}", "nosuch", status=404)
        self.ask("GET", "/v1/tokens", query={"all": "1"})

    def ask_the_check_door(self):
        mail = demo_mail.plain("a@mail.example", "b@esp.example", "hello", "All is well.")
        envelope = {"From": "a@mail.example", "Rcpt": "b@esp.example", "IP": "192.0.2.1"}
        bad = demo_mail.infected("a@mail.example", "b@esp.example")
        for path in ("/v1/scan", "/checkv2"):
            for content in (mail, bad):
                self.ask("POST", path, body=content, port="check", headers=envelope)
            self.ask("POST", path, body=b"", port="check", headers=envelope, status=400)
            self.ask("POST", path, body=mail, port="check", headers={**envelope, "File": "/etc/passwd"}, status=403)
            self.ask("POST", path, body=mail, port="check", headers={**envelope, "Compression": "zstd"}, status=415)
        self.ask("GET", "/ping", port="check")
        self.ask("HEAD", "/ping", port="check")

    def ask_for_an_answer(self):
        self.ask("GET", "/{link}", "nothing", port="answers", status=404)
        self.ask("POST", "/{link}", "nothing", port="answers", body="answer=not_us", status=404)

    def ask_the_form(self):
        self.ask("GET", "/", port="form")
        schema = self.document.operation("POST", "/")["requestBody"]["content"]["multipart/form-data"]["schema"]
        fields = {"words": "odd", "address": "staff1@esp.example", "deed": "clicked", "source": "", "token": ""}
        self.assertEqual(set(fields) | {"file"}, set(schema["properties"]))
        content_type, body = encode(fields)
        self.ask("POST", "/", port="form", body=body, headers={"Content-Type": content_type}, status=201)
        self.ask("POST", "/", port="form", body=b"x", headers={"Content-Type": content_type}, status=400)
        self.ask("POST", "/", port="form", body=b"x", headers={"Content-Type": "text/plain"}, status=415)

    def test_who_may_ask_is_as_documented(self):
        tokens = {role: self.daemon.command("token", "make", f"{role}@esp.example", "--role", role, "--json")["token"]
                  for role in ROLES}
        for method, path, operation in self.document.operations("api"):
            if "security" in operation:
                status, _, _ = over_tcp(self.daemon, method, path)
                self.assertNotEqual(status, 401, path)
                continue
            self.ask_stranger(method, path)
            for role, token in tokens.items():
                with self.subTest(f"{role}: {method} {path}"):
                    status, _, text = over_tcp(self.daemon, method, ID.sub("nosuch", path), bearer(token))
                    refused = status == 403 and " is for " in text
                    self.assertEqual(not refused, role in operation["x-roles"], text)
        kinds = self.document.root["components"]["schemas"]["Act"]["oneOf"]
        for kind in kinds:
            name = kind["properties"]["kind"]["const"]
            for role in ("desk", "responder", "approver", "admin"):
                status, _, text = over_tcp(self.daemon, "POST", "/v1/acts", bearer(tokens[role]), json.dumps({"kind": name}))
                self.assertEqual(status != 403, role in kind["x-roles"], f"{role} {name}: {text}")
        _, _, text = over_tcp(self.daemon, "POST", "/v1/acts", bearer(self.token), '{"kind": ""}')
        told = json.loads(text)["error"].removeprefix("kind must be one of ").split(", ")
        self.assertEqual(told, [kind["properties"]["kind"]["const"] for kind in kinds])

    def ask_stranger(self, method, path):
        status, headers, text = over_tcp(self.daemon, method, ID.sub("nosuch", path))
        self.assertEqual(status, 401)
        self.assertEqual(self.document.answer_problems(method, path, status, headers["Content-Type"], text), [])

    def test_what_a_request_takes_is_as_documented(self):
        for method, path, operation in self.document.operations("api"):
            with self.subTest(f"{method} {path}"):
                self.check_members(method, path)
                if "security" in operation:
                    continue
                status, _, text = over_tcp(self.daemon, method, ID.sub("nosuch", path) + "?nosuch=1", bearer(self.token))
                known = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
                self.assertEqual(status, 400, text)
                self.assertEqual(json.loads(text)["error"].split(" takes ")[1], ", ".join(known) or "none")

    def check_members(self, method, path):
        """A body without other members: the daemon says which it knows."""
        schema = self.document.look_up(self.request_schema(method, path) or {})
        if schema.get("additionalProperties") is not False:
            return
        status, _, text = over_tcp(self.daemon, method, ID.sub("nosuch", path), bearer(self.token), '{"nosuch": 1}')
        self.assertEqual(status, 400, text)
        self.assertEqual(set(json.loads(text)["error"].split("there are: ")[1].split(", ")), set(schema["properties"]))


class Off(unittest.TestCase):
    def test_what_is_off_says_so_as_documented(self):
        document = Document()
        sink = SmtpSink()
        self.addCleanup(sink.stop)
        with Daemon(sink, configuration='[watch]\nmode = "off"\n') as daemon:
            for method, path, operation in document.operations("api"):
                if "409" not in operation["responses"] or operation["tags"][0] not in ("response", "watch"):
                    continue
                with self.subTest(f"{method} {path}"):
                    status, headers, text = over_tcp(daemon, method, ID.sub("1", path), bearer(token_of(daemon)))
                    self.assertEqual(status, 409, text)
                    self.assertEqual(document.answer_problems(method, path, status, headers["Content-Type"], text), [])


if __name__ == "__main__":
    unittest.main()
