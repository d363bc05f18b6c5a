"""The funder's report as a workbook: four quarters side by side, territories, qualités, both crossed, definitions."""

from reports import french, snapshot
from reports.funder import Issue, last_quarters
from reports.funder_cells import key
from reports.funder_indicators import (
    DETAILS,
    INDICATORS,
    MASK,
    NO_ISSUE,
    Group,
    Indicator,
    by_departement,
    by_qualite,
    figure,
    privacy,
    shown_groups,
)
from reports.snapshot import Snapshot
from reports.spreadsheet import Book, Cell, Sheet, euros
from reports.workbook_page import close_sheet, close_table, freeze_below, head, header, open_sheet

STYLES = {"count": "count", "days": "count", "euros": "euros", "share": "share"}


def render_funder_workbook(data: Snapshot, issue: Issue, earlier: list[Issue]) -> bytes:
    """The workbook of a funder's report.

    Args:
        data: the statement's snapshot: identity, convention, federation.
        issue: the quarter's published cells (`reports.funder.publish`).
        earlier: the issues published before.
    """
    book = Book(_title(issue), data["federation"]["nom"], snapshot.made_at(data))
    _synthesis(book, data, issue, earlier)
    _by_group(book, "Territoires", "Département", data, issue, by_departement(issue))
    _by_group(book, "Qualités", "Qualité", data, issue, by_qualite(issue))
    _crossed(book, data, issue)
    _definitions(book, data, issue)
    return book.to_bytes()


def _title(issue: Issue) -> str:
    return f"Compte rendu au financeur – {issue['convention']} – {french.quarter(issue['quarter'])}"


def cell(issue: Issue | None, indicator: Indicator, group: Group = ("*", "*")) -> Cell:
    """A figure as a cell: a number, or its mask."""
    if issue is None:
        return Cell(NO_ISSUE, "masked")
    found = figure(issue, indicator, group)
    if found is None:
        return Cell(MASK, "masked")
    return Cell(euros(int(found)) if indicator.kind == "euros" else found, STYLES[indicator.kind])


def _synthesis(book: Book, data: Snapshot, issue: Issue, earlier: list[Issue]) -> None:
    quarters = last_quarters(issue, earlier)
    sheet = open_sheet(book, "Synthèse", [34, 16, 16, 16, 16], data, landscape=False, title=_title(issue))
    head(sheet, _title(issue), data)
    titles = [french.short_quarter(code) for code, _ in quarters]
    header_row = header(sheet, ["Indicateur", *titles], right=titles)
    for indicator in (*INDICATORS, *DETAILS):
        sheet.append([Cell(indicator.label), *[cell(one, indicator) for _, one in quarters]])
    _chart(sheet, header_row, len(quarters))
    for _ in range(18):  # the chart stands here
        sheet.append([])
    sheet.append([Cell(f"« {MASK} » : non publié, voir la feuille Définitions.", "label")])
    sheet.append([])
    for label, value in snapshot.identity(data):
        sheet.append([Cell(label, "label"), Cell(value, "value")])
    close_sheet(sheet)


def _chart(sheet: Sheet, header_row: int, quarters: int) -> None:
    from openpyxl.chart import BarChart, Reference
    from openpyxl.chart.axis import ChartLines
    from openpyxl.chart.shapes import GraphicalProperties
    from openpyxl.drawing.line import LineProperties

    chart = BarChart()
    chart.type, chart.style, chart.gapWidth = "col", 10, 60
    chart.height, chart.width = 7.5, 17
    places = [header_row + 1 + index for index, one in enumerate(INDICATORS) if one.measure in ("saisines", "sessions")]
    for place in places:
        chart.add_data(
            Reference(sheet.xml, min_col=1, max_col=1 + quarters, min_row=place, max_row=place),
            from_rows=True,
            titles_from_data=True,
        )
    chart.set_categories(Reference(sheet.xml, min_col=2, max_col=1 + quarters, min_row=header_row, max_row=header_row))
    for series, colour in zip(chart.series, ("1D4E89", "9DB8D6"), strict=False):
        series.graphicalProperties.solidFill = colour
    chart.legend.position = "b"
    chart.y_axis.delete = chart.x_axis.delete = False
    chart.y_axis.majorGridlines = ChartLines(spPr=GraphicalProperties(ln=LineProperties(solidFill="E5E7EB")))
    sheet.xml.add_chart(chart, f"A{sheet.row + 2}")


def _by_group(book: Book, name: str, what: str, data: Snapshot, issue: Issue, groups: list[Group]) -> None:
    sheet = open_sheet(book, name, [20, *[14] * len(INDICATORS)], data, title=_title(issue))
    freeze_below(sheet, 5, columns=1)
    head(sheet, f"{name} – {french.quarter(issue['quarter'])}", data)
    labels = [indicator.label for indicator in INDICATORS]
    header_row = header(sheet, [what, *labels], right=labels)
    for group in shown_groups(issue, groups):
        code = next(part for part in group if part != "*")
        sheet.append([Cell(french.QUALITES.get(code, code)), *[cell(issue, one, group) for one in INDICATORS]])
    close_table(sheet, header_row)
    sheet.append([Cell("Ensemble", "strong"), *[cell(issue, one) for one in INDICATORS]])
    close_sheet(sheet)


def _crossed(book: Book, data: Snapshot, issue: Issue) -> None:
    qualites = [french.QUALITES[code] for code in issue["qualites"]]
    sheet = open_sheet(book, "Territoire × qualité", [20, *[14] * max(1, len(qualites))], data, title=_title(issue))
    freeze_below(sheet, 5, columns=1)
    head(sheet, f"Saisines par territoire et qualité – {french.quarter(issue['quarter'])}", data)
    header(sheet, ["Département", *qualites], right=qualites)
    for departement in issue["departements"]:
        found = [issue["cells"].get(key("saisines", departement, qualite)) for qualite in issue["qualites"]]
        if any(value is not None for value in found):
            cells = [Cell(MASK, "masked") if value is None else Cell(value, "count") for value in found]
            sheet.append([Cell(departement), *cells])
    close_sheet(sheet)


def _definitions(book: Book, data: Snapshot, issue: Issue) -> None:
    sheet = open_sheet(book, "Définitions", [34, 90], data, title=_title(issue))
    head(sheet, "Définitions", data)
    header(sheet, ["Indicateur", "Définition"])
    for indicator in (*INDICATORS, *DETAILS):
        sheet.append([Cell(indicator.label, "strong"), Cell(indicator.definition, "wrap")])
    for line in privacy(issue):
        sheet.append([Cell("Petits effectifs", "strong"), Cell(line, "wrap")])
    close_sheet(sheet)
