"""Tokens of people and programs: who may ask what over TCP, in whose name, and until when."""
import json
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from test_response import House, report_of, wedding_photo


class Tokens(House):
    def make(self, person, *roles, more=()):
        words = [word for role in roles for word in ("--role", role)]
        return self.daemon.command("token", "make", person, *words, *more, "--json")

    def ask(self, token, method, target, body=None):
        """Status and answer of a request over TCP."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.daemon.ports['api']}{target}", data=data, method=method,
                                         headers={"Authorization": "Bearer " + token})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def test_each_role_may_what_it_is_for_and_nothing_else(self):
        employee = self.make("staff1@esp.example", "employee")["token"]
        desk, approver = self.make("anna", "desk")["token"], self.make("bob", "approver")["token"]
        responder = self.make("carl", "responder")["token"]
        code, report = self.ask(employee, "POST", "/v1/reports", report_of(wedding_photo()))
        self.assertEqual(code, 201, report)
        code, seen = self.ask(employee, "GET", "/v1/reports/" + report["report"])
        self.assertEqual((code, seen["reporter"], seen["authenticated"]), (200, "staff1@esp.example", True), seen)
        for method, target, body in (("GET", "/v1/incidents", None), ("GET", "/v1/journal", None), ("GET", "/v1/status", None),
                                     ("POST", "/v1/orders", {"action": "block"}), ("POST", "/v1/acts", {"kind": "note_added"}),
                                     ("GET", "/v1/tokens", None), ("POST", "/v1/events", [])):
            code, answer = self.ask(employee, method, target, body)
            self.assertEqual((code, answer["code"]), (403, "permission"), (target, answer))
            self.assertIn("the token of staff1@esp.example is for employee", answer["error"])
        order = {"action": "block", "subject_kind": "sender", "value": "thief@evil.example", "reason": "a test"}
        self.assertEqual(self.ask(desk, "POST", "/v1/orders", order)[0], 403)
        code, given = self.ask(responder, "POST", "/v1/orders", order)
        self.assertEqual((code, given["given_by"]), (201, "carl"), given)
        code, answer = self.ask(responder, "POST", "/v1/orders", {**order, "given_by": "anna"})
        self.assertEqual(code, 403, answer)
        self.assertIn("this token speaks for carl alone", answer["error"])
        self.assertEqual(self.ask(approver, "POST", "/v1/acts", {"kind": "verdict_given", "incident": "1"})[0], 403)
        self.assertEqual(self.ask(approver, "GET", "/v1/incidents")[0], 200)

    def test_what_somebody_does_is_written_down_in_his_name(self):
        token = self.make("anna", "desk")["token"]
        code, answer = self.ask(token, "POST", "/v1/acts", {"kind": "opened_by_hand", "title": "a call", "severity": "3"})
        self.assertEqual(code, 200, answer)
        code, answer = self.ask(token, "POST", "/v1/acts", {"kind": "note_added", "incident": "i-1", "note": "x", "by": "bob"})
        self.assertEqual(code, 403, answer)
        incident = self.daemon.command("incident", "show", "1", "--json")
        self.assertEqual(incident["timeline"][0]["by"], "anna", incident["timeline"])

    def test_an_employee_reports_for_himself_and_sees_no_other_report(self):
        first, second = (self.make(f"staff{number}@esp.example", "employee")["token"] for number in (1, 2))
        code, report = self.ask(first, "POST", "/v1/reports", report_of(wedding_photo()))
        self.assertEqual(code, 201)
        self.assertEqual(self.ask(second, "GET", "/v1/reports/" + report["report"])[0], 404)
        code, answer = self.ask(second, "POST", "/v1/reports?reporter=staff1@esp.example&authenticated=yes",
                                report_of(wedding_photo()))
        self.assertEqual(code, 403, answer)
        self.assertIn("reports for staff2@esp.example alone", answer["error"])
        button = self.make("outlook-button", "intake", more=("--note", "the button"))["token"]
        code, report = self.ask(button, "POST", "/v1/reports?reporter=staff2@esp.example&authenticated=yes",
                                report_of(wedding_photo()))
        self.assertEqual(code, 201, report)
        code, seen = self.ask(second, "GET", "/v1/reports/" + report["report"])
        self.assertEqual((code, seen["authenticated"]), (200, True))

    def test_a_token_ends_when_it_is_revoked_and_outlives_a_restart(self):
        made = self.make("anna", "desk")
        self.assertEqual(self.ask(made["token"], "GET", "/v1/status")[0], 200)
        self.daemon.stop()
        self.daemon.start()
        self.assertEqual(self.ask(made["token"], "GET", "/v1/status")[0], 200)
        self.daemon.command("token", "revoke", made["id"], "--by", "bob")
        code, answer = self.ask(made["token"], "GET", "/v1/status")
        self.assertEqual(code, 401)
        self.assertIn("wrong, revoked or too old", answer["error"])
        self.assertEqual(self.daemon.command("token", "list", "--json")["tokens"], [])
        row, = self.daemon.command("token", "list", "--all", "--json")["tokens"]
        self.assertEqual((row["state"], row["revoked_by"], row["person"]), ("revoked", "bob", "anna"))
        with self.assertRaisesRegex(RuntimeError, "revoked already"):
            self.daemon.command("token", "revoke", made["id"])

    def test_neither_store_nor_log_holds_a_token(self):
        token = self.make("anna", "desk")["token"]
        self.ask(token, "GET", "/v1/status")
        self.daemon.stop()
        for path in Path(self.daemon.data).rglob("*"):
            if path.is_file():
                self.assertNotIn(token.encode(), path.read_bytes(), path)
        self.assertNotIn(token, Path(self.daemon.log_path).read_text())
        self.daemon.start()

    def test_who_gives_tokens_away_decides_nothing(self):
        admin = self.make("root-of-all", "admin")["token"]
        code, made = self.ask(admin, "POST", "/v1/tokens", {"person": "bob", "roles": "approver"})
        self.assertEqual(code, 201, made)
        code, answer = self.ask(admin, "POST", "/v1/tokens", {"person": "root-of-all", "roles": "approver"})
        self.assertEqual((code, answer["code"]), (409, "conflict"), answer)
        for body in ({"person": "x", "roles": "admin desk"}, {"person": "x", "roles": "boss"}, {"person": "", "roles": "desk"},
                     {"person": "x", "roles": "desk", "expires_in_days": 0},
                     {"person": "x", "roles": "desk", "expires_in_days": 401}):
            code, answer = self.ask(admin, "POST", "/v1/tokens", body)
            self.assertEqual((code, answer["code"]), (400, "invalid_input"), answer)
        with self.assertRaisesRegex(RuntimeError, "is no role; there are: employee"):
            self.make("x", "boss")


if __name__ == "__main__":
    unittest.main()
