"""How figures, days and codes are written for a French reader: display only, nothing here is computed with.

Amounts come in as whole cents and dates as ISO text, as in `releve.json` (contract, outputs.md §2).
"""

from datetime import date
from decimal import Decimal

from etl.model.codes import PRESTATION_NAMES, QUALITE_NAMES
from etl.model.money import MINUS, NARROW, euros

__all__ = [
    "MINUS",
    "NARROW",
    "amount",
    "count",
    "day",
    "euros",
    "iban",
    "number",
    "percent",
    "quarter",
    "share",
    "short_quarter",
    "siret",
]

NO_BREAK = "\u00a0"  # between a number and its noun

PRESTATIONS = PRESTATION_NAMES
KINDS = {"courant": "Courant", "rattrapage": "Rattrapage", "regularisation": "Régularisation"}
SEVERITIES = {"B": "Bloquant", "H": "En attente", "W": "À vérifier", "I": "Information"}
STATUSES = {"brouillon": "Brouillon", "soumis": "Provisoire", "approuve": "Approuvé", "finalise": "Définitif"}
QUALITES = {code: name.capitalize() for code, name in QUALITE_NAMES.items()}
ISSUES = {
    "pris_en_charge": "Pris en charge",
    "injoignable": "Injoignable",
    "refus": "Refus",
    "reoriente": "Réorienté",
    "hors_champ": "Hors champ",
    "soutien_impossible": "Soutien impossible",
}
NATURES = {
    "aide": "État de règlement d’une aide financière",
    "autofacture": "Autofacture",
}
EXAMPLE = "Montants d’exemple : aucun barème réel n’est public."


def number(value: int) -> str:
    """A whole number with its thousands apart: `12 345`."""
    sign = MINUS if value < 0 else ""
    return sign + f"{abs(value):,}".replace(",", NARROW)


def amount(cents: int) -> str:
    """Cents as euros without the sign of the currency, for a column headed in euros: `1 234,56`."""
    return euros(cents).rstrip(NARROW + "€")


def percent(value: int | str | Decimal) -> str:
    """A signed rate in percent, empty when it is zero: `+12,5 %`."""
    rate = Decimal(str(value)).normalize()
    if not rate:
        return ""
    sign = "+" if rate > 0 else MINUS
    return f"{sign}{abs(rate):f}".replace(".", ",") + NARROW + "%"


def share(part: int, whole: int) -> str:
    """A share in percent, one decimal, half up: `37,5 %`; a dash when there is nothing to share."""
    if not whole:
        return "–"
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10},{tenths % 10}{NARROW}%"


def day(iso: str | date | None) -> str:
    """A day as `jj/mm/aaaa`, empty when there is none."""
    if not iso:
        return ""
    value = iso if isinstance(iso, date) else date.fromisoformat(iso)
    return f"{value:%d/%m/%Y}"


def quarter(code: str) -> str:
    """`2026-T1` as `1er trimestre 2026`."""
    year, rank = code.split("-T")
    return f"{rank}{'er' if rank == '1' else 'e'} trimestre {year}"


def short_quarter(code: str) -> str:
    """`2026-T1` as `T1 2026`."""
    year, rank = code.split("-T")
    return f"T{rank} {year}"


def siret(digits: str | None) -> str:
    """A SIRET in its four usual groups: `990 000 010 00019`."""
    text = digits or ""
    groups = (text[:3], text[3:6], text[6:9], text[9:])
    return NO_BREAK.join(groups) if len(text) == 14 else text


def iban(text: str | None) -> str:
    """An IBAN in groups of four."""
    compact = (text or "").replace(" ", "")
    return NO_BREAK.join(compact[i : i + 4] for i in range(0, len(compact), 4))


def count(value: int, singular: str, plural: str | None = None) -> str:
    """A number and its noun, plural from two on: `1 ligne`, `2 lignes`."""
    noun = singular if abs(value) < 2 else plural or singular + "s"
    return f"{number(value)}{NO_BREAK}{noun}"
