"""`tocsin watch replay` over months of events of a few customers, made here."""

import json
import tempfile
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

import mmdb_writer
from tocsin_system import tocsin

BEGIN = datetime(2026, 1, 5, 9, tzinfo=timezone.utc)
CUSTOMERS = [f"customer{letter}" for letter in "abcdefghijkl"]


def record(customer, issue, time, **fields):
    """An issue of a customer's newsletter: its page stays, its text changes."""
    text = (hash_of(f"{customer} {issue}")) & 0xFFFFFFFFFFFFFFFF
    page = hash_of(customer)
    line = {"id": f"{customer}-{issue}", "time": time.strftime("%Y-%m-%dT%H:%M:%SZ"), "direction": "outbound",
            "customer": customer, "sasl_login": customer + "-login", "client_ip": "192.0.2.7",
            "mail_from": f"bounce@{customer}.example", "header_from": f"news@{customer}.example",
            "header_from_name": customer, "subject": f"Issue {issue}",
            "recipients": [f"reader{number}@mail.example" for number in range(30)],
            "text_fingerprint": f"{text:016x}", "page_fingerprint": f"{page:016x}", "body_form": "html",
            "verdict": "clean", "disposition": "accept",
            "links": {f"www.{customer}.example": 9, "partner.example": 1}}
    line.update(fields)
    return line


