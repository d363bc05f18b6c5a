"""The register of associations, `associations.csv` (inputs.md §3).

The file is taken whole or not at all. A wrong SIRET, RNA, IBAN or BIC refuses nothing: it is kept with the association
and stops payments to it (`BAD_IDENTIFIER`).
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from etl.model.department import department_code
from etl.model.errors import ManyErrors, UsageError
from etl.model.identifiers import bic_error, iban_error, rna_error, siret_error
from etl.model.text import key, normalise

COLUMNS = (
    "code",
    "nom",
    "siret",
    "rna",
    "departement",
    "iban",
    "bic",
    "titulaire",
    "email",
    "active_du",
    "active_au",
    "successeur",
)
UNCLOSED = "case sans fin, un guillemet y est sans doute ouvert et jamais fermé ; corriger cette ligne."
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,29}")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_FRENCH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


class RegisterError(ManyErrors):
    """The register is refused. `errors` has one French line for each thing wrong, with its line in the file."""


@dataclass(frozen=True)
class Association:
    """One association. Days are included; None is no limit, or not given.

    Attributes:
        bad_identifiers: a French sentence for each identifier that is wrong: no payment while there is one.
        line: where it stands in the file.
    """

    code: str
    nom: str
    siret: str
    rna: str
    departement: str
    iban: str
    bic: str
    titulaire: str
    email: str
    active_du: date | None
    active_au: date | None
    successeur: str | None
    bad_identifiers: tuple[str, ...]
    line: int

    def row(self) -> dict[str, object]:
        """Give the file's columns, by name."""
        return {name: value for name, value in asdict(self).items() if name in COLUMNS}


def read_register_file(path: Path) -> list[Association]:
    """Read a register from disk.

    Raises:
        UsageError: there is no such file.
        RegisterError: as `read_register`.
    """
    if not path.is_file():
        raise UsageError(f"Registre introuvable : {path} ; vérifier le chemin.")
    return read_register(path.read_bytes(), path.name)


def read_register(content: bytes, name: str = "associations.csv") -> list[Association]:
    """Read a register.

    Args:
        content: the file's bytes, UTF-8 with or without BOM, separator `;`.
        name: the file's name, for messages.

    Returns:
        Associations in order of code.

    Raises:
        RegisterError: not such a file, a code missing or written twice, a wrong date or département, a successor that
            is not in the register or chains that close on themselves. All that is wrong is said.
    """
    rows = _rows(content, name)
    errors = [f"{name}, ligne {line} : {wrong}" for line, row in rows for wrong in _row_errors(row)]
    errors += [f"{name}, ligne {line} : {wrong}" for line, wrong in _between_errors(rows)]
    if errors:
        raise RegisterError(errors)
    return sorted((_association(line, row) for line, row in rows), key=lambda a: a.code)


def _rows(content: bytes, name: str) -> list[tuple[int, dict[str, str]]]:
    """Cut the file into rows by column name, each with its line; blank lines are left out."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise RegisterError([f"{name}, ligne {line} : caractère qui n’est pas en UTF-8 ; réenregistrer."]) from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    try:
        header = _header(next(reader, []), name)
        cells = [(reader.line_num, [normalise(cell) for cell in row]) for row in reader]
    except csv.Error:
        raise RegisterError([f"{name}, ligne {reader.line_num} : {UNCLOSED}"]) from None
    return [(line, _named(header, row)) for line, row in cells if any(row)]


def _header(cells: list[str], name: str) -> dict[str, int]:
    by_key = {key(cell): place for place, cell in reversed(list(enumerate(cells)))}
    absent = [column for column in COLUMNS if key(column) not in by_key]
    if absent:
        wrong = f"colonnes absentes : {', '.join(absent)} ; le séparateur attendu est le point-virgule."
        raise RegisterError([f"{name}, ligne 1 : {wrong}"])
    return {column: by_key[key(column)] for column in COLUMNS}


def _named(header: dict[str, int], row: list[str]) -> dict[str, str]:
    return {column: row[place] if place < len(row) else "" for column, place in header.items()}


def _day(text: str) -> date | None:
    """Read `2026-03-31` or `31/03/2026`; None if empty.

    Raises:
        ValueError: anything else.
    """
    if not text:
        return None
    if match := _ISO.fullmatch(text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _FRENCH.fullmatch(text):
        return date(int(match[3]), int(match[2]), int(match[1]))
    raise ValueError(text)


def _row_errors(row: dict[str, str]) -> Iterator[str]:
    if not _CODE.fullmatch(row["code"]):
        yield f"code « {row['code']} » non reconnu ; lettres, chiffres, - et _ seulement, comme AAV001."
    if not row["nom"]:
        yield "nom absent."
    if department_code(row["departement"]) is None:
        yield f"département « {row['departement']} » inconnu ; écrire 01 à 95, 2A, 2B ou 971 à 988, avec ses zéros."
    days: list[date | None] = []
    for column in ("active_du", "active_au"):
        try:
            days.append(_day(row[column]))
        except ValueError:
            yield f"{column} : date « {row[column]} » non reconnue ; écrire AAAA-MM-JJ."
    if len(days) == 2 and days[0] and days[1] and days[1] < days[0]:
        yield f"active_au ({days[1]}) précède active_du ({days[0]}) ; corriger l’une des dates."


def _between_errors(rows: list[tuple[int, dict[str, str]]]) -> Iterator[tuple[int, str]]:
    first: dict[str, int] = {}
    for line, row in rows:
        if (known := first.setdefault(row["code"].upper(), line)) != line:
            yield line, f"code « {row['code']} » déjà écrit ligne {known} ; n’en garder qu’une."
    heirs = {row["code"]: row["successeur"] for _, row in rows}
    for line, row in rows:
        if row["successeur"] and row["successeur"] not in heirs:
            yield line, f"successeur « {row['successeur']} » absent du registre ; l’ajouter ou corriger le code."
        elif _comes_back(row["code"], heirs):
            yield line, f"la suite des successeurs de « {row['code']} » revient à elle-même ; corriger successeur."


def _comes_back(code: str, heirs: dict[str, str]) -> bool:
    seen: set[str] = set()
    here = heirs.get(code, "")
    while here and here not in seen:
        if here == code:
            return True
        seen.add(here)
        here = heirs.get(here, "")
    return False


def _association(line: int, row: dict[str, str]) -> Association:
    departement = department_code(row["departement"]) or ""
    wrong = (
        siret_error(row["siret"]),
        rna_error(row["rna"], departement),
        iban_error(row["iban"]),
        bic_error(row["bic"]),
    )
    given = {
        **row,
        "departement": departement,
        **{name: _compact(row[name]) for name in ("siret", "rna", "iban", "bic")},
    }
    texts = {name: given[name] for name in COLUMNS if name not in {"active_du", "active_au", "successeur"}}
    return Association(
        **texts,
        active_du=_day(row["active_du"]),
        active_au=_day(row["active_au"]),
        successeur=row["successeur"] or None,
        bad_identifiers=tuple(sentence for sentence in wrong if sentence),
        line=line,
    )


def _compact(text: str) -> str:
    """Write an identifier without the spaces people put in it."""
    return text.replace(" ", "").upper()


def payee(register: Mapping[str, Mapping[str, Any]], code: str, cutoff: date) -> str:
    """Who is paid for what an association did: itself, or the end of its chain once its `active_au` is past."""
    last = register[code]["active_au"]
    if last is None or last >= cutoff:
        return code
    while register[code]["successeur"]:
        code = register[code]["successeur"]
    return code
