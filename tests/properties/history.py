"""Plays one history on both sides, the engine and the reference, and tells where they differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.reference import cases, engine
from tests.reference.settle import fingerprints

from .register import Row, Tables

COMPARED = ("line", "not_paid", "discrepancy", "payee", "association", "total", "digest")


@dataclass
class History:
    """The tables as they stand; what is accepted rests on each side's own words for the acts."""

    tables: Tables
    engine_basis: list[Row] = field(default_factory=list)
    last_cutoff: dict[tuple[str, str], date] = field(default_factory=dict)

    def for_engine(self) -> Tables:
        return self.tables | {"decision_basis": self.engine_basis}

    def accept_basis(self, decisions: list[Row]) -> None:
        """What the acts are today, for the decisions just made: none of them rests on another made with it."""
        about = [row for row in decisions if row["kind"] == "accept" and row["reference"]]
        told = engine.all_fingerprints(self.for_engine(), [row["reference"] for row in about]) if about else {}
        ours = {row["reference"]: fingerprints(self.tables, row["reference"]) for row in about}
        for row in about:
            self.tables["decision_basis"] += basis(row["decision_id"], ours[row["reference"]])
            self.engine_basis += basis(row["decision_id"], told[row["reference"]])

    def decide(self, decisions: list[Row]) -> None:
        self.tables["decision"] += decisions
        self.accept_basis(decisions)

    def both(self, quarter: str, cutoff: date) -> tuple[dict, dict]:
        day = cutoff.isoformat()
        return cases.draft(self.tables, quarter, day), engine.draft(self.for_engine(), quarter, day)

    def finalise(self, drafted: dict[str, Any], quarter: str, code: str, cutoff: date) -> None:
        if drafted["statements"][code]["lines"] or drafted["statements"][code]["payees"]:
            cases.finalise(self.tables, drafted, code)
            self.last_cutoff[code, quarter] = cutoff

    def can_finalise(self, code: str, quarter: str, cutoff: date) -> bool:
        return all(
            last <= cutoff for (other, later), last in self.last_cutoff.items() if other == code and later >= quarter
        )


def basis(decision_id: int, acts: dict[str, str]) -> list[Row]:
    return [{"decision_id": decision_id, "association": group, "acts": text} for group, text in acts.items()]


# --- comparing -------------------------------------------------------------------------------------------------------


def seen(statement: Row, facts: dict) -> dict[str, set]:
    """What must be the same to the cent and the code."""
    return {
        "line": {
            (*act(x), x["kind"], x["base_cents"], float(x["uplift_pct"]), x["amount_cents"], x["corrects"], x["tariff"])
            for x in statement["lines"]
        },
        "fact": {
            (*act(x), facts[act(x)]["qualite"], facts[act(x)]["undated"])
            for x in statement["lines"]
            if x["tariff"] is not None
        },
        "not_paid": {(*act(x), x["reason"]) for x in statement["not_paid"]},
        "discrepancy": {
            (x["code"], x["severity"], x["saisine"] or "", x["association"] or "") for x in statement["discrepancies"]
        },
        "payee": {
            (x["code"], x["total_cents"], x["carried_in_cents"], x["payable_cents"], x["carried_out_cents"])
            for x in statement["payees"]
        },
        "association": {(x["code"], x["total_cents"]) for x in statement["associations"]},
        "total": {statement["total_cents"]},
        "parked": {x if isinstance(x, str) else x["code"] for x in statement["parked"]},
        "counts": {tuple(len(statement[name]) for name in ("lines", "not_paid"))},
    }


def act(row: Row) -> tuple:
    return (row["saisine"], row["association"], row["prestation"], row["act_date"], row["nth"])


def unattached(rows: list[Row]) -> set:
    names = ("code", "severity", "convention", "saisine", "written", "association")
    return {tuple(row[name] or "" for name in names) for row in rows if row["code"] not in OF_A_STATEMENT}


# These are told of a statement by the reference, and among all by the engine.
OF_A_STATEMENT = {"JOURNAL_GAP", "ENVELOPE_70", "ENVELOPE_90", "ENVELOPE_100"}


def differences(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """What the reference has and the engine lacks (-), and the other way round (+)."""
    out = []
    for code, statement in ours["statements"].items():
        one, other = seen(statement, ours["facts"]), seen(theirs["statements"][code], theirs["facts"])
        for what in one:
            out += marked(f"{code} {what}", one[what], other[what])
    return out + marked("discrepancies", unattached(ours["discrepancies"]), unattached(theirs["discrepancies"]))


def marked(where: str, one: set, other: set) -> list[str]:
    rows = [("-", row) for row in one - other] + [("+", row) for row in other - one]
    return [f"{where} {mark} {row}" for mark, row in sorted(rows, key=lambda x: (str(x[1]), x[0]))]
