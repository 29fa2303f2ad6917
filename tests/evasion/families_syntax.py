"""Family B: header syntax."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass

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
    two_readings_body,
)
from payloads import ALL_ENCODINGS, BASE64, CRLF, HIDING_ENCODINGS, QP, Combo, combos

CTE_SYNTAX = "RFC 2045 6.1"
TYPE_SYNTAX = "RFC 2045 5.1"


@dataclass(frozen=True)
class Trick:
    """A way to spell one header field so that readers disagree about it."""

    family: str
    variant: str
    write: Callable[[bytes, bytes], bytes]
    rfc: str
    note: str
    first: bool = False
    before: bytes = b""


def spelled(
    family: str,
    rfc: str,
    note: str,
    variants: dict[str, Callable[[bytes, bytes], bytes]],
    first: bool = False,
) -> list[Trick]:
    """Turn a table of spellings into tricks."""
    return [Trick(family, variant, write, rfc, note, first) for variant, write in variants.items()]


def name_tricks() -> list[Trick]:
    """B1 to B4: the field name and its colon."""
    rfc = "RFC 5322 2.2; RFC 5322 3.6.8"
    tricks = []
    for name, lead in (("space", b" "), ("tab", b"\t"), ("vt", b"\v"), ("nul", b"\0")):

        def write(field_name: bytes, value: bytes, lead: bytes = lead) -> bytes:
            return lead + field(field_name, value)

        note = "A byte stands before the field name."
        tricks.append(Trick("B1", name, write, rfc, note))
        tricks.append(
            Trick("B1", name + "_first_field", write, rfc, note[:-1] + " of the first field.", True)
        )
    tricks += spelled(
        "B2",
        rfc,
        "A byte stands between the name and the colon.",
        {
            "space": lambda n, v: n + b" : " + v + CRLF,
            "tab": lambda n, v: n + b"\t: " + v + CRLF,
            "nul": lambda n, v: n + b"\0: " + v + CRLF,
            "ten_spaces": lambda n, v: n + b" " * 10 + b": " + v + CRLF,
        },
    )
    for name, inside in (("nul", b"\0"), ("vt", b"\v"), ("esc", b"\x1b"), ("x80", b"\x80"), ("shy", b"\xc2\xad")):

        def write_inside(field_name: bytes, value: bytes, inside: bytes = inside) -> bytes:
            return field(field_name[:4] + inside + field_name[4:], value)

        tricks.append(Trick("B2", "inside_" + name, write_inside, rfc, "A byte stands inside the name."))
    tricks += spelled(
        "B3",
        rfc,
        "The colon is doubled, gone, or without its space.",
        {
            "double_colon": lambda n, v: n + b":: " + v + CRLF,
            "spaced_double_colon": lambda n, v: n + b": : " + v + CRLF,
            "no_colon": lambda n, v: n + b" " + v + CRLF,
            "no_space": lambda n, v: n + b":" + v + CRLF,
            "value_behind_blank_line": lambda n, v: n + b":\r\n\r\n " + v + CRLF,
        },
    )
    tricks += spelled(
        "B4",
        rfc,
        "The name, or the whole field, is in odd letter case.",
        {
            "upper_name": lambda n, v: field(n.upper(), v),
            "lower_name": lambda n, v: field(n.lower(), v),
            "mixed_name": lambda n, v: field(n.swapcase(), v),
            "mixed_value": lambda n, v: field(n, alternate_case(v)),
        },
    )
    return tricks


def alternate_case(value: bytes) -> bytes:
    """Change the case of the first token only; a boundary is case sensitive."""
    token, separator, rest = value.partition(b";")
    mixed = bytes(byte ^ 32 if index % 2 and 97 <= byte <= 122 else byte for index, byte in enumerate(token))
    return mixed + separator + rest


def cut(value: bytes) -> tuple[bytes, bytes]:
    """Cut a value inside its first token."""
    return value[:4], value[4:]


def value_tricks() -> list[Trick]:
    """B5 and B6: NUL and folding."""
    tricks = spelled(
        "B5",
        "RFC 5322 2.2",
        "A NUL stands in the value.",
        {
            "start": lambda n, v: field(n, b"\0" + v),
            "middle": lambda n, v: field(n, b"\0".join(cut(v))),
            "after_token": lambda n, v: field(
                n, v.partition(b";")[0] + b"\0" + b"".join(v.partition(b";")[1:])
            ),
            "end": lambda n, v: field(n, v + b"\0"),
        },
    )
    tricks += spelled(
        "B6",
        "RFC 5322 2.2.3",
        "The field is folded where no fold belongs.",
        {
            "mid_token": lambda n, v: field(n, b"\r\n ".join(cut(v))),
            "before_colon": lambda n, v: n + b"\r\n : " + v + CRLF,
            "after_colon": lambda n, v: n + b":\r\n " + v + CRLF,
            "inside_name": lambda n, v: n[:7] + b"\r\n " + field(n[7:], v),
            "double_fold": lambda n, v: n + b":\r\n \r\n " + v + CRLF,
            "fold_in_comment": lambda n, v: field(n, b"(a\r\n comment) " + v),
        },
    )
    return tricks


def comment_tricks() -> list[Trick]:
    """B7: comments."""
    return spelled(
        "B7",
        "RFC 5322 3.2.2; RFC 2045 5.1",
        "A comment stands where readers differ.",
        {
            "in_name": lambda n, v: n[:7] + b"(x)" + field(n[7:], v),
            "after_name": lambda n, v: n + b"(x): " + v + CRLF,
            "before_name": lambda n, v: b"(x)" + field(n, v),
            "in_value": lambda n, v: field(n, b"(x)".join(cut(v))),
            "before_value": lambda n, v: field(n, b"(x)" + v),
            "after_value": lambda n, v: field(n, v + b" (x)"),
            "around_value": lambda n, v: field(n, b"(a) " + v + b" (b)"),
            "nested": lambda n, v: field(n, b"(a(b(c)\\))) " + v),
            "unterminated_after": lambda n, v: field(n, v + b" (x"),
            "unterminated_before": lambda n, v: field(n, b"(x " + v),
            "stray_close": lambda n, v: field(n, v + b" )"),
            "decoy_in_comment": lambda n, v: field(n, b"(7bit text/plain) " + v),
        },
    )


def encoded_word(text: bytes, letter: bytes = b"Q") -> bytes:
    """An RFC 2047 encoded word in US-ASCII."""
    if letter == b"B":
        return b"=?us-ascii?B?" + base64.b64encode(text) + b"?="
    return b"=?us-ascii?Q?" + b"".join(b"=%02X" % byte for byte in text) + b"?="


def on_token(change: Callable[[bytes], bytes]) -> Callable[[bytes, bytes], bytes]:
    """A spelling that changes only the token before the first semicolon."""

    def write(name: bytes, value: bytes) -> bytes:
        token, separator, rest = value.partition(b";")
        return field(name, change(token) + separator + rest)

    return write


def token_tricks() -> list[Trick]:
    """B8 to B10: encoded words, quotes, junk around the token."""
    tricks = spelled(
        "B8",
        "RFC 2047 5",
        "The token is an RFC 2047 encoded word.",
        {
            "whole_q": on_token(encoded_word),
            "whole_b": on_token(lambda t: encoded_word(t, b"B")),
            "first_half": on_token(lambda t: encoded_word(t[:4]) + t[4:]),
            "last_half": on_token(lambda t: t[:4] + encoded_word(t[4:])),
            "two_words": on_token(lambda t: encoded_word(t[:4]) + b" " + encoded_word(t[4:], b"B")),
        },
    )
    tricks += spelled(
        "B9",
        "RFC 2045 5.1; RFC 2045 6.1",
        "The token is quoted or escaped.",
        {
            "double_quotes": on_token(lambda t: b'"' + t + b'"'),
            "single_quotes": on_token(lambda t: b"'" + t + b"'"),
            "part_quoted": on_token(lambda t: t[:4] + b'"' + t[4:] + b'"'),
            "open_quote": on_token(lambda t: b'"' + t),
            "close_quote": on_token(lambda t: t + b'"'),
            "backslash": on_token(lambda t: t[:4] + b"\\" + t[4:]),
            "backslash_in_quotes": on_token(lambda t: b'"' + t[:4] + b"\\" + t[4:] + b'"'),
        },
    )
    tricks += spelled(
        "B10",
        "RFC 2045 5.1; RFC 2045 6.1",
        "Junk stands before or after the token.",
        {
            "digit_appended": on_token(lambda t: t + b"5"),
            "x_prepended": on_token(lambda t: b"x-" + t),
            "word_after": on_token(lambda t: t + b" now"),
            "word_before": on_token(lambda t: b"now " + t),
            "spaces_2000": lambda n, v: n + b":" + b" " * 2000 + v + CRLF,
            "equals_before": on_token(lambda t: b"=" + t),
            "semicolon_before": on_token(lambda t: b"; " + t),
            "dot_after": on_token(lambda t: t + b"."),
        },
    )
    return tricks


def blank_line_tricks() -> list[Trick]:
    """B12: something before the header block."""
    lines = {
        "junk_words": b"this line is no header field\r\n",
        "space_line": b" \r\n",
        "tab_line": b"\t\r\n",
        "mbox_from": b"From accounts@example.net Mon Jun  1 09:30:00 2026\r\n",
        "quoted_from": b">From accounts@example.net Mon Jun  1 09:30:00 2026\r\n",
        "vt_line": b"\v\r\n",
        "nul_line": b"\0\r\n",
        "colon_only": b": \r\n",
        "empty_line": b"\r\n",
    }
    return [
        Trick(
            "B12",
            variant,
            field,
            "RFC 5322 2.1; RFC 2046 5.1",
            "A line stands before the header block.",
            True,
            line,
        )
        for variant, line in lines.items()
    ]


def in_encoding_field(combo: Combo, trick: Trick) -> bytes:
    """A mail with the trick played on the part's transfer encoding."""
    type_field, disposition_field, _ = attachment_fields(combo)
    tricked = trick.before + trick.write(CTE, combo.token)
    fields = (
        [tricked, type_field, disposition_field] if trick.first else [type_field, disposition_field, tricked]
    )
    return mixed_mail(entity(fields, combo.body))


