"""Building blocks for mails, as bytes.

Nothing here uses a mail library: a library would repair the very faults that
the suite wants to write.
"""

from __future__ import annotations

from dataclasses import dataclass

from payloads import CRLF, Combo

BOUNDARY = b"part-7d31a9c4"
SECOND_BOUNDARY = b"leaf-52be08f1"
TYPE = b"Content-Type"
CTE = b"Content-Transfer-Encoding"
DISPOSITION = b"Content-Disposition"

# The mail builders do not know the name of the case they work for, so they
# leave this word in the Message-ID and `Case.finished` fills it in.
NAME_SLOT = b"CASE-NAME-SLOT"


@dataclass(frozen=True)
class Case:
    """One mail of the suite, with its line in the manifest."""

    family: str
    variant: str
    encoding: str
    payload: str
    marker: bytes
    data: bytes
    rfc: str
    note: str

    @property
    def filename(self) -> str:
        """The name of the mail file."""
        return f"{self.family}-{self.variant}-{self.encoding}-{self.payload}.eml"

    def finished(self) -> bytes:
        """The mail with its own name in the Message-ID."""
        name = f"{self.family}.{self.variant}.{self.encoding}.{self.payload}".lower()
        return self.data.replace(NAME_SLOT, name.encode("ascii"), 1)


def case(family: str, variant: str, combo: Combo, data: bytes, rfc: str, note: str) -> Case:
    """Make a case that carries a payload."""
    return Case(family, variant, combo.encoding, combo.payload.name, combo.payload.marker, data, rfc, note)


def field(name: bytes, value: bytes) -> bytes:
    """One well-formed header field with its line end."""
    return name + b": " + value + CRLF


def envelope_fields(subject: bytes = b"Documents for your records") -> list[bytes]:
    """The ordinary header fields that every mail starts with."""
    return [
        field(
            b"Received",
            b"from mx.example.net (mx.example.net [192.0.2.25])\r\n"
            b"\tby in.example.com with ESMTPS id 4c7Kd21xQz9;\r\n"
            b"\tMon, 01 Jun 2026 09:30:02 +0000",
        ),
        field(b"From", b"Accounts Office <accounts@example.net>"),
        field(b"To", b"Robin Reader <robin@example.com>"),
        field(b"Subject", subject),
        field(b"Date", b"Mon, 01 Jun 2026 09:30:00 +0000"),
        field(b"Message-ID", b"<" + NAME_SLOT + b"@mail.example.net>"),
        field(b"MIME-Version", b"1.0"),
    ]


def envelope(subject: bytes = b"Documents for your records") -> bytes:
    """The ordinary header fields, joined."""
    return b"".join(envelope_fields(subject))


def multipart_type(boundary: bytes = BOUNDARY, subtype: bytes = b"mixed") -> bytes:
    """The value of a well-formed multipart Content-Type."""
    return b"multipart/" + subtype + b'; boundary="' + boundary + b'"'


def type_value(combo: Combo) -> bytes:
    """The honest Content-Type value of an attachment."""
    return combo.payload.media_type + b'; name="' + combo.payload.filename + b'"'


def disposition_value(combo: Combo) -> bytes:
    """The honest Content-Disposition value of an attachment."""
    return b'attachment; filename="' + combo.payload.filename + b'"'


def attachment_fields(
    combo: Combo,
    *,
    type_field: bytes | None = None,
    cte_field: bytes | None = None,
    disposition_field: bytes | None = None,
) -> list[bytes]:
    """The three fields of an attachment; each may be replaced by other bytes."""
    if type_field is None:
        type_field = field(TYPE, type_value(combo))
    if cte_field is None:
        cte_field = field(CTE, combo.token)
    if disposition_field is None:
        disposition_field = field(DISPOSITION, disposition_value(combo))
    return [type_field, disposition_field, cte_field]


def entity(fields: list[bytes], body: bytes) -> bytes:
    """Header fields, a blank line, a body."""
    return b"".join(fields) + CRLF + body


def attachment(combo: Combo, body: bytes | None = None, **replaced: bytes) -> bytes:
    """The payload as an attachment part."""
    return entity(attachment_fields(combo, **replaced), combo.body if body is None else body)


def text_part(text: bytes = b"Please find the document attached.\r\n") -> bytes:
    """A harmless text part."""
    return entity([field(TYPE, b"text/plain; charset=us-ascii"), field(CTE, b"7bit")], text)


def multipart_body(parts: list[bytes], boundary: bytes = BOUNDARY, close: bool = True) -> bytes:
    """A multipart body; every part must end with CRLF.

    The CRLF before a delimiter belongs to the delimiter, so the one that ends
    each part is used for that and no empty line is added.
    """
    result = b"".join(b"--" + boundary + CRLF + part for part in parts)
    return result + (b"--" + boundary + b"--" + CRLF if close else b"")


def mail(fields: list[bytes], body: bytes) -> bytes:
    """A mail: ordinary fields, the given fields, a blank line, a body."""
    return envelope() + entity(fields, body)


def mixed_mail(part: bytes, type_field: bytes | None = None, boundary: bytes = BOUNDARY) -> bytes:
    """A text part and a second part in a multipart/mixed mail."""
    if type_field is None:
        type_field = field(TYPE, multipart_type(boundary))
    return mail([type_field], multipart_body([text_part(), part], boundary))


def single_mail(combo: Combo, fields: list[bytes], body: bytes | None = None) -> bytes:
    """A mail without parts, its body is the payload."""
    return mail(fields, combo.body if body is None else body)


def as_inner(whole: bytes, name: bytes = b"original") -> bytes:
    """Give a mail that goes inside another mail a Message-ID of its own."""
    return whole.replace(NAME_SLOT, name, 1)


def two_readings_body(combo: Combo, harmless: bytes, harmful: bytes) -> bytes:
    """A body with one complete multipart per boundary.

    A reader that takes `harmless` as the boundary sees only a text part, the
    rest is epilogue.  A reader that takes `harmful` sees the payload.
    """
    return multipart_body([text_part()], harmless) + multipart_body([attachment(combo)], harmful)
