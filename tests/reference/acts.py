"""rules.md §6: what is due, with what of it is not paid from the start."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from .base import days, hour_order, overseas
from .saisines import Saisine
from .sessions import Session
from .versions import Group
from .world import Row, Stated, World

SATURDAY = 5


@dataclass
class Act:
    """One act due, or not paid for the reason `why`."""

    saisine: Saisine
    group: Group
    association: str
    prestation: str
    day: date
    nth: int = 1
    session: Session | None = None
    why: str | None = None
    stated: Stated | None = None
    price: Row | None = None
    base_cents: int = 0
    uplift_e4: int = 0
    amount_cents: int = 0
    paid_cents: int = 0
    cuts: list[str] = field(default_factory=list)

    @property
    def order(self) -> tuple:
        hour = hour_order(self.session.hour) if self.session else -1
        return (hour, self.session.row if self.session else 0)

    @property
    def identity(self) -> tuple:
        s = self.saisine
        return (s.convention, s.reference, self.association, self.prestation, self.day, self.nth)


def make(world: World, s: Saisine) -> None:
    """The acts of a saisine, all due or with their first reason; the discrepancies of §6."""
    holder = _pec(world, s)
    s.holder = holder.group if holder else None
    pec_stays = _pec_that_stays(world, s)
    acts = [holder] if holder else []
    in_this_sense = holder.group.key if holder else (pec_stays and world.end_of_chain(pec_stays.association))
    acts += _car(world, s) if in_this_sense is None else []
    acts += [act for g in s.groups.values() for act in _reo(world, s, g, in_this_sense)]
    acts += [_session_act(world, s, g, x) for g in s.groups.values() for x in g.sessions if x.due or x.why]
    for act in acts:
        act.stated = world.stated.get(act.identity)
    s.acts = [act for act in acts if act.stated or not _held_elsewhere(world, s, act)]


def _held_elsewhere(world: World, s: Saisine, act: Act) -> bool:
    """Another convention states it and keeps it: nothing is paid twice, and only a decision moves it."""
    lines = world.stated_of(s.reference, prestation=act.prestation, act_date=act.day, nth=act.nth, live=True)
    linked = [line for line in lines if world.end_of_chain(line.association) == act.group.key]
    return bool(linked) and not world.requalified(s.reference, "convention")


# --- PEC -------------------------------------------------------------------------------------------------------------


def _pec(world: World, s: Saisine) -> Act | None:
    stated = sorted(world.stated_of(s.reference, prestation="PEC", live=True), key=lambda x: _seized_rank(world, s, x))
    holders = [(x, s.groups.get(world.end_of_chain(x.association))) for x in stated]
    for line, group in holders:
        if group and group.issue_is("pris_en_charge"):
            _first_contact(world, s, group)
            return _pec_act(world, s, group, line.association, line.act_date)
    if _pec_that_stays(world, s):
        return None
    good = [(g, _first_contact(world, s, g)) for g in s.groups.values() if g.issue_is("pris_en_charge")]
    first = next(((g, day) for g, day in good if day), None)
    return _first_pec(world, s, *first) if first else None


def _first_pec(world: World, s: Saisine, group: Group, day: date) -> Act:
    before = once_stated(world, s, group, "PEC")
    if before:
        return _pec_act(world, s, group, before.association, before.act_date)
    return _pec_act(world, s, group, group.seizures[0].association, day)


def _pec_act(world: World, s: Saisine, group: Group, association: str, day: date) -> Act:
    not_paid = s.duplicate and not world.accepted(s.reference, "DUPLICATE_SAISINE")
    return Act(s, group, association, "PEC", day, why="DUPLICATE_SAISINE" if not_paid else None)


def _seized_rank(world: World, s: Saisine, line: Stated) -> tuple:
    keys = list(s.groups)
    key = world.end_of_chain(line.association)
    return (keys.index(key) if key in keys else len(keys), line.identity)


def _pec_that_stays(world: World, s: Saisine) -> Stated | None:
    """A stated PEC that nothing takes back although it is not due: no other is paid beside it."""
    lines = world.stated_of(s.reference, prestation="PEC", live=True)
    return next((line for line in lines if not _is_going(world, s, line)), None)


def _is_going(world: World, s: Saisine, line: Stated) -> bool:
    """This draft takes the stated PEC back: a decision does, or its fiche has another issue."""
    if line.act_date >= world.end:
        return False
    if s.refused or (line.convention != s.convention and world.requalified(s.reference, "convention")):
        return True
    group = s.groups.get(world.end_of_chain(line.association))
    if s.blocked or group is None or group.set_aside:
        return False
    other_issue = group.fiche is not None and group.fiche.row["issue"] != "pris_en_charge"
    return other_issue or world.accepted_on(s.reference, "STATED_ACT_DROPPED", group.sender, group.acts)


def once_stated(world: World, s: Saisine, group: Group, prestation: str) -> Stated | None:
    """The line that fixed the date of this act for this saisine and association."""
    lines = [
        x for x in world.stated_of(s.reference, prestation=prestation) if world.end_of_chain(x.association) == group.key
    ]
    return max(lines, key=lambda x: (x.live, x.order, x.convention == s.convention, x.identity), default=None)


def _first_contact(world: World, s: Saisine, group: Group) -> date | None:
    """The date of the first contact if it is good; the tests are reported."""
    row, sessions = group.fiche.row, [x.day for x in group.sessions if x.valid]
    day = row["date_premier_contact"] or min(sessions, default=None)
    if row["date_premier_contact"] is None:
        world.report("FIRST_CONTACT_MISSING", "W" if day else "B", s, group.code)
    if day is None:
        return None
    _late(world, s, group, row["date_premier_contact"])
    if row["date_premier_contact"] is None:
        return day
    early = s.opened_on - days(1 if overseas(world.departement(group.seizures[0].association)) else 0)
    tests = [("FIRST_CONTACT_BEFORE_SAISINE", day < early), ("FIRST_CONTACT_IN_FUTURE", day > group.fiche.received_on)]
    return None if [code for code, fails in tests if fails and not lifted(world, s, group, code, "B")] else day


def lifted(world: World, s: Saisine, group: Group, code: str, severity: str) -> bool:
    """Report the code; whether a decision lifts it."""
    world.report(code, severity, s, group.code)
    return world.accepted_on(s.reference, code, group.sender, group.acts)


def _late(world: World, s: Saisine, group: Group, day: date | None) -> None:
    tariff = world.tariff(s.convention, s.opened_on)
    allowed = tariff and tariff["premier_contact_jours"]
    departement = world.departement(group.seizures[0].association)
    if day and allowed is not None and day > _working_days_after(world, s.opened_on, allowed, departement):
        world.report("CONTACT_LATE", "W", s, group.code)


def _working_days_after(world: World, day: date, count: int, departement: str | None) -> date:
    off = {row["day"] for row in world["holiday"] if row["departement"] == (departement or "75")}
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY and day not in off
    return day


# --- CAR and REO -----------------------------------------------------------------------------------------------------


def _car(world: World, s: Saisine) -> list[Act]:
    """The last seized association could not reach the person, and tried often enough."""
    group = s.groups.get(world.end_of_chain(s.last_seized))
    tariff = world.tariff(s.convention, s.opened_on)
    if group is None or not group.issue_is("injoignable") or tariff is None:
        return []
    too_few = (group.fiche.row["tentatives"] or 0) < (tariff["tentatives_min"] or 0)
    if too_few and not lifted(world, s, group, "NO_SHOW_WITHOUT_ATTEMPTS", "B"):
        return []
    return [_closing_act(world, s, group, "CAR")]


def _reo(world: World, s: Saisine, group: Group, holder: str | None) -> list[Act]:
    """Another holds the PEC of what this association took on; or it tried and is not the last seized."""
    if group.fiche is None or group.key == holder:
        return []
    row, last = group.fiche.row, s.groups.get(world.end_of_chain(s.last_seized))
    passed_on = row["issue"] == "pris_en_charge" and holder is not None
    tried = group is not last and (row["tentatives"] or 0) >= 1
    return [_closing_act(world, s, group, "REO")] if passed_on or tried else []


def _closing_act(world: World, s: Saisine, group: Group, prestation: str) -> Act:
    before = once_stated(world, s, group, prestation)
    if before:
        return Act(s, group, before.association, prestation, before.act_date)
    seizure = group.seizures[-1]
    return Act(s, group, seizure.association, prestation, group.fiche.row["date_cloture"] or seizure.start)


# --- sessions --------------------------------------------------------------------------------------------------------


def _session_act(world: World, s: Saisine, group: Group, x: Session) -> Act:
    """Of the seizure it falls in; stated before under a linked code, it keeps that code and is not a second line."""
    lines = world.stated_of(s.reference, prestation=x.prestation, act_date=x.day, nth=x.nth, live=True)
    linked = [line for line in lines if world.end_of_chain(line.association) == group.key]
    seized = (x.seizure or group.seizures[-1]).association
    here = min(linked, key=lambda y: (y.association != seized, y.convention != s.convention, y.identity), default=None)
    association = here.association if here else seized
    return Act(s, group, association, x.prestation, x.day, x.nth, session=x, why=x.why)
