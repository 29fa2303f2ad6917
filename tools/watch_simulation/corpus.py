"""The corpora: templates of newsletters, real phishing mail that left through sending services, and streams of real senders.

Hostile mail is never parsed here: its header is exchanged line by line and its body stays the bytes that it is.
"""
import csv
import hashlib
import re
from dataclasses import dataclass, field

PAGES = ("mailchimp-blueprints", "sendwithus-templates", "postmark-templates", "cerberus", "konsav", "leemunroe", "charlesmudy",
         "mailgun-templates", "sendgrid-templates", "antwort")
TRANSACTIONS = ("postmark-templates", "mailgun-templates", "receipt", "welcome", "confirm", "progress", "ping")
PAGE_BYTES_MIN, PAGE_BYTES_MAX = 2_000, 60_000
# Mailboxes and notices of a service: no mailing of a customer.
NOT_SENDING_SERVICES = {"office365", "gmail", "github-notif", "zoho", "firebase-google"}
BODY_BYTES_MAX = 300_000
# A link or picture of a template; who uses the template puts its own there.
FOREIGN_LINK = re.compile(r"""https?://(?!www\.w3\.org)[^\s"'<>()\\]*|https?:(?=["'])""")
TEMPLATE_LINK = "https://template-link/"
BODY_FIELDS = re.compile(rb"^(content-type|content-transfer-encoding|mime-version|content-disposition)[ \t]*:", re.IGNORECASE)


@dataclass
class Phish:
    """A hostile mail: its body with the fields that say how to read it."""
    name: str
    group: str
    subject: str
    commercial: bool
    head: bytes
    body: bytes
    hosts: list = field(default_factory=list)


@dataclass
class Stream:
    """One real sender: when they wrote, and what."""
    name: str
    epochs: list
    subjects: list
    texts: list


def side_of(name):
    """Which half a template or a group of phish belongs to."""
    digest = hashlib.sha256(("watch-simulation:" + name).encode()).digest()
    return "development" if digest[0] % 2 == 0 else "held-out"


def rows_of(folder):
    """The rows of a corpus's labels."""
    with open(folder / "labels.tsv", encoding="utf-8", errors="replace", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def load_pages(folder, split):
    """[(name, HTML)] of the pages on one side, and of those the transactional ones."""
    pages, transactions = [], []
    for row in sorted(rows_of(folder), key=lambda row: row["file"]):
        name = row["file"]
        if not name.endswith(".html") or name.split("/")[0] not in PAGES or side_of(name) != split:
            continue
        html = (folder / name).read_text(encoding="utf-8", errors="replace")
        if not PAGE_BYTES_MIN <= len(html) <= PAGE_BYTES_MAX or html.count("<td") < 4:
            continue
        html = FOREIGN_LINK.sub(TEMPLATE_LINK, html)
        is_transaction = any(word in name for word in TRANSACTIONS)
        (transactions if is_transaction else pages).append((name, html))
    return pages, transactions


def _cut(raw):
    """(fields that describe the body, body) of a raw mail."""
    raw = raw.replace(b"\r\n", b"\n")
    head, _, body = raw.partition(b"\n\n")
    kept, keep = [], False
    for line in head.split(b"\n"):
        if not line.startswith((b" ", b"\t")):
            keep = BODY_FIELDS.match(line) is not None
        if keep:
            kept.append(line)
    return b"\n".join(kept), body


def load_phish(folder, split):
    """Phish of one side, one for each group: first those that left through commercial sending services."""
    found, groups = [], set()
    for row in rows_of(folder):
        group = row["group"] or row["file"]
        if not row["esp"] or side_of(group) != split:
            continue
        commercial = any(service not in NOT_SENDING_SERVICES for service in row["esp"].split(","))
        raw = (folder / row["file"]).read_bytes()
        if len(raw) > BODY_BYTES_MAX:
            continue
        found.append((not commercial, row["file"], group, row["subject"].replace("phishing@pot", "reader"), raw))
    result = []
    for foreign, name, group, subject, raw in sorted(found):
        if group in groups:
            continue
        groups.add(group)
        head, body = _cut(raw)
        result.append(Phish(name, group, subject, not foreign, head, body))
    return result


def _own_words(raw):
    """The lines that a sender of a stream wrote: no header, no quotation, no footer, no patch."""
    head, _, body = raw.replace("\r\n", "\n").partition("\n\n")
    if re.search(r"^content-type:[ \t]*multipart", head, re.IGNORECASE | re.MULTILINE) or "base64" in head.lower():
        return ""
    lines = []
    for line in body.split("\n"):
        if line.startswith(("-- ", "__________", "diff ", "---", "From ")):
            break
        if line.startswith((">", "|", "+", "@@")) or "@" in line or "://" in line or line.rstrip().endswith(("wrote:",
                                                                                                             "writes:")):
            continue
        lines.append(line.rstrip()[:200])
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _stream_of(folder, rows):
    texts = []
    for row in rows:
        if row.get("file") and len(texts) < 60:
            path = folder / row["file"]
            if not path.is_file():
                path = folder / row["list"] / row["file"]
            text = _own_words(path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else ""
            if len(text.split()) >= 8:
                texts.append(text[:3000])
    return Stream(rows[0]["from_addr"], sorted(int(row["epoch"]) for row in rows), 
                  [re.sub(r"\[[^\]]*\]\s*", "", row["subject"]) for row in rows], texts)


def load_streams(folder, split, messages_min=40, senders_max=80):
    """Senders of the streams on one side who wrote enough, with what they wrote."""
    streams = []
    for table in sorted(folder.glob("*.tsv")):
        senders = {}
        with open(table, encoding="utf-8", errors="replace", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row.get("from_addr") and row["epoch"].isdigit():
                    row["list"] = table.stem
                    senders.setdefault(row["from_addr"], []).append(row)
        for sender in sorted(senders):
            if len(senders[sender]) >= messages_min and side_of(sender) == split and any(row.get("file")
                                                                                         for row in senders[sender]):
                stream = _stream_of(folder, senders[sender])
                if len(stream.texts) >= 5:
                    streams.append(stream)
    return streams[:senders_max]
