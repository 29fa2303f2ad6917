"""Family CTRL: ordinary mails.

Those with a payload must be found; those without must not be.  None of them
may be called ambiguous.
"""

from __future__ import annotations

from collections.abc import Iterator

from archives import STORED, Member, zip_file
from mails import (
    BOUNDARY,
    CTE,
    DISPOSITION,
    SECOND_BOUNDARY,
    TYPE,
    Case,
    as_inner,
    attachment,
    attachment_fields,
    case,
    entity,
    field,
    mail,
    mixed_mail,
    multipart_body,
    multipart_type,
    single_mail,
    text_part,
)
from payloads import BASE64, CRLF, build_pdf, combos, to_base64, to_qp
from wrappers import gzipped

RFC = "RFC 5322; RFC 2045; RFC 2046"
PLAIN_TYPE = field(TYPE, b"text/plain; charset=us-ascii")
SEVEN_BIT = field(CTE, b"7bit")
LETTER = (
    b"Hello Robin,\r\n\r\nthe meeting is on Thursday at ten, in the usual room.\r\n"
    b"Please bring the figures for May.\r\n\r\nBest wishes\r\nAlex\r\n"
)
PAGE = (
    b"<!DOCTYPE html>\r\n<html><body><p>Hello Robin,</p>\r\n<p>the meeting is on Thursday at ten.</p>\r\n"
    b"</body></html>\r\n"
)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cf500f0003860180a4f7d6e1"
    "0000000049454e44ae426082"
)


def ordinary_with_payload() -> Iterator[Case]:
    """The payloads in ordinary mails."""
    for combo in combos():
        note = "An ordinary mail with the payload."
        part = attachment(combo)
        forwarded = entity(
            [field(TYPE, b"message/rfc822"), SEVEN_BIT], as_inner(mixed_mail(part, boundary=SECOND_BOUNDARY))
        )
        alternative = entity(
            [field(TYPE, multipart_type(SECOND_BOUNDARY, b"alternative"))],
            multipart_body([text_part(LETTER), html_part(PAGE)], SECOND_BOUNDARY),
        )
        mails = {
            "attachment": mixed_mail(part),
            "single": single_mail(combo, attachment_fields(combo)),
            "after_alternative": mail([field(TYPE, multipart_type())], multipart_body([alternative, part])),
            "forwarded": mixed_mail(forwarded),
            "with_preamble": mail(
                [field(TYPE, multipart_type())],
                b"This is a multipart message.\r\n" + multipart_body([text_part(), part]),
            ),
        }
        for variant, data in mails.items():
            yield case("CTRL", "payload_" + variant, combo, data, RFC, note)
    for combo in combos((BASE64,)):
        payload = combo.payload
        files = {
            "zip_deflated": (
                b"application/zip",
                b"documents.zip",
                zip_file([Member(payload.filename, payload.data)]),
            ),
            "zip_stored": (
                b"application/zip",
                b"documents.zip",
                zip_file([Member(payload.filename, payload.data, STORED)]),
            ),
            "gzip": (b"application/gzip", payload.filename + b".gz", gzipped(payload.data)),
        }
        for variant, (kind, name, data) in files.items():
            yield case(
                "CTRL",
                "payload_" + variant,
                combo,
                mixed_mail(file_part(kind, name, to_base64(data))),
                RFC,
                "An ordinary archive with the payload.",
            )


def file_part(kind: bytes, name: bytes, body: bytes) -> bytes:
    """An ordinary base64 attachment."""
    return entity(
        [
            field(TYPE, kind + b'; name="' + name + b'"'),
            field(DISPOSITION, b'attachment; filename="' + name + b'"'),
            field(CTE, b"base64"),
        ],
        body,
    )


def html_part(page: bytes) -> bytes:
    """An HTML part in quoted-printable."""
    return entity(
        [field(TYPE, b"text/html; charset=utf-8"), field(CTE, b"quoted-printable")], to_qp(page, escaped=b"")
    )


def multi(subtype: bytes, parts: list[bytes], more: bytes = b"", preamble: bytes = b"") -> bytes:
    """A whole multipart mail; `more` adds parameters to the type."""
    return mail([field(TYPE, multipart_type(BOUNDARY, subtype) + more)], preamble + multipart_body(parts))


