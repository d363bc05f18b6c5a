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
    frame = printed.frame(data, _title(data, row), subtitle)
    return {
        **frame,
        **_parties(data, frame["payer"], printed.payee(known)),
        "number": note_number(data, row["code"]),
        "mention": snapshot.mention(data),
        "highlights": _highlights(data, row, lines),
        "settlement": _settlement(data, row),
        "payment": _payment(data, row, known),
        "groups": _groups(data, row["code"], lines),
        "not_paid": [cells[1:] for cells in printed.not_paid_rows(data, not_paid)],
        "identity": [["Document", note_number(data, row["code"])], *printed.facts(data)],
    }


def _highlights(data: Snapshot, row: dict[str, Any], lines: list[dict[str, Any]]) -> list[dict[str, str]]:
    due = (french.day(snapshot.due_on(data)) or "à la finalisation") if row["payable_cents"] > 0 else "sans objet"
    return [
        {"label": "À payer", "value": french.euros(row["payable_cents"])},
        {"label": "À payer au plus tard le", "value": due},
        {"label": "Lignes", "value": french.number(len(lines))},
    ]


def note_number(data: Snapshot, code: str) -> str:
    """The number of a note: the statement's and the payee's code, so that each payee has its own series without gap."""
    return f"{snapshot.number(data)}-{code}" if snapshot.is_final(data) else snapshot.number(data)


def _is_invoice(data: Snapshot) -> bool:
    return bool(data["convention"].get("piece", {}).get("nature") == "autofacture")


def _title(data: Snapshot, row: dict[str, Any]) -> str:
    """What the paper is: an aid's note, or the invoice that the federation makes out for the association."""
    if not _is_invoice(data):
        return "Avis de règlement"
    word = "Autofacture" if row["total_cents"] >= 0 else "Avoir d’autofacturation"
    return word if snapshot.is_final(data) else f"Projet d’{word[0].lower()}{word[1:]}"


def _parties(data: Snapshot, payer: dict[str, Any], payee: dict[str, Any]) -> dict[str, Any]:
    roles = ("Client", "Fournisseur") if _is_invoice(data) else ("Payeur", "Bénéficiaire")
    return {"payer": {**payer, "role": roles[0]}, "payee": {**payee, "role": roles[1]}}


def _settlement(data: Snapshot, row: dict[str, Any]) -> list[list[str]]:
    total = french.euros(row["total_cents"])
    rows = [["Total de vos lignes", total]]
    if _is_invoice(data):
        rows = [["Total hors taxes", total], ["TVA non applicable", french.euros(0)]]
    rows.append(["Solde repris du relevé précédent", french.euros(row["carried_in_cents"])])
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
    """The lines by nature; where those of an association taken over are among them, each group names whose it is."""
    groups, codes = [], sorted({line["association"] for line in lines})
    for kind, label in french.KINDS.items():
        for code in codes:
            mine = [line for line in lines if line["kind"] == kind and line["association"] == code]
            origin = "" if codes == [payee] else f" – {snapshot.association(data, code)['nom']}"
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
