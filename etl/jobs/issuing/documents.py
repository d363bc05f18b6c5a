"""The snapshot of a statement: all that its documents say, taken once, so that they can be made again byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.engine.reasons import sentences
from etl.jobs.settlement.inputs import Inputs, gather
from etl.model.errors import SaisinesError
from etl.model.quarter import Quarter
from etl.model.register import payee
from etl.model.tariff_text import schedule, terms
from etl.model.yaml_source import read_yaml
from etl.warehouse.deliveries import load_deliveries
from etl.warehouse.drafts import load_draft, unpack
from etl.warehouse.statements import load_statement, load_statements, load_year

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

ADDRESS = {"rue", "numero", "code_postal", "ville", "pays"}
PARTY = ("nom", "siret", "rna", "departement", "iban", "bic", "titulaire", "email")


def snapshot(connection: Connection, statement: Mapping[str, Any], inputs: Inputs, home: Path) -> dict[str, Any]:
    """The data of `reports.snapshot`, from a statement and the inputs it was computed from."""
    code, quarter = statement["convention"], Quarter.parse(statement["quarter"])
    file = inputs.conventions.files[code]
    return {
        "statement": dict(statement),
        "convention": {**plain_file(file.content), "fingerprint": file.fingerprint},
        "tariff_rows": schedule(inputs.tariff, code, quarter.start, quarter.end)
        + terms(inputs.tariff, code, quarter.start, quarter.end),
        "associations": _parties(statement, inputs),
        "federation": federation(home),
        "year": _year(connection, statement, inputs),
        "controls": [*_received(connection, inputs.cutoff), *_controls(statement)],
        "sentences": sentences(),
    }


def finalised(engine: Engine, number: str) -> dict[str, Any]:
    """The snapshot of a finalised statement, as it was kept.

    Raises:
        SaisinesError: no finalised statement has this number.
    """
    with engine.connect() as connection:
        row = load_statement(connection, number)
    if row is None or row["snapshot"] is None:
        raise SaisinesError(
            f"Aucun relevé finalisé ne porte le numéro {number} ; « saisines statements » donne la liste."
        )
    return unpack(row["snapshot"]) | {"statement": unpack(row["statement"])}


def drafted(engine: Engine, home: Path, quarter: str, convention: str, digest: str) -> dict[str, Any]:
    """The snapshot of a stored draft in its present state."""
    with engine.connect() as connection:
        row = load_draft(connection, convention, str(Quarter.parse(quarter)), digest)
        statement = unpack(row["statement"]) | {"status": row["status"]}
        return snapshot(connection, statement, gather(engine, date.fromisoformat(statement["cutoff"])), home)


def federation(home: Path) -> dict[str, Any]:
    """Who pays: `federation.yaml` in the home, else the example that ships.

    Raises:
        SaisinesError: something is missing, or the address is not structured, which banks refuse since 15 November 2026.
    """
    own = home / "federation.yaml"
    known = plain_file(own.read_bytes() if own.exists() else (files("etl") / "federation.yaml").read_bytes())
    missing = [name for name in ("nom", "siret", "iban", "bic") if not isinstance(known.get(name), str)]
    if missing:
        raise SaisinesError(f"{own} : {', '.join(missing)} manque ; écrivez-le entre guillemets.")
    address = known.get("adresse")
    if address is not None and not _is_structured(address):
        raise SaisinesError(
            f"{own} : l’adresse s’écrit par parties entre guillemets ({', '.join(sorted(ADDRESS))}), ville et pays au moins."
        )
    return known


def _is_structured(address: object) -> bool:
    if not isinstance(address, dict) or not {"ville", "pays"} <= address.keys() <= ADDRESS:
        return False
    return all(isinstance(part, str) for part in address.values())


def plain_file(content: bytes) -> dict[str, Any]:
    """A YAML file as plain data."""
    known: dict[str, Any] = _plain(read_yaml(content).data)
    return known


def _plain(value: Any) -> Any:  # noqa: ANN401 - YAML data
    """YAML as JSON would hold it: days as text, numbers as written."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bool | int | str) or value is None:
        return value
    return value.isoformat() if isinstance(value, date) else int(str(value)) if str(value).isdigit() else str(value)


def _parties(statement: Mapping[str, Any], inputs: Inputs) -> dict[str, dict[str, Any]]:
    """The associations of a statement's lines and payees, and whom each is paid to."""
    register = {row["code"]: row for row in inputs.register}
    named = {
        row["association"]
        for part in ("lines", "not_paid", "discrepancies")
        for row in statement[part]
        if row["association"]
    }
    named |= {row["code"] for row in statement["payees"]}
    return {
        code: {name: register[code][name] for name in PARTY} | {"payee": payee(register, code, inputs.cutoff)}
        for code in sorted(named)
        if code in register
    }


def _year(connection: Connection, statement: Mapping[str, Any], inputs: Inputs) -> dict[str, Any]:
    """What the convention's civil year has consumed, this statement included, and the totals of its quarters."""
    year = int(statement["quarter"][:4])
    envelopes = [
        row for row in inputs.tariff["envelope"] if row["convention"] == statement["convention"] and row["year"] == year
    ]
    own = sum(line["amount_cents"] for line in statement["lines"] if line["act_date"].startswith(str(year)))
    totals = {f"{year}-T{number}": 0 for number in range(1, 5)}
    for one in load_statements(connection, statement["convention"]):
        if one["quarter"] in totals:
            totals[one["quarter"]] += one["total_cents"]
    totals[statement["quarter"]] += statement["total_cents"]
    return {
        "year": year,
        "envelope_cents": envelopes[0]["amount_cents"] if envelopes else None,
        "consumed_cents": load_year(connection, statement["convention"], year) + own,
        "quarters": [{"quarter": quarter, "total_cents": total} for quarter, total in totals.items()],
    }


def _received(connection: Connection, cutoff: date) -> list[dict[str, Any]]:
    """The control totals of what was received up to the cutoff: every row read went somewhere."""
    seen = [row for row in load_deliveries(connection) if row["status"] == "received" and row["received_on"] <= cutoff]
    found = []
    for kind, words in (("journal", "Lignes de journal"), ("fiches", "Lignes de fiches")):
        rows = [row for row in seen if row["kind"] == kind]
        ends = ("rows_accepted", "rows_rejected", "rows_duplicate", "rows_ignored")
        found.append(
            {
                "label": f"{words} lues = acceptées + refusées + doubles + ignorées",
                "expected": sum(row["rows_read"] for row in rows),
                "found": sum(row[name] for row in rows for name in ends),
                "unit": "lignes",
            }
        )
    return found


def _controls(statement: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The equation that the workbook's own formulas do not show."""
    found = sum(row["total_cents"] for row in statement["payees"])
    label = "Total du relevé = somme des bénéficiaires"
    return [{"label": label, "expected": statement["total_cents"], "found": found, "unit": "eur"}]
