#!/usr/bin/python3
"""Scans the evasion suite with the real `tocsin scan` (confined readers) and requires that every case is found or flagged.

    tests/evasion/run.py [--quick] [--keep FOLDER]

A case passes when its payload is found, or the mail is flagged ambiguous, or a named limit or flag makes its verdict
anything but clean. Ordinary control mails must be neither flagged nor, when they are clean, found. No case may
crash a reader, take more than a second, or more than 512 MiB. The last line is `N passed, N failed`.
"""
import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("TOCSIN_BUILD", HERE.parents[1] / "build"))
sys.path.insert(0, str(HERE.parent / "system"))
from tocsin_system import PeakMemory  # noqa: E402

ELAPSED_MS_MAX = 1000
MEMORY_KIB_MAX = 512 * 1024
RULES = {"eicar": "eicar", "marked_pdf": "marked_pdf", "html_phish": "marked_html"}


def read_manifest(folder):
    """Rows of manifest.tsv by file name; values may hold quotes, so no quoting rules."""
    with open(folder / "manifest.tsv", newline="", encoding="utf-8") as manifest:
        return {row["file"]: row for row in csv.DictReader(manifest, delimiter="\t", quoting=csv.QUOTE_NONE)}


def scan(folder):
    """One JSON result per mail, from the real program."""
    command = [str(BUILD / "tocsin"), "scan", "--json", "--no-system-db", "--yara", str(HERE / "markers.yar"), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            yield json.loads(line)


def judge(row, result):
    """None when the case is as it should be, else what is wrong."""
    payload = row["payload"]
    wanted = RULES.get(payload)
    found = wanted is not None and any(wanted in finding["rule"].lower() for finding in result["findings"])
    if result["outcome"] != "verdict":
        return f"reader outcome {result['outcome']}: {result.get('detail', '')}"
    if result["elapsed_ms"] > ELAPSED_MS_MAX and row["family"] not in ("E9", "J"):
        return f"took {result['elapsed_ms']:.0f} ms"
    if row["family"] == "CTRL":
        if result["ambiguous"]:
            return "control mail is flagged: " + result["ambiguities"][0]["kind"]
        if wanted is None:
            return None if result["verdict"] == "clean" else "clean control mail is " + result["verdict"]
        return None if found else "control payload is not found"
    return None if found or result["ambiguous"] or result["verdict"] != "clean" else "neither found nor flagged"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="every variant, fewer encodings and payloads")
    parser.add_argument("--keep", help="write the mails here and leave them")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-evasion-") as temporary:
        folder = pathlib.Path(options.keep or temporary)
        generate = [sys.executable, str(HERE / "generate.py"), str(folder)] + (["--quick"] if options.quick else [])
        subprocess.run(generate, check=True, stdout=subprocess.DEVNULL)
        manifest = read_manifest(folder)
        families, failures, seen = {}, [], set()
        found_count = flagged_count = 0
        memory = PeakMemory("tocsin-reader")
        for result in scan(folder):
            name = pathlib.Path(result["file"]).name
            if name not in manifest:
                continue
            seen.add(name)
            row = manifest[name]
            wrong = judge(row, result)
            total = families.setdefault(row["family"], [0, 0, 0, 0])
            found = any(RULES.get(row["payload"], "-") in finding["rule"].lower() for finding in result["findings"])
            total[0] += 1
            total[1] += found
            total[2] += result["ambiguous"]
            found_count += found
            flagged_count += result["ambiguous"]
            if wrong:
                total[3] += 1
                failures.append(f"{name}: {wrong}")
        peak_kib = memory.stop()
        if peak_kib > MEMORY_KIB_MAX:
            failures.append(f"a reader took {peak_kib // 1024} MiB")
        failures += [f"{name}: not scanned" for name in sorted(set(manifest) - seen)]
    print(f"{'family':8}{'mails':>7}{'found':>7}{'flagged':>9}{'wrong':>7}")
    for family, (mails, found, flagged, wrong) in sorted(families.items()):
        print(f"{family:8}{mails:7}{found:7}{flagged:9}{wrong:7}")
    print(f"largest reader: {peak_kib / 1024:.0f} MiB")
    print(f"payload found in {found_count}, flagged ambiguous {flagged_count}, of {len(manifest)}")
    for failure in failures[:50]:
        print("FAILED " + failure)
    print(f"{len(manifest) - len(failures)} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