def clean_simple() -> dict[str, bytes]:
    """Clean mails without parts, and with the usual two or three."""
    pdf = build_pdf(b"Statement for May")
    text = text_part(LETTER)
    flowed = field(TYPE, b"text/plain; charset=utf-8; format=flowed; delsp=yes")
    utf8 = "Grüße aus Köln – schöne Woche!\r\n".encode()
    return {
        "plain_text": mail([PLAIN_TYPE, SEVEN_BIT], LETTER),
        "no_mime": mail([], LETTER).replace(b"MIME-Version: 1.0\r\n", b""),
        "alternative": multi(b"alternative", [text, html_part(PAGE)]),
        "mixed_with_pdf": multi(b"mixed", [text, file_part(b"application/pdf", b"may.pdf", to_base64(pdf))]),
        "reply_with_quotes": mail(
            [
                PLAIN_TYPE,
                SEVEN_BIT,
                field(b"In-Reply-To", b"<1@mail.example.com>"),
                field(b"References", b"<1@mail.example.com>"),
            ],
            b"On Monday Robin wrote:\r\n"
            + b"".join(b"> " + line + CRLF for line in LETTER.splitlines())
            + b"\r\nThat suits me.\r\n-- \r\nAlex\r\n",
        ),
        "utf8_8bit": mail([field(TYPE, b"text/plain; charset=utf-8"), field(CTE, b"8bit")], utf8),
        "utf8_qp": mail(
            [field(TYPE, b"text/plain; charset=utf-8"), field(CTE, b"quoted-printable")], to_qp(utf8)
        ),
        "utf8_base64": mail(
            [field(TYPE, b"text/plain; charset=utf-8"), field(CTE, b"base64")], to_base64(utf8)
        ),
        "format_flowed": mail(
            [flowed, SEVEN_BIT],
            b"This line is soft \r\nand goes on here.\r\n> quoted \r\n> text\r\n\r\nThe end.\r\n",
        ),
        "html_only": mail(
            [field(TYPE, b"text/html; charset=utf-8"), field(CTE, b"quoted-printable")],
            to_qp(PAGE, escaped=b""),
        ),
        "folded_fields": mail(
            [b'Content-Type: text/plain;\r\n\tcharset=us-ascii;\r\n\tname="letter.txt"\r\n', SEVEN_BIT],
            LETTER,
        ),
        "comment_in_field": mail(
            [field(TYPE, b"text/plain; charset=us-ascii (plain text)"), SEVEN_BIT], LETTER
        ),
        "long_name_rfc2231": multi(
            b"mixed",
            [
                text,
                entity(
                    [
                        field(TYPE, b"application/pdf"),
                        b"Content-Disposition: attachment;\r\n filename*0*=utf-8''Abrechnung%20M%C3%A4rz;\r\n"
                        b" filename*1*=%202026.pdf\r\n",
                        field(CTE, b"base64"),
                    ],
                    to_base64(pdf),
                ),
            ],
        ),
        "subject_encoded_word": mail([PLAIN_TYPE, SEVEN_BIT], LETTER).replace(
            b"Documents for your records", b"=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=", 1
        ),
        "dashes_in_text": multi(
            b"mixed", [text_part(b"Some text\r\n--\r\n-- not a boundary\r\n--part\r\nmore\r\n"), text]
        ),
        "encoded_equals_in_text": mail(
            [PLAIN_TYPE, SEVEN_BIT], b"a == b and x=3D are only text here.\r\nQUJDREVG is text, too.\r\n"
        ),
    }


