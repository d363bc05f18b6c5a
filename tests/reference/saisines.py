"""rules.md §3: from the journal to saisines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from .base import days
from .world import Row, World

DUPLICATE_DAYS = 30
RATING_FIELDS = (
    "debut_at",
    "reference",
    "convention",
    "association",
    "qualite",
    "urgence",
    "beneficiaire",
    "numero_appele",
)
OTHER_FIELDS = ("duree_s", "canal", "statut", "suite", "departement")


@dataclass
class Seizure:
    association: str
    start: date
    last_day: date = date.max

    def holds(self, day: date, tolerance: int = 0) -> bool:
        return self.start - days(tolerance) <= day <= self.last_day


@dataclass
class Saisine:
    reference: str
    rows: list[Row]
    opened_on: date
    order: tuple
    seizures: list[Seizure]
    journal_qualite: str | None
    beneficiaire: str | None
    urgence: bool
    given: str | None
    convention: str | None = None
    qualite: str | None = None
    frozen: Any = None
    late_change: bool = False
    duplicate: bool = False
    blocks: list[str] = field(default_factory=list)
    groups: dict[str, Any] = field(default_factory=dict)
    acts: list[Any] = field(default_factory=list)
    holder: Any = None  # the group that holds the PEC, under whatever convention it is stated
    strangers: list[Any] = field(default_factory=list)
    closed: bool = False
    refused: bool = False

    @property
    def last_seized(self) -> str | None:
        return self.seizures[-1].association if self.seizures else None

    @property
    def blocked(self) -> bool:
        return bool(self.blocks)


def build(world: World) -> dict[str, Saisine]:
    """Every saisine that the journal knows at the cutoff, in the order they were opened."""
    rows: dict[str, list[Row]] = {}
    for row in sorted(contacts(world) + registered(world), key=row_order):
        if row["reference"]:
            rows.setdefault(row["reference"], []).append(row)
    saisines = {s.reference: s for s in sorted((_saisine(world, r) for r in rows.values()), key=lambda s: s.order)}
    for saisine in saisines.values():
        _qualify(world, saisine)
        _report_journal(world, saisine)
    _duplicates(world, list(saisines.values()))
    return saisines


def row_order(row: Row) -> tuple:
    return (row["debut_at"], row["id_appel"])


def contacts(world: World) -> list[Row]:
    """The version of each contact that holds, among those received and begun by the cutoff."""
    held: dict[str, Row] = {}
    received = [row for row in world["contact"] if row["received_on"] <= world.cutoff]
    for row in sorted(received, key=lambda r: (r["received_on"], r["sha256"], r["row_number"])):
        held[row["id_appel"]] = row
    return [row for row in held.values() if row["debut_on"] <= world.cutoff]


def registered(world: World) -> list[Row]:
    """A `register_saisine` decision as a row at the first instant of its day."""
    latest = {row["reference"]: row for row in world.decisions if row["kind"] == "register_saisine"}
    return [_registered_row(row) for row in latest.values() if row["day"] <= world.cutoff]


def _registered_row(decision: Row) -> Row:
    midnight = datetime.combine(decision["day"], time(), ZoneInfo("Europe/Paris"))
    row = {
        "id_appel": "",
        "debut_at": midnight.astimezone(ZoneInfo("UTC")).replace(tzinfo=None),
        "debut_on": decision["day"],
        "debut_time": "00:00:00",
        "suite": "saisine",
        "numero_appele": None,
        "departement": None,
        "urgence": False,
        "beneficiaire": None,
    }
    return row | {name: decision[name] for name in ("reference", "convention", "association", "qualite")}


def last_value(rows: list[Row], name: str) -> str | None:
    return next((row[name] for row in reversed(rows) if row[name]), None)


def _saisine(world: World, rows: list[Row]) -> Saisine:
    first = rows[0]
    return Saisine(
        reference=first["reference"],
        rows=rows,
        opened_on=first["debut_on"],
        order=(*row_order(first), first["reference"]),
        seizures=_seizures(world, rows),
        journal_qualite=last_value(rows, "qualite"),
        beneficiaire=last_value(rows, "beneficiaire"),
        urgence=any(row["urgence"] for row in rows),
        given=last_value(rows, "convention"),
    )


def _seizures(world: World, rows: list[Row]) -> list[Seizure]:
    """One per change of association; a requalified association takes the place of the last, the competent one."""
    changes: list[tuple[str, date]] = []
    for row in rows:
        if row["association"] and (not changes or row["association"] != changes[-1][0]):
            changes.append((row["association"], row["debut_on"]))
    requalified = world.requalified(rows[0]["reference"], "new_association")
    if requalified:
        changes = _replace_last(changes, requalified, rows[0]["debut_on"])
    seizures = [Seizure(association, start) for association, start in changes]
    for one, following in pairwise(seizures):
        one.last_day = following.start - days(1)
    return seizures


def _replace_last(changes: list[tuple[str, date]], association: str, opened_on: date) -> list[tuple[str, date]]:
    before, start = changes[:-1], changes[-1][1] if changes else opened_on
    return before if before and before[-1][0] == association else [*before, (association, start)]


# --- convention and qualité -----------------------------------------------------------------------------------------


def _qualify(world: World, s: Saisine) -> None:
    """Convention and qualité: a decision, else what is frozen, else the journal (the fiche's qualité comes later)."""
    s.frozen = frozen = _frozen(world, s)
    new_convention, new_qualite = (world.requalified(s.reference, what) for what in ("convention", "qualite"))
    frozen_qualite = _frozen_qualite(world, s, frozen)
    s.qualite = new_qualite or frozen_qualite or s.journal_qualite
    journal_convention = s.given or _inferred(
        world, s, s.journal_qualite if frozen else new_qualite or s.journal_qualite
    )
    s.convention = new_convention or (frozen and frozen.convention) or journal_convention
    changed_convention = frozen and not new_convention and journal_convention not in (None, frozen.convention)
    changed_qualite = frozen_qualite and not new_qualite and s.journal_qualite not in (None, frozen_qualite)
    s.late_change = bool(changed_convention or changed_qualite)


def _frozen(world: World, s: Saisine) -> Any:
    """The line that froze the saisine: of the last statement that states one."""
    lines = [line for line in world.stated_of(s.reference) if line.last_positive >= 0]
    return max(lines, key=lambda line: (line.last_positive, line.identity), default=None)


def _frozen_qualite(world: World, s: Saisine, frozen: Any) -> str | None:
    if frozen is None:
        return None
    if frozen.qualite or not frozen.takeover:
        return frozen.qualite
    until = next(row["until"] for row in world["takeover"] if row["convention"] == frozen.convention)
    return last_value([row for row in s.rows if row["debut_on"] < until], "qualite")


def _inferred(world: World, s: Saisine, qualite: str | None) -> str | None:
    """Of the conventions whose line was dialled, the one of lowest priority that covers the qualité.

    Once something is stated, that is the journal's qualité: a decision on it does not make the journal say otherwise.
    """
    number = s.rows[0]["numero_appele"]
    able = [c for c in world.conventions.values() if number and _could_carry(world, c, number, s, qualite)]
    return min(able, key=lambda c: (c["priorite"], c["code"]))["code"] if able else None


def _could_carry(world: World, convention: Row, number: str, s: Saisine, qualite: str | None) -> bool:
    if not in_force(convention, s.opened_on) or number not in lines(world, convention["code"], s.opened_on):
        return False
    tariff = world.tariff(convention["code"], s.opened_on)
    return qualite is None or (tariff is not None and qualite in world.beneficiaries(tariff))


def in_force(row: Row, day: date) -> bool:
    return row["du"] <= day and (row["au"] is None or day <= row["au"])


def lines(world: World, convention: str, day: date) -> set[str]:
    rows = [row for row in world["convention_line"] if row["convention"] == convention]
    return {row["numero"] for row in rows if in_force(row, day)}


# --- discrepancies of the journal -----------------------------------------------------------------------------------


def _report_journal(world: World, s: Saisine) -> None:
    if len({world.end_of_chain(x.association) for x in s.seizures}) > 1:
        world.report("REDIRECTED", "I", s, s.last_seized)
    if s.late_change:
        world.report("LATE_CHANGE", "H", s, s.last_seized)
    if _line_mismatch(world, s):
        world.report("LINE_MISMATCH", "W", s, s.last_seized)
    if _out_of_hours(world, s):
        world.report("OUT_OF_HOURS", "I", s, s.last_seized)
    _overlaps(world, s)


def _line_mismatch(world: World, s: Saisine) -> bool:
    """None of the lines of the given code, at any date, is the number dialled, which is a line of another."""
    owners = {row["convention"] for row in world["convention_line"] if row["numero"] == s.rows[0]["numero_appele"]}
    return bool(s.given and owners) and s.given not in owners


def _out_of_hours(world: World, s: Saisine) -> bool:
    first = s.rows[0]
    dialled = [row for row in world["convention_line"] if row["numero"] == first["numero_appele"]]
    dialled = [row for row in dialled if in_force(row, s.opened_on)]
    return bool(dialled) and not any(row["de"] <= first["debut_time"][:5] < row["a"] for row in dialled)


def _overlaps(world: World, s: Saisine) -> None:
    """One id_appel with different rows: noted, and warned of when a field that rates changed."""
    severity = None
    for held in s.rows:
        for row in world["contact"]:
            if row["id_appel"] == held["id_appel"] and row["received_on"] <= world.cutoff and not _same(row, held):
                rates = any(row[name] != held[name] for name in RATING_FIELDS)
                severity = "W" if rates or severity == "W" else "I"
    if severity:
        world.report("JOURNAL_OVERLAP", severity, s, s.last_seized)


def _same(one: Row, other: Row) -> bool:
    """An identical row is a duplicate, not an overlap."""
    return all(one.get(name) == other.get(name) for name in (*RATING_FIELDS, *OTHER_FIELDS))


def _duplicates(world: World, saisines: list[Saisine]) -> None:
    """A later saisine of the same beneficiary, opened 0 to 30 days after an earlier one."""
    for place, later in enumerate(saisines):
        for earlier in saisines[:place]:
            same = later.beneficiaire and later.beneficiaire == earlier.beneficiaire
            if same and later.opened_on <= earlier.opened_on + days(DUPLICATE_DAYS):
                later.duplicate = True
    for saisine in saisines:
        if saisine.duplicate:
            world.report("DUPLICATE_SAISINE", "W", saisine, saisine.last_seized)


def missing_days(world: World) -> list[date]:
    """The days of the quarter, up to the cutoff, without any row."""
    first = max(world.start, world.takeover_until() or world.start)
    seen = {row["debut_on"] for row in contacts(world) + registered(world)}
    last = min(world.end - days(1), world.cutoff)
    wanted = [first + days(n) for n in range((last - first).days + 1)]
    return [day for day in wanted if day not in seen]


def accepted_days(world: World) -> set[date]:
    return {row["day"] for row in world.decisions if row["kind"] == "accept" and row["code"] == "JOURNAL_GAP"}
