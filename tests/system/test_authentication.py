"""DKIM, SPF, DMARC and ARC verified by the daemon's readers, with a DNS server of our own; and who is believed without that."""
import base64
import http.client
import pathlib
import re
import shutil
import smtplib
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest

from milter_client import ask_milter
from tocsin_system import BUILD, ROOT, Daemon, SmtpSink, tocsin

SENDER, US = "anna@shop.example", "bob@home.example"
RULES = {
    "DMARC passes": "headers.auth_summary.dmarc.pass",
    "DMARC is not known": "headers.auth_summary.dmarc.pass is null",
    "DKIM passes": 'any(headers.hops, .authentication_results.dkim == "pass")',
    "DKIM fails": 'any(headers.hops, .authentication_results.dkim == "fail")',
    "DKIM is not known": 'any(headers.hops, .authentication_results.dkim == "temperror")',
    "DKIM is not there": 'any(headers.hops, .authentication_results.dkim == "none")',
    "SPF passes": "headers.auth_summary.spf.pass",
    "SPF fails": 'headers.auth_summary.spf.details.verdict == "fail"',
    "SPF is not known": 'headers.auth_summary.spf.details.verdict == "temperror"',
    "DMARC fails": 'any(headers.hops, .authentication_results.dmarc == "fail")',
    "ARC passes": 'any(headers.hops, .authentication_results.arc == "pass")',
}
TYPES = {1: "A", 15: "MX", 16: "TXT", 28: "AAAA"}


def wire_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def wire(kind, value):
    """RDATA of one record."""
    if kind == "A":
        return socket.inet_aton(value)
    if kind == "MX":
        return struct.pack(">H", 10) + wire_name(value)
    return b"".join(bytes([len(piece)]) + piece for piece in
                    (value[index:index + 200].encode() for index in range(0, len(value), 200)))


class DnsServer(threading.Thread):
    """Records over UDP on loopback: {name: text of TXT, or {type: value}}. A name with None is never answered."""

    def __init__(self, records):
        super().__init__(daemon=True)
        self.records, self.asked = records, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                query, client = self.socket.recvfrom(4096)
            except OSError:
                return
            labels, at = [], 12
            while query[at]:
                labels.append(query[at + 1:at + 1 + query[at]].decode())
                at += 1 + query[at]
            name, kind = ".".join(labels).lower(), TYPES.get(struct.unpack(">H", query[at + 1:at + 3])[0])
            self.asked.append(name)
            known = self.records.get(name, {})
            if known is None:
                continue
            value = ({"TXT": known} if isinstance(known, str) else known).get(kind)
            question = query[12:at + 5]
            if value is None:
                header = query[:2] + struct.pack(">HHHHH", 0x8583 if name not in self.records else 0x8580, 1, 0, 0, 0)
                self.socket.sendto(header + question, client)
                continue
            rdata = wire(kind, value)
            answer = b"\xc0\x0c" + query[at + 1:at + 3] + struct.pack(">HIH", 1, 60, len(rdata)) + rdata
            self.socket.sendto(query[:2] + struct.pack(">HHHHH", 0x8580, 1, 1, 0, 0) + question + answer, client)

    def stop(self):
        self.socket.close()


