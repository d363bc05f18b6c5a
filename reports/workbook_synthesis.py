"""The sheets that sum: Synthèse, Associations, Contrôles. Their amounts are formulas over Détail."""

from decimal import Decimal
from typing import Any

from reports import french, snapshot
from reports.detail import Detail
from reports.snapshot import Snapshot
from reports.spreadsheet import Book, Cell, Formula, Sheet, Value, euros
from reports.workbook_page import close_sheet, close_table, freeze_below, head, header, open_sheet

ASSOCIATIONS_HEADER = 5
VERDICTS = ("Conforme", "À corriger")


def write_synthesis(book: Book, detail: Detail) -> None:
    """Totals first: what is paid, by nature and by prestation, then who pays, and the year."""
    data = detail.data
    sheet = open_sheet(book, "Synthèse", [44, 16, 20, 20], data, landscape=False)
    head(sheet, snapshot.title(data), data)
    _settlement(sheet, data)
    _breakdown(sheet, "Par nature de ligne", "kind", french.KINDS, detail)
    _breakdown(sheet, "Par prestation", "prestation", french.PRESTATIONS, detail)
    _year(sheet, data)
    _identity(sheet, data)
    close_sheet(sheet)


def _section(sheet: Sheet, title: str, *rights: str) -> None:
    empty = [""] * (sheet.width - 1 - len(rights))
    sheet.append([])
    sheet.append(
        [Cell(title, "section"), *[Cell(text, "section_right" if text else "section") for text in [*empty, *rights]]]
    )


def _line(sheet: Sheet, label: str, value: Formula | Value, style: str, *, total: bool = False) -> None:
    prefix = "total_" if total else ""
    blank = Cell(None, "total" if total else "text")
    cells = [Cell(label, "total" if total else "text"), *[blank] * (sheet.width - 2), Cell(value, prefix + style)]
    sheet.append(cells)


def payee_rows(data: Snapshot) -> list[dict[str, Any]]:
    """The rows of the sheet Associations: every association with lines or paid, with its payee and what it is paid."""
    statement = data["statement"]
    payees = {payee["code"]: payee for payee in statement["payees"]}
    codes = {line["association"] for line in statement["lines"]} | set(payees)
    codes |= {row["code"] for row in statement.get("associations", [])}
    nothing = {"total_cents": 0, "carried_in_cents": 0, "payable_cents": 0, "carried_out_cents": 0}
    return [
        {**nothing, **payees.get(code, {}), "code": code, "payee": snapshot.payee_of(data, code)}
        for code in sorted(codes)
    ]


def _settlement(sheet: Sheet, data: Snapshot) -> None:
    rows = payee_rows(data)
    first, last = ASSOCIATIONS_HEADER + 1, ASSOCIATIONS_HEADER + max(1, len(rows))

    def over(column: str, field: str) -> Formula:
        return Formula(f"SUM(Associations!{column}{first}:{column}{last})", euros(sum(row[field] for row in rows)))

    _section(sheet, "Règlement")
    _line(sheet, "Total du relevé", over("I", "total_cents"), "euros", total=True)
    _line(sheet, "Soldes reportés des relevés précédents", over("K", "carried_in_cents"), "euros")
    _line(sheet, "À payer", over("M", "payable_cents"), "euros", total=True)
    _line(sheet, "Soldes négatifs reportés au relevé suivant", over("N", "carried_out_cents"), "euros")


def _breakdown(sheet: Sheet, title: str, column: str, labels: dict[str, str], detail: Detail) -> None:
    _section(sheet, title, "Lignes", "Montant")
    first = sheet.row + 1
    for code, label in labels.items():
        written = label if column == "kind" else code
        criteria = {column: (f'"{written}"', code)}
        cells = [Cell(label), Cell(code if column == "prestation" else None, "code")]
        sheet.append([*cells, Cell(detail.count(**criteria), "count"), Cell(detail.sum(**criteria), "euros")])
    count = Formula(f"SUM(C{first}:C{sheet.row})", len(detail.lines))
    amount = Formula(f"SUM(D{first}:D{sheet.row})", euros(snapshot.total(detail.lines)))
    sheet.append([Cell("Total", "total"), Cell(None, "total"), Cell(count, "total_count"), Cell(amount, "total_euros")])


