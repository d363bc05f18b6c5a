"""What a discrepancy adds to its sentence, in words: the engine's details are figures, days and codes."""

from __future__ import annotations

import re
from collections.abc import Callable

from reports import french

_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_COUNT = re.compile(r"\b(PSY|JUR|SOC) (\d+) / (\d+)")
_PARTS = re.compile(r"\b(PEC|CAR|REO|PSY|JUR|SOC)\b")


def days(told: str) -> str:
    """The same text with its ISO days written as in France."""
    return _ISO.sub(r"\3/\2/\1", told)


def _attempts(told: str) -> str:
    made, _, asked = told.partition(" / ")
    return f"{french.count(int(made), 'tentative')} sur {asked} demandées" if made.isdecimal() else told


def _declared(told: str) -> str:
    return _COUNT.sub(lambda one: f"{_PRESTATION[one[1]]} : {one[2]} déclarés, {one[3]} datés", told)


def _qualites(told: str) -> str:
    return ", ".join(french.QUALITES.get(one, one).lower() for one in told.split(", "))


# Why rows are refused (contract, inputs.md §2): what is wrong, without what the row holds.
REFUSALS = {
    "MISSING_VALUE": "une valeur obligatoire manque",
    "BAD_DATE": "une date n’en est pas une, ou n’est pas possible",
    "BAD_NUMBER": "un nombre n’en est pas un",
    "BAD_CODE": "une valeur est hors de sa liste",
    "BAD_REFERENCE": "la référence n’en est pas une",
    "WRONG_FOLDER": "la ligne est d’une autre association que le dossier",
    "ORPHAN_SESSION": "l’entretien n’a pas sa saisine dans le même fichier",
}

# What becomes of an act that its amounts do not tell.
FATES = {
    "not_paid": "Non payé.",
    "partly": "Payé en partie.",
    "kept": "Reste réglé.",
    "taken_back": "Repris.",
    "blocked": "En attente : la saisine est bloquée.",
    "closed": "Saisine close : plus rien n’est calculé.",
    "no_line": "Pas de ligne.",
}

_PRESTATION = {code: name.lower() for code, name in french.PRESTATIONS.items()}
# Where the days alone would not be understood.
SAID: dict[str, Callable[[str], str]] = {
    "NO_SHOW_WITHOUT_ATTEMPTS": _attempts,
    "SESSION_COUNT_MISMATCH": _declared,
    "INELIGIBLE_BENEFICIARY": lambda told: f"qualité : {_qualites(told)}",
    "QUALITE_MISMATCH": lambda told: f"la fiche dit : {_qualites(told)}",
    "CONVENTION_MISMATCH": lambda told: f"la fiche dit : {told}",
    "LINE_MISMATCH": lambda told: f"convention donnée : {told}",
    "UNKNOWN_CONVENTION": lambda told: f"code donné : {told}",
    "DUPLICATE_SAISINE": lambda told: f"après {told}",
    "REFERENCE_REPAIRED": lambda told: f"écrite « {told} »",
    "JOURNAL_OVERLAP": lambda told: f"appel {told}",
    "OUT_OF_HOURS": lambda told: f"à {told[:5]}",
    "MISSING_FICHE": lambda told: f"saisie le {days(told)}",
    "CLOSED_NO_RETURN": lambda told: f"saisie le {days(told)}",
    "INACTIVE_ASSOCIATION": lambda told: f"saisine du {days(told)}",
    "CONTACT_LATE": lambda told: f"premier contact le {days(told)}",
}


def detail(code: str, told: str | None) -> str:
    """The detail of a discrepancy as people read it; empty when there is none."""
    if not told:
        return ""
    if code in SAID:
        return SAID[code](told)
    return _PARTS.sub(lambda one: _PRESTATION[one[1]], days(told))


def confidence(bits: float) -> str:
    """How sure a candidate is, in words: each point of weight doubles the odds."""
    steps = ((7, "très probable"), (3, "probable"), (0, "possible"))
    return next((word for least, word in steps if bits >= least), "peu probable")


def shortened(sentence: str, most: int = 64) -> str:
    """A sentence cut at a word, to fit a list."""
    if len(sentence) <= most:
        return sentence.rstrip(".")
    return sentence[:most].rsplit(" ", 1)[0].rstrip(",;: ") + "…"
