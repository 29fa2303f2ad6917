"""Family C: line endings in and around header blocks."""

from __future__ import annotations

from collections.abc import Iterator

from mails import (
    BOUNDARY,
    CTE,
    TYPE,
    Case,
    attachment,
    attachment_fields,
    case,
    entity,
    envelope,
    envelope_fields,
    field,
    mail,
    mixed_mail,
    multipart_body,
    multipart_type,
    text_part,
)
from payloads import CRLF, HIDING_ENCODINGS, Combo, combos

LINE_RFC = "RFC 5322 2.1; RFC 5322 2.3"
BOUNDARY_RFC = "RFC 2046 5.1.1"

ODD_ENDS = {"cr": b"\r", "lf": b"\n", "lfcr": b"\n\r", "crcrlf": b"\r\r\n", "crlflf": b"\r\n\n"}


def with_ends(fields: list[bytes], end: bytes) -> bytes:
    """Header fields with another line end between them; the last keeps CRLF."""
    return end.join(line.removesuffix(CRLF) for line in fields) + CRLF


def two_part_body(combo: Combo) -> bytes:
    """The ordinary text-and-attachment multipart body."""
    return multipart_body([text_part(), attachment(combo)])


def between_fields() -> Iterator[Case]:
    """C1: odd line ends between header fields."""
    for combo in combos():
        for name, end in ODD_ENDS.items():
            part = with_ends(attachment_fields(combo), end) + CRLF + combo.body
            yield case(
                "C1",
                "part_" + name,
                combo,
                mixed_mail(part),
                LINE_RFC,
                "The fields of the part are separated by an odd line end.",
            )
            top = with_ends(envelope_fields() + [field(TYPE, multipart_type())], end)
            yield case(
                "C1",
                "top_" + name,
                combo,
                top + CRLF + two_part_body(combo),
                LINE_RFC,
                "The fields of the mail are separated by an odd line end.",
            )


def between_header_and_body() -> Iterator[Case]:
    """C2: odd or missing separators between header and body."""
    separators = {name: end + end for name, end in ODD_ENDS.items()}
    separators |= {
        "crlf_cr": b"\r\n\r",
        "crlf_lf": b"\r\n\n",
        "none": CRLF,
        "blank_with_space": b"\r\n \r\n",
        "blank_with_tab": b"\r\n\t\r\n",
        "blank_with_spaces": b"\r\n    \r\n",
        "blank_with_nul": b"\r\n\0\r\n",
    }
    for combo in combos():
        for name, separator in separators.items():
            part = b"".join(attachment_fields(combo)).removesuffix(CRLF) + separator + combo.body
            yield case(
                "C2",
                "part_" + name,
                combo,
                mixed_mail(part),
                LINE_RFC,
                "The blank line of the part is odd or missing.",
            )
            top = (envelope() + field(TYPE, multipart_type())).removesuffix(CRLF)
            yield case(
                "C2",
                "top_" + name,
                combo,
                top + separator + two_part_body(combo),
                LINE_RFC,
                "The blank line of the mail is odd or missing.",
            )


def after_blank_line() -> Iterator[Case]:
    """C3: a header field below the blank line."""
    for combo in combos():
        type_field, disposition_field, cte_field = attachment_fields(combo)
        late_type = envelope() + CRLF + field(TYPE, multipart_type()) + CRLF + two_part_body(combo)
        yield case(
            "C3", "top_type", combo, late_type, LINE_RFC, "The multipart type stands below the blank line."
        )
        above = [field(TYPE, b"text/plain"), field(CTE, combo.decoy)]
        late_all = entity(above, type_field + cte_field + disposition_field + CRLF + combo.body)
        yield case(
            "C3",
            "part_second_block",
            combo,
            mixed_mail(late_all),
            LINE_RFC,
            "The part has a second header block that contradicts the first.",
        )
    for combo in combos(HIDING_ENCODINGS):
        type_field, disposition_field, cte_field = attachment_fields(combo)
        with_blank = entity([type_field, disposition_field], cte_field + CRLF + combo.body)
        without_blank = entity([type_field, disposition_field], cte_field + combo.body)
        yield case(
            "C3",
            "part_cte",
            combo,
            mixed_mail(with_blank),
            LINE_RFC,
            "The transfer encoding stands below the blank line, and a second blank line follows.",
        )
        yield case(
            "C3",
            "part_cte_no_second_blank",
            combo,
            mixed_mail(without_blank),
            LINE_RFC,
            "The transfer encoding stands below the blank line, right above the body.",
        )


