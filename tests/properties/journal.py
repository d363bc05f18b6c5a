"""Random journals: redirections, chains, same-day seizures, repeated persons, late and overlapping rows, days around the quarter's ends."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.reference.base import check_character, written_form

from .choose import Choose
from .register import ASSOCIATIONS, CONVENTIONS, NUMBERS, QUALITES, STRANGER, Row, Tables

# Serials one slip apart, with zeros on the left, so that repairs collide.
SERIALS = (12, 21, 112, 120, 1012, 13, 23, 102, 132, 10012, 100012, 113, 31)
PERSONS = ("p1", "p2", "p3")
PARIS, UTC = ZoneInfo("Europe/Paris"), ZoneInfo("UTC")


def reference(year: int, serial: int) -> str:
    body = f"FV{year:02d}{serial:06d}"
    return written_form(body + check_character(body))


REFERENCES = tuple(reference(26, serial) for serial in SERIALS) + tuple(reference(25, serial) for serial in SERIALS[:7])


def write(choose: Choose, tables: Tables, count: int, received_on: date) -> None:
    """The rows of a few saisines, new or known."""
    for _ in range(count):
        known = choose.one(REFERENCES)
        opening = opened(choose, received_on)
        day = opening
        for place in range(choose.one((1, 1, 2, 3, 2))):
            late = choose.one((received_on, received_on, received_on, received_on - timedelta(days=20)))
            tables["contact"].append(row(choose, tables, known, day, max(late, day), place))
            day += timedelta(days=choose.one((0, 3, 1, 20, 45)))
            if day > received_on:
                break


def opened(choose: Choose, received_on: date) -> date:
    """A day before the reception, the quarter's ends rather than others."""
    back = choose.one((20, 0, 1, 5, 45, 60, 75, 90, 100, 150, 250, 420))
    ends = [day for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1)) if day <= received_on]
    return choose.one(ends) if ends and choose.chance(15) else received_on - timedelta(days=back)


def row(choose: Choose, tables: Tables, known: str | None, day: date, received_on: date, place: int) -> Row:
    begun = datetime.combine(day, time.fromisoformat(choose.one(("10:00:00", "08:59:00", "14:30:00", "00:30:00", "22:00:00"))), PARIS)
    number = len(tables["contact"]) + 1
    again = tables["contact"] and choose.chance(6)
    id_appel = choose.one(tables["contact"])["id_appel"] if again else f"{choose.below(90) + 10}-{number}"
    return {
        "contact_id": number, "id_appel": id_appel, "debut_at": begun.astimezone(UTC).replace(tzinfo=None), "debut_on": day,
        "debut_time": begun.strftime("%H:%M:%S"), "duree_s": None, "canal": "telephone", "statut": "traite",
        "numero_appele": choose.one((*NUMBERS, None)), "suite": "saisine", "reference": known,
        "convention": choose.one((*CONVENTIONS, None, None, None, "XX")) if choose.chance(80) else "CA",
        "association": STRANGER if choose.chance(3) else choose.one(ASSOCIATIONS),
        "qualite": choose.one((*QUALITES, None, None)), "departement": None, "urgence": choose.chance(25),
        "beneficiaire": choose.one((None, *PERSONS)), "received_on": received_on,
        "sha256": f"{choose.below(10)}{number}", "row_number": number,
    }  # fmt: skip
