"""A file of simulated events as it is needed for counting: who sent how much when, what bounced, and whose attack it was."""
import calendar
import collections
import json
import re
import time as clock
from dataclasses import dataclass, field

# Suffixes below which others register; of any other name the last two labels are somebody's domain.
TWO_LABEL_SUFFIXES = ("co.uk", "com.br", "com.au", "co.jp", "co.in", "com.tr", "co.ke", "or.kr", "co.za", "com.mx", "qc.ca")
SUSPICIOUS = ("suspicious", "phish", "malware")
JUDGE = re.compile(r'"points":\d+,"hostility":[-+.\de]+,"verdict":"\w*"')


@dataclass
class Mail:
    """One message record."""
    time: float
    credential: str
    recipients: int
    suspicious: bool
    domains: frozenset
    attack: str = ""        # shape
    case: str = "ordinary"
    id: str = ""


@dataclass
class Recorded:
    """All of a file, by customer."""
    mails: dict = field(default_factory=lambda: collections.defaultdict(list))
    bounces: dict = field(default_factory=lambda: collections.defaultdict(list))      # (time, count, of an attack)
    case_ids: dict = field(default_factory=lambda: collections.defaultdict(set))
    begin: float = 0.0
    end: float = 0.0
    seen: dict = field(default_factory=dict)        # customer: first event

    def customer_days(self, since):
        """Days of all customers from a moment on."""
        return sum(max(0.0, self.end - max(first, since)) for first in self.seen.values()) / 86_400


def seconds(text):
    """A moment such as 2026-01-05T10:00:00.123Z as seconds since 1970."""
    return calendar.timegm(clock.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) + float("0." + (text[20:-1] or "0"))


def domain_of(host):
    """The domain that somebody registered, near enough for a fixed rule."""
    labels = host.split(".")
    return ".".join(labels[-3:] if ".".join(labels[-2:]) in TWO_LABEL_SUFFIXES else labels[-2:])


def blinded(line):
    """A line without what the judge of content said: its model has seen the corpora, and mail in the wild is new to it."""
    return JUDGE.sub('"points":0,"hostility":0.0,"verdict":"clean"', line, count=1)


def _mail(event, time):
    label = event.get("label", {})
    case = label.get("benign", "ordinary")
    return Mail(time, event.get("sasl_login", ""), len(event.get("recipients", ())), event.get("verdict") in SUSPICIOUS,
                frozenset(map(domain_of, event.get("links", {}))), label.get("attack", ""), case, label.get("id", ""))


def load(path, blind):
    """Reads a file of events; blind: without what the judge said."""
    recorded = Recorded()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(blinded(line) if blind else line)
            time, customer = seconds(event["time"]), event["customer"]
            recorded.begin = recorded.begin or time
            recorded.end = time
            recorded.seen.setdefault(customer, time)
            kind = event.get("kind", "message")
            if kind == "message":
                mail = _mail(event, time)
                recorded.mails[customer].append(mail)
                if not mail.attack:
                    recorded.case_ids[mail.case].add(mail.id or customer)
            elif kind == "bounce_hard":
                recorded.bounces[customer].append((time, event.get("count", 1), "attack" in event.get("label", {})))
    return recorded
