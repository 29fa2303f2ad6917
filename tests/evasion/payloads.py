"""The three test payloads and the three ordinary ways to encode them.

Every payload is harmless.  Each one carries a marker: a run of ASCII bytes
that a scanner must see once it has undone whatever the mail did to hide it.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

CRLF = b"\r\n"

PLAIN = "plain"
BASE64 = "base64"
QP = "qp"
ALL_ENCODINGS = (PLAIN, BASE64, QP)
HIDING_ENCODINGS = (BASE64, QP)

# The token that each encoding has in a Content-Transfer-Encoding field.
TOKENS = {PLAIN: b"7bit", BASE64: b"base64", QP: b"quoted-printable"}

# Bytes that the quoted-printable encoder always escapes.  All of them occur
# in the markers, so a search over the undecoded mail finds nothing.
ALWAYS_ESCAPED = b"-!$@"

PDF_MARKER = b"TOCSIN-TEST-MARK-" + b"PDF-5f1c"
HTML_MARKER = b"TOCSIN-TEST-MARK-" + b"HTML-5f1c"


@dataclass(frozen=True)
class Payload:
    """A file that a scanner has to find."""

    name: str
    data: bytes
    marker: bytes
    media_type: bytes
    filename: bytes

    @property
    def stem(self) -> bytes:
        """The file name without its extension."""
        return self.filename.rpartition(b".")[0]

    @property
    def extension(self) -> bytes:
        """The extension, with its dot."""
        return b"." + self.filename.rpartition(b".")[2]


@dataclass(frozen=True)
class Combo:
    """One payload in one encoding."""

    payload: Payload
    encoding: str

    @property
    def token(self) -> bytes:
        """The honest Content-Transfer-Encoding value."""
        return TOKENS[self.encoding]

    @property
    def body(self) -> bytes:
        """The encoded payload."""
        return encode(self.payload.data, self.encoding)

    @property
    def decoy(self) -> bytes:
        """An encoding token that makes a reader miss the payload."""
        return b"base64" if self.encoding == PLAIN else b"7bit"


def eicar_test_string() -> bytes:
    """Assemble the EICAR string from pieces, so this source is no hit."""
    head = b"X5O!P%@AP[4" + b"\\" + b"PZX54(P^)7CC)7}"
    middle = b"$EICAR" + b"-STANDARD" + b"-ANTIVIRUS"
    return head + middle + b"-TEST" + b"-FILE!" + b"$H" + b"+H*"


def build_pdf(
    text: bytes,
    extra_objects: tuple[bytes, ...] = (),
    catalog_entries: bytes = b"",
    drawing: bytes | None = None,
) -> bytes:
    """Write a one-page PDF by hand, uncompressed, with CRLF line ends.

    CRLF matters: a mail in 7bit form may not hold a bare line feed, and the
    byte offsets in the cross-reference table must survive the transport.
    `extra_objects` get the numbers 7, 8, ... in the order given; `drawing`
    replaces the line of text.
    """
    if drawing is None:
        drawing = b"BT /F1 12 Tf 72 720 Td (" + text + b") Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog_entries + b">>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]\r\n"
        b"/Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\r\nstream\r\n%s\r\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title (" + text + b") >>",
        *extra_objects,
    ]
    result = b"%PDF-1.4\r\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(result))
        result += b"%d 0 obj\r\n%s\r\nendobj\r\n" % (number, content)
    table_offset = len(result)
    result += b"xref\r\n0 %d\r\n0000000000 65535 f\r\n" % (len(objects) + 1)
    result += b"".join(b"%010d 00000 n\r\n" % offset for offset in offsets)
    result += b"trailer\r\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\r\n" % (len(objects) + 1)
    return result + b"startxref\r\n%d\r\n%%%%EOF\r\n" % table_offset


def build_phishing_page() -> bytes:
    """A password form that posts to somebody else's domain."""
    lines = [
        b"<!DOCTYPE html>",
        b"<html><head><title>Sign in - Example Mail</title></head>",
        b"<body>",
        b"<p>Your mailbox at example.com is almost full. Sign in to keep it.</p>",
        b'<form method="post" action="https://login.example.net/collect">',
        b'<input type="hidden" name="ref" value="' + HTML_MARKER + b'">',
        b'<input type="email" name="user" placeholder="Address">',
        b'<input type="password" name="pass" placeholder="Password">',
        b'<input type="submit" value="Sign in">',
        b"</form>",
        b"</body></html>",
    ]
    return b"".join(line + CRLF for line in lines)


EICAR = Payload("eicar", eicar_test_string(), eicar_test_string(), b"application/octet-stream", b"eicar.com")
MARKED_PDF = Payload(
    "marked_pdf", build_pdf(b"Statement " + PDF_MARKER), PDF_MARKER, b"application/pdf", b"statement.pdf"
)
HTML_PHISH = Payload("html_phish", build_phishing_page(), HTML_MARKER, b"text/html", b"login.html")
PAYLOADS = (EICAR, MARKED_PDF, HTML_PHISH)


def combos(encodings: tuple[str, ...] = ALL_ENCODINGS) -> list[Combo]:
    """Every payload in every one of the given encodings."""
    return [Combo(payload, encoding) for encoding in encodings for payload in PAYLOADS]


def wrap(text: bytes, width: int = 76) -> bytes:
    """Cut a run of bytes into CRLF-ended lines of the given width."""
    return b"".join(text[start : start + width] + CRLF for start in range(0, len(text), width))


def to_base64(data: bytes, width: int = 76) -> bytes:
    """Base64 in CRLF-ended lines."""
    return wrap(base64.b64encode(data), width)


def qp_units(data: bytes, escaped: bytes = ALWAYS_ESCAPED) -> list[bytes]:
    """Split data into quoted-printable units: one letter, one escape, or CRLF."""
    units = []
    position = 0
    while position < len(data):
        if data[position : position + 2] == CRLF:
            units.append(CRLF)
            position += 2
            continue
        byte = data[position]
        before_break = data[position + 1 : position + 3] in (CRLF, b"")
        literal = 32 <= byte <= 126 and byte != 61 and byte not in escaped
        if byte == 32 and before_break:
            literal = False
        units.append(bytes([byte]) if literal else b"=%02X" % byte)
        position += 1
    return units


def to_qp(
    data: bytes, soft_break: bytes = b"=\r\n", width: int = 75, escaped: bytes = ALWAYS_ESCAPED
) -> bytes:
    """Quoted-printable with a chosen spelling of the soft line break."""
    result = bytearray()
    column = 0
    for unit in qp_units(data, escaped):
        if unit == CRLF:
            column = 0
        elif column + len(unit) > width:
            result += soft_break
            column = len(unit)
        else:
            column += len(unit)
        result += unit
    # The last line needs an end of its own, else the delimiter glues to it.
    return bytes(result) if result.endswith(CRLF) else bytes(result) + CRLF


def encode(data: bytes, encoding: str) -> bytes:
    """Encode data for a body; the result always ends with CRLF."""
    if encoding == BASE64:
        return to_base64(data)
    if encoding == QP:
        return to_qp(data)
    return data if data.endswith(CRLF) else data + CRLF