def hidden_fields() -> Iterator[Case]:
    """C4: a field that only a reader of bare CR or LF sees."""
    ends = {"cr": b"\r", "lf": b"\n", "lfcr": b"\n\r", "crcr": b"\r\r", "vt": b"\v", "ff": b"\f"}
    for combo in combos():
        type_field, disposition_field, cte_field = attachment_fields(combo)
        for name, end in ends.items():
            bare = cte_field.removesuffix(CRLF)
            decoy = CTE + b": " + combo.decoy
            # The plain form needs the decoy in sight, else there is nothing to disagree about.
            shown = b"X-Note: hello" if combo.token != b"7bit" else decoy
            part = entity([type_field, disposition_field, shown + end + bare + CRLF], combo.body)
            yield case(
                "C4",
                "part_cte_" + name,
                combo,
                mixed_mail(part),
                LINE_RFC,
                "The true transfer encoding hides behind an odd line end in another field.",
            )
            top = field(b"X-Note", b"hello" + end + TYPE + b": " + multipart_type())
            yield case(
                "C4",
                "top_type_" + name,
                combo,
                mail([top], two_part_body(combo)),
                LINE_RFC,
                "The multipart type hides behind an odd line end in another field.",
            )


def around_delimiters() -> Iterator[Case]:
    """C5: odd line ends before and after the delimiter lines."""
    ends = dict(ODD_ENDS) | {"crlfcr": b"\r\n\r"}
    for combo in combos():
        part = attachment(combo)
        for name, end in ends.items():
            after = b"--" + BOUNDARY + end
            body = b"--" + BOUNDARY + CRLF + text_part() + after + part + b"--" + BOUNDARY + b"--\r\n"
            yield case(
                "C5",
                "after_" + name,
                combo,
                mail([field(TYPE, multipart_type())], body),
                BOUNDARY_RFC,
                "The delimiter of the payload part ends with an odd line end.",
            )
            before = text_part().removesuffix(CRLF) + end + b"--" + BOUNDARY + CRLF
            body = (
                b"--"
                + BOUNDARY
                + CRLF
                + before
                + part.removesuffix(CRLF)
                + end
                + b"--"
                + BOUNDARY
                + b"--\r\n"
            )
            yield case(
                "C5",
                "before_" + name,
                combo,
                mail([field(TYPE, multipart_type())], body),
                BOUNDARY_RFC,
                "An odd line end stands before the delimiters.",
            )


def after_last_field() -> Iterator[Case]:
    """C6: redundant CR or LF after the last field."""
    extras = {"cr": b"\r", "lf": b"\n", "crcr": b"\r\r", "lflf": b"\n\n", "lfcr": b"\n\r", "vt": b"\v"}
    for combo in combos():
        for name, extra in extras.items():
            fields = attachment_fields(combo)
            fields[-1] = fields[-1].removesuffix(CRLF) + extra + CRLF
            yield case(
                "C6",
                "part_" + name,
                combo,
                mixed_mail(entity(fields, combo.body)),
                LINE_RFC,
                "Extra line-end bytes follow the last field of the part.",
            )
            top = field(TYPE, multipart_type()).removesuffix(CRLF) + extra + CRLF
            yield case(
                "C6",
                "top_" + name,
                combo,
                mail([top], two_part_body(combo)),
                LINE_RFC,
                "Extra line-end bytes follow the last field of the mail.",
            )


def cases() -> Iterator[Case]:
    """All cases of family C."""
    for producer in (
        between_fields,
        between_header_and_body,
        after_blank_line,
        hidden_fields,
        around_delimiters,
        after_last_field,
    ):
        yield from producer()
