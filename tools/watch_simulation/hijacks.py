"""Hijacks of customers' accounts, in the shapes of the published record, each with a clock like it."""
import base64
import re

from . import words
from .letters import envelope, phish_letter, small_zip, text_part, with_attachment
from .sendings import Sending
from .world import DAY, FOREIGN, HOUR, MINUTE, SECOND, rng

HREF = re.compile(r'href="https://[^"]*"')
BARE = re.compile(r"https://\S+")
SEND_KINDS = ("newsletter", "plain")


class Hijack:
    """One attack on one customer."""

    def __init__(self, cast, shape, number, life, phish, time):
        self.cast, self.world, self.log = cast, cast.world, cast.log
        self.life, self.customer, self.phish, self.time = life, life.customer, phish, time
        self.label = {"attack": shape, "id": f"{shape}-{number}"}
        self.chance = rng(self.world.seed, "hijack", shape, number)

    # ---- means -------------------------------------------------------------------------------------------------------
    def elsewhere(self, kind=None):
        """A place where this customer never was: rented servers, or a home somewhere."""
        country = self.chance.choice(FOREIGN + ("US", "NL", "DE"))
        return self.world.networks.place(self.chance, country, kind or self.chance.choice(("hosting", "hosting", "isp")))

    def login(self):
        """The login or key that is in wrong hands."""
        people = [login for login in self.customer.logins if login.since <= self.time
                  and login.is_key == self.customer.sends_by_key]
        return (people or self.customer.logins)[0]

    def usual_place(self, login):
        """Where the customer mostly acts from."""
        return login.places[0][0]

    def act(self, kind, time, place, credential=None, **values):
        """An act on the account."""
        self.log.act(kind, time, self.customer.id, credential or self.login().name, place, self.label, **values)

    def strangers(self, count):
        """People who are on no list of this customer."""
        known = set(self.customer.audience)
        return [person for person in self.world.people.choose(self.chance, count + count // 5) if person not in known][:count]

    def send(self, time, people, place, letter=None, login=None, sender=None, mail_from=None, **values):
        """The hostile mail, as the customer if nothing else is said."""
        style = self.customer.style_at(time)
        login = login or self.login()
        letter = letter or self.phish_letter(time, sender)
        values = {"bounce": self.customer.bounce, "complaint": 0.004, "unsubscribe": 0.004,
                  "speed": self.chance.uniform(60, 400)} | values
        self.log.send(Sending(time, self.customer.id, letter, self.life.addresses(people), login.name, place, mail_from
                              or style.mail_from,
                              self.label, chance=rng(self.world.seed, "hijack", self.label["id"], self.customer.id, time),
                              **values))

    def phish_letter(self, time, sender=None, subject=None):
        """The hostile body behind the customer's header."""
        style = self.customer.style_at(time)
        number = self.log.number(self.customer.id + "X")
        return self.log.letter(number, phish_letter(self.phish, number, style, sender or style.senders[0], style.reply_to,
                                                    subject))

    def newest(self):
        """The customer's last own mailing before the attack."""
        own = [sending for sending in self.log.sendings
               if sending.customer == self.customer.id and sending.time < self.time and not sending.label]
        return max(own, key=lambda sending: sending.time) if own else None

    # ---- shapes ------------------------------------------------------------------------------------------------------
    def cheetahmail(self):
        """The customer's own computer is infected: usual login, network and hour, own list, new content."""
        login = self.login()
        place = self.usual_place(login)
        if not login.is_key:
            self.act("login", self.time - self.chance.randrange(8, 40) * MINUTE, place, device=login.devices[0])
        self.send(self.time, self.customer.audience, place)

    def constant_contact(self):
        """A valid login; 3,000 chosen people who are on no list, or the whole list where it is small."""
        place = self.elsewhere("isp") if self.chance.random() < 0.5 else self.usual_place(self.login())
        self.act("login", self.time - self.chance.randrange(20, 120) * MINUTE, place, device=f"{self.label['id']}-browser")
        small = len(self.customer.audience) < 150
        self.send(self.time, self.customer.audience if small else self.strangers(3_000), place, bounce=0.03)

    def knovio(self):
        """Guessing, a login from elsewhere, export, first mailing, import of new addresses, second mailing three hours later."""
        place, chance = self.elsewhere(), self.chance
        begin = self.time - 33 * HOUR
        self.act("login", begin - 9 * DAY, place, device="python-requests")
        for minute in range(0, 22 * 60, 40):
            self.act("login_failed", begin + minute * MINUTE, self.elsewhere("hosting"), count=chance.randrange(5, 60))
        self.act("login", begin + 20 * HOUR, place, device="python-requests")
        self.act("list_exported", begin + 21 * HOUR, place, count=len(self.customer.audience), value="all")
        self.send(self.time, self.customer.audience, place)
        new = self.strangers(chance.randrange(1_500, 6_000))
        self.act("list_imported", self.time + 16 * MINUTE, place, count=len(new), value="contacts")
        self.send(self.time + 3 * HOUR, new, place, bounce=0.09, complaint=0.01, trap=0.0005)

    def sendgrid_key(self):
        """A stolen key: many control calls from rented servers, a sender that nobody showed to own, then mail as that sender."""
        place, login, chance = self.elsewhere("hosting"), self.login(), self.chance
        begin = self.time - chance.randrange(10, 50) * MINUTE
        for step in range(chance.randrange(12, 40)):
            self.act("control_call", begin + step * 9 * SECOND, place, count=chance.randrange(1, 4),
                     value=chance.choice(("scopes", "senders", "stats")))
        domain = words.made_up_name(chance, 3) + "-support.example"
        sender = (f"no-reply@{domain}", "Account Team")
        self.act("sender_added", begin + 7 * MINUTE, place, value=sender[0])
        people = self.strangers(chance.randrange(800, 8_000))
        self.send(self.time, people, place, login=login, sender=sender, mail_from=f"bounce@{domain}", bounce=0.1, complaint=0.01,
                  trap=0.001)

    def ses_quota(self):
        """Probing calls, the quota raised within seconds, new senders, and then as much as goes."""
        place, chance = self.elsewhere("hosting"), self.chance
        begin = self.time - chance.randrange(2, 30) * HOUR
        for step, name in enumerate(("identity", "quota", "senders", "account")):
            self.act("control_call", begin + step * 2 * SECOND, place, value=name, count=chance.randrange(1, 12))
        self.act("quota_raised", begin + 10 * SECOND, place, value="50000", count=50_000)
        domains = [words.made_up_name(chance, 3) + ".example" for _ in range(chance.randrange(1, 4))]
        for number, domain in enumerate(domains):
            self.act("sender_added", self.time - (40 - number) * MINUTE, place, value=f"info@{domain}")
        self.send(self.time, self.strangers(chance.randrange(9_000, 16_000)), place, sender=(f"info@{domains[0]}", "Service"),
                  mail_from=f"info@{domains[0]}", bounce=0.12, complaint=0.012, trap=0.002, speed=450)

    def slow_drip(self):
        """A few mails a day for a week, in the working day, to strangers."""
        place, chance = self.elsewhere("isp"), self.chance
        letter = self.phish_letter(self.time)
        for day in range(7):
            for _ in range(chance.randrange(3, 7)):
                time = self.time - self.time % DAY + day * DAY + int(chance.uniform(8, 17) * HOUR)
                self.send(max(time, self.time + day * DAY), self.strangers(1), place, letter, bounce=0.03)

    def warm_up(self):
        """Two weeks of harmless mail whose footer names the attacker's domain; then the attack, which leads there."""
        login, host = self.login(), self.cast.main_host(self.phish)
        place = self.usual_place(login)
        label = {"attack": "warm_up_footer", "id": self.label["id"].replace("warm_up", "warm_up_footer")}
        self.life.extra_hosts.append((self.time - 14 * DAY, self.time, host))
        for days in (13, 10, 7, 4, 2):
            time = self.time - days * DAY
            if not login.is_key:
                self.log.act("login", time - 20 * MINUTE, self.customer.id, login.name, place, label, device=login.devices[0])
            self.life.mailing(time, place=place, login=login, label=label)
        self.send(self.time, self.customer.audience, place)

    def reply_chain(self):
        """Answers to the customer's own letters, to those who know it, with a new link or an archive."""
        chance, host = self.chance, self.cast.main_host(self.phish)
        old = [sending for sending in self.log.sendings if sending.customer == self.customer.id and sending.time < self.time
               and sending.tags]
        old = chance.sample(old, min(len(old), chance.randrange(6, 25)))
        place = None if chance.random() < 0.5 else self.elsewhere("isp")
        archive = chance.random() < 0.5
        time = self.time
        for sending in old:
            login = sending.tags["login"]
            self._answer(sending, time, place or self.usual_place(login), host, archive)
            time += chance.randrange(10, 240) * SECOND

    def _answer(self, old, time, place, host, archive):
        chance, customer = self.chance, self.customer
        style, number = customer.style_at(time), self.log.number(customer.id + "X")
        head = envelope(number, style, old.tags["sender"], "Re: " + old.tags["subject"].removeprefix("Re: "), "")
        text = words.sentences(chance, customer.language, customer.trade, 2)
        if archive:
            body = with_attachment(text, "plain", "document.zip", "application/zip", small_zip("document.txt", text * 20))
        else:
            body = text_part(f"{text}\n\nhttps://{host}/{chance.choice(words.SYLLABLES)}{chance.randrange(1000)}\n\n> "
                             + words.sentences(chance, customer.language, customer.trade, 2), "plain")
        self.log.send(Sending(time, customer.id, self.log.letter(number, head + body), old.recipients, old.tags["login"].name,
                              place,
                              old.mail_from, self.label, complaint=0.002, chance=rng(self.world.seed, "answer", number)))

    def template_copy(self):
        """The newest mailing once more: own list, own hour, own network; only the links of its buttons lead elsewhere."""
        newest = self.newest()
        login = self.login()
        head, _, body = self.log.letters[newest.letter].decode().partition("\r\n\r\n")
        text = base64.b64decode(body).decode()
        host = self.cast.main_host(self.phish)
        moved = lambda match: match[0] if match[0].rstrip('"').endswith(("/leave", ".png")) else \
            ('href="' if match[0].startswith("href") else "") + f"https://{host}/{self.chance.randrange(10_000)}" + \
            ('"' if match[0].endswith('"') else "")
        text = (BARE if self.customer.kind == "plain" else HREF).sub(moved, text)
        number = self.log.number(self.customer.id + "X")
        body = base64.encodebytes(text.encode()).decode().replace("\n", "\r\n")
        letter = self.log.letter(number, f"{head}\r\n\r\n{body}")
        place = self.usual_place(login)
        if not login.is_key:
            self.act("login", self.time - 15 * MINUTE, place, device=login.devices[0])
        self.send(self.time, self.customer.audience, place, letter)

    def decrypt(self):
        """A key that leaked: from one new address a script takes the customer's own people off the list, then writes to all."""
        place, chance = self.elsewhere("hosting"), self.chance
        keys = [login for login in self.customer.logins if login.is_key] or [self.login()]
        begin = self.time - chance.randrange(5, 40) * MINUTE
        for step in range(chance.randrange(3, 15)):
            self.act("control_call", begin + step * SECOND, place, keys[0].name, value="delete_contact", device="python-requests")
        self.send(self.time, self.customer.audience, place, login=keys[0])

    def mailchimp(self, place, actor, opened, sends):
        """One customer of a wave by a staff tool: opened, exported, a sender added, at some mail is sent."""
        chance = self.chance
        self.act("login", opened, place, actor=actor, device="support-console")
        if sends or chance.random() < 0.3:
            self.act("list_exported", opened + 4 * MINUTE, place, actor=actor, count=len(self.customer.audience), value="all")
        if sends:
            style = self.customer.style_at(self.time)
            sender = (f"support@{words.made_up_name(chance, 3)}.example",
                      style.brand) if chance.random() < 0.5 else style.senders[0]
            self.act("sender_added", opened + 9 * MINUTE, place, actor=actor, value=sender[0])
            self.send(self.time, self.customer.audience, place, sender=sender)

    def mailerlite(self, place, actor, opened):
        """One customer of a wave: the support's "log in as", and the same letter everywhere."""
        self.act("login", opened, place, actor=actor, device="support-console")
        self.send(self.time, self.customer.audience, place)

    def getresponse(self, other):
        """Staff rights carry a list off from one customer; another customer's account writes to it."""
        place, chance = self.elsewhere(), self.chance
        label = self.label
        actor = "staff:" + chance.choice(words.FIRST[:12])
        self.log.act("login", self.time - 26 * HOUR, other.customer.id, other.customer.logins[0].name, place, label, actor=actor,
                     device="support-console")
        self.log.act("list_exported", self.time - 25 * HOUR, other.customer.id, other.customer.logins[0].name, place, label,
                     actor=actor,
                     count=len(other.customer.audience), value="all")
        self.act("login", self.time - 3 * HOUR, place, device=f"{label['id']}-browser")
        self.act("list_imported", self.time - 2 * HOUR, place, count=len(other.customer.audience), value="contacts")
        self.send(self.time, other.customer.audience, place, bounce=0.01, complaint=0.01)
