"""`saisines draft`: the draft statements of a quarter, stored and written to files. Any day, as often as wanted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.engine import statement
from etl.engine.compute import RESULTS, compute
from etl.jobs.files import write_atomically
from etl.jobs.issuing import documents
from etl.jobs.settlement.inputs import Inputs, default_cutoff, gather, load_conventions
from etl.jobs.settlement.statement_life import Drafted
from etl.jobs.watching.ran import ran
from etl.model.errors import SaisinesError
from etl.model.quarter import Quarter
from etl.warehouse.drafts import save_draft
from etl.warehouse.server import connect

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Engine

Progress = Callable[[str], None]


def run(
    home: Path,
    quarter: str,
    at: datetime,
    convention: str | Sequence[str] | None = None,
    cutoff: date | None = None,
    out: Path | None = None,
    progress: Progress = lambda what: None,
) -> list[dict[str, Any]]:
    """Draft the statements of a quarter, of one convention, several or all, each at its cutoff.

    Args:
        home: the folder of the state.
        quarter: `2026-T1`.
        at: the instant, written with the stored drafts.
        convention: only this one, or these.
        cutoff: the day until which what is received counts; default, the convention's own.
        out: the folder to write to; default, `out/` in the home.
        progress: told what is being done.

    Returns:
        The statements' data (contract/outputs.md §2), by convention.

    Raises:
        SaisinesError: no such quarter or convention, or no folder to write to.
    """
    asked, chosen = Quarter.parse(quarter), [convention] if isinstance(convention, str) else convention
    folder = (out or home / "out") / str(asked)
    made: list[dict[str, Any]] = []
    with ran(home, "draft", at, quarter=str(asked)) as counts, connect(home, role="engine") as engine:
        for day, codes in _by_cutoff(engine, asked, chosen, cutoff).items():
            progress(f"lecture des données à l’arrêté du {day:%d/%m/%Y}")
            inputs = gather(engine, day)
            drafted, results = _compute(inputs, asked, codes, progress)
            with engine.begin() as connection:
                for one in drafted.values():
                    save_draft(connection, one, at)
            for code, one in drafted.items():
                progress(f"documents de {code}")
                _write(engine, home, folder, one, inputs)
            if cutoff or day == _last_cutoff(engine, asked):
                _write_discrepancies(folder, results)
            made += drafted.values()
        counts |= _counts(made)
    return sorted(made, key=lambda one: str(one["convention"]))


def _counts(made: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """What is told of drafts: how many lines and acts not paid, and how much by convention."""
    counts = {name: sum(len(one[name]) for one in made) for name in ("lines", "not_paid", "discrepancies")}
    totals = {f"total_cents.{one['convention']}": one["total_cents"] for one in made}
    return {"statements": len(made), "parked": sum(bool(one["parked"]) for one in made), **counts, **totals}


def recompute(engine: Engine, quarter: str, convention: str, cutoff: date) -> Drafted:
    """A draft with what a finalised statement keeps of each line beside what it prints. Only computes."""
    inputs = gather(engine, cutoff)
    drafted, results = _compute(inputs, Quarter.parse(quarter), [convention])
    made, extras = drafted[convention], statement.extras(results, convention)
    with engine.connect() as connection:
        kept = documents.snapshot(connection, made, inputs, settings.home())
    kept.pop("statement")
    return Drafted(made, [extras[statement.identity(line)] for line in made["lines"]], kept)


def _by_cutoff(
    engine: Engine, quarter: Quarter, chosen: Sequence[str] | None, cutoff: date | None
) -> dict[date, list[str]]:
    """Conventions that share a cutoff share a computation."""
    with engine.connect() as connection:
        conventions = load_conventions(connection)
    if unknown := [code for code in chosen or () if code not in conventions.conventions]:
        known = ", ".join(conventions.conventions)
        raise SaisinesError(f"Convention inconnue : {unknown[0]} ; celles en vigueur sont {known}.")
    found: dict[date, list[str]] = {}
    for code in chosen or conventions.conventions:
        day = cutoff or default_cutoff(conventions, code, quarter)
        if day is None:
            raise SaisinesError(
                f"{code} : aucun barème ne donne l’arrêté du trimestre {quarter} ; précisez --cutoff, ou complétez delais.arrete_jours."
            )
        found.setdefault(day, []).append(code)
    return dict(sorted(found.items()))


def _last_cutoff(engine: Engine, quarter: Quarter) -> date:
    """The latest of the conventions' own cutoffs: the quarter's discrepancies are those known then, whoever drafts last."""
    with engine.connect() as connection:
        conventions = load_conventions(connection)
    days = [default_cutoff(conventions, code, quarter) for code in conventions.conventions]
    return max(day for day in days if day is not None)


def _compute(
    inputs: Inputs, quarter: Quarter, codes: Iterable[str], progress: Progress = lambda what: None
) -> tuple[dict[str, dict[str, Any]], dict[str, pa.Table]]:
    results = compute(inputs.over(quarter), RESULTS, progress)
    return statement.statements(results, codes, str(quarter), inputs.cutoff), results


def _write(engine: Engine, home: Path, folder: Path, drafted: Mapping[str, Any], inputs: Inputs) -> None:
    from reports.workbook import render_workbook

    place = folder / drafted["convention"]
    write_atomically(place / "releve.json", as_json(drafted))
    with engine.connect() as connection:
        snapshot = documents.snapshot(connection, drafted, inputs, home)
    write_atomically(place / "releve.xlsx", render_workbook(snapshot))


def _write_discrepancies(folder: Path, results: Mapping[str, pa.Table]) -> None:
    write_atomically(folder / "discrepancies.json", as_json({"discrepancies": statement.discrepancies(results)}))


def as_json(data: Mapping[str, Any]) -> bytes:
    """Data as the files hold them: UTF-8, keys sorted, one item a line."""
    return (json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
