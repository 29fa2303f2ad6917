#!/usr/bin/python3
"""Makes the reports in this folder: tests/golden/reports/make_reports.py

One mail, reported in every shape that people and providers send. All of it is made up; hosts and addresses are reserved ones.
"""
import base64
import io
import json
import sys
import zipfile
from pathlib import Path

import outlook_files as outlook

FOLDER = Path(__file__).resolve().parent
WHEN = 1772539200       # 2026-03-03 12:00:00 UTC


def crlf(text):
    return text.replace("\n", "\r\n").encode()


HEADER = """Return-Path: <bounce@mailer.example>
Received: from mail.mailer.example (mail.mailer.example [203.0.113.77])
\tby mx.company.example with ESMTPS id 4711; Tue, 03 Mar 2026 11:59:58 +0000
DKIM-Signature: v=1; a=rsa-sha256; d=mailer.example; s=k; bh=AAAA; b=BBBB
From: "Parcel Service" <notice@mailer.example>
To: Anna Muster <anna@company.example>
Subject: =?utf-8?Q?Your_parcel_waits_=E2=80=93_act_now?=
Date: Tue, 03 Mar 2026 11:59:50 +0000
Message-ID: <phish.4711@mailer.example>
"""
TEXT = "Your parcel waits. Pay the fee within 24 hours:\nhttps://parcel-fee.example/pay?id=4711\n"
PAGE = ("<html><body><p>Your parcel waits.</p><p><a href=\"https://parcel-fee.example/pay?id=4711\">Pay the fee</a></p>"
        "</body></html>")
PHISH = crlf(HEADER + f"""MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

{PAGE}
""")
OTHER = PHISH.replace(b"phish.4711@", b"phish.4712@").replace(b"notice@mailer", b"billing@mailer")


def report(parts, subject="Fwd: strange mail", extra="", kind="multipart/mixed", boundary="=_outer"):
    """A mail to the report address with these parts: (header lines, body bytes)."""
    head = f"""From: Anna Muster <anna@company.example>
To: report@esp.example
Subject: {subject}
Date: Tue, 03 Mar 2026 12:05:00 +0000
Message-ID: <report.1@company.example>
MIME-Version: 1.0
{extra}Content-Type: {kind}; boundary="{boundary}"

"""
    body = b""
    for lines, content in parts:
        body += crlf(f"--{boundary}\n{lines}\n\n") + content + b"\r\n"
    return crlf(head) + body + crlf(f"--{boundary}--\n")


def text_part(text="Is this real? I did not click.\n"):
    return "Content-Type: text/plain; charset=utf-8", crlf(text)


def message_part(message=PHISH):
    return "Content-Type: message/rfc822\nContent-Disposition: attachment", message


def file_part(name, content, kind="application/octet-stream"):
    lines = base64.b64encode(content).decode()
    folded = "\n".join(lines[at:at + 76] for at in range(0, len(lines), 76))
    return (f"Content-Type: {kind}; name=\"{name}\"\nContent-Transfer-Encoding: base64\n"
            f"Content-Disposition: attachment; filename=\"{name}\"", crlf(folded))


def plain(text, subject="Fwd: Your parcel waits", extra=""):
    return crlf(f"""From: Anna Muster <anna@company.example>
To: report@esp.example
Subject: {subject}
Date: Tue, 03 Mar 2026 12:05:00 +0000
Message-ID: <report.2@company.example>
MIME-Version: 1.0
{extra or "Content-Type: text/plain; charset=utf-8"}
Content-Transfer-Encoding: 8bit

{text}""")


