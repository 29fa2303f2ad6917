"""Zip files by hand, so that every field of every record can lie."""

from __future__ import annotations

import binascii
import functools
import struct
import zlib
from dataclasses import dataclass, replace

STORED, DEFLATED = 0, 8
DOS_DATE = (2026 - 1980) << 9 | 6 << 5 | 1
DOS_TIME = 9 << 11 | 30 << 5


@dataclass(frozen=True)
class Member:
    """One member; what the records say may differ from what is true."""

    name: bytes
    data: bytes
    method: int = DEFLATED
    local_name: bytes | None = None
    local_method: int | None = None
    central_method: int | None = None
    packed: bytes | None = None
    flags: int = 0
    password: bytes | None = None
    claimed_size: int | None = None
    central_claimed_size: int | None = None
    claimed_crc: int | None = None

    def stream(self) -> bytes:
        """The bytes that follow the local record."""
        if self.packed is not None:
            return self.packed
        packed = deflate(self.data) if self.method == DEFLATED else self.data
        if self.password is None:
            return packed
        return encrypt(packed, self.password, binascii.crc32(self.data))


def deflate(data: bytes) -> bytes:
    """Raw deflate."""
    worker = zlib.compressobj(9, zlib.DEFLATED, -15)
    return worker.compress(data) + worker.flush()


