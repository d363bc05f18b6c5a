"""`saisines takeover`: what was paid by hand before, once per convention, as a finalised statement (rules §9)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from etl import settings
from etl.jobs import people
from etl.jobs.intake.storing import known_codes
from etl.model import reference as references
from etl.model.codes import PRESTATIONS
from etl.model.errors import SaisinesError, UsageError
from etl.model.quarter import civil_day
from etl.model.register import UNCLOSED
from etl.model.text import key, normalise
from etl.sources.cells import sigle
from etl.warehouse import reference, statements
from etl.warehouse.server import connect
from reports.french import count

if TYPE_CHECKING:
    from sqlalchemy import Connection

COLUMNS = ("convention", "reference", "association", "prestation", "act_date", "nth", "amount_cents")
SIGLES = ("convention", "association")
ONCE = ("PEC", "CAR", "REO")
MAX_DIGITS = 9


class TakeoverError(SaisinesError):
    """The list is refused, whole. `errors` has one French line for each thing wrong, with its line in the file."""

    def __init__(self, errors: list[str]) -> None:
        others = f" (et {count(len(errors) - 1, 'autre erreur', 'autres erreurs')})" if len(errors) > 1 else ""
        super().__init__(f"{errors[0]}{others}")
        self.errors = errors


class Taken(NamedTuple):
    """What was recorded for one convention."""

    convention: str
    number: str
    lines: int
    total_cents: int


def run(home: Path, path: Path, until: date, by: str, reason: str, at: datetime) -> list[Taken]:
    """Record the lines already paid, one finalised statement `ER-<CONVENTION>-REPRISE` per convention of the list.

    Args:
        home: the folder of the state.
        path: `convention;reference;association;prestation;act_date;nth;amount_cents`, UTF-8.
        until: acts before this day that no list holds are not paid.
        by: who does it.
        reason: why.
        at: the instant.

    Raises:
        SaisinesError: anything is wrong, or a convention has its take-over or a statement already; nothing is recorded.
    """
    by, reason = people.given(by), people.reason_given(reason)
    lines = read_takeover(path)
    with connect(home) as engine, engine.begin() as connection:
        statements.lock_statements(connection)
        known = known_codes(connection)
        lines = [line | {name: known.get(line[name], line[name]) for name in SIGLES} for line in lines]
        _refuse_known(connection, {line["convention"] for line in lines})
        header = {"until_on": until, "finalised_by": by, "reason": reason, "finalised_at": at}
        return [_save(connection, code, lines, header) for code in sorted({line["convention"] for line in lines})]


def read_takeover(path: Path) -> list[dict[str, Any]]:
    """Read the list: typed values by column.

    Raises:
        UsageError: there is no such file.
        TakeoverError: anything is wrong; all of it is said.
    """
    if not path.is_file():
        raise UsageError(f"Liste de reprise introuvable : {path} ; vérifier le chemin.")
    read = [(number, _line(row)) for number, row in _rows(path) if any(row.values())]
    errors = [f"{path.name}, ligne {number} : {wrong}" for number, (_, wrongs) in read for wrong in wrongs]
    errors += [f"{path.name}, {wrong}" for wrong in _repeated(read)]
    if errors or not read:
        raise TakeoverError(errors or [f"{path.name} : aucune ligne."])
    return [line for _, (line, _) in read]


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Cut the list into rows by column, each with its line."""
    try:
        reader = csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""), delimiter=";")
        names = {key(name): name for name in reader.fieldnames or [] if key(name)}
        if set(names) != {key(column) for column in COLUMNS}:
            raise TakeoverError([f"{path.name}, ligne 1 : colonnes attendues : {';'.join(COLUMNS)}."])
        return [(reader.line_num, {name: normalise(row[names[key(name)]] or "") for name in COLUMNS}) for row in reader]
    except UnicodeDecodeError:
        raise TakeoverError([f"{path.name} : caractères qui ne sont pas en UTF-8 ; réenregistrer."]) from None
    except csv.Error:
        raise TakeoverError([f"{path.name}, ligne {reader.line_num + 1} : {UNCLOSED}"]) from None


def _line(row: dict[str, str]) -> tuple[dict[str, Any], list[str]]:
    """A line with its typed values, and what is wrong with it."""
    line: dict[str, Any] = row | {name: sigle(row[name]) for name in (*SIGLES, "prestation")}
    wrong = [f"{name} absent." for name in COLUMNS if not row[name]]
    line["reference"] = references.parse(row["reference"])
    if row["reference"] and line["reference"] is None:
        wrong.append(f"référence « {row['reference']} » fausse ; vérifier ses chiffres et son caractère de contrôle.")
    if row["prestation"] and line["prestation"] not in PRESTATIONS:
        wrong.append(f"prestation « {row['prestation']} » inconnue ; attendues : {', '.join(PRESTATIONS)}.")
    for name, least in (("nth", 1), ("amount_cents", 0)):
        written = row[name]
        line[name] = int(written) if written.isascii() and written.isdigit() and len(written) <= MAX_DIGITS else -1
        if written and line[name] < least:
            wrong.append(f"{name} « {written} » : un nombre entier, {least} au moins, est attendu.")
    try:
        line["act_date"] = date.fromisoformat(row["act_date"])
    except ValueError:
        wrong += [f"act_date « {row['act_date']} » non reconnue ; écrire AAAA-MM-JJ."] if row["act_date"] else []
    return line, wrong


def _repeated(read: list[tuple[int, tuple[dict[str, Any], list[str]]]]) -> Iterator[str]:
    """Lines whose identity an earlier one has; a PEC, CAR or REO is once per saisine and association."""
    first: dict[tuple[Any, ...], int] = {}
    for number, (line, _) in read:
        names = COLUMNS[:4] if line["prestation"] in ONCE else COLUMNS[:6]
        known = first.setdefault(tuple(line[name] for name in names), number)
        if known != number:
            yield f"ligne {number} : même acte que ligne {known} ; n’en garder qu’un."


def _refuse_known(connection: Connection, codes: set[str]) -> None:
    unknown = sorted(codes - reference.load_fingerprints(connection).keys())
    if unknown:
        raise SaisinesError(f"Convention inconnue : {', '.join(unknown)} ; corriger le code ou ajouter son fichier.")
    for known in statements.load_statements(connection):
        if known["convention"] in codes:
            what = "a déjà sa reprise" if known["kind"] == "reprise" else "a déjà un relevé finalisé"
            raise SaisinesError(
                f"{known['convention']} {what} ({known['number']}) ; une reprise se fait une fois, avant."
            )


def _save(connection: Connection, code: str, lines: list[dict[str, Any]], header: dict[str, Any]) -> Taken:
    own = [line for line in lines if line["convention"] == code]
    number, total = f"ER-{code}-REPRISE", sum(line["amount_cents"] for line in own)
    finalised_on = civil_day(header["finalised_at"])
    row = {
        "kind": "reprise",
        "number": number,
        "convention": code,
        "total_cents": total,
        "account": settings.system_user(),
    }
    row |= {"finalised_on": finalised_on, "civil_year": finalised_on.year}
    statements.save_statement(connection, {**header, **row}, [_stored(line) for line in own])
    return Taken(code, number, len(own), total)


def _stored(line: dict[str, Any]) -> dict[str, Any]:
    kept = {name: line[name] for name in COLUMNS if name != "convention"}
    return {**kept, "kind": "reprise", "taken_back": False, "undated": False}
