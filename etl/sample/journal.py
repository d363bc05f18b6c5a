"""The platform's monthly exports: the contacts that opened the saisines among many that did not."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from etl.model.quarter import Quarter
from etl.sample.cases import Saisine, pick
from etl.sample.lines import LINES, OTHER_NUMBER
from etl.sample.slips import word

COLUMNS = (
    "id_appel", "debut", "duree_s", "canal", "statut", "numero_appele", "numero_appelant", "suite", "saisine_ref",
    "convention", "association", "qualite", "departement", "urgence", "beneficiaire",
)  # fmt: skip
OTHERS_PER_SAISINE, OTHERS_PER_DAY = 1.5, 3  # contacts that are no saisine
CALLED_BACK, REFUSED, REVISED = 0.08, 0.001, 0.02
OVERLAP = timedelta(days=2)  # each export begins with the last days of the month before
PARIS = ZoneInfo("Europe/Paris")
SUITES = (("information", 45), ("orientation", 35), ("sans_suite", 20))
STATUTS = (("traite", 78), ("abandonne", 13), ("dissuade", 5), ("messagerie", 4))
CANAUX = (("telephone", 88), ("rappel", 6), ("courriel", 4), ("formulaire", 2))


@dataclass(frozen=True)
class Contact:
    """One contact, values as the contract codes them; `at` is civil time in Paris."""

    id_appel: str
    at: datetime
    duree_s: int
    canal: str
    statut: str
    number: str
    caller: str
    suite: str
    reference: str = ""
    convention: str = ""
    association: str = ""
    qualite: str = ""
    departement: str = ""
    urgence: str = ""
    beneficiaire: str = ""


@dataclass(frozen=True)
class Export:
    """A file of the platform, and when the federation got it (civil time in Paris)."""

    name: str
    content: bytes
    received_at: datetime


def exports(saisines: list[Saisine], quarter: Quarter, rng: Random) -> Iterator[Export]:
    """The quarter's exports, one a month, each in another of the three ways the platform has of writing them."""
    contacts = sorted([*_of_saisines(saisines, rng), *_others(len(saisines), quarter, rng)], key=lambda c: c.at)
    numbered = [replace(contact, id_appel=f"A{n:08}") for n, contact in enumerate(contacts, 1)]
    for place, start in enumerate(_months(quarter)):
        end = start + timedelta(days=calendar.monthrange(start.year, start.month)[1])
        since = datetime.combine(start, time()) - OVERLAP
        rows = [
            _render(_revised(contact, start, rng), place, rng)
            for contact in numbered
            if since <= contact.at < datetime.combine(end, time())
        ]
        received_at = datetime.combine(end + timedelta(days=1), time(7, 30))
        yield Export(f"journal_{start:%Y-%m}.csv", _file(rows, place), received_at)


def _months(quarter: Quarter) -> list[date]:
    return [date(quarter.start.year, quarter.start.month + n, 1) for n in range(3)]


def _of_saisines(saisines: list[Saisine], rng: Random) -> Iterator[Contact]:
    for saisine in saisines:
        for place, (at, association) in enumerate(saisine.seizures):
            yield _opening(saisine, at, association, place == 0, rng)
        if rng.random() < CALLED_BACK:
            at, association = saisine.seizures[-1]
            again = at.replace(hour=10 + at.hour % 8) + timedelta(days=rng.randrange(1, 9))
            yield replace(_opening(saisine, again, association, False, rng), canal="rappel")


def _opening(saisine: Saisine, at: datetime, association: str, first: bool, rng: Random) -> Contact:
    return Contact(
        id_appel="",
        at=at,
        duree_s=_duration(rng),
        canal="telephone" if rng.random() < 0.92 else "courriel",
        statut="traite",
        number=saisine.number,
        caller=_caller(rng),
        suite="saisine",
        reference=saisine.reference,
        convention=saisine.said_convention if first else "",
        association=association,
        qualite=saisine.said_qualite if first else "",
        departement=saisine.departement,
        urgence="oui" if saisine.urgence else rng.choice(("", "non")),
        beneficiaire=saisine.beneficiaire,
    )