def packed(*members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 3, 12, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


# ---- Outlook

RECIPIENT = {(outlook.RECIPIENT_TYPE, outlook.INTEGER): 1, (outlook.DISPLAY_NAME, outlook.UNICODE): "Anna Müster",
             (outlook.SMTP, outlook.UNICODE): "anna@company.example",
             (outlook.ADDRESS, outlook.UNICODE): "/O=COMPANY/CN=RECIPIENTS/CN=ANNA"}
RECEIVED = outlook.Message(
    {(outlook.SUBJECT, outlook.UNICODE): "Your parcel waits – act now",
     (outlook.HEADERS, outlook.UNICODE): "Microsoft Mail Internet Headers Version 2.0\r\n" + HEADER.replace("\n", "\r\n")
     + "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n",
     (outlook.MESSAGE_ID, outlook.UNICODE): "<phish.4711@mailer.example>",
     (outlook.BODY, outlook.UNICODE): TEXT, (outlook.HTML, outlook.BINARY): PAGE.encode(),
     (outlook.INTERNET_CODEPAGE, outlook.INTEGER): 65001, (outlook.SUBMITTED, outlook.TIME): outlook.file_time(WHEN)},
    [RECIPIENT],
    [{(outlook.METHOD, outlook.INTEGER): 1, (outlook.LONG_NAME, outlook.UNICODE): "Größe.pdf",
      (outlook.DATA, outlook.BINARY): b"%PDF-1.4 not really\n" * 300}])
ENCAPSULATED = (b"{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl{\\f0\\fswiss Arial;}}"
                b"{\\*\\htmltag64 <p>}\\htmlrtf \\par\\htmlrtf0 Gr\\'fc\\'dfe f\\u252 ?r dich{\\*\\htmltag72 </p>}"
                b"{\\*\\mhtmltag84 <a href=\"rewritten\">}{\\*\\htmltag84 <a href=\"https://parcel-fee.example/pay\">}"
                b"here{\\*\\htmltag92 </a>}}")
SENT = outlook.Message(
    {(outlook.SUBJECT, outlook.STRING8): "Rückfrage\r\nBcc: injected@evil.example",
     (outlook.SENDER_NAME, outlook.STRING8): "Jörg \"Boss\"", (outlook.SENDER_TYPE, outlook.STRING8): "EX",
     (outlook.SENDER, outlook.STRING8): "/O=COMPANY/CN=JOERG", (outlook.SENDER_SMTP, outlook.STRING8): "joerg@company.example",
     (outlook.MESSAGE_CODEPAGE, outlook.INTEGER): 1252, (outlook.RTF, outlook.BINARY): outlook.compressed_rtf(ENCAPSULATED),
     (outlook.SUBMITTED, outlook.TIME): outlook.file_time(WHEN)},
    [RECIPIENT], [RECEIVED])
EML_FILE = {(outlook.METHOD, outlook.INTEGER): 1, (outlook.LONG_NAME, outlook.UNICODE): "strange.eml",
            (outlook.DATA, outlook.BINARY): PHISH}


def winmail(*attachments, body="Is this real?\r\n"):
    return outlook.tnef_file(outlook.Message({(outlook.SUBJECT, outlook.UNICODE): "WG: strange",
                                              (outlook.BODY, outlook.UNICODE): body}, [RECIPIENT], attachments))


# ---- providers

FEEDBACK = """Feedback-Type: abuse
User-Agent: SomeLoop/1.0
Version: 1
Original-Mail-From: <bounce@mailer.example>
Original-Rcpt-To: <anna@company.example>
Arrival-Date: Tue, 03 Mar 2026 11:59:58 +0000
Source-IP: 203.0.113.77
Reported-Domain: mailer.example
Reported-URI: https://parcel-fee.example/pay?id=4711
Incidents: 3
"""


def arf(feedback, returned):
    parts = [text_part("This is an email abuse report.\n")]
    if feedback:
        parts.append(("Content-Type: message/feedback-report", crlf(feedback)))
    mail = report([*parts, returned], subject="FW: abuse report", kind="multipart/report; report-type=feedback-report")
    return mail.replace(b"Anna Muster <anna@company.example>", b"<fbl@provider.example>", 1)


HEADERS_ONLY = "Content-Type: text/rfc822-headers", crlf(HEADER)
REDACTED = PHISH.replace(b"Anna Muster <anna@company.example>", b"[redacted]")
XARF_FIELDS = """---
Reported-From: abuse@reporter.example
Category: abuse
Report-Type: spam
Service: smtp
Version: 0.2
User-Agent: SomeReporter/2
Date: Tue, 03 Mar 2026 12:00:00 +0000
Source-Type: ip-address
Source: 203.0.113.77
Attachment: message/rfc822
"""
XARF_3 = {"Version": "3", "ReporterInfo": {"ReporterOrg": "Reporter", "ReporterOrgEmail": "abuse@reporter.example"},
          "Report": {"ReportClass": "Activity", "ReportType": "Spam", "Date": "2026-03-03T12:00:00Z", "SourceIp": "203.0.113.77",
                     "SmtpMailFromAddress": "bounce@mailer.example", "SmtpRcptToAddress": "anna@company.example",
                     "Samples": [{"ContentType": "message/rfc822", "Base64Encoded": True, "Description": "the mail",
                                  "Payload": base64.b64encode(PHISH).decode()}]}}
XARF_4 = {"xarf_version": "4.0.0", "report_id": "2d3a4f1e-0000-4000-8000-000000004711", "timestamp": "2026-03-03T12:00:00Z",
          "reporter": {"org": "Reporter", "contact": "abuse@reporter.example", "domain": "reporter.example"},
          "source_identifier": "203.0.113.77", "category": "messaging", "type": "spam", "smtp_from": "bounce@mailer.example",
          "evidence": [{"content_type": "message/rfc822", "payload": base64.b64encode(PHISH).decode()}]}


def xarf(*parts):
    return report([text_part("An abuse report is attached.\n"), *parts], subject="abuse report", extra="X-XARF: PLAIN\n")


# ---- forwards as text

GMAIL = """Please look at this.

---------- Forwarded message ---------
From: Parcel Service <notice@mailer.example>
Date: Tue, Mar 3, 2026 at 12:59 PM
Subject: Your parcel waits
To: Anna Muster <anna@company.example>


""" + TEXT
APPLE = """Hi

Begin forwarded message:

> From: Parcel Service <notice@mailer.example>
> Subject: Your parcel waits
> Date: 3 March 2026 at 12:59:50 CET
> To: anna@company.example
>
> Your parcel waits. Pay the fee:
> https://parcel-fee.example/pay?id=4711
"""
THUNDERBIRD = """


-------- Weitergeleitete Nachricht --------
Betreff: \tIhr Paket wartet
Datum: \tTue, 3 Mar 2026 12:59:50 +0100
Von: \tPaketdienst <notice@mailer.example>
An: \tanna@company.example



""" + TEXT
OUTLOOK_PAGE = """<html><body><div><p>Ist das echt?</p><div style="border-top:solid #E1E1E1 1.0pt">
<p><b>Von:</b> Paketdienst &lt;notice@mailer.example&gt; <br><b>Gesendet:</b> Dienstag, 3. März 2026 12:59<br>
<b>An:</b> Anna Muster &lt;anna@company.example&gt;<br><b>Betreff:</b> Ihr Paket wartet</p></div>
<p>Ihr Paket wartet.</p><p><a href="https://parcel-fee.example/pay?id=4711">Jetzt zahlen</a></p></div></body></html>
"""
JAPANESE = """確認してください。

差出人: 配送 <notice@mailer.example>
送信日時: 2026年3月3日 12:59
宛先: anna@company.example
件名： 荷物が届いています

https://parcel-fee.example/pay?id=4711
"""
TWICE = """See below.

---------- Forwarded message ---------
From: Bert <bert@company.example>
Date: Tue, Mar 3, 2026 at 1:10 PM
Subject: Fwd: Your parcel waits
To: Anna Muster <anna@company.example>

Do you know this?

---------- Forwarded message ---------
From: Parcel Service <notice@mailer.example>
Date: Tue, Mar 3, 2026 at 12:59 PM
Subject: Your parcel waits
To: Bert <bert@company.example>

""" + TEXT
COLLEAGUE = report([text_part("Is this for you?\n"), message_part()], subject="Fwd: parcel",
                   boundary="=_colleague").replace(
    b"report.1@", b"colleague.1@").replace(b"report@esp.example", b"anna@company.example")

# Files that are attached packed: to be changed before they are packed.
PACKED = {
    "eml_file.eml": ("Your parcel.eml", PHISH),
    "eml_in_zip.eml": ("mails.zip", packed(("a/one.eml", PHISH), ("two.EML", OTHER), ("note.txt", b"no mail"))),
    "outlook_msg.eml": ("strange.msg", outlook.msg_file(RECEIVED)),
    "outlook_msg_nested.eml": ("sent.msg", outlook.msg_file(SENT)),
    "tnef_message.eml": ("winmail.dat", winmail(RECEIVED)),
    "tnef_eml_file.eml": ("winmail.dat", winmail(EML_FILE)),
    "tnef_inline.eml": ("winmail.dat", winmail(body=GMAIL.replace("\n", "\r\n"))),
    "xarf_3.eml": ("xarf.json", json.dumps(XARF_3).encode()),
    "xarf_4.eml": ("xarf.json", json.dumps(XARF_4).encode()),
}


def packed_report(name, content=None):
    """The report of that name, with other content of its file."""
    file_name, known = PACKED[name]
    part = file_part(file_name, known if content is None else content)
    return xarf(part) if name.startswith("xarf") else report([text_part(), part])


REPORTS = {
    **{name: packed_report(name) for name in PACKED},
    "attached_message.eml": report([text_part(), message_part()], subject="3|Phishing: strange mail"),
    "attached_several.eml": report([text_part(), message_part(), message_part(OTHER), message_part()]),
    "attached_forward.eml": report([text_part(), message_part(COLLEAGUE)]),
    "inline_gmail.eml": plain(GMAIL),
    "inline_apple.eml": plain(APPLE),
    "inline_thunderbird.eml": plain(THUNDERBIRD),
    "inline_outlook.eml": plain(OUTLOOK_PAGE, extra="Content-Type: text/html; charset=utf-8"),
    "inline_japanese.eml": plain(JAPANESE),
    "inline_twice.eml": plain(TWICE, subject="Fwd: Fwd: Your parcel waits"),
    "arf_full.eml": arf(FEEDBACK, message_part()),
    "arf_headers.eml": arf("Feedback-Type: fraud\nUser-Agent: SomeLoop/1.0\nVersion: 1\n", HEADERS_ONLY),
    "arf_redacted.eml": arf(FEEDBACK.replace("<anna@company.example>", "redacted"), message_part(REDACTED)),
    "arf_nothing_sent.eml": arf(FEEDBACK, ("Content-Type: text/plain", b"The message cannot be shown.\r\n")),
    "arf_no_report.eml": arf("", message_part()),
    "complaint_attached.eml": report([text_part(""), message_part(b"X-HmXmrOriginalRecipient: <anna@company.example>\r\n"
                                                                   + PHISH)]),
    "xarf_fields.eml": xarf(("Content-Type: text/plain; charset=utf-8; name=\"report.txt\"", crlf(XARF_FIELDS)), message_part()),
    "nothing.eml": plain("The printer is out of paper.\n", subject="printer"),
    "submitted.msg": outlook.msg_file(RECEIVED),
    "submitted.dat": winmail(EML_FILE),
    "submitted.raw": PHISH,
}


def main():
    for name, content in REPORTS.items():
        (FOLDER / name).write_bytes(content)
    print(f"{len(REPORTS)} reports in {FOLDER}")


if __name__ == "__main__":
    sys.exit(main())
