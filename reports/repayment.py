"""The order to repay (ordre de reversement): a negative balance that no later statement of the convention can recover."""

from typing import Any

from reports import french, printed, snapshot
from reports.snapshot import Snapshot
from reports.typeset import render_pdf


def render_repayment(data: Snapshot, payee: str, cents: int, reason: str) -> bytes:
    """The order to repay of one payee, a PDF.

    Args:
        data: the snapshot of the statement that carried the balance out.
        payee: the code of the association that owes.
        cents: what it owes, positive.
        reason: why no statement can recover it, a sentence.

    Raises:
        ValueError: nothing is owed.
    """
    if cents <= 0:
        raise ValueError("an order to repay is for a positive amount")
    return render_pdf("reversement.typ", repayment_data(data, payee, cents, reason), snapshot.made_at(data))


def repayment_data(data: Snapshot, payee: str, cents: int, reason: str) -> dict[str, Any]:
    """What the template prints."""
    statement, federation = data["statement"], data["federation"]
    subtitle = f"{statement['convention']} – {french.quarter(statement['quarter'])} – {data['convention']['nom']}"
    frame = printed.frame(data, "Ordre de reversement", subtitle)
    reference = f"{snapshot.number(data)} {payee}"
    return {
        **frame,
        "payer": {**frame["payer"], "role": "Créancier"},
        "payee": {**printed.payee(snapshot.association(data, payee)), "role": "Débiteur"},
        "highlights": [
            {"label": "À reverser", "value": french.euros(cents)},
            {"label": "Référence à rappeler", "value": reference},
        ],
        "reason": reason,
        "payment": f"Par virement sur le compte {french.iban(federation['iban'])} de {federation['nom']}, "
        f"en rappelant la référence {reference}.",
        "identity": [pair for pair in printed.facts(data) if pair[0] not in ("Payeur", "À payer au plus tard le")],
    }
