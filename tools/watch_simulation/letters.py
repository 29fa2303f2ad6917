"""Letters: the messages themselves, as bytes that `tocsin scan` reads."""
import base64
import io
import re
import zipfile
from email.header import Header

from . import words
from .corpus import TEMPLATE_LINK
from .world import SHORTENERS, SOCIAL

TAG = re.compile(r"(<!--.*?-->|<(?:style|script|title)\b.*?</(?:style|script|title)\s*>|<[^>]*>)", re.DOTALL | re.IGNORECASE)
PLACEHOLDER = re.compile(r"\*\|.*?\|\*|\{\{.*?\}\}|\{%.*?%\}|\[\[.*?\]\]|<%.*?%>", re.DOTALL)
HREF = re.compile(r"""(\shref\s*=\s*)("[^"]*"|'[^']*')""", re.IGNORECASE)
SOURCE = re.compile(r"""(\s(?:src|background)\s*=\s*)("[^"]*"|'[^']*')""", re.IGNORECASE)
STYLE_URL = re.compile(r"url\([^)]*\)|@import[^;]*;", re.IGNORECASE)
WORDS_MIN = 6       # of a text that is replaced; shorter ones are buttons and labels
BLOCKS = (
    '<h2>{title}</h2><p>{text}</p><p><a href="{link}">{more}</a></p>',
    '<table width="100%" cellpadding="8"><tr><td><h3>{title}</h3>{text}<br>'
    '<a href="{link}" target="_blank">{more}</a></td></tr></table>',
    '<table width="100%"><tr><td width="120"><img src="{image}" width="120" alt="{title}"></td><td>'
    '<strong>{title}</strong><br>{text} '
    '<a href="{link}">{more}</a></td></tr></table>',
    '<div class="post"><a href="{link}"><img src="{image}" alt=""></a><h2>{title}</h2><p>{text}</p></div>',
    '<div><p><b>{title}</b></p><p>{text}</p><p align="right"><a href="{link}" style="color:#345">{more}</a></p><hr></div>',
    '<ul><li><a href="{link}">{title}</a></li></ul><p>{text}</p>',
)


def header(text):
    """A value of a header field, encoded where it must be."""
    return str(Header(text, "utf-8", maxlinelen=900)) if not text.isascii() else text


def envelope(number, style, sender, subject, reply_to, extra=()):
    """The fields of a message that a customer sends."""
    address, name = sender
    lines = [f"From: {header(name)} <{address}>" if name.isascii() and "," not in name else
             f'From: "{name}" <{address}>' if name.isascii() else f"From: {header(name)} <{address}>",
             "To: reader@mailbox.example", f"Subject: {header(subject)}", "Date: Mon, 02 Mar 2026 10:00:00 +0000",
             f"Message-ID: <{number}@{style.domain}>"]
    if reply_to:
        lines.append(f"Reply-To: {reply_to}")
    return "\r\n".join([*lines, *extra]) + "\r\n"


def text_part(text, subtype):
    """Fields and body of one text, in base64 so that no line is too long."""
    body = base64.encodebytes(text.encode()).decode().replace("\n", "\r\n")
    return f"MIME-Version: 1.0\r\nContent-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}"


def with_attachment(text, subtype, name, media_type, content):
    """Fields and body of a text with one file."""
    file = base64.encodebytes(content).decode().replace("\n", "\r\n")
    inner = text_part(text, subtype).replace("MIME-Version: 1.0\r\n", "", 1)
    return ('MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="=_limit"\r\n\r\n'
            f'--=_limit\r\n{inner}\r\n--=_limit\r\nContent-Type: {media_type}; name="{name}"\r\n'
            f'Content-Disposition: attachment; filename="{name}"\r\n'
            f'Content-Transfer-Encoding: base64\r\n\r\n{file}\r\n--=_limit--\r\n')


def small_pdf(title):
    """A page with nothing but a title."""
    title = title.encode("latin-1", "replace").decode("latin-1").replace("(", "").replace(")", "").replace("\\", "")
    stream = f"BT /F1 18 Tf 72 720 Td ({title}) Tj ET"
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
               f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
               "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1", "replace")
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(f"{place:010} 00000 n \n" for place in places)
    return out + f"{table}trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n".encode()


