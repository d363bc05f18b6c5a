"""Gathers what the engine takes in: the warehouse's tables, the tariff resolved from the stored convention files, the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from etl.engine.schema import SCHEMAS, table
from etl.model import identifiers
from etl.model.calendar import holiday_rows
from etl.model.convention_set import ConventionSet, read_set
from etl.model.quarter import Quarter
from etl.model.tariff import default_cutoff as default_cutoff  # noqa: PLC0414 - where the jobs ask for it
from etl.model.tariff import resolve
from etl.warehouse.inputs import load_inputs, load_since
from etl.warehouse.reference import load_associations, load_convention_files
from etl.warehouse.server import address_of

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection, Engine


@dataclass(frozen=True)
class Inputs:
    """All that a computation depends on but its quarter.

    Attributes:
        tables: the engine's tables, without `parameters`, which `over` adds.
        conventions: the convention files in force.
        tariff: their resolved tables, as rows.
        register: the associations, with their bank details.
        cutoff: the last day of reception that was seen.
    """

    tables: Mapping[str, pa.Table]
    conventions: ConventionSet
    tariff: dict[str, list[dict[str, Any]]]
    register: list[dict[str, Any]]
    cutoff: date

    def over(self, quarter: Quarter) -> dict[str, pa.Table]:
        """All that the engine takes in to settle a quarter as of the cutoff."""
        row = {
            "quarter": str(quarter),
            "quarter_start": quarter.start,
            "quarter_end": quarter.end,
            "cutoff": self.cutoff,
        }
        return {**self.tables, "parameters": table("parameters", [row])}

    def last_quarter(self) -> Quarter:
        """That of the journal's last day; of the cutoff where there is no journal."""
        import pyarrow.compute as pc

        return Quarter.of(pc.max(self.tables["contact"].column("debut_on")).as_py() or self.cutoff)


def gather(engine: Engine, cutoff: date, conventions: ConventionSet | None = None) -> Inputs:
    """Read everything, as known up to a cutoff.

    Args:
        engine: of the warehouse.
        cutoff: deliveries received after this day are not seen.
        conventions: other convention files than those in force, to simulate.
    """
    return _with_reference(engine, cutoff, load_inputs(address_of(engine), cutoff), conventions)


def gather_since(engine: Engine, cutoff: date, known: set[int]) -> tuple[Inputs, set[int]]:
    """As `gather`, but of what is received only the rows that these deliveries did not bring, and nothing that is stated.

    Args:
        engine: of the warehouse.
        cutoff: deliveries received after this day are not seen.
        known: deliveries whose rows are there already.

    Returns:
        The inputs, and those of the deliveries known that are no longer seen.
    """
    stored, gone = load_since(address_of(engine), cutoff, known)
    return _with_reference(engine, cutoff, stored), gone


def _with_reference(
    engine: Engine, cutoff: date, stored: dict[str, pa.Table], conventions: ConventionSet | None = None
) -> Inputs:
    """What is stored with the register, the tariff and the calendar."""
    with engine.connect() as connection:
        chosen = conventions or load_conventions(connection)
        register = [dict(row) for row in load_associations(connection)]
    resolved = resolve(chosen)
    departements = {row["departement"] for row in register if row["departement"]}
    made: dict[str, list[dict[str, Any]]] = {
        **{name: rows for name, rows in resolved.items() if name in SCHEMAS},
        "holiday": holiday_rows(departements, range(cutoff.year - 1, cutoff.year + 2)),
        "payee_check": payee_checks(register),
    }
    return Inputs(
        {**stored, **{name: table(name, rows) for name, rows in made.items()}}, chosen, resolved, register, cutoff
    )


def load_conventions(connection: Connection) -> ConventionSet:
    """The convention files in force in the warehouse."""
    return _read(tuple(sorted(load_convention_files(connection).items())))


@lru_cache(maxsize=4)
def _read(files: tuple[tuple[str, bytes], ...]) -> ConventionSet:
    """A set that was read before, which a draft asks for five times."""
    return read_set(dict(files))


def payee_checks(register: list[dict[str, Any]]) -> list[dict[str, str]]:
    """What stops payments to an association: a wrong identifier, bank details that wait for a confirmation."""
    found = []
    for row in register:
        wrong = [
            identifiers.siret_error(row["siret"] or ""),
            identifiers.rna_error(row["rna"] or "", row["departement"]),
            identifiers.iban_error(row["iban"] or ""),
            identifiers.bic_error(row["bic"] or ""),
        ]
        found += [{"association": row["code"], "code": "BAD_IDENTIFIER", "detail": why} for why in wrong if why]
        if row["bank_waits"]:
            found.append({"association": row["code"], "code": "IBAN_CHANGED", "detail": "en attente de confirmation"})
    return found
