"""Journal entries in the layout of the FEC (LPF, art. A47 A-1), for the accounting software to take in.

Eighteen columns, tabs, comma decimals, UTF-8. It is not the FEC of the federation: it is what feeds its books. Accounts
come from the convention's file (`comptes`). Money is whole cents, signed: positive is a debit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from etl.model.errors import SaisinesError
from reports import french, snapshot
from reports.fec_rules import COLUMNS, fec_errors
from reports.snapshot import Snapshot

ACCOUNT_NAMES = {
    "401": "Fournisseurs",
    "4081": "Fournisseurs, factures non parvenues",
    "467": "Autres comptes débiteurs ou créditeurs",
    "4686": "Charges à payer",
    "512": "Banques",
    "611": "Sous-traitance générale",
    "6571": "Aides financières octroyées",
}
JOURNALS = {"REG": "Règlement des conventions", "BQ": "Banque", "OD": "Opérations diverses"}
ACCRUALS = {"401": "4081"}  # the account of charges to pay that goes with the third parties' one; else 4686
REVIEW = "à vérifier"


@dataclass(frozen=True)
class Movement:
    """One side of an entry: an account, the third party if it has one, cents (debit positive, credit negative)."""

    account: str
    cents: int
    third_party: tuple[str, str] | None = None


@dataclass(frozen=True)
class Entry:
    """A balanced entry.

    Attributes:
        validated_on: the day it is validated; None for an entry that a person must review.
    """

    journal: str
    on: date
    reference: str
    reference_on: date
    label: str
    movements: tuple[Movement, ...]
    validated_on: date | None


def statement_entries(data: Snapshot) -> list[Entry]:
    """What a finalised statement owes: the charge against each payee's account, by the signed total of its lines.

    A balance carried from one statement to the next needs no entry: it stands in the payee's account.
    """
    statement, accounts = data["statement"], _accounts(data["convention"])
    if not snapshot.is_final(data):
        raise SaisinesError("Les écritures se font d’un relevé finalisé : finaliser le relevé d’abord.")
    on = date.fromisoformat(statement["finalised_on"])
    credits = [
        Movement(accounts["tiers"], -row["total_cents"], _third_party(data, row["code"]))
        for row in statement["payees"]
        if row["total_cents"]
    ]
    if not credits:
        return []
    charge = Movement(accounts["charge"], -sum(movement.cents for movement in credits))
    label = f"Relevé {statement['convention']} {french.short_quarter(statement['quarter'])}"
    movements = (charge, *credits) if charge.cents else tuple(credits)
    return [Entry("REG", on, statement["number"], on, label, movements, on)]


def payment_entries(
    data: Snapshot, message_id: str, sent: dict[str, int], execution_on: date, validated_on: date | None
) -> list[Entry]:
    """What a batch takes from the bank, whole, as the bank books it: each payee's account against the bank.

    Args:
        data: the statement's snapshot.
        message_id: the identifier of the payment file.
        sent: code of the payee → cents, of all its transfers; one that came back has `return_entry` besides.
        execution_on: the day the bank executes it.
        validated_on: the day of the bank's last answer; None while transfers wait for one.
    """
    accounts = _accounts(data["convention"])
    debits = [Movement(accounts["tiers"], cents, _third_party(data, code)) for code, cents in sorted(sent.items())]
    if not debits:
        return []
    bank = Movement(accounts["banque"], -sum(sent.values()))
    label = f"Virements {snapshot.number(data)}"
    return [Entry("BQ", execution_on, message_id, execution_on, label, (*debits, bank), validated_on)]


def payee_entry(data: Snapshot, on: date, reference: str, label: str, code: str, cents: int, checked: bool) -> Entry:
    """One payee's account against the bank: paid by hand, a transfer that came back, an order to repay that was settled.

    Args:
        data: the statement's snapshot.
        on: the day.
        reference: of the piece: an end-to-end identifier, a number.
        label: what happened, in words.
        code: of the payee.
        cents: what was paid to it; negative when it is the bank that receives.
        checked: False for an entry that a person must review.
    """
    accounts = _accounts(data["convention"])
    movements = (Movement(accounts["tiers"], cents, _third_party(data, code)), Movement(accounts["banque"], -cents))
    return Entry(
        "BQ", on, reference, on, label if checked else f"{label}, {REVIEW}", movements, on if checked else None
    )


def accrual_entries(convention: dict[str, Any], year: int, known_cents: int, missing_cents: int) -> list[Entry]:
    """The year's charges not yet on a statement, at 31 December, taken back on 1 January; all to be reviewed.

    Args:
        convention: its file as a dict.
        year: the civil year that closes.
        known_cents: acts of the year that are known and on no statement.
        missing_cents: what the missing fiches of the year's saisines are estimated at.
    """
    accounts = _accounts(convention)
    provision = ACCRUALS.get(accounts["tiers"], "4686")
    closing, opening = date(year, 12, 31), date(year + 1, 1, 1)
    entries = []
    for words, cents in (
        ("actes connus non portés sur un relevé", known_cents),
        ("fiches manquantes, estimation", missing_cents),
    ):
        if not cents:
            continue
        reference = f"CAP-{convention['code']}-{year}"
        for on, sign, what in ((closing, 1, "Charges à payer"), (opening, -1, "Extourne")):
            movements = (Movement(accounts["charge"], sign * cents), Movement(provision, -sign * cents))
            label = f"{what} {convention['code']} {year} : {words}, {REVIEW}"
            entries.append(Entry("OD", on, reference, closing, label, movements, None))
    return sorted(entries, key=lambda entry: entry.on)


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Entries as a file holds them: by day of validation, which the law asks for, or their own while it waits."""
    return sorted(entries, key=lambda one: (one.validated_on or one.on, one.on, one.journal, one.reference, one.label))


