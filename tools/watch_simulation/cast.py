"""Who is attacked when, and at whom a hard but honest case happens."""
from . import words
from .customers import Login, key_login, make_customer, make_style, person_login, traveller
from .hijacks import SEND_KINDS, Hijack
from .world import BEGIN, DAY, FOREIGN, HOUR, MINUTE, SURVEYS, rng

FIRST_ATTACK_DAY = 45
ALONE = ("cheetahmail", "constant_contact", "knovio", "sendgrid_key", "ses_quota", "slow_drip", "warm_up", "reply_chain",
         "template_copy",
         "decrypt", "getresponse")
CASES = ("seasonal_peak", "new_agency", "rebrand", "migration", "new_product_domain", "list_growth", "new_partner_link",
         "travelling_owner",
         "first_attachment", "survey")


class Cast:
    """Gives parts to customers; nobody gets two."""

    def __init__(self, world, log, lives, phish, attacks, cases):
        self.world, self.log, self.lives = world, log, lives
        self.phish = list(phish)
        self.attacks, self.cases = attacks, cases
        self.chance = rng(world.seed, "cast")
        self.free = [life for life in lives if life.customer.begin < BEGIN + 5 * DAY]
        self.chance.shuffle(self.free)
        self.last_day = (world.end - BEGIN) // DAY - 8

    def take(self, wanted=lambda customer: True):
        """A customer without a part, or None."""
        for index, life in enumerate(self.free):
            if wanted(life.customer):
                return self.free.pop(index)
        return None

    def day(self, first=FIRST_ATTACK_DAY):
        """A day within the time in which things happen."""
        return BEGIN + self.chance.randrange(min(first, self.last_day - 1), self.last_day) * DAY

    @staticmethod
    def main_host(phish):
        """Where a hostile mail leads."""
        return phish.hosts[0]

    # ---- hard cases: before the lives are written ----------------------------------------------------------------------
    def give_cases(self):
        """Changes customers so that their ordinary life has a hard case in it."""
        for case in CASES:
            for number in range(1, self.cases + 1):
                if case == "migration":
                    life = next((life for life in self.lives if life.customer.phases == [] and life.migrates), None)
                else:
                    life = self.take(self._fits(case))
                if life is not None:
                    getattr(self, "_" + case)(life, life.customer, {"benign": case, "id": f"{case}-{number}"})

    @staticmethod
    def _fits(case):
        if case == "seasonal_peak":
            return lambda customer: customer.kind in SEND_KINDS and 3 <= customer.cadence <= 14
        if case == "travelling_owner":
            return lambda customer: not customer.sends_by_key and customer.cadence <= 7
        if case == "first_attachment":
            return lambda customer: customer.attaches == 0 and (customer.kind != "personal" or customer.rate > 1)
        if case == "rebrand":
            return lambda customer: customer.kind != "personal" and customer.cadence <= 14
        return lambda customer: customer.kind in SEND_KINDS and customer.cadence <= 14

    def _phase(self, customer, label, mailings=3.0, first=40):
        """A time from a day on in which about so many mailings fall."""
        begin = self.day(first) + int((10 - customer.offset) * HOUR)
        days = mailings * customer.cadence if customer.kind in SEND_KINDS else 4
        end = begin + int(max(days, 1.5) * DAY)
        customer.phases.append((begin, end, label))
        customer.pause = (0, 0)
        return begin, end

    def _seasonal_peak(self, life, customer, label):
        begin = self.day(40) + int((customer.hour - customer.offset) * HOUR)
        customer.phases.append((begin - HOUR, begin + 9 * DAY, label))
        life.peak = [begin + day * DAY + self.chance.randrange(90) * MINUTE for day in range(8) if day % 7 != 5]
        if customer.audience:       # those who had not been written to for a while are asked again
            life.peak_people = self.world.people.choose(self.chance, len(customer.audience) // 8)

    def _new_agency(self, life, customer, label):
        begin, end = self._phase(customer, label)
        name = self.chance.choice(words.LAST)
        agency: Login = person_login(self.world, self.chance, customer.id, name + ".agency", customer.country)
        agency.since = begin - 2 * HOUR
        customer.sends_by_key = False
        life.only_login = (begin, agency)
        customer.logins.append(agency)
        host = customer.styles[0].image_host
        if self.chance.random() < 0.5:
            host = f"assets.{words.made_up_name(self.chance)}-agency.example"
        customer.add_style(begin, page=self.chance.choice(self.world.pages), image_host=host, block=self.chance.randrange(6))
        life.to_do.append((begin - 2 * HOUR, "user_added", {"value": name}))

    def _rebrand(self, life, customer, label):
        begin, end = self._phase(customer, label)
        new = make_style(self.world, self.chance, customer.kind, begin)
        new.link_habit, new.partners = customer.styles[0].link_habit, customer.styles[0].partners
        customer.styles.append(new)
        life.to_do.append((begin - 3 * DAY, "sender_added", {"value": new.senders[0][0], "verified": True}))

    def _migration(self, life, customer, label):
        customer.phases.append((customer.begin, customer.begin + 21 * DAY, label))
        customer.pause = (0, 0)
        life.to_do.append((customer.begin + HOUR, "list_imported", {"value": "from another service",
                                                                    "count": len(customer.audience)}))

    def _new_product_domain(self, life, customer, label):
        begin, end = self._phase(customer, label)
        style = customer.styles[0]
        host = f"www.{style.domain.split('.')[0]}-{words.made_up_name(self.chance, 2)}.example"
        customer.add_style(begin, own_hosts=[*style.own_hosts, host], link_habit="own" if style.link_habit == "tracking"
                           else style.link_habit)

    def _list_growth(self, life, customer, label):
        begin, end = self._phase(customer, label)
        life.fair = (begin, self.world.people.choose(self.chance, len(customer.audience) // 2 + 5))
        life.to_do.append((begin - HOUR, "list_imported", {"value": "fair", "count": len(life.fair[1])}))

    def _new_partner_link(self, life, customer, label):
        begin, end = self._phase(customer, label, 1.2)
        life.guest_links.append((begin, end, self.world.sites.any(self.chance)))

    def _survey(self, life, customer, label):
        begin, end = self._phase(customer, label, 1.2)
        life.guest_links.append((begin, end, self.chance.choice(SURVEYS)))

    def _travelling_owner(self, life, customer, label):
        begin, end = self._phase(customer, label, 1.3)
        traveller(self.world, self.chance, customer, begin, (end - begin) / DAY)

    def _first_attachment(self, life, customer, label):
        self._phase(customer, label, 1.2)

    # ---- attacks: after the lives are written --------------------------------------------------------------------------
    def give_attacks(self):
        """Injects all hijacks."""
        for shape in ALONE:
            for number in range(1, self.attacks + 1):
                life = self.take(self._victim(shape))
                if life is None or not self.phish:
                    continue
                hijack = Hijack(self, shape, number, life, self.phish.pop(0), self._moment(shape, life))
                if shape == "decrypt" and not any(login.is_key for login in life.customer.logins):
                    life.customer.logins.append(key_login(self.world, hijack.chance, life.customer.id, "old",
                                                          life.customer.country))
                if shape == "getresponse":
                    hijack.getresponse(self.chance.choice([life for life in self.lives
                                                           if 100 < len(life.customer.audience) < 6_000]))
                else:
                    getattr(hijack, shape)()
        for wave in range(max(1, self.attacks // 3)):
            self._wave("mailchimp", wave, self.attacks * 4)
            self._wave("mailerlite", wave, self.attacks * 3)

    @staticmethod
    def _victim(shape):
        if shape == "reply_chain":
            return lambda customer: customer.kind == "personal" and customer.rate > 1
        if shape in ("template_copy", "warm_up"):
            return lambda customer: customer.kind in SEND_KINDS
        if shape in ("decrypt", "sendgrid_key", "ses_quota"):
            return lambda customer: any(login.is_key for login in customer.logins)
        return lambda customer: customer.kind != "personal" or len(customer.audience) > 40

    def _moment(self, shape, life):
        """The customer's usual hour where the shape needs that; else by the attacker's own day."""
        day = self.day(60 if shape == "warm_up" else FIRST_ATTACK_DAY)
        if shape in ("knovio", "sendgrid_key", "ses_quota", "decrypt"):
            return day + self.chance.randrange(DAY)
        before = [time for time in life.mailings if time < day + DAY]
        if not before:
            return day + 11 * HOUR
        usual = before[-1]
        return max(usual + self.chance.randrange(1, 4) * DAY,
                   usual + (day - usual) // (7 * DAY) * 7 * DAY) + self.chance.randrange(-20, 20) * MINUTE

    def _wave(self, shape, wave, victims):
        """A member of the staff was deceived: many customers within hours."""
        begin = self.day() + self.chance.randrange(8, 16) * HOUR
        place = self.world.networks.place(self.chance, self.chance.choice(FOREIGN), "hosting") if self.chance.random() < 0.5 \
            else self.world.staff_place
        actor = "staff:" + self.chance.choice(words.FIRST[:12])
        if not self.phish:
            return
        phish = self.phish.pop(0)
        for number in range(1, victims + 1):
            life = self.take()
            if life is None:
                return
            opened = begin + int(number / victims * 3 * HOUR) + self.chance.randrange(3 * MINUTE)
            sends = shape == "mailerlite" or number % 3 == 0
            after = self.chance.randrange(20, 70) * MINUTE if shape == "mailerlite" else self.chance.randrange(4, 30) * HOUR
            hijack = Hijack(self, shape, wave * victims + number, life, phish, opened + after)
            if shape == "mailerlite":
                hijack.mailerlite(place, actor, opened)
            else:
                hijack.mailchimp(place, actor, opened, sends)


def make_migrants(world, number, count):
    """Customers who come with a large list from another service."""
    customers = []
    for extra in range(count):
        customer = make_customer(world, number + extra)
        chance = rng(world.seed, "migrant", extra)
        while customer.kind not in SEND_KINDS:
            customer.kind = chance.choice(SEND_KINDS)
            customer.rate = 0.0
        customer.cadence = chance.choice((3.5, 7, 7))
        customer.styles[0].page = chance.choice(world.pages)
        customer.begin = BEGIN + chance.randrange(30, max(31, (world.end - BEGIN) // DAY - 20)) * DAY
        customer.audience = world.people.choose(chance, chance.randrange(4_000, 15_000))
        customer.first_size = len(customer.audience)
        customers.append(customer)
    return customers
