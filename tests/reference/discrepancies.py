"""rules.md §5 and §9: the discrepancies of a statement, and what parks it."""

from __future__ import annotations

from .caps import Used
from .saisines import Saisine, accepted_days, missing_days
from .world import Row, World

THRESHOLDS = (70, 90, 100)


def found(world: World, saisines: dict[str, Saisine]) -> list[Row]:
    """Those of saisines opened before the end of the quarter and of fiches without one, each once."""
    out: dict[tuple, Row] = {}
    for row in world.found:
        s = row["saisine"]
        if s is not None and s.opened_on >= world.end:
            continue
        full = {
            "code": row["code"],
            "severity": row["severity"],
            "convention": s.convention if s else None,
            "saisine": s.reference if s else None,
            "written": row.get("written"),
            "association": row["association"],
            "detail": row["detail"],
        }
        key = (full["code"], full["saisine"] or "", full["written"] or "", full["association"] or "")
        if key not in out or "BHWI".index(full["severity"]) < "BHWI".index(out[key]["severity"]):
            out[key] = full
    return [out[key] for key in sorted(out)]


def finish(world: World, statement: Row, rows: list[Row], used: Used) -> None:
    """Give a statement its discrepancies and the reasons that park it."""
    code = statement["convention"]
    mine = [row for row in rows if row["convention"] == code] + _of_the_convention(world, code, used)
    keep = ("code", "severity", "saisine", "association", "detail")
    statement["discrepancies"] = [{k: row[k] for k in keep} for row in sorted(mine, key=_discrepancy_order)]
    gaps = set(missing_days(world)) - accepted_days(world)
    untariffed = any(row["code"] == "TARIFF_GAP" for row in mine)
    statement["parked"] = ["JOURNAL_GAP"] * bool(gaps) + ["TARIFF_GAP"] * untariffed


def _discrepancy_order(row: Row) -> tuple:
    return (row["code"], row["saisine"] or "", row["association"] or "")


def _of_the_convention(world: World, code: str, used: Used) -> list[Row]:
    out = []
    for row in world["envelope"]:
        if row["convention"] == code:
            before = sum(
                x.amount_cents for x in world.stated.values() if x.convention == code and x.act_date.year == row["year"]
            )
            after = used.years.get(row["year"], 0)
            out += [
                (f"ENVELOPE_{t}", "I", str(row["year"]))
                for t in THRESHOLDS
                if before * 100 < t * row["amount_cents"] <= after * 100
            ]
    return [{"code": c, "severity": s, "saisine": None, "association": None, "detail": d} for c, s, d in out]
