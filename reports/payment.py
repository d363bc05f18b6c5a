"""The payment file of a batch: ISO 20022 pain.001.001.09, valid against the schema, the same bytes for the same data.

sepaxml builds the message; what it takes from the clock and from chance (message and batch identifiers, instant of
creation) is then set from the statement's number, the batch's number and the data.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.model.calendar import is_target_day, target_day_from
from etl.model.errors import SaisinesError
from etl.model.identifiers import bic_error, iban_error
from reports import french
from reports.sepa_text import sepa_text

if TYPE_CHECKING:
    from lxml.etree import _Element

SCHEMA = "pain.001.001.09"
NAMESPACE = f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"
PAYABLE_STATES = ("a_payer", "rejete")
OUT_OF_SEPA = {"NC", "PF", "WF"}  # French territories in francs CFP: their banks take no SEPA transfer
MOST_CENTS = 99_999_999_999  # 999 999 999,99 €, the most a SEPA transfer holds
NAME, REMITTANCE, IDENTIFIER = 70, 140, 35  # characters

ADDRESS = (  # sepaxml's name, ours, characters
    ("street_name", "rue", 70),
    ("building_number", "numero", 16),
    ("postcode", "code_postal", 16),
    ("town", "ville", 35),
    ("country", "pays", 2),
)


@dataclass(frozen=True)
class Held:
    """A payee that is not in the batch, and why, in words."""

    code: str
    nom: str
    payable_cents: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class PaymentFile:
    """A batch: its file (None when nobody is to be paid), what it pays and whom it leaves out.

    Attributes:
        identifiers: code of each payee paid → its end-to-end identifier, by which the bank answers.
    """

    xml: bytes | None
    message_id: str
    total_cents: int
    identifiers: dict[str, str]
    held: tuple[Held, ...]


def render_payment(
    number: str,
    batch: int,
    payer: dict[str, Any],
    payees: Iterable[dict[str, Any]],
    execution_on: date,
    made_at: datetime,
) -> PaymentFile:
    """The payment file of one batch of a statement.

    Args:
        number: the statement's number.
        batch: the batch's number within the statement, from 1.
        payer: `nom, iban, bic` and, structured or absent, `adresse`.
        payees: `code, nom, titulaire, iban, bic, adresse`, `payable_cents`, `state` (rules §9) and `held`, the reasons
            in words for which a person or a check stopped it (IBAN changed, wrong identifier).
        execution_on: the day the bank executes, a TARGET day.
        made_at: the instant the file says it was made, from the data.

    Raises:
        SaisinesError: the day is not a TARGET day, or the payer's own bank details are wrong.
    """
    _check_day(execution_on)
    _check_payer(payer)
    message_id = identifier(f"{number}-L{batch:02d}")
    paid, held = [], []
    for payee in sorted(payees, key=lambda payee: str(payee["code"])):
        reasons = reasons_to_hold(payee)
        if reasons:
            held.append(Held(payee["code"], payee["nom"], payee["payable_cents"], reasons))
        else:
            paid.append(payee)
    identifiers = {payee["code"]: end_to_end_id(number, batch, payee["code"]) for payee in paid}
    xml = _message(message_id, number, payer, paid, identifiers, execution_on, made_at) if paid else None
    total = sum(payee["payable_cents"] for payee in paid)
    return PaymentFile(xml, message_id, total, identifiers, tuple(held))


def identifier(text: str) -> str:
    """An identifier of at most 35 characters that banks take; a longer one ends with a fingerprint of the whole."""
    clean = sepa_text(text, 200).replace(" ", "-").strip("/-")
    if len(clean) <= IDENTIFIER:
        return clean
    return f"{clean[: IDENTIFIER - 9]}-{sha256(text.encode()).hexdigest()[:8]}"


def end_to_end_id(number: str, batch: int, code: str) -> str:
    """The identifier of one payee's transfer in one batch: the bank sends it back with its answer."""
    return identifier(f"{number}-{code}-{batch}")


