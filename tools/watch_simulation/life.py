"""Ordinary life of a customer: mailings in its rhythm, single letters, logins before them, and what is done with accounts."""
from dataclasses import replace

from . import words
from .customers import local_hour, person_login, traveller
from .letters import Writer, envelope, small_pdf, text_part, with_attachment
from .sendings import Sending
from .world import BEGIN, DAY, HOUR, MINUTE, PEOPLE, SECOND, rng, weekday_of

WORKING_HOURS = (8, 9, 9, 10, 10, 11, 11, 13, 14, 14, 15, 16, 17)


class Life:
    """Makes the events of one customer."""

    def __init__(self, world, log, customer):
        self.world, self.log, self.customer = world, log, customer
        self.chance = rng(world.seed, "life", customer.id)
        self.mailings = []          # times of the ordinary mailings
        self.extra_hosts = []       # (begin, end, host) that stand in the footer
        self.guest_links = []       # (begin, end, host) that a mailing leads to besides
        self.last_login = {}
        self.migrates = False
        self.only_login = None      # (begin, login): who sends from then on
        self.to_do = []             # (time, kind of act, values)
        self.peak, self.peak_people = [], []        # mailings of a season, and who gets them besides
        self.fair = None            # (begin, people who are on the list from then on)

    # ---- whom --------------------------------------------------------------------------------------------------------
    def audience_at(self, time):
        """Numbers of the people who are on the list at a moment: people come to it at its end, and leave it."""
        customer = self.customer
        months = max(0.0, (time - customer.begin) / DAY / 30)
        while customer.joined < int(customer.first_size * customer.growth * months):
            customer.audience.append(self.chance.randrange(PEOPLE))
            customer.joined += 1
            if self.chance.random() < 0.5 and len(customer.audience) > 20:
                del customer.audience[self.chance.randrange(len(customer.audience))]
        if self.fair and time >= self.fair[0]:
            customer.audience.extend(self.fair[1])
            self.fair = None
        return customer.audience

    def addresses(self, numbers):
        """Addresses of people."""
        return [self.world.people.address(number) for number in numbers]

    # ---- acts --------------------------------------------------------------------------------------------------------
    def login(self, login, time, label=None, place=None):
        """A login, sometimes with a wrong password first, and with a new device now and then."""
        chance, customer = self.chance, self.customer
        place = place or customer.place_of(chance, login, time)
        if login.is_key:
            return place
        if chance.random() < 0.05:
            self.log.act("login_failed", time - 20 * SECOND, customer.id, login.name, place, label, count=chance.randrange(1, 3))
        if chance.random() < 0.01:
            login.devices.append(f"{login.devices[0]}-{len(login.devices)}")
            self.log.act("device_added", time, customer.id, login.name, place, label, device=login.devices[-1])
        self.log.act("login", time, customer.id, login.name, place, label, device=chance.choice(login.devices))
        return place

    def act(self, kind, time, login=None, label=None, **values):
        """What a person does in the settings, after a login."""
        login = login or next(login for login in self.customer.logins if not login.is_key)
        place = self.login(login, time - self.chance.randrange(2, 20) * MINUTE, label)
        self.log.act(kind, time, self.customer.id, login.name, place, label, **values)

    # ---- letters -----------------------------------------------------------------------------------------------------
    def writer(self, time, style=None, chance=None):
        """A writer for the look of a moment."""
        hosts = [host for begin, end, host in self.extra_hosts if begin <= time < end]
        return Writer(self.world, self.customer, style or self.customer.style_at(time), chance or self.chance, hosts)

    def compose(self, time, sender, style=None, change=None):
        """A mailing's letter; change: a function of the body's text. Returns its key."""
        customer = self.customer
        style = style or customer.style_at(time)
        writer = self.writer(time, style)
        number = self.log.number(customer.id + "L")
        plain = customer.kind == "plain"
        body = writer.plain() if plain else writer.page()
        body = change(body, writer) if change else body
        for host in [host for begin, end, host in self.guest_links if begin <= time < end]:
            body = self._with_guest(body, writer, host)
        label = customer.label_at(time) or {}
        head = envelope(number, style, sender, writer.subject(), style.reply_to,
                        (f"List-Unsubscribe: <https://www.{style.domain}/leave>",))
        subtype = "plain" if plain else "html"
        if label.get("benign") == "first_attachment":
            return self.log.letter(number, head + with_attachment(body, subtype, "programme.pdf", "application/pdf",
                                                                  small_pdf(writer.subject())))
        return self.log.letter(number, head + text_part(body, subtype))

    def _with_guest(self, body, writer, host):
        """One more paragraph, which leads elsewhere."""
        customer = self.customer
        text, link = words.sentences(self.chance, customer.language, customer.trade, 2), writer.link(host)
        if customer.kind == "plain":
            return f"{body}\n\n{text}\n{link}"
        more = words.call_to_action(self.chance, customer.language)
        if "</body" not in body:
            return f'{body}<p>{text} <a href="{link}">{more}</a></p>'
        return body.replace("</body", f'<p>{text} <a href="{link}">{more}</a></p></body')

    def mailing(self, time, people=None, change=None, login=None, place=None, style=None, label=None, **values):
        """A mailing to the whole list, with the login before it."""
        customer, chance = self.customer, self.chance
        if self.only_login and time >= self.only_login[0]:
            login = login or self.only_login[1]
        login = login or customer.login_at(chance, time)
        label = label or customer.label_at(time)
        place = place or self.login(login, time - chance.randrange(4, 60) * MINUTE, label)
        style = style or customer.style_at(time)
        sender = style.senders[0] if chance.random() < 0.9 else chance.choice(style.senders)
        if people is None:
            people = self.audience_at(time)
            if chance.random() < customer.segments and len(people) > 50:
                people = chance.sample(people, int(len(people) * chance.uniform(0.2, 0.8)))
        people = self.addresses(people)
        sending = Sending(time, customer.id, self.compose(time, sender, style, change), people, login.name, place,
                          style.mail_from, label,
                          speed=chance.uniform(40, 400), bounce=customer.bounce, complaint=customer.complaint,
                          unsubscribe=customer.unsubscribe, chance=rng(self.world.seed, "send", customer.id, time), **values)
        if customer.tests:
            self.log.send(replace(sending, time=time - chance.randrange(3, 50) * MINUTE, recipients=[f"test@{style.domain}"],
                                  complaint=0, bounce=0,
                                  unsubscribe=0, chance=rng(self.world.seed, "test", customer.id, time)))
        self.log.send(sending)
        return sending

    # ---- rhythms -----------------------------------------------------------------------------------------------------
    def next_mailing(self, time):
        """The moment after which the customer writes again."""
        customer, chance = self.customer, self.chance
        loose = 1 - customer.regular
        ahead = customer.cadence * (1 + loose * chance.uniform(-0.35, 0.35))
        day = int((time - BEGIN) / DAY + max(1.0, ahead + 0.5))
        if customer.cadence >= 7 and chance.random() < 0.6 + 0.4 * customer.regular:
            day += (customer.weekday - day) % 7 if (customer.weekday - day) % 7 <= 3 else (customer.weekday - day) % 7 - 7
        hour = customer.hour + chance.gauss(0, 0.1 + 1.6 * loose)
        if chance.random() < 0.04:
            hour = chance.uniform(8, 20)
        return max(BEGIN + day * DAY + int((min(max(hour, 0), 23.9) - customer.offset) * HOUR), time + 12 * HOUR)

    def write_mailings(self):
        """All mailings to the end."""
        time = self.customer.begin + int(self.chance.random() * self.customer.cadence * DAY)
        time = self.next_mailing(time - int(self.customer.cadence * DAY))
        while time < self.world.end:
            pause = self.customer.pause
            if time >= self.customer.begin and not pause[0] <= time < pause[1]:
                self.mailings.append(time)
                self.mailing(time)
            time = self.next_mailing(time)
        for time in self.peak:
            self.mailing(time, people=[*self.customer.audience, *self.peak_people])

    def write_transactions(self):
        """Receipts, welcomes and the like: some a day, by a key, to single people who are seldom the same."""
        customer, chance = self.customer, self.chance
        letters = {}
        day = customer.begin
        while day < self.world.end:
            weekend = weekday_of(day) >= 5
            for _ in range(int(chance.gauss(customer.rate, customer.rate ** 0.5) * (0.6 if weekend else 1) + 0.5)):
                time = day - day % DAY + int((min(23.9, max(0, chance.gauss(14, 4))) - customer.offset) * HOUR)
                self.transaction(time, letters)
            day += DAY
        self.mailings = [sending.time for sending in self.log.sendings if sending.customer == customer.id]

    def transaction(self, time, letters, label=None):
        """One letter about something that a person did."""
        customer, chance = self.customer, self.chance
        style = customer.style_at(time)
        label = label or customer.label_at(time)
        sender = chance.choice(style.senders)
        week = (time - BEGIN) // (7 * DAY)
        key = (sender, week, style.since, str(label))
        if key not in letters:
            letters[key] = self._transaction_letter(time, sender, style)
        login = customer.login_at(chance, time)
        person = chance.choice(customer.audience) if chance.random() < 0.6 else chance.randrange(PEOPLE)
        self.log.send(Sending(time, customer.id, letters[key], self.addresses([person]), login.name,
                              customer.place_of(chance, login, time),
                              style.mail_from, label, bounce=customer.bounce * 2, complaint=customer.complaint,
                              chance=rng(self.world.seed, "send", customer.id, time)))

    def _transaction_letter(self, time, sender, style):
        """The page of a kind of letter: its words stay, its numbers change."""
        chance = rng(self.world.seed, "transaction", self.customer.id, sender[0], style.since)
        writer = self.writer(time, style, chance)
        body = writer.page().replace("{", "").replace("}", "")
        subject = f"{writer.subject().split(':')[0]} {self.chance.randrange(10_000, 99_999)}"
        number = self.log.number(self.customer.id + "L")
        head = envelope(number, style, sender, subject, style.reply_to)
        label = self.customer.label_at(time) or {}
        if self.customer.attaches and sender == style.senders[0] or label.get("benign") == "first_attachment":
            return self.log.letter(number, head + with_attachment(body, "html", "invoice.pdf", "application/pdf",
                                                                  small_pdf(subject)))
        return self.log.letter(number, head + text_part(body, "html"))

    def write_letters(self):
        """Letters from person to person in the hours of a real sender, some of them answers."""
        customer, chance = self.customer, self.chance
        day = customer.begin
        circle = customer.audience
        while day < self.world.end:
            many = int(max(0.0, chance.gauss(customer.rate, customer.rate ** 0.5)) * (0.1 if weekday_of(day) >= 5 else 1) + 0.5)
            for _ in range(many):
                time = day - day % DAY + int((self._letter_hour() - customer.offset) * HOUR) + chance.randrange(HOUR)
                if time >= customer.begin:
                    self.personal(time, circle)
            day += DAY
        self.mailings = sorted(sending.time for sending in self.log.sendings if sending.customer == customer.id)

    def _letter_hour(self):
        if self.customer.stream and self.chance.random() < 0.8:
            return self.chance.choice(self.customer.stream.epochs) // 3600 % 24
        return self.chance.choice(WORKING_HOURS)

    def personal(self, time, circle, login=None, place=None, label=None, change=None):
        """One letter from a person to one or a few."""
        customer, chance = self.customer, self.chance
        style = customer.style_at(time)
        people = [login for login in customer.logins if not login.is_key and login.since <= time < login.until]
        login = login or chance.choice(people)
        sender = style.senders[customer.logins.index(login) % len(style.senders)]
        label = label or customer.label_at(time)
        if place is None:
            place = customer.place_of(chance, login, time)
            if time - self.last_login.get((login.name, place), -DAY) > 12 * HOUR:
                self.last_login[(login.name, place)] = time
                self.login(login, time - chance.randrange(1, 30) * MINUTE, label, place)
        writer = self.writer(time, style)
        body = change(writer) if change else writer.note()
        subject = chance.choice(customer.stream.subjects)[:120] if customer.stream and chance.random() < 0.7 else writer.subject()
        subject = ("" if subject.lower().startswith("re:") or chance.random() < 0.6 else "Re: ") + subject
        number = self.log.number(customer.id + "L")
        head = envelope(number, style, sender, subject, "")
        attached = label.get("benign") == "first_attachment" if label else False
        if attached or chance.random() < customer.attaches:
            content = head + with_attachment(body, "plain", "letter.pdf", "application/pdf", small_pdf(subject))
        else:
            content = head + text_part(body, "plain")
        # Near ones get most of the letters.
        near = [circle[min(int(chance.expovariate(0.08)), len(circle) - 1)] for _ in range(chance.choice((1, 1, 1, 1, 2, 3)))]
        to = [chance.randrange(PEOPLE)] if chance.random() < 0.06 else list(dict.fromkeys(near))
        sending = Sending(time, customer.id, self.log.letter(number, content), self.addresses(to), login.name, place, sender[0],
                          label,
                          bounce=customer.bounce, complaint=0.0, unsubscribe=0.0, chance=rng(self.world.seed, "send", customer.id,
                                                                                             number))
        sending.tags = {"subject": subject, "sender": sender, "login": login}
        self.log.send(sending)
        return sending

    # ---- months ------------------------------------------------------------------------------------------------------
    def write_household(self):
        """What happens with accounts now and then: exports, imports, passwords, keys, users, support."""
        customer, chance = self.customer, self.chance
        span = (self.world.end - customer.begin) // DAY

        def moments(per_120_days):
            count = int(per_120_days * span / 120 + chance.random())
            return [customer.begin + int(chance.uniform(0.02, 1) * span * DAY) // DAY * DAY
                    + int((chance.choice(WORKING_HOURS) - customer.offset) * HOUR) + chance.randrange(HOUR) for _ in range(count)]

        for kind, rate, value, most in (
                ("list_exported", 0.6, "all", len(customer.audience)), ("list_imported", 0.5, "list", 120),
                ("password_changed", 0.25, None, 1),
                ("second_factor_changed", 0.04, None, 1), ("contact_changed", 0.03, "phone", 1),
                ("sender_added", 0.1, "sender", 1),
                ("quota_raised", 0.03, "quota", 1), ("template_changed", 0.6, "template", 1), ("role_added", 0.03, "editor", 1),
                ("api_key_made", 0.05 + 0.15 * customer.sends_by_key, "key", 1)):
            for time in moments(rate):
                count = max(1, int(most * chance.uniform(0.1, 1))) if kind == "list_imported" else most
                values = {"value": f"{chance.choice(words.FIRST)}@{customer.style_at(time).domain}", "verified": True} \
                    if kind == "sender_added" else {"value": value}
                self.act(kind, time, count=count, **values)
        for time in moments(0.08):
            name = chance.choice(words.LAST)
            customer.logins.append(person_login(self.world, chance, customer.id, name, customer.country))
            customer.logins[-1].since = time
            self.act("user_added", time, customer.logins[0], value=name)
        for time in moments(0.08):
            traveller(self.world, chance, customer, time, chance.uniform(2, 6))
        for time in moments(0.08):
            self._support(time)
        for time in moments(0.12):
            self._guessing(time)
        self._logins_between()

    def _logins_between(self):
        """People look at their figures between mailings; programs ask for theirs."""
        customer, chance = self.customer, self.chance
        for day in range(int((self.world.end - customer.begin) / DAY)):
            time = customer.begin + day * DAY
            if chance.random() < 0.12 and weekday_of(time) < 5:
                time += int((chance.choice(WORKING_HOURS) - local_hour(customer, time)) * HOUR) + chance.randrange(HOUR)
                self.login(chance.choice([login for login in customer.logins if not login.is_key and login.since <= time]
                                         or customer.logins[:1]), time)
            keys = [login for login in customer.logins if login.is_key]
            if keys and chance.random() < 0.5:
                place = customer.place_of(chance, keys[0], time)
                self.log.act("control_call", time, customer.id, keys[0].name, place, count=chance.randrange(1, 6), value="stats")

    def _support(self, time):
        """Somebody of the staff helps the customer."""
        chance, customer = self.chance, self.customer
        actor = "staff:" + chance.choice(words.FIRST[:12])
        place = self.world.staff_place
        self.log.act("login", time, customer.id, customer.logins[0].name, place, actor=actor, device="support-console")
        if chance.random() < 0.4:
            self.log.act(chance.choice(("template_changed", "quota_raised", "sender_added")), time + 5 * MINUTE, customer.id,
                         customer.logins[0].name, place, actor=actor, value="support", count=1)

    def _guessing(self, time):
        """Strangers try passwords, in vain."""
        chance, customer = self.chance, self.customer
        for number in range(chance.randrange(1, 6)):
            place = self.world.networks.place(chance, chance.choice(("RU", "VN", "BR", "US")), "hosting")
            self.log.act("login_failed", time + number * 7 * MINUTE, customer.id, customer.logins[0].name, place,
                         count=chance.randrange(3, 40))

    def write(self):
        """All of it."""
        self.write_household()
        for time, kind, values in self.to_do:
            self.act(kind, time, label=self.customer.label_at(time + 3 * DAY), **values)
        {"transactional": self.write_transactions, "personal": self.write_letters}.get(self.customer.kind, self.write_mailings)()