def crc_step(crc: int, byte: int) -> int:
    """One step of CRC-32 without the final inversions."""
    return binascii.crc32(bytes([byte]), crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def encrypt(data: bytes, password: bytes, crc: int) -> bytes:
    """The traditional zip cipher, with a fixed lead of zeros."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def mix(byte: int) -> None:
        keys[0] = crc_step(keys[0], byte)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = crc_step(keys[2], keys[1] >> 24)

    for letter in password:
        mix(letter)
    result = bytearray()
    for byte in b"\0" * 11 + bytes([crc >> 24]) + data:
        low = (keys[2] | 2) & 0xFFFF
        result.append(byte ^ (low * (low ^ 1) >> 8 & 0xFF))
        mix(byte)
    return bytes(result)


def common_fields(member: Member, method: int, stream: bytes, name: bytes, size: int | None) -> bytes:
    """The run of fields that the local and the central record share."""
    flags = member.flags | (1 if member.password is not None else 0)
    crc = binascii.crc32(member.data) if member.claimed_crc is None else member.claimed_crc
    size = len(member.data) if size is None else size
    return struct.pack(
        "<HHHHHIIIHH", 20, flags, method, DOS_TIME, DOS_DATE, crc, len(stream), size, len(name), 0
    )


def local_record(member: Member) -> bytes:
    """Local header, name and data."""
    stream = member.stream()
    name = member.name if member.local_name is None else member.local_name
    method = member.method if member.local_method is None else member.local_method
    return b"PK\3\4" + common_fields(member, method, stream, name, member.claimed_size) + name + stream


def central_record(member: Member, offset: int) -> bytes:
    """One entry of the central directory."""
    method = member.method if member.central_method is None else member.central_method
    size = member.claimed_size if member.central_claimed_size is None else member.central_claimed_size
    return (
        b"PK\1\2"
        + struct.pack("<H", 20)
        + common_fields(member, method, member.stream(), member.name, size)
        + struct.pack("<HHHII", 0, 0, 0, 0, offset)
        + member.name
    )


def end_record(count: int, size: int, offset: int, comment: bytes = b"") -> bytes:
    """End of central directory."""
    return (
        b"PK\5\6"
        + struct.pack("<HHHHIIH", 0, 0, count & 0xFFFF, count & 0xFFFF, size, offset, len(comment))
        + comment
    )


def zip_parts(members: list[Member], base: int = 0) -> tuple[bytes, bytes]:
    """The local records and the central directory; offsets count from `base`."""
    local, central = bytearray(), bytearray()
    for member in members:
        central += central_record(member, base + len(local))
        local += local_record(member)
    return bytes(local), bytes(central)


def zip_file(members: list[Member], base: int = 0, comment: bytes = b"") -> bytes:
    """A whole zip file."""
    local, central = zip_parts(members, base)
    return local + central + end_record(len(members), len(central), base + len(local), comment)


def two_directories(first: Member, second: Member) -> bytes:
    """One file with two members, two directories and two end records.

    Each end record points to a directory with one of the members.
    """
    local_one, central_one = zip_parts([first])
    result = local_one + central_one + end_record(1, len(central_one), len(local_one))
    local_two, central_two = zip_parts([second], len(result))
    start = len(result) + len(local_two)
    return result + local_two + central_two + end_record(1, len(central_two), start)


def directory_in_comment(shown: Member, hidden: Member) -> bytes:
    """A zip whose comment is a second directory with its own end record."""
    local_one, central_one = zip_parts([shown])
    local_two, central_two = zip_parts([hidden], len(local_one))
    both = local_one + local_two
    # The comment starts 22 bytes behind the first directory, where the end record stops.
    comment_at = len(both) + len(central_one) + 22
    comment = central_two + end_record(1, len(central_two), comment_at)
    return both + central_one + end_record(1, len(central_one), len(both), comment)


def unlisted_member(shown: Member, hidden: Member) -> bytes:
    """A zip with a local record that no directory entry points to."""
    local_one, central_one = zip_parts([shown])
    local_two = local_record(hidden)
    both = local_one + local_two
    return both + central_one + end_record(1, len(central_one), len(both))


def descriptor_member(member: Member) -> bytes:
    """A local record with zero sizes and a data descriptor after the data."""
    stream = member.stream()
    numbers = (binascii.crc32(member.data), len(stream), len(member.data))
    head = b"PK\3\4" + struct.pack(
        "<HHHHHIIIHH", 20, 8, member.method, DOS_TIME, DOS_DATE, 0, 0, 0, len(member.name), 0
    )
    return head + member.name + stream + b"PK\7\x08" + struct.pack("<III", *numbers)


def descriptor_zip(member: Member) -> bytes:
    """A zip whose only member is written with a data descriptor."""
    local = descriptor_member(member)
    central = central_record(replace(member, flags=8), 0)
    return local + central + end_record(1, len(central), len(local))


def nested_zip(name: bytes, data: bytes, depth: int) -> bytes:
    """Zips inside each other."""
    for level in range(depth):
        data = zip_file([Member(name if level == 0 else b"inner%d.zip" % level, data)])
    return data


def many_members(count: int, last: Member, name: bytes = b"") -> bytes:
    """A zip of empty members and one real member at its end."""
    empty_local = local_record(Member(name, b"", STORED))
    template = central_record(Member(name, b"", STORED), 0)
    # The offset is the last number of the fixed part, right before the name.
    head, tail = template[:42], template[46:]
    central = b"".join(head + struct.pack("<I", index * len(empty_local)) + tail for index in range(count))
    local = empty_local * count
    central += central_record(last, len(local))
    local += local_record(last)
    return local + central + end_record(count + 1, len(central), len(local))


@functools.lru_cache(maxsize=None)
def packed_blanks(size: int) -> tuple[bytes, int]:
    """A raw deflate stream of blanks, left open so that more can follow, and its CRC.

    The stream ends at a byte border without a final block: that lets the
    callers put payload bytes behind it without packing the padding again.
    """
    worker = zlib.compressobj(6, zlib.DEFLATED, -15)
    block = b" " * (1 << 20)
    result, crc = bytearray(), 0
    for _ in range(size >> 20):
        result += worker.compress(block)
        crc = binascii.crc32(block, crc)
    return bytes(result + worker.flush(zlib.Z_FULL_FLUSH)), crc


def padded_member(name: bytes, before: bytes, padding: int, after: bytes) -> Member:
    """A deflated member: some bytes, a lot of blanks, some more bytes."""
    opener = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = opener.compress(before) + opener.flush(zlib.Z_FULL_FLUSH)
    blanks, blanks_crc = packed_blanks(padding)
    crc = blanks_crc if not before else None
    if crc is None:
        crc = binascii.crc32(before)
        for _ in range(padding >> 20):
            crc = binascii.crc32(b" " * (1 << 20), crc)
    return Member(
        name,
        b"",
        packed=head + blanks + deflate(after),
        claimed_crc=binascii.crc32(after, crc),
        claimed_size=len(before) + (padding >> 20 << 20) + len(after),
    )