def clean_automatic() -> dict[str, bytes]:
    """Clean mails that programs write: newsletters, reports, invitations."""
    text, page = text_part(LETTER), html_part(PAGE)
    newsletter = [
        field(b"List-Unsubscribe", b"<https://news.example.org/u/1>, <mailto:leave@news.example.org>"),
        field(b"List-Unsubscribe-Post", b"List-Unsubscribe=One-Click"),
        field(b"List-ID", b"News <news.example.org>"),
        field(b"Precedence", b"bulk"),
        field(TYPE, multipart_type(BOUNDARY, b"alternative")),
    ]
    status = (
        b"Reporting-MTA: dns; mx.example.net\r\nArrival-Date: Mon, 01 Jun 2026 09:29:00 +0000\r\n\r\n"
        b"Final-Recipient: rfc822; nobody@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        b"Diagnostic-Code: smtp; 550 5.1.1 No such user\r\n"
    )
    report = [
        text_part(b"Your message could not be delivered.\r\n"),
        entity([field(TYPE, b"message/delivery-status")], status),
        entity(
            [field(TYPE, b"text/rfc822-headers")],
            b"From: robin@example.com\r\nTo: nobody@example.org\r\nSubject: Hello\r\n",
        ),
    ]
    calendar = (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Calendar//EN\r\nMETHOD:REQUEST\r\n"
        b"BEGIN:VEVENT\r\n"
        b"UID:meeting-1@example.net\r\nDTSTAMP:20260601T093000Z\r\n"
        b"DTSTART:20260604T100000Z\r\nDTEND:20260604T110000Z\r\n"
        b"SUMMARY:Meeting\r\nORGANIZER:mailto:alex@example.net\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    invite = entity([field(TYPE, b"text/calendar; charset=utf-8; method=REQUEST"), SEVEN_BIT], calendar)
    return {
        "newsletter": mail(newsletter, multipart_body([text, page])),
        "delivery_report": multi(b"report", report, b"; report-type=delivery-status"),
        "calendar_invite": multi(b"alternative", [text, invite]),
    }


def clean_images_and_signatures() -> dict[str, bytes]:
    """Clean mails with inline images, and signed ones."""
    text = text_part(LETTER)
    image_page = html_part(b'<html><body><img src="cid:logo@example.net" alt="Logo"></body></html>\r\n')
    image = entity(
        [
            field(TYPE, b'image/png; name="logo.png"'),
            field(b"Content-ID", b"<logo@example.net>"),
            field(DISPOSITION, b'inline; filename="logo.png"'),
            field(CTE, b"base64"),
        ],
        to_base64(PIXEL),
    )
    related = entity(
        [field(TYPE, multipart_type(SECOND_BOUNDARY, b"related"))],
        multipart_body([image_page, image], SECOND_BOUNDARY),
    )
    signature = (
        b"-----BEGIN PGP SIGNATURE-----\r\n\r\n"
        + to_base64(bytes(range(60)), 64)
        + b"=Zm9v\r\n-----END PGP SIGNATURE-----\r\n"
    )
    signed = entity([field(TYPE, b'application/pgp-signature; name="signature.asc"'), SEVEN_BIT], signature)
    smime = entity(
        [
            field(TYPE, b'application/pkcs7-signature; name="smime.p7s"'),
            field(DISPOSITION, b'attachment; filename="smime.p7s"'),
            field(CTE, b"base64"),
        ],
        to_base64(bytes(range(200))),
    )
    return {
        "inline_image": multi(b"related", [image_page, image]),
        "alternative_with_related": multi(b"alternative", [text, related]),
        "signed_pgp": multi(
            b"signed", [text, signed], b'; micalg=pgp-sha256; protocol="application/pgp-signature"'
        ),
        "signed_smime": multi(
            b"signed", [text, smime], b'; micalg=sha-256; protocol="application/pkcs7-signature"'
        ),
    }


def clean_nested() -> dict[str, bytes]:
    """Clean forwards, digests, archives, and odd but lawful multiparts."""
    pdf = build_pdf(b"Statement for May")
    text, page = text_part(LETTER), html_part(PAGE)
    return {
        "forward": multi(
            b"mixed",
            [
                text,
                entity(
                    [field(TYPE, b"message/rfc822"), field(DISPOSITION, b'attachment; filename="old.eml"')],
                    as_inner(mail([PLAIN_TYPE, SEVEN_BIT], LETTER)),
                ),
            ],
        ),
        "digest": multi(
            b"digest",
            [CRLF + as_inner(mail([PLAIN_TYPE, SEVEN_BIT], LETTER), name) for name in (b"first", b"second")],
        ),
        "zip_attachment": multi(
            b"mixed",
            [text, file_part(b"application/zip", b"may.zip", to_base64(zip_file([Member(b"may.pdf", pdf)])))],
        ),
        "trailing_blanks_after_boundary": multi(b"mixed", [text, page]).replace(
            b"--" + BOUNDARY + CRLF, b"--" + BOUNDARY + b" \r\n", 1
        ),
        "empty_part": multi(b"mixed", [text, entity([PLAIN_TYPE], b"\r\n")]),
        "preamble_and_epilogue": multi(
            b"mixed", [text, page], preamble=b"This is a multi-part message in MIME format.\r\n"
        )
        + b"\r\n",
    }


def clean_base64_widths() -> dict[str, bytes]:
    """Long base64 bodies with the usual and some unusual line lengths."""
    content = build_pdf(b"Statement for May") + bytes(range(256)) * 40
    result = {}
    for width in (60, 64, 72, 76):
        result[f"base64_width_{width}"] = multi(
            b"mixed",
            [
                text_part(LETTER),
                file_part(b"application/octet-stream", b"data.bin", to_base64(content, width)),
            ],
        )
    for extra in (0, 1, 2):
        body = to_base64(bytes(range(255)) * 4 + b"x" * extra)
        result[f"base64_remainder_{extra}"] = multi(
            b"mixed", [text_part(LETTER), file_part(b"application/octet-stream", b"data.bin", body)]
        )
    return result


def ordinary_clean() -> Iterator[Case]:
    """Mails with nothing in them."""
    for table in (
        clean_simple(),
        clean_automatic(),
        clean_images_and_signatures(),
        clean_nested(),
        clean_base64_widths(),
    ):
        for variant, data in table.items():
            yield Case(
                "CTRL",
                "clean_" + variant,
                "mixed",
                "none",
                b"",
                data,
                RFC,
                "An ordinary mail without a payload.",
            )


def cases() -> Iterator[Case]:
    """All control cases."""
    yield from ordinary_with_payload()
    yield from ordinary_clean()
