"""What every document of a statement reads from its snapshot, in one place.

The snapshot is the plain data kept with a finalised statement, so that a document made again years later gives the same
bytes: a change of address or of tariff changes nothing old. Keys:

* `statement`: the statement's data (contract, outputs.md §2); `parked` is a list of {`code`, `detail`}
* `convention`: the convention file as a dict, and `fingerprint`, the version of that file
* `tariff_rows`: the tariff in force in words, the rows of `etl.model.tariff_text.schedule` then those of `.terms`
* `associations`: code → `nom, siret, rna, departement, iban, bic, titulaire, email`, `adresse` (lines) and
  `payee` (the code that is paid when it is not the association itself: the end of the `successeur` chain)
* `federation`: `nom, siret, iban, bic, adresse` (a dict: `rue, numero, code_postal, ville, pays`)
* `year`: `year`, `envelope_cents` (or None), `consumed_cents`, `quarters`: [{`quarter`, `total_cents`}]
* `controls`: [{`label`, `expected`, `found`, `unit` ('eur' for cents, else a count)}]
* `sentences`: code of a discrepancy or of a reason → its French sentence
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from reports import french

Snapshot = dict[str, Any]
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def title(snapshot: Snapshot) -> str:
    """The name of the document: what it is, of which convention and quarter."""
    statement = snapshot["statement"]
    return f"Relevé de règlement – {statement['convention']} – {french.quarter(statement['quarter'])}"


def number(snapshot: Snapshot) -> str:
    """The statement's number, or its state while it has none."""
    statement = snapshot["statement"]
    return str(statement.get("number") or f"{french.STATUSES[statement['status']]}, sans numéro")


def is_final(snapshot: Snapshot) -> bool:
    """Whether the statement is finalised: any other document is marked."""
    return bool(snapshot["statement"]["status"] == "finalise")


def mark(snapshot: Snapshot) -> str:
    """The word written across what is not final; empty when it is."""
    status = snapshot["statement"]["status"]
    return {"finalise": "", "soumis": "PROVISOIRE"}.get(status, french.STATUSES[status].upper())


def is_example(snapshot: Snapshot) -> bool:
    """Whether amounts are examples, which every document then says."""
    return bool(snapshot["convention"].get("exemple"))


def made_at(snapshot: Snapshot) -> datetime:
    """The instant written into files in place of the clock: the day of finalisation, else the cutoff."""
    statement = snapshot["statement"]
    made_on = date.fromisoformat(statement.get("finalised_on") or statement["cutoff"])
    return datetime(made_on.year, made_on.month, made_on.day)  # noqa: DTZ001  a civil day, written without a zone


def due_on(snapshot: Snapshot) -> date | None:
    """The day to pay by: finalisation plus the convention's delay; none before finalisation."""
    finalised_on = snapshot["statement"].get("finalised_on")
    delay = snapshot["convention"].get("piece", {}).get("delai_paiement_jours")
    if not finalised_on or delay is None:
        return None
    return date.fromisoformat(finalised_on) + timedelta(days=delay)


def nature(snapshot: Snapshot) -> str:
    """The nature of the document, as the convention's file states it, in words."""
    word = str(snapshot["convention"].get("piece", {}).get("nature", ""))
    return french.NATURES.get(word, word)


def mention(snapshot: Snapshot) -> str:
    """The mention that law or the convention asks for on the document."""
    return str(snapshot["convention"].get("piece", {}).get("mention", ""))


def association(snapshot: Snapshot, code: str) -> dict[str, Any]:
    """An association of the register; one that the register does not know has only its code."""
    known: dict[str, Any] = snapshot["associations"].get(code, {})
    return {"nom": code, **known, "code": code}


def payee_of(snapshot: Snapshot, code: str) -> str:
    """Who is paid for what the association `code` did."""
    return str(snapshot["associations"].get(code, {}).get("payee") or code)


def sentence(snapshot: Snapshot, code: str) -> str:
    """The French sentence of a code, or the code itself when the catalogue lacks it."""
    return str(snapshot["sentences"].get(code, code))


def parked(snapshot: Snapshot) -> list[str]:
    """Why the statement cannot be finalised: a sentence for each code, with its first days or saisines."""
    details: dict[str, list[str]] = {}
    for reason in snapshot["statement"].get("parked", []):
        details.setdefault(reason["code"], []).append(str(reason.get("detail") or ""))
    return [f"{sentence(snapshot, code)} ({_some(found)})" for code, found in sorted(details.items())]


def detail_words(detail: str | None) -> str:
    """What a discrepancy adds to its sentence; a day is written as people read it."""
    return french.day(detail) if detail and DAY.fullmatch(detail) else detail or ""


def _some(found: list[str], most: int = 5) -> str:
    named = [detail_words(one) for one in found[:most]]
    left = len(found) - most
    return ", ".join(named) + (f" et {french.count(left, 'autre')}" if left > 0 else "")


def total(lines: Iterable[dict[str, Any]]) -> int:
    """The sum of printed lines, in cents."""
    return sum(line["amount_cents"] for line in lines)


def identity(snapshot: Snapshot) -> list[tuple[str, str]]:
    """What every document carries (outputs.md §3): labels and values, in order."""
    statement, convention, payer = snapshot["statement"], snapshot["convention"], snapshot["federation"]
    rows = [
        ("Relevé", number(snapshot)),
        ("État", french.STATUSES[statement["status"]]),
        ("Convention", f"{statement['convention']} – {convention['nom']}"),
        ("Financeur", convention["financeur"]),
        ("Période", french.quarter(statement["quarter"])),
        ("Arrêté au", french.day(statement["cutoff"])),
        ("Finalisé le", french.day(statement.get("finalised_on")) or "non finalisé"),
        ("À payer au plus tard le", french.day(due_on(snapshot)) or "fixé à la finalisation"),
        ("Payeur", f"{payer['nom']} – SIRET {french.siret(payer['siret'])}"),
        ("Nature", nature(snapshot)),
        ("Mention", mention(snapshot)),
        ("Empreinte du relevé", statement.get("digest") or ""),
        ("Version du fichier de convention", convention.get("fingerprint", "")),
    ]
    rows += [("Parqué", words) for words in parked(snapshot)]
    return rows + ([("Montants", french.EXAMPLE)] if is_example(snapshot) else [])
