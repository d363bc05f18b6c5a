"""What the printed documents of a statement share: lines as rows of words and figures, the year, the page's frame."""

from collections.abc import Iterable
from typing import Any

from reports import french, snapshot
from reports.snapshot import Snapshot

Row = dict[str, Any]


def frame(data: Snapshot, title: str, subtitle: str) -> dict[str, Any]:
    """What is printed on every page: title, number, payer, notices, marks, fingerprints."""
    statement, made_at = data["statement"], snapshot.made_at(data)
    digest, version = statement.get("digest") or "", data["convention"].get("fingerprint", "")
    return {
        "title": title,
        "subtitle": subtitle,
        "number": snapshot.number(data),
        "made": [made_at.year, made_at.month, made_at.day],
        "mark": snapshot.mark(data),
        "notices": notices(data),
        "payer": payer(data),
        "footer": " – ".join(_foot(data)),
        "fingerprints": f"Empreinte {digest} · convention {version[:12]}",
    }


def _foot(data: Snapshot) -> list[str]:
    finalised_on = french.day(data["statement"].get("finalised_on"))
    foot = [snapshot.number(data), f"arrêté au {french.day(data['statement']['cutoff'])}"]
    foot += [f"finalisé le {finalised_on}"] if finalised_on else []
    return foot + (["montants d’exemple"] if snapshot.is_example(data) else [])


def notices(data: Snapshot) -> list[str]:
    """What the reader must know first: that the document is not final, that amounts are examples."""
    said = {
        "brouillon": "Brouillon : ces montants peuvent encore changer.",
        "soumis": "Document provisoire : il ne vaut pas règlement et peut encore être contesté.",
        "approuve": "Document approuvé, non encore finalisé : il ne vaut pas règlement.",
    }.get(data["statement"]["status"])
    parked = [f"Parqué : {words}" for words in snapshot.parked(data)]
    return [*([said] if said else []), *parked, *([french.EXAMPLE] if snapshot.is_example(data) else [])]


def facts(data: Snapshot) -> list[list[str]]:
    """The document's identity; what is already among the notices is left out."""
    return [list(pair) for pair in snapshot.identity(data) if pair[0] not in ("Montants", "Parqué")]


def payer(data: Snapshot) -> dict[str, Any]:
    """The federation, as a party of the document."""
    known = data["federation"]
    return {
        "role": "Payeur",
        "nom": known["nom"],
        "lines": [*address_lines(known.get("adresse")), f"SIRET {french.siret(known['siret'])}"],
    }


def payee(known: Row) -> dict[str, Any]:
    """An association, as a party of the document."""
    identifiers = [f"SIRET {french.siret(known.get('siret'))}"] if known.get("siret") else []
    identifiers += [f"RNA {known['rna']}"] if known.get("rna") else []
    lines = [f"Code {known['code']}", *address_lines(known.get("adresse")), *identifiers]
    return {"role": "Bénéficiaire", "nom": known["nom"], "lines": lines}


def address_lines(address: Row | None) -> list[str]:
    """A structured address as the lines of an envelope."""
    if not address:
        return []
    street = " ".join(part for part in (address.get("numero"), address.get("rue")) if part)
    town = " ".join(part for part in (address.get("code_postal"), address.get("ville")) if part)
    return [line for line in (street, town) if line]


def line_row(line: Row) -> list[str]:
    """A line of the detail: saisine, prestation, day, n-th, price, uplift, amount, what it is."""
    note = f"corrige {line['corrects']}" if line.get("corrects") else ""
    kind = "" if line["kind"] == "courant" else french.KINDS[line["kind"]].lower()
    return [
        line["saisine"],
        french.PRESTATIONS[line["prestation"]],
        french.day(line["act_date"]),
        str(line["nth"]),
        french.amount(line["base_cents"]),
        french.percent(line["uplift_pct"]),
        french.amount(line["amount_cents"]),
        note or kind,
    ]


def group(title: str, lines: list[Row]) -> dict[str, Any]:
    """Lines under a title, and their sum as the last row."""
    total = french.amount(snapshot.total(lines))
    return {"title": title, "rows": [*map(line_row, lines), ["Total", "", "", "", "", "", total, ""]]}


def not_paid_rows(data: Snapshot, rows: Iterable[Row]) -> list[list[str]]:
    """Acts not paid: association, saisine, prestation, day, reason in words."""
    return [
        [
            row["association"],
            row["saisine"],
            french.PRESTATIONS[row["prestation"]],
            french.day(row["act_date"]),
            snapshot.sentence(data, row["reason"]),
        ]
        for row in rows
    ]


def year(data: Snapshot) -> dict[str, Any]:
    """The four quarters as bars (heights in thousandths of the tallest) and the envelope."""
    known = data["year"]
    totals = {row["quarter"]: row["total_cents"] for row in known["quarters"]}
    codes = [f"{known['year']}-T{rank}" for rank in (1, 2, 3, 4)]
    tallest = max([1, *totals.values()])
    bars = [
        {
            "label": code[-2:],
            "amount": french.euros(totals[code]) if totals.get(code) else "–",
            "permille": max(0, totals.get(code, 0)) * 1000 // tallest,
            "current": code == data["statement"]["quarter"],
        }
        for code in codes
    ]
    return {"label": str(known["year"]), "quarters": bars, **_envelope(known)}


def _envelope(known: Row) -> dict[str, Any]:
    envelope, consumed = known.get("envelope_cents"), known.get("consumed_cents", 0)
    if envelope is None:
        return {"envelope": None}
    return {
        "envelope": french.euros(envelope),
        "consumed": french.euros(consumed),
        "consumed_permille": max(0, consumed) * 1000 // max(1, envelope),
        "consumed_share": french.share(max(0, consumed), envelope),
    }
