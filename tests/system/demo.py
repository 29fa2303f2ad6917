#!/usr/bin/python3
"""Plays real mail through a running Tocsin, in both directions, and prints what happens with a clock.

Exit code 0: everything happened as it should. The sender, the next hop and the daemon all run on loopback and end with the demo.
"""
import pathlib
import sys
import tempfile
import time

import demo_mail
import demo_response
from tocsin_system import Daemon, SmtpSink

COLOURS = ("\033[1m", "\033[31m", "\033[32m", "\033[33m", "\033[0m")
BOLD, RED, GREEN, YELLOW, PLAIN = COLOURS if sys.stdout.isatty() else ("",) * 5


LETTERS = (("Lunch?", "Shall we meet at noon? The place around the corner has soup today."),
           ("Minutes of Monday", "Here is what we said on Monday. Please write to me when something is missing."),
           ("The book", "I have found the book that you asked for. It lies on the shelf beside the window."))
READERS, CUSTOMER = 12, "news@garden.example.org"


class TimeLine:
    """Prints events with the seconds since the start, and remembers whether each was as expected."""

    def __init__(self):
        self.begin = time.monotonic()
        self.failures = 0

    def say(self, text, colour=PLAIN):
        print(f"{time.monotonic() - self.begin:7.3f} s  {colour}{text}{PLAIN}", flush=True)

    def expect(self, condition, text):
        if not condition:
            self.failures += 1
            self.say("NOT AS EXPECTED: " + text, RED)


def mail_of_others(sink):
    """What went on, without what Tocsin itself wrote to people."""
    return [one for one in sink.delivered if one.mail_from != demo_response.OWN_ADDRESS]


def morning(line, daemon):
    """An ordinary one. Returns how many letters reach the staff."""
    begin, letters = time.monotonic(), 0
    for place, employee in enumerate(demo_response.STAFF):
        for number, (subject, text) in enumerate(LETTERS):
            sender = f"friend{place}{number}@example.net"
            letter = demo_mail.plain(sender, employee, subject, text, place * 10 + number)
            letters += daemon.send("inbound", sender, [employee], letter)[0] == 250
    copies = 0
    for number in range(READERS):
        reader = f"reader{number}@example.com"
        code, text = daemon.send("outbound", CUSTOMER, [reader], demo_mail.newsletter(CUSTOMER, reader))
        copies += code == 250 and "held" not in text
    line.expect((letters, copies) == (len(demo_response.STAFF) * len(LETTERS), READERS), "an ordinary morning is let through")
    line.say(f"an ordinary morning: {letters} letters come in, {copies} copies of a newsletter go out, "
             f"each judged, in {time.monotonic() - begin:.1f} s")
    return letters


def play(line, daemon, sink):
    """Five acts."""

    def send(direction, sender, recipient, content, what):
        line.say(f"{direction:8} {sender} -> {recipient}: {what}")
        code, text = daemon.send(direction, sender, [recipient], content)
        colour = GREEN if code == 250 and "held" not in text else YELLOW if code == 250 else RED
        line.say(f"         answer {code} {text}", colour)
        return code, text

    customer, employee = CUSTOMER, "clerk@esp.example"
    code, text = send("inbound", "friend@example.net", employee,
                      demo_mail.plain("friend@example.net", employee, "Lunch?", "Shall we meet at noon?"),
                      "a friend asks for lunch")
    line.expect(code == 250 and len(mail_of_others(sink)) == 1, "clean mail in is delivered")
    news = demo_mail.newsletter(customer, "reader@example.com")
    code, text = send("outbound", customer, "reader@example.com", news, "the customer's newsletter")
    line.expect(code == 250 and len(mail_of_others(sink)) == 2, "clean mail out is delivered")
    code, text = send("outbound", customer, "victim@example.com", demo_mail.infected(customer, "victim@example.com"),
                      "the customer's login was stolen: \"wedding photos\" with a test virus go OUT")
    line.expect(code == 250 and "held" in text and len(mail_of_others(sink)) == 2, "infected mail out is held")
    code, text = send("inbound", "stranger@example.net", employee, demo_mail.infected("stranger@example.net", employee),
                      "the same photos come IN to an employee")
    line.expect(code == 550 and len(mail_of_others(sink)) == 2, "infected mail in is refused")
    answer = daemon.command("order", "block", customer, "--reason", "login stolen, see held message", "--by", "abuse-desk",
                            "--json")
    line.say(f"ORDER    {answer['id']} by {answer['given_by']}: block {answer['value']} ({answer['reason']})", BOLD)
    code, text = send("outbound", customer, "reader@example.com", news, "the thief tries again with a clean mail")
    line.expect(code == 550 and len(mail_of_others(sink)) == 2, "the next mail of a blocked sender is refused")


def show_journal(line, daemon):
    """What `tocsin journal list` and `tocsin quarantine list` show afterwards."""
    records = daemon.command("journal", "list", "--json")["records"]
    line.expect([record["disposition"] for record in records[:5]] == ["reject", "reject", "hold", "accept", "accept"],
                "the journal has all five messages with their dispositions")
    line.expect([record["outcome"] for record in records] == ["not_scanned"] + (len(records) - 1) * ["verdict"],
                "every message was scanned but the one whose sender is blocked")
    print(f"\n{BOLD}$ tocsin journal list --limit 5{PLAIN}\n" + str(daemon.command("journal", "list", "--limit", "5")).rstrip())
    print(f"\n{BOLD}$ tocsin quarantine list{PLAIN}\n" + str(daemon.command("quarantine", "list")).rstrip())


def main():
    line = TimeLine()
    sink = SmtpSink()
    dovecot = demo_response.mailboxes_of_staff()
    try:
        folder = tempfile.mkdtemp(prefix="tocsin-demo-")
        demo_response.give_past(folder)
        daemon = Daemon(sink, configuration=demo_response.configuration(folder, dovecot))
        daemon.data = pathlib.Path(folder)
        with daemon:
            line.say(f"tocsin serve is ready: inbound 127.0.0.1:{daemon.ports['inbound']}, "
                     f"outbound 127.0.0.1:{daemon.ports['outbound']}", BOLD)
            letters = morning(line, daemon)
            demo_response.deliver(dovecot, sink)
            sink.delivered.clear()
            play(line, daemon, sink)
            show_journal(line, daemon)
            print()
            sink.delivered.clear()
            demo_response.tell(line, daemon, sink, dovecot, letters)
            status = daemon.command("status", "--json")
            print(f"\nReaders are confined by: {status['confinement']}")
            if sys.stdin.isatty() and sys.stdout.isatty():
                print(f"The daemon is still there: try `build/tocsin incident list --data {daemon.data}`.")
                input("Enter ends it. ")
    finally:
        sink.stop()
        if dovecot:
            dovecot.close()
    print(f"\n{RED}{line.failures} thing(s) were not as expected.{PLAIN}" if line.failures
          else f"\n{GREEN}Everything happened as it should: no infected mail left or arrived, who got the phish was warned,\n"
               f"the stolen account reached nobody, and nothing was lost.{PLAIN}")
    return 1 if line.failures else 0


if __name__ == "__main__":
    sys.exit(main())