def _others(saisines: int, quarter: Quarter, rng: Random) -> Iterator[Contact]:
    """Contacts that pass nothing on: some every day, also at night and in the hours that summer time moves."""
    days = [quarter.start + timedelta(days=n) for n in range((quarter.end - quarter.start).days)]
    numbers = [*(line.number for line in LINES), OTHER_NUMBER]
    for day in days * OTHERS_PER_DAY + rng.choices(days, k=int(saisines * OTHERS_PER_SAISINE)):
        hour = rng.choice((0, 1, 3, 6, 22, 23)) if rng.random() < 0.03 else rng.randrange(9, 21)
        yield Contact(
            id_appel="",
            at=datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60))),
            duree_s=_duration(rng),
            canal=pick(rng, CANAUX),
            statut=pick(rng, STATUTS),
            number=rng.choice(numbers),
            caller=_caller(rng),
            suite=pick(rng, SUITES),
        )


def _duration(rng: Random) -> int:
    return min(3600, int(rng.lognormvariate(6.1, 0.7)))  # mean about nine minutes, a long tail


def _caller(rng: Random) -> str:
    if rng.random() < 0.1:
        return rng.choice(("anonyme", "Restricted", ""))
    return f"063998{rng.randrange(10000):04}"  # 06 39 98: kept for fiction by Arcep


def _revised(contact: Contact, month: date, rng: Random) -> Contact:
    """In the days that two exports share, a few rows were completed in between."""
    if contact.at.date() >= month or rng.random() >= REVISED:
        return contact
    if contact.suite == "saisine" and rng.random() < 0.3:
        return replace(contact, urgence="oui")
    return replace(contact, duree_s=contact.duree_s + 60)


def _render(contact: Contact, place: int, rng: Random) -> list[str]:
    """The cells of one row: the first export is plain, the second in French words and civil times, the third ISO."""
    accents = place == 1
    row = [
        contact.id_appel,
        _instant(contact.at, place),
        str(contact.duree_s),
        word(contact.canal, rng) if accents else contact.canal,
        word(contact.statut, rng) if accents else contact.statut,
        _telephone(contact.number, rng),
        contact.caller,
        contact.suite,
        contact.reference,
        contact.convention,
        contact.association,
        word(contact.qualite, rng) if accents and contact.qualite else contact.qualite,
        contact.departement,
        contact.urgence,
        contact.beneficiaire,
    ]
    if contact.suite != "saisine" and rng.random() < REFUSED:
        _spoil(row, rng)
    return row


def _spoil(row: list[str], rng: Random) -> None:
    """One cell that cannot be read: such a row is refused, the others of the file are not."""
    column, value = rng.choice(
        (("debut", "30/02/2026 10:00"), ("duree_s", "-12"), ("suite", "transfert"), ("suite", ""))
    )
    row[COLUMNS.index(column)] = value


def _instant(at: datetime, place: int) -> str:
    if place == 0:
        return at.isoformat(sep=" ")
    if place == 1:
        return f"{at:%d/%m/%Y %H:%M:%S}"
    return at.replace(tzinfo=PARIS).isoformat()


def _telephone(number: str, rng: Random) -> str:
    pairs = [number[n : n + 2] for n in range(0, 10, 2)]
    spaced = " ".join(pairs)
    return rng.choice((spaced, spaced, number, ".".join(pairs), "+33 " + spaced[1:], "0033" + number[1:]))


def _file(rows: list[list[str]], place: int) -> bytes:
    separator = ",;;"[place]
    lines = [separator.join(COLUMNS), *(separator.join(row) for row in rows)]
    if place != 2:
        lines.append(separator.join(("TOTAL", str(len(rows)))))
    text = "\r\n".join(lines) + "\r\n"
    return text.encode(("utf-8-sig", "cp1252", "utf-8")[place])
