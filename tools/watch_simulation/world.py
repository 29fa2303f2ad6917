"""The world around the customers: networks and countries, people who get mail, and web sites that letters lead to."""
import random
from dataclasses import dataclass

from . import words

SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
BEGIN = 1_767_571_200 * SECOND      # Monday 2026-01-05T00:00:00Z
COUNTRIES = (("DE", 1), ("US", -6), ("ES", 1), ("GB", 0), ("FR", 1), ("NL", 1), ("PL", 1), ("IT", 1), ("CA", -5), ("AU", 10))
FOREIGN = ("RU", "NG", "VN", "BR", "UA", "TR", "ID", "MA")
PROVIDERS = ("mailbox", "postbox", "webpost", "freenet", "citymail", "oldmail", "fastpost", "campus", "telepost", "homebox")
SOCIAL = ("www.facebook.com", "www.instagram.com", "www.youtube.com", "www.linkedin.com", "x.com")
SHORTENERS = ("bit.ly", "tinyurl.com", "buff.ly", "lnkd.in")
SURVEYS = ("www.surveymonkey.com", "forms.gle", "docs.google.com", "www.typeform.com", "forms.office.com")
PEOPLE = 400_000


def rng(seed, *names):
    """A source of chance of its own for each thing: what one customer does changes nothing for another."""
    return random.Random(":".join(map(str, (seed, *names))))


@dataclass(frozen=True)
class Place:
    """Where somebody acts from."""
    client_ip: str
    network_owner: str
    country: str


class Networks:
    """Addresses from ranges that nobody routes, owned by private autonomous systems."""

    def __init__(self):
        self.owners = {}

    def owner(self, country, kind, number):
        """The autonomous system of a provider: kind is "isp", "mobile", "office", "hosting" or "hotel"."""
        name = (country, kind, number)
        return self.owners.setdefault(name, f"AS{4_200_000_000 + len(self.owners)}")

    def place(self, chance, country, kind, number=None):
        """A new address at a provider; each has its own second byte, so that no two share a network."""
        number = chance.randrange({"isp": 5, "mobile": 3, "office": 40, "hosting": 4,
                                   "hotel": 30}[kind]) if number is None else number
        owner = self.owner(country, kind, number)
        index = int(owner[2:]) - 4_200_000_000
        first, second = (10, index % 256) if kind != "hosting" else (100, 64 + index % 64)
        return Place(f"{first}.{second}.{chance.randrange(256)}.{chance.randrange(1, 255)}", owner, country)


class People:
    """Everybody who may get mail, by number; many are on the lists of several customers."""

    def __init__(self, seed):
        self.seed = seed
        self.addresses = {}
        chance = rng(seed, "companies")
        self.companies = [words.made_up_name(chance, chance.choice((2, 3))) + ".example"
                          for _ in range(4_000)]

    def address(self, number):
        """The address of a person."""
        known = self.addresses.get(number)
        if known is None:
            chance = rng(self.seed, "person", number)
            local = chance.choice(words.FIRST)
            if chance.random() < 0.5:
                local = f"{local[0]}.{chance.choice(words.LAST)}"
            if chance.random() < 0.7:
                domain = PROVIDERS[min(int(chance.expovariate(0.5)), len(PROVIDERS) - 1)] + ".example"
                local += str(number)
            else:
                domain = self.companies[min(int(chance.paretovariate(0.6)), len(self.companies) - 1)]
                local += str(number % 1000)
            known = self.addresses[number] = f"{local}@{domain}"
        return known

    @staticmethod
    def choose(chance, count):
        """So many people, each once, in no order."""
        return chance.sample(range(PEOPLE), count)


class Sites:
    """Web sites that customers link to: few are known to all, most to hardly anybody."""

    def __init__(self, seed):
        chance = rng(seed, "sites")
        self.known = ["www." + words.made_up_name(chance, chance.choice((2, 3, 4))) + ".example" for _ in range(3_000)]

    def any(self, chance):
        """A site, the known ones far more often."""
        return self.known[min(int(chance.paretovariate(0.35)) - 1, len(self.known) - 1)] if chance.random() < 0.7 else \
            "www." + words.made_up_name(chance, 4) + ".example"


@dataclass
class World:
    """All that customers share."""
    seed: int
    networks: Networks
    people: People
    sites: Sites
    pages: list
    transactions: list
    streams: list
    end: int


def weekday_of(time):
    """0 is Monday."""
    return (time - BEGIN) // DAY % 7
