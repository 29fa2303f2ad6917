"""Family H: other encodings and wrappers."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from mails import (
    CTE,
    DISPOSITION,
    TYPE,
    Case,
    attachment,
    attachment_fields,
    case,
    entity,
    field,
    mail,
    mixed_mail,
    multipart_body,
    multipart_type,
)
from payloads import ALL_ENCODINGS, BASE64, CRLF, PLAIN, Combo, combos, encode, to_base64
from wrappers import binhex, gzipped, rtf_object, tnef, uuencode, yenc_part, yenc_single

UU_RFC = "RFC 2045 6.1 (x-token); POSIX uuencode"
YENC_RFC = "RFC 2045 6.1 (x-token); yEnc 1.3"


def uu_forms(combo: Combo) -> dict[str, bytes]:
    """The spellings of a uuencoded file: with or without name, begin and end."""
    data, name = combo.payload.data, combo.payload.filename
    lines = uuencode(data)
    begin = b"begin 644 " + name + CRLF
    return {
        "named": begin + lines + b"end\r\n",
        "unnamed": b"begin 644 \r\n" + lines + b"end\r\n",
        "no_mode": b"begin " + name + CRLF + lines + b"end\r\n",
        "no_begin": lines + b"end\r\n",
        "no_end": begin + lines,
        "no_begin_no_end": lines,
        "backticks": begin + uuencode(data, backtick=True) + b"end\r\n",
        "junk_before": b"Here it is.\r\n\r\n" + begin + lines + b"end\r\n",
        "base64_begin": b"begin-base64 644 " + name + CRLF + to_base64(data) + b"====\r\n",
        "upper_begin": b"BEGIN 644 " + name + CRLF + lines + b"END\r\n",
        "trailing_blanks_cut": begin + CRLF.join(line.rstrip() for line in lines.split(CRLF)) + b"end\r\n",
    }


def uuencoded() -> Iterator[Case]:
    """Uuencode, declared by a transfer encoding or lying in a text."""
    for combo in combos((PLAIN,)):
        for form, body in uu_forms(combo).items():
            for token in (b"x-uuencode", b"uuencode"):
                part = attachment(combo, body, cte_field=field(CTE, token))
                name = token.decode().replace("-", "_")
                yield case(
                    "H",
                    f"{name}_{form}",
                    combo,
                    mixed_mail(part),
                    UU_RFC,
                    "The part is uuencoded and its transfer encoding says so.",
                )
            text = [field(TYPE, b"text/plain; charset=us-ascii"), field(CTE, b"7bit")]
            yield case(
                "H",
                "uu_in_text_" + form,
                combo,
                mail(text, b"Hello,\r\n\r\n" + body),
                UU_RFC,
                "A uuencoded file lies in a text mail, as before MIME.",
            )
        for token in (b"x-uue", b"uue", b"x-uu"):
            part = attachment(combo, uu_forms(combo)["named"], cte_field=field(CTE, token))
            yield case(
                "H",
                "token_" + token.decode().replace("-", "_"),
                combo,
                mixed_mail(part),
                UU_RFC,
                "The part is uuencoded under a rarer token.",
            )
    for combo in combos():
        # The outer encoding is an honest one; beneath it lies the uuencoded text.
        text = [field(TYPE, b"text/plain; charset=us-ascii"), field(CTE, combo.token)]
        body = encode(b"Hello,\r\n\r\n" + uu_forms(combo)["named"], combo.encoding)
        yield case(
            "H",
            "uu_in_encoded_text",
            combo,
            mail(text, body),
            UU_RFC,
            "A uuencoded file lies in a text that is itself encoded.",
        )
        no_mime = mail([], uu_forms(combo)["named"]).replace(b"MIME-Version: 1.0\r\n", b"")
        if combo.encoding == PLAIN:
            yield case("H", "uu_without_mime", combo, no_mime, UU_RFC, "The mail has no MIME fields at all.")


def yencoded() -> Iterator[Case]:
    """YEnc, in one part and in several."""
    for combo in combos((PLAIN,)):
        data, name = combo.payload.data, combo.payload.filename
        single = yenc_single(name, data)
        for token in (b"x-yenc", b"yenc"):
            part = attachment(combo, single, cte_field=field(CTE, token))
            yield case(
                "H",
                token.decode().replace("-", "_") + "_single",
                combo,
                mixed_mail(part),
                YENC_RFC,
                "The part is yEnc and its transfer encoding says so.",
            )
        text = [field(TYPE, b"text/plain; charset=iso-8859-1"), field(CTE, b"8bit")]
        yield case(
            "H",
            "yenc_in_text",
            combo,
            mail(text, b"Hello,\r\n\r\n" + single),
            YENC_RFC,
            "A yEnc file lies in an 8bit text.",
        )
        cut = data.index(combo.payload.marker) + len(combo.payload.marker) // 2
        pieces = [yenc_part(name, data[:cut], 1, 2, 0, data), yenc_part(name, data[cut:], 2, 2, cut, data)]
        for variant, order in (("two_parts", pieces), ("two_parts_reversed", pieces[::-1])):
            parts = [
                entity([field(TYPE, b"text/plain; charset=iso-8859-1"), field(CTE, b"8bit")], piece)
                for piece in order
            ]
            yield case(
                "H",
                "yenc_" + variant,
                combo,
                mail([field(TYPE, multipart_type())], multipart_body(parts)),
                YENC_RFC,
                "A yEnc file in two parts; the marker is cut between them.",
            )
        yield case(
            "H",
            "yenc_two_in_one_text",
            combo,
            mail(text, b"".join(pieces)),
            YENC_RFC,
            "Both yEnc parts lie in one text.",
        )
        bad = single.replace(b"=yend size=%d" % len(data), b"=yend size=1")
        yield case(
            "H",
            "yenc_wrong_size",
            combo,
            mail(text, bad),
            YENC_RFC,
            "The closing line of the yEnc file gives a wrong size.",
        )


def binhexed_and_gzipped() -> Iterator[Case]:
    """BinHex 4.0 and x-gzip64."""
    for combo in combos((PLAIN,)):
        data, name = combo.payload.data, combo.payload.filename
        packed = binhex(name, data)
        typed = field(TYPE, b'application/mac-binhex40; name="' + name + b'.hqx"')
        for variant, part in (
            ("binhex_type", attachment(combo, packed, type_field=typed)),
            ("binhex_cte", attachment(combo, packed, cte_field=field(CTE, b"x-binhex"))),
            ("binhex40_cte", attachment(combo, packed, cte_field=field(CTE, b"binhex40"))),
            (
                "binhex_cte_no_banner",
                attachment(combo, packed.partition(CRLF * 2)[2], cte_field=field(CTE, b"x-binhex40")),
            ),
        ):
            yield case("H", variant, combo, mixed_mail(part), "RFC 1741", "The file is in BinHex 4.0.")
        yield case(
            "H",
            "binhex_in_text",
            combo,
            mail([field(TYPE, b"text/plain")], packed),
            "RFC 1741",
            "A BinHex file lies in a text.",
        )
    for combo in combos(ALL_ENCODINGS):
        fields = attachment_fields(combo, type_field=field(TYPE, b'application/mac-binhex40; name="f.hqx"'))
        body = encode(binhex(combo.payload.filename, combo.payload.data), combo.encoding)
        yield case(
            "H",
            "binhex_type_encoded",
            combo,
            mixed_mail(entity(fields, body)),
            "RFC 1741",
            "A BinHex file is encoded once more.",
        )
    for combo in combos((BASE64,)):
        body = to_base64(gzipped(combo.payload.data))
        for token in (b"x-gzip64", b"gzip64", b"x-gzip-base64"):
            part = attachment(combo, body, cte_field=field(CTE, token))
            yield case(
                "H",
                token.decode().replace("-", "_"),
                combo,
                mixed_mail(part),
                "RFC 2045 6.1 (x-token)",
                "The transfer encoding is gzip and then base64.",
            )


def data_links() -> Iterator[Case]:
    """Data URIs in an HTML mail."""
    for combo in combos():
        payload = combo.payload
        letters = base64.b64encode(payload.data)
        percent = b"".join(b"%%%02X" % byte for byte in payload.data)
        kind = payload.media_type
        forms = {
            "base64": b"data:" + kind + b";base64," + letters,
            "percent": b"data:" + kind + b"," + percent,
            "upper_base64": b"DATA:" + kind + b";BASE64," + letters,
            "percent_base64": b"data:"
            + kind
            + b";base64,"
            + letters.replace(b"=", b"%3D").replace(b"+", b"%2B").replace(b"/", b"%2F"),
            "parameters": b"data:" + kind + b";charset=us-ascii;x=y;base64," + letters,
        }
        for variant, link in forms.items():
            # Lines of one mail may not pass 998 letters; a browser drops line ends inside a link.
            page = (
                b'<html><body><a download="'
                + payload.filename
                + b'" href="'
                + CRLF.join(link[at : at + 900] for at in range(0, len(link), 900))
                + b'">Open</a></body></html>\r\n'
            )
            fields = [field(TYPE, b"text/html; charset=us-ascii"), field(CTE, combo.token)]
            yield case(
                "H",
                "data_uri_" + variant,
                combo,
                mail(fields, encode(page, combo.encoding)),
                "RFC 2397",
                "The file is a data link in an HTML mail.",
            )
        frame = (
            b'<html><body><iframe src="data:text/html;base64,\r\n'
            + to_base64(payload.data)
            + b'"></iframe></body></html>\r\n'
        )
        fields = [field(TYPE, b"text/html; charset=us-ascii"), field(CTE, combo.token)]
        yield case(
            "H",
            "data_uri_in_frame",
            combo,
            mail(fields, encode(frame, combo.encoding)),
            "RFC 2397",
            "The file is a data link in a frame.",
        )


def office_wraps() -> Iterator[Case]:
    """TNEF and RTF with an embedded object."""
    for combo in combos():
        name, data = combo.payload.filename, combo.payload.data
        winmail = tnef(name, data)
        if combo.encoding != PLAIN:
            for variant, kind, file in (
                ("tnef", b"application/ms-tnef", b"winmail.dat"),
                ("tnef_old_type", b"application/vnd.ms-tnef", b"winmail.dat"),
                ("tnef_as_octets", b"application/octet-stream", b"notes.bin"),
            ):
                yield case(
                    "H",
                    variant,
                    combo,
                    wrapped_file(combo, kind, file, winmail),
                    "MS-OXTNEF 2.1",
                    "The file is inside a TNEF file.",
                )
        for variant, scattered in (("rtf_object", False), ("rtf_object_scattered", True)):
            text = rtf_object(name, data, scattered)
            yield case(
                "H",
                variant,
                combo,
                wrapped_file(combo, b"application/rtf", b"letter.rtf", text),
                "RTF 1.9.1 objdata",
                "The file is an object in an RTF text.",
            )
        inline = [field(TYPE, b"text/rtf"), field(CTE, combo.token)]
        yield case(
            "H",
            "rtf_body",
            combo,
            mail(inline, encode(rtf_object(name, data), combo.encoding)),
            "RTF 1.9.1 objdata",
            "The mail body is RTF with the file as an object.",
        )


def wrapped_file(combo: Combo, kind: bytes, name: bytes, data: bytes) -> bytes:
    """A mail with another file in the place of the payload."""
    fields = [
        field(TYPE, kind + b'; name="' + name + b'"'),
        field(CTE, combo.token),
        field(DISPOSITION, b'attachment; filename="' + name + b'"'),
    ]
    return mixed_mail(entity(fields, encode(data, combo.encoding)))


def cases() -> Iterator[Case]:
    """All cases of family H."""
    for producer in (uuencoded, yencoded, binhexed_and_gzipped, data_links, office_wraps):
        yield from producer()
