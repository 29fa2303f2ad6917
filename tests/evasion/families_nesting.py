"""Family E: boundary lines, E1 to E7."""

from __future__ import annotations

from collections.abc import Iterator

from mails import (
    BOUNDARY,
    SECOND_BOUNDARY,
    TYPE,
    Case,
    attachment,
    attachment_fields,
    case,
    entity,
    field,
    mail,
    mixed_mail,
    multipart_body,
    multipart_type,
    text_part,
)
from payloads import BASE64, CRLF, combos, to_base64

DELIMITER = "RFC 2046 5.1.1"


def plain_mixed(body: bytes, boundary: bytes = BOUNDARY) -> bytes:
    """A multipart/mixed mail with a hand-made body."""
    return mail([field(TYPE, multipart_type(boundary))], body)


def nested(inner_body: bytes, boundary: bytes) -> bytes:
    """A part that is itself a multipart."""
    return entity([field(TYPE, multipart_type(boundary))], inner_body)


def look_alike_delimiters() -> Iterator[Case]:
    """E1: delimiter lines that are almost the boundary."""
    lines = {
        "letter_appended": b"--" + BOUNDARY + b"b",
        "dash_appended": b"--" + BOUNDARY + b"-",
        "space_appended": b"--" + BOUNDARY + b" ",
        "tab_appended": b"--" + BOUNDARY + b"\t",
        "spaces_appended": b"--" + BOUNDARY + b" " * 200,
        "words_appended": b"--" + BOUNDARY + b" more words",
        "nul_appended": b"--" + BOUNDARY + b"\0",
        "space_before": b" --" + BOUNDARY,
        "quoted_before": b"> --" + BOUNDARY,
        "one_dash": b"-" + BOUNDARY,
        "three_dashes": b"---" + BOUNDARY,
        "space_after_dashes": b"-- " + BOUNDARY,
        "other_case": b"--" + BOUNDARY.upper(),
        "end_mark_as_start": b"--" + BOUNDARY + b"--",
        "end_mark_and_word": b"--" + BOUNDARY + b"--x",
        "last_letter_missing": b"--" + BOUNDARY[:-1],
    }
    for combo in combos():
        for variant, line in lines.items():
            body = (
                b"--"
                + BOUNDARY
                + CRLF
                + text_part()
                + line
                + CRLF
                + attachment(combo)
                + b"--"
                + BOUNDARY
                + b"--\r\n"
            )
            yield case(
                "E1",
                variant,
                combo,
                plain_mixed(body),
                DELIMITER,
                "The delimiter before the payload is only almost the boundary.",
            )
        long_boundary = BOUNDARY + b"b"
        body = (
            multipart_body([text_part()], BOUNDARY, close=False)
            + b"--"
            + long_boundary
            + CRLF
            + attachment(combo)
            + b"--"
            + long_boundary
            + b"--\r\n"
        )
        yield case(
            "E1",
            "declared_is_longer",
            combo,
            plain_mixed(body, long_boundary),
            DELIMITER,
            "A shorter delimiter comes first, a strict reader sees only preamble there.",
        )


def missing_ends() -> Iterator[Case]:
    """E2: no end mark."""
    for combo in combos():
        parts = [text_part(), attachment(combo)]
        open_outer = multipart_body(parts, close=False)
        yield case(
            "E2", "outer_missing", combo, plain_mixed(open_outer), DELIMITER, "The end mark is missing."
        )
        cut = open_outer.removesuffix(CRLF)
        yield case(
            "E2",
            "no_last_line_end",
            combo,
            plain_mixed(cut),
            DELIMITER,
            "The end mark and the last line end are missing.",
        )
        half = open_outer + b"--" + BOUNDARY + b"-"
        yield case(
            "E2", "half_end_mark", combo, plain_mixed(half), DELIMITER, "The end mark has one dash only."
        )
        for variant, inner_closed, outer_closed in (
            ("inner_missing", False, True),
            ("both_missing", False, False),
            ("nested_outer_missing", True, False),
        ):
            inner = nested(multipart_body(parts, SECOND_BOUNDARY, inner_closed), SECOND_BOUNDARY)
            body = multipart_body([text_part(), inner], BOUNDARY, outer_closed)
            yield case(
                "E2",
                variant,
                combo,
                plain_mixed(body),
                DELIMITER,
                "An end mark of the inner or the outer multipart is missing.",
            )
        inner = nested(multipart_body([text_part()], SECOND_BOUNDARY, False), SECOND_BOUNDARY)
        body = multipart_body([inner, attachment(combo)])
        yield case(
            "E2",
            "inner_missing_then_sibling",
            combo,
            plain_mixed(body),
            DELIMITER,
            "The inner multipart never ends, the payload is its outer sibling.",
        )


