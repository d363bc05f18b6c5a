"""Files that a source brought and nobody could attribute: seen, then attributed or discarded by a person, with a reason."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from etl import settings
from etl.jobs import people
from etl.jobs.intake import ingest
from etl.jobs.intake.attribution import Register, of_association
from etl.jobs.intake.gathering import as_incoming
from etl.model.errors import SaisinesError
from etl.sources.inbox import FICHES
from etl.warehouse import pulled, reference, watch
from etl.warehouse.query import Row
from etl.warehouse.server import connect


def run_list(home: Path) -> list[Row]:
    """The files that wait, in order of arrival."""
    with connect(home) as engine, engine.connect() as connection:
        return pulled.load_held(connection)


def attribute(home: Path, held_file_id: int, association: str, by: str, reason: str, at: datetime) -> ingest.FileReport:
    """Say whose a held file is, and take it in; its reception stays the one that the source gave.

    Args:
        home: the folder of the state.
        held_file_id: which.
        association: a code of the register.
        by: who says so.
        reason: why: how the sender was recognised.
        at: the instant.

    Returns:
        What became of it.

    Raises:
        SaisinesError: no such file, settled already, not kept, no such association, or it cannot be read: it is held still.
    """
    by, reason = people.given(by), people.reason_given(reason)
    with connect(home) as engine, engine.begin() as connection:
        row = pulled.load_held_file(connection, held_file_id)
        code = _code(row, association, Register.of(reference.load_associations(connection)))
        report = ingest.take(home, [as_incoming(home, row, code)], at).files[0]
        if report.failure:
            raise SaisinesError(report.failure)
        pulled.save_settled(connection, held_file_id, code, by, reason, at)
        detail = {"held_file_id": held_file_id, "association": code}
        watch.save_act(connection, "attribute_held_file", detail, by, settings.system_user(), at)
    return report


def discard(home: Path, held_file_id: int, by: str, reason: str, at: datetime) -> None:
    """Say that a held file is to be taken in for nobody. Its landed copy stays until it is purged.

    Raises:
        SaisinesError: no such file, settled already, or no reason.
    """
    by, reason = people.given(by), people.reason_given(reason)
    with connect(home) as engine, engine.begin() as connection:
        pulled.load_held_file(connection, held_file_id)
        pulled.save_settled(connection, held_file_id, None, by, reason, at)
        detail = {"held_file_id": held_file_id}
        watch.save_act(connection, "discard_held_file", detail, by, settings.system_user(), at)


def _code(row: Row, association: str, register: Register) -> str:
    if row["kind"] != FICHES or row["landed"] is None:
        raise SaisinesError(
            f"Le fichier retenu {row['held_file_id']} n’a pas été gardé ({row['reason']}) ; demandez-le de nouveau, puis écartez-le."
        )
    code, why = of_association(association if "@" not in association else None, register)
    if code is None:
        raise SaisinesError(f"--association {association} : {why}.")
    return code
