"""What the associations send back: which file, when, with which saisines in it, and the mistakes made on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from etl.model.quarter import Quarter
from etl.model.reference import make
from etl.sample import slips
from etl.sample.cases import Care, Saisine, Session
from etl.sample.network import Association

HELD_BACK, FORGOTTEN = 0.18, 0.02  # of the fiches: sent after the cutoff by those who send late; never sent
MISTAKES = 0.012  # of the fiches, and three times that of those with sessions
ASTRAY = 0.002  # of the fiches: sent by an association that the journal never seized
NATURES = ("psy", "jur", "soc")


@dataclass(frozen=True)
class Fiche:
    """A fiche as an association wrote it in one file.

    Attributes:
        written: the reference as typed.
        named: the association column, mostly empty or right.
        declared: nature → declared number of sessions, empty when none is declared.
        issue: coded outcome, or a word outside the list.
    """

    written: str
    named: str
    convention: str
    version: int | None
    opened_on: date
    qualite: str
    departement: str
    tentatives: int
    first_contact: date | None
    issue: str
    declared: dict[str, int]
    memo: str
    closed: date | None
    sessions: tuple[Session, ...]


@dataclass(frozen=True)
class Delivery:
    """One file of one association, and when it reached the federation (civil time in Paris)."""

    association: str
    stem: str
    received_at: datetime
    fiches: tuple[Fiche, ...]
    sent_twice: bool = False


Work = list[tuple[Saisine, Care]]


def deliveries(saisines: list[Saisine], network: list[Association], quarter: Quarter, seed: int) -> Iterator[Delivery]:
    """Every file that the associations send for a quarter: early ones, the main one, late ones, the same one twice.

    Args:
        saisines: what happened.
        network: the associations; one that has closed is answered for by its successor.
        quarter: the quarter of the saisines.
        seed: of the chances, so that one association's files do not depend on another's.
    """
    work = _by_sender(saisines, network, Random(f"{seed} senders"))
    for one in network:
        if work.get(one.code) and one.number % 31 != 17:  # a few associations never answer
            yield from _of_association(one, work[one.code], quarter, Random(f"{seed} {one.code}"))


def _by_sender(saisines: list[Saisine], network: list[Association], rng: Random) -> dict[str, Work]:
    heir = {one.code: one.successeur or one.code for one in network}
    work: dict[str, Work] = {}
    for saisine in saisines:
        for care in saisine.cares:
            sender = rng.choice(network).code if rng.random() < ASTRAY else care.association
            work.setdefault(heir[sender], []).append((saisine, care))
    return work


def _of_association(one: Association, work: Work, quarter: Quarter, rng: Random) -> Iterator[Delivery]:
    late, on_time = Work(), Work()
    for pair in work:
        if rng.random() >= FORGOTTEN:
            (late if one.number % 5 == 2 and rng.random() < HELD_BACK else on_time).append(pair)
    early_day, early = quarter.start + timedelta(days=36), set[str]()
    if one.number % 7 == 3:
        first = _written(on_time, early_day, one, None, rng)
        early = {saisine.reference for saisine, care in on_time if _told(care, early_day)}
        yield Delivery(one.code, f"fiches_{quarter}_debut", _hour(early_day, rng), tuple(first))
    day = quarter.end + timedelta(days=rng.randrange(1, 10))
    numbered = {} if one.number % 14 == 3 else dict.fromkeys(early, 2)  # some forget to number a new version
    main = [*_leftovers(one, quarter, rng), *_written(on_time, day, one, numbered, rng)]
    yield Delivery(one.code, f"fiches_{quarter}", _hour(day, rng), tuple(main), sent_twice=one.number % 26 == 5)
    if late:
        day = quarter.end + timedelta(days=rng.randrange(21, 28))
        yield Delivery(
            one.code, f"fiches_{quarter}_complement", _hour(day, rng), tuple(_written(late, day, one, None, rng))
        )


def _hour(day: date, rng: Random) -> datetime:
    return datetime.combine(day, time(rng.randrange(8, 19), rng.randrange(60)))


def _told(care: Care, day: date) -> bool:
    known_from = care.first_contact or care.from_day + timedelta(days=2)
    return known_from <= day


def _written(work: Work, day: date, one: Association, versions: dict[str, int] | None, rng: Random) -> list[Fiche]:
    """The fiches of a file sent on `day`: what was known by then, with slips."""
    fiches = []
    for saisine, care in work:
        if _told(care, day):
            right = _fiche(saisine, care, day, one, rng)
            version = (versions or {}).get(saisine.reference, right.version)
            fiches.append(_mistaken(replace(right, version=version), day, rng))
    return fiches


def _fiche(saisine: Saisine, care: Care, day: date, one: Association, rng: Random) -> Fiche:
    held = tuple(session for session in care.sessions if session.day <= day)
    counted = {n: sum(s.nature == n and s.statut == "honore" for s in held) for n in NATURES}
    return Fiche(
        written=slips.reference(saisine.reference, rng),
        named=rng.choice(("", "", one.code)),
        convention=rng.choice(("", saisine.line.convention)),
        version=rng.choice((None, 1)),
        opened_on=saisine.opened_at.date(),
        qualite=rng.choice(("", saisine.qualite, saisine.qualite)),
        departement=rng.choice(("", "", saisine.departement)),
        tentatives=care.tentatives,
        first_contact=care.first_contact,
        issue=care.issue,
        declared=counted if rng.random() < 0.7 else {},
        memo=rng.choice(("", "oui", "non")),
        closed=care.closed if care.closed and care.closed <= day else None,
        sessions=held,
    )


def _leftovers(one: Association, quarter: Quarter, rng: Random) -> list[Fiche]:
    """Rows of the quarter before, left in the workbook: their saisines are in no journal of this inbox."""
    if one.number % 9 != 4:
        return []
    day = quarter.start - timedelta(days=rng.randrange(10, 40))
    old = Fiche("", "", "", 1, day, "", "", 2, None, "refus", {}, "", None, ())
    return [replace(old, written=make(day.year, rng.randrange(1, 4000))) for _ in range(rng.randrange(1, 3))]


def _mistaken(fiche: Fiche, day: date, rng: Random) -> Fiche:
    """The same fiche, a few times in a hundred with one of the mistakes that the rules know."""
    if rng.random() < MISTAKES:
        return rng.choice((_other_convention, _other_qualite, _other_folder, _odd_issue, _no_reference))(fiche, rng)
    if fiche.sessions and rng.random() < 3 * MISTAKES:
        wrong = rng.choice((_twice, _too_early, _in_future, _miscounted, _miscounted, _first_contact_early))
        return wrong(fiche, day, rng)
    if fiche.issue == "injoignable" and rng.random() < MISTAKES:
        seen = Session(day - timedelta(days=3), None, "psy", "presentiel", "honore")
        return replace(fiche, sessions=(seen,), declared={})
    return fiche


def _other_convention(fiche: Fiche, rng: Random) -> Fiche:
    return replace(fiche, convention=rng.choice(("AMF", "SPORT", "ENSEIGNE")))


def _other_qualite(fiche: Fiche, _rng: Random) -> Fiche:
    return replace(fiche, qualite="elu" if fiche.qualite == "proche" else "proche")


def _other_folder(fiche: Fiche, rng: Random) -> Fiche:
    return replace(fiche, named=f"AAV{rng.randrange(1, 100):03}")


def _odd_issue(fiche: Fiche, rng: Random) -> Fiche:
    return replace(fiche, issue=rng.choice(("en cours", "")))


def _no_reference(fiche: Fiche, rng: Random) -> Fiche:
    return replace(fiche, written=rng.choice(("voir courriel", "à retrouver", "")))


def _twice(fiche: Fiche, _day: date, rng: Random) -> Fiche:
    again = replace(rng.choice(fiche.sessions), hour=None, statut="honore")
    return replace(fiche, sessions=tuple(sorted((*fiche.sessions, again), key=lambda s: s.day)), declared={})


def _too_early(fiche: Fiche, _day: date, rng: Random) -> Fiche:
    moved = replace(fiche.sessions[0], day=fiche.opened_on - timedelta(days=rng.randrange(2, 20)), statut="honore")
    return replace(fiche, sessions=(moved, *fiche.sessions[1:]))


def _in_future(fiche: Fiche, day: date, rng: Random) -> Fiche:
    planned = replace(fiche.sessions[-1], day=day + timedelta(days=rng.randrange(2, 15)), statut="honore")
    return replace(fiche, sessions=(*fiche.sessions, planned), declared={})


def _miscounted(fiche: Fiche, _day: date, rng: Random) -> Fiche:
    dated = sum(s.nature == "psy" and s.statut == "honore" for s in fiche.sessions)
    return replace(fiche, declared={**dict.fromkeys(NATURES, 0), "psy": max(0, dated + rng.choice((-1, 1, 1)))})


def _first_contact_early(fiche: Fiche, _day: date, rng: Random) -> Fiche:
    return replace(fiche, first_contact=fiche.opened_on - timedelta(days=rng.randrange(2, 9)))
