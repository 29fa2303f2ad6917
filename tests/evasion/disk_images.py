"""Disk images and Windows files that carry another file."""

from __future__ import annotations

import struct
import uuid

SECTOR = 2048


def both_endian(value: int, size: int = 4) -> bytes:
    """A number in both byte orders, as ISO 9660 has it."""
    return value.to_bytes(size, "little") + value.to_bytes(size, "big")


def iso_record(identifier: bytes, sector: int, size: int, directory: bool) -> bytes:
    """One directory record."""
    stamp = bytes([126, 6, 1, 9, 30, 0, 0])
    body = (
        both_endian(sector)
        + both_endian(size)
        + stamp
        + bytes([2 if directory else 0, 0, 0])
        + both_endian(1, 2)
        + bytes([len(identifier)])
        + identifier
    )
    body += b"" if len(identifier) % 2 else b"\0"
    return bytes([len(body) + 2, 0]) + body


def to_sector(data: bytes) -> bytes:
    """Fill up to a whole sector."""
    return data + b"\0" * (-len(data) % SECTOR)


def iso_image(name: bytes, data: bytes) -> bytes:
    """An ISO 9660 image with one file in the root."""
    root_sector, file_sector = 20, 21
    size = file_sector + len(to_sector(data)) // SECTOR
    root = (
        iso_record(b"\0", root_sector, SECTOR, True)
        + iso_record(b"\1", root_sector, SECTOR, True)
        + iso_record(name.upper() + b";1", file_sector, len(data), False)
    )
    stamp = b"2026060109300000" + b"\0"
    primary = (
        b"\1CD001\1\0"
        + b" " * 32
        + b"DOCUMENTS".ljust(32)
        + b"\0" * 8
        + both_endian(size)
        + b"\0" * 32
        + both_endian(1, 2) * 2
        + both_endian(SECTOR, 2)
        + both_endian(10)
        + struct.pack("<II", 18, 0)
        + struct.pack(">II", 19, 0)
        + iso_record(b"\0", root_sector, SECTOR, True)
        + b" " * 128 * 4
        + b" " * 37 * 3
        + stamp * 2
        + b"0" * 16
        + b"\0"
        + stamp
        + b"\1\0"
    )
    path_little = b"\1\0" + struct.pack("<IH", root_sector, 1) + b"\0\0"
    path_big = b"\1\0" + struct.pack(">IH", root_sector, 1) + b"\0\0"
    return (
        b"\0" * SECTOR * 16
        + to_sector(primary)
        + to_sector(b"\xffCD001\1")
        + to_sector(path_little)
        + to_sector(path_big)
        + to_sector(root)
        + to_sector(data)
    )


def fat_image(name: bytes, data: bytes) -> bytes:
    """A FAT12 floppy image, with only as many sectors as it needs."""
    clusters = (len(data) + 511) // 512
    total = 1 + 2 + 1 + clusters + 8
    boot = (
        b"\xeb\x3c\x90MSDOS5.0"
        + struct.pack("<HBHBHHBHHHII", 512, 1, 1, 2, 16, total, 0xF0, 1, 18, 2, 0, 0)
        + b"\0\0\x29"
        + struct.pack("<I", 0x20260601)
        + b"DOCUMENTS  FAT12   "
    )
    boot = boot.ljust(510, b"\0") + b"\x55\xaa"
    entries = [0xFF0, 0xFFF] + [cluster + 3 for cluster in range(clusters)]
    entries[-1] = 0xFFF
    bits = sum(entry << 12 * index for index, entry in enumerate(entries))
    table = bits.to_bytes(512, "little")
    stem, _, extension = name.upper().rpartition(b".")
    entry = (
        stem[:8].ljust(8) + extension[:3].ljust(3) + b"\x20" + b"\0" * 14 + struct.pack("<HI", 2, len(data))
    )
    root = entry.ljust(512, b"\0")
    return (boot + table * 2 + root + data).ljust(total * 512, b"\0")


def vhd_image(name: bytes, data: bytes) -> bytes:
    """A fixed virtual disk: one partition with the FAT file system, and a footer."""
    volume = fat_image(name, data)
    sectors = len(volume) // 512
    partition = b"\x80\0\2\0\x01\0\x20\0" + struct.pack("<II", 1, sectors)
    disk = b"\0" * 446 + partition + b"\0" * 48 + b"\x55\xaa" + volume

    def footer(checksum: int) -> bytes:
        return (
            b"conectix"
            + struct.pack(">IIQI", 2, 0x10000, 0xFFFFFFFFFFFFFFFF, 0)
            + b"vpc \0\5\0\3Wi2k"
            + struct.pack(">QQHBBII", len(disk), len(disk), 1, 4, 17, 2, checksum)
            + b"\x26" * 16
        ).ljust(512, b"\0")

    return disk + footer(~sum(footer(0)) & 0xFFFFFFFF)


def shell_link(name: bytes, data: bytes) -> bytes:
    """A Windows shortcut that starts a shell on the file glued to its end."""
    flags = 0x04 | 0x20  # it has a name text and arguments, both in 8-bit letters
    header = struct.pack("<I", 0x4C) + uuid.UUID("00021401-0000-0000-c000-000000000046").bytes_le
    header += struct.pack("<II", flags, 0x20) + b"\0" * 24 + struct.pack("<IIIHHII", 0, 0, 7, 0, 0, 0, 0)

    def text(value: bytes) -> bytes:
        return struct.pack("<H", len(value)) + value

    arguments = b'/c findstr /v "^L" notes.lnk > %temp%\\' + name + b" & start %temp%\\" + name
    return header + text(b"Notes") + text(arguments) + struct.pack("<I", 0) + data


def onenote_section(name: bytes, data: bytes) -> bytes:
    """The outline of a OneNote section with one embedded file.

    It has the file header and a file-data object, which is what readers carve
    for; it has no page tree, so OneNote itself would not show it.
    """

    def guid(text: str) -> bytes:
        return uuid.UUID(text).bytes_le

    header = (
        guid("7B5C52E4-D88C-4DA7-AEB1-5378D02996D3")
        + guid("00000000-0000-0000-0000-000020260601")
        + b"\0" * 16
        + guid("109ADD3F-911B-49F5-A5D0-1791EDC8AED8")
    ).ljust(1024, b"\0")
    label = (name.decode("ascii") + "\0").encode("utf-16-le").ljust(64, b"\0")
    stored = (
        guid("BDE316E7-2665-4511-A4C4-8D4D0B7A9EAC")
        + struct.pack("<QIQ", len(data), 0, 0)
        + data
        + b"\0" * (-len(data) % 8)
        + guid("71FBA722-0F79-4A0B-BB13-899256426B24")
    )
    return header + label + stored
