"""The French sentence of every code that reaches a reader: those of `sql/rules`, and the reasons not to pay that are no discrepancy."""

from etl.engine.plan import rules

NOT_PAID = {
    "REFUSED": "La saisine est refusée par décision.",
    "NO_TARIFF": "Le barème ne prévoit pas cette prestation à cette date.",
    "CAP_EXCEEDED": "Le nombre d’actes que le barème paie est atteint.",
    "CAP_AMOUNT": "Le plafond en euros de la saisine est atteint.",
    "ENVELOPE_CLOSED": "L’enveloppe de l’année est close à la date de l’arrêté.",
    "ENVELOPE_EXCEEDED": "L’enveloppe de l’année est épuisée.",
}


def sentences() -> dict[str, str]:
    """The sentence of each code."""
    return {code: rule.sentence or "" for code, rule in rules().items()} | NOT_PAID
