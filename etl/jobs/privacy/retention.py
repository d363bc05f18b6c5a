"""How long each kind of data is kept: a table that people read and change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

from etl.model.errors import SaisinesError

NAME = "retention.yaml"
MONTHS_MAX = 120
FIELDS = {"mois", "depuis", "quoi", "reste", "source"}


@dataclass(frozen=True)
class Kept:
    """One kind of data.

    Attributes:
        months: for how long.
        since: from when on, in French.
        what: which data, in French.
        left: what remains afterwards, in French.
        source: who says so.
    """

    months: int
    since: str
    what: str
    left: str
    source: str


def read_retention(home: Path | None = None) -> dict[str, Kept]:
    """The table of the home if it has one, else the one that ships, by kind.

    Raises:
        SaisinesError: a kind is missing or unknown, or a duration is no whole number of months.
    """
    shipped = _read((files("etl") / NAME).read_text(encoding="utf-8"), NAME)
    own = home / NAME if home else None
    if own is None or not own.exists():
        return shipped
    read = _read(own.read_text(encoding="utf-8"), str(own))
    if wrong := sorted(read.keys() ^ shipped.keys()):
        raise SaisinesError(f"{own} : « {wrong[0]} » manque ou n’est pas connu ; attendus : {', '.join(shipped)}.")
    return read


def limit(today: date, months: int) -> date:
    """The day before which data of so many months are past their time; a month that lacks the day gives its last."""
    from calendar import monthrange

    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _read(content: str, name: str) -> dict[str, Kept]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        read = YAML(typ="safe").load(content)
    except YAMLError as error:
        raise SaisinesError(f"{name} : ce n’est pas du YAML lisible ; repartez de l’exemple fourni.") from error
    if not isinstance(read, dict):
        raise SaisinesError(f"{name} : une table par sorte de donnée est attendue.")
    return {kind: _kept(kind, row, name) for kind, row in read.items()}


def _kept(kind: str, row: object, name: str) -> Kept:
    if not isinstance(row, dict) or row.keys() != FIELDS:
        raise SaisinesError(f"{name}, « {kind} » : les clés {', '.join(sorted(FIELDS))} sont attendues.")
    months = row["mois"]
    if type(months) is not int or not 0 <= months <= MONTHS_MAX:
        raise SaisinesError(f"{name}, « {kind} », mois : un nombre entier de 0 à {MONTHS_MAX} est attendu.")
    return Kept(months, *(str(row[field]) for field in ("depuis", "quoi", "reste", "source")))