def small_zip(name, text):
    """An archive with one file."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, (2026, 3, 2, 10, 0, 0)), text)
    return memory.getvalue()


class Writer:
    """Writes the letters of one customer in one style; all chance comes from `chance`."""

    def __init__(self, world, customer, style, chance, extra_hosts=()):
        self.world, self.customer, self.style, self.chance = world, customer, style, chance
        self.extra_hosts = list(extra_hosts)

    def host(self):
        """Where a link leads, by the customer's habits."""
        style, chance = self.style, self.chance
        habit, dice = style.link_habit, chance.random()
        if habit == "tracking":
            return f"click.{style.domain}"
        if habit == "shortener" and dice < 0.6:
            return SHORTENERS[len(style.domain) % len(SHORTENERS)]
        if habit == "partners" and dice < 0.4:
            return chance.choice(style.partners) if chance.random() < 0.97 else self.world.sites.any(chance)
        if habit == "curated" and dice < 0.7:
            return self.world.sites.any(chance)
        if habit == "own" and dice < 0.004:
            return self.world.sites.any(chance)
        return chance.choice(style.own_hosts)

    def link(self, host=None):
        """A whole link."""
        host = host or self.host()
        return f"https://{host}/{words.made_up_name(self.chance, 2)}-{self.chance.randrange(10_000)}"

    def _image(self):
        return f"https://{self.style.image_host}/{self.chance.choice(words.SYLLABLES)}{self.chance.randrange(1000)}.png"

    def _block(self):
        chance, customer = self.chance, self.customer
        block = chance.choice((self.style.block, self.style.block,
                               chance.randrange(len(BLOCKS)))) if self.style.loose else self.style.block
        return BLOCKS[block].format(
            title=words.subject_line(chance, customer.language, customer.trade), link=self.link(), image=self._image(),
            text=words.sentences(chance, customer.language, customer.trade, chance.randrange(3, 8)),
            more=words.call_to_action(chance, customer.language))

    def _footer(self):
        style = self.style
        links = [f'<a href="https://www.{style.domain}/leave">{words.word(self.customer.language, "leave")}</a>']
        if style.link_habit in ("social", "partners", "curated"):
            links += [f'<a href="https://{host}/{style.brand.lower()}">{host.split(".")[-2]}</a>'
                      for host in SOCIAL[len(style.brand) % 3:][:2]]
        links += [f'<a href="https://{host}/">{host}</a>' for host in self.extra_hosts]
        return f'<p>{style.brand} | {" | ".join(links)}</p>'

    def _links_of(self, tag):
        """A tag with the customer's own links and pictures."""
        if tag.lower().startswith("<link"):
            return ""
        if tag.startswith("<!--"):
            return STYLE_URL.sub("", tag) if "http" not in tag else "<!---->"
        if tag.lower().startswith(("<style", "<script")):
            return STYLE_URL.sub("", tag)
        if tag.lower().startswith("<a"):
            tag = HREF.sub(lambda match: f'{match[1]}"{self.link()}"', tag)
        tag = re.sub(r"""\sxmlns(:\w+)?\s*=\s*("[^"]*"|'[^']*')""", "", tag)
        return STYLE_URL.sub("none", SOURCE.sub(lambda match: f'{match[1]}"{self._image()}"', tag))

    def page(self):
        """The customer's page with new words."""
        chance, customer = self.chance, self.customer
        style = self.style
        template = chance.choice(style.other_pages) if style.other_pages and chance.random() < 0.12 else style.page
        html = PLACEHOLDER.sub(style.brand, template[1])
        pieces = TAG.split(html)
        longest, at = 0, len(pieces) // 2
        for index, piece in enumerate(pieces):
            if index % 2:
                pieces[index] = self._links_of(piece)
                continue
            count = len(piece.split())
            if count < WORDS_MIN:
                continue
            if count > longest:
                longest, at = count, index
            pieces[index] = words.text_of_words(chance, customer.language, customer.trade, min(count, 120))
        many = chance.randrange(1, 9) if style.loose else max(0, style.articles + chance.choice((-1, 0, 0, 0, 1)))
        pieces[at] += "".join(self._block() for _ in range(many))
        html = re.sub(TEMPLATE_LINK, lambda match: self._image(), "".join(pieces))
        end = html.lower().rfind("</body")
        end = len(html) if end < 0 else end
        return html[:end] + self._footer() + html[end:]

    def plain(self, paragraphs=None):
        """The customer's mail as plain text."""
        chance, customer, style = self.chance, self.customer, self.style
        parts = [words.word(customer.language, "hello") + ","]
        for _ in range(paragraphs or chance.randrange(3, 7)):
            parts.append(words.sentences(chance, customer.language, customer.trade, chance.randrange(2, 6)) + "\n" + self.link())
        parts.append(words.word(customer.language, "bye") + f"\n{style.brand}\nhttps://www.{style.domain}/leave")
        parts += [f"https://{host}/" for host in self.extra_hosts]
        return "\n\n".join(parts)

    def note(self, text=None):
        """A letter from one person to another; a link now and then."""
        chance, customer, style = self.chance, self.customer, self.style
        if text is None:
            text = chance.choice(customer.stream.texts) if customer.stream else \
                words.sentences(chance, customer.language, customer.trade, chance.randrange(3, 12))
        link = f"\n\n{self.link(chance.choice(style.own_hosts))}" if chance.random() < 0.12 else ""
        if chance.random() < customer.outside_links:
            link += f"\n\n{self.link(self.world.sites.any(chance))}"
        return f"{words.word(customer.language, 'hello')},\n\n{text}{link}\n\n--\n{style.brand}, https://www.{style.domain}/"

    def subject(self):
        """A new subject."""
        return words.subject_line(self.chance, self.customer.language, self.customer.trade)


def phish_letter(phish, number, style, sender, reply_to, subject=None):
    """The hostile body, byte for byte, behind the customer's header."""
    head = envelope(number, style, sender, subject or phish.subject or "Information", reply_to)
    body = phish.body.replace(b"phishing@pot", b"reader@mailbox.example")
    return head.encode("utf-8", "replace") + phish.head.replace(b"\n", b"\r\n") + b"\r\n\r\n" + body.replace(b"\n", b"\r\n")
