"""Dates, money, references: the arithmetic that every section needs."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

PRESTATIONS = ["PEC", "CAR", "REO", "PSY", "JUR", "SOC"]
NATURE = {"psy": "PSY", "jur": "JUR", "soc": "SOC"}
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
HUNDRED_PER_CENT_E4 = 1_000_000
APART_MINUTES = 45


def days(count: int) -> timedelta:
    return timedelta(days=count)


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def with_uplift(base_cents: int, uplift_e4: int) -> int:
    """The price with its uplifts, rounded half up to the cent (away from zero for negatives)."""
    exact = base_cents * (HUNDRED_PER_CENT_E4 + uplift_e4)
    rounded = (2 * abs(exact) + HUNDRED_PER_CENT_E4) // (2 * HUNDRED_PER_CENT_E4)
    return rounded if exact >= 0 else -rounded


def percent(uplift_e4: int) -> float | int:
    """The uplift as the statement prints it: 15, -40, 12.5."""
    return uplift_e4 // 10_000 if uplift_e4 % 10_000 == 0 else uplift_e4 / 10_000


def compact(text: str) -> str:
    return "".join(c for c in text.upper() if c.isalnum())


def check_character(body: str) -> str:
    """ISO 7064 MOD 37,36 over the ten characters."""
    product = 36
    for character in body:
        product = (product + ALPHABET.index(character)) % 36 or 36
        product = product * 2 % 37
    return ALPHABET[(37 - product) % 36]


def written_form(eleven: str) -> str:
    return f"{eleven[:4]}-{eleven[4:10]}-{eleven[10:]}"


def exact_reference(text: str) -> str | None:
    """The canonical reference if what is written is well formed and its check character right."""
    c = compact(text)
    if len(c) != 11 or c[:2] != "FV" or not (c[2:10].isascii() and c[2:10].isdigit()) or c[10] not in ALPHABET:
        return None
    return written_form(c) if check_character(c[:10]) == c[10] else None


def minutes(hour: str | None) -> int | None:
    return None if not hour else int(hour[:2]) * 60 + int(hour[3:5])


def well_apart(one: int | None, other: int | None) -> bool:
    """Both hours are known and at least 45 minutes apart."""
    return one is not None and other is not None and abs(one - other) >= APART_MINUTES


def hour_order(hour: int | None) -> int:
    return -1 if hour is None else hour


def overseas(departement: str | None) -> bool:
    return bool(departement) and departement[:2] in ("97", "98")
