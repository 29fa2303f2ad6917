"""Customers: who they are, how their mail looks, whom they write to, and who of them logs in from where."""
from dataclasses import dataclass, field, replace

from . import words
from .world import BEGIN, COUNTRIES, DAY, HOUR, Place, rng

KINDS = (("newsletter", 0.66), ("plain", 0.08), ("transactional", 0.13), ("personal", 0.13))
LINK_HABITS = (("own", 0.38), ("social", 0.22), ("partners", 0.18), ("curated", 0.09), ("shortener", 0.05), ("tracking", 0.08))
# Share of letters from person to person that lead to somebody else's site. In the mailing lists of the streams corpus 3.4 % of
# 2,651 letters led to a domain that their sender never wrote before, by sender from 0 to 29 %.
OUTSIDE_LINKS = (0.0, 0.0, 0.0, 0.02, 0.04, 0.06, 0.1, 0.15, 0.25)
CADENCES = ((1, 0.05), (2, 0.06), (3.5, 0.14), (7, 0.36), (14, 0.22), (30, 0.17))
LIST_MAX = 20_000


@dataclass
class Style:
    """How a customer's mail looks from a moment on."""
    since: int
    brand: str
    domain: str
    page: tuple
    senders: list           # (address, name)
    reply_to: str
    mail_from: str
    image_host: str
    link_habit: str
    partners: list
    own_hosts: list
    articles: int
    block: int
    other_pages: list = field(default_factory=list)     # for invitations and the like
    loose: bool = False     # no two issues are built alike


@dataclass
class Login:
    """A person's login or a program's key, with its usual places and devices."""
    name: str
    is_key: bool
    places: list            # [(Place, weight)]
    devices: list
    since: int = 0
    until: int = 1 << 62


@dataclass
class Customer:
    """One customer of the service."""
    id: str
    kind: str
    language: str
    trade: str
    country: str
    offset: int             # hours from UTC
    begin: int
    cadence: float          # days from mailing to mailing
    regular: float          # 0: any time, 1: by the minute
    weekday: int
    hour: float
    audience: list          # numbers of people, the oldest first
    growth: float           # share a month
    bounce: float
    complaint: float
    unsubscribe: float
    styles: list
    logins: list
    stream: object = None
    rate: float = 0.0       # messages a day, where they are single ones
    attaches: float = 0.0
    outside_links: float = 0.0
    sends_by_key: bool = False
    trips: list = field(default_factory=list)       # (begin, end, Place)
    phases: list = field(default_factory=list)      # (begin, end, label): what is sent then is a hard case
    joined: int = 0                                 # people who came to the list since the begin
    first_size: int = 0
    tests: bool = False                             # sends a copy to itself before each mailing
    segments: float = 0.0                           # share of mailings that only a part of the list gets
    pause: tuple = (0, 0)

    def style_at(self, time):
        """The style of a moment."""
        return [style for style in self.styles if style.since <= time][-1]

    def add_style(self, since, **changes):
        """From `since` on the mail looks otherwise."""
        self.styles.append(replace(self.style_at(since), since=since, **changes))
        self.styles.sort(key=lambda style: style.since)

    def place_of(self, chance, login, time):
        """From where a login acts at a moment."""
        for begin, end, place in self.trips:
            if begin <= time < end and not login.is_key:
                return place
        return chance.choices([place for place, _ in login.places], [weight for _, weight in login.places])[0]

    def label_at(self, time):
        """The hard case that a moment belongs to, or None."""
        return next((label for begin, end, label in self.phases if begin <= time < end), None)

    def login_at(self, chance, time):
        """The login that sends at a moment: mostly the first one, or a key."""
        there = [login for login in self.logins if login.since <= time < login.until
                 and login.is_key == self.sends_by_key] or self.logins
        return there[0] if chance.random() < 0.85 else chance.choice(there)


def weighted(chance, pairs):
    """One of (value, weight) pairs."""
    return chance.choices([value for value, _ in pairs], [weight for _, weight in pairs])[0]


def make_style(world, chance, kind, since, brand=None):
    """A look, with its own domains."""
    brand = brand or words.made_up_name(chance, chance.choice((2, 3))).title()
    domain = brand.lower().replace(" ", "") + chance.choice(words.SYLLABLES) + ".example"
    pages = world.transactions if kind == "transactional" else world.pages
    people = chance.sample(words.FIRST, 3)
    news = (chance.choice(("news", "newsletter", "info", "post", "hello", "team")) + "@" + domain, brand)
    senders = [news] if kind != "personal" else [(f"{first}@{domain}", f"{first.title()} {chance.choice(words.LAST).title()}")
                                                 for first in people]
    if kind == "transactional":
        senders = [(f"{local}@{domain}", brand) for local in ("orders", "accounts", "no-reply")]
    elif kind != "personal" and chance.random() < 0.3:
        senders.append((f"{people[0]}@{domain}", f"{people[0].title()}, {brand}"))
    return Style(since, brand, domain, chance.choice(pages), senders, f"service@{domain}" if chance.random() < 0.3 else "",
                 f"bounce@bounces.{domain}" if chance.random() < 0.6 else senders[0][0],
                 weighted(chance, ((f"img.{domain}", 0.5), ("images.sendhost.example", 0.35), (f"cdn.{domain}", 0.15))),
                 weighted(chance, LINK_HABITS), [world.sites.any(chance) for _ in range(chance.randrange(3, 9))],
                 [f"www.{domain}"] + ([f"shop.{domain}"] if chance.random() < 0.4 else []), chance.randrange(1, 5),
                 chance.randrange(6), chance.sample(pages, chance.choice((0, 0, 1, 2))) if kind == "newsletter" else [],
                 kind == "newsletter" and chance.random() < 0.25)


