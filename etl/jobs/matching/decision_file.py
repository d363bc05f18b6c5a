"""The decisions file, and decisions as text made into values (contract/outputs.md §1)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from etl.model import reference as references
from etl.model.errors import SaisinesError, UsageError
from etl.model.register import UNCLOSED
from etl.model.text import key, normalise
from etl.warehouse.tables.decided import KINDS
from reports.french import count

COLUMNS = (
    "kind", "reference", "association", "code", "written", "convention", "qualite", "new_association", "day", "author",
    "reason",
)  # fmt: skip


class DecisionsError(SaisinesError):
    """Decisions are refused, all of them. `errors` has one French line for each thing wrong."""

    def __init__(self, errors: list[str]) -> None:
        others = f" (et {count(len(errors) - 1, 'autre erreur', 'autres erreurs')})" if len(errors) > 1 else ""
        super().__init__(f"{errors[0]}{others}")
        self.errors = errors


def read_decisions(path: Path) -> list[dict[str, str | None]]:
    """Read a decisions file: one dict a row, text or None, and `where` it stands.

    Raises:
        UsageError: there is no such file.
        DecisionsError: not UTF-8, or other columns.
    """
    if not path.is_file():
        raise UsageError(f"Fichier de décisions introuvable : {path} ; vérifier le chemin.")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DecisionsError([f"{path.name} : caractères qui ne sont pas en UTF-8 ; réenregistrer."]) from None
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    try:
        names = {key(name): name for name in reader.fieldnames or [] if key(name)}
        if set(names) != {key(column) for column in COLUMNS}:
            raise DecisionsError([f"{path.name}, ligne 1 : colonnes attendues : {';'.join(COLUMNS)}."])
        rows = [(reader.line_num, {column: row[names[key(column)]] for column in COLUMNS}) for row in reader]
    except csv.Error:
        raise DecisionsError([f"{path.name}, ligne {reader.line_num + 1} : {UNCLOSED}"]) from None
    return [{"where": f"{path.name}, ligne {number}", **row} for number, row in rows if any(row.values())]


def typed(decision: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Make values of a decision's texts: codes in their written form, the reference canonical, the day a date.

    Args:
        decision: text, dates or None by column; missing columns are not given.

    Returns:
        The decision with every column, and in French what could not be read.
    """
    made: dict[str, Any] = {name: _text(decision.get(name)) for name in COLUMNS}
    wrong: list[str] = []
    for name in ("kind", "qualite"):
        made[name] = _coded(made[name]) if made[name] else None
    if made["code"]:
        code = _coded(made["code"])
        made["code"] = code if code in KINDS else code.upper()
    if made["reference"]:
        found = references.parse(made["reference"])
        if found is None:
            wrong.append(
                f"référence « {made['reference']} » fausse ; vérifiez ses chiffres et son caractère de contrôle."
            )
        made["reference"] = found or made["reference"]
    if made["day"]:
        try:
            made["day"] = date.fromisoformat(made["day"])
        except ValueError:
            wrong.append(f"jour « {made['day']} » non reconnu ; écrivez AAAA-MM-JJ.")
            made["day"] = None
    return made, wrong


def _text(value: object) -> str | None:
    if isinstance(value, date):
        return value.isoformat()
    return normalise(str(value)) or None if value is not None else None


def _coded(value: str) -> str:
    """A coded value: lower case, without accents or punctuation, its words joined by underscores."""
    return key(value).replace(" ", "_")
