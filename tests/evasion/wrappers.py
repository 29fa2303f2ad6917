"""Old and odd wrappers that hold a file: uuencode, yEnc, BinHex, TNEF, RTF."""

from __future__ import annotations

import binascii
import gzip
import struct

from payloads import CRLF

BINHEX_LETTERS = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"


def uuencode(data: bytes, backtick: bool = False) -> bytes:
    """The data lines of uuencode, with the closing empty line."""
    lines = [
        binascii.b2a_uu(data[at : at + 45], backtick=backtick).rstrip(b"\n") for at in range(0, len(data), 45)
    ]
    lines.append(b"`" if backtick else b" ")
    return b"".join(line + CRLF for line in lines)


def yenc_lines(data: bytes, width: int = 128) -> bytes:
    """The data lines of yEnc; NUL, CR, LF and `=` are escaped."""
    result, column = bytearray(), 0
    for byte in data:
        shifted = (byte + 42) % 256
        unit = bytes([61, (shifted + 64) % 256]) if shifted in (0, 10, 13, 61) else bytes([shifted])
        if column == 0 and unit == b".":
            unit = b"=n"
        result += unit
        column += len(unit)
        if column >= width:
            result += CRLF
            column = 0
    return bytes(result) + (CRLF if column else b"")


def yenc_single(name: bytes, data: bytes) -> bytes:
    """A yEnc file in one part."""
    return (
        b"=ybegin line=128 size=%d name=%s\r\n" % (len(data), name)
        + yenc_lines(data)
        + b"=yend size=%d crc32=%08x\r\n" % (len(data), binascii.crc32(data))
    )


def yenc_part(name: bytes, data: bytes, number: int, total: int, start: int, whole: bytes) -> bytes:
    """One part of a yEnc file in several parts."""
    head = b"=ybegin part=%d total=%d line=128 size=%d name=%s\r\n" % (number, total, len(whole), name)
    span = b"=ypart begin=%d end=%d\r\n" % (start + 1, start + len(data))
    tail = b"=yend size=%d part=%d pcrc32=%08x crc32=%08x\r\n" % (
        len(data),
        number,
        binascii.crc32(data),
        binascii.crc32(whole),
    )
    return head + span + yenc_lines(data) + tail


def binhex_checksum(data: bytes) -> bytes:
    """The two CRC bytes that follow each fork."""
    return struct.pack(">H", binascii.crc_hqx(data, 0))


def binhex(name: bytes, data: bytes) -> bytes:
    """A BinHex 4.0 file with an empty resource fork."""
    header = bytes([len(name)]) + name + b"\0" + b"TEXTttxt" + struct.pack(">HII", 0, len(data), 0)
    stream = header + binhex_checksum(header) + data + binhex_checksum(data) + binhex_checksum(b"")
    # The run-length mark must be escaped; runs themselves need not be packed.
    stream = stream.replace(b"\x90", b"\x90\x00")
    bits = "".join(f"{byte:08b}" for byte in stream)
    bits += "0" * (-len(bits) % 6)
    letters = bytes(BINHEX_LETTERS[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6))
    text = b":" + letters + b":"
    lines = b"".join(text[at : at + 64] + CRLF for at in range(0, len(text), 64))
    return b"(This file must be converted with BinHex 4.0)\r\n\r\n" + lines


def gzipped(data: bytes) -> bytes:
    """Gzip without a time stamp."""
    return gzip.compress(data, 9, mtime=0)


def tnef_attribute(level: int, identifier: int, data: bytes) -> bytes:
    """One attribute of a TNEF file."""
    return struct.pack("<BII", level, identifier, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def tnef(name: bytes, data: bytes) -> bytes:
    """A TNEF file (winmail.dat) with one attachment."""
    message, attached = 1, 2
    rendering = struct.pack("<HIHHI", 1, 0xFFFFFFFF, 0, 0, 0)
    return (
        struct.pack("<IH", 0x223E9F78, 1)
        + tnef_attribute(message, 0x00089006, struct.pack("<I", 0x00010000))
        + tnef_attribute(message, 0x00069007, struct.pack("<II", 1252, 0))
        + tnef_attribute(message, 0x00078008, b"IPM.Microsoft Mail.Note\0")
        + tnef_attribute(attached, 0x00069002, rendering)
        + tnef_attribute(attached, 0x00018010, name + b"\0")
        + tnef_attribute(attached, 0x0006800F, data)
    )


def ole_package(name: bytes, data: bytes) -> bytes:
    """An OLE 1.0 embedded object of class Package that holds a file."""

    def text(value: bytes) -> bytes:
        return struct.pack("<I", len(value) + 1) + value + b"\0"

    path = b"C:\\" + name + b"\0"
    native = (
        struct.pack("<H", 2)
        + name
        + b"\0"
        + path
        + struct.pack("<HHI", 0, 3, len(path))
        + path
        + struct.pack("<I", len(data))
        + data
    )
    return (
        struct.pack("<II", 0x0501, 2)
        + text(b"Package")
        + struct.pack("<II", 0, 0)
        + struct.pack("<I", len(native))
        + native
    )


def rtf_object(name: bytes, data: bytes, scattered: bool = False) -> bytes:
    """An RTF text with an embedded package; `scattered` breaks up the hex digits."""
    digits = ole_package(name, data).hex().encode("ascii")
    if scattered:
        lines = CRLF.join(
            b" \t".join(digits[at + k : at + k + 5] for k in range(0, 40, 5))
            for at in range(0, len(digits), 40)
        )
    else:
        lines = CRLF.join(digits[at : at + 64] for at in range(0, len(digits), 64))
    return (
        b"{\\rtf1\\ansi See the enclosed document.\r\n{\\object\\objemb{\\*\\objclass Package}"
        b"{\\*\\objdata \r\n" + lines + b"}{\\result }}}\r\n"
    )
