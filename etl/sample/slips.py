"""How people write what they know: references with one slip, dates in seven ways, words with or without accents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

TIDY, UNTIDY = 0.80, 0.95  # below the first: as printed; below the second: only spaces and case; above: one slip
BEYOND_REPAIR = 0.03  # of the slips
LOOKALIKES = {"0": "O", "1": "I", "2": "Z", "5": "S", "8": "B"}
CHARACTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
EXCEL_EPOCH = date(1899, 12, 30)  # day 0 of a workbook's serial numbers, past the 1900 leap-year mistake

Cell = str | int | date | None


def reference(right: str, rng: Random) -> str:
    """The reference `FV26-000123-W` as somebody types it: mostly right, else with one slip of a known kind."""
    chance = rng.random()
    if chance < TIDY:
        return right
    if chance < UNTIDY:
        return rng.choice(UNTIDY_WAYS)(right)
    if rng.random() < BEYOND_REPAIR:
        return substituted(substituted(right, rng), rng)
    return rng.choice(SLIPS)(right, rng)


UNTIDY_WAYS: tuple[Callable[[str], str], ...] = (
    str.lower,
    lambda right: right.replace("-", ""),
    lambda right: right.replace("-", " "),
    lambda right: f" {right} ",
)


def lookalike(right: str, rng: Random) -> str:
    """Digits read as letters: `FV26-OOO123-W`; at least four digits stay, or nobody would take it for a reference."""
    read = LOOKALIKES if rng.random() < 0.5 else {"0": "O"}
    changed = [read.get(char, char) if rng.random() < 0.6 else char for char in right[4:-2]]
    return (
        right[:4] + "".join(changed) + right[-2:]
        if sum(map(str.isdigit, changed)) > 1
        else right.replace("00", "OO", 1)
    )


def without_prefix(right: str, rng: Random) -> str:
    """`26-000123-W`, and sometimes `26-123-W`."""
    return without_zeros(right, rng)[2:] if rng.random() < 0.4 else right[2:]


def without_zeros(right: str, _rng: Random) -> str:
    """`FV26-123-W`."""
    prefix, serial, check = right.split("-")
    return f"{prefix}-{int(serial):04}-{check}" if int(serial) < 100 else f"{prefix}-{int(serial)}-{check}"


def substituted(right: str, rng: Random) -> str:
    """One character replaced by another."""
    at = _place(right, rng)
    return right[:at] + rng.choice([c for c in CHARACTERS[:10] if c != right[at]]) + right[at + 1 :]


def deleted(right: str, rng: Random) -> str:
    """One character left out."""
    at = _place(right, rng)
    return right[:at] + right[at + 1 :]


def inserted(right: str, rng: Random) -> str:
    """One character typed twice, or one too many."""
    at = _place(right, rng)
    return right[:at] + rng.choice((right[at], rng.choice(CHARACTERS))) + right[at:]


def exchanged(right: str, rng: Random) -> str:
    """Two neighbours exchanged."""
    at = _place(right[:-3], rng)
    return right[:at] + right[at + 1] + right[at] + right[at + 2 :]


def _place(written: str, rng: Random) -> int:
    """Somewhere in the serial, where slips are made."""
    return rng.randrange(min(5, len(written) - 1), len(written))


Slip = Callable[[str, Random], str]
SLIPS: tuple[Slip, ...] = (
    lookalike,
    lookalike,
    without_prefix,
    without_zeros,
    substituted,
    deleted,
    inserted,
    exchanged,
)

DATE_STYLES: tuple[Callable[[date], Cell], ...] = (
    lambda day: day,
    lambda day: day,
    lambda day: f"{day:%d/%m/%Y}",
    lambda day: (day - EXCEL_EPOCH).days,
    lambda day: f"{day.day}/{day.month}/{day:%y}",
    lambda day: f"{day:%d.%m.%Y}",
    lambda day: day.isoformat(),
)
TEXT_DATES = (2, 4, 5, 6)  # the styles a CSV can hold

ISSUES = {
    "pris_en_charge": ("Pris en charge", "pris_en_charge", "PRIS EN CHARGE"),
    "injoignable": ("Injoignable", "injoignable"),
    "refus": ("Refus", "refus"),
    "reoriente": ("Réorienté", "reoriente"),
    "hors_champ": ("Hors champ", "hors_champ"),
    "soutien_impossible": ("Soutien impossible", "soutien_impossible"),
}
WORDS = {
    "elu": ("élu", "elu", "Élu"),
    "proche": ("proche", "Proche"),
    "salarie": ("salarié", "salarie"),
    "licencie": ("licencié", "licencie"),
    "presentiel": ("présentiel", "presentiel"),
    "telephone": ("téléphone", "telephone", "TELEPHONE"),
    "traite": ("traité", "traite"),
    "abandonne": ("abandonné", "abandonne"),
    "honore": ("honoré", "honore"),
    "annule": ("annulé", "annule"),
    "psy": ("psy", "PSY"),
}


def word(code: str, rng: Random) -> str:
    """A coded value as people write it."""
    return rng.choice(WORDS.get(code) or ISSUES.get(code) or (code,))
