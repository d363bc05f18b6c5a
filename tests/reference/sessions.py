"""rules.md §6: which sessions are valid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .base import days, minutes, overseas, well_apart
from .saisines import Saisine, Seizure
from .versions import NATURES, Group, numbered
from .world import World

AFTER_CLOSURE_DAYS = 30
SEVERITY = {"DUPLICATE_SESSION": "W", "SESSION_ELSEWHERE": "W"}


@dataclass
class Session:
    """One session of a counting fiche. `why` is the code that makes it not valid, or that leaves it unpaid."""

    nature: str
    day: date
    nth: int
    hour: int | None
    row: int
    mode: str | None
    statut: str
    undated: bool
    seizure: Seizure | None = None
    why: str | None = None

    @property
    def valid(self) -> bool:
        """Valid, whether paid or not: beyond the declared number a session is still valid."""
        return self.statut == "honore" and self.why in (None, "SESSION_COUNT_MISMATCH", "SESSIONS_UNDATED")

    @property
    def due(self) -> bool:
        return self.statut == "honore" and self.why is None

    @property
    def prestation(self) -> str:
        return self.nature.upper()


def validate(world: World, s: Saisine) -> None:
    """Write the sessions of each counting fiche, and try each against the tests."""
    for group in s.groups.values():
        if group.fiche is None:
            continue
        group.sessions = _undated(group) if group.fiche.undated else _dated(group)
        kept: list[Session] = []
        for session in [x for x in group.sessions if x.statut == "honore"]:
            session.seizure = _seizure(world, s, group, session)
            session.why = _first_failure(world, s, group, session, kept)
            if session.why is None:
                session.seizure = session.seizure or group.seizures[-1]
                kept.append(session)
        _count(world, s, group, kept)


def _dated(group: Group) -> list[Session]:
    return [
        Session(
            row["nature"],
            row["day"],
            nth,
            minutes(row["heure"]),
            row["row_number"],
            row["mode"],
            row["statut"],
            undated=False,
        )
        for row, nth in numbered(group.fiche)
    ]


def _undated(group: Group) -> list[Session]:
    """A bordereau's sessions, dated the first day of the last seizure of its association."""
    day = group.seizures[-1].start
    return [
        Session(nature, day, nth, None, 0, None, "honore", undated=True)
        for nature in NATURES
        for nth in range(1, (group.fiche.declared(nature) or 0) + 1)
    ]


def tolerance(world: World, s: Saisine) -> int:
    """One day where the first seized association is overseas."""
    return 1 if s.seizures and overseas(world.departement(s.seizures[0].association)) else 0


def _seizure(world: World, s: Saisine, group: Group, session: Session) -> Seizure | None:
    """The seizure of the group in which the session falls; the tolerance overseas extends the first of the saisine."""
    for seizure in group.seizures:
        extra = tolerance(world, s) if seizure is s.seizures[0] else 0
        if seizure.holds(session.day, extra):
            return seizure
    return None


def _first_failure(world: World, s: Saisine, group: Group, x: Session, kept: list[Session]) -> str | None:
    """The first test that fails and is not accepted; each that fails is reported."""
    for code, fails in _tests(world, s, group, x, kept):
        if fails:
            world.report(code, SEVERITY.get(code, "B"), s, group.code)
            if not world.accepted_on(s.reference, code, group.sender, group.acts):
                return code
    return None


def _tests(world: World, s: Saisine, group: Group, x: Session, kept: list[Session]) -> list[tuple[str, bool]]:
    version, convention = group.fiche, world.conventions.get(s.convention)
    closure, runoff = version.row["date_cloture"], convention and convention["runoff_until"]
    same = [k for k in kept if (k.nature, k.day) == (x.nature, x.day)]
    tests = [
        ("SESSION_BEFORE_SAISINE", x.day < s.opened_on - days(tolerance(world, s))),
        ("SESSION_IN_FUTURE", x.day > version.received_on),
        ("SESSION_AFTER_CLOSURE", closure is not None and x.day > closure + days(AFTER_CLOSURE_DAYS)),
        ("SESSION_AFTER_CONVENTION", bool(runoff) and x.day > runoff),
        ("SESSION_OUTSIDE_SEIZURE", x.seizure is None),
        ("DUPLICATE_SESSION", any(not well_apart(k.hour, x.hour) for k in same)),
        ("SESSION_IMPLAUSIBLE", len(same) >= 2),
    ]
    skipped = {"SESSION_IN_FUTURE", "SESSION_AFTER_CLOSURE", "DUPLICATE_SESSION", "SESSION_IMPLAUSIBLE"}
    return [t for t in tests if not (x.undated and t[0] in skipped)]


