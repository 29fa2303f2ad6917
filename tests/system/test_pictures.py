"""Rules that ask for the text in pictures (`scan.ocr`, `beta.ocr`), with the real Tesseract in the confined reader."""
import json
import pathlib
import random
import struct
import tempfile
import unittest
import urllib.request
import zlib
from email.message import EmailMessage

from tocsin_system import ROOT, Daemon, SmtpSink, tocsin

LURE = (ROOT / "tests" / "golden" / "pictures" / "lure.png").read_bytes()
RULE = """name: "{name}"
type: rule
severity: critical
source: |
  any(attachments, any(file.explode(.), strings.icontains(.scan.ocr.raw, "{words}")))
"""
BETA = """name: "beta"
type: rule
severity: critical
source: |
  any(attachments,
      beta.ocr(.).success
      and strings.icontains(beta.ocr(.).text, "expires today")
      and any(beta.ocr(.).page_results, strings.icontains(.text, "Looms")))
"""


def chunks(png):
    at = 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at:at + 8])
        yield kind, png[at + 8:at + 8 + size]
        at += 12 + size


def pdf(content, objects=()):
    """One page of A4; the rest is left to the reader's recovery."""
    made = (b"%%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
            b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources"
            b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>/XObject<</P 5 0 R>>>>>>endobj\n"
            b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\n" % (len(content), content))
    return made + b"".join(objects) + b"trailer<</Root 1 0 R>>\n%%EOF\n"


def pdf_of_the_picture():
    """A page that is nothing but the lure: PDF takes the packed lines of a PNG as they are (ISO 32000-1, 7.4.4.4)."""
    header = next(data for kind, data in chunks(LURE) if kind == b"IHDR")
    width, height, depth, colour = struct.unpack(">IIBB", header[:10])
    assert (depth, colour) == (8, 2), "the picture is not RGB"
    packed = b"".join(data for kind, data in chunks(LURE) if kind == b"IDAT")
    picture = (b"5 0 obj<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8"
               b"/Filter/FlateDecode"
               b"/DecodeParms<</Predictor 15/Colors 3/BitsPerComponent 8/Columns %d>>/Length %d>>stream\n%s\nendstream endobj\n"
               % (width, height, width, len(packed), packed))
    return pdf(b"500 0 0 160 40 600 cm /P Do", [picture])


def png(width, height, rows):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))) + chunk(b"IEND", b""))


def png_with_alpha(width, height, rows):
    """Grey and alpha."""
    made = png(width, height, rows)
    at = made.index(b"IHDR") + 4 + 9
    head = made[made.index(b"IHDR"):made.index(b"IHDR") + 17]
    head = head[:13] + b"\x04" + head[14:]
    return made[:at] + b"\x04" + made[at + 1:at + 4] + struct.pack(">I", zlib.crc32(head)) + made[at + 8:]


