"""`saisines template`: the workbook that the federation sends out, with the association's open saisines already there."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from etl.jobs.files import write_atomically
from etl.jobs.issuing.awaited import Awaited, folder_of, gathered
from etl.jobs.issuing.documents import federation
from etl.model.errors import SaisinesError
from etl.model.quarter import civil_day
from etl.warehouse.server import connect

NAME = "fiches-a-remplir.xlsx"


def run(home: Path, at: datetime, association: str | None = None, out: Path | None = None) -> list[Path]:
    """Write the template of one association, or of each that is active or still has saisines in hand.

    Args:
        home: the folder of the state.
        at: the instant.
        association: only this one.
        out: the folder to write to, one folder an association; default, `out/associations/` in the home.

    Raises:
        SaisinesError: no such association.
    """
    today = civil_day(at)
    with connect(home) as engine:
        awaited = gathered(engine, today)
    if association is not None and association not in awaited.register:
        raise SaisinesError(f"Association inconnue : {association} ; vérifiez le code dans le registre.")
    chosen = [association] if association else _concerned(awaited, at)
    paths = [folder_of(home, code, out) / NAME for code in chosen]
    for code, path in zip(chosen, paths, strict=True):
        write_atomically(path, rendered(home, awaited, code, at))
    return paths


def rendered(home: Path, awaited: Awaited, code: str, at: datetime) -> bytes:
    """The template of one association."""
    from reports.template import render_template

    return render_template(
        awaited.register[code],
        awaited.in_hand.get(code, []),
        awaited.sessions.get(code, []),
        federation=federation(home)["nom"],
        made_on=civil_day(at),
    )


def _concerned(awaited: Awaited, at: datetime) -> list[str]:
    today = civil_day(at)
    active = {code for code, row in awaited.register.items() if row["active_au"] is None or row["active_au"] >= today}
    return sorted(active | awaited.in_hand.keys())
