"""Fixed limits as others have them, each so high that all of a customer's honest mail passes, and what they make of hijacks."""
import collections
from dataclasses import dataclass, field

HOUR, DAY = 3_600, 86_400
LEARNING = 7 * DAY      # in which no link domain of a new customer counts as new


@dataclass
class Attack:
    """How one hijack came off."""
    shape: str
    first: float
    recipients: int = 0
    leaked: int = 0
    alarm: float = None


@dataclass
class Outcome:
    """What one method did."""
    attacks: dict = field(default_factory=dict)
    alarms: collections.Counter = field(default_factory=collections.Counter)      # of honest mail, by case

    def attack(self, mail, refused):
        """Counts a message of a hijack."""
        attack = self.attacks.setdefault(mail.id, Attack(mail.attack, mail.time))
        attack.recipients += mail.recipients
        if refused:
            attack.alarm = mail.time if attack.alarm is None else attack.alarm
        else:
            attack.leaked += mail.recipients


class Bucket:
    """A leaky bucket of recipients (rspamd's ratelimit): what came, less what has leaked since."""

    def __init__(self, rate):
        self.rate, self.level, self.time = rate, 0.0, None

    def after(self, mail):
        """The level with this message in it."""
        leaked = 0.0 if self.time is None else (mail.time - self.time) * self.rate
        return max(0.0, self.level - leaked) + mail.recipients

    def take(self, mail):
        """Lets a message in."""
        self.level, self.time = self.after(mail), mail.time


class Window:
    """A sum over the last seconds."""

    def __init__(self, span):
        self.span, self.entries, self.sum = span, collections.deque(), 0

    def add(self, time, count):
        """Adds, forgets what is too old, and says the sum."""
        self.entries.append((time, count))
        self.sum += count
        return self.at(time)

    def at(self, time):
        """The sum at a moment."""
        while self.entries and self.entries[0][0] <= time - self.span:
            self.sum -= self.entries.popleft()[1]
        return self.sum


def _by_login(mails):
    logins = collections.defaultdict(list)
    for mail in mails:
        logins[mail.credential].append(mail)
    return logins


def _needed_rate(mails):
    """Recipients a second with which the bucket of a login empties in a day after its fullest day."""
    best = 0
    for login in _by_login(mail for mail in mails if not mail.attack).values():
        window = Window(DAY)
        best = max([best, *(window.add(mail.time, mail.recipients) for mail in login)])
    return best / DAY


def _needed_burst(mails, rate):
    best = 0.0
    for login in _by_login(mail for mail in mails if not mail.attack).values():
        bucket = Bucket(rate)
        for mail in login:
            bucket.take(mail)
            best = max(best, bucket.level)
    return best


def ratelimit(recorded, for_all):
    """Recipients of each login in a leaky bucket."""
    rates = {customer: _needed_rate(mails) for customer, mails in recorded.mails.items()}
    if for_all:
        rates = dict.fromkeys(rates, max(rates.values()))
    bursts = {customer: _needed_burst(mails, rates[customer]) for customer, mails in recorded.mails.items()}
    if for_all:
        bursts = dict.fromkeys(bursts, max(bursts.values()))
    outcome = Outcome()
    for customer, mails in recorded.mails.items():
        for login in _by_login(mails).values():
            bucket = Bucket(rates[customer])
            for mail in login:
                refused = bucket.after(mail) > bursts[customer] + 1e-6
                if mail.attack:
                    outcome.attack(mail, refused)
                if not refused:
                    bucket.take(mail)
    return outcome


def hourly(recorded, for_all):
    """Messages (one for each recipient) of a customer within an hour."""
    limits = {}
    for customer, mails in recorded.mails.items():
        window = Window(HOUR)
        limits[customer] = max((window.add(mail.time, mail.recipients) for mail in mails if not mail.attack), default=0)
    if for_all:
        limits = dict.fromkeys(limits, max(limits.values()))
    outcome = Outcome()
    for customer, mails in recorded.mails.items():
        window = Window(HOUR)
        for mail in mails:
            refused = window.at(mail.time) + mail.recipients > limits[customer]
            if mail.attack:
                outcome.attack(mail, refused)
            if not refused:
                window.add(mail.time, mail.recipients)
    return outcome


def _strikes(recorded, customer):
    """(time, strikes, of an attack): suspicious messages and hard bounces."""
    strikes = [(mail.time, 1, bool(mail.attack)) for mail in recorded.mails[customer] if mail.suspicious]
    return sorted(strikes + recorded.bounces.get(customer, []))


def strikes(recorded, for_all, span=DAY):
    """So many suspicious or bounced messages within a day suspend a customer for good."""
    limits, suspended = {}, {}
    for customer in recorded.mails:
        window = Window(span)
        limits[customer] = max((window.add(time, count) for time, count, attack in _strikes(recorded, customer) if not attack),
                               default=0)
    if for_all:
        limits = dict.fromkeys(limits, max(limits.values()))
    outcome = Outcome()
    for customer, mails in recorded.mails.items():
        window = Window(span)
        for time, count, _ in _strikes(recorded, customer):
            if window.add(time, count) > limits[customer]:
                suspended.setdefault(customer, time)
        for mail in mails:
            if mail.attack:
                outcome.attack(mail, suspended.get(customer, mail.time) < mail.time)
                attack = outcome.attacks[mail.id]
                if customer in suspended and suspended[customer] >= attack.first:
                    attack.alarm = suspended[customer]
    return outcome


def new_domain(recorded, since):
    """Whatever leads to a domain that the customer never linked to is held; somebody releases what is honest."""
    outcome = Outcome()
    for customer, mails in recorded.mails.items():
        known, day = set(), None
        for mail in mails:
            learning = mail.time < recorded.seen[customer] + LEARNING
            held = not learning and not mail.domains <= known
            if mail.attack:
                outcome.attack(mail, held)
                if held:
                    continue
            elif held and mail.time >= since and day != (mail.time // HOUR):
                day = mail.time // HOUR
                outcome.alarms[mail.case] += 1
            known |= mail.domains
    return outcome


METHODS = (
    ("rspamd-like ratelimit, limits for each customer", lambda recorded, since: ratelimit(recorded, False)),
    ("rspamd-like ratelimit, one limit for all", lambda recorded, since: ratelimit(recorded, True)),
    ("Postal-like hourly limit, for each customer", lambda recorded, since: hourly(recorded, False)),
    ("Postal-like hourly limit, one for all", lambda recorded, since: hourly(recorded, True)),
    ("strikes within a day, limits for each customer", lambda recorded, since: strikes(recorded, False)),
    ("strikes within a day, one limit for all", lambda recorded, since: strikes(recorded, True)),
    ("any new link domain is held", new_domain),
)
