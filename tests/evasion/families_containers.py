"""Family J: containers that hide the payload."""

from __future__ import annotations

import base64
import io
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import replace

from archives import (
    DEFLATED,
    STORED,
    Member,
    deflate,
    descriptor_zip,
    directory_in_comment,
    many_members,
    nested_zip,
    padded_member,
    two_directories,
    unlisted_member,
    zip_file,
)
from disk_images import fat_image, iso_image, onenote_section, shell_link, vhd_image
from mails import (
    CTE,
    DISPOSITION,
    TYPE,
    Case,
    case,
    entity,
    field,
    mail,
    multipart_body,
    multipart_type,
    text_part,
)
from payloads import ALL_ENCODINGS, BASE64, CRLF, Combo, Payload, build_pdf, combos, encode
from qr_code import draw_for_pdf
from wrappers import gzipped

ZIP_RFC = "APPNOTE 4.3"
MEBIBYTE = 1 << 20
DECOY = Member(b"notes.txt", b"Nothing to see here.\r\n")
PASSWORD = b"may-2026"


def file_mail(combo: Combo, kind: bytes, name: bytes, data: bytes, text: bytes | None = None) -> bytes:
    """A mail with the container as its attachment."""
    fields = [
        field(TYPE, kind + b'; name="' + name + b'"'),
        field(CTE, combo.token),
        field(DISPOSITION, b'attachment; filename="' + name + b'"'),
    ]
    part = entity(fields, encode(data, combo.encoding))
    first = text_part() if text is None else text_part(text)
    return mail([field(TYPE, multipart_type())], multipart_body([first, part]))


def zip_case(variant: str, combo: Combo, data: bytes, note: str, rfc: str = ZIP_RFC) -> Case:
    """A case with a zip file."""
    return case("J", variant, combo, file_mail(combo, b"application/zip", b"documents.zip", data), rfc, note)


def directory_tricks(combo: Combo) -> Iterator[Case]:
    """Two end records, zips in a row, records that disagree, lying fields."""
    payload = combo.payload
    real = Member(payload.filename, payload.data)
    as_text = replace(real, local_name=b"notes.txt")
    files = {
        "two_ends_payload_last": two_directories(DECOY, real),
        "two_ends_payload_first": two_directories(real, DECOY),
        "end_in_comment_hidden": directory_in_comment(DECOY, real),
        "end_in_comment_shown": directory_in_comment(real, DECOY),
        "unlisted_member": unlisted_member(DECOY, real),
        "no_directory": zip_file([real])[: -22 - 46 - len(real.name)],
        "no_end_record": zip_file([real])[:-22],
        "concatenated_payload_last": zip_file([DECOY]) + zip_file([real]),
        "concatenated_payload_first": zip_file([real]) + zip_file([DECOY]),
        "concatenated_three": zip_file([DECOY]) + zip_file([real]) + zip_file([DECOY]),
        "junk_before": b"MZ" + b"\x90" * 510 + zip_file([real]),
        "junk_before_counted": b"MZ" + b"\x90" * 510 + zip_file([real], 512),
        "junk_after": zip_file([real]) + b"\0" * 70_000,
        "wrong_comment_length": zip_file([real], comment=b"x" * 40)[:-30],
        "local_name_harmless": zip_file([as_text]),
        "central_name_harmless": zip_file([replace(real, name=b"notes.txt", local_name=real.name)]),
        "same_name_payload_last": zip_file([replace(DECOY, name=real.name), real]),
        "same_name_payload_first": zip_file([real, replace(DECOY, name=real.name)]),
        "absolute_name": zip_file([replace(real, name=b"/" + real.name)]),
        "climbing_name": zip_file([replace(real, name=b"../../" + real.name)]),
        "nul_in_name": zip_file([replace(real, name=real.name + b"\0.txt")]),
        "slash_after_name": zip_file([replace(real, name=real.name + b"/")]),
        "size_zero_local": zip_file([replace(real, claimed_size=0, central_claimed_size=len(real.data))]),
        "size_zero_both": zip_file([replace(real, claimed_size=0)]),
        "size_huge": zip_file([replace(real, claimed_size=0xFFFFFFF0)]),
        "wrong_crc": zip_file([replace(real, claimed_crc=0x12345678)]),
        "zero_crc": zip_file([replace(real, claimed_crc=0)]),
        "encrypted_flag_only": zip_file([replace(real, flags=1)]),
        "data_descriptor": descriptor_zip(real),
        "zero_count": zip_file([real]).replace(b"PK\5\6\0\0\0\0\1\0\1\0", b"PK\5\6\0\0\0\0\0\0\0\0"),
    }
    for variant, data in files.items():
        yield zip_case(
            "zip_" + variant, combo, data, "Zip readers that trust different records see different members."
        )


