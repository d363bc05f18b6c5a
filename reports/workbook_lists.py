"""The sheets that list: Détail, Régularisations, Non payé, Écarts, Barème."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from reports import detail, french, snapshot
from reports.detail import Detail
from reports.snapshot import Snapshot
from reports.spreadsheet import Book, Cell, Sheet, euros
from reports.workbook_page import close_sheet, close_table, empty_note, freeze_below, head, header, open_sheet

Row = dict[str, Any]


def on(iso: str | None) -> date | None:
    """A day of the data as a cell holds it."""
    return date.fromisoformat(iso) if iso else None


def rate(percent: int | str | Decimal) -> Cell:
    """A signed rate in percent, with decimals only where it has some."""
    value = Decimal(str(percent))
    return Cell(value, "percent" if value == value.to_integral_value() else "percent_decimal")


def write_detail(book: Book, lines: Detail) -> None:
    """Every line; the subtotal above follows the filter."""
    data = lines.data
    titles = ["Nature", "Association", "Nom de l’association", "Saisine", "Prestation", "Libellé", "Date de l’acte"]
    titles += ["N°", "Prix de base", "Majoration", "Montant", "Barème appliqué", "Corrige le relevé"]
    sheet = open_sheet(book, "Détail", [14, 12, 34, 16, 11, 24, 13, 6, 13, 12, 14, 48, 23], data)
    freeze_below(sheet, detail.HEADER_ROW, columns=4)
    head(sheet, "Détail", data)
    label = Cell("Sous-total des lignes affichées", "section")
    blank = Cell(None, "section")
    sheet.append([label, *[blank] * 9, Cell(lines.subtotal(), "section_euros"), blank, blank])
    header(sheet, titles, right=("Date de l’acte", "N°", "Prix de base", "Majoration", "Montant"))
    names = {code: snapshot.association(data, code)["nom"] for code in {line["association"] for line in lines.lines}}
    for line in lines.lines:
        sheet.append(_detail_row(line, names[line["association"]]))
    close_table(sheet, detail.HEADER_ROW)


def _detail_row(line: Row, name: str) -> list[Cell]:
    return [
        Cell(french.KINDS[line["kind"]]),
        Cell(line["association"]),
        Cell(name),
        Cell(line["saisine"]),
        Cell(line["prestation"]),
        Cell(french.PRESTATIONS[line["prestation"]]),
        Cell(on(line["act_date"]), "day"),
        Cell(line["nth"], "count"),
        Cell(euros(line["base_cents"]), "euros"),
        rate(line["uplift_pct"]),
        Cell(euros(line["amount_cents"]), "euros"),
        Cell(line.get("tariff") or "", "code"),
        Cell(line.get("corrects") or "", "code"),
    ]


def write_adjustments(book: Book, data: Snapshot) -> None:
    """The lines that correct one stated before, with the statement they correct."""
    rows = [line for line in data["statement"]["lines"] if line["kind"] == "regularisation"]
    columns: list[tuple[str, int, Callable[[Row], Cell]]] = [
        *_act_columns(data),
        ("Prix de base", 14, lambda line: Cell(euros(line["base_cents"]), "euros")),
        ("Majoration", 12, lambda line: rate(line["uplift_pct"])),
        ("Différence", 14, lambda line: Cell(euros(line["amount_cents"]), "euros")),
        ("Corrige le relevé", 26, lambda line: Cell(line["corrects"] or "")),
    ]
    _table(book, "Régularisations", data, columns, rows, "Aucune régularisation dans ce relevé.")


def write_not_paid(book: Book, data: Snapshot) -> None:
    """The acts not paid, each with its reason in words."""
    columns: list[tuple[str, int, Callable[[Row], Cell]]] = [
        *_act_columns(data),
        ("Motif", 62, lambda row: Cell(snapshot.sentence(data, row["reason"]), "wrap")),
        ("Code", 26, lambda row: Cell(row["reason"], "code")),
    ]
    _table(book, "Non payé", data, columns, data["statement"]["not_paid"], "Tous les actes connus sont payés.")


def write_discrepancies(book: Book, data: Snapshot) -> None:
    """The discrepancies, the gravest first, their gravity in words."""
    columns: list[tuple[str, int, Callable[[Row], Cell]]] = [
        ("Gravité", 14, lambda row: Cell(french.SEVERITIES[row["severity"]])),
        ("Saisine", 17, lambda row: Cell(row.get("saisine") or "")),
        ("Association", 12, lambda row: Cell(row.get("association") or "")),
        ("Nom de l’association", 38, lambda row: Cell(_name(data, row.get("association")))),
        ("Écart", 78, lambda row: Cell(snapshot.sentence(data, row["code"]), "wrap")),
        ("Précision", 34, lambda row: Cell(snapshot.detail_words(row.get("detail")), "wrap")),
        ("Code", 30, lambda row: Cell(row["code"], "code")),
    ]
    rows = sorted(data["statement"]["discrepancies"], key=lambda row: list(french.SEVERITIES).index(row["severity"]))
    _table(book, "Écarts", data, columns, rows, "Aucun écart.")


def write_tariff(book: Book, data: Snapshot) -> None:
    """The tariff in force, in words generated from the convention's file: prices, then the other terms."""
    prices = [row for row in data["tariff_rows"] if "prestation" in row]
    terms = [row for row in data["tariff_rows"] if "regle" in row]
    sheet = open_sheet(book, "Barème", [34, 44, 34, 40, 44, 13, 13], data)
    freeze_below(sheet, 5)
    head(sheet, "Barème", data)
    header(sheet, ["Prestation", "Prix", "Plafond", "Majorations", "Clause", "Du", "Au"], right=("Du", "Au"))
    for row in prices:
        words = [Cell(row[name], "wrap") for name in ("prix", "plafond", "majorations", "clause")]
        sheet.append([Cell(row["prestation"], "strong"), *words, Cell(row["du"], "right"), Cell(row["au"], "right")])
    empty_note(sheet, prices, "Aucun barème en vigueur.")
    sheet.append([])
    header(sheet, ["Règle", "Valeur", "", "", "", "Du", "Au"], right=("Du", "Au"))
    for row in terms:
        words = [Cell(row["valeur"], "wrap"), *[Cell(None)] * 3]
        sheet.append([Cell(row["regle"], "strong"), *words, Cell(row["du"], "right"), Cell(row["au"], "right")])
    close_sheet(sheet)