def in_type_field(combo: Combo, trick: Trick) -> bytes:
    """A mail with the trick played on its multipart type."""
    tricked = trick.before + trick.write(TYPE, multipart_type())
    body = CRLF + multipart_body([text_part(), attachment(combo)])
    if trick.first:
        return tricked + b"".join(envelope_fields()) + body
    return envelope() + tricked + body


def header_syntax() -> Iterator[Case]:
    """B1 to B10 and B12, each on the part's encoding and on the mail's type.

    A badly spelt `7bit` hides nothing, so the plain form is left out there.
    """
    for trick in name_tricks() + value_tricks() + comment_tricks() + token_tricks() + blank_line_tricks():
        for combo in combos(HIDING_ENCODINGS):
            yield case(
                trick.family,
                "cte_" + trick.variant,
                combo,
                in_encoding_field(combo, trick),
                trick.rfc,
                trick.note,
            )
        for combo in combos(ALL_ENCODINGS):
            yield case(
                trick.family,
                "type_" + trick.variant,
                combo,
                in_type_field(combo, trick),
                trick.rfc,
                trick.note,
            )


def boundary_as_encoded_word() -> Iterator[Case]:
    """B8 for the boundary: the encoded word may be decoded or taken as it is."""
    words = {"whole": encoded_word(BOUNDARY), "part": BOUNDARY[:4] + encoded_word(BOUNDARY[4:])}
    for combo in combos():
        for name, word in words.items():
            line = field(TYPE, multipart_type(word))
            yield case(
                "B8",
                f"boundary_{name}_decoded",
                combo,
                mixed_mail(attachment(combo), line),
                "RFC 2047 5",
                "The delimiters use the decoded form of the boundary.",
            )
            yield case(
                "B8",
                f"boundary_{name}_literal",
                combo,
                mail([line], two_readings_body(combo, BOUNDARY, word)),
                "RFC 2047 5",
                "The payload lies behind the undecoded boundary.",
            )