class Authentication(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.key = cls.folder / "key.pem"
        subprocess.run(["openssl", "genrsa", "-out", cls.key, "2048"], check=True, capture_output=True)
        der = subprocess.run(["openssl", "rsa", "-in", cls.key, "-pubout", "-outform", "DER"], check=True,
                             capture_output=True).stdout
        cls.record = "v=DKIM1; k=rsa; p=" + base64.b64encode(der).decode()
        rules = cls.folder / "rules"
        rules.mkdir()
        for number, (name, source) in enumerate(RULES.items()):
            (rules / f"{number}.yml").write_text(f"name: {name}\nseverity: informational\nsource: |\n  {source}\n")

    def setUp(self):
        self.sink = SmtpSink()
        self.addCleanup(self.sink.stop)
        self.dns = DnsServer({"s1._domainkey.shop.example": self.record, "_dmarc.shop.example": "v=DMARC1; p=reject"})
        self.addCleanup(self.dns.stop)
        self.number = 0

    def daemon(self, authentication):
        return Daemon(self.sink, smtp='xforward_from = ["127.0.0.1"]',
                      configuration=f'[judge]\nown_rules = false\nrules = ["{self.folder / "rules"}"]\n'
                                    f"[authentication]\n{authentication}\n")

    def verifying(self, more=""):
        return self.daemon(f'verify = true\nresolver = "127.0.0.1:{self.dns.port}"\n{more}')

    def message(self, sender=SENDER):
        self.number += 1
        return (f"From: Anna <{sender}>\r\nTo: {US}\r\nSubject: hello {self.number}\r\n"
                "Date: Sun, 01 Mar 2026 12:00:00 +0000\r\nMessage-ID: <a@shop.example>\r\n\r\nSome  words.\r\n\r\n").encode()

    def signed(self, content, tags="d=shop.example; s=s1"):
        """relaxed/relaxed over From and Subject, as RFC 6376 says and this test reads it."""
        head, body = content.split(b"\r\n\r\n", 1)
        body = b"".join(re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") + b"\r\n" for line in body.split(b"\r\n"))
        body = body.rstrip(b"\r\n") + b"\r\n"
        digest = subprocess.run(["openssl", "dgst", "-sha256", "-binary"], input=body, check=True, capture_output=True).stdout
        field = f"v=1; a=rsa-sha256; c=relaxed/relaxed; {tags}; h=from:subject; bh={base64.b64encode(digest).decode()}; b="
        fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n"))
        data = b"from:" + fields[b"From"] + b"\r\nsubject:" + fields[b"Subject"] + b"\r\ndkim-signature:" + field.encode()
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], input=data, check=True,
                                   capture_output=True).stdout
        return b"DKIM-Signature: " + field.encode() + base64.b64encode(signature) + b"\r\n" + content

    def matches(self, daemon, content, direction="inbound"):
        code, text = daemon.send(direction, SENDER, [US], content)
        self.assertEqual(code, 250, text)
        return self.newest_matches(daemon, f"hello {self.number}")

    def matches_from(self, daemon, client, content, mail_from=SENDER, helo="mx.shop.example", subject=None):
        """As a relay of ours says it: `client` is who sent it."""
        with smtplib.SMTP("127.0.0.1", daemon.ports["inbound"], timeout=60) as relay:
            relay.ehlo("relay.home.example")
            self.assertEqual(relay.docmd(f"XFORWARD ADDR={client} HELO={helo}")[0], 250)
            self.assertEqual(relay.mail(mail_from)[0], 250)
            relay.rcpt(US)
            code, text = relay.data(content)
            self.assertEqual(code, 250, text)
        return self.newest_matches(daemon, subject or f"hello {self.number}")

    def newest_matches(self, daemon, subject):
        newest = daemon.command("journal", "list", "--json")["records"][0]
        self.assertEqual(newest["subject"], subject)
        self.assertEqual(newest["outcome"], "verdict")
        return {one["rule"] for one in newest["findings"] if one["engine"] == "rules"}

    def test_signatures_are_verified(self):
        with self.verifying() as daemon:
            self.assertEqual(self.matches(daemon, self.signed(self.message())), {"DKIM passes", "DMARC passes"})
            self.assertEqual(sorted(set(self.dns.asked)), ["_dmarc.shop.example", "s1._domainkey.shop.example"])
            asked = len(self.dns.asked)
            changed = self.signed(self.message()).replace(b"words", b"wordz")
            self.assertEqual(self.matches(daemon, changed), {"DKIM fails", "DMARC is not known"})
            self.assertEqual(len(self.dns.asked), asked, "answers are remembered")
            other = self.signed(self.message("ceo@bank.example"))
            self.assertEqual(self.matches(daemon, other), {"DKIM passes"})  # bank.example has no policy: dmarc is none
            self.assertEqual(self.matches(daemon, self.message()), {"DKIM is not there", "DMARC is not known"})

    def test_what_the_message_says_of_itself_does_not_count(self):
        forged = b"Authentication-Results: home.example; dmarc=pass; dkim=pass; spf=pass\r\nReceived-SPF: pass\r\n"
        with self.verifying() as daemon:
            self.assertEqual(self.matches(daemon, forged + self.message()), {"DKIM is not there", "DMARC is not known"})
        trusted = b"Authentication-Results: MX.home.example; dmarc=fail; spf=pass\r\n"
        with self.verifying('trusted_servers = ["mx.home.example"]') as daemon:
            self.assertEqual(self.matches(daemon, forged + self.message()), {"DKIM is not there", "DMARC is not known"})
            self.assertEqual(self.matches(daemon, forged + trusted + self.message()),
                             {"DKIM is not there", "SPF passes", "DMARC fails"})

    def test_trusted_servers_without_verification(self):
        forged = b"Authentication-Results: evil.example; dmarc=pass; spf=pass\r\n"
        with self.daemon('trusted_servers = ["mx.home.example"]') as daemon:
            self.assertNotIn("DMARC passes", self.matches(daemon, forged + self.message()))
            self.assertIn("DMARC passes", self.matches(daemon, forged.replace(b"evil", b"mx.home") + self.message()))

    def test_dns_that_does_not_answer_delays_and_is_no_failure(self):
        self.dns.records["s1._domainkey.shop.example"] = None
        with self.verifying("dns_ms = 300") as daemon:
            begin = time.monotonic()
            self.assertEqual(self.matches(daemon, self.signed(self.message())), {"DKIM is not known", "DMARC is not known"})
            self.assertLess(time.monotonic() - begin, 10)
        with self.daemon('verify = true\nresolver = "127.0.0.1:1"\ndns_ms = 300') as daemon:  # nobody is there
            self.assertIn("DKIM is not known", self.matches(daemon, self.signed(self.message())))

    def give_spf(self):
        self.dns.records |= {
            "shop.example": {"TXT": "v=spf1 include:spf.provider.example mx -all", "MX": "mail.shop.example"},
            "spf.provider.example": "v=spf1 ip4:192.0.2.0/28 -all",
            "mail.shop.example": {"A": "198.51.100.5"},
            "mx.shop.example": "v=spf1 ip4:192.0.2.1 -all",
        }

    def test_spf_in_rounds_and_dmarc_that_fails(self):
        self.give_spf()
        with self.verifying() as daemon:
            passes = {"SPF passes", "DMARC passes", "DKIM is not there"}
            self.assertEqual(self.matches_from(daemon, "192.0.2.3", self.message()), passes)
            self.assertEqual(self.matches_from(daemon, "198.51.100.5", self.message()), passes)
            for name in ("_dmarc.shop.example", "shop.example", "spf.provider.example", "mail.shop.example"):
                self.assertIn(name, self.dns.asked)
            fails = {"SPF fails", "DMARC fails", "DKIM is not there"}
            self.assertEqual(self.matches_from(daemon, "203.0.113.9", self.message()), fails)
            self.assertEqual(self.matches_from(daemon, "203.0.113.9", self.signed(self.message())),
                             {"SPF fails", "DKIM passes", "DMARC passes"})
            # A bounce speaks for the name in HELO.
            self.assertEqual(self.matches_from(daemon, "192.0.2.1", self.message(), mail_from=""), passes)
            self.assertEqual(self.matches_from(daemon, "192.0.2.3", self.message(), mail_from=""), fails)

    def test_spf_is_not_told_where_the_client_is_not_known(self):
        self.give_spf()
        with self.verifying() as daemon:
            unknown = {"DMARC is not known", "DKIM is not there"}
            self.assertEqual(self.matches(daemon, self.message()), unknown)  # our relay, which says nothing of its client
            for client in ("[UNAVAILABLE]", "10.0.0.1", "127.0.0.1"):
                self.assertEqual(self.matches_from(daemon, client, self.message()), unknown, client)

    def test_spf_of_mail_over_http(self):
        self.give_spf()
        with self.verifying() as daemon:
            for client, expected in (("203.0.113.9", "SPF fails"), ("192.0.2.3", "SPF passes")):
                connection = http.client.HTTPConnection("127.0.0.1", daemon.ports["check"], timeout=60)
                connection.request("POST", "/checkv2", self.message(),
                                   {"From": SENDER, "Rcpt": US, "IP": client, "Helo": "mx.shop.example"})
                self.assertEqual(connection.getresponse().status, 200)
                connection.close()
                self.assertIn(expected, self.newest_matches(daemon, f"hello {self.number}"))

    def test_spf_of_mail_that_a_milter_brings(self):
        self.give_spf()
        with self.verifying() as daemon:
            passes, fails = {"SPF passes", "DMARC passes"}, {"SPF fails", "DMARC fails"}
            for client, sender, expected in (("203.0.113.9", SENDER, fails), ("192.0.2.3", SENDER, passes),
                                             ("192.0.2.3", "@relay.example:" + SENDER, passes), ("203.0.113.9", "", set())):
                answer = ask_milter(daemon.ports["milter"], sender, [US], self.message(), address=client)
                self.assertTrue(answer.passes(), answer.text)
                self.assertLessEqual(expected, self.newest_matches(daemon, f"hello {self.number}"), (client, sender))

    def test_silence_behind_an_include_costs_the_time_of_one_message(self):
        self.give_spf()
        self.dns.records |= {f"r{at}.example": f"v=spf1 include:r{at + 1}.example a:slow{at}.example -all" for at in range(9)}
        self.dns.records |= {f"slow{at}.example": None for at in range(9)}
        self.dns.records["shop.example"] = "v=spf1 include:r0.example -all"
        with self.verifying("dns_ms = 1000") as daemon:
            self.matches(daemon, self.message())  # the readers are there
            begin = time.monotonic()
            self.assertEqual(self.matches_from(daemon, "203.0.113.9", self.message()),
                             {"SPF is not known", "DMARC is not known", "DKIM is not there"})
            self.assertLess(time.monotonic() - begin, 6, "dns_ms is for the message, not for each round")

    def test_a_chain_of_arc_counts_by_its_newest_sealer(self):
        self.give_spf()
        key, sealed = (ROOT / "tests/corpus/dkim/arc_chain").read_text().split("\n", 1)
        sealed = sealed.replace("\n", "\r\n").encode()
        self.dns.records |= {f"s1._domainkey.{name}.example": key for name in ("list", "forward", "college")}
        facts = {"SPF fails", "ARC passes", "DKIM is not there"}
        with self.verifying('trusted_sealers = ["list.example"]') as daemon:
            self.assertEqual(self.matches_from(daemon, "203.0.113.9", sealed, subject="hello"), facts | {"DMARC fails"})
        with self.verifying('trusted_sealers = ["College.example"]') as daemon:
            self.assertEqual(self.matches_from(daemon, "203.0.113.9", sealed, subject="hello"), facts | {"DMARC passes"})
            changed = sealed.replace(b"Some  words", b"Other words")
            self.assertEqual(self.matches_from(daemon, "203.0.113.9", changed, subject="hello"),
                             {"SPF fails", "DKIM is not there", "DMARC fails"})

    def test_explain_says_what_counts(self):
        mail = self.folder / "mail.eml"
        mail.write_bytes(b"Authentication-Results: mx.home.example; spf=pass; dmarc=fail reason=whatever\r\n" + self.message())
        said = tocsin("rules", "explain", str(mail), "--no-system-db", "--rules", str(self.folder / "rules")).stdout
        self.assertIn("authentication: spf pass, dmarc fail (whatever)\n", said)

    def test_outbound_mail_asks_nobody(self):
        with self.verifying() as daemon:
            self.assertNotIn("DKIM passes", self.matches(daemon, self.signed(self.message()), "outbound"))
            self.assertEqual(self.dns.asked, [])

    def test_a_resolver_that_is_a_file_is_refused(self):
        file = self.folder / "wrong.toml"
        file.write_text('[authentication]\nverify = true\nresolver = "unix:/run/dns"\n')
        result = subprocess.run([BUILD / "tocsin", "config", "check", "--config", file], capture_output=True, text=True,
                                timeout=60, check=False)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("resolver", result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
