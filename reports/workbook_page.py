"""What the sheets of a workbook have in common: the head, the printed page, the frozen header and its filter."""

from collections.abc import Sequence

from reports import french, printed, snapshot
from reports.snapshot import Snapshot
from reports.spreadsheet import Book, Cell, Sheet, header_text

FOOT, ROW = 8, 16  # points


def open_sheet(
    book: Book, name: str, widths: Sequence[int], data: Snapshot, landscape: bool = True, title: str = ""
) -> Sheet:
    """A new sheet with its print setup; its rows come next. `title` is printed at the top of each page."""
    statement = data["statement"]
    example = " – montants d’exemple" if snapshot.is_example(data) else ""
    digest = (statement.get("digest") or "")[:12]
    foot = f"{snapshot.number(data)} – arrêté au {french.day(statement['cutoff'])}{example}"
    sheet = book.sheet(name, widths)
    page(
        sheet,
        top=(title or snapshot.title(data), name),
        foot=(foot, f"Empreinte {digest}" if digest else ""),
        landscape=landscape,
    )
    return sheet


def page(sheet: Sheet, top: tuple[str, str], foot: tuple[str, str], landscape: bool = False) -> None:
    """How a sheet prints: A4, as wide as the page, what stands above (left, right) and below (left, middle)."""
    xml = sheet.xml
    xml.sheet_view.showGridLines = False
    xml.sheet_format.defaultRowHeight, xml.sheet_format.customHeight = ROW, True
    xml.page_setup.orientation = "landscape" if landscape else "portrait"
    xml.page_setup.paperSize = 9  # A4
    xml.page_setup.fitToWidth, xml.page_setup.fitToHeight = 1, 0
    xml.sheet_properties.pageSetUpPr.fitToPage = True
    xml.page_margins.left = xml.page_margins.right = 0.5
    xml.page_margins.top, xml.page_margins.bottom = 0.75, 0.7
    xml.page_margins.header = xml.page_margins.footer = 0.35
    above, below = xml.oddHeader, xml.oddFooter
    places = (above.left, above.right, below.left, below.center, below.right)
    texts = [*map(header_text, (*top, *foot)), "Page &P de &N"]
    for place, text in zip(places, texts, strict=True):
        place.text = text
        place.font, place.size, place.color = "Arial,Regular", FOOT, "6B7280"


def head(sheet: Sheet, title: str, data: Snapshot) -> None:
    """The four rows at the top of every sheet: title, which statement, what must be said first, a blank."""
    statement = data["statement"]
    cutoff = f"arrêté au {french.day(statement['cutoff'])}"
    which = f"{statement['convention']} – {french.quarter(statement['quarter'])} – {snapshot.number(data)} – {cutoff}"
    sheet.append([Cell(title, "title")], height=26)
    sheet.append([Cell(which, "subtitle")])
    sheet.append([Cell(" ".join(printed.notices(data)), "example")])
    sheet.append([])


def freeze_below(sheet: Sheet, row: int, columns: int = 0) -> None:
    """Keeps the rows up to `row` in sight, and repeats that row on each printed page. Before any row is written."""
    sheet.xml.freeze_panes = f"{sheet.letter(columns + 1)}{row + 1}"
    sheet.xml.print_title_rows = f"{row}:{row}"


def header(sheet: Sheet, titles: Sequence[str], right: Sequence[str] = (), center: Sequence[str] = ()) -> int:
    """The header row of a table; the titles in `right` stand over figures."""
    looks = {**dict.fromkeys(right, "header_right"), **dict.fromkeys(center, "header_center")}
    return sheet.append([Cell(title, looks.get(title, "header")) for title in titles], height=30)


def close_table(sheet: Sheet, header_row: int) -> None:
    """Filters from the header to the last row, and the print area over everything written."""
    last = sheet.letter(sheet.width)
    sheet.xml.auto_filter.ref = f"A{header_row}:{last}{max(sheet.row, header_row + 1)}"
    close_sheet(sheet)


def close_sheet(sheet: Sheet) -> None:
    """The print area over everything written."""
    sheet.xml.print_area = f"A1:{sheet.letter(sheet.width)}{max(sheet.row, 1)}"


def empty_note(sheet: Sheet, rows: Sequence[object], words: str) -> None:
    """Says that a table has nothing, rather than leave a blank page."""
    if not rows:
        sheet.append([Cell(words, "label")])
