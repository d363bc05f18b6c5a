"""The arithmetic of an amount and what caps left of it, what finalised statements say, what the next draft would."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from etl.engine.reasons import sentences
from etl.jobs.matching.decision_rules import BLOCKS
from etl.jobs.story.facts import Facts, Row, order

BLOCKING = (*BLOCKS, "UNKNOWN_CONVENTION", "UNKNOWN_ASSOCIATION", "TARIFF_GAP")


def money(facts: Facts, paid: Row) -> Row:
    """How an amount is made: base of its rank, uplifts, price, and what each cap left.

    Args:
        facts: of the saisine.
        paid: the line's row of the engine's `paid`.
    """
    return {
        "rank": paid["rank"],
        "base_cents": paid["base_cents"],
        "uplifts": uplifts(facts.computed.rows("tariff_uplift", "convention", [paid["convention"]]), paid),
        "pct_e4": paid["pct_e4"],
        "price_cents": paid["price_cents"],
        "clause": paid["clause"],
        "caps": [cap for cap in (_number(facts, paid), _ceiling(facts, paid), _envelope(facts, paid)) if cap],
        "paid_cents": paid["paid_cents"],
    }


def uplifts(known: Iterable[Row], paid: Row) -> list[Row]:
    """The uplifts that apply to a line (rules §6); of those by mode, an undated session has the lowest if it is negative."""
    own = [row for row in known if all(row[name] == paid[name] for name in ("convention", "valid_from", "prestation"))]
    by_mode = [row for row in own if row["kind"] == "mode" and row["pct_e4"] < 0]
    lowest = min(by_mode, key=lambda row: row["pct_e4"], default=None)
    chosen = [row for row in own if (row is lowest if paid["undated"] and row["kind"] == "mode" else _holds(row, paid))]
    return [{name: row[name] for name in ("code", "pct_e4", "kind", "value")} for row in chosen]


def _holds(uplift: Row, paid: Row) -> bool:
    return bool(
        {
            "urgence": paid["is_urgent"],
            "outre_mer": paid["is_overseas"],
            "mode": uplift["value"] == paid["mode"],
            "qualite": uplift["value"] == paid["qualite"],
        }[uplift["kind"]]
    )


def _number(facts: Facts, paid: Row) -> Row | None:
    """The cap in number: what it allows, and how many lines before this one took a place."""
    if paid["cap_count"] is None:
        return None
    same = {"convention": paid["convention"], "prestation": paid["prestation"]}
    rows = facts.all("paid", **same) if paid["cap_per"] == "saisine" else _of_year(facts, paid, same)
    used = sum(row["consumes"] for row in rows if row["place"] < paid["place"])
    return {
        "kind": "number",
        "per": paid["cap_per"],
        "year": paid["act_date"].year,
        "limit": paid["cap_count"],
        "used": used,
    }


def _of_year(facts: Facts, paid: Row, same: Row) -> list[Row]:
    """The lines of the same person and civil year, over the saisines of the convention."""
    person = paid["beneficiaire"]
    rows = facts.all("paid", **same) if person is None else _filtered(facts, "paid", beneficiaire=person, **same)
    return [row for row in rows if row["act_date"].year == paid["act_date"].year]


def _ceiling(facts: Facts, paid: Row) -> Row | None:
    limit = paid["plafond_saisine_cents"]
    if limit is None:
        return None
    rows = facts.all("paid", convention=paid["convention"])
    used = sum(row["paid_cents"] for row in rows if row["place"] < paid["place"])
    return {"kind": "saisine", "limit_cents": limit, "used_cents": used, "left_cents": max(0, limit - used)}


def _envelope(facts: Facts, paid: Row) -> Row | None:
    year = paid["act_date"].year
    known = _filtered(facts, "envelope", convention=paid["convention"], year=year)
    if not known:
        return None
    limit = known[0]["amount_cents"]
    used = facts.spent[paid["convention"], paid["place"]]
    return {
        "kind": "envelope",
        "year": year,
        "limit_cents": limit,
        "used_cents": used,
        "left_cents": max(0, limit - used),
        "closes_on": known[0]["closes_on"],
        "closed": known[0]["closes_on"] is not None and facts.cutoff > known[0]["closes_on"],
    }


def _filtered(facts: Facts, table: str, **values: object) -> list[Row]:
    (first, value), *others = values.items()
    return [row for row in facts.computed.rows(table, first, [value]) if all(row[name] == one for name, one in others)]


def stated(facts: Facts) -> Row:
    """The lines of finalised statements on the saisine, by statement, with their sums; what they list as not paid."""
    lines, known = facts.received["stated"], sentences()
    numbers = list(dict.fromkeys(row["number"] for row in lines))
    return {
        "statements": [_statement([row for row in lines if row["number"] == number]) for number in numbers],
        "sum_cents": sum(row["amount_cents"] for row in lines),
        "not_paid": [row | {"sentence": known.get(row["reason"], "")} for row in facts.received["stated_not_paid"]],
    }


def _statement(lines: list[Row]) -> Row:
    names = (
        "association",
        "prestation",
        "act_date",
        "nth",
        "kind",
        "base_cents",
        "amount_cents",
        "tariff",
        "corrects",
        "taken_back",
    )
    head = ("number", "statement_kind", "convention", "quarter", "finalised_on", "finalised_by")
    return {
        **{name: lines[0][name] for name in head},
        "lines": [{name: row[name] for name in names} | {"uplift_pct": _text(row["uplift_pct"])} for row in lines],
        "total_cents": sum(row["amount_cents"] for row in lines),
    }


def _text(rate: object) -> str | None:
    """A decimal rate as text: JSON has none."""
    return None if rate is None else f"{rate:f}".rstrip("0").rstrip(".")


def upcoming(facts: Facts) -> Row:
    """What a draft made that day would say of the saisine, and what stands in the way."""
    names = (
        "association",
        "prestation",
        "act_date",
        "nth",
        "kind",
        "amount_cents",
        "corrects",
        "taken_back",
        "convention",
    )
    lines = [{name: row[name] for name in names} for row in sorted(facts.rows["line"], key=order)]
    blocking = [
        row["code"] for row in facts.rows["discrepancy"] if row["code"] in BLOCKING and row["decision_id"] is None
    ]
    return {
        "quarter": str(facts.quarter),
        "cutoff": facts.cutoff,
        "lines": lines,
        "total_cents": sum(row["amount_cents"] for row in lines),
        "blocked_by": sorted(set(blocking)) if facts.rows["blocked"] else [],
        "closed": bool(facts.rows["closed"]),
        "gaps": _gaps(facts),
    }


def _gaps(facts: Facts) -> list[Any]:
    """The days without a journal that the next statement waits for."""
    rows = _filtered(facts, "discrepancy", code="JOURNAL_GAP")
    return sorted(row["detail"] for row in rows if row["decision_id"] is None)


def not_paid(acts: Iterable[Row]) -> list[Row]:
    """The acts of which something is not paid, with why."""
    return [act for act in acts if act["status"] in {"not_paid", "partly", "blocked", "closed", "no_line"}]