def method_tricks(combo: Combo) -> Iterator[Case]:
    """False method fields."""
    payload = combo.payload
    real = Member(payload.filename, payload.data)
    packed = deflate(payload.data)
    lies = {
        "stored_both": (STORED, STORED),
        "stored_local": (STORED, DEFLATED),
        "stored_central": (DEFLATED, STORED),
        "unknown_both": (97, 97),
        "aes_both": (99, 99),
        "bzip2_both": (12, 12),
        "lzma_central": (DEFLATED, 14),
    }
    for variant, (local, central) in lies.items():
        member = replace(real, packed=packed, local_method=local, central_method=central)
        yield zip_case(
            "method_" + variant,
            combo,
            zip_file([member]),
            "The member is deflated, the method field says something else.",
            "APPNOTE 4.4.5",
        )
    stored = replace(real, method=STORED)
    for variant, (local, central) in {
        "deflated_but_stored": (DEFLATED, DEFLATED),
        "deflated_local_but_stored": (DEFLATED, STORED),
    }.items():
        member = replace(stored, local_method=local, central_method=central)
        yield zip_case(
            "method_" + variant,
            combo,
            zip_file([member]),
            "The member is stored, the method field says deflated.",
            "APPNOTE 4.4.5",
        )


def locked(combo: Combo) -> Iterator[Case]:
    """Encrypted zips with the password where a person finds it."""
    payload = combo.payload
    data = zip_file([Member(payload.filename, payload.data, password=PASSWORD)])
    places = {
        "in_text": (b"The password is " + PASSWORD + b" as always.\r\n", b"documents.zip"),
        "in_text_own_line": (b"Password:\r\n\r\n    " + PASSWORD + b"\r\n", b"documents.zip"),
        "in_text_quoted": (b'Use the code "' + PASSWORD + b'".\r\n', b"documents.zip"),
        "in_text_spaced": (
            b"Password (without blanks): " + b" ".join(bytes([c]) for c in PASSWORD) + b"\r\n",
            b"documents.zip",
        ),
        "in_filename": (b"The password is the name of the file.\r\n", PASSWORD + b".zip"),
        "other_language": (b"Das Kennwort lautet " + PASSWORD + b".\r\n", b"documents.zip"),
    }
    note = "The zip is encrypted and the mail tells the password."
    for variant, (text, name) in places.items():
        yield case(
            "J",
            "locked_password_" + variant,
            combo,
            file_mail(combo, b"application/zip", name, data, text),
            "APPNOTE 6.1",
            note,
        )
    subject = file_mail(combo, b"application/zip", b"documents.zip", data).replace(
        b"Documents for your records", b"Documents, code " + PASSWORD, 1
    )
    yield case("J", "locked_password_in_subject", combo, subject, "APPNOTE 6.1", note)
    page = entity(
        [field(TYPE, b"text/html; charset=us-ascii"), field(CTE, b"base64")],
        encode(b"<p>Password: <b>may</b>-<span>2026</span></p>\r\n", BASE64),
    )
    part = entity(
        [field(TYPE, b'application/zip; name="documents.zip"'), field(CTE, b"base64")], encode(data, BASE64)
    )
    yield case(
        "J",
        "locked_password_in_html",
        combo,
        mail([field(TYPE, multipart_type())], multipart_body([page, part])),
        "APPNOTE 6.1",
        note,
    )
    inner = zip_file([Member(b"inner.zip", data), Member(b"password.txt", PASSWORD + CRLF)])
    yield zip_case(
        "locked_password_in_outer_zip",
        combo,
        inner,
        "The zip is encrypted and the password lies beside it in an outer zip.",
    )


def limits(combo: Combo, large: bool) -> Iterator[Case]:
    """Depth, member count and padding beyond the limits of readers."""
    payload = combo.payload
    real = Member(payload.filename, payload.data)
    for depth in (5, 18, 40, 100):
        yield zip_case(
            f"depth_{depth}",
            combo,
            nested_zip(real.name, real.data, depth),
            f"The payload is {depth} zips deep.",
        )
    packed = payload.data
    for _ in range(20):
        packed = gzipped(packed)
    yield case(
        "J",
        "gzip_depth_20",
        combo,
        file_mail(combo, b"application/gzip", b"documents.gz", packed),
        "RFC 1952",
        "The payload is 20 gzips deep.",
    )
    for name, count in ((b"", 10_001), (b"a.txt", 10_050)):
        label = "unnamed" if not name else "same_name"
        yield zip_case(
            f"members_{count}_{label}",
            combo,
            many_members(count, real, name),
            f"{count} empty members come before the payload.",
        )
    sizes = {"101m": 101 * MEBIBYTE} | ({"420m": 420 * MEBIBYTE} if large else {})
    for label, size in sizes.items():
        blanks = padded_member(b"blank.txt", b"", size, b"")
        yield zip_case(
            f"padding_{label}_other_member",
            combo,
            zip_file([blanks, real]),
            "A huge member of blanks comes before the payload.",
        )
        after = padded_member(real.name, payload.data, size, b"")
        yield zip_case(
            f"padding_{label}_after",
            combo,
            zip_file([after]),
            "The payload is followed by a huge run of blanks.",
        )
        before = padded_member(real.name, b"", size, payload.data)
        yield zip_case(
            f"padding_{label}_before",
            combo,
            zip_file([before]),
            "The payload is preceded by a huge run of blanks.",
        )


