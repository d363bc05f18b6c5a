"""The draft statements as data: the `releve` of contract/outputs.md §2, from the tables that the engine gives."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

Row = dict[str, Any]
PRESTATIONS = ("PEC", "CAR", "REO", "PSY", "JUR", "SOC")
UNDIGESTED = ("status", "number", "digest")
ACT = ("saisine", "association", "prestation", "act_date", "nth")
BALANCE = ("total_cents", "carried_in_cents", "payable_cents", "carried_out_cents")
LINE = (*ACT, "kind", "base_cents", "uplift_pct", "amount_cents", "tariff", "corrects")

# The acts of a convention as statements print them, in their order: DuckDB names, writes and sorts what Python then only wraps.
SHAPED = """
select coalesce(nullif({reference}, ''), known.reference) as saisine, association, prestation, act_date::text as act_date, nth, {others}
from {table} as act left join saisine_reference as known on known.saisine = act.saisine
where act.convention = $convention
order by association, 1, list_position($prestations, prestation), act.act_date, nth{last}"""
LINES = SHAPED.format(
    reference="act.reference",
    others="kind, base_cents, pct_e4, amount_cents, clause, corrects",
    table="line",
    last="",
)
NOT_PAID = SHAPED.format(reference="null", others="reason", table="not_paid", last=", reason")


def statements(
    results: Mapping[str, pa.Table], conventions: Iterable[str], quarter: str, cutoff: date
) -> dict[str, Row]:
    """One draft per convention, with its digest, from the tables of `engine.compute`."""
    payees = _grouped(results["payee"].to_pylist())
    found = results["discrepancy"].to_pylist()
    noted = _grouped(row for row in found if row["in_scope"] and row["convention"] is not None)
    gaps = sorted(row["detail"] for row in found if row["code"] == "JOURNAL_GAP" and row["decision_id"] is None)
    with duckdb.connect(config={"threads": 2}) as connection:
        for name in ("line", "not_paid", "saisine_reference"):
            connection.register(name, results[name])
        return {
            code: _statement(
                code,
                quarter,
                cutoff,
                [_line(row) for row in _acts(connection, LINES, code)],
                [dict(zip((*ACT, "reason"), row, strict=True)) for row in _acts(connection, NOT_PAID, code)],
                payees.get(code, []),
                noted.get(code, []),
                gaps,
            )
            for code in sorted(conventions)
        }


def _acts(connection: duckdb.DuckDBPyConnection, query: str, convention: str) -> list[tuple[Any, ...]]:
    return connection.execute(query, {"convention": convention, "prestations": list(PRESTATIONS)}).fetchall()


def discrepancies(results: Mapping[str, pa.Table]) -> list[Row]:
    """All discrepancies of a quarter, with those of fiches without a saisine and of saisines without a convention."""
    names = ("code", "severity", "convention", "saisine", "written", "association", "detail")
    rows = [{**row, "saisine": row["reference"]} for row in results["discrepancy"].to_pylist() if row["in_scope"]]
    return sorted(({name: row[name] for name in names} for row in rows), key=_discrepancy_order)


def identity(line: Row) -> tuple[Any, ...]:
    """What names a line within its convention (rules §9)."""
    return line["saisine"], line["association"], line["prestation"], line["act_date"], line["nth"]


def extras(results: Mapping[str, pa.Table], convention: str) -> dict[tuple[Any, ...], Row]:
    """What a finalised statement keeps of each line beside what it prints, by identity: `taken_back`, `undated`, `qualite`."""
    references = _references(results)
    rows = [row for row in results["line"].to_pylist() if row["convention"] == convention]
    return {
        identity(_act(row, references)): {name: row[name] for name in ("taken_back", "undated", "qualite")}
        for row in rows
    }


def canonical(statement: Row) -> str:
    """The one text of a statement: keys sorted, no spaces, accents as they are."""
    return json.dumps(statement, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(statement: Row) -> str:
    """SHA-256 of the statement without what its life adds: it names the draft that people approve, and stays that of the finalised statement."""
    bare = {key: value for key, value in statement.items() if key not in UNDIGESTED} | {"finalised_on": None}
    return hashlib.sha256(canonical(bare).encode()).hexdigest()


def _statement(
    code: str,
    quarter: str,
    cutoff: date,
    lines: list[Row],
    not_paid: list[Row],
    payees: list[Row],
    noted: list[Row],
    gaps: list[str],
) -> Row:
    statement = {
        "convention": code,
        "quarter": quarter,
        "cutoff": cutoff.isoformat(),
        "status": "brouillon",
        "number": None,
        "finalised_on": None,
        "parked": _parked(noted, gaps),
        "currency": "EUR",
        "total_cents": sum(row["amount_cents"] for row in lines),
        "associations": _associations(lines, payees),
        "payees": _payees(payees),
        "lines": lines,
        "not_paid": not_paid,
        "discrepancies": sorted((_noted(row) for row in noted), key=_discrepancy_order),
    }
    return statement | {"digest": digest(statement)}


def _parked(noted: list[Row], gaps: list[str]) -> list[Row]:
    reasons = [{"code": "JOURNAL_GAP", "detail": day} for day in gaps]
    untariffed = sorted(row["reference"] for row in noted if row["code"] == "TARIFF_GAP")
    return reasons + [{"code": "TARIFF_GAP", "detail": reference} for reference in untariffed]


def _associations(lines: list[Row], payees: list[Row]) -> list[Row]:
    totals = {row["payee"]: 0 for row in payees if row["carried_in_cents"]}
    for row in lines:
        totals[row["association"]] = totals.get(row["association"], 0) + row["amount_cents"]
    return [{"code": code, "total_cents": totals[code]} for code in sorted(totals)]


def _payees(rows: list[Row]) -> list[Row]:
    ordered = sorted(rows, key=lambda row: str(row["payee"]))
    return [{"code": row["payee"]} | {name: row[name] for name in BALANCE} for row in ordered]


def _references(results: Mapping[str, pa.Table]) -> dict[int, str]:
    known = results["saisine_reference"]
    return dict(zip(known.column("saisine").to_pylist(), known.column("reference").to_pylist(), strict=True))


def _act(row: Row, references: Mapping[int, str]) -> Row:
    return {
        "saisine": row["reference"] if row.get("reference") else references[row["saisine"]],
        "association": row["association"],
        "prestation": row["prestation"],
        "act_date": row["act_date"].isoformat(),
        "nth": row["nth"],
    }


def _line(row: tuple[Any, ...]) -> Row:
    line = dict(zip(LINE, row, strict=True))
    line["uplift_pct"] = _percent(line["uplift_pct"])
    return line


@cache
def _percent(pct_e4: int) -> int | float:
    """A rate as the statement's JSON writes it: a whole number where it is one."""
    percent = Decimal(pct_e4) / 10000
    return int(percent) if percent == int(percent) else float(str(percent.normalize()))


def _noted(row: Row) -> Row:
    return {
        "code": row["code"],
        "severity": row["severity"],
        "saisine": row["reference"],
        "association": row["association"],
        "detail": row["detail"],
    }


def _discrepancy_order(row: Row) -> tuple[str, ...]:
    return tuple(
        str(row.get(name) or "") for name in ("code", "saisine", "association", "convention", "written", "detail")
    )


def _grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["convention"], []).append(row)
    return groups