def guessed_values() -> Iterator[Case]:
    """B11: misspelt values that a helpful client still understands."""
    rest = b'; boundary="' + BOUNDARY + b'"'
    types = {
        "lost_letter": b"ulti/part" + rest,
        "no_slash": b"multipart" + rest,
        "no_subtype": b"multipart/" + rest,
        "truncated": b"multipart/mix" + rest,
        "other_subtype": b"multipart/x-unknown" + rest,
        "swapped": b"mixed/multipart" + rest,
        "letters_swapped": b"mutlipart/mixed" + rest,
        "spaces": b"multipart / mixed" + rest,
        "only_boundary": b'boundary="' + BOUNDARY + b'"',
        "double_slash": b"multipart//mixed" + rest,
    }
    for combo in combos():
        for variant, value in types.items():
            yield case(
                "B11",
                "type_" + variant,
                combo,
                mixed_mail(attachment(combo), field(TYPE, value)),
                TYPE_SYNTAX,
                "The multipart type is misspelt but easy to guess.",
            )
    spellings = {
        BASE64: (b"base-64", b"base_64", b"base 64", b"bas64", b"base6", b"b64", b"b"),
        QP: (
            b"quoted_printable",
            b"quotedprintable",
            b"quoted printable",
            b"quoted-printabel",
            b"quoted",
            b"qp",
            b"q",
        ),
    }
    for combo in combos(HIDING_ENCODINGS):
        for number, spelling in enumerate(spellings[combo.encoding], start=1):
            part = attachment(combo, cte_field=field(CTE, spelling))
            yield case(
                "B11",
                f"cte_guess{number}",
                combo,
                mixed_mail(part),
                CTE_SYNTAX,
                "The transfer encoding is misspelt as " + spelling.decode("ascii") + ".",
            )


def cases() -> Iterator[Case]:
    """All cases of family B."""
    for producer in (header_syntax, boundary_as_encoded_word, guessed_values):
        yield from producer()
