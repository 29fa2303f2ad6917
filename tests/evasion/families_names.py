"""Family I: file names.

The payload itself is in plain reach here.  What the tricks hide is the name,
and with it the extension by which a filter blocks or picks its parser.  The
transfer encoding plays no part in that, so every case is in base64.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from mails import CTE, DISPOSITION, TYPE, Case, attachment, case, entity, field, mixed_mail, type_value
from payloads import BASE64, Combo, Payload, combos

CONTINUATION = "RFC 2231 3; RFC 2231 4"
NAME = "RFC 2183 2.3; RFC 2045 5.1"
RIGHT_TO_LEFT = "\u202e"


def percent(text: bytes | str, charset: str = "utf-8") -> bytes:
    """Percent-encode every byte of a text in the given character set."""
    if isinstance(text, bytes):
        text = text.decode("ascii")
    return b"".join(b"%%%02X" % byte for byte in text.encode(charset))


def word(text: str, charset: str = "utf-8") -> bytes:
    """An RFC 2047 encoded word in base64."""
    return b"=?" + charset.encode() + b"?B?" + base64.b64encode(text.encode(charset)) + b"?="


def continued_names(payload: Payload) -> dict[str, bytes]:
    """RFC 2231: orders, gaps, repeats, character sets."""
    name, stem, extension = payload.filename, payload.stem, payload.extension
    head, tail = stem[:3], stem[3:] + extension
    return {
        "in_order": b'filename*0="' + head + b'"; filename*1="' + tail + b'"',
        "reversed": b'filename*1="' + tail + b'"; filename*0="' + head + b'"',
        "gap": b'filename*0="' + head + b'"; filename*2="' + tail + b'"',
        "gap_before_extension": b'filename*0="' + stem + b'.txt"; filename*2="' + extension + b'"',
        "repeated_index": b'filename*0="' + head + b'"; filename*0="notes"; filename*1="' + tail + b'"',
        "starts_at_one": b'filename*1="' + head + b'"; filename*2="' + tail + b'"',
        "leading_zeros": b'filename*00="' + head + b'"; filename*01="' + tail + b'"',
        "huge_index": b'filename*0="' + head + b'"; filename*4294967297="' + tail + b'"',
        "encoded": b"filename*=utf-8''" + percent(name),
        "encoded_no_charset": b"filename*=''" + percent(name),
        "encoded_split": b"filename*0*=utf-8''" + percent(head) + b"; filename*1*=" + percent(tail),
        "mixed_split": b"filename*0*=utf-8''" + percent(head) + b'; filename*1="' + tail + b'"',
        "charset_late": b'filename*0="' + head + b"\"; filename*1*=utf-8''" + percent(tail),
        "utf16": b"filename*=utf-16''" + percent(name, "utf-16"),
        "utf16be": b"filename*=utf-16be''" + percent(name, "utf-16-be"),
        "letter_per_piece": b"; ".join(
            b"filename*%d=%c" % (index, letter) for index, letter in enumerate(name)
        ),
        "star_in_quotes": b"filename*=\"utf-8''" + percent(name) + b'"',
        "plain_percent": b'filename="' + percent(name) + b'"',
        "multi_line_exim": b"filename*0*=utf-8''" + stem + b";\r\n filename*1*=" + percent(extension),
        "multi_line_plain": b'filename*0="' + stem + b'";\r\n filename*1="' + extension + b'"',
        "multi_line_no_semicolon": b'filename*0="' + stem + b'"\r\n filename*1="' + extension + b'"',
    }


def contradicting_names(payload: Payload) -> dict[str, bytes]:
    """Two names of which one is harmless."""
    name = payload.filename
    return {
        "plain_then_star": b"filename=\"notes.txt\"; filename*=utf-8''" + percent(name),
        "star_then_plain": b"filename*=utf-8''" + percent(name) + b'; filename="notes.txt"',
        "real_plain_then_star": b'filename="' + name + b"\"; filename*=utf-8''notes.txt",
        "plain_then_split": b'filename="notes.txt"; filename*0="' + name + b'"',
        "two_plain_real_first": b'filename="' + name + b'"; filename="notes.txt"',
        "two_plain_real_last": b'filename="notes.txt"; filename="' + name + b'"',
        "case_variants": b'filename="notes.txt"; FILENAME="' + name + b'"',
        "name_in_disposition": b'name="' + name + b'"',
        "in_other_value": b'x="; filename=notes.txt"; filename="' + name + b'"',
    }


def spelled_names(payload: Payload) -> dict[str, bytes]:
    """Encoded words, folds, quotes and equals signs."""
    name, stem, extension = payload.filename, payload.stem, payload.extension
    text = name.decode("ascii")
    return {
        "word": b'filename="' + word(text) + b'"',
        "word_unquoted": b"filename=" + word(text),
        "word_utf16": b'filename="' + word(text, "utf-16") + b'"',
        "word_utf16be": b'filename="' + word(text, "utf-16-be") + b'"',
        "word_utf7": b'filename="=?utf-7?Q?'
        + text.replace(".", "+AC4-").encode().replace(b"+", b"=2B")
        + b'?="',
        "two_words": b'filename="' + word(stem.decode()) + b" " + word(extension.decode()) + b'"',
        "two_words_folded": b'filename="' + word(stem.decode()) + b"\r\n " + word(extension.decode()) + b'"',
        "word_for_extension": b'filename="' + stem + word(extension.decode()) + b'"',
        "word_broken": b'filename="' + word(text)[:-1] + b'"',
        "folded_crlf": b'filename="' + stem + b"\r\n " + extension + b'"',
        "folded_lf": b'filename="' + stem + b"\n " + extension + b'"',
        "bare_cr": b'filename="' + stem + b"\r" + extension + b'"',
        "crlf_unfolded": b'filename="' + stem + b"\r\n" + extension + b'"',
        "open_quote": b'filename="' + name,
        "close_quote": b"filename=" + name + b'"',
        "single_quotes": b"filename='" + name + b"'",
        "empty_then_name": b'filename=""' + name,
        "quoted_extension": b"filename=" + stem + b'"' + extension + b'"',
        "escaped_letters": b'filename="' + stem + b"\\." + extension[1:] + b'"',
        "escaped_quote": b'filename="' + name + b'\\"; x=\\".txt"',
        "cut_by_quote": b'filename="' + name + b'".txt',
        "newline_after_equals": b'filename=\r\n "' + name + b'"',
        "newline_before_equals": b'filename\r\n ="' + name + b'"',
        "space_before_equals": b'filename ="' + name + b'"',
        "space_after_equals": b'filename= "' + name + b'"',
        "double_equals": b'filename=="' + name + b'"',
        "comment": b"filename=(notes.txt)" + name,
        "no_equals": b'filename "' + name + b'"',
    }


def misleading_names(payload: Payload) -> dict[str, bytes]:
    """Names that a person, or a rule about the last extension, misreads."""
    name, stem, extension = payload.filename, payload.stem, payload.extension
    turned = stem.decode() + "_" + RIGHT_TO_LEFT + "txt" + extension.decode()
    return {
        "rtl_raw": b'filename="' + turned.encode() + b'"',
        "rtl_encoded": b"filename*=utf-8''" + percent(turned),
        "rtl_word": b'filename="' + word(turned) + b'"',
        "trailing_dot": b'filename="' + name + b'."',
        "trailing_dots": b'filename="' + name + b'..."',
        "trailing_space": b'filename="' + name + b' "',
        "trailing_tab": b'filename="' + name + b'\t"',
        "trailing_nbsp": b"filename*=utf-8''" + percent(name) + b"%C2%A0",
        "dot_and_space": b'filename="' + name + b'. . "',
        "zero_width": b"filename*=utf-8''" + stem + b".%E2%80%8B" + extension[1:],
        "full_width_dot": b"filename*=utf-8''" + stem + b"%EF%BC%8E" + extension[1:],
        "double_extension": b'filename="notes.txt' + extension + b'"',
        "double_extension_reversed": b'filename="' + name + b'.txt"',
        "spaces_before_extension": b'filename="notes.txt' + b" " * 120 + extension + b'"',
        "long_name": b'filename="' + b"n" * 900 + extension + b'"',
        "stream": b'filename="' + name + b'::$DATA"',
        "stream_name": b'filename="notes.txt:' + name + b'"',
        "semicolon_quoted": b'filename="' + name + b';.txt"',
        "semicolon_unquoted": b"filename=" + name + b";.txt",
        "semicolon_first": b'filename="notes.txt;' + extension + b'"',
        "nul_raw": b'filename="' + name + b'\0.txt"',
        "nul_encoded": b"filename*=utf-8''" + percent(name) + b"%00.txt",
        "path": b'filename="../../' + name + b'"',
        "backslash_path": b'filename="notes.txt\\\\' + name + b'"',
        "slash_last": b'filename="' + name + b'/"',
        "upper_case": b'filename="' + name.upper() + b'"',
        "extension_only": b'filename="' + extension + b'"',
        "percent_dot": b'filename="' + stem + b"%2e" + extension[1:] + b'"',
        "question_mark": b'filename="' + name + b'?"',
        "device": b'filename="con' + extension + b'"',
        "look_alike_letters": b"filename*=utf-8''"
        + percent(name.decode().replace("o", "\u043e").replace("i", "\u0456")),
    }


def tables(payload: Payload) -> Iterator[tuple[str, dict[str, bytes], str, str]]:
    """Prefix, table, RFC and note of each group of variants."""
    yield "continued", continued_names(payload), CONTINUATION, "The name is written in an odd RFC 2231 form."
    yield "two", contradicting_names(payload), NAME, "Two names contradict each other."
    yield "spelled", spelled_names(
        payload
    ), NAME + "; RFC 2047 5", "The name is encoded, folded or quoted oddly."
    yield "misleading", misleading_names(
        payload
    ), NAME, "The name misleads a person or a rule about extensions."


def without_disposition_name(combo: Combo) -> Iterator[Case]:
    """Names in the type field, and no names at all."""
    name = combo.payload.filename
    good, bare = field(DISPOSITION, b'attachment; filename="' + name + b'"'), field(
        DISPOSITION, b"attachment"
    )
    harmless = field(DISPOSITION, b'attachment; filename="notes.txt"')
    kind = combo.payload.media_type
    octets, text = b"application/octet-stream", b"text/plain"
    parts = {
        "name_harmless": attachment(
            combo, type_field=field(TYPE, kind + b'; name="notes.txt"'), disposition_field=good
        ),
        "filename_harmless": attachment(combo, disposition_field=harmless),
        "only_name": attachment(combo, disposition_field=bare),
        "name_star": attachment(
            combo, type_field=field(TYPE, octets + b"; name*=utf-8''" + percent(name)), disposition_field=bare
        ),
        "name_split": attachment(
            combo,
            type_field=field(TYPE, octets + b'; name*0="' + name[:4] + b'"; name*1="' + name[4:] + b'"'),
            disposition_field=bare,
        ),
        "no_name_octets": attachment(combo, type_field=field(TYPE, octets), disposition_field=bare),
        "no_name_text": attachment(combo, type_field=field(TYPE, text), disposition_field=bare),
        "no_name_image": attachment(
            combo, type_field=field(TYPE, b"image/png"), disposition_field=field(DISPOSITION, b"inline")
        ),
        "no_fields_but_encoding": entity([field(CTE, combo.token)], combo.body),
        "empty_name": attachment(
            combo,
            type_field=field(TYPE, octets + b'; name=""'),
            disposition_field=field(DISPOSITION, b'attachment; filename=""'),
        ),
        "name_in_description": entity(
            [field(TYPE, octets), field(b"Content-Description", name), field(CTE, combo.token)], combo.body
        ),
        "name_in_location": entity(
            [field(TYPE, octets), field(b"Content-Location", name), field(CTE, combo.token)], combo.body
        ),
    }
    for variant, part in parts.items():
        yield case(
            "I",
            "type_" + variant,
            combo,
            mixed_mail(part),
            NAME,
            "The name stands in another field, or there is none.",
        )


def cases() -> Iterator[Case]:
    """All cases of family I."""
    for combo in combos((BASE64,)):
        for prefix, table, rfc, note in tables(combo.payload):
            for variant, parameters in table.items():
                # The type has no name, so that the disposition decides alone.
                part = attachment(
                    combo,
                    type_field=field(TYPE, b"application/octet-stream"),
                    disposition_field=field(DISPOSITION, b"attachment; " + parameters),
                )
                yield case("I", f"{prefix}_{variant}", combo, mixed_mail(part), rfc, note)
        yield from without_disposition_name(combo)
        harmless_type = field(TYPE, type_value(combo).replace(combo.payload.media_type, b"image/png", 1))
        yield case(
            "I",
            "type_lies_image",
            combo,
            mixed_mail(attachment(combo, type_field=harmless_type)),
            "RFC 2045 5",
            "The type says image, the name and the bytes say otherwise.",
        )