def render_fec(entries: Iterable[Entry], first_number: int = 1) -> bytes:
    """The entries as a file, numbered without gap from `first_number`, checked against the rules of the layout.

    Raises:
        SaisinesError: the file would break a rule: an account without three digits, an entry that does not balance.
    """
    rows = [list(COLUMNS)]
    for number, entry in enumerate(entries, first_number):
        rows += [_row(number, entry, movement) for movement in entry.movements]
    content = "".join("\t".join(map(_clean, row)) + "\r\n" for row in rows).encode()
    if errors := fec_errors(content, first_number):
        raise SaisinesError(f"Écritures non conformes : {errors[0]}")
    return content


def file_name(siret: str, closing_on: date) -> str:
    """The name that the law gives the file: `SirenFECAAAAMMJJ.txt`."""
    return f"{siret[:9]}FEC{closing_on:%Y%m%d}.txt"


def _row(number: int, entry: Entry, movement: Movement) -> list[str]:
    code, name = movement.third_party or ("", "")
    return [
        entry.journal,
        JOURNALS[entry.journal],
        str(number),
        f"{entry.on:%Y%m%d}",
        movement.account,
        _account_name(movement.account),
        code,
        name,
        entry.reference,
        f"{entry.reference_on:%Y%m%d}",
        entry.label,
        _amount(max(0, movement.cents)),
        _amount(max(0, -movement.cents)),
        "",
        "",
        f"{entry.validated_on:%Y%m%d}" if entry.validated_on else "",
        "",
        "",
    ]


def _account_name(account: str) -> str:
    known = [name for name in ACCOUNT_NAMES if account.startswith(name)]
    return ACCOUNT_NAMES[max(known, key=len)] if known else f"Compte {account}"


def _amount(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"


def _clean(text: str) -> str:
    """No separator, no line break, and no sign at the head that a spreadsheet would read as a formula."""
    return " ".join(text.replace("|", " ").split()).lstrip("=+-@ ")


def _accounts(convention: dict[str, Any]) -> dict[str, str]:
    accounts: dict[str, str] = convention.get("comptes") or {}
    missing = [name for name in ("charge", "tiers", "banque") if not accounts.get(name)]
    if missing:
        raise SaisinesError(f"Convention {convention['code']} : compléter `comptes` ({', '.join(missing)}).")
    return accounts


def _third_party(data: Snapshot, code: str) -> tuple[str, str]:
    return code, str(snapshot.association(data, code)["nom"])
