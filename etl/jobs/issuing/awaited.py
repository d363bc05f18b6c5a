"""What each association still owes: the saisines it has in hand, those whose fiche is missing, until when it counts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.engine.compute import compute
from etl.jobs.settlement.inputs import default_cutoff, gather
from etl.model.calendar import add_months
from etl.model.quarter import Quarter
from etl.model.register import payee

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Engine

    from etl.model.convention_set import ConventionSet

Row = dict[str, Any]
WANTED = frozenset({"saisine_case", "MISSING_FICHE", "counting", "span", "closed"})
NO_CONVENTION = "Sans convention"
IN_HAND = ("pris_en_charge", "soutien_impossible")  # a fiche with another issue has nothing more to tell


@dataclass(frozen=True)
class Awaited:
    """As known on a day.

    Attributes:
        register: code → association.
        missing: code of the association that answers → its saisines without a fiche, as `reports.reminder` takes them.
        in_hand: code → its saisines under way, a fiche received or not, as `reports.template` takes them.
        sessions: code → what it declared of those.
    """

    register: dict[str, Row]
    missing: dict[str, list[Row]]
    in_hand: dict[str, list[Row]]
    sessions: dict[str, list[Row]]


def gathered(engine: Engine, today: date) -> Awaited:
    """Read what is awaited on a day, of every association. One that closed is answered for by its successor."""
    inputs = gather(engine, today)
    quarter = Quarter.of(today)
    results = compute(inputs.over(quarter), WANTED)
    register = {row["code"]: row for row in inputs.register}
    cases = {row["saisine"]: row for row in results["saisine_case"].to_pylist() if row["last_association"] in register}
    who = {number: payee(register, case["last_association"], today) for number, case in cases.items()}
    lacking = {row["saisine"] for row in results["MISSING_FICHE"].to_pylist()} & cases.keys()
    cutoffs = next_cutoffs(inputs.conventions, today)
    missing: dict[str, list[Row]] = defaultdict(list)
    in_hand: dict[str, list[Row]] = defaultdict(list)
    sessions: dict[str, list[Row]] = defaultdict(list)
    for number in sorted(lacking):
        missing[who[number]].append(_missing(cases[number], cutoffs))
        in_hand[who[number]].append(_opened(cases[number]))
    told = _told(inputs.tables["session"])
    for fiche in _under_way(results, cases):
        code = who[fiche["saisine"]]
        in_hand[code].append(_opened(cases[fiche["saisine"]]) | _declared(fiche))
        sessions[code] += [
            {"reference": cases[fiche["saisine"]]["reference"], **one} for one in told[fiche["fiche_group_id"]]
        ]
    return Awaited(
        register, dict(missing), {code: _by_reference(rows) for code, rows in in_hand.items()}, dict(sessions)
    )


def next_cutoffs(conventions: ConventionSet, today: date) -> dict[str, date]:
    """The next cutoff of each convention: what is received until then counts for the next statement."""
    quarters = [Quarter.of(today).previous.previous, Quarter.of(today).previous, Quarter.of(today)]
    found: dict[str, date] = {}
    for code in conventions.conventions:
        days = [default_cutoff(conventions, code, quarter) for quarter in quarters]
        coming = [day for day in days if day and day >= today]
        if coming:
            found[code] = min(coming)
    return found


def _missing(case: Row, cutoffs: dict[str, date]) -> Row:
    months = case["forclusion_mois"]
    return {
        "reference": case["reference"],
        "convention": case["convention"] or NO_CONVENTION,
        "opened_on": case["opened_on"],
        "cutoff": cutoffs.get(case["convention"]),
        "barred_on": add_months(case["opened_on"], months) if months else None,
    }


def _opened(case: Row) -> Row:
    """What the journal knows of a saisine, in the template's words."""
    known = {name: case[name] for name in ("reference", "convention", "qualite", "departement")}
    return known | {"date_saisine": case["opened_on"], "version": 1}


def _under_way(results: dict[str, pa.Table], cases: dict[int, Row]) -> list[Row]:
    """The counting fiches of the last seized association that say the support goes on."""
    closed = set(results["closed"].column("saisine").to_pylist())
    last = {(row["saisine"], row["root"]) for row in results["span"].to_pylist() if row["is_last"]}
    return [
        row
        for row in sorted(results["counting"].to_pylist(), key=lambda row: (row["saisine"], row["fiche_id"]))
        if row["saisine"] in cases
        and row["saisine"] not in closed
        and (row["saisine"], row["root"]) in last
        and row["issue"] in IN_HAND
        and row["date_cloture"] is None
    ]


def _declared(fiche: Row) -> Row:
    """What the last fiche said, under the next version. Declared numbers are left out: the sessions listed say them."""
    names = ("tentatives", "date_premier_contact", "issue", "date_signature")
    memo = {True: "oui", False: "non"}.get(fiche["memo_de_vie"])
    return {name: fiche[name] for name in names} | {"memo_de_vie": memo, "version": fiche["version"] + 1}


def _told(sessions: pa.Table) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    rows = sorted(sessions.to_pylist(), key=lambda row: (row["day"], row["heure"] or "", row["row_number"]))
    for row in rows:
        one = {name: row[name] for name in ("heure", "nature", "mode", "statut")}
        groups[row["fiche_group_id"]].append({"date": row["day"], **one})
    return groups


def _by_reference(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: str(row["reference"]))


def folder_of(home: Path, code: str, out: Path | None = None) -> Path:
    """The folder of one association: what it fetches there is seen by nobody else."""
    return (out or home / "out" / "associations") / code