def _year(sheet: Sheet, data: Snapshot) -> None:
    year = data["year"]
    _section(sheet, f"Année {year['year']}")
    first = sheet.row + 1
    for row in year["quarters"]:
        _line(sheet, french.quarter(row["quarter"]).capitalize(), euros(row["total_cents"]), "euros")
    total = sum(row["total_cents"] for row in year["quarters"])
    _line(
        sheet, "Total des relevés de l’année", Formula(f"SUM(D{first}:D{sheet.row})", euros(total)), "euros", total=True
    )
    if year.get("envelope_cents") is not None:
        _line(sheet, "Enveloppe de l’année", euros(year["envelope_cents"]), "euros")
        _line(sheet, "Consommée (actes de l’année)", euros(year["consumed_cents"]), "euros")
        left = Formula(f"D{sheet.row - 1}-D{sheet.row}", euros(year["envelope_cents"] - year["consumed_cents"]))
        _line(sheet, "Disponible", left, "euros", total=True)


def _identity(sheet: Sheet, data: Snapshot) -> None:
    _section(sheet, "Le document")
    for label, value in snapshot.identity(data):
        sheet.append([Cell(label, "label"), Cell(value, "value")])


def write_associations(book: Book, detail: Detail) -> None:
    """One row an association: what it did, by nature of line, and what its payee is paid."""
    data, rows = detail.data, payee_rows(detail.data)
    titles = ["Code", "Nom", "SIRET", "Dép.", "Lignes", *french.KINDS.values(), "Total", "Payée à"]
    titles += ["Solde reporté", "Solde", "À payer", "À reporter"]
    sheet = open_sheet(book, "Associations", [11, 40, 20, 7, 9, 14, 14, 16, 14, 11, 15, 14, 14, 14], data)
    freeze_below(sheet, ASSOCIATIONS_HEADER, columns=2)
    head(sheet, "Associations", data)
    header(
        sheet,
        titles,
        right=("Lignes", *french.KINDS.values(), "Total", "Solde reporté", "Solde", "À payer", "À reporter"),
    )
    span = (ASSOCIATIONS_HEADER + 1, ASSOCIATIONS_HEADER + max(1, len(rows)))
    for row in rows:
        sheet.append(_association_row(sheet.row + 1, row, span, detail))
    close_table(sheet, ASSOCIATIONS_HEADER)
    sheet.append(_associations_total(rows, span, detail))
    close_sheet(sheet)


def _associations_total(rows: list[dict[str, Any]], span: tuple[int, int], detail: Detail) -> list[Cell]:
    """The last row, outside the filter: the sums of the columns."""

    def over(letter: str, value: Value, style: str = "total_euros") -> Cell:
        return Cell(Formula(f"SUM({letter}{span[0]}:{letter}{span[1]})", value), style)

    def field(name: str) -> Decimal:
        return euros(sum(row[name] for row in rows))

    kinds = [detail.sum(kind=("", kind)).value for kind in french.KINDS]
    balance = euros(sum(row["total_cents"] + row["carried_in_cents"] for row in rows))
    return [
        Cell("Total", "total"),
        *[Cell(None, "total")] * 3,
        over("E", len(detail.lines), "total_count"),
        *[over(letter, value) for letter, value in zip("FGH", kinds, strict=True)],
        over("I", detail.sum().value),
        Cell(None, "total"),
        over("K", field("carried_in_cents")),
        over("L", balance),
        over("M", field("payable_cents")),
        over("N", field("carried_out_cents")),
    ]