def boundary_relations() -> Iterator[Case]:
    """E3: inner and outer boundaries that resemble each other."""
    pairs = {
        "same": (BOUNDARY, BOUNDARY),
        "inner_extends_outer": (BOUNDARY, BOUNDARY + b"x"),
        "outer_extends_inner": (BOUNDARY + b"x", BOUNDARY),
        "inner_is_outer_with_dashes": (BOUNDARY, BOUNDARY + b"--"),
        "outer_is_inner_with_dashes": (BOUNDARY + b"--", BOUNDARY),
        "other_case": (BOUNDARY, BOUNDARY.upper()),
    }
    for combo in combos():
        for variant, (outer, inner) in pairs.items():
            part = nested(multipart_body([text_part(), attachment(combo)], inner), inner)
            yield case(
                "E3",
                variant,
                combo,
                mixed_mail(part, boundary=outer),
                DELIMITER,
                "The inner and the outer boundary are equal or one begins the other.",
            )
    # All letters of this boundary are outside the base64 alphabet, so a decoder
    # that takes the line for data skips it and the stream stays whole.
    outer = b"_._._._"
    for combo in combos((BASE64,)):
        lines = to_base64(combo.payload.data, 24).splitlines(keepends=True)
        middle = max(1, len(lines) // 2)
        for variant, mark in (
            ("outer_inside_base64", b"--" + outer),
            ("outer_end_inside_base64", b"--" + outer + b"--"),
        ):
            body = b"".join(lines[:middle]) + mark + CRLF + b"".join(lines[middle:])
            part = nested(
                multipart_body([text_part(), attachment(combo, body)], SECOND_BOUNDARY), SECOND_BOUNDARY
            )
            yield case(
                "E3",
                variant,
                combo,
                mixed_mail(part, boundary=outer),
                DELIMITER,
                "A line of the outer boundary stands in the middle of an inner base64 body.",
            )


def outside_the_parts() -> Iterator[Case]:
    """E4: the payload in the preamble or the epilogue."""
    for combo in combos():
        part = attachment(combo)
        multi = multipart_body([text_part()])
        hidden_inner = nested(multipart_body([part], SECOND_BOUNDARY), SECOND_BOUNDARY)
        bodies = {
            "preamble_bare": part + multi,
            "preamble_after_blank": CRLF + part + multi,
            "preamble_multipart": hidden_inner + multi,
            "epilogue_bare": multi + CRLF + part,
            "epilogue_with_delimiter": multi + b"--" + BOUNDARY + CRLF + part,
            "epilogue_with_full_multipart": multi + multipart_body([part]),
            "epilogue_multipart": multi + hidden_inner,
            "second_end_mark": multi + CRLF + part + b"--" + BOUNDARY + b"--\r\n",
        }
        for variant, body in bodies.items():
            yield case(
                "E4",
                variant,
                combo,
                plain_mixed(body),
                DELIMITER,
                "The payload stands before the first delimiter or after the end mark.",
            )
        only_end = b"--" + BOUNDARY + b"--\r\n" + b"--" + BOUNDARY + CRLF + part
        yield case(
            "E4",
            "end_mark_first",
            combo,
            plain_mixed(only_end),
            DELIMITER,
            "The end mark comes before the first part.",
        )


def glued_delimiters() -> Iterator[Case]:
    """E5 and E6: no line end before a delimiter; delimiters inside a header."""
    for combo in combos():
        part = attachment(combo)
        text = text_part().removesuffix(CRLF)
        start, end = b"--" + BOUNDARY + CRLF, b"--" + BOUNDARY + b"--\r\n"
        bodies = {
            "before_payload": start + text + start + part + end,
            "before_end": start + text + CRLF + start + part.removesuffix(CRLF) + end,
            "both": start + text + start + part.removesuffix(CRLF) + end,
            "preamble": b"Some preamble." + start + part + end,
            "header_separator": start + part + end,
        }
        for variant, body in bodies.items():
            whole = plain_mixed(body)
            if variant == "header_separator":
                whole = whole.replace(CRLF + CRLF + start, CRLF + start, 1)
            yield case(
                "E5",
                variant,
                combo,
                whole,
                DELIMITER,
                "No line end, or no blank line, stands before the delimiter.",
            )
        fields = attachment_fields(combo)
        marks = {
            "end_mark": end,
            "start_mark": start,
            "glued_end_mark": b"X-Note: x--" + BOUNDARY + b"--\r\n",
            "folded_end_mark": b"X-Note: x\r\n --" + BOUNDARY + b"--\r\n",
        }
        for variant, line in marks.items():
            tricked = entity([fields[0], line] + fields[1:], combo.body)
            yield case(
                "E6",
                variant,
                combo,
                mixed_mail(tricked),
                DELIMITER,
                "A delimiter stands between the header fields of the payload part.",
            )
        top = [field(TYPE, multipart_type()), b"X-Note: y\r\n", end]
        yield case(
            "E6",
            "mail_header",
            combo,
            mail(top, multipart_body([text_part(), part])),
            DELIMITER,
            "The end mark stands in the header of the mail.",
        )


def unused_boundary() -> Iterator[Case]:
    """E7: a declared boundary that never occurs."""
    for combo in combos():
        _, disposition_field, cte_field = attachment_fields(combo)
        top = field(TYPE, multipart_type())
        yield case(
            "E7",
            "body_is_payload",
            combo,
            mail([top, disposition_field, cte_field], combo.body),
            DELIMITER,
            "A multipart without parts; its own encoding and disposition fit the payload.",
        )
        other = multipart_body([text_part(), attachment(combo)], SECOND_BOUNDARY)
        yield case(
            "E7",
            "other_boundary_used",
            combo,
            mail([top], other),
            DELIMITER,
            "The delimiters have another boundary than the declared one.",
        )
        yield case(
            "E7",
            "body_is_part",
            combo,
            mail([top], attachment(combo)),
            DELIMITER,
            "The body is a part with a header, but without any delimiter.",
        )
        inner = entity(
            [field(TYPE, multipart_type(SECOND_BOUNDARY)), disposition_field, cte_field], combo.body
        )
        yield case(
            "E7",
            "inner",
            combo,
            mixed_mail(inner),
            DELIMITER,
            "An inner multipart never uses its boundary; its body is the payload.",
        )


def cases() -> Iterator[Case]:
    """All cases of E1 to E7."""
    for producer in (
        look_alike_delimiters,
        missing_ends,
        boundary_relations,
        outside_the_parts,
        glued_delimiters,
        unused_boundary,
    ):
        yield from producer()