def _name(data: Snapshot, code: str | None) -> str:
    return str(snapshot.association(data, code)["nom"]) if code else ""


def _act_columns(data: Snapshot) -> list[tuple[str, int, Callable[[Row], Cell]]]:
    return [
        ("Association", 12, lambda row: Cell(row["association"])),
        ("Nom de l’association", 38, lambda row: Cell(_name(data, row["association"]))),
        ("Saisine", 17, lambda row: Cell(row["saisine"])),
        ("Prestation", 25, lambda row: Cell(french.PRESTATIONS[row["prestation"]])),
        ("Date de l’acte", 14, lambda row: Cell(on(row["act_date"]), "day")),
        ("N°", 6, lambda row: Cell(row["nth"], "count")),
    ]


RIGHT = {"Date de l’acte", "N°", "Prix de base", "Majoration", "Différence", "Montant", "Du", "Au"}


def _table(
    book: Book,
    name: str,
    data: Snapshot,
    columns: list[tuple[str, int, Callable[[Row], Cell]]],
    rows: list[Row],
    nothing: str,
) -> Sheet:
    sheet = open_sheet(book, name, [width for _, width, _ in columns], data)
    freeze_below(sheet, 5)
    head(sheet, name, data)
    header_row = header(sheet, [title for title, _, _ in columns], right=tuple(RIGHT))
    for row in rows:
        sheet.append([cell(row) for _, _, cell in columns])
    empty_note(sheet, rows, nothing)
    close_table(sheet, header_row)
    return sheet
