"""What a row of `Entretiens` must be (inputs.md §2)."""

from __future__ import annotations

from typing import Any

from etl.model.codes import MODES
from expectations.rules import among, day, given, matching
from expectations.saisines import NOT_A_REFERENCE, WRITTEN

NAME = "entretiens"

NATURES = ("psy", "jur", "soc")
STATUTS = ("honore", "absence", "annule")


def rules() -> list[Any]:
    """The expectations, in the order in which their sentences are read."""
    return [
        given("saisine_ref", "N° de saisine : vide, et rien au-dessus dont la reprendre."),
        given("date", "Date : vide ; chaque entretien a sa date."),
        given("nature", f"Nature : vide ; une valeur est obligatoire parmi {', '.join(NATURES)}."),
        matching("saisine_ref", WRITTEN, "BAD_REFERENCE", NOT_A_REFERENCE),
        among(
            "saisine_connue",
            ("oui",),
            "N° de saisine : absent de la feuille Saisines de ce fichier ; ajoutez-y sa ligne.",
            "ORPHAN_SESSION",
        ),
        *day("date", "Date"),
        matching(
            "heure",
            r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$",
            "BAD_DATE",
            "Heure : ce n’est pas une heure ; écrivez-la comme 14:30.",
        ),
        among("nature", NATURES, f"Nature : valeur inconnue ; attendu {', '.join(NATURES)}."),
        among("mode", MODES, f"Mode : valeur inconnue ; attendu {', '.join(MODES)}."),
        among("statut", STATUTS, f"Statut : valeur inconnue ; attendu {', '.join(STATUTS)}."),
    ]
