"""What a saisine is settled under, and why: seizures, convention and qualité, discrepancies, decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from etl.engine.plan import rules
from etl.engine.reasons import sentences
from etl.jobs.matching.decision_rules import ACCEPTED, OF_A_FICHE, WHY_NOT
from etl.jobs.story.facts import Facts, Row
from etl.model.quarter import PARIS
from etl.model.register import payee

TERMS = (
    "clause",
    "arrete_jours",
    "premier_contact_jours",
    "forclusion_mois",
    "tentatives_min",
    "plafond_saisine_cents",
)


def seizures(facts: Facts) -> list[Row]:
    """The associations asked to act, in order, with their days and whom they are paid to."""
    register = {row["code"]: row for row in facts.computed.register}
    return [
        {
            "association": row["association"],
            "name": register.get(row["association"], {}).get("nom"),
            "from": row["from_day"],
            "to": row["to_day"],
            "payee": payee(register, row["association"], facts.cutoff) if row["association"] in register else None,
        }
        for row in sorted(facts.rows["seizure"], key=lambda row: row["turn"])
    ]


def terms(facts: Facts) -> Row:
    """The convention and the qualité with where each comes from, and the clauses in force the day it was opened."""
    case = facts.case
    if not case:
        return {}
    tariff = [
        row
        for row in facts.computed.rows("tariff", "convention", [case["convention"]])
        if row["valid_from"] == case["tariff_from"]
    ]
    return {
        "opened_on": case["opened_on"],
        "urgent": case["urgence"],
        "departement": case["departement"],
        "convention": {"value": case["convention"], **_whence(facts, "convention", case["given_convention"])},
        "qualite": {"value": case["qualite"], **_whence(facts, "qualite", case["journal_qualite"])},
        "tariff": {name: tariff[0][name] for name in TERMS} if tariff else None,
    }


def _whence(facts: Facts, name: str, given: str | None) -> Row:
    """Where a term comes from: `decision`, `statement`, `journal`, `line`, `fiche`, or None when nothing gives it."""
    case = facts.case
    if case[f"{name}_moved"]:
        rows = [row for row in facts.all("decision_in_force", kind="requalify") if row[name]]
        return {"whence": "decision", "decision": max(row["decision_id"] for row in rows)}
    if case[f"frozen_{name}"]:
        return {"whence": "statement", "statement": _freezing(facts), "journal": given}
    if given:
        return {"whence": "journal", **_told(facts, name)}
    if case[name] is None:
        return {"whence": None}
    return {"whence": "line"} if name == "convention" else {"whence": "fiche", "association": _giver(facts)}


def _freezing(facts: Facts) -> str | None:
    """The number of the statement that froze the terms: the last that states a line still standing."""
    rows = [row["number"] for row in facts.received["stated"] if not row["taken_back"]]
    return rows[-1] if rows else None


def _told(facts: Facts, name: str) -> Row:
    """The day of the row that gives the term, the last that has one, or the decision that registered the saisine."""
    rows = [row for row in facts.rows["journal_row"] if row[name]]
    last = max(rows, key=lambda row: row["n"])
    made = [row["decision_id"] for row in facts.all("decision_in_force", kind="register_saisine")]
    return {"told_on": last["debut_on"], "decision": None if last["id_appel"] else max(made, default=None)}


def _giver(facts: Facts) -> str | None:
    """The association whose fiche gives the qualité: the first seized of those that count and have one."""
    turns = {row["root"]: (row["turn"], row["association"]) for row in reversed(facts.rows["seizure"])}
    givers = [
        turns[row["root"]]
        for row in facts.rows["counting"]
        if not row["aside"] and row["qualite"] and row["root"] in turns
    ]
    return min(givers)[1] if givers else None


def discrepancies(facts: Facts) -> list[Row]:
    """All discrepancies of the saisine, and of the fiches that may be about it, the gravest first."""
    unsure = {(row["association"], row["written"]) for row in facts.rows["candidate"]}
    known, order = sentences(), "BHWI"
    rows = facts.rows["discrepancy"] + _unmatched(facts, unsure)
    return [
        {
            "code": row["code"],
            "severity": row["severity"],
            "sentence": known[row["code"]],
            "detail": row["detail"],
            "written": row["written"],
            "association": row["association"],
            "decision": row["decision_id"],
            "remedy": None if row["decision_id"] or row["severity"] == "I" else remedy(row["code"]),
        }
        for row in sorted(rows, key=lambda row: (order.index(row["severity"]), row["code"], row["association"] or ""))
    ]


def _unmatched(facts: Facts, unsure: Iterable[tuple[str, str]]) -> list[Row]:
    rows = facts.computed.rows("discrepancy", "written", {written for _, written in unsure})
    return [row for row in rows if row["code"] == "AMBIGUOUS_MATCH" and (row["association"], row["written"]) in unsure]


def remedy(code: str) -> str | None:
    """What lifts a discrepancy: `accept`, `withdraw`, a phrase that says what else to do, or None when it only informs."""
    if code == "DISPUTED":
        return "withdraw"
    return "accept" if code in ACCEPTED and code in rules() else WHY_NOT.get(code)


def decisions(facts: Facts) -> list[Row]:
    """The decisions on the saisine, in order, each with its state: `holds`, `withdrawn`, `replaced`, `void` (the fiche changed)."""
    rows = facts.received["decisions"]
    undone = _undone(rows)
    names = (
        "kind",
        "code",
        "association",
        "written",
        "convention",
        "qualite",
        "new_association",
        "day",
        "author",
        "reason",
    )
    return [
        {
            "number": row["decision_id"],
            **{name: row[name] for name in names},
            "decided_on": row["decided_at"].astimezone(PARIS).date(),
            "state": _state(facts, row, rows, undone),
            "withdrawn_by": undone.get(row["decision_id"]),
        }
        for row in rows
    ]


def _undone(rows: Iterable[Row]) -> dict[int, int]:
    """The number of each decision undone, and of the withdrawal that undid it."""
    standing: list[Row] = []
    undone: dict[int, int] = {}
    for row in rows:
        if row["kind"] != "withdraw":
            standing.append(row)
            continue
        named = [one for one in standing if _subject(one) == row["code"]]
        if named:
            standing.remove(named[-1])
            undone[named[-1]["decision_id"]] = row["decision_id"]
    return undone


def _subject(row: Mapping[str, Any]) -> str:
    """What a withdrawal names to undo a decision."""
    return str(row["code"] if row["kind"] == "accept" else row["kind"])


def _state(facts: Facts, row: Row, rows: Iterable[Row], undone: Mapping[int, int]) -> str:
    if row["decision_id"] in undone:
        return "withdrawn"
    if (
        row["kind"] == "accept"
        and row["code"] in OF_A_FICHE
        and not facts.one("accepted", decision_id=row["decision_id"])
    ):
        return "void"
    later = [one for one in rows if one["decision_id"] > row["decision_id"] and one["decision_id"] not in undone]
    return "replaced" if any(_replaces(one, row) for one in later) else "holds"


def _replaces(later: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """Whether a later decision is on the same subject: the last one holds."""
    if row["kind"] in {"confirm_match", "reject_match"}:
        same = later["kind"] in {"confirm_match", "reject_match"}
        return same and (later["association"], later["written"]) == (row["association"], row["written"])
    if row["kind"] == "requalify" == later["kind"]:
        moved = [name for name in ("convention", "qualite", "new_association") if row[name]]
        return all(later[name] for name in moved)
    return bool(row["kind"] == "register_saisine" == later["kind"])
