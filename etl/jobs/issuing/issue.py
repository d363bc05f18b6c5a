"""The documents of a statement, made from what is stored with it: the same bytes again, years later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.jobs.files import write_atomically
from etl.jobs.issuing import documents, repayments, report, transfers
from etl.jobs.settlement.draft import as_json
from etl.warehouse.server import connect
from etl.warehouse.statements import load_receivables, load_statement

if TYPE_CHECKING:
    from sqlalchemy import Engine

Snapshot = dict[str, Any]


def run(home: Path, number: str, out: Path | None = None, progress: Callable[[str], None] = lambda what: None) -> Path:
    """Write all the documents of a finalised statement: data, workbook, PDF, notes, entries, payment files, orders to repay.

    Args:
        home: the folder of the state.
        number: `ER-CALAE-2026-T1-0001`.
        out: the folder to write to; default, `out/` in the home.
        progress: told which document is being made.

    Returns:
        The folder of the documents.

    Raises:
        SaisinesError: no finalised statement has this number.
    """
    with connect(home) as engine:
        snapshot = documents.finalised(engine, number)
        return _write(
            chain(rendered(snapshot), _since(engine, number, snapshot)),
            (out or home / "out") / "finalises" / number,
            progress,
        )


def provisional(
    home: Path,
    quarter: str,
    convention: str,
    digest: str,
    out: Path | None = None,
    progress: Callable[[str], None] = lambda what: None,
) -> Path:
    """Write the documents of a stored draft, marked as such: the notes that associations may dispute at `soumis`.

    Args:
        home: the folder of the state.
        quarter: `2026-T1`.
        convention: its code.
        digest: of the stored draft.
        out: the folder to write to; default, `out/` in the home.
        progress: told which document is being made.

    Returns:
        The folder of the documents.
    """
    with connect(home) as engine:
        snapshot = documents.drafted(engine, home, quarter, convention, digest)
    folder = (out or home / "out") / snapshot["statement"]["quarter"] / convention / "provisoire"
    return _write(rendered(snapshot), folder, progress)


def _write(made: Iterable[tuple[str, bytes]], folder: Path, progress: Callable[[str], None]) -> Path:
    for name, content in made:
        progress(name)
        write_atomically(folder / name, content)
    return folder


def _since(engine: Engine, number: str, snapshot: Snapshot) -> Iterator[tuple[str, bytes]]:
    """What followed the statement: payment files sent, orders to repay, the funder's report published."""
    with engine.connect() as connection:
        row = load_statement(connection, number)
        owed = [one for one in load_receivables(connection) if one["number"] == number]
    if row is None:
        return
    for name, content in transfers.made_again(engine, row, snapshot):
        yield f"virements/{name}", content
    for name, content in repayments.rendered(snapshot, owed):
        yield f"reversements/{name}", content
    for name, content in report.rendered(engine, row["convention"], row["quarter"]):
        yield name, content


def rendered(snapshot: Snapshot) -> Iterator[tuple[str, bytes]]:
    """The documents of a snapshot, by file name."""
    from reports.fec import render_fec, statement_entries
    from reports.note import render_notes
    from reports.releve_pdf import render_statement_pdf
    from reports.workbook import render_workbook

    yield "releve.json", as_json(snapshot["statement"])
    yield "releve.xlsx", render_workbook(snapshot)
    yield "releve.pdf", render_statement_pdf(snapshot)
    for code, note in render_notes(snapshot):
        yield f"notes/{code}.pdf", note
    if snapshot["statement"]["status"] == "finalise":
        yield "ecritures.txt", render_fec(statement_entries(snapshot))