def grey_rows(picture):
    """Of an RGB picture, unpacked: the filters of PNG (RFC 2083, section 6)."""
    width, height = struct.unpack(">II", next(data for kind, data in chunks(picture) if kind == b"IHDR")[:8])
    packed = zlib.decompress(b"".join(data for kind, data in chunks(picture) if kind == b"IDAT"))
    size, above, rows = 3 * width, bytes(3 * width), []
    for top in range(height):
        kind, line = packed[top * (size + 1)], bytearray(packed[top * (size + 1) + 1:(top + 1) * (size + 1)])
        for x in range(size):
            left, up, corner = (line[x - 3] if x >= 3 else 0), above[x], (above[x - 3] if x >= 3 else 0)
            guess = left + up - corner
            paeth = min((left, up, corner), key=lambda one: abs(guess - one))
            line[x] = (line[x] + (0, left, up, (left + up) // 2, paeth)[kind]) & 0xFF
        above = bytes(line)
        rows.append(above[1::3])
    return rows


def noise(seed, width=160, height=60):
    source = random.Random(seed)
    return png(width, height, [source.randbytes(width) for _ in range(height)])


class Pictures(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.rules = self.folder / "rules"
        self.rules.mkdir()
        self.write_rule("camera", "QR code with your camera")

    def write_rule(self, name, words):
        (self.rules / f"{name}.yml").write_text(RULE.format(name=name, words=words))

    def mail(self, *files):
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "a@sender.example", "b@example.com", "Please look"
        message["Date"] = "Mon, 02 Mar 2026 09:00:10 +0000"
        message.set_content("See the file.")
        for number, (kind, content) in enumerate(files):
            main, sub = kind.split("/")
            message.add_attachment(content, maintype=main, subtype=sub, filename=f"file{number}.{sub}")
        path = self.folder / "mail.eml"
        path.write_bytes(message.as_bytes())
        return str(path)

    def rules_of(self, *files, words=()):
        """(those that matched, names of what could not be told)"""
        result = tocsin("scan", "--json", "--no-system-db", "--no-own-rules", "--rules", str(self.rules), *words,
                        self.mail(*files))
        self.assertIn(result.returncode, (0, 1), result.stdout + result.stderr)
        outcome = json.loads(result.stdout.splitlines()[0])
        self.assertEqual(outcome["outcome"], "verdict", outcome)
        hits = sorted(finding["rule"] for finding in outcome["findings"] if finding["engine"] == "rules")
        return hits, list(outcome["rules"]["missing"])

    def test_words_of_a_picture_are_found(self):
        (self.rules / "beta.yml").write_text(BETA)
        self.write_rule("absent", "no such words")
        self.assertEqual(self.rules_of(("image/png", LURE)), (["beta", "camera"], []))

    def test_page_that_is_a_picture_is_read(self):
        hits, missing = self.rules_of(("application/pdf", pdf_of_the_picture()))
        self.assertEqual((hits, missing), (["camera"], []))

    def test_page_that_holds_text_is_not_drawn_and_what_else_stands_there_is_undecided(self):
        lines = b"".join(b"(%s) Tj 0 -20 Td " % (b"Scan the QR code with your camera, line %d" % number) for number in range(9))
        page = ("application/pdf", pdf(b"BT /F 12 Tf 50 700 Td " + lines + b"ET"))
        self.assertEqual(self.rules_of(page), (["camera"], []))
        # More than twelve: had one been drawn, the last one were beyond the limit, and its words unknown.
        others = [("application/pdf", pdf(b"BT /F 12 Tf 50 700 Td " + b"(words of page %d) Tj 0 -20 Td " % number * 20 + b"ET"))
                  for number in range(13)]
        self.write_rule("last", "words of page 12")
        self.assertEqual(self.rules_of(*others)[0], ["last"])
        self.assertEqual(self.rules_of(*others[:1]), ([], ["cut_off"]))

    def test_what_is_hidden_from_the_reader_is_undecided_or_read(self):
        header, *_, = chunks(LURE)
        width, height = struct.unpack(">II", header[1][:8])
        # Strips lower than a QR code, each a line of text.
        grey = grey_rows(LURE)
        strips = [("image/png", png(width, 43, grey[top:top + 43])) for top in (9, 52, 95)]
        self.write_rule("today", "password expires today")
        self.assertIn("today", self.rules_of(*strips)[0])
        # White letters on nothing: a dark page shows them.
        clear = png_with_alpha(width, height, [b"".join(bytes((255, 255 - grey_one)) for grey_one in row) for row in grey])
        self.assertIn("today", self.rules_of(("image/png", clear))[0])
        gif = (b"GIF89a" + struct.pack("<HH", 60, 60) + b"\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0" + struct.pack("<HH", 60, 60) +
               b"\0\x02\x02\x44\x01\0;")
        self.assertEqual(self.rules_of(("image/gif", gif)), ([], ["cut_off"]))

    def test_budget_of_files_leaves_both_questions_undecided(self):
        (self.rules / "beta.yml").write_text(BETA)
        many = [("image/png", noise(seed)) for seed in range(13)]
        self.assertEqual(self.rules_of(*many, ("image/png", LURE)), ([], ["cut_off"]))

    def test_where_it_is_left_out_rules_are_undecided(self):
        self.assertEqual(self.rules_of(("image/png", LURE), words=("--without", "pictures")), ([], ["text_in_pictures"]))

    def test_rules_that_ask_lack_nothing(self):
        result = tocsin("rules", "check", "--json", str(self.rules))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(json.loads(result.stdout)["rules"][0].get("missing", []), [])

    def test_more_pictures_than_are_read_leave_the_rule_undecided(self):
        many = [("image/png", noise(seed)) for seed in range(13)]
        self.assertEqual(self.rules_of(*many[:12]), ([], []))
        self.assertEqual(self.rules_of(*many), ([], ["cut_off"]))
        # What was read before counts.
        self.assertEqual(self.rules_of(("image/png", LURE), *many)[0], ["camera"])

    def test_large_noise_is_read_within_the_time_of_a_message(self):
        hits, missing = self.rules_of(("image/png", noise(1, 3000, 2000)))
        self.assertEqual(hits, [])
        self.assertIn(missing, ([], ["cut_off"]))

    def test_picture_that_tesseract_does_not_come_back_from_costs_no_verdict(self):
        """Crossed lines keep it for minutes, before it looks at its deadline."""
        crossed = png(2000, 2000, [bytes(0 if (x + y) % 9 < 2 or (x - y) % 11 < 2 else 255 for x in range(2000))
                                   for y in range(2000)])
        sink = SmtpSink()
        self.addCleanup(sink.stop)
        with Daemon(sink, configuration=f'[judge]\nrules = ["{self.rules}"]\n') as daemon:
            content = pathlib.Path(self.mail(("image/png", crossed))).read_bytes()
            for _ in range(2):
                request = urllib.request.Request(f"http://127.0.0.1:{daemon.ports['check']}/v1/scan", data=content, method="POST")
                with urllib.request.urlopen(request, timeout=60) as answer:
                    scan = json.load(answer)
                self.assertEqual((scan["verdict"], list(scan["rules"]["missing"])), ("clean", ["picture_given_up"]))
            log = daemon.log_path.read_text()
            self.assertEqual((log.count("reader.picture_given_up"), log.count("reader.died")), (2, 0), log)
        self.assertEqual(self.rules_of(("image/png", crossed), ("image/png", LURE)), ([], ["picture_given_up"]))

    def test_kind_that_nobody_here_draws_leaves_the_rule_undecided(self):
        webp = (b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8 " + struct.pack("<I", 18) +
                b"\x10\0\0\x9d\x01\x2a\x40\0\x40\0" + bytes(8))
        self.assertEqual(self.rules_of(("image/webp", webp)), ([], ["cut_off"]))

    def test_daemon_reads_them_and_leaves_them_out_as_it_is_told(self):
        content = pathlib.Path(self.mail(("image/png", LURE))).read_bytes()
        sink = SmtpSink()
        self.addCleanup(sink.stop)
        for engines, expected in (('[]', "phish"), ('["pictures"]', "clean")):
            with Daemon(sink, configuration=f'[scan]\nwithout = {engines}\n[judge]\nrules = ["{self.rules}"]\n') as daemon:
                request = urllib.request.Request(f"http://127.0.0.1:{daemon.ports['check']}/v1/scan", data=content, method="POST")
                with urllib.request.urlopen(request, timeout=60) as answer:
                    self.assertEqual(json.load(answer)["verdict"], expected)


if __name__ == "__main__":
    unittest.main()