def person_login(world, chance, customer_id, name, country):
    """A person with an office, a home whose address changes, a telephone and one or two devices."""
    office = world.networks.place(chance, country, "office")
    home = world.networks.place(chance, country, "isp")
    mobile = world.networks.place(chance, country, "mobile")
    places = [(office, 0.78), (home, 0.17), (mobile, 0.05)]
    if chance.random() < 0.25:
        places = [(home, 0.92), (mobile, 0.08)]
    devices = [f"{customer_id}-{name}-{chance.choice(('firefox', 'chrome', 'safari', 'edge'))}-{number}"
               for number in range(chance.choice((1, 1, 2)))]
    return Login(f"{name}@{customer_id}", False, places, devices)


def key_login(world, chance, customer_id, name, country):
    """A key that programs use, from one or two servers."""
    number = chance.randrange(4)
    places = [(world.networks.place(chance, country, "hosting", number), weight) for weight in (0.9, 0.1)[:chance.choice((1, 2))]]
    return Login(f"key-{name}@{customer_id}", True, places, [])


def _logins(world, chance, customer_id, kind, country):
    logins = [person_login(world, chance, customer_id, name, country)
              for name in chance.sample(words.FIRST, chance.choices((1, 2, 3, 5), (0.45, 0.3, 0.17, 0.08))[0])]
    by_key = kind == "transactional" or (kind == "newsletter" and chance.random() < 0.12)
    if by_key:
        logins += [key_login(world, chance, customer_id, name, country) for name in ("main", "shop")[:chance.choice((1, 1, 2))]]
    return logins, by_key


def _audience_size(chance, kind, cadence):
    size = int(min(LIST_MAX, max(25, chance.lognormvariate(5.704, 1.25))))      # median 300
    if kind == "personal":
        return min(max(size // 6, 15), 250)
    if kind == "transactional":
        return min(max(size * 3, 300), LIST_MAX)
    return min(size, int(1_500 * cadence + 500))


def _begin(chance, number):
    """Most are there from the first week on; one in twelve comes later."""
    if number % 12 == 5:
        return BEGIN + chance.randrange(5, 80) * DAY + chance.randrange(DAY)
    return BEGIN + int(chance.random() * 3 * DAY)


def make_customer(world, number):
    """The customer with this number: always the same one for the same seed."""
    chance = rng(world.seed, "customer", number)
    customer_id = f"c{number:04}"
    kind = weighted(chance, KINDS)
    country, offset = weighted(chance, [(entry, weight) for entry, weight in zip(COUNTRIES, (30, 18, 12, 10, 8, 6, 5, 5, 3, 3))])
    language = {"DE": "de", "ES": "es"}.get(country, "en")
    cadence = weighted(chance, CADENCES)
    begin = _begin(chance, number)
    logins, by_key = _logins(world, chance, customer_id, kind, country)
    size = _audience_size(chance, kind, cadence)
    customer = Customer(
        id=customer_id, kind=kind, language=language, trade=chance.choice(list(words.TRADES)), country=country, offset=offset,
        begin=begin,
        cadence=cadence, regular=chance.betavariate(3, 1.2), weekday=chance.choices(range(7), (16, 22, 20, 20, 14, 4, 4))[0],
        hour=chance.choices((7, 9, 10, 11, 14, 16, 18, 20), (8, 18, 22, 14, 14, 10, 8, 6))[0] + chance.random(),
        audience=world.people.choose(chance, size), growth=chance.uniform(0.0, 0.06), bounce=chance.betavariate(1.2, 180),
        complaint=chance.betavariate(1, 3_500), unsubscribe=chance.betavariate(1.5, 700),
        styles=[make_style(world, chance, kind, 0)], logins=logins, sends_by_key=by_key, first_size=size)
    if kind == "personal" and world.streams:
        customer.stream = chance.choice(world.streams)
    if kind in ("personal", "transactional"):
        customer.rate = min(40.0, chance.lognormvariate(0.7 if kind == "personal" else 1.8, 0.7))
    if kind == "personal":
        customer.attaches = chance.choice((0, 0, 0.05, 0.2))
        customer.outside_links = chance.choice(OUTSIDE_LINKS)
    elif kind == "transactional" and chance.random() < 0.3:
        customer.attaches = 0.3
    customer.tests = chance.random() < 0.3
    customer.segments = chance.choice((0, 0, 0.1, 0.4))
    if chance.random() < 0.05:
        customer.pause = (begin + chance.randrange(20, 70) * DAY, begin + chance.randrange(75, 110) * DAY)
    return customer


def local_hour(customer, time):
    """The hour of the customer's day, with a fraction."""
    return (time / HOUR + customer.offset) % 24


def traveller(world, chance, customer, begin, days):
    """Adds a trip abroad."""
    country = chance.choice([name for name, _ in COUNTRIES if name != customer.country])
    place: Place = world.networks.place(chance, country, "hotel")
    customer.trips.append((begin, begin + int(days * DAY), place))
    return place
