"""Family E, second half: messages inside messages, great depth, many parts."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from mails import (
    CTE,
    DISPOSITION,
    SECOND_BOUNDARY,
    TYPE,
    Case,
    as_inner,
    attachment,
    case,
    entity,
    envelope,
    field,
    mail,
    mixed_mail,
    multipart_body,
    multipart_type,
    text_part,
)
from payloads import BASE64, CRLF, PLAIN, Combo, combos, encode, to_base64
from wrappers import tnef

from families_nesting import DELIMITER, nested, plain_mixed

DEFAULT_PARTS = 50_000
LARGE_PARTS = 1_000_000
DEEP = 500


def wrapped_messages() -> Iterator[Case]:
    """E8: digests and messages inside messages."""
    for combo in combos():
        forwarded = as_inner(mixed_mail(attachment(combo), boundary=SECOND_BOUNDARY))
        digest = mail([field(TYPE, multipart_type(subtype=b"digest"))], multipart_body([CRLF + forwarded]))
        yield case(
            "E8",
            "digest_default",
            combo,
            digest,
            "RFC 2046 5.1.5",
            "A digest part without a type is a message.",
        )
        for name in (b"rfc822", b"global"):
            for encoding in ("plain", "base64", "qp"):
                fields = [field(TYPE, b"message/" + name), field(CTE, Combo(combo.payload, encoding).token)]
                part = entity(fields, encode(forwarded, encoding))
                yield case(
                    "E8",
                    f"{name.decode()}_{encoding}",
                    combo,
                    mixed_mail(part),
                    "RFC 2046 5.2.1; RFC 6532 3.7",
                    "The payload is in a message that is attached, perhaps encoded.",
                )
        external = entity(
            [field(TYPE, b'message/external-body; access-type=local-file; name="/dev/null"')],
            attachment(combo),
        )
        yield case(
            "E8",
            "external_body",
            combo,
            mixed_mail(external),
            "RFC 2046 5.2.3",
            "The payload is in the phantom body that should be ignored.",
        )


def partial_messages() -> Iterator[Case]:
    """E8: message/partial, whole and in two halves."""
    for combo in combos():
        forwarded = as_inner(mixed_mail(attachment(combo), boundary=SECOND_BOUNDARY))
        single = entity(
            [field(TYPE, b'message/partial; id="whole@mail.example.net"; number=1; total=1')], forwarded
        )
        yield case(
            "E8",
            "partial_single",
            combo,
            envelope() + single,
            "RFC 2046 5.2.2",
            "A partial message that is whole.",
        )
        halves = [forwarded[: len(forwarded) // 2], forwarded[len(forwarded) // 2 :]]
        # Each half ends with a CRLF that belongs to the delimiter after it.
        parts = [
            entity(
                [field(TYPE, b'message/partial; id="two@mail.example.net"; number=%d; total=2' % number)],
                half + CRLF,
            )
            for number, half in enumerate(halves, start=1)
        ]
        for variant, order in (("partial_two", parts), ("partial_two_reversed", parts[::-1])):
            yield case(
                "E8",
                variant,
                combo,
                plain_mixed(multipart_body(order)),
                "RFC 2046 5.2.2",
                "Both halves of a partial message travel in one mail.",
            )


def der(tag: int, content: bytes) -> bytes:
    """One DER element."""
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


ID_DATA = bytes.fromhex("06092a864886f70d010701")
ID_SIGNED = bytes.fromhex("06092a864886f70d010702")
ID_COMPRESSED = bytes.fromhex("060b2a864886f70d0109100109")
ID_ZLIB = bytes.fromhex("060b2a864886f70d0109100308")


def signed_data(content: bytes, chunk: int = 0) -> bytes:
    """CMS signed data without signers; with `chunk`, BER with a cut-up content."""
    if chunk:
        pieces = b"".join(der(4, content[at : at + chunk]) for at in range(0, len(content), chunk))
        octets = b"\x24\x80" + pieces + b"\0\0"
    else:
        octets = der(4, content)
    inner = der(
        0x30, der(2, b"\1") + der(0x31, b"") + der(0x30, ID_DATA + der(0xA0, octets)) + der(0x31, b"")
    )
    return der(0x30, ID_SIGNED + der(0xA0, inner))


def compressed_data(content: bytes) -> bytes:
    """CMS compressed data."""
    packed = der(0x30, ID_DATA + der(0xA0, der(4, zlib.compress(content, 9))))
    return der(0x30, ID_COMPRESSED + der(0xA0, der(0x30, der(2, b"\0") + der(0x30, ID_ZLIB) + packed)))


def cryptographic_wraps() -> Iterator[Case]:
    """E8: S/MIME and TNEF around a whole entity."""
    for combo in combos():
        inner = entity([field(TYPE, multipart_type())], multipart_body([text_part(), attachment(combo)]))
        wraps = {
            "smime_signed": (b"signed-data", signed_data(inner)),
            "smime_signed_chunked": (b"signed-data", signed_data(inner, 16)),
            "smime_compressed": (b"compressed-data", compressed_data(inner)),
        }
        for variant, (kind, data) in wraps.items():
            fields = [
                field(TYPE, b"application/pkcs7-mime; smime-type=" + kind + b'; name="smime.p7m"'),
                field(DISPOSITION, b'attachment; filename="smime.p7m"'),
                field(CTE, b"base64"),
            ]
            yield case(
                "E8",
                variant,
                combo,
                mail(fields, to_base64(data)),
                "RFC 8551 3.2; RFC 3274",
                "The whole multipart is inside an S/MIME object.",
            )
    for combo in combos((BASE64,)):
        fields = [field(TYPE, b'application/ms-tnef; name="winmail.dat"'), field(CTE, b"base64")]
        yield case(
            "E8",
            "tnef_whole_mail",
            combo,
            mail(fields, to_base64(tnef(combo.payload.filename, combo.payload.data))),
            "MS-OXTNEF 2.1",
            "The mail has no parts, its body is a TNEF file with the payload.",
        )


def deep_tree(combo: Combo, depth: int) -> bytes:
    """Multiparts inside each other, the payload in the innermost."""
    inside = attachment(combo)
    for level in range(depth, 0, -1):
        boundary = b"d%d." % level
        inside = nested(multipart_body([inside], boundary), boundary)
    return envelope() + inside


def many_parts(combo: Combo, count: int) -> bytes:
    """A great number of empty parts, then the payload."""
    empty = b"--b\r\n\r\n" * count
    body = empty + b"--b\r\n" + attachment(combo) + b"--b--\r\n"
    return plain_mixed(body, b"b")


def exhausting(large: bool) -> Iterator[Case]:
    """E9: great depth and a great number of parts."""
    for combo in combos():
        for depth in (30, 100, DEEP):
            yield case(
                "E9",
                f"depth_{depth}",
                combo,
                deep_tree(combo, depth),
                DELIMITER,
                f"The payload is {depth} multiparts deep.",
            )
        messages = attachment(combo)
        for level in range(100):
            messages = entity(
                [field(TYPE, b"message/rfc822")], field(b"Subject", b"Forward %d" % level) + messages
            )
        yield case(
            "E9",
            "messages_100",
            combo,
            envelope() + messages,
            "RFC 2046 5.2.1",
            "The payload is 100 messages deep.",
        )
    for combo in combos((PLAIN, BASE64)):
        yield case(
            "E9",
            f"parts_{DEFAULT_PARTS}",
            combo,
            many_parts(combo, DEFAULT_PARTS),
            DELIMITER,
            f"{DEFAULT_PARTS} empty parts come before the payload.",
        )
    if large:
        for combo in combos((BASE64,)):
            yield case(
                "E9",
                f"parts_{LARGE_PARTS}",
                combo,
                many_parts(combo, LARGE_PARTS),
                DELIMITER,
                f"{LARGE_PARTS} empty parts come before the payload.",
            )


def messages_in_texts() -> Iterator[Case]:
    """E8: the whole infected mail stands inside a text or a mailbox."""
    rfc = "RFC 2046 5.2.1"
    words = b"Your message could not be delivered.\r\n\r\n--- Below this line is a copy.\r\n\r\n"
    from_line = b"From accounts@example.net Mon Jun  1 09:30:00 2026\r\n"
    harmless = from_line + envelope() + CRLF + b"Hello.\r\n\r\n"
    for combo in combos():
        inner = as_inner(mixed_mail(attachment(combo)))
        box = harmless + from_line + inner + CRLF + harmless
        texts = {
            "text_bounce": (words + inner, "The mail stands below the words of a bounce."),
            "text_junk": (CRLF + b"h <a@example.net>\r\n" + inner, "The mail stands below junk."),
            "text_from_line": (words + from_line + inner, "The mail stands below a From line."),
            "text_mailbox": (box, "The text is a mailbox, the mail its second message."),
        }
        for variant, (text, note) in texts.items():
            whole = mail([field(TYPE, b"text/plain")], text)
            yield case("E8", variant, combo, whole, rfc, note)
        attached = entity([field(TYPE, b'application/mbox; name="old.mbox"')], box)
        yield case("E8", "mailbox_attached", combo, mixed_mail(attached), rfc, "The mail is the second of two.")


def cases(large: bool = False) -> Iterator[Case]:
    """All cases of E8 and E9."""
    yield from messages_in_texts()
    yield from wrapped_messages()
    yield from partial_messages()
    yield from cryptographic_wraps()
    yield from exhausting(large)