def reasons_to_hold(payee: dict[str, Any]) -> tuple[str, ...]:
    """Why a payee is not paid now, in words; empty when it is."""
    if payee["payable_cents"] <= 0:
        return ("Rien à payer.",)
    if payee.get("state", "a_payer") not in PAYABLE_STATES:
        stopped = tuple(payee.get("held") or ())
        return stopped or (f"Déjà {STATE_WORDS.get(payee['state'], payee['state'])}.",)
    found = [*(payee.get("held") or ()), iban_error(payee.get("iban") or ""), bic_error(payee.get("bic") or "")]
    if (payee.get("bic") or "")[4:6].upper() in OUT_OF_SEPA:
        found.append("Compte hors de l’espace SEPA : virement à faire à la main.")
    if payee["payable_cents"] > MOST_CENTS:
        found.append("Montant au-delà de ce qu’un virement SEPA admet.")
    return tuple(dict.fromkeys(reason for reason in found if reason))


STATE_WORDS = {"bloque": "bloqué", "transmis": "transmis à la banque", "paye": "payé"}


def _check_day(execution_on: date) -> None:
    if not is_target_day(execution_on):
        following = french.day(target_day_from(execution_on))
        raise SaisinesError(
            f"Le {french.day(execution_on)} n’est pas un jour d’ouverture de TARGET : le {following} en est un."
        )


def _check_payer(payer: dict[str, Any]) -> None:
    error = iban_error(payer.get("iban") or "") or bic_error(payer.get("bic") or "")
    if error:
        raise SaisinesError(f"Coordonnées bancaires de la fédération : {error}")


def _message(
    message_id: str,
    number: str,
    payer: dict[str, Any],
    paid: list[dict[str, Any]],
    identifiers: dict[str, str],
    execution_on: date,
    made_at: datetime,
) -> bytes:
    from sepaxml.transfer import SepaTransfer

    transfer: Any = SepaTransfer(_debtor(payer), schema=SCHEMA, clean=False)  # type: ignore[no-untyped-call]
    for payee in paid:
        transfer.add_payment(
            {
                "name": sepa_text(payee.get("titulaire") or payee["nom"], NAME),
                "IBAN": _compact(payee["iban"]),
                "BIC": _compact(payee["bic"]),
                "amount": payee["payable_cents"],
                "execution_date": execution_on,
                "description": sepa_text(f"{number} {payer['nom']}", REMITTANCE),
                "endtoend_id": identifiers[payee["code"]],
                "address": _address(payee.get("adresse")),
            }
        )
    return _fixed(transfer.export(validate=False), message_id, made_at)


def _debtor(payer: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": sepa_text(payer["nom"], NAME),
        "IBAN": _compact(payer["iban"]),
        "BIC": _compact(payer["bic"]),
        "batch": True,
        "currency": "EUR",
        "address": _address(payer.get("adresse")),
    }


def _compact(text: str) -> str:
    return "".join(text.split()).upper()


def _address(address: dict[str, Any] | None) -> dict[str, str]:
    """A structured address, or none: banks refuse the others since 15 November 2026.

    A town and a country are the least it holds.
    """
    if not address or not address.get("ville") or not address.get("pays"):
        return {}
    return {name: sepa_text(address[key], length) for name, key, length in ADDRESS if address.get(key)}


def _fixed(content: bytes, message_id: str, made_at: datetime) -> bytes:
    """The message with identifiers and instant that come from the data, checked against the schema."""
    from lxml import etree

    root = etree.fromstring(content)
    for path, value in (
        ("GrpHdr/p:MsgId", message_id),
        ("GrpHdr/p:CreDtTm", made_at.isoformat(timespec="seconds")),
        ("PmtInf/p:PmtInfId", message_id),
    ):
        for node in root.iterfind(f"p:CstmrCdtTrfInitn/p:{path}", {"p": NAMESPACE}):
            node.text = value
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    if errors := schema_errors(made):
        raise SaisinesError(f"Fichier de virement non conforme au schéma {SCHEMA} : {errors[0]}")
    return made


def schema_errors(content: bytes) -> list[str]:
    """What the official schema, as sepaxml ships it, finds wrong with a payment file; empty when it is valid."""
    import sepaxml
    from lxml import etree

    folder = Path(sepaxml.__file__).parent / "schemas"
    schema = etree.XMLSchema(etree.parse(folder / f"{SCHEMA}.xsd"))
    document: _Element = etree.fromstring(content)
    schema.validate(document)
    return [f"ligne {error.line} : {error.message}" for error in schema.error_log]
