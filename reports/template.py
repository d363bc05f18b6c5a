"""The fiche template that the federation sends out: the classeur layout of inputs.md §2, ready to be filled in.

Two sheets to fill, `Saisines` with the open saisines of the association already there, and `Entretiens`; drop-down
lists and checks while typing; a page that says how. What is filled in is read back by ingestion as it stands.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from etl.model import codes
from reports import french
from reports.spreadsheet import Book, Cell, Sheet
from reports.workbook_page import page

ISSUES = tuple(french.ISSUES.values())
QUALITES = tuple(french.QUALITES.values())
NATURES = ("Psy", "Jur", "Soc")
MODES = ("Présentiel", "Téléphone", "Visio")
STATUTS = ("Honoré", "Absence", "Annulé")
YES_NO = ("Oui", "Non")
LABELS = {
    **french.ISSUES,
    **french.QUALITES,
    **dict(zip(codes.MODES, MODES, strict=True)),
    "honore": "Honoré",
    "annule": "Annulé",
}
HEADER_ROW = 5
ROW, GUIDE_ROW = 18, 34  # points
PORTRAIT_COLUMNS = 8
SPARE_SAISINES, SPARE_SESSIONS = 30, 300
EARLIEST = date(2015, 1, 1)


@dataclass(frozen=True)
class Column:
    """One column: the title read by ingestion, the field that prefills it, its width, its check.

    Attributes:
        check: `day`, `count`, `hour`, a tuple of the values allowed, or `text`.
    """

    title: str
    field: str
    width: int
    check: str | tuple[str, ...] = "text"
    help: str = ""


SAISINES = (
    Column(
        "N° de saisine", "reference", 18, "text", "La référence donnée par la plate-forme, par exemple FV26-000123-W."
    ),
    Column("Association", "association", 13),
    Column("Convention", "convention", 13),
    Column("Version", "version", 9, "count", "Augmentez de 1 à chaque nouvel envoi de la même fiche."),
    Column("Date de réception", "date_saisine", 16, "day"),
    Column("Qualité", "qualite", 12, QUALITES),
    Column("Département", "departement", 13),
    Column("Nb de tentatives", "tentatives", 15, "count", "Essais pour joindre la personne."),
    Column("Premier contact", "date_premier_contact", 15, "day", "Premier échange avec la personne."),
    Column("Issue", "issue", 20, ISSUES, "Obligatoire."),
    Column("Nb psy", "nb_psy", 9, "count", "Entretiens honorés depuis le début, par nature."),
    Column("Nb jur", "nb_jur", 9, "count", "Entretiens honorés depuis le début, par nature."),
    Column("Nb soc", "nb_soc", 9, "count", "Entretiens honorés depuis le début, par nature."),
    Column("Mémo de Vie", "memo_de_vie", 10, YES_NO, "Mémo de Vie a été proposé."),
    Column("Date clôture", "date_cloture", 13, "day"),
    Column("Date signature", "date_signature", 13, "day"),
)
SESSIONS = (
    Column("N° de saisine", "reference", 18, "reference", "Une référence de la feuille Saisines."),
    Column("Date", "date", 13, "day"),
    Column("Heure", "heure", 10, "hour", "Utile quand deux entretiens ont lieu le même jour."),
    Column("Nature", "nature", 10, NATURES),
    Column("Mode", "mode", 14, MODES),
    Column("Statut", "statut", 14, STATUTS),
)
CUMULATIVE = (
    "Cette fiche est une fiche cumulative : elle dit tout ce qui a été fait pour la saisine depuis son ouverture."
)
GUIDE = (
    ("Fiche cumulative", CUMULATIVE + " Gardez les entretiens déjà déclarés et ajoutez les nouveaux."),
    (
        "Saisines",
        "Une ligne par saisine. Celles que nous attendons y sont déjà : complétez-les, ajoutez les autres dessous.",
    ),
    (
        "Saisine encore en cours",
        "Renvoyez la fiche à chaque trimestre, avec un numéro de version plus grand que le précédent.",
    ),
    (
        "Saisine sans rien à déclarer",
        "Supprimez sa ligne : une ligne sans issue vous serait renvoyée comme incomplète.",
    ),
    ("Entretiens", "Une ligne par entretien, honoré ou non. Le nombre déclaré doit être celui des entretiens honorés."),
    ("Dates", "Jour, mois, année : 02/03/2026."),
    ("Ce qu’il ne faut pas écrire", "Aucun nom, numéro de téléphone ni récit : la référence de la saisine suffit."),
    ("Renvoi", "Déposez ce fichier dans le dossier de votre association ; son nom n’a pas d’importance."),
)


def render_template(
    association: dict[str, Any],
    saisines: Iterable[dict[str, Any]],
    sessions: Iterable[dict[str, Any]] = (),
    *,
    federation: str,
    made_on: date,
) -> bytes:
    """The template of one association.

    Args:
        association: `code` and `nom`.
        saisines: its open saisines: `reference`, and what is known of each field of `SAISINES` (days as `date`, codes
            as in the contract).
        sessions: what it already declared of them, by the fields of `SESSIONS`.
        federation: the name of the federation.
        made_on: the day the file says it was made.
    """
    book = Book("Fiches retour", federation, datetime(made_on.year, made_on.month, made_on.day))  # noqa: DTZ001
    known = [{"association": association["code"], **row} for row in saisines]
    _guide(book, association, federation)
    rows = _sheet(book, "Saisines", association, SAISINES, known, SPARE_SAISINES)
    _sheet(book, "Entretiens", association, SESSIONS, list(sessions), SPARE_SESSIONS, references=rows)
    return book.to_bytes()


def _top(association: dict[str, Any]) -> tuple[str, str]:
    return f"Fiches retour – {association['code']}", str(association["nom"])


def _guide(book: Book, association: dict[str, Any], federation: str) -> None:
    sheet = book.sheet("Mode d’emploi", [32, 92])
    page(sheet, _top(association), (federation, ""))
    sheet.append([Cell("Fiches retour", "title")], height=26)
    sheet.append([Cell(f"{association['code']} – {association['nom']}", "subtitle")])
    sheet.append([Cell(federation, "subtitle")])
    sheet.append([])
    for label, words in GUIDE:
        sheet.append([Cell(label, "strong"), Cell(words, "wrap")], height=GUIDE_ROW)
    sheet.xml.print_area = f"A1:B{sheet.row}"


def _sheet(
    book: Book,
    name: str,
    association: dict[str, Any],
    columns: Sequence[Column],
    known: list[dict[str, Any]],
    spare: int,
    references: int = 0,
) -> int:
    """A sheet to fill; returns its last row. `references` is the last row of Saisines, for the list of references."""
    sheet = book.sheet(name, [column.width for column in columns])
    page(sheet, _top(association), ("", ""), landscape=len(columns) > PORTRAIT_COLUMNS)
    sheet.xml.freeze_panes = f"B{HEADER_ROW + 1}"
    sheet.xml.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.append([Cell(f"{name} – {association['nom']}", "title")], height=26)
    sheet.append([Cell(CUMULATIVE, "example")])
    sheet.append([])
    sheet.append([])
    looks = {"day": "header_right", "count": "header_right"}
    sheet.append([Cell(column.title, looks.get(str(column.check), "header")) for column in columns], height=30)
    for row in known:
        sheet.append([_prefilled(column, row.get(column.field)) for column in columns], height=ROW)
    blank = [_prefilled(column, None) for column in columns]
    for _ in range(spare):
        sheet.append(blank, height=ROW)
    for index, column in enumerate(columns, 1):
        _check(sheet, sheet.letter(index), column, references)
    sheet.xml.print_area = f"A1:{sheet.letter(len(columns))}{sheet.row}"
    return sheet.row


def _prefilled(column: Column, value: date | int | str | None) -> Cell:
    look = {"day": "input_day", "count": "input_count"}.get(str(column.check), "input")
    return Cell(_labelled(column, value), look if value is None else look.replace("input", "known"))


def _labelled(column: Column, value: date | int | str | None) -> date | int | str | None:
    """A code of the contract as the drop-down list writes it."""
    if isinstance(column.check, tuple) and isinstance(value, str):
        return LABELS.get(value, value.capitalize())
    return value


def _check(sheet: Sheet, letter: str, column: Column, references: int) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    settings = _rule(column, references)
    if column.help:
        settings |= {"showInputMessage": True, "promptTitle": column.title, "prompt": column.help}
    if not settings:
        return
    rule = DataValidation(allow_blank=True, **settings)
    rule.add(f"{letter}{HEADER_ROW + 1}:{letter}{sheet.row}")
    sheet.xml.data_validations.append(rule)


def _rule(column: Column, references: int) -> dict[str, Any]:
    shown = {"showErrorMessage": True, "errorTitle": column.title}
    if isinstance(column.check, tuple):
        listed = ",".join(column.check)
        return {"type": "list", "formula1": f'"{listed}"', "error": "Choisissez une valeur de la liste.", **shown}
    if column.check == "day":
        limits = {"operator": "between", "formula1": _serial(EARLIEST), "formula2": "TODAY()"}
        return {"type": "date", **limits, "error": "Une date, au plus tard aujourd’hui : 02/03/2026.", **shown}
    if column.check == "count":
        return {
            "type": "whole",
            "operator": "greaterThanOrEqual",
            "formula1": "0",
            "error": "Un nombre entier.",
            **shown,
        }
    if column.check == "hour":
        return {
            "type": "time",
            "operator": "between",
            "formula1": "0",
            "formula2": "0.9999",
            "error": "Une heure : 14:30.",
            **shown,
        }
    if column.check == "reference":
        cells = f"Saisines!$A${HEADER_ROW + 1}:$A${references}"
        return {"type": "list", "formula1": cells, "error": "Une référence de la feuille Saisines.", **shown}
    return {}


def _serial(day: date) -> str:
    return str((day - date(1899, 12, 30)).days)
