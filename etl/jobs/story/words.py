"""The French words of a story: codes of rows, fiches, decisions and acts as people read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from etl.model.codes import MODE_NAMES, PRESTATION_NAMES, QUALITE_NAMES
from reports import french

RECEIVED_HOW = {
    "source": "date donnée par l’envoi",
    "by_hand": "date saisie à la main",
    "read": "jour de la lecture",
}
MATCHES = {
    "exact": "référence exacte",
    "decided": "rapprochement décidé",
    "withdrawn": "livraison retirée",
    "elsewhere": "rapprochée d’une autre saisine, ou écartée, par décision",
    "unknown": "le journal reçu ne connaît pas cette saisine",
}
REPAIRS = {
    "letters": "des lettres lues comme des chiffres",
    "substitution": "un caractère remplacé",
    "exchange": "deux caractères voisins échangés",
    "insertion": "un caractère en trop retiré",
    "deletion": "un caractère manquant remis",
    "completed": "préfixe ou zéros manquants remis",
}
STATES = {
    "only": "compte : seule version reçue",
    "counts": "compte : c’est la dernière version reçue, au numéro le plus haut",
    "older": "ne compte plus : une version de numéro plus haut est arrivée",
    "revised": "ne compte plus : la même version est revenue changée, la dernière reçue fait foi",
    "same": "déjà reçue à l’identique : compte une seule fois",
    "ambiguous": "ne compte pas tant que le rapprochement n’est pas décidé",
    "elsewhere": "ne compte pas ici",
    "unknown": "ne compte pas sans sa saisine",
    "withdrawn": "ne compte pas : la livraison est retirée",
    "RIVAL_VERSIONS": "ne compte pas : deux contenus différents ont le même numéro et le même jour",
    "NO_SHOW_AND_SESSIONS": "mise de côté : injoignable, avec des entretiens honorés",
    "WRONG_ASSOCIATION": "mise de côté : cette association n’a jamais été saisie",
}
STATUTS = {"honore": "honoré", "annule": "annulé", "absence": "absence"}
DECISIONS = {
    "confirm_match": "rapprochement confirmé",
    "reject_match": "rapprochement écarté",
    "accept": "écart accepté",
    "refuse": "saisine refusée",
    "requalify": "requalification",
    "dispute": "contestation",
    "register_saisine": "saisine rétablie",
    "withdraw": "retrait",
}
DECISION_STATES = {
    "holds": "",
    "withdrawn": "retirée",
    "replaced": "remplacée par une décision plus récente",
    "void": "sans effet : la fiche qui compte a changé depuis",
}
KINDS = {
    "courant": "courant",
    "rattrapage": "rattrapage",
    "regularisation": "régularisation",
    "reprise": "reprise",
}
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_OF = {
    "SESSION_COUNT_MISMATCH": (re.compile(r"(\w+) (\d+) / (\d+)"), r"\1 : \2 déclarés, \3 datés"),
    "NO_SHOW_WITHOUT_ATTEMPTS": (re.compile(r"(\d+) / (\d+)"), r"tentatives : \1, il en faut \2"),
}


def detail_name(code: str, detail: str) -> str:
    """The detail of a discrepancy as people read it: days as in France, numbers with what they count."""
    if code in _OF:
        pattern, words = _OF[code]
        return pattern.sub(words, detail)
    return QUALITE_NAMES.get(detail, _ISO.sub(r"\3/\2/\1", detail))


def qualite(code: str | None) -> str:
    """A qualité as people read it."""
    return QUALITE_NAMES.get(code or "", code or "inconnue")


def act_name(act: Mapping[str, Any]) -> str:
    """An act: `Entretien psychologique du 12/02/2026 à 10:00, par téléphone`."""
    hour = f" à {act['heure']}" if act.get("heure") else ""
    mode = f", {MODE_NAMES[act['mode']]}" if act.get("mode") else ""
    when = f" du {french.day(act['act_date'])}{hour}" if act["act_date"] else ""
    place = f" (n° {act['nth']} du jour)" if act["nth"] > 1 else ""
    if act.get("undated"):
        when, place = f" n° {act['nth']}", f", sans date, compté au {french.day(act['act_date'])}"
    return f"{PRESTATION_NAMES[act['prestation']]}{when}{place}{mode}"


def decision_name(row: Mapping[str, Any]) -> str:
    """What a decision did."""
    name = DECISIONS[row["kind"]]
    if row["kind"] in {"accept", "withdraw"}:
        what = row["code"] if row["kind"] == "accept" else DECISIONS.get(row["code"], row["code"])
        return f"{name} : {what}"
    if row["kind"] in {"confirm_match", "reject_match"}:
        return f"{name} : « {row['written']} » de {row['association']}"
    moved = [("convention", row["convention"]), ("qualité", row["qualite"] and qualite(row["qualite"]))]
    moved += [("association", row["new_association"] or row["association"])]
    told = ", ".join(f"{label} {value}" for label, value in moved if value)
    return f"{name} : {told}" if told else name
