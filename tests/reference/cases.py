"""Plays a worked case of the contract through the reference and compares, as the contract's own check does."""

from __future__ import annotations

import importlib.util
import json
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

from . import inbox, tariffs, versions
from .settle import fingerprints, settle

Row = dict[str, Any]
CONTRACT = Path(__file__).resolve().parents[3] / "shared" / "contract"
SIGNED = ("convention", "reference", "association", "prestation", "act_date", "nth")


def check_module(contract: Path = CONTRACT) -> ModuleType:
    """The contract's check.py, for its comparisons."""
    spec = importlib.util.spec_from_file_location("contract_check", contract / "check.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def opening(case: Path, contract: Path = CONTRACT) -> dict[str, list[Row]]:
    folder = case / "conventions" if (case / "conventions").is_dir() else contract / "conventions"
    empty = ("contact", "fiche", "session", "decision", "decision_basis", "stated", "takeover", "carried", "holiday")
    return (
        {name: [] for name in empty}
        | tariffs.load(folder)
        | {"association": inbox.associations(case / "associations.csv")}
    )


def play(case: Path, contract: Path = CONTRACT) -> list[str]:
    """Run the steps; what differs from the expected, as sentences."""
    check, tables = check_module(contract), opening(case, contract)
    wrong: list[str] = []
    for n, step in enumerate(json.loads((case / "steps.json").read_text()), 1):
        if "ingest" in step:
            ingest(tables, case / step["ingest"], date.fromisoformat(step["received_on"]))
        elif "decide" in step:
            decide(tables, case / step["decide"])
        elif "takeover" in step:
            take_over(tables, case / step["takeover"], date.fromisoformat(step["until"]))
        elif "draft" in step:
            wrong += compare(check, draft(tables, step["draft"], step["cutoff"]), case / step["expect"], f"step {n}")
        elif "finalise" in step:
            for code in step["conventions"]:
                finalise(tables, draft(tables, step["finalise"], step["cutoff"]), code)
    return wrong


def ingest(tables: dict[str, list[Row]], batch: Path, received_on: date) -> None:
    for path in sorted(batch.glob("journal/*.csv")):
        tables["contact"] += inbox.contacts(path, received_on)
    for path in sorted(p for p in batch.glob("fiches/*/*") if p.suffix in (".csv", ".xlsx")):
        first = 10_000 + len(tables["fiche"])
        fiches, sessions = inbox.fiche(path, received_on, first)
        tables["fiche"] += fiches
        tables["session"] += sessions


def decide(tables: dict[str, list[Row]], path: Path) -> None:
    """Each decision with the acts of the counting versions of that day, for an `accept`."""
    for row in inbox.decisions(path, len(tables["decision"]) + 1):
        if row["kind"] == "accept" and row["reference"]:
            acts = fingerprints(tables, row["reference"])
            tables["decision_basis"] += [
                {"decision_id": row["decision_id"], "association": group, "acts": text} for group, text in acts.items()
            ]
        tables["decision"].append(row)


def take_over(tables: dict[str, list[Row]], path: Path, until: date) -> None:
    lines = inbox.takeover(path)
    tables["stated"] += lines
    tables["takeover"] += [{"convention": code, "until": until} for code in sorted({x["convention"] for x in lines})]


def draft(tables: dict[str, list[Row]], quarter: str, cutoff: str) -> dict[str, Any]:
    start, end = inbox.quarter(quarter)
    day = date.fromisoformat(cutoff)
    parameters = {"quarter": quarter, "quarter_start": start, "quarter_end": end, "cutoff": day}
    return settle(tables | {"parameters": [parameters]})


def compare(check: ModuleType, got: dict[str, Any], expected: Path, where: str) -> list[str]:
    wrong = []
    for path in sorted(expected.glob("*.json")):
        want = json.loads(path.read_text())
        if path.stem == "discrepancies":
            one, other = check.unattached(want), check.unattached(got["discrepancies"])
            wrong += check.differences({"discrepancy": one}, {"discrepancy": other}, where)
        else:
            found = got["statements"][path.stem]
            wrong += check.differences(check.seen(want), check.seen(found), f"{where} {path.stem}")
    return wrong


def finalise(tables: dict[str, list[Row]], drafted: dict[str, Any], code: str) -> None:
    """Add the draft's lines to what is stated, and its balances to what is carried."""
    statement = drafted["statements"][code]
    order = 1 + max((row["statement_order"] for row in tables["stated"]), default=0)
    number = f"ER-{code}-{statement['quarter']}-{1 + _finalised(tables, code):04d}"
    tables["stated"] += [_stated_row(drafted, code, line, number, order) for line in statement["lines"]]
    kept = [row for row in tables["carried"] if row["convention"] != code]
    owed = [p for p in statement["payees"] if p["carried_out_cents"]]
    tables["carried"] = kept + [
        {"convention": code, "payee": p["code"], "amount_cents": p["carried_out_cents"]} for p in owed
    ]


def _finalised(tables: dict[str, list[Row]], code: str) -> int:
    rows = tables["stated"]
    numbers = {row["statement_number"] for row in rows if row["convention"] == code}
    return len({n for n in numbers if not n.endswith("-REPRISE")})


def _stated_row(drafted: dict[str, Any], code: str, line: Row, number: str, order: int) -> Row:
    facts = drafted["facts"].get(
        (line["saisine"], line["association"], line["prestation"], line["act_date"], line["nth"]), {}
    )
    return {
        "convention": code,
        "reference": line["saisine"],
        "association": line["association"],
        "prestation": line["prestation"],
        "act_date": date.fromisoformat(line["act_date"]),
        "nth": line["nth"],
        "amount_cents": line["amount_cents"],
        "taken_back": line["tariff"] is None,
        "undated": facts.get("undated", False),
        "qualite": facts.get("qualite"),
        "statement_number": number,
        "statement_order": order,
    }


__all__ = ["CONTRACT", "SIGNED", "play", "versions"]
