"""The saisines of the quarter as they really happened, before anybody writes them down wrongly."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from etl.model.quarter import Quarter
from etl.model.reference import make
from etl.sample.lines import LINES, OPENS, OTHER_NUMBER, Line
from etl.sample.network import Association, competent

# Shares of the saisines, in parts of one.
REDIRECTED, URGENT, REPEATED, UNNAMED_CONVENTION, UNKNOWN_LINE, OTHER_LINE = 0.05, 0.04, 0.015, 0.3, 0.002, 0.004
INELIGIBLE, QUALITE_NEVER_SAID, QUALITE_LEFT_OUT, NO_BENEFICIAIRE, OUT_OF_HOURS, BY_HABIT = (
    0.004,
    0.004,
    0.03,
    0.03,
    0.005,
    0.15,
)
WEEKDAYS = (1.2, 1.1, 1.0, 1.0, 1.0, 0.6, 0.5)  # Monday first; the line is open seven days a week
ISSUES = (
    ("pris_en_charge", 74),
    ("injoignable", 12),
    ("refus", 6),
    ("reoriente", 4),
    ("hors_champ", 3),
    ("soutien_impossible", 1),
)
MODES = (("presentiel", 58), ("telephone", 30), ("visio", 12))
STATUTS = (("honore", 91), ("absence", 6), ("annule", 3))


@dataclass(frozen=True)
class Session:
    """One interview that was held, missed or cancelled."""

    day: date
    hour: str | None
    nature: str
    mode: str
    statut: str


@dataclass(frozen=True)
class Care:
    """What one association did of one saisine: the matter of its fiche."""

    association: str
    from_day: date
    tentatives: int
    issue: str
    first_contact: date | None = None
    sessions: tuple[Session, ...] = ()
    closed: date | None = None


@dataclass(frozen=True)
class Saisine:
    """A request passed to an association, and what became of it.

    Attributes:
        opened_at: civil time in Paris.
        said_convention: what the platform entered, empty when it left it to the line.
        said_qualite: what the platform entered; `qualite` is the truth.
        seizures: (civil time, association code), the first one opens.
        cares: what each seized association did, in order of seizure.
    """

    reference: str
    opened_at: datetime
    line: Line
    number: str
    said_convention: str
    qualite: str
    said_qualite: str
    departement: str
    urgence: bool
    beneficiaire: str
    seizures: tuple[tuple[datetime, str], ...]
    cares: tuple[Care, ...] = field(default=())


def pick(rng: Random, weighted: tuple[tuple[str, int], ...]) -> str:
    """One of the values, by its weight."""
    return rng.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]


def happen(count: int, quarter: Quarter, network: list[Association], rng: Random) -> list[Saisine]:
    """Invent the saisines of a quarter.

    Args:
        count: how many.
        quarter: the quarter in which all of them are opened.
        network: the associations, from which the competent ones are drawn.
        rng: source of chance.

    Returns:
        The saisines in order of opening, which is also that of their references.
    """
    lines = rng.choices(LINES, [line.share for line in LINES], k=count)
    days = [quarter.start + timedelta(days=n) for n in range((quarter.end - quarter.start).days)]
    dates = rng.choices(days, [WEEKDAYS[day.weekday()] for day in days], k=count)
    chosen = rng.choices(network, [one.weight for one in network], k=count)
    openings = sorted(
        ((_moment(day, line, rng), n) for n, (day, line) in enumerate(zip(dates, lines, strict=True))),
    )
    past: list[Saisine] = []
    for serial, (opened_at, n) in enumerate(openings, 1):
        past.append(_saisine(serial, opened_at, lines[n], chosen[n], network, past, rng))
    return past


def _moment(day: date, line: Line, rng: Random) -> datetime:
    hour = rng.choice((7, 8, 22)) if rng.random() < OUT_OF_HOURS else rng.randrange(OPENS, line.closes)
    return datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)))


def _saisine(
    serial: int,
    opened_at: datetime,
    line: Line,
    chosen: Association,
    network: list[Association],
    past: list[Saisine],
    rng: Random,
) -> Saisine:
    before = _earlier_of_same_person(past, opened_at, rng)
    if before is not None:
        line, chosen = before.line, next(one for one in network if one.code == before.seizures[0][1])
    qualite = before.qualite if before else pick(rng, line.qualites)
    if rng.random() < INELIGIBLE:
        qualite = "agent"
    said_convention, number = _as_dialled(line, rng)
    seizures = _seizures(opened_at, chosen, network, rng)
    urgence = rng.random() < URGENT
    return Saisine(
        reference=make(opened_at.year, serial),
        opened_at=opened_at,
        line=line,
        number=number,
        said_convention=said_convention,
        qualite=qualite,
        said_qualite="" if rng.random() < QUALITE_LEFT_OUT else qualite,
        departement=before.departement if before else chosen.departement,
        urgence=urgence,
        beneficiaire=before.beneficiaire if before else _beneficiaire(rng),
        seizures=seizures,
        cares=tuple(_cares(seizures, line, urgence, rng)),
    )


def _earlier_of_same_person(past: list[Saisine], opened_at: datetime, rng: Random) -> Saisine | None:
    if not past or rng.random() >= REPEATED:
        return None
    one = past[-min(len(past), rng.randrange(1, 200))]
    return one if one.beneficiaire and opened_at - one.opened_at <= timedelta(days=45) else None


def _beneficiaire(rng: Random) -> str:
    return "" if rng.random() < NO_BENEFICIAIRE else f"B{rng.randrange(10**9):09}"


def _as_dialled(line: Line, rng: Random) -> tuple[str, str]:
    chance = rng.random()
    if chance < UNKNOWN_LINE:
        return "", OTHER_NUMBER
    if chance < UNKNOWN_LINE + OTHER_LINE:
        return line.convention, rng.choice([other.number for other in LINES if other.number != line.number])
    # The municipal convention shares its line with another one that comes first: it must be named.
    unnamed = line.convention != "AMF" and rng.random() < UNNAMED_CONVENTION
    return ("" if unnamed else line.convention), line.number


def _seizures(
    opened_at: datetime, chosen: Association, network: list[Association], rng: Random
) -> tuple[tuple[datetime, str], ...]:
    # An association that had closed before the quarter is still seized now and then, by habit.
    first = chosen if rng.random() < BY_HABIT else competent(network, chosen, opened_at.date())
    seizures = [(opened_at, first.code)]
    if rng.random() < REDIRECTED and len(network) > 1:
        again = opened_at + timedelta(days=rng.randrange(3, 13), minutes=rng.randrange(-200, 200))
        other = competent(network, rng.choice(network), again.date())
        told = Quarter.of(again.date()) == Quarter.of(opened_at.date())  # a later export is not in the inbox
        if told and other.code not in (first.code, first.successeur):
            seizures.append((again, other.code))
    return tuple(seizures)


def _cares(seizures: tuple[tuple[datetime, str], ...], line: Line, urgence: bool, rng: Random) -> list[Care]:
    cares = []
    for place, (at, association) in enumerate(seizures):
        last = place == len(seizures) - 1
        issue = pick(rng, ISSUES) if last else rng.choice(("reoriente", "reoriente", "soutien_impossible"))
        cares.append(_care(at.date(), association, issue, line, urgence, rng))
    return cares


def _care(day: date, association: str, issue: str, line: Line, urgence: bool, rng: Random) -> Care:
    tentatives = rng.choice((1, 2, 2, 2, 3, 3, 4, 5)) if issue == "injoignable" else rng.choice((0, 1, 1, 2))
    closed = day + timedelta(days=rng.randrange(2, 20))
    if issue != "pris_en_charge":
        return Care(association, day, tentatives, issue, closed=closed)
    delay = rng.randrange(2) if urgence else min(15, int(rng.expovariate(1 / 3)))
    first = day + timedelta(days=delay)
    sessions = _sessions(first, line, rng)
    first = min((s.day for s in sessions), default=first)
    end = max((s.day for s in sessions), default=first) + timedelta(days=rng.randrange(6))
    return Care(association, day, tentatives, issue, first, sessions, end if rng.random() < 0.7 else None)


def _sessions(first: date, line: Line, rng: Random) -> tuple[Session, ...]:
    held = []
    for nature, mean in line.sessions.items():
        day = first + timedelta(days=0 if nature == "psy" else rng.randrange(1, 8))
        for _ in range(_poisson(mean, rng)):
            hour = None if rng.random() < 0.3 else f"{rng.randrange(8, 19):02}:{rng.choice(('00', '30'))}"
            day += timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)  # no interviews at weekends
            held.append(Session(day, hour, nature, pick(rng, MODES), pick(rng, STATUTS)))
            day += timedelta(days=rng.randrange(5, 15))
    return tuple(sorted(held, key=lambda s: (s.day, s.nature)))


def _poisson(mean: float, rng: Random) -> int:
    """A count whose mean is `mean`: the number of exponential waits that fit in one unit of time."""
    count, left = 0, rng.expovariate(mean)
    while left < 1.0:
        count, left = count + 1, left + rng.expovariate(mean)
    return count
