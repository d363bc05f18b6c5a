"""The statement's workbook, `releve.xlsx`: made to be worked in by finance and by the coordinator.

Sheets (contract, outputs.md §3): Synthèse, Associations, Détail, Régularisations, Non payé, Écarts, Barème, Contrôles.
Amounts of Synthèse and Associations are formulas over Détail, their values are written beside them.
"""

from reports import snapshot, workbook_lists, workbook_synthesis
from reports.detail import Detail
from reports.snapshot import Snapshot
from reports.spreadsheet import Book


def render_workbook(data: Snapshot) -> bytes:
    """The workbook of a statement, the same bytes for the same snapshot.

    Args:
        data: the statement's snapshot, as `reports.snapshot` describes it.

    Returns:
        An .xlsx file.
    """
    book = Book(snapshot.title(data), data["federation"]["nom"], snapshot.made_at(data))
    detail = Detail(data)
    workbook_synthesis.write_synthesis(book, detail)
    workbook_synthesis.write_associations(book, detail)
    workbook_lists.write_detail(book, detail)
    workbook_lists.write_adjustments(book, data)
    workbook_lists.write_not_paid(book, data)
    workbook_lists.write_discrepancies(book, data)
    workbook_lists.write_tariff(book, data)
    workbook_synthesis.write_controls(book, detail)
    return book.to_bytes()
