"""The remittance note of one association: what it is paid for a convention and a quarter, and why.

At `soumis` the notes are provisional: they say so, and the association may dispute them before anything is paid.
"""

from collections.abc import Iterator
from typing import Any

from reports import french, printed, snapshot
from reports.snapshot import Snapshot
from reports.typeset import render_pdf


def render_note(data: Snapshot, payee: str) -> bytes:
    """The note of one payee, a PDF.

    Args:
        data: the statement's snapshot, as `reports.snapshot` describes it.
        payee: the code of the association that is paid.

    Raises:
        KeyError: the statement has nothing for that code.
    """
    rows = {row["code"]: row for row in data["statement"]["payees"]}
    return render_pdf("note.typ", note_data(data, rows[payee]), snapshot.made_at(data))


def render_notes(data: Snapshot) -> Iterator[tuple[str, bytes]]:
    """The notes of all the payees of a statement: (code, PDF), in order of code."""
    lines, not_paid = _by_payee(data, "lines"), _by_payee(data, "not_paid")
    for row in sorted(data["statement"]["payees"], key=lambda row: str(row["code"])):
        mine = {"lines": lines.get(row["code"], []), "not_paid": not_paid.get(row["code"], [])}
        yield row["code"], render_pdf("note.typ", _note_data(data, row, **mine), snapshot.made_at(data))


def note_data(data: Snapshot, row: dict[str, Any]) -> dict[str, Any]:
    """What the template prints for one row of `payees`."""
    return _note_data(
        data,
        row,
        lines=_by_payee(data, "lines").get(row["code"], []),
        not_paid=_by_payee(data, "not_paid").get(row["code"], []),
    )


def _by_payee(data: Snapshot, name: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in data["statement"][name]:
        found.setdefault(snapshot.payee_of(data, row["association"]), []).append(row)
    return found


def _note_data(
    data: Snapshot, row: dict[str, Any], lines: list[dict[str, Any]], not_paid: list[dict[str, Any]]
) -> dict[str, Any]:
    statement = data["statement"]
    known = snapshot.association(data, row["code"])
    subtitle = f"{statement['convention']} – {french.quarter(statement['quarter'])} – {data['convention']['nom']}"
    return {
        **printed.frame(data, "Avis de règlement", subtitle),
        "payee": printed.payee(known),
        "highlights": _highlights(data, row, lines),
        "settlement": _settlement(row),
        "payment": _payment(data, row, known),
        "groups": _groups(data, row["code"], lines),
        "not_paid": [cells[1:] for cells in printed.not_paid_rows(data, not_paid)],
        "identity": printed.facts(data),
    }


def _highlights(data: Snapshot, row: dict[str, Any], lines: list[dict[str, Any]]) -> list[dict[str, str]]:
    due = french.day(snapshot.due_on(data)) or "à la finalisation"
    return [
        {"label": "À payer", "value": french.euros(row["payable_cents"])},
        {"label": "À payer au plus tard le", "value": due},
        {"label": "Lignes", "value": french.number(len(lines))},
    ]


def _settlement(row: dict[str, Any]) -> list[list[str]]:
    rows = [
        ["Total de vos lignes", french.euros(row["total_cents"])],
        ["Solde repris du relevé précédent", french.euros(row["carried_in_cents"])],
    ]
    if row["carried_out_cents"]:
        rows.append(["Solde négatif, reporté au relevé suivant", french.euros(row["carried_out_cents"])])
    return [*rows, ["À payer", french.euros(row["payable_cents"])]]


def _payment(data: Snapshot, row: dict[str, Any], known: dict[str, Any]) -> str:
    if row["payable_cents"] <= 0:
        return "Rien n’est à payer au titre de ce relevé."
    if not snapshot.is_final(data):
        return "Le virement sera préparé après la finalisation du relevé."
    iban = str(known.get("iban") or "")
    account = f" sur le compte {iban[:4]} … {iban[-4:]}" if iban else ""
    holder = f" de {known['titulaire']}" if known.get("titulaire") else ""
    return f"Virement{account}{holder}, référence {snapshot.number(data)}."


def _groups(data: Snapshot, payee: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines by nature; those of an association taken over name it."""
    groups = []
    for kind, label in french.KINDS.items():
        for code in sorted({line["association"] for line in lines}):
            mine = [line for line in lines if line["kind"] == kind and line["association"] == code]
            origin = "" if code == payee else f" – {snapshot.association(data, code)['nom']}"
            if mine:
                title = _plural(label, len(mine)) + origin
                groups.append(printed.group(title, [{**line, "kind": _said(line)} for line in mine]))
    return groups


def _said(line: dict[str, Any]) -> str:
    """The title says the nature of the lines: only what a line corrects is repeated beside it."""
    return str(line["kind"]) if line.get("corrects") else "courant"


def _plural(label: str, number: int) -> str:
    words = {"Courant": "Acte du trimestre", "Rattrapage": "Rattrapage", "Régularisation": "Régularisation"}
    one = words[label]
    return one if number < 2 else one.replace("Acte", "Actes") if label == "Courant" else one + "s"
