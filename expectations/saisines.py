"""What a row of `Saisines`, or of a bordereau, must be (inputs.md §2)."""

from __future__ import annotations

from typing import Any

from etl.model.codes import QUALITES
from etl.model.department import CODES as DEPARTEMENTS
from expectations.rules import among, day, given, matching, same, whole

NAME = "saisines"

ISSUES = ("pris_en_charge", "injoignable", "refus", "reoriente", "hors_champ", "soutien_impossible")
# People write names there: what has not four digits, or holds anything else than this, is not kept. Nor is a whole page,
# which no index could hold.
WRITTEN = r"^(?=(?:[^0-9]*[0-9]){4})(?:[^\W_]|[ ./-]){4,200}$"
SIGLE = r"^.{1,40}$"
NOT_A_REFERENCE = (
    "N° de saisine : ce n’est pas une référence ; recopiez celle de la plate-forme, par exemple FV26-000123-W."
)


def rules() -> list[Any]:
    """The expectations, in the order in which their sentences are read."""
    return [
        given("saisine_ref", "N° de saisine : vide ; chaque ligne porte la référence de la plate-forme."),
        given("issue", f"Issue : vide ; une valeur est obligatoire parmi {', '.join(ISSUES)}."),
        matching("saisine_ref", WRITTEN, "BAD_REFERENCE", NOT_A_REFERENCE),
        same(
            "association",
            "dossier",
            "WRONG_FOLDER",
            "Association : ce n’est pas celle du dossier où le fichier a été déposé ; vérifiez.",
        ),
        matching("convention", SIGLE, "BAD_CODE", "Convention : ce n’est pas un code de convention."),
        whole("version", "Version : ce n’est pas un nombre entier à partir de 1.", least=1),
        *day("date_saisine", "Date de la saisine"),
        among("qualite", QUALITES, f"Qualité : valeur inconnue ; attendu {', '.join(QUALITES)}."),
        among("departement", DEPARTEMENTS, "Département : code inconnu ; attendu 01 à 95, 2A, 2B, 971 à 988."),
        whole("tentatives", "Tentatives : ce n’est pas un nombre entier, positif ou nul."),
        *day("date_premier_contact", "Date du premier contact"),
        among("issue", ISSUES, f"Issue : valeur inconnue ; attendu {', '.join(ISSUES)}."),
        whole("nb_psy", "Nb psy : ce n’est pas un nombre entier, positif ou nul."),
        whole("nb_jur", "Nb jur : ce n’est pas un nombre entier, positif ou nul."),
        whole("nb_soc", "Nb soc : ce n’est pas un nombre entier, positif ou nul."),
        among("memo_de_vie", ("oui", "non"), "Mémo de vie : valeur inconnue ; attendu oui ou non."),
        *day("date_cloture", "Date de clôture"),
        *day("date_signature", "Date de signature"),
    ]
