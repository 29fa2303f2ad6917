"""What happens, as events: mailings that become message records and outcomes, and acts on accounts."""
import json
import time as clock
from dataclasses import dataclass, field

from .world import BEGIN, HOUR, MINUTE, SECOND, Place

SINGLE_RECORDS = 20         # of a mailing: these recipients get their own record, milliseconds apart
RECIPIENTS_PER_RECORD = 500


@dataclass
class Sending:
    """One letter to some people."""
    time: int
    customer: str
    letter: str             # key of the letter: its facts come from there
    recipients: list        # addresses
    credential: str
    place: Place
    mail_from: str
    label: dict = None
    speed: float = 120.0    # recipients a second
    bounce: float = 0.004
    complaint: float = 0.0003
    unsubscribe: float = 0.001
    trap: float = 0.0
    chance: object = None
    tags: dict = field(default_factory=dict)


def rfc3339(time):
    """A moment as text."""
    seconds, micros = divmod(time, SECOND)
    return clock.strftime("%Y-%m-%dT%H:%M:%S", clock.gmtime(seconds)) + f".{micros // 1000:03}Z"


def dumps(event):
    """One line of JSON without spaces."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


class Log:
    """Collects events; lines are made at the end, when the facts of all letters are known."""

    def __init__(self, end):
        self.end = end
        self.sendings = []
        self.acts = []
        self.letters = {}
        self._numbers = {}

    def number(self, customer):
        """A number that this customer had not yet."""
        self._numbers[customer] = self._numbers.get(customer, 0) + 1
        return f"{customer}-{self._numbers[customer]}"

    def letter(self, key, content):
        """Remembers a letter under its key."""
        self.letters.setdefault(key, content if isinstance(content, bytes) else content.encode("utf-8", "replace"))
        return key

    def send(self, sending):
        """Remembers a mailing."""
        if BEGIN <= sending.time < self.end and sending.recipients:
            self.sendings.append(sending)

    def act(self, kind, time, customer, credential, place=None, label=None, **values):
        """Remembers an act on an account; values: actor, device, value, count, verified."""
        if not BEGIN <= time < self.end:
            return
        event = {"kind": kind, "id": "a" + self.number(customer), "time": None, "customer": customer, "credential": credential}
        if place is not None:
            event |= {"client_ip": place.client_ip, "network_owner": place.network_owner, "country": place.country}
        event |= {name: value for name, value in values.items() if value is not None}
        if label:
            event["label"] = label
        self.acts.append((time, event))

    def lines(self, facts):
        """All events in the order of their time, as lines."""
        timed = []
        for number, (time, event) in enumerate(self.acts):
            event["time"] = rfc3339(time)
            timed.append((time, 0, number, dumps(event)))
        for number, sending in enumerate(self.sendings):
            for step, (time, event) in enumerate(events_of(sending, facts[sending.letter], self)):
                if time < self.end:
                    timed.append((time, 1 + number, step, dumps(event)))
        timed.sort(key=lambda entry: entry[:3])
        for entry in timed:
            yield entry[3]


def _parts(sending):
    """(time, recipients) of the records of a mailing."""
    time, chance, people = sending.time, sending.chance, sending.recipients
    for person in people[:SINGLE_RECORDS]:
        yield time, [person]
        time += chance.randrange(2_000, 9_000)
    for begin in range(SINGLE_RECORDS, len(people), RECIPIENTS_PER_RECORD):
        part = people[begin:begin + RECIPIENTS_PER_RECORD]
        yield time, part
        time += int(len(part) / sending.speed * SECOND * chance.uniform(0.8, 1.25))


def _times(chance, count, share):
    """How many of so many people do what this share does."""
    expected = count * share
    if expected > 30:
        return max(0, min(count, int(chance.gauss(expected, expected ** 0.5) + 0.5)))
    return sum(1 for _ in range(count) if chance.random() < share) if share > 0 else 0


def _outcomes(sending, log, record, time, count):
    """What becomes of a record: bounces at once, complaints and farewells over a day or two."""
    chance = sending.chance
    bounced = _times(chance, count, sending.bounce)
    soft = _times(chance, count, 0.004)
    late = lambda hours: int(chance.expovariate(1 / hours) * HOUR)
    outcomes = [("delivered", count - bounced - soft, 20 * SECOND + chance.randrange(20 * SECOND)),
                ("bounce_hard", bounced, 5 * SECOND + chance.randrange(2 * MINUTE)),
                ("bounce_soft", soft, 5 * SECOND + chance.randrange(5 * MINUTE)),
                ("complaint", _times(chance, count, sending.complaint), 10 * MINUTE + late(6)),
                ("unsubscribe", _times(chance, count, sending.unsubscribe), 5 * MINUTE + late(8)),
                ("trap", _times(chance, count, sending.trap), MINUTE + chance.randrange(10 * MINUTE))]
    for kind, many, after in outcomes:
        if many > 0:
            event = {"kind": kind, "id": "o" + log.number(sending.customer), "time": rfc3339(time + after),
                     "customer": sending.customer,
                     "record": record, "count": many}
            if sending.label:
                event["label"] = sending.label
            yield time + after, event


def events_of(sending, facts, log):
    """(time, event) of all records of a mailing, and of what becomes of them."""
    singles = 0
    first = None
    for time, people in _parts(sending):
        record = "m" + log.number(sending.customer)
        event = {"id": record, "time": rfc3339(time), "direction": "outbound", "customer": sending.customer,
                 "sasl_login": sending.credential, "client_ip": sending.place.client_ip, "country": sending.place.country,
                 "network_owner": sending.place.network_owner, "mail_from": sending.mail_from, **facts, "recipients": people,
                 "disposition": "accept"}
        if sending.label:
            event["label"] = sending.label
        yield time, event
        first = first or (record, time)
        if len(people) == 1:
            singles += 1
        else:
            yield from _outcomes(sending, log, record, time, len(people))
    if singles:
        yield from _outcomes(sending, log, *first, singles)
