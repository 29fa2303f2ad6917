"""Families F (base64) and G (quoted-printable)."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from mails import (
    BOUNDARY,
    CTE,
    TYPE,
    Case,
    attachment,
    case,
    field,
    mail,
    mixed_mail,
    multipart_type,
    text_part,
)
from payloads import ALWAYS_ESCAPED, BASE64, CRLF, QP, Combo, combos, qp_units, to_base64, to_qp, wrap

BASE64_RFC = "RFC 2045 6.8; RFC 4648 3.3"
QP_RFC = "RFC 2045 6.7"

FOREIGN = {
    "dot": b".",
    "dash": b"-",
    "hash": b"#",
    "percent": b"%",
    "underscore": b"_",
    "colon": b":",
    "space": b" ",
}
FOREIGN_MORE = {"bang": b"!", "nul": b"\0", "high": b"\xa0", "tab": b"\t", "cr": b"\r", "comma": b","}


def padded_to(data: bytes, remainder: int) -> bytes:
    """Add line feeds until the length leaves this remainder over three."""
    while len(data) % 3 != remainder:
        data += b"\n"
    return data


def quads(data: bytes) -> list[bytes]:
    """The base64 letters in groups of four."""
    text = base64.b64encode(data)
    return [text[at : at + 4] for at in range(0, len(text), 4)]


def chunks(data: bytes, size: int) -> list[bytes]:
    """Data in pieces of the given size."""
    return [data[at : at + size] for at in range(0, len(data), size)]


def base64_case(
    family: str, variant: str, combo: Combo, body: bytes, note: str, rfc: str = BASE64_RFC
) -> Case:
    """A mail with a hand-made base64 body; without a last line end, one is added."""
    if not body.endswith(CRLF):
        body += CRLF
    return case(family, variant, combo, mixed_mail(attachment(combo, body)), rfc, note)


def foreign_letters(combo: Combo) -> Iterator[Case]:
    """F1: letters outside the alphabet, one of them or one in every group."""
    groups = quads(combo.payload.data)
    text = b"".join(groups)
    for name, letter in (FOREIGN | FOREIGN_MORE).items():
        note = f"Foreign letters ({name}) stand in the base64 data and must be skipped."
        single = text[:10] + letter + text[10:]
        every = b"".join(group[:2] + letter + group[2:] for group in groups)
        yield base64_case("F1", name + "_single", combo, wrap(single), note)
        yield base64_case("F1", name + "_every_group", combo, wrap(every, 75), note)
    between = letter_between(groups)
    yield base64_case(
        "F1",
        "mixed_between_groups",
        combo,
        wrap(between),
        "Changing foreign letters stand between the groups.",
    )


def letter_between(groups: list[bytes]) -> bytes:
    """Put a different foreign letter after each group."""
    letters = list(FOREIGN.values())
    return b"".join(group + letters[index % len(letters)] for index, group in enumerate(groups))


def padding_tricks(combo: Combo) -> Iterator[Case]:
    """F2: padding that is early, doubled, missing or in odd places."""
    data = combo.payload.data
    short = padded_to(data, 1)
    text = base64.b64encode(short)
    ends_two = base64.b64encode(padded_to(data, 2))
    early = [base64.b64encode(piece) for piece in chunks(data, 10)]
    lines = wrap(base64.b64encode(data)).splitlines()
    variants = {
        "early_single_line": b"".join(early),
        "early_one_per_line": CRLF.join(early),
        "early_in_first_group": base64.b64encode(data[:1]) + base64.b64encode(data[1:]),
        "early_tiny_pieces": wrap(b"".join(base64.b64encode(piece) for piece in chunks(data, 1))),
        "doubled": wrap(text + b"=="),
        "doubled_one": wrap(ends_two + b"="),
        "twenty": wrap(text + b"=" * 20),
        "one_missing": wrap(text[:-1]),
        "all_missing": wrap(text.rstrip(b"=")),
        "missing_single_line": ends_two.rstrip(b"="),
        "spaced": wrap(text[:-2]).removesuffix(CRLF) + b"= =",
        "on_own_line": wrap(text.rstrip(b"=")) + b"==",
        "line_start": CRLF.join(b"=" + line for line in lines),
        "line_end": CRLF.join(line + b"=" for line in lines),
        "line_end_two": CRLF.join(line + b"==" for line in lines),
        "single_line_all": base64.b64encode(short),
        "before_everything": b"====\r\n" + wrap(base64.b64encode(data)),
        "inside_group": wrap(text[:9] + b"=" + text[9:]),
    }
    for variant, body in variants.items():
        yield base64_case(
            "F2", variant, combo, body, "The padding is early, doubled, missing or oddly placed."
        )


def line_lengths(combo: Combo) -> Iterator[Case]:
    """F3: short lines, and lines whose length is no multiple of four.

    4X and 4XXX are lines with one whole group and one or three letters left
    over.  A reader that decodes line by line drops the rest, a reader of the
    stream takes it in.
    """
    text = base64.b64encode(combo.payload.data)
    for width in range(1, 7):
        yield base64_case(
            "F3", f"width_{width}", combo, wrap(text, width), f"The lines have {width} letters."
        )
    groups = quads(combo.payload.data)
    note = "Every line has letters after its whole groups that a line reader drops."
    for variant, junk in (("4X", b"X"), ("4XX", b"XX"), ("4XXX", b"XXX")):
        yield base64_case("F3", variant, combo, b"".join(group + junk + CRLF for group in groups), note)
        longer = b"".join(line + junk + CRLF for line in wrap(text, 64).splitlines())
        yield base64_case("F3", "64" + variant[1:], combo, longer, note)
    yield base64_case(
        "F3",
        "one_huge_line",
        combo,
        base64.b64encode(combo.payload.data + b"\n" * 30_000),
        "The whole body is one line of 40,000 letters.",
    )
    alternating = bytearray()
    position, step = 0, 1
    while position < len(text):
        alternating += text[position : position + step] + CRLF
        position, step = position + step, step % 13 + 1
    yield base64_case("F3", "ragged", combo, bytes(alternating), "The lines have lengths from 1 to 13.")


def two_streams(combo: Combo) -> Iterator[Case]:
    """F4: two base64 streams, one after the other."""
    data = combo.payload.data
    half = data.index(combo.payload.marker) + 7
    lead = b"A harmless lead\n"
    note = "Two padded base64 streams follow each other."
    variants = {
        "second_new_line": to_base64(lead) + to_base64(data),
        "second_same_line": wrap(base64.b64encode(lead) + base64.b64encode(data)),
        "marker_cut_new_line": to_base64(padded_to(lead, 0) + data[:half]) + to_base64(data[half:]),
        "marker_cut_same_line": base64.b64encode(data[:half]) + base64.b64encode(data[half:]),
        "second_after_blank": to_base64(lead) + CRLF + to_base64(data),
        "three_streams": b"".join(to_base64(piece) for piece in chunks(data, len(data) // 3 + 1)),
    }
    if half % 3 == 0:
        variants["marker_cut_same_line"] = base64.b64encode(data[: half + 1]) + base64.b64encode(
            data[half + 1 :]
        )
    for variant, body in variants.items():
        yield base64_case("F4", variant, combo, body, note)


def text_around(combo: Combo) -> Iterator[Case]:
    """F5 and F6: text before the data, blank lines, junk after the padding."""
    data = combo.payload.data
    body = to_base64(data)
    lines = body.splitlines(keepends=True)
    middle = max(1, len(lines) // 2)
    if len(lines) < 3:
        lines = to_base64(data, 24).splitlines(keepends=True)
        middle = 2
    first, second = b"".join(lines[:middle]), b"".join(lines[middle:])
    before = {
        "foreign_line": b"!!! --- ???\r\n" + body,
        "text_in_step": b"Some text here it is\r\n" + body,
        "text_out_of_step": b"Some more words\r\n" + body,
        "text_then_blank": b"A scanner stops here.\r\n\r\n" + body,
        "header_like": b"Version: 1\r\nComment: none\r\n\r\n" + body,
        "blank_lines_first": CRLF * 3 + body,
        "blank_mid_stream": first + CRLF + second,
        "blanks_mid_stream": first + CRLF * 10 + second,
        "space_line_mid_stream": first + b"   \r\n" + second,
        "comment_mid_stream": first + b"-- \r\n" + second,
        "armoured": b"-----BEGIN FILE-----\r\n" + body + b"-----END FILE-----\r\n",
    }
    for variant, changed in before.items():
        yield base64_case(
            "F5", variant, combo, changed, "Text or blank lines stand before or inside the base64 data."
        )
    padded = to_base64(padded_to(data, 1))
    after = {
        "words": padded + b"and some words after it\r\n",
        "foreign": padded + b"*** !!! ***\r\n",
        "same_line": padded.removesuffix(CRLF) + b"QUJDRA\r\n",
        "same_line_foreign": padded.removesuffix(CRLF) + b"#?#\r\n",
        "more_data": padded + to_base64(b"harmless tail"),
        "after_blank": padded + b"\r\nThis list is run by example.com.\r\n",
        "high_bytes": padded + bytes(range(128, 192)) + CRLF,
        "lone_letter": padded + b"A\r\n",
    }
    for variant, changed in after.items():
        yield base64_case("F6", variant, combo, changed, "Junk follows the padding.")


def token_case_and_delimiters(combo: Combo) -> Iterator[Case]:
    """F7 and F8: letter case of the token; delimiters glued to data."""
    for variant, token in (
        ("upper", b"BASE64"),
        ("capital", b"Base64"),
        ("mixed", b"bAsE64"),
        ("last", b"basE64"),
    ):
        part = attachment(combo, cte_field=field(CTE, token))
        yield case(
            "F7", variant, combo, mixed_mail(part), "RFC 2045 6.1", "The token base64 is in odd letter case."
        )
    end = b"--" + BOUNDARY + b"--\r\n"
    # Line feeds at the end keep the marker whole when the last groups are cut off.
    longer = to_base64(padded_to(combo.payload.data + b"\n" * 12, 1)).removesuffix(CRLF)
    start = b"--" + BOUNDARY + CRLF
    body = to_base64(padded_to(combo.payload.data, 1)).removesuffix(CRLF)
    head, tail = body[:-8], body[-8:]
    part = attachment(combo, b"")
    bodies = {
        "no_line_end": part + body + end,
        "no_line_end_no_padding": part + body.rstrip(b"=") + end,
        "last_groups_on_delimiter_line": part + head + CRLF + tail + end,
        "data_after_end_mark": part + longer[:-8] + CRLF + end.removesuffix(CRLF) + longer[-8:] + CRLF,
        "space_before_delimiter": part + body + b" " + end,
    }
    for variant, rest in bodies.items():
        whole = mail([field(TYPE, multipart_type())], start + text_part() + start + rest)
        yield case(
            "F8",
            variant,
            combo,
            whole,
            "RFC 2045 6.8; RFC 2046 5.1.1",
            "The delimiter and base64 data share a line.",
        )
    letters = b"QUJDREVGR0hJSktM"
    glued = (
        start.replace(BOUNDARY, letters)
        + text_part()
        + start.replace(BOUNDARY, letters)
        + part
        + body
        + end.replace(BOUNDARY, letters)
    )
    yield case(
        "F8",
        "boundary_of_base64_letters",
        combo,
        mail([field(TYPE, multipart_type(letters))], glued),
        "RFC 2045 6.8; RFC 2046 5.1.1",
        "The boundary itself is base64 text and follows the data at once.",
    )


# ---------------------------------------------------------------- family G


def qp_case(family: str, variant: str, combo: Combo, body: bytes, note: str) -> Case:
    """A mail with a hand-made quoted-printable body."""
    if not body.endswith(CRLF):
        body += CRLF
    return case(family, variant, combo, mixed_mail(attachment(combo, body)), QP_RFC, note)


def split_in_marker(combo: Combo, middle: bytes) -> bytes:
    """The encoded payload with some bytes put inside the marker."""
    data, marker = combo.payload.data, combo.payload.marker
    at = data.index(marker) + len(marker) // 2
    # Escaped soft breaks near the cut would blur the case, so lines stay whole.
    return to_qp(data[:at], width=900).removesuffix(CRLF) + middle + to_qp(data[at:], width=900)


def before_marker(combo: Combo, junk: bytes) -> bytes:
    """The encoded payload with some bytes right before the marker."""
    data = combo.payload.data
    at = data.index(combo.payload.marker)
    head = to_qp(data[:at]).removesuffix(CRLF) if at else b""
    return head + junk + to_qp(data[at:])


def illegal_escapes(combo: Combo) -> Iterator[Case]:
    """G1: `=` with something that is no hexadecimal number, and lower case.

    The illegal text stands before the marker: a reader that stops there
    misses the payload, every other reader finds it.
    """
    for variant, junk in (
        ("XX", b"=XX"),
        ("W", b"=W"),
        ("H", b"=H"),
        ("9", b"=9"),
        ("9_space", b"=9 "),
        ("G1", b"=G1"),
        ("1G", b"=1G"),
        ("space", b"= x"),
        ("high", b"=\xe9\xe9"),
    ):
        yield qp_case(
            "G1",
            variant,
            combo,
            before_marker(combo, junk),
            f"An illegal escape ({variant}) stands before the payload.",
        )
    lower = b"".join(unit.lower() if unit.startswith(b"=") else unit for unit in qp_units(combo.payload.data))
    yield qp_case("G1", "lower_case", combo, lower, "The escapes have lower-case hexadecimal letters.")
    mixed = b"".join(b"=%X%x" % divmod(byte, 16) for byte in combo.payload.data)
    yield qp_case(
        "G1", "mixed_case_all", combo, mixed, "Every byte is escaped, with mixed-case hexadecimal letters."
    )


def soft_breaks(combo: Combo) -> Iterator[Case]:
    """G2: odd soft line breaks, one of them inside the marker."""
    for variant, mark in (
        ("spaces", b"=   \r\n"),
        ("tab", b"=\t\r\n"),
        ("cr", b"=\r"),
        ("lf", b"=\n"),
        ("crcrlf", b"=\r\r\n"),
        ("lfcr", b"=\n\r"),
        ("crlflf", b"=\r\n\n"),
        ("vt", b"=\v\r\n"),
        ("nul", b"=\0\r\n"),
        ("proper", b"=\r\n"),
        ("empty_breaks", b"=\r\n=\r\n=\r\n"),
        ("hundred_spaces", b"=" + b" " * 100 + b"\r\n"),
    ):
        yield qp_case(
            "G2",
            variant,
            combo,
            split_in_marker(combo, mark),
            "A soft line break of odd form cuts the marker.",
        )
    everywhere = to_qp(combo.payload.data, soft_break=b"= \t\r\n", width=12)
    yield qp_case("G2", "blanks_every_line", combo, everywhere, "Every soft line break has trailing blanks.")


def loose_equals(combo: Combo) -> Iterator[Case]:
    """G3: `=` at the end of the data, and `==`."""
    body = combo.body.removesuffix(CRLF)
    variants = {
        "at_end": body + b"=",
        "at_end_line": body + b"\r\n=",
        "half_escape_at_end": body + b"=4",
        "double_at_end": body + b"==",
        "double_before": before_marker(combo, b"=="),
        "double_break_before": before_marker(combo, b"==\r\n"),
        "double_escape_before": before_marker(combo, b"==41"),
        "triple_before": before_marker(combo, b"==="),
    }
    for variant, changed in variants.items():
        yield qp_case("G3", variant, combo, changed, "A loose equals sign stands in the data.")


def long_lines_and_bytes(combo: Combo) -> Iterator[Case]:
    """G4 and G5: over-long lines; bare high and control bytes."""
    data = combo.payload.data
    for length in (77, 999, 2_000, 10_000, 70_000):
        body = before_marker(combo, b"a " * (length // 2))
        yield qp_case(
            "G4", f"line_{length}", combo, body, f"A line of more than {length} letters holds the payload."
        )
    yield qp_case("G4", "no_soft_breaks", combo, to_qp(data, width=10**9), "No soft line breaks at all.")
    yield qp_case(
        "G4",
        "all_escaped_one_line",
        combo,
        b"".join(b"=%02X" % byte for byte in data),
        "Every byte is escaped and all of it is one line.",
    )
    for variant, junk in (
        ("high", b"\x80\xff\xfe"),
        ("utf8", "\u00e9\u20ac".encode()),
        ("nul", b"a\0b"),
        ("bell", b"\x07"),
        ("delete", b"\x7f"),
        ("escape", b"\x1b[0m"),
        ("sub", b"\x1a"),
        ("vt_ff", b"\v\f"),
        ("bare_cr", b"a\rb"),
        ("bare_lf", b"a\nb"),
        ("all_controls", bytes(byte for byte in range(32) if byte not in (10, 13))),
    ):
        yield qp_case(
            "G5",
            variant,
            combo,
            before_marker(combo, junk),
            f"Bare bytes ({variant}) stand before the payload.",
        )


def blanks_in_escapes(combo: Combo) -> Iterator[Case]:
    """G6: white space before, inside and after the escapes."""

    def respelled(form: bytes) -> bytes:
        escaped = b"-"
        units = qp_units(combo.payload.data, ALWAYS_ESCAPED)
        changed = [form % unit[1:] if unit == b"=%02X" % escaped[0] else unit for unit in units]
        return b"".join(changed)

    data = combo.payload.data
    forms = {"space_after_equals": b"= %s", "tab_after_equals": b"=\t%s"}
    for variant, form in forms.items():
        yield qp_case(
            "G6",
            variant,
            combo,
            respelled(form),
            "White space stands between the equals sign and its number.",
        )
    inside = b"".join(b"=2 D" if unit == b"=2D" else unit for unit in qp_units(data))
    yield qp_case(
        "G6", "space_between_digits", combo, inside, "A space stands between the two hexadecimal digits."
    )
    trailing = to_qp(data).replace(CRLF, b" \t \r\n")
    yield qp_case(
        "G6", "trailing_blanks", combo, trailing, "Every line has trailing blanks, which must be dropped."
    )
    cut = b"".join(unit + b"=  \r\n" if unit == b"=2D" else unit for unit in qp_units(data))
    yield qp_case(
        "G6", "blank_break_after_escape", combo, cut, "A soft break with blanks follows every escaped dash."
    )
    ahead = b"".join(b"=\r\n" + unit if unit == b"=2D" else unit for unit in qp_units(data))
    yield qp_case("G6", "break_before_escape", combo, ahead, "A soft break stands before every escaped dash.")


def cases() -> Iterator[Case]:
    """All cases of families F and G."""
    for combo in combos((BASE64,)):
        for producer in (
            foreign_letters,
            padding_tricks,
            line_lengths,
            two_streams,
            text_around,
            token_case_and_delimiters,
        ):
            yield from producer(combo)
    for combo in combos((QP,)):
        for producer in (illegal_escapes, soft_breaks, loose_equals, long_lines_and_bytes, blanks_in_escapes):
            yield from producer(combo)