def _count(world: World, s: Saisine, group: Group, kept: list[Session]) -> None:
    if group.fiche.undated:
        _count_undated(world, s, group, kept)
        return
    for nature in NATURES:
        declared = group.fiche.declared(nature)
        held = [x for x in group.sessions if x.nature == nature and x.statut == "honore"]
        if declared is not None and declared != len(held):
            _limit(world, s, group, "SESSION_COUNT_MISMATCH", declared, [x for x in kept if x.nature == nature])


def _count_undated(world: World, s: Saisine, group: Group, kept: list[Session]) -> None:
    """No more than the weeks begun from the last seizure to the closure, else the reception."""
    first = group.seizures[-1].start
    last = group.fiche.row["date_cloture"] or group.fiche.received_on
    weeks = max(0, (last - first).days // 7 + 1)
    if group.sessions:
        for nature in NATURES:
            _limit(world, s, group, "SESSIONS_UNDATED", weeks, [x for x in kept if x.nature == nature])


def _limit(world: World, s: Saisine, group: Group, code: str, number: int, kept: list[Session]) -> None:
    world.report(code, "W", s, group.code)
    if not world.accepted_on(s.reference, code, group.sender, group.acts):
        for session in kept[number:]:
            session.why = code


# --- the same session in another saisine -----------------------------------------------------------------------------


def elsewhere(world: World, saisines: dict[str, Saisine]) -> None:
    """Sessions not stated that another saisine of the beneficiary states, or holds validly and was opened before.

    The saisines come in the order they were opened, so those before have been judged.
    """
    before: list[Saisine] = []
    for saisine in saisines.values():
        for group in saisine.groups.values():
            for session in group.sessions:
                if session.due and not session.undated and not _is_stated(world, saisine, group, session):
                    _judge(world, saisines, before, saisine, group, session)
        before.append(saisine)


def _is_stated(world: World, s: Saisine, group: Group, x: Session) -> bool:
    lines = world.stated_of(s.reference, prestation=x.prestation, act_date=x.day, nth=x.nth, live=True)
    return any(world.end_of_chain(line.association) == group.key for line in lines)


def _judge(
    world: World, saisines: dict[str, Saisine], before: list[Saisine], s: Saisine, group: Group, x: Session
) -> None:
    if not s.beneficiaire:
        return
    others = [o for o in saisines.values() if o is not s and o.beneficiaire == s.beneficiaire]
    if any(_states(world, o, group.key, x) or (o in before and _holds(o, group.key, x)) for o in others):
        world.report("SESSION_ELSEWHERE", "W", s, group.code)
        if not world.accepted_on(s.reference, "SESSION_ELSEWHERE", group.sender, group.acts):
            x.why = "SESSION_ELSEWHERE"


def _states(world: World, other: Saisine, key: str | None, x: Session) -> bool:
    lines = world.stated_of(other.reference, prestation=x.prestation, act_date=x.day, live=True)
    lines = [line for line in lines if world.end_of_chain(line.association) == key]
    return any(
        not undated and not well_apart(hour, x.hour) for undated, hour in (_as_held(other, key, line) for line in lines)
    )


def _as_held(other: Saisine, key: str | None, line: object) -> tuple[bool, int | None]:
    """Whether a stated session is undated, and its hour: as the counting fiche holds it, else unknown."""
    group = other.groups.get(key)
    for held in group.sessions if group else []:
        if (held.prestation, held.day, held.nth) == (line.prestation, line.act_date, line.nth):
            return held.undated, held.hour
    return line.undated, None


def _holds(other: Saisine, key: str | None, x: Session) -> bool:
    group = other.groups.get(key)
    if other.blocked or group is None:
        return False
    same = [h for h in group.sessions if h.valid and not h.undated and (h.nature, h.day) == (x.nature, x.day)]
    return any(not well_apart(held.hour, x.hour) for held in same)
