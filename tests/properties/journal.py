"""Random journals: redirections, chains, same-day seizures, repeated persons, late and overlapping rows, days around the quarter's ends."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.reference.base import check_character, written_form

from .choose import Choose
from .register import ASSOCIATIONS, CONVENTIONS, NUMBERS, QUALITES, STRANGER, Row, Tables

# Serials one slip apart, with zeros on the left, so that repairs collide.
SERIALS = (12, 21, 112, 120, 1012, 13, 23, 102, 132, 10012, 100012, 113, 31)
MORE_SERIALS = tuple(range(4_510, 4_550))
PERSONS = ("p1", "p2", "p3", "p4", "p5", "p6")
MANY = 25  # saisines a month, from which a wider choice of references is drawn
PARIS, UTC = ZoneInfo("Europe/Paris"), ZoneInfo("UTC")


def reference(year: int, serial: int) -> str:
    body = f"FV{year:02d}{serial:06d}"
    return written_form(body + check_character(body))


REFERENCES = tuple(reference(26, serial) for serial in SERIALS) + tuple(reference(25, serial) for serial in SERIALS[:7])
MANY_REFERENCES = REFERENCES + tuple(reference(26, serial) for serial in MORE_SERIALS)


def write(choose: Choose, tables: Tables, count: int, received_on: date) -> None:
    """The rows of a few saisines, new or known."""
    for _ in range(count):
        known = choose.one(REFERENCES if count < MANY else MANY_REFERENCES)
        opening = opened(choose, received_on)
        day = opening
        for place in range(choose.one((1, 1, 1, 2, 3))):
            late = choose.one((received_on, received_on, received_on, received_on - timedelta(days=20)))
            tables["contact"].append(row(choose, tables, known, day, max(late, day), place))
            day += timedelta(days=choose.one((0, 3, 1, 20, 45)))
            if day > received_on:
                break


def opened(choose: Choose, received_on: date) -> date:
    """A day before the reception, the quarter's ends rather than others."""
    back = choose.one((20, 30, 45, 60, 75, 90, 0, 1, 5, 100, 150)) if not choose.chance(4) else 420
    ends = [
        day for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1)) if day <= received_on
    ]
    return choose.one(ends) if ends and choose.chance(15) else received_on - timedelta(days=back)


def usual(choose: Choose, known: str, values: tuple, percent: int):
    """Most often the same value for the same saisine."""
    return values[int(known[5:11]) % len(values)] if choose.chance(percent) else choose.one(values)


def row(choose: Choose, tables: Tables, known: str | None, day: date, received_on: date, place: int) -> Row:
    begun = datetime.combine(
        day, time.fromisoformat(choose.one(("10:00:00", "08:59:00", "14:30:00", "00:30:00", "22:00:00"))), PARIS
    )
    number = len(tables["contact"]) + 1
    again = tables["contact"] and choose.chance(6)
    id_appel = choose.one(tables["contact"])["id_appel"] if again else f"{choose.below(90) + 10}-{number}"
    return {
        "contact_id": number, "id_appel": id_appel, "debut_at": begun.astimezone(UTC).replace(tzinfo=None), "debut_on": day,
        "debut_time": begun.strftime("%H:%M:%S"), "duree_s": None, "canal": "telephone", "statut": "traite",
        "numero_appele": choose.one((*NUMBERS, None)), "suite": "saisine", "reference": known,
        "convention": usual(choose, known, (*CONVENTIONS, None), 92) if choose.chance(98) else "XX",
        "association": STRANGER if choose.chance(1) else usual(choose, known, ASSOCIATIONS, 75),
        "qualite": usual(choose, known, QUALITES, 88) if choose.chance(85) else None, "departement": None, "urgence": choose.chance(25),
        "beneficiaire": usual(choose, known, (*PERSONS, None), 93), "received_on": received_on,
        "sha256": f"{choose.below(10)}{number}", "row_number": number,
    }  # fmt: skip
