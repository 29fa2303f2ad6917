"""Family A: header fields that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from mails import (
    BOUNDARY,
    CTE,
    DISPOSITION,
    SECOND_BOUNDARY,
    TYPE,
    Case,
    attachment,
    attachment_fields,
    case,
    disposition_value,
    field,
    mail,
    mixed_mail,
    multipart_body,
    multipart_type,
    single_mail,
    text_part,
    two_readings_body,
    type_value,
)
from payloads import BASE64, QP, Combo, combos, encode

ONE_FIELD = "RFC 2045 3; RFC 5322 3.6"
CTE_SYNTAX = "RFC 2045 6.1"
TYPE_SYNTAX = "RFC 2045 5.1"


def duplicate_encoding() -> Iterator[Case]:
    """A1: more than one Content-Transfer-Encoding field."""
    for combo in combos():
        good, bad, odd = (field(CTE, value) for value in (combo.token, combo.decoy, b"x-unknown"))
        variants = {
            "good_first": good + bad,
            "good_last": bad + good,
            "two_of_three_outer": good + bad + good,
            "two_of_three_last": bad + good + good,
            "unknown_first": odd + good,
            "unknown_last": good + odd,
        }
        for variant, lines in variants.items():
            note = "The part has several transfer encodings; only one of them yields the file."
            yield case("A1", variant, combo, mixed_mail(attachment(combo, cte_field=lines)), ONE_FIELD, note)
        for variant, lines in (("top_good_first", good + bad), ("top_good_last", bad + good)):
            fields = attachment_fields(combo, cte_field=lines)
            yield case(
                "A1",
                variant,
                combo,
                single_mail(combo, fields),
                ONE_FIELD,
                "The mail itself has two transfer encodings.",
            )


def two_encodings_in_one_field() -> Iterator[Case]:
    """A2: one Content-Transfer-Encoding field with two values."""
    separators = {"comma": b", ", "semicolon": b"; ", "space": b" "}
    for combo in combos():
        for name, separator in separators.items():
            for quoted in (False, True):
                good, bad = combo.token, combo.decoy
                if quoted:
                    good, bad = b'"' + good + b'"', b'"' + bad + b'"'
                for order, pair in (("good_first", (good, bad)), ("good_last", (bad, good))):
                    variant = f"{name}_{'quoted_' if quoted else ''}{order}"
                    part = attachment(combo, cte_field=field(CTE, separator.join(pair)))
                    yield case(
                        "A2",
                        variant,
                        combo,
                        mixed_mail(part),
                        CTE_SYNTAX,
                        "One transfer-encoding field names two encodings.",
                    )


def duplicate_type() -> Iterator[Case]:
    """A3: more than one Content-Type field."""
    text = field(TYPE, b"text/plain; charset=us-ascii")
    multi = field(TYPE, multipart_type())
    for combo in combos():
        part = attachment(combo)
        for variant, lines in (("text_then_multipart", text + multi), ("multipart_then_text", multi + text)):
            yield case(
                "A3",
                variant,
                combo,
                mixed_mail(part, lines),
                ONE_FIELD,
                "The mail is both one text and a multipart.",
            )
        first, second = field(TYPE, multipart_type(BOUNDARY)), field(TYPE, multipart_type(SECOND_BOUNDARY))
        for variant, harmful in (("boundary_first", BOUNDARY), ("boundary_last", SECOND_BOUNDARY)):
            harmless = SECOND_BOUNDARY if harmful == BOUNDARY else BOUNDARY
            yield case(
                "A3",
                variant,
                combo,
                mail([first, second], two_readings_body(combo, harmless, harmful)),
                ONE_FIELD,
                "Two multipart types with different boundaries, one shows the payload.",
            )
        good = field(TYPE, type_value(combo))
        for variant, lines in (("part_text_then_real", text + good), ("part_real_then_text", good + text)):
            yield case(
                "A3",
                variant,
                combo,
                mixed_mail(attachment(combo, type_field=lines)),
                ONE_FIELD,
                "The part has two media types.",
            )


def two_types_in_one_field() -> Iterator[Case]:
    """A4: one Content-Type field with two types."""
    multi, text = multipart_type(), b"text/plain"
    values = {
        "comma_multipart_last": text + b", " + multi,
        "comma_multipart_first": multi + b", " + text,
        "semicolon_multipart_last": text + b"; " + multi,
        "semicolon_multipart_first": multi + b"; " + text,
        "space_multipart_last": text + b" " + multi,
        "space_multipart_first": multi + b" " + text,
    }
    for combo in combos():
        for variant, value in values.items():
            yield case(
                "A4",
                variant,
                combo,
                mixed_mail(attachment(combo), field(TYPE, value)),
                TYPE_SYNTAX,
                "One type field names a text and a multipart.",
            )


def disposition_conflicts() -> Iterator[Case]:
    """A5 and A6: duplicate and missing Content-Disposition."""
    for combo in combos():
        good = field(DISPOSITION, disposition_value(combo))
        harmless = field(DISPOSITION, b'inline; filename="notes.txt"')
        bare = field(DISPOSITION, b"inline")
        for variant, lines in (
            ("attachment_first", good + harmless),
            ("attachment_last", harmless + good),
            ("bare_inline_first", bare + good),
            ("bare_inline_last", good + bare),
        ):
            yield case(
                "A5",
                variant,
                combo,
                mixed_mail(attachment(combo, disposition_field=lines)),
                "RFC 2183 2; RFC 5322 3.6",
                "The part has two dispositions.",
            )
        note = "No disposition says that the part is a file."
        unnamed = field(TYPE, combo.payload.media_type)
        variants = {
            "name_in_type": attachment(combo, disposition_field=b""),
            "no_name": attachment(combo, disposition_field=b"", type_field=unnamed),
            "no_type_either": attachment(combo, disposition_field=b"", type_field=b""),
            "empty_value": attachment(combo, disposition_field=field(DISPOSITION, b"")),
        }
        for variant, part in variants.items():
            yield case("A6", variant, combo, mixed_mail(part), "RFC 2183 2", note)


def encoded_multipart() -> Iterator[Case]:
    """A7: a transfer encoding on a multipart."""
    for combo in combos():
        body = multipart_body([text_part(), attachment(combo)])
        for name, encoding in (("base64", BASE64), ("qp", QP)):
            lines = [field(TYPE, multipart_type()), field(CTE, Combo(combo.payload, encoding).token)]
            yield case(
                "A7",
                f"{name}_claimed_only",
                combo,
                mail(lines, body),
                "RFC 2045 6.4",
                "The multipart claims an encoding that was never applied.",
            )
            yield case(
                "A7",
                f"{name}_really_applied",
                combo,
                mail(lines, encode(body, encoding)),
                "RFC 2045 6.4",
                "The whole multipart body really is encoded.",
            )


def cases() -> Iterator[Case]:
    """All cases of family A."""
    for producer in (
        duplicate_encoding,
        two_encodings_in_one_field,
        duplicate_type,
        two_types_in_one_field,
        disposition_conflicts,
        encoded_multipart,
    ):
        yield from producer()
