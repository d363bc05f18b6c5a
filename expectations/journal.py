"""What a row of the journal must be (inputs.md §1)."""

from __future__ import annotations

from typing import Any

from etl.model.codes import QUALITES
from etl.model.department import CODES as DEPARTEMENTS
from expectations.rules import among, day, given, given_if, matching, whole

NAME = "journal"

CANAUX = ("telephone", "rappel", "courriel", "formulaire")
STATUTS = ("traite", "abandonne", "dissuade", "messagerie")
SUITES = ("saisine", "orientation", "information", "sans_suite")
REFERENCE = r"^FV[0-9]{2}-[0-9]{6}-[0-9A-Z]$"
SIGLE = r"^.{1,40}$"


def rules() -> list[Any]:
    """The expectations, in the order in which their sentences are read."""
    return [
        given("id_appel", "id_appel : vide ; chaque contact a un identifiant."),
        matching(
            "id_appel", r"^.{1,200}$", "BAD_CODE", "id_appel : plus de 200 caractères, ce n’est pas un identifiant."
        ),
        given("debut", "debut : vide ; la date et l’heure du contact sont obligatoires."),
        given("suite", f"suite : vide ; une valeur est obligatoire parmi {_listed(SUITES)}."),
        given_if(
            "saisine_ref",
            "suite",
            "saisine",
            "saisine_ref : vide ; un contact qui ouvre une saisine porte sa référence.",
        ),
        given_if(
            "association",
            "suite",
            "saisine",
            "association : vide ; un contact qui ouvre une saisine dit à qui elle est confiée.",
        ),
        *day("debut", "debut"),
        whole("duree_s", "duree_s : ce n’est pas un nombre entier de secondes, positif ou nul."),
        matching(
            "numero_appele", r"^\+[0-9]{4,15}$", "BAD_NUMBER", "numero_appele : ce n’est pas un numéro de téléphone."
        ),
        among("canal", CANAUX, f"canal : valeur inconnue ; attendu {_listed(CANAUX)}."),
        among("statut", STATUTS, f"statut : valeur inconnue ; attendu {_listed(STATUTS)}."),
        among("suite", SUITES, f"suite : valeur inconnue ; attendu {_listed(SUITES)}."),
        matching(
            "saisine_ref",
            REFERENCE,
            "BAD_REFERENCE",
            "saisine_ref : référence fausse (forme ou caractère de contrôle), par exemple FV26-000123-W.",
        ),
        matching("convention", SIGLE, "BAD_CODE", "convention : ce n’est pas un code de convention."),
        matching("association", SIGLE, "BAD_CODE", "association : ce n’est pas un code d’association."),
        among("qualite", QUALITES, f"qualite : valeur inconnue ; attendu {_listed(QUALITES)}."),
        among("departement", DEPARTEMENTS, "departement : code inconnu ; attendu 01 à 95, 2A, 2B, 971 à 988."),
        among("urgence", ("oui", "non"), "urgence : valeur inconnue ; attendu oui ou non."),
    ]


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(values)
