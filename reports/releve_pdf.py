"""The statement as a PDF: the same figures as its data, totals first, detail after."""

from itertools import groupby
from typing import Any

from reports import french, printed, snapshot
from reports.snapshot import Snapshot
from reports.typeset import render_pdf

TAGGED_LINES = 5_000


def render_statement_pdf(data: Snapshot) -> bytes:
    """The PDF of a statement; marked across each page while it is not finalised.

    Args:
        data: the statement's snapshot, as `reports.snapshot` describes it.
    """
    tagged = len(data["statement"]["lines"]) <= TAGGED_LINES
    return render_pdf("releve.typ", statement_data(data), snapshot.made_at(data), tagged=tagged)


def statement_data(data: Snapshot) -> dict[str, Any]:
    """What the template prints."""
    statement = data["statement"]
    title = f"Relevé de règlement {statement['convention']}"
    subtitle = f"{french.quarter(statement['quarter'])} – {data['convention']['nom']}"
    return {
        **printed.frame(data, title, subtitle),
        "highlights": _highlights(statement),
        "settlement": _settlement(statement),
        "kinds": _breakdown(statement["lines"], "kind", french.KINDS),
        "prestations": _breakdown(statement["lines"], "prestation", french.PRESTATIONS),
        "year": printed.year(data),
        "identity": printed.facts(data),
        "payees": _payees(data),
        "tariff": [[row[name] for name in ("prestation", "prix", "plafond", "clause")] for row in _prices(data)],
        "groups": _groups(data),
        "not_paid": printed.not_paid_rows(data, statement["not_paid"]),
    }


def _prices(data: Snapshot) -> list[dict[str, str]]:
    return [row for row in data["tariff_rows"] if "prestation" in row]


def _sum(rows: list[dict[str, Any]], name: str) -> int:
    return sum(row[name] for row in rows)


def _highlights(statement: dict[str, Any]) -> list[dict[str, str]]:
    payees = statement["payees"]
    paid = [row for row in payees if row["payable_cents"] > 0]
    return [
        {"label": "Total du relevé", "value": french.euros(statement["total_cents"])},
        {"label": "À payer", "value": french.euros(_sum(payees, "payable_cents"))},
        {"label": "Associations payées", "value": french.number(len(paid))},
        {"label": "Lignes", "value": french.number(len(statement["lines"]))},
    ]


def _settlement(statement: dict[str, Any]) -> list[list[str]]:
    payees = statement["payees"]
    return [
        ["Total du relevé", french.euros(statement["total_cents"])],
        ["Soldes reportés des relevés précédents", french.euros(_sum(payees, "carried_in_cents"))],
        ["À payer", french.euros(_sum(payees, "payable_cents"))],
        ["Soldes négatifs reportés au relevé suivant", french.euros(_sum(payees, "carried_out_cents"))],
    ]


def _breakdown(lines: list[dict[str, Any]], name: str, labels: dict[str, str]) -> list[list[str]]:
    rows = []
    for code, label in labels.items():
        mine = [line for line in lines if line[name] == code]
        rows.append([label, french.number(len(mine)), french.euros(snapshot.total(mine))])
    return [*rows, ["Total", french.number(len(lines)), french.euros(snapshot.total(lines))]]


def _payees(data: Snapshot) -> list[list[str]]:
    names = ("total_cents", "carried_in_cents", "payable_cents", "carried_out_cents")
    payees = data["statement"]["payees"]
    rows = []
    for row in payees:
        known = snapshot.association(data, row["code"])
        amounts = [french.euros(row[name]) if row[name] else "–" for name in names]
        siret = f" · SIRET {french.siret(known['siret'])}" if known.get("siret") else ""
        rows.append([known["nom"], row["code"] + siret, *amounts])
    return [*rows, ["Total", "", *(french.euros(_sum(payees, name)) for name in names)]]


def _groups(data: Snapshot) -> list[dict[str, Any]]:
    groups = []
    for code, lines in groupby(data["statement"]["lines"], key=lambda line: line["association"]):
        payee = snapshot.payee_of(data, code)
        paid = f", payée à {payee}" if payee != code else ""
        groups.append(printed.group(f"{code} – {snapshot.association(data, code)['nom']}{paid}", list(lines)))
    return groups
