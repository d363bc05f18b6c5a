"""The workbook of the year-end provisions: what each convention accrues and where each figure comes from, to be reviewed."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from reports import french
from reports.spreadsheet import Book, Cell, Formula, Sheet, euros
from reports.workbook_page import page

HEADER_ROW = 5
HEADERS = (
    ("Convention", 14),
    ("Actes connus", 12),
    ("Montant des actes", 17),
    ("dont portés depuis sur un relevé", 17),
    ("Fiches manquantes", 14),
    ("Saisines de référence", 14),
    ("Fiches revenues", 14),
    ("Taux de retour", 11),
    ("Coût moyen d’une fiche revenue", 16),
    ("Reste de l’enveloppe", 16),
    ("Estimation", 16),
    ("À provisionner", 17),
)


def render_accrual(year: int, provisions: list[dict[str, Any]], federation: str, as_of: date) -> bytes:
    """The workbook of a year.

    Args:
        year: the civil year that closes.
        provisions: a row a convention: `convention, known_acts, known_cents, stated_cents, missing, opened, returned,
            cost_cents, room_cents` (None without an envelope), `estimated_cents`.
        federation: its name.
        as_of: the day it was made.
    """
    made_at = datetime(as_of.year, as_of.month, as_of.day)  # noqa: DTZ001  a civil day
    book = Book(f"Provisions de clôture {year}", federation, made_at)
    sheet = book.sheet("Provisions", [width for _, width in HEADERS])
    page(sheet, (federation, f"Clôture {year}"), (f"Au {french.day(as_of)} – à vérifier", ""), landscape=True)
    sheet.xml.freeze_panes = f"B{HEADER_ROW + 1}"
    sheet.append([Cell(f"Provisions de clôture {year}", "title")], height=26)
    sheet.append([Cell(f"Charges à payer au 31/12/{year}, telles que connues le {french.day(as_of)}", "subtitle")])
    sheet.append([Cell("Écritures proposées : à vérifier avant de les passer.", "example")])
    sheet.append([])
    looks = ["header", *["header_right"] * (len(HEADERS) - 1)]
    sheet.append([Cell(title, look) for (title, _), look in zip(HEADERS, looks, strict=True)], height=44)
    for row in provisions:
        sheet.append(_row(sheet.row + 1, row))
    sheet.append(_total(HEADER_ROW + 1, sheet.row, provisions))
    _method(sheet, year)
    sheet.xml.print_area = f"A1:{sheet.letter(len(HEADERS))}{sheet.row}"
    return book.to_bytes()


def _row(place: int, row: dict[str, Any]) -> list[Cell]:
    opened, returned = row["opened"], row["returned"]
    rate = Decimal(100 * returned) / opened if opened else Decimal(0)
    mean = euros(row["cost_cents"]) / returned if returned else Decimal(0)
    return [
        Cell(row["convention"]),
        Cell(row["known_acts"], "count"),
        Cell(euros(row["known_cents"]), "euros"),
        Cell(euros(row["stated_cents"]), "quiet_euros"),
        Cell(row["missing"], "count"),
        Cell(opened, "count"),
        Cell(returned, "count"),
        Cell(rate.quantize(Decimal("0.1")), "share"),
        Cell(mean.quantize(Decimal("0.01")), "quiet_euros"),
        Cell("sans limite", "masked") if row["room_cents"] is None else Cell(euros(row["room_cents"]), "euros"),
        Cell(euros(row["estimated_cents"]), "quiet_euros"),
        Cell(Formula(f"C{place}+K{place}", euros(row["known_cents"] + row["estimated_cents"])), "euros"),
    ]


def _total(first: int, last: int, provisions: list[dict[str, Any]]) -> list[Cell]:
    def over(letter: str, *names: str, style: str = "total_euros") -> Cell:
        total = sum(row[name] for row in provisions for name in names)
        return Cell(
            Formula(f"SUM({letter}{first}:{letter}{last})", total if style == "total_count" else euros(total)), style
        )

    return [
        Cell("Total", "total"),
        over("B", "known_acts", style="total_count"),
        over("C", "known_cents"),
        over("D", "stated_cents"),
        over("E", "missing", style="total_count"),
        *[Cell(None, "total")] * 5,
        over("K", "estimated_cents"),
        over("L", "known_cents", "estimated_cents"),
    ]


def _method(sheet: Sheet, year: int) -> None:
    sheet.append([])
    for words in (
        f"Actes connus : datés jusqu’au 31/12/{year}, et qu’aucun relevé finalisé dans l’année ne porte ; ceux d’un relevé "
        "finalisé depuis en sont.",
        "Estimation : fiches manquantes × taux de retour × coût moyen d’une fiche revenue, dans la limite de l’enveloppe.",
        f"Référence : les saisines ouvertes du 01/10/{year - 1} au 30/09/{year}, dont les fiches ont eu le temps de revenir.",
    ):
        sheet.append([Cell(words, "label")])
