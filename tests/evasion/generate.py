#!/usr/bin/python3
"""Write the evasion suite: one mail per file, and a manifest.

Usage: generate.py OUTDIR [--family A1] [--list] [--quick] [--large]
"""

from __future__ import annotations

import argparse
import collections
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import families_boundary
import families_containers
import families_control
import families_encoding
import families_headers
import families_lines
import families_messages
import families_names
import families_nesting
import families_syntax
import families_wrapped
from mails import Case

COLUMNS = ("file", "family", "variant", "encoding", "payload", "marker", "rfc", "note")


def all_cases(large: bool) -> Iterator[Case]:
    """Every case, family by family."""
    for module in (
        families_control,
        families_headers,
        families_syntax,
        families_lines,
        families_boundary,
        families_nesting,
    ):
        yield from module.cases()
    yield from families_messages.cases(large)
    for module in (families_encoding, families_wrapped, families_names):
        yield from module.cases()
    yield from families_containers.cases(large)


def wanted(case: Case, families: list[str] | None) -> bool:
    """Whether the case belongs to a chosen family, or to a chosen class such as A."""
    if not families:
        return True
    class_letter = re.sub(r"\d+$", "", case.family)
    return case.family in families or class_letter in families


def thinned(cases: Iterator[Case]) -> Iterator[Case]:
    """About a third: each variant keeps all its encodings and all its payloads, but not every pair.

    The pairs run along the diagonals of the table of encodings and payloads.
    Controls are kept whole.
    """
    encodings = {"plain": 0, "base64": 1, "qp": 2}
    payloads = {"eicar": 0, "marked_pdf": 1, "html_phish": 2}
    turns: dict[tuple[str, str], int] = {}
    for case in cases:
        if case.family == "CTRL":
            yield case
            continue
        turn = turns.setdefault((case.family, case.variant), len(turns))
        if (payloads[case.payload] - encodings[case.encoding] - turn) % 3 == 0:
            yield case


def manifest_line(case: Case) -> str:
    """One line of the manifest."""
    values = (
        case.filename,
        case.family,
        case.variant,
        case.encoding,
        case.payload,
        case.marker.decode("ascii"),
        case.rfc,
        case.note,
    )
    if any("\t" in value or "\n" in value for value in values):
        raise ValueError(f"tab or line end in the manifest line of {case.filename}")
    return "\t".join(values) + "\n"


def write_suite(cases: Iterator[Case], directory: Path) -> collections.Counter[str]:
    """Write all files and the manifest; return the count per family."""
    directory.mkdir(parents=True, exist_ok=True)
    counts: collections.Counter[str] = collections.Counter()
    seen = set()
    with open(directory / "manifest.tsv", "w", encoding="ascii", newline="\n") as manifest:
        manifest.write("\t".join(COLUMNS) + "\n")
        for case in cases:
            if case.filename in seen:
                raise ValueError(f"two cases are called {case.filename}")
            seen.add(case.filename)
            (directory / case.filename).write_bytes(case.finished())
            manifest.write(manifest_line(case))
            counts[case.family] += 1
    return counts


def main() -> int:
    """Read the arguments and do the work."""
    parser = argparse.ArgumentParser(description="Write the evasion suite.")
    parser.add_argument(
        "outdir", metavar="OUTDIR", nargs="?", help="directory for the mails and manifest.tsv"
    )
    parser.add_argument(
        "--family", action="append", help="only this family (A1) or class (A); may be repeated"
    )
    parser.add_argument("--list", action="store_true", help="print the count per family and write nothing")
    parser.add_argument("--quick", action="store_true", help="about a third of the cases")
    parser.add_argument("--large", action="store_true", help="also the very large cases")
    arguments = parser.parse_args()
    if not arguments.list and not arguments.outdir:
        parser.error("OUTDIR is missing")
    cases = (case for case in all_cases(arguments.large) if wanted(case, arguments.family))
    if arguments.quick:
        cases = thinned(cases)
    if arguments.list:
        counts = collections.Counter(case.family for case in cases)
    else:
        counts = write_suite(cases, Path(arguments.outdir))
    if not counts:
        print("no such family", file=sys.stderr)
        return 1
    for family, count in counts.items():
        print(f"{family}\t{count}")
    print(f"total\t{sum(counts.values())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