def tar_file(payload: Payload) -> bytes:
    """A tar with fixed times and owners."""
    store = io.BytesIO()
    with tarfile.open(fileobj=store, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        entry = tarfile.TarInfo(payload.filename.decode())
        entry.size = len(payload.data)
        archive.addfile(entry, io.BytesIO(payload.data))
    return store.getvalue()


def images_and_shortcuts(combo: Combo) -> Iterator[Case]:
    """Disk images, shortcuts, OneNote, and other archives."""
    name, data = combo.payload.filename, combo.payload.data
    iso = iso_image(name, data)
    files: dict[str, tuple[bytes, bytes, bytes]] = {
        "iso": (b"application/x-iso9660-image", b"documents.iso", iso),
        "img_fat": (b"application/octet-stream", b"documents.img", fat_image(name, data)),
        "img_is_iso": (b"application/octet-stream", b"documents.img", iso),
        "vhd": (b"application/octet-stream", b"documents.vhd", vhd_image(name, data)),
        "iso_in_zip": (b"application/zip", b"documents.zip", zip_file([Member(b"documents.iso", iso)])),
        "lnk": (b"application/x-ms-shortcut", b"notes.lnk", shell_link(name, data)),
        "lnk_in_zip": (
            b"application/zip",
            b"notes.zip",
            zip_file([Member(b"notes.lnk", shell_link(name, data))]),
        ),
        "onenote": (b"application/onenote", b"notes.one", onenote_section(name, data)),
        "tar": (b"application/x-tar", b"documents.tar", tar_file(combo.payload)),
        "tar_gz": (b"application/gzip", b"documents.tar.gz", gzipped(tar_file(combo.payload))),
        "gzip_two_members": (
            b"application/gzip",
            b"documents.gz",
            gzipped(b"") + gzipped(data[:40]) + gzipped(data[40:]),
        ),
    }
    for variant, (kind, file, content) in files.items():
        yield case(
            "J",
            variant,
            combo,
            file_mail(combo, kind, file, content),
            "file format",
            "The payload lies in a disk image, a shortcut, a notebook or an archive.",
        )


def smuggling_script(payload: Payload, form: str) -> bytes:
    """JavaScript that puts the payload together in the browser and saves it."""
    letters = base64.b64encode(payload.data).decode()
    pieces = [letters[at : at + 60] for at in range(0, len(letters), 60)]
    if form == "whole":
        build = ["var t='';"] + [f"t+='{piece}';" for piece in pieces] + ["var d=atob(t);"]
    elif form == "reversed":
        turned = letters[::-1]
        build = ["var t='';"] + [f"t+='{turned[at:at + 60]}';" for at in range(0, len(turned), 60)]
        build.append("var d=atob(t.split('').reverse().join(''));")
    elif form == "numbers":
        numbers = [str(byte ^ 23) for byte in payload.data]
        rows = [",".join(numbers[at : at + 20]) for at in range(0, len(numbers), 20)]
        build = (
            ["var n=["]
            + [row + "," for row in rows]
            + ["];", "var d='';", "for(var i=0;i<n.length;i++)d+=String.fromCharCode(n[i]^23);"]
        )
    else:
        build = [
            "var d=unescape('"
            + "'\r\n+'".join(
                "".join(f"%{byte:02x}" for byte in payload.data[at : at + 20])
                for at in range(0, len(payload.data), 20)
            )
            + "');"
        ]
    save = [
        f"var b=new Blob([d],{{type:'{payload.media_type.decode()}'}});",
        "var a=document.createElement('a');",
        f"a.href=URL.createObjectURL(b);a.download='{payload.filename.decode()}';a.click();",
    ]
    return "\r\n".join(build + save).encode("ascii")


def scripts(combo: Combo) -> Iterator[Case]:
    """HTML smuggling and SVG with script; both are text, so in every encoding."""
    payload = combo.payload
    for form in ("whole", "reversed", "numbers", "escaped"):
        script = smuggling_script(payload, form)
        page = (
            b"<!DOCTYPE html>\r\n<html><body><p>Loading...</p><script>\r\n"
            + script
            + b"\r\n</script></body></html>\r\n"
        )
        yield case(
            "J",
            "html_smuggling_" + form,
            combo,
            file_mail(combo, b"text/html", b"view.html", page),
            "HTML 4.12.1",
            "A script in the page builds the payload and saves it.",
        )
    script = smuggling_script(payload, "whole")
    head = b'<?xml version="1.0"?>\r\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">\r\n'
    drawings = {
        "svg_script": head
        + b"<script><![CDATA[\r\n"
        + script.replace(b"createElement(", b"createElementNS('http://www.w3.org/1999/xhtml',")
        + b"\r\n]]></script></svg>\r\n",
        "svg_foreign_frame": head
        + b'<foreignObject width="9" height="9"><iframe xmlns="http://www.w3.org/1999/xhtml" src="data:'
        + payload.media_type
        + b";base64,\r\n"
        + encode(payload.data, BASE64)
        + b'"/></foreignObject></svg>\r\n',
    }
    for variant, drawing in drawings.items():
        yield case(
            "J",
            variant,
            combo,
            file_mail(combo, b"image/svg+xml", b"logo.svg", drawing),
            "SVG 2 15",
            "The drawing holds a script or a frame with the payload.",
        )


def pdf_with_script(payload: Payload) -> bytes:
    """A PDF that opens its embedded file by script."""
    packed = zlib.compress(payload.data, 9)
    stream = b"<< /Type /EmbeddedFile /Filter /FlateDecode /Length %d >>\r\nstream\r\n%s\r\nendstream" % (
        len(packed),
        packed,
    )
    spec = b"<< /Type /Filespec /F (" + payload.filename + b") /EF << /F 7 0 R >> >>"
    script = b'<< /S /JavaScript /JS (this.exportDataObject\\({cName: "doc", nLaunch: 2}\\);) >>'
    return build_pdf(
        b"Statement",
        (stream, spec, script),
        b"/Names << /EmbeddedFiles << /Names [(doc) 8 0 R] >> >> /OpenAction 9 0 R ",
    )


def pdf_with_qr(payload: Payload) -> bytes:
    """A PDF with nothing but a QR code on its page; the code holds the marker."""
    text = payload.marker
    if len(text) < 60:
        text = b"https://login.example.net/?r=" + text
    return build_pdf(b"", drawing=draw_for_pdf(text))


def documents(combo: Combo) -> Iterator[Case]:
    """PDF with script, and polyglots."""
    payload = combo.payload
    archive = zip_file([Member(payload.filename, payload.data)])
    clean = build_pdf(b"Statement for May")
    gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
    jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    files = {
        "pdf_script": (b"application/pdf", b"statement.pdf", pdf_with_script(payload)),
        "pdf_only_qr": (b"application/pdf", b"statement.pdf", pdf_with_qr(payload)),
        "poly_pdf_then_zip": (
            b"application/pdf",
            b"statement.pdf",
            clean + zip_file([Member(payload.filename, payload.data)], len(clean)),
        ),
        "poly_pdf_then_zip_as_zip": (b"application/zip", b"statement.zip", clean + archive),
        "poly_gif_then_zip": (b"image/gif", b"logo.gif", gif + archive),
        "poly_gif_then_payload": (b"image/gif", b"logo.gif", gif + payload.data),
        "poly_gif_head_then_payload": (b"text/html", b"logo.html", b"GIF89a/*" + payload.data + b"*/"),
        "poly_jpeg_then_payload": (b"image/jpeg", b"photo.jpg", jpeg + payload.data),
        "poly_exe_then_zip": (b"application/zip", b"setup.zip", b"MZ".ljust(512, b"\0") + archive),
        "poly_late_pdf_head": (
            b"application/pdf",
            b"statement.pdf",
            b"%" + b"x" * 1000 + CRLF + payload.data,
        ),
        "poly_html_in_pdf_comment": (b"text/html", b"view.html", b"%PDF-1.4\r\n%" + payload.data),
        "poly_zip_comment": (b"application/zip", b"documents.zip", zip_file([DECOY], comment=payload.data)),
        "poly_payload_then_zip": (payload.media_type, payload.filename, payload.data + zip_file([DECOY])),
    }
    for variant, (kind, name, data) in files.items():
        yield case(
            "J",
            variant,
            combo,
            file_mail(combo, kind, name, data),
            "file format",
            "The file is valid in two formats, or carries the payload in an active document.",
        )


def cases(large: bool = False) -> Iterator[Case]:
    """All cases of family J."""
    for combo in combos((BASE64,)):
        for producer in (directory_tricks, method_tricks, locked, images_and_shortcuts, documents):
            yield from producer(combo)
        yield from limits(combo, large)
    for combo in combos(ALL_ENCODINGS):
        yield from scripts(combo)
