"""Messages for the demo and the system tests, made here: nothing in them is hostile but the harmless EICAR test string."""
import base64
import io
import zipfile

# In two pieces, so that this file is not itself a hit.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()


def _crlf(text):
    return text.replace("\n", "\r\n").encode()


def plain(sender, recipient, subject, body, number=1):
    """An ordinary text message."""
    return _crlf(f"""From: {sender}
To: {recipient}
Subject: {subject}
Date: Mon, 02 Mar 2026 09:00:00 +0000
Message-ID: <demo-{number}@mail.example.net>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

{body}
""")


def newsletter(sender, recipient):
    """A customer's ordinary mailing: text and HTML, with the fields that bulk mail has."""
    return _crlf(f"""From: Garden Club <{sender}>
To: {recipient}
Subject: March in the garden
Date: Mon, 02 Mar 2026 09:00:05 +0000
Message-ID: <news-3@garden.example.org>
List-Unsubscribe: <https://garden.example.org/u/83hf>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_garden_8f1"

--=_garden_8f1
Content-Type: text/plain; charset=utf-8

Time to sow tomatoes. Read on: https://garden.example.org/march
--=_garden_8f1
Content-Type: text/html; charset=utf-8

<html><body><h1>March in the garden</h1><p>Time to sow tomatoes.
<a href="https://garden.example.org/march">Read on</a></p></body></html>
--=_garden_8f1--
""")


def with_attachment(sender, recipient, subject, name, media_type, data):
    """A message with one base64 attachment."""
    encoded = base64.encodebytes(data).decode()
    return _crlf(f"""From: {sender}
To: {recipient}
Subject: {subject}
Date: Mon, 02 Mar 2026 09:00:10 +0000
Message-ID: <att-1@mail.example.net>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_part_41c"

--=_part_41c
Content-Type: text/plain; charset=utf-8

The photos from the wedding are in the attachment. You will laugh!
--=_part_41c
Content-Type: {media_type}; name="{name}"
Content-Disposition: attachment; filename="{name}"
Content-Transfer-Encoding: base64

{encoded}
--=_part_41c--
""")


def zip_of(name, data):
    """A zip archive with one member."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return packed.getvalue()


def infected(sender, recipient):
    """The attack of the demo: wedding photos that are a (harmless) test virus in a zip."""
    return with_attachment(sender, recipient, "Wedding photos!", "photos.zip", "application/zip",
                           zip_of("IMG_2041.jpg.com", EICAR))


def two_types(sender, recipient):
    """A message with two Content-Type fields that contradict each other: which parts it has depends on who reads it."""
    return _crlf(f"""From: {sender}
To: {recipient}
Subject: Your statement
Message-ID: <odd-1@mail.example.net>
MIME-Version: 1.0
Content-Type: text/plain
Content-Type: multipart/mixed; boundary="=_odd"

--=_odd
Content-Type: text/plain

See the statement below.
--=_odd--
""")
