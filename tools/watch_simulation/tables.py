"""Tables in Markdown of how attacks came off and what alarms honest mail raised."""
import statistics


def shapes_of(outcome):
    """The attacks of a baseline in the form of the summary of `tocsin watch replay`."""
    shapes = {}
    for attack in outcome.attacks.values():
        shapes.setdefault(attack.shape, []).append(attack)
    result = {}
    for shape, attacks in sorted(shapes.items()):
        waits = [attack.alarm - attack.first for attack in attacks if attack.alarm is not None]
        leaked = [attack.leaked for attack in attacks]
        result[shape] = {"with_mail": len(attacks), "held_before_first_recipient": sum(1 for many in leaked if many == 0),
                         "alarmed": len(waits), "recipients_leaked_median": statistics.median(leaked),
                         "recipients_leaked_most": max(leaked), "seconds_to_alarm_median": statistics.median(waits) if waits
                         else None}
    return result


def _number(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.2f}"


def totals(shapes):
    """(attacks, held before the first recipient) of all shapes; what goes ahead of an attack is none yet."""
    counted = [row for shape, row in shapes.items() if shape != "warm_up_footer" and row["with_mail"]]
    return tuple(sum(row[name] for row in counted) for name in ("with_mail", "held_before_first_recipient"))


def overview(rows):
    """One row for each method: (title, shapes, alarms, customer days)."""
    lines = ["| method | attacks | held before the first recipient | alarms about honest mail for 1,000 customers and day |",
             "|---|---:|---:|---:|"]
    for title, shapes, alarms, customer_days in rows:
        mail, held = totals(shapes)
        lines.append(f"| {title} | {mail} | {held} ({100 * held / max(1, mail):.1f} %) | "
                     f"{sum(alarms.values()) * 1_000 / max(1, customer_days):.2f} |")
    return "\n".join(lines)


def attacks_table(shapes):
    """One row for each shape, and one for all."""
    rows = ["| shape | attacks | held before the first recipient | alarmed | recipients leaked, median | worst "
            "| seconds to the alarm, median |",
            "|---|---:|---:|---:|---:|---:|---:|"]
    for shape, row in shapes.items():
        count = row["with_mail"]
        if count == 0:
            continue
        share = 100 * row["held_before_first_recipient"] / count
        # Negative: before its first message.
        wait = row["seconds_to_alarm_median"] if row["alarmed"] else None
        # Customers whose account was entered, and nothing was sent yet, count here too.
        alarmed = f"{row['alarmed']} of {max(count, row.get('attacks', 0))}"
        rows.append(f"| {shape} | {count} | {row['held_before_first_recipient']} ({share:.0f} %) | {alarmed} | "
                    f"{_number(row['recipients_leaked_median'])} | {_number(row['recipients_leaked_most'])} | {_number(wait)} |")
    mail, held = totals(shapes)
    rows.append(f"| **all but warm_up_footer** | {mail} | {held} ({100 * held / max(1, mail):.1f} %) | | | | |")
    return "\n".join(rows)


def benign_table(alarms, cases, customer_days):
    """Alarms about honest mail: by case, and for 1,000 customers and day."""
    if not alarms:
        return "No alarm about honest mail."
    rows = ["| honest mail | customers or cases | alarms | for 1,000 customers and day |", "|---|---:|---:|---:|"]
    for case in sorted(set(cases) | set(alarms), key=lambda name: (name != "ordinary", name)):
        count = alarms.get(case, 0)
        rows.append(f"| {case} | {len(cases.get(case, ()))} | {count} | {count * 1_000 / max(1, customer_days):.2f} |")
    total = sum(alarms.values())
    rows.append(f"| **all** | | {total} | {total * 1_000 / max(1, customer_days):.2f} |")
    return "\n".join(rows)
