"""The tables, indexed: the register, the tariff, the decisions in force, what finalised statements state."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

Row = dict[str, Any]


@dataclass
class Stated:
    """One line identity over all finalised statements: the sum, and what the last statement made of it."""

    convention: str
    reference: str
    association: str
    prestation: str
    act_date: date
    nth: int
    amount_cents: int = 0
    taken_back: bool = False
    undated: bool = False
    takeover: bool = False
    qualite: str | None = None
    number: str = ""
    order: int = -1
    first: int = -1
    last_positive: int = -1

    @property
    def live(self) -> bool:
        return not self.taken_back

    @property
    def identity(self) -> tuple:
        return (self.convention, self.reference, self.association, self.prestation, self.act_date, self.nth)


@dataclass
class World:
    tables: dict[str, list[Row]]
    quarter: str = ""
    start: date = date.min
    end: date = date.max
    cutoff: date = date.max
    associations: dict[str, Row] = field(default_factory=dict)
    conventions: dict[str, Row] = field(default_factory=dict)
    decisions: list[Row] = field(default_factory=list)
    stated: dict[tuple, Stated] = field(default_factory=dict)
    basis: dict[tuple[int, str], set[str]] = field(default_factory=dict)
    found: list[Row] = field(default_factory=list)

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    def report(self, code: str, severity: str, saisine: Any, association: str | None, detail: str = "") -> None:
        """Add a discrepancy of a saisine (or of none)."""
        self.found.append(
            {"code": code, "severity": severity, "saisine": saisine, "association": association, "detail": detail}
        )

    # --- the register -------------------------------------------------------------------------------------------

    def end_of_chain(self, code: str | None) -> str | None:
        """The association at the end of the successors: linked associations share it."""
        seen: list[str | None] = []
        while code in self.associations and self.associations[code]["successeur"] and code not in seen:
            seen.append(code)
            code = self.associations[code]["successeur"]
        return code

    def payee(self, code: str) -> str:
        """Who is paid for an association seized: its successors once it is closed at the cutoff."""
        row = self.associations.get(code)
        closed = row and row["active_au"] and row["active_au"] < self.cutoff
        return self.end_of_chain(code) if closed else code

    def departement(self, code: str | None) -> str | None:
        row = self.associations.get(code)
        return row["departement"] if row else None

    # --- the tariff ---------------------------------------------------------------------------------------------

    def tariff(self, convention: str | None, day: date) -> Row | None:
        for row in self["tariff"]:
            begun = row["convention"] == convention and row["valid_from"] <= day
            if begun and (row["valid_to"] is None or day < row["valid_to"]):
                return row
        return None

    def of_tariff(self, table: str, tariff: Row) -> list[Row]:
        key = (tariff["convention"], tariff["valid_from"])
        return [row for row in self[table] if (row["convention"], row["valid_from"]) == key]

    def beneficiaries(self, tariff: Row) -> set[str]:
        return {row["qualite"] for row in self.of_tariff("tariff_beneficiary", tariff)}

    # --- decisions ----------------------------------------------------------------------------------------------

    def last(self, kind: str, reference: str | None, **also: Any) -> Row | None:
        """The decision that holds on this subject: the last one not withdrawn."""
        for row in reversed(self.decisions):
            if row["kind"] == kind and row["reference"] == reference and all(row[k] == v for k, v in also.items()):
                return row
        return None

    def requalified(self, reference: str, what: str) -> str | None:
        """The value a `requalify` gives to one of the saisine's three fields; each field is a subject of its own."""
        for row in reversed(self.decisions):
            if row["kind"] == "requalify" and row["reference"] == reference and row[what]:
                return row[what]
        return None

    def accepted(self, reference: str, code: str) -> bool:
        """An `accept` that holds until withdrawn (a code about the saisine, not about a fiche)."""
        return self.last("accept", reference, code=code) is not None

    def accepted_on(self, reference: str, code: str, group: str, acts: str) -> bool:
        """An `accept` about a fiche: it holds while the counting version's acts are those of the day it was made."""
        decision = self.last("accept", reference, code=code)
        return decision is not None and acts in self.basis.get((decision["decision_id"], group), {""})

    # --- what finalised statements state ------------------------------------------------------------------------

    def stated_of(self, reference: str, **also: Any) -> list[Stated]:
        rows = [s for s in self.stated.values() if s.reference == reference]
        return [s for s in rows if all(getattr(s, k) == v for k, v in also.items())]

    def takeover_until(self) -> date | None:
        return max((row["until"] for row in self["takeover"]), default=None)


def build(tables: dict[str, list[Row]]) -> World:
    world = World(tables)
    p = tables["parameters"][0]
    world.quarter, world.cutoff = p["quarter"], p["cutoff"]
    world.start, world.end = p["quarter_start"], p["quarter_end"]
    world.associations = {row["code"]: row for row in world["association"]}
    world.conventions = {row["code"]: row for row in world["convention"]}
    world.decisions = in_force(world["decision"])
    for row in world["decision_basis"]:  # the group as it is linked now, whatever has merged since
        group = str(world.end_of_chain(row["association"]))
        world.basis.setdefault((row["decision_id"], group), set()).add(row["acts"])
    for row in sorted(world["stated"], key=lambda r: r["statement_order"]):
        _state(world, row)
    return world


def in_force(decisions: list[Row]) -> list[Row]:
    """The decisions not undone, in the order they were made."""
    kept: list[Row] = []
    for row in sorted(decisions, key=lambda r: r["decision_id"]):
        if row["kind"] == "withdraw":
            _undo_last(kept, row)
        else:
            kept.append(row)
    return kept


def _undo_last(kept: list[Row], withdraw: Row) -> None:
    for row in reversed(kept):
        named = row["code"] if row["kind"] == "accept" else row["kind"]
        if row["reference"] == withdraw["reference"] and named == withdraw["code"]:
            kept.remove(row)
            return


def _state(world: World, row: Row) -> None:
    names = ("convention", "reference", "association", "prestation", "act_date", "nth")
    line = world.stated.setdefault(tuple(row[n] for n in names), Stated(*(row[n] for n in names)))
    line.first = row["statement_order"] if line.first < 0 else line.first
    line.amount_cents += row["amount_cents"]
    line.taken_back = bool(row["taken_back"])
    line.undated = bool(row["undated"])
    line.qualite = line.qualite if line.taken_back else row["qualite"]
    line.number, line.order = row["statement_number"], row["statement_order"]
    line.takeover = line.takeover or row["statement_number"].endswith("-REPRISE")
    if line.live:
        line.last_positive = line.order
