"""Family D: the boundary parameter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mails import (
    BOUNDARY,
    DISPOSITION,
    SECOND_BOUNDARY,
    TYPE,
    Case,
    attachment,
    case,
    entity,
    field,
    mail,
    mixed_mail,
    multipart_body,
    multipart_type,
    text_part,
    two_readings_body,
)
from payloads import combos

PARAMETER = "RFC 2045 5.1; RFC 2046 5.1.1"
CONTINUATION = "RFC 2231 3; RFC 2231 4"
B, S = BOUNDARY, SECOND_BOUNDARY


@dataclass(frozen=True)
class Spelling:
    """A Content-Type value and the boundary that shows the payload.

    With a `harmless` boundary the mail holds a second multipart that uses it
    and has only a text in it.
    """

    family: str
    variant: str
    value: bytes
    harmful: bytes
    harmless: bytes | None
    rfc: str
    note: str


def percent(text: bytes, charset: str = "") -> bytes:
    """Percent-encode every byte, after a change of character set if asked."""
    if charset:
        text = text.decode("ascii").encode(charset)
    return b"".join(b"%%%02X" % byte for byte in text)


def both_ways(
    family: str, variant: str, value: bytes, first: bytes, last: bytes, rfc: str, note: str
) -> list[Spelling]:
    """The same value twice: the payload behind the one and behind the other boundary."""
    return [
        Spelling(family, variant + "_first", value, first, last, rfc, note),
        Spelling(family, variant + "_last", value, last, first, rfc, note),
    ]


def one_way(family: str, rfc: str, note: str, variants: dict[str, tuple[bytes, bytes]]) -> list[Spelling]:
    """Spellings that come with one boundary only; each entry is (parameters, boundary)."""
    return [
        Spelling(family, variant, b"multipart/mixed" + value, harmful, None, rfc, note)
        for variant, (value, harmful) in variants.items()
    ]


def two_parameters() -> list[Spelling]:
    """D1: two boundary parameters."""
    note = "Two boundary parameters; the payload lies behind one of them."
    mixed = b"multipart/mixed; boundary="
    result = []
    for variant, value in (
        ("plain", mixed + B + b"; boundary=" + S),
        ("quoted", mixed + b'"' + B + b'"; boundary="' + S + b'"'),
        ("letter_case", mixed + B + b"; BOUNDARY=" + S),
        ("far_apart", mixed + B + b"; charset=us-ascii; x=y; boundary=" + S),
        ("empty_first", mixed + b'""; boundary=' + S),
    ):
        first = b"" if variant == "empty_first" else B
        result += both_ways("D1", variant, value, first, S, PARAMETER, note)
    return result


def continuations() -> list[Spelling]:
    """D2: RFC 2231 forms of the parameter."""
    head, tail = B[:4], B[4:]
    note = "The boundary is written in an RFC 2231 form."
    whole = b"*=us-ascii''"
    result = one_way(
        "D2",
        CONTINUATION,
        note,
        {
            "star": (b"; boundary*=us-ascii''" + percent(B), B),
            "star_no_charset": (b"; boundary*=''" + percent(B), B),
            "star_zero": (b"; boundary*0=" + B, B),
            "star_zero_star": (b"; boundary*0*=us-ascii''" + percent(B), B),
            "split": (b"; boundary*0=" + head + b"; boundary*1=" + tail, B),
            "split_encoded": (
                b"; boundary*0*=us-ascii''" + percent(head) + b"; boundary*1*=" + percent(tail),
                B,
            ),
            "reversed": (b"; boundary*1=" + tail + b"; boundary*0=" + head, B),
            "starts_at_one": (b"; boundary*1=" + head + b"; boundary*2=" + tail, B),
            "missing_index": (b"; boundary*0=" + head + b"; boundary*2=" + tail, B),
            "missing_index_stop": (b"; boundary*0=" + B + b"; boundary*2=" + tail, B),
            "leading_zeros": (b"; boundary*00=" + head + b"; boundary*01=" + tail, B),
            "duplicate_index_join": (b"; boundary*0=" + head + b"; boundary*0=" + tail, B),
            "utf16": (b"; boundary*=utf-16''" + percent(B, "utf-16"), B),
            "utf16be": (b"; boundary*=utf-16be''" + percent(B, "utf-16-be"), B),
            "utf16be_split": (
                b"; boundary*0*=utf-16be''"
                + percent(head, "utf-16-be")
                + b"; boundary*1*="
                + percent(tail, "utf-16-be"),
                B,
            ),
            "percent_in_plain": (b'; boundary="' + percent(B) + b'"', B),
        },
    )
    pairs = {
        "plain_then_star": b"boundary=" + B + b"; boundary" + whole + percent(S),
        "star_then_plain": b"boundary" + whole + percent(B) + b"; boundary=" + S,
        "plain_then_split": b"boundary=" + B + b"; boundary*0=" + S[:4] + b"; boundary*1=" + S[4:],
        "split_then_plain": b"boundary*0=" + B[:4] + b"; boundary*1=" + B[4:] + b"; boundary=" + S,
        "duplicate_index": b"boundary*0=" + B + b"; boundary*0=" + S,
    }
    for variant, value in pairs.items():
        result += both_ways(
            "D2",
            variant,
            b"multipart/mixed; " + value,
            B,
            S,
            CONTINUATION,
            "A plain and an RFC 2231 boundary disagree.",
        )
    return result


def empty_and_blank() -> list[Spelling]:
    """D3 and D4: empty, absent or blank-ridden boundaries."""
    result = one_way(
        "D3",
        PARAMETER,
        "The boundary is empty, absent, or an unquoted text with a space.",
        {
            "empty": (b"; boundary=", b""),
            "empty_quotes": (b'; boundary=""', b""),
            "absent": (b"", B),
            "absent_value": (b"; boundary", B),
            "empty_but_guessable": (b'; boundary=""', B),
            "unquoted_space_whole": (b"; boundary=part 7d31", b"part 7d31"),
            "unquoted_space_cut": (b"; boundary=" + B + b" tail", B),
        },
    )
    result += one_way(
        "D4",
        PARAMETER,
        "White space stands around or inside the boundary.",
        {
            "leading_kept": (b'; boundary=" ' + B + b'"', b" " + B),
            "leading_dropped": (b'; boundary=" ' + B + b'"', B),
            "trailing_kept": (b'; boundary="' + B + b' "', B + b" "),
            "trailing_dropped": (b'; boundary="' + B + b' "', B),
            "inside": (b'; boundary="part 7d31"', b"part 7d31"),
            "inside_dropped": (b'; boundary="part 7d31"', b"part7d31"),
            "tab_inside": (b'; boundary="part\t7d31"', b"part\t7d31"),
            "tab_trailing": (b'; boundary="' + B + b'\t"', B),
            "tab_unquoted": (b"; boundary=\t" + B, B),
            "vt_leading": (b"; boundary=\v" + B, B),
            "vt_trailing": (b"; boundary=" + B + b"\v", B),
            "vt_inside": (b'; boundary="part\v7d31"', b"part\v7d31"),
            "folded_inside": (b'; boundary="part\r\n 7d31"', b"part 7d31"),
        },
    )
    return result


def quoting() -> list[Spelling]:
    """D5 and D6: quotes, commas and semicolons."""
    left, right = B[:6], B[6:]
    result = one_way(
        "D5",
        PARAMETER,
        "The quotes of the boundary are unbalanced, escaped or in the middle.",
        {
            "open_only": (b'; boundary="' + B, B),
            "close_only": (b"; boundary=" + B + b'"', B),
            "close_only_kept": (b"; boundary=" + B + b'"', B + b'"'),
            "middle_cut": (b'; boundary="' + left + b'"' + right, left),
            "middle_joined": (b'; boundary="' + left + b'"' + right, B),
            "middle_unquoted": (b"; boundary=" + left + b'"' + right + b'"', B),
            "middle_unquoted_cut": (b"; boundary=" + left + b'"' + right + b'"', left),
            "two_strings": (b'; boundary="' + left + b'" "' + right + b'"', B),
            "escaped_letter": (b'; boundary="' + left + b"\\" + right + b'"', B),
            "escaped_letter_kept": (b'; boundary="' + left + b"\\" + right + b'"', left + b"\\" + right),
            "escaped_quote": (b'; boundary="' + left + b'\\"' + right + b'"', left + b'"' + right),
            "escaped_quote_cut": (b'; boundary="' + left + b'\\"' + right + b'"', left + b"\\"),
            "backslash_last": (b'; boundary="' + B + b"\\", B),
            "single_quotes": (b"; boundary='" + B + b"'", B),
            "single_quotes_kept": (b"; boundary='" + B + b"'", b"'" + B + b"'"),
        },
    )
    for name, sign in (("comma", b","), ("semicolon", b";")):
        text = left + sign + right
        result += one_way(
            "D6",
            PARAMETER,
            f"A {name} stands inside the boundary.",
            {
                f"{name}_unquoted_cut": (b"; boundary=" + text, left),
                f"{name}_unquoted_whole": (b"; boundary=" + text, text),
                f"{name}_quoted_whole": (b'; boundary="' + text + b'"', text),
                f"{name}_quoted_cut": (b'; boundary="' + text + b'"', left),
            },
        )
    return result


def comments_in_parameter() -> list[Spelling]:
    """D7: comments inside and around the boundary."""
    left, right = B[:6], B[6:]
    result = one_way(
        "D7",
        "RFC 2045 5.1; RFC 5322 3.2.2",
        "A comment stands inside or around the boundary.",
        {
            "before_value": (b"; boundary=(x)" + B, B),
            "after_value": (b"; boundary=" + B + b"(x)", B),
            "after_value_kept": (b"; boundary=" + B + b"(x)", B + b"(x)"),
            "inside_dropped": (b"; boundary=" + left + b"(x)" + right, B),
            "inside_kept": (b"; boundary=" + left + b"(x)" + right, left + b"(x)" + right),
            "inside_cut": (b"; boundary=" + left + b"(x)" + right, left),
            "before_name": (b"; (x)boundary=" + B, B),
            "after_name": (b"; boundary(x)=" + B, B),
            "wrapping": (b"; (boundary=" + B + b")", B),
            "quoted_comment": (b'; boundary="' + left + b"(x)" + right + b'"', left + b"(x)" + right),
        },
    )
    result += both_ways(
        "D7",
        "decoy_in_comment",
        b"multipart/mixed; (; boundary=" + B + b") boundary=" + S,
        B,
        S,
        "RFC 2045 5.1",
        "A comment holds another boundary parameter.",
    )
    return result


def equals_and_semicolons() -> list[Spelling]:
    """D8: the equals sign and the semicolon."""
    return one_way(
        "D8",
        PARAMETER,
        "The equals sign or the semicolon is oddly placed.",
        {
            "space_before_equals": (b"; boundary =" + B, B),
            "space_after_equals": (b"; boundary= " + B, B),
            "spaces_around": (b"; boundary = " + B, B),
            "tab_before": (b"; boundary\t=" + B, B),
            "newline_before": (b"; boundary\r\n =" + B, B),
            "newline_after": (b"; boundary=\r\n " + B, B),
            "no_semicolon": (b" boundary=" + B, B),
            "no_semicolon_newline": (b"\r\n boundary=" + B, B),
            "comma_for_semicolon": (b", boundary=" + B, B),
            "double_semicolon": (b";; boundary=" + B, B),
            "double_equals": (b"; boundary==" + B, B),
            "double_equals_kept": (b"; boundary==" + B, b"=" + B),
            "colon_for_equals": (b"; boundary:" + B, B),
            "unfolded_next_line": (b";\r\nboundary=" + B, B),
        },
    )


def in_other_parameters() -> list[Spelling]:
    """D9: the boundary in the value of another parameter."""
    result = one_way(
        "D9",
        PARAMETER,
        "The boundary hides in the value of another parameter.",
        {
            "in_quoted_value": (b'; x="; boundary=' + B + b'"', B),
            "after_open_quote": (b'; x="y; boundary=' + B, B),
            "in_charset": (b'; charset="us-ascii; boundary=' + B + b'"', B),
            "after_escaped_quote": (b'; x="y\\"; boundary=' + B + b'; z="', B),
            "longer_name": (b"; xboundary=" + B, B),
        },
    )
    for variant, value in (
        ("two_views", b'x="; boundary=' + B + b'; y="; boundary=' + S),
        ("two_views_single_quotes", b"x='; boundary=" + B + b"'; boundary=" + S),
    ):
        result += both_ways(
            "D9",
            variant,
            b"multipart/mixed; " + value,
            B,
            S,
            PARAMETER,
            "One boundary is inside the value of another parameter.",
        )
    return result


def spelled_cases() -> Iterator[Case]:
    """D1 to D9, in every encoding and payload."""
    for spelling in (
        two_parameters()
        + continuations()
        + empty_and_blank()
        + quoting()
        + comments_in_parameter()
        + equals_and_semicolons()
        + in_other_parameters()
    ):
        for combo in combos():
            if spelling.harmless is None:
                body = multipart_body([text_part(), attachment(combo)], spelling.harmful)
            else:
                body = two_readings_body(combo, spelling.harmless, spelling.harmful)
            yield case(
                spelling.family,
                spelling.variant,
                combo,
                mail([field(TYPE, spelling.value)], body),
                spelling.rfc,
                spelling.note,
            )


def boundary_on_single_part() -> Iterator[Case]:
    """D10: a boundary on a type that has no parts."""
    for combo in combos():
        inner = multipart_body([attachment(combo)])
        for name, media_type in (
            ("text", b"text/plain"),
            ("octets", b"application/octet-stream"),
            ("unknown", b"x-unknown/x-unknown"),
            ("message", b"message/rfc822"),
        ):
            line = field(TYPE, media_type + b"; boundary=" + BOUNDARY)
            yield case(
                "D10",
                "mail_" + name,
                combo,
                mail([line], inner),
                PARAMETER,
                "A type without parts has a boundary, and the body uses it.",
            )
        part = entity(
            [field(TYPE, b"text/plain; boundary=" + SECOND_BOUNDARY)],
            multipart_body([attachment(combo)], SECOND_BOUNDARY),
        )
        yield case(
            "D10",
            "part_text",
            combo,
            mixed_mail(part),
            PARAMETER,
            "A text part has a boundary, and its body uses it.",
        )
        # The other way round: the part itself is the file, its boundary means nothing.
        honest = combo.payload.media_type + b"; boundary=" + SECOND_BOUNDARY
        yield case(
            "D10",
            "on_payload",
            combo,
            mixed_mail(attachment(combo, type_field=field(TYPE, honest))),
            PARAMETER,
            "The payload part has a boundary parameter that means nothing.",
        )


def boundary_in_disposition() -> Iterator[Case]:
    """D11: the boundary stands in Content-Disposition."""
    elsewhere = field(DISPOSITION, b"inline; boundary=" + SECOND_BOUNDARY)
    for combo in combos():
        part = attachment(combo)
        only = multipart_body([text_part(), part], SECOND_BOUNDARY)
        yield case(
            "D11",
            "only_there",
            combo,
            mail([field(TYPE, b"multipart/mixed"), elsewhere], only),
            PARAMETER,
            "Only the disposition names the boundary.",
        )
        fields = [field(TYPE, multipart_type()), elsewhere]
        yield case(
            "D11",
            "contradicts_type",
            combo,
            mail(fields, two_readings_body(combo, BOUNDARY, SECOND_BOUNDARY)),
            PARAMETER,
            "The disposition names another boundary than the type.",
        )
        inner = entity([field(TYPE, b"multipart/mixed"), elsewhere], multipart_body([part], SECOND_BOUNDARY))
        yield case(
            "D11",
            "inner_part",
            combo,
            mixed_mail(inner),
            PARAMETER,
            "An inner multipart has its boundary in the disposition.",
        )


def cases() -> Iterator[Case]:
    """All cases of family D."""
    for producer in (spelled_cases, boundary_on_single_part, boundary_in_disposition):
        yield from producer()
