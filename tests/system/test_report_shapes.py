"""`tocsin report read`: the reports in tests/golden/reports and thousands of damaged ones, through the confined reader.

    python3 test_report_shapes.py --mutations 1000 [--seed 4711]     the long form, with figures
"""
import argparse
import email
import email.policy
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from tocsin_system import BUILD, ROOT

GOLDEN = ROOT / "tests" / "golden" / "reports"
sys.path.insert(0, str(GOLDEN))
sys.dont_write_bytecode = True
import make_reports  # noqa: E402  pylint: disable=wrong-import-position

MEMORY_MAX_KIB, TIME_MAX_MS = 256 * 1024, 5000
BATCH = 250


def read(*words, content=None):
    command = [str(word) for word in (BUILD / "tocsin", "report", "read", *words)]
    return subprocess.run(command, input=content, capture_output=True, timeout=300, check=False)


def read_json(*words):
    result = read("--json", *words)
    return result, [json.loads(line) for line in result.stdout.decode().splitlines()]


def without_times(report):
    return {key: value for key, value in report.items() if key not in ("file", "elapsed_ms")}


class Golden(unittest.TestCase):
    maxDiff = None

    def test_the_files_are_what_the_script_makes(self):
        self.assertGreaterEqual(len(make_reports.REPORTS), 25)
        for name, content in make_reports.REPORTS.items():
            self.assertEqual((GOLDEN / name).read_bytes(), content, f"{name}: run tests/golden/reports/make_reports.py")

    def test_each_report_tells_what_stands_beside_it(self):
        for name in make_reports.REPORTS:
            with self.subTest(report=name):
                options = ["--submitted"] if name.startswith("submitted") else []
                result, reports = read_json(*options, GOLDEN / name)
                self.assertEqual(result.stderr, b"")
                self.assertEqual(result.returncode, 1 if name == "nothing.eml" else 0)
                expected = json.loads((GOLDEN / name).with_suffix((GOLDEN / name).suffix + ".json").read_text())
                self.assertEqual([without_times(one) for one in reports], [expected])

    def test_what_has_grade_a_is_the_mail_byte_for_byte(self):
        known = {hashlib.sha256(mail).hexdigest() for mail in (make_reports.PHISH, make_reports.OTHER)}
        exact = 0
        for name in make_reports.REPORTS:
            _, reports = read_json(*(["--submitted"] if name.startswith("submitted") else []), GOLDEN / name)
            for mail in reports[0]["mails"]:
                if mail["grade"] == "A" and mail.get("message_id", "").startswith("<phish") and name != "complaint_attached.eml":
                    self.assertIn(mail["sha256"], known, name)
                    exact += 1
        self.assertGreaterEqual(exact, 15)

    def test_what_is_rebuilt_is_mail_that_another_parser_reads(self):
        with tempfile.TemporaryDirectory() as folder:
            read("--extract", folder, GOLDEN / "outlook_msg_nested.eml")
            outer = email.message_from_bytes((Path(folder) / "0001.eml").read_bytes(), policy=email.policy.default)
            inner = email.message_from_bytes((Path(folder) / "0002.eml").read_bytes(), policy=email.policy.default)
        self.assertEqual(outer["from"].addresses[0].addr_spec, "joerg@company.example")
        self.assertIsNone(outer["bcc"])
        page = next(part for part in outer.walk() if part.get_content_type() == "text/html")
        self.assertEqual(page.get_content(), "<p>Grüße für dich</p><a href=\"https://parcel-fee.example/pay\">here</a>")
        self.assertEqual(inner["message-id"], "<phish.4711@mailer.example>")
        self.assertEqual([part.get_content_type() for part in inner.walk()],
                         ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/octet-stream"])
        attached = list(inner.iter_attachments())[-1]
        self.assertEqual(attached.get_content(), b"%PDF-1.4 not really\n" * 300)


class Command(unittest.TestCase):
    def test_a_person_reads_shape_grade_facts_and_warnings(self):
        result = read(GOLDEN / "arf_headers.eml", GOLDEN / "outlook_msg_nested.eml")
        for line in ("  1. feedback report (ARF), grade C: text only, 489 bytes",
                     "    complaint:   fraud",
                     "    source ip:   203.0.113.77 (out of its header: received)",
                     "    ! only the header was sent  [header_only]",
                     "    subject:     Rückfrage  Bcc: injected@evil.example"):
            self.assertIn(line + "\n", result.stdout.decode())

    def test_originals_are_numbered_and_no_file_is_written_over(self):
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "out"
            first = read("--extract", target, GOLDEN / "attached_several.eml")
            self.assertEqual(first.returncode, 0, first.stderr)
            self.assertEqual(sorted(os.listdir(target)), ["0001.eml", "0002.eml", "0003.eml"])
            self.assertEqual((target / "0001.eml").read_bytes(), make_reports.PHISH)
            self.assertEqual((target / "0002.eml").read_bytes(), make_reports.OTHER)
            self.assertEqual((target / "0001.eml").stat().st_mode & 0o777, 0o600)
            (target / "0002.eml").write_bytes(b"mine")
            again = read("--extract", target, GOLDEN / "attached_several.eml")
            self.assertEqual(again.returncode, 2)
            self.assertIn(b"0002.eml: File exists", again.stderr)
            self.assertEqual((target / "0002.eml").read_bytes(), b"mine")

    def test_what_cannot_be_read_is_an_error_that_says_why(self):
        with tempfile.TemporaryDirectory() as folder:
            large = Path(folder) / "large.eml"
            large.write_bytes(b"x" * (40 * 1024 * 1024 + 1))
            for words, expected in (([Path(folder) / "none.eml"], "No such file"),
                                    ([large], "could not be read (over_limit): the report is larger than 41943040 bytes"),
                                    (["--extract", "/proc/none", GOLDEN / "nothing.eml"], "make folder /proc/none"),
                                    ([], "PATH is required")):
                result = read(*words)
                self.assertEqual(result.returncode, 2, words)
                self.assertIn(expected, result.stderr.decode())

    def test_standard_input_and_exit_codes(self):
        self.assertEqual(read("-", content=make_reports.REPORTS["arf_full.eml"]).returncode, 0)
        self.assertEqual(read("-", content=b"").returncode, 1)
        self.assertEqual(read("--submitted", "-", content=b"any bytes").returncode, 0)

    def test_a_mail_as_large_as_is_read_stays_within_memory_and_time(self):
        room = 40 * 1024 * 1024
        page = make_reports.PHISH + b"<p>padding</p>\r\n" * 100_000
        mails = [make_reports.report([make_reports.message_part(page + b"x" * (room - 2_000_000))]),
                 make_reports.report([make_reports.file_part("a.eml", page + b"x" * 24_000_000)])]
        with tempfile.TemporaryDirectory() as folder:
            for number, mail in enumerate(mails):
                path = Path(folder) / f"{number}.eml"
                path.write_bytes(mail[:room])
                usage = Usage().run([path, path])
                self.assertEqual(usage.outcomes, {"verdict": 2})
                self.assertGreater(usage.memory_kib, len(mail) // 2048)
                self.assertLessEqual(usage.slowest_ms, TIME_MAX_MS)
                self.assertLessEqual(usage.memory_kib, MEMORY_MAX_KIB)


def high_water_kib(pid):
    """The most memory that the process and each below it has had, of the largest of them."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        below = [child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return 0
    own = re.search(r"VmHWM:\s+(\d+)", status)
    return max([int(own[1]) if own else 0, *(high_water_kib(child) for child in below)])


class Usage:
    """Runs of the command over many files: outcomes, the slowest report, the largest process (a reader lives on between two
    reports, so it is seen at its largest where there is more than one)."""

    def __init__(self):
        self.outcomes, self.slowest_ms, self.memory_kib, self.mails, self.failed = {}, 0.0, 0, 0, []

    def run(self, paths, options=()):
        words = [str(word) for word in (BUILD / "tocsin", "report", "read", "--json", *options, *paths)]
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(words, stdout=output, stderr=errors)
            while process.poll() is None:
                self.memory_kib = max(self.memory_kib, high_water_kib(process.pid))
                time.sleep(0.01)
            output.seek(0)
            errors.seek(0)
            if process.returncode not in (0, 1):
                self.failed.append(f"exit code {process.returncode}: {errors.read().decode()[:400]}")
            reports = [json.loads(line) for line in output.read().decode().splitlines()]
        self.note(reports, len(paths))
        return self

    def note(self, reports, expected):
        if len(reports) != expected:
            self.failed.append(f"{len(reports)} answers to {expected} reports")
        for report in reports:
            self.outcomes[report["outcome"]] = self.outcomes.get(report["outcome"], 0) + 1
            self.slowest_ms = max(self.slowest_ms, report["elapsed_ms"])
            self.mails += len(report.get("mails", []))
            if report["outcome"] != "verdict":
                self.failed.append(f"{report['file']}: {report['outcome']} {report.get('detail', '')}")


NUMBERS = [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\1\0\0\0", b"\xfe\xff\xff\xff", b"\0\x10\0\0"]


def mutated(chance, content):
    """One to six changes: bytes, numbers of four bytes, cuts, pieces taken out, repeated or moved."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        if not data:
            break
        at, size = chance.randrange(len(data)), chance.choice((1, 4, 16, 64, 512))
        kind = chance.randrange(8)
        if kind in (0, 1):
            data[at] = chance.randrange(256)
        elif kind in (2, 3):
            at -= at % 4
            data[at:at + 4] = chance.choice(NUMBERS)
        elif kind == 4:
            del data[at:at + size]
        elif kind == 5:
            data[at:at] = data[at:at + size] * chance.choice((1, 2, 50))
        elif kind == 6:
            piece = bytes(data[at:at + size])
            data[chance.randrange(len(data)):0] = piece
        elif chance.randrange(4) == 0:
            del data[at:]
    return bytes(data)


def mutations_of(name, count, seed):
    """Three quarters of what is packed are changed before it is packed: else base64 would hide the change."""
    chance = random.Random(f"{seed} {name}")
    for number in range(count):
        if name in make_reports.PACKED and number % 4 != 0:
            yield make_reports.packed_report(name, mutated(chance, make_reports.PACKED[name][1]))
        else:
            yield mutated(chance, make_reports.REPORTS[name])


def run_mutations(name, count, seed):
    usage = Usage()
    options = ["--submitted"] if name.startswith("submitted") else []
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, content in enumerate(mutations_of(name, count, seed)):
            # A mailbox would be taken apart by the command: what it is must not depend on the first bytes.
            paths.append(Path(folder) / f"{number:05}.eml")
            paths[-1].write_bytes(content if not content.startswith(b"From ") else b"X" + content)
            if len(paths) == BATCH or number + 1 == count:
                usage.run(paths, options)
                paths = []
    return usage


class Mutations(unittest.TestCase):
    count, seed = 100, 20260303

    def test_damaged_reports_of_every_shape(self):
        begin = time.monotonic()
        for name in make_reports.REPORTS:
            usage = run_mutations(name, self.count, self.seed)
            with self.subTest(report=name, seed=self.seed):
                self.assertEqual(usage.failed, [])
                self.assertEqual(usage.outcomes, {"verdict": self.count})
                self.assertLessEqual(usage.slowest_ms, TIME_MAX_MS)
                self.assertLessEqual(usage.memory_kib, MEMORY_MAX_KIB)
            if self.count > 100:
                print(f"{name:28} {self.count} mutations, {usage.mails} mails found, slowest {usage.slowest_ms:.0f} ms, "
                      f"{usage.memory_kib // 1024} MiB", flush=True)
        print(f"{len(make_reports.REPORTS)} shapes, {self.count} mutations each, seed {self.seed}, "
              f"{time.monotonic() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--mutations", type=int)
    parser.add_argument("--seed", type=int, default=Mutations.seed)
    options, rest = parser.parse_known_args()
    if options.mutations:
        Mutations.count, Mutations.seed = options.mutations, options.seed
        rest = rest or ["Mutations"]
    unittest.main(argv=[sys.argv[0], *rest])