def hash_of(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    value ^= value >> 33
    return value * 0xFF51AFD7ED558CCD & 0xFFFFFFFFFFFFFFFF


class Replay(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tocsin-test-")
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "events.jsonl"
        self.lines = []
        for issue in range(12):
            for number, customer in enumerate(CUSTOMERS):
                self.lines.append(record(customer, issue, BEGIN + timedelta(weeks=issue, minutes=number)))
        self.now = BEGIN + timedelta(weeks=12)

    def replay(self, *options, code):
        self.file.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in self.lines))
        result = tocsin("watch", "replay", *options, str(self.file))
        self.assertEqual(result.returncode, code, result.stdout[-2000:] + result.stderr)
        return result

    def objects(self, *options, code):
        return [json.loads(line) for line in self.replay(*options, code=code).stdout.splitlines()]

    def attack(self, **fields):
        return record("customera", 12, self.now, id="attack", links={"www.customera.example": 1, "evil-login.example": 8},
                      label={"attack": "template_copy", "id": "template_copy-1"}, **fields)

    def test_usual_mail_raises_nothing(self):
        summary = self.objects(code=0)[-1]["summary"]
        self.assertEqual((summary["messages"], summary["alarms"], summary["customers"]), (144, 0, 12))

    def test_a_hijack_is_one_alarm_that_says_why(self):
        self.lines += [self.attack(), self.attack() | {"id": "second"}]
        alarm, end = self.objects(code=1)
        self.assertEqual((alarm["customer"], alarm["kind"], alarm["state"], alarm["label"]),
                         ("customera", "campaign", "open", "template_copy-1"))
        link = next(signal for signal in alarm["signals"] if signal["signal"] == "link_domain")
        self.assertEqual(link["level"], 3)
        self.assertIn("evil-login.example", link["text"])
        self.assertIn("partner.example", link["normal"])
        shape = end["summary"]["attacks"]["template_copy"]
        self.assertEqual((shape["attacks"], shape["held_before_first_recipient"], shape["recipients_leaked_most"]), (1, 1, 0))
        text = self.replay("--text", code=1).stdout
        self.assertIn('held: "Issue 12" from news@customera.example', text)
        self.assertIn("links to evil-login.example, where this customer never led", text)
        self.assertIn("\n  !!! link_domain: links to evil-login.example", text)

    def test_answers_by_label(self):
        other = record("customerb", 12, self.now + timedelta(minutes=5), links={"www.newshop.example": 9},
                       label={"benign": "new_product_domain", "id": "case-1"})
        rest = other | {"id": "rest", "time": (self.now + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")}
        self.lines += [self.attack(), other, rest]
        summary = self.objects("--answer-after", "60", code=1)[-1]["summary"]
        case = summary["benign"]["new_product_domain"]
        self.assertEqual((case["messages"], case["held"], case["alarms"]), (2, 1, 1))

    def test_the_same_events_give_the_same_bytes(self):
        self.lines.append(self.attack())
        self.assertEqual(self.replay("--campaigns", code=1).stdout, self.replay("--campaigns", code=1).stdout)

    def test_a_profile_shows_what_is_held_and_no_address(self):
        profile = self.objects("--quiet", "--profile", "customera", code=0)[0]
        self.assertEqual({value["value"] for value in profile["link_domains"]}, {"customera.example", "partner.example"})
        self.assertEqual(profile["recipients_sampled"], 30)
        self.assertNotIn("reader1@", json.dumps(profile))
        self.assertIn("no event names the customer nobody", self.replay("--profile", "nobody", code=2).stderr)

    def test_lines_that_are_no_events_are_named_and_passed_over(self):
        self.lines[3:3] = ["no json", {"id": "x", "time": "2026-01-05", "kind": "dance"}, {"id": "y"}]
        result = self.replay(code=2)
        self.assertIn(f"{self.file}:4: no JSON, at byte 2", result.stderr)
        self.assertIn(f'{self.file}:5: "dance" is no kind of event', result.stderr)
        self.assertIn(f'{self.file}:6: field "time" must be there', result.stderr)
        self.assertEqual(json.loads(result.stdout.splitlines()[-1])["summary"]["no_events"], 3)

    def test_files_and_options_that_are_wrong_are_named(self):
        missing = tocsin("watch", "replay", "/nowhere/events.jsonl")
        self.assertEqual((missing.returncode, missing.stdout), (2, ""))
        self.assertIn("/nowhere/events.jsonl: No such file", missing.stderr)
        self.assertIn("a moment such as 2026-03-01", self.replay("--from", "soon", code=2).stderr)
        self.assertNotEqual(tocsin("watch").returncode, 0)

    def test_inbound_records_are_none_of_its_business(self):
        self.lines += [{"id": "in", "time": "2026-03-31T00:00:00Z", "direction": "inbound", "customer": ""}]
        self.assertEqual(self.objects(code=0)[-1]["summary"]["not_outgoing"], 1)

    def databases(self):
        """Owners and countries of the networks of these events, and of one more."""
        asn, country = self.file.with_name("asn.mmdb"), self.file.with_name("country.mmdb")
        mmdb_writer.write(asn, {"192.0.2.0/24": {"autonomous_system_number": 64500},
                                "198.51.100.0/24": {"autonomous_system_number": 64501},
                                "2001:db8::/32": {"autonomous_system_number": 64502}}, database_type="GeoLite2-ASN")
        mmdb_writer.write(country, {"192.0.2.0/24": {"country": {"iso_code": "DE"}},
                                    "198.51.100.0/24": {"registered_country": {"iso_code": "BR"}},
                                    "2001:db8::/32": {"country": {"iso_code": "FR"}}}, database_type="GeoLite2-Country")
        return ("--asn-database", str(asn), "--country-database", str(country))

    def access_of(self, *options, **fields):
        """How the access of one more issue, from another network, is told."""
        lines = self.lines
        self.lines = lines + [self.attack(**fields)]
        alarm = self.objects(*options, code=1)[0]
        self.lines = lines
        return next((signal for signal in alarm["signals"] if signal["signal"] == "access"), None)

    def test_databases_tell_owner_and_country(self):
        options = self.databases()
        access = self.access_of(*options, client_ip="198.51.100.9")
        self.assertEqual((access["level"], access["text"]), (3, "sent from BR, a country that is new for this customer"))
        self.assertIn("DE", access["normal"])
        self.assertEqual(self.access_of(*options, client_ip="2001:db8::9")["text"],
                         "sent from FR, a country that is new for this customer")
        # Without them a network is new, and nothing more; what the event itself says counts.
        self.assertEqual(self.access_of(client_ip="198.51.100.9")["level"], 2)
        self.assertIsNone(self.access_of(*options))
        told = self.access_of(*options, client_ip="198.51.100.9", network_owner="AS64500", country="DE")
        self.assertEqual((told["level"], told["text"]),
                         (1, "sent from 198.51.100.0/24, a network that is new for this customer"))

    def test_databases_tell_from_where_a_login_came(self):
        def login(number, time, **fields):
            return {"id": f"login-{number}", "kind": "login", "time": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "customer": "customera", "credential": "customera-login", "client_ip": "192.0.2.7", **fields}
        usual = [login(week, BEGIN + timedelta(weeks=week, minutes=30)) for week in range(12)]
        self.lines = sorted(self.lines + usual, key=lambda line: line["time"])
        self.lines.append(login("odd", self.now, client_ip="::ffff:198.51.100.9"))
        profile = self.objects("--quiet", "--profile", "customera", *self.databases(), code=0)[0]
        values = {family: {value["value"] for value in profile[family]}
                  for family in ("login_countries", "login_owners", "countries")}
        self.assertEqual(values, {"login_countries": {"DE", "BR"}, "login_owners": {"AS64500", "AS64501"}, "countries": {"DE"}})
        self.assertEqual([(act["what"], act["access"]) for act in profile["acts"]][-1], ("login, from 198.51.100.0/24 in BR", 3))

    def test_a_database_that_is_none_is_named(self):
        asn = self.databases()[1]
        wrong = self.replay("--country-database", asn, code=2)
        self.assertEqual(wrong.stdout, "")
        self.assertIn(f'{asn}: this database ("GeoLite2-ASN") says nothing of countries', wrong.stderr)
        self.assertIn("no such file", self.replay("--asn-database", "/nowhere/asn.mmdb", code=2).stderr)

    def test_a_language_that_the_customer_never_wrote_in(self):
        self.lines = [line | {"language": "en" if number % 5 else "de"} for number, line in enumerate(self.lines)]
        self.lines.append(record("customera", 12, self.now, id="attack", language="pt"))
        alarm = self.objects(code=1)[0]
        page = next(signal for signal in alarm["signals"] if signal["signal"] == "page")
        self.assertEqual((page["level"], page["text"]),
                         (3, "written in Portuguese, this customer's mail was in English, German until now"))
        profile = self.objects("--quiet", "--profile", "customera", code=1)[0]
        self.assertEqual({value["value"] for value in profile["languages"]}, {"de", "en"})
        self.lines[-1]["language"] = "no such"
        self.assertIn('field "language" must be a code of ISO 639', self.replay(code=2).stderr)

    def test_scan_tells_the_language_of_outgoing_mail(self):
        mail = self.file.with_suffix(".eml")
        mail.write_text("From: a@customera.example\nTo: b@mail.example\nSubject: x\nContent-Type: text/plain; charset=utf-8\n\n"
                        "Obrigado por ser cliente da nossa pequena loja de jardinagem. Nesta semana todos os bulbos da primavera "
                        "estão mais baratos, e quem fizer a encomenda antes de sexta-feira recebe um saco de boa terra.\n",
                        encoding="utf-8")
        told = {}
        for direction in ("outbound", "inbound"):
            scanned = tocsin("scan", "--json", "--no-system-db", "--direction", direction, str(mail))
            told[direction] = json.loads(scanned.stdout)["facts"]["language"]
        self.assertEqual(told, {"outbound": "pt", "inbound": ""})


if __name__ == "__main__":
    unittest.main()
