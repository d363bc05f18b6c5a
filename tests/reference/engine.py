"""The engine behind the interface of the reference: the same tables as lists of dictionaries in, the same statements out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pyarrow as pa

from etl.engine import statement
from etl.engine.compute import RESULTS, compute
from etl.engine.schema import SCHEMAS, table

from . import inbox

Row = dict[str, Any]
EVER = {"quarter": "", "quarter_start": date(2000, 1, 1), "quarter_end": date(9999, 1, 1), "cutoff": date(9998, 1, 1)}


def arrow(tables: dict[str, list[Row]]) -> dict[str, pa.Table]:
    return {name: table(name, map(_typed, rows)) for name, rows in tables.items() if name in SCHEMAS}


def _typed(row: Row) -> Row:
    """The reference's readers leave `memo_de_vie` as it is written."""
    return row | {"memo_de_vie": row["memo_de_vie"] == "oui"} if isinstance(row.get("memo_de_vie"), str) else row


def draft(tables: dict[str, list[Row]], quarter: str, cutoff: str) -> dict[str, Any]:
    """As `cases.draft`, by the engine."""
    start, end = inbox.quarter(quarter)
    day = date.fromisoformat(cutoff)
    parameters = {"quarter": quarter, "quarter_start": start, "quarter_end": end, "cutoff": day}
    results = compute(arrow(tables | {"parameters": [parameters]}), RESULTS)
    codes = [row["code"] for row in tables["convention"]]
    return {
        "statements": statement.statements(results, codes, quarter, day),
        "discrepancies": statement.discrepancies(results),
        "facts": _facts(results),
    }


def _facts(results: dict[str, pa.Table]) -> dict[tuple, Row]:
    """What a finalised line keeps beside what it prints, by its identity within a convention."""
    case = results["saisine_reference"]
    references = dict(zip(case["saisine"].to_pylist(), case["reference"].to_pylist(), strict=True))
    return {
        (
            references.get(row["saisine"]),
            row["association"],
            row["prestation"],
            row["act_date"].isoformat(),
            row["nth"],
        ): {"qualite": row["qualite"], "undated": row["undated"]}
        for row in results["line"].to_pylist()
    }


def all_fingerprints(tables: dict[str, list[Row]], references: Iterable[str]) -> dict[str, dict[str, str]]:
    """The acts of the counting versions as known today, by reference and sending group (for `decision_basis`)."""
    wanted = sorted(set(references))
    asked = [{"decision_id": 10**9 + n, "kind": "accept", "reference": r, "code": "?"} for n, r in enumerate(wanted)]
    results = compute(arrow(tables | {"parameters": [EVER], "decision": tables["decision"] + asked}), ["acts_today"])
    by_number = {int(r[2:4] + r[5:11]): r for r in wanted}
    found: dict[str, dict[str, str]] = {reference: {} for reference in wanted}
    for row in results["acts_today"].to_pylist():
        if row["saisine"] in by_number:
            found[by_number[row["saisine"]]][row["root"]] = row["acts"]
    return found


def fingerprints(tables: dict[str, list[Row]], reference: str) -> dict[str, str]:
    """As `settle.fingerprints`, by the engine."""
    return all_fingerprints(tables, [reference])[reference]