def _association_row(place: int, row: dict[str, Any], span: tuple[int, int], detail: Detail) -> list[Cell]:
    known, code = snapshot.association(detail.data, row["code"]), (f"$A{place}", row["code"])
    kinds = [detail.sum(association=code, kind=(f'"{label}"', kind)) for kind, label in french.KINDS.items()]
    own = detail.sum(association=code)
    balance = euros(row["total_cents"] + row["carried_in_cents"])
    paid_for = f"SUMIFS($I${span[0]}:$I${span[1]},$J${span[0]}:$J${span[1]},$A{place})+K{place}"
    return [
        Cell(row["code"]),
        Cell(known["nom"]),
        Cell(french.siret(known.get("siret")), "code"),
        Cell(known.get("departement") or "", "code"),
        Cell(detail.count(association=code), "count"),
        *[Cell(kind, "quiet_euros") for kind in kinds],
        Cell(Formula(f"SUM(F{place}:H{place})", own.value), "euros"),
        Cell(row["payee"], "code"),
        Cell(euros(row["carried_in_cents"]), "quiet_euros"),
        Cell(Formula(paid_for, balance), "euros"),
        Cell(Formula(f"MAX(0,ROUND(L{place},2))", euros(row["payable_cents"])), "quiet_euros"),
        Cell(Formula(f"MIN(0,ROUND(L{place},2))", euros(row["carried_out_cents"])), "quiet_euros"),
    ]


def write_controls(book: Book, detail: Detail) -> None:
    """The control totals, each with a green or a red cell."""
    from openpyxl.formatting.rule import CellIsRule
    from openpyxl.styles import Font, PatternFill

    from reports.styles import GREEN, RED

    sheet = open_sheet(book, "Contrôles", [64, 20, 20, 16], detail.data, landscape=False)
    freeze_below(sheet, 5)
    head(sheet, "Contrôles", detail.data)
    header_row = header(
        sheet, ["Contrôle", "Attendu", "Trouvé", "Résultat"], right=("Attendu", "Trouvé"), center=("Résultat",)
    )
    for control in [*_own_controls(detail), *map(_given_control, detail.data["controls"])]:
        _control_row(sheet, *control)
    for verdict, (fill, ink) in zip(VERDICTS, (GREEN, RED), strict=True):
        paint = PatternFill("solid", bgColor=fill, fgColor=fill)
        rule = CellIsRule(  # type: ignore[no-untyped-call]
            "equal", [f'"{verdict}"'], fill=paint, font=Font(color=ink, b=True)
        )
        sheet.xml.conditional_formatting.add(f"D{header_row + 1}:D{sheet.row}", rule)
    close_sheet(sheet)


def _control_row(sheet: Sheet, label: str, expected: Formula | Value, found: Formula | Value, style: str) -> None:
    place = sheet.row + 1
    values = [value.value if isinstance(value, Formula) else value for value in (expected, found)]
    verdict = Formula(
        f'IF(ROUND(B{place}-C{place},2)=0,"{VERDICTS[0]}","{VERDICTS[1]}")', VERDICTS[values[0] != values[1]]
    )
    sheet.append([Cell(label), Cell(expected, style), Cell(found, style), Cell(verdict, "verdict")])


def _given_control(control: dict[str, Any]) -> tuple[str, Any, Any, str]:
    if control.get("unit") == "eur":
        return control["label"], euros(control["expected"]), euros(control["found"]), "euros"
    return control["label"], control["expected"], control["found"], "count"


def _own_controls(detail: Detail) -> list[tuple[str, Any, Any, str]]:
    statement, rows = detail.data["statement"], payee_rows(detail.data)
    first, last = ASSOCIATIONS_HEADER + 1, ASSOCIATIONS_HEADER + max(1, len(rows))
    payees = statement["payees"]

    def over(column: str, field: str) -> Formula:
        return Formula(f"SUM(Associations!{column}{first}:{column}{last})", euros(sum(row[field] for row in payees)))

    own = Formula(f"SUM(Associations!I{first}:I{last})", euros(snapshot.total(detail.lines)))
    carried = euros(sum(row["total_cents"] + row["carried_in_cents"] - row["carried_out_cents"] for row in payees))
    return [
        ("Total du relevé = somme du détail", euros(statement["total_cents"]), detail.sum(), "euros"),
        ("Total du relevé = somme des associations", euros(statement["total_cents"]), own, "euros"),
        ("Nombre de lignes du relevé = nombre de lignes du détail", len(detail.lines), detail.count(), "count"),
        ("Total + soldes repris – soldes reportés = à payer", carried, over("M", "payable_cents"), "euros"),
    ]
