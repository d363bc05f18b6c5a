"""`saisines quarantine export`: to each association its own rows back, ready to correct and to send again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from etl import settings
from etl.model.errors import SaisinesError
from etl.sources import landing
from etl.sources.cells import UNREAD
from etl.sources.fiches import Fiches, read_fiches
from etl.sources.kept import COLUMNS, CONTACT, FICHE, SESSION
from etl.sources.tabular import Rows
from etl.sources.texts import listed
from etl.warehouse import quarantine
from etl.warehouse.tables import fiches as fiches_table
from reports.corrections import CorrectionRow, CorrectionSheet, render_corrections

if TYPE_CHECKING:
    from sqlalchemy import Connection

SHEETS = {FICHE: "Saisines", SESSION: "Entretiens", CONTACT: "Journal"}
TITLES = {
    FICHE: {
        "saisine_ref": "N° de saisine",
        "association": "Association",
        "convention": "Convention",
        "version": "Version",
        "date_saisine": "Date de saisine",
        "qualite": "Qualité",
        "departement": "Département",
        "tentatives": "Nb de tentatives",
        "date_premier_contact": "Date du premier contact",
        "issue": "Issue",
        "nb_psy": "Nb psy",
        "nb_jur": "Nb jur",
        "nb_soc": "Nb soc",
        "memo_de_vie": "Mémo de vie",
        "date_cloture": "Date de clôture",
        "date_signature": "Date de signature",
        "quarantaine": "N° de quarantaine",
    },
    SESSION: {
        "saisine_ref": "N° de saisine",
        "date": "Date",
        "heure": "Heure",
        "nature": "Nature",
        "mode": "Mode",
        "statut": "Statut",
        "quarantaine": "N° de quarantaine",
    },
}
_BETWEEN_SENTENCES = re.compile(r"(?<=\.) ")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Row = Mapping[str, Any]
Place = tuple[str, str, int]  # kind, sheet, row number


@dataclass(frozen=True)
class Refused:
    """The refused rows of one delivery of fiches, and what its file says."""

    delivery_id: int
    rows: Mapping[Place, Row]
    fiches: Fiches


def export(home: Path, out: Path, *, origin: str | None = None) -> list[Path]:
    """Write one workbook for each association (and source of a journal) that has rows waiting to be corrected.

    A saisine with a wrong cell comes whole, with its sessions, under the next version number when its fiche was
    accepted. One that the association has told again since is left out: what it told last stands.

    Args:
        home: the folder of the state.
        out: the folder to write to.
        origin: only this association or source profile.

    Returns:
        The files written.
    """
    from etl.warehouse.server import connect

    with connect(home) as engine, engine.connect() as connection:
        waiting: dict[str, list[Row]] = defaultdict(list)
        for row in quarantine.load_refused(connection, origin=origin, waiting=True):
            waiting[row["origin"]].append(row)
        sheets = {source: _sheets(connection, home, source, rows) for source, rows in sorted(waiting.items())}
    return [_write(out, source, render_corrections(source, found)) for source, found in sheets.items() if found]


def _write(out: Path, source: str, content: bytes) -> Path:
    path = out / f"{source}_a_corriger.xlsx"
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)
    except OSError as error:
        raise SaisinesError(
            f"{path} : écriture impossible ({error.strerror}) ; choisissez un autre dossier."
        ) from error
    return path


def _sheets(connection: Connection, home: Path, source: str, rows: Sequence[Row]) -> list[CorrectionSheet]:
    calls = [row for row in rows if row["kind"] == CONTACT]
    if calls:
        titles = {name: name for name in COLUMNS[CONTACT]}
        return [
            CorrectionSheet(SHEETS[CONTACT], titles, [CorrectionRow(row["columns"], _reasons(row)) for row in calls])
        ]
    last = _last_told(connection, source)
    found: dict[str, list[CorrectionRow]] = {FICHE: [], SESSION: []}
    seen: set[str] = set()
    for delivery in sorted(_read_again(home, rows), key=lambda one: one.delivery_id, reverse=True):
        _add(found, delivery, seen, last)
    if not any(found.values()):
        return []
    return [CorrectionSheet(SHEETS[kind], TITLES[kind], found[kind]) for kind in (FICHE, SESSION)]


def _last_told(connection: Connection, association: str) -> dict[str, int]:
    """For each reference as written, the last delivery in which the association told it."""
    table = fiches_table.c
    query = select(table.written, func.max(table.delivery_id)).where(table.association == association)
    return {written: int(last) for written, last in connection.execute(query.group_by(table.written))}


def _read_again(home: Path, rows: Iterable[Row]) -> list[Refused]:
    """Read the landed files again: what was kept of a row is masked where its author needs to see it."""
    by_delivery: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_delivery[row["delivery_id"]].append(row)
    found = []
    for delivery, its in by_delivery.items():
        content = landing.read_landed(home, its[0]["landed"], its[0]["sha256"], settings.storage_key())
        if content is not None:
            places = {(row["kind"], row["sheet"], row["row_number"]): row for row in its}
            found.append(Refused(delivery, places, read_fiches(content, its[0]["file_name"] or "")))
    return found


def _add(found: dict[str, list[CorrectionRow]], one: Refused, seen: set[str], last: Mapping[str, int]) -> None:
    """Add the saisines of a delivery that have a wrong cell, unless a later delivery has them."""
    read = {FICHE: _listed(one.fiches.saisines), SESSION: _listed(one.fiches.entretiens)}
    wanted = {
        reference
        for kind, rows in read.items()
        for place, reference in enumerate(rows.values["saisine_ref"])
        if (kind, rows.sheets[place], rows.numbers[place]) in one.rows
        and last.get(reference or "", 0) <= one.delivery_id
    } - seen
    seen |= {reference for reference in wanted if reference}
    for kind, rows in read.items():
        for place, reference in enumerate(rows.values["saisine_ref"]):
            refused = one.rows.get((kind, rows.sheets[place], rows.numbers[place]))
            if reference in wanted and (refused or reference):
                found[kind].append(_row(kind, rows, place, refused))


def _listed(rows: Rows) -> Rows:
    return replace(rows, values={name: listed(column) for name, column in rows.values.items()})


def _row(kind: str, rows: Rows, place: int, refused: Row | None) -> CorrectionRow:
    values = {name: _shown(column[place]) for name, column in rows.values.items() if name in TITLES[kind]}
    if refused:
        return CorrectionRow(values | {"quarantaine": str(refused["refused_row_id"])}, _reasons(refused))
    version = values.get("version") or "1"
    told_again = {"version": str(int(version) + 1)} if kind == FICHE else {}
    return CorrectionRow(values | {"quarantaine": None} | told_again)


def _shown(value: str | None) -> str | None:
    if value is None:
        return None
    return date.fromisoformat(value).strftime("%d/%m/%Y") if _ISO_DAY.fullmatch(value) else value.removeprefix(UNREAD)


def _reasons(row: Row) -> dict[str, str]:
    """Why each cell is wrong: the sentence about it, or the whole when they cannot be told apart."""
    sentences = _BETWEEN_SENTENCES.split(row["sentence"])
    alone = len(sentences) == len(row["cells"])
    return {cell: sentences[place] if alone else row["sentence"] for place, cell in enumerate(row["cells"])}
