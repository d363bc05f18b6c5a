"""The catalogue of discrepancies as a page, written from `sql/rules` and from nothing else: `make docs`."""

from etl.engine.plan import rules
from etl.engine.reasons import NOT_PAID

SEVERITIES = {
    "B": "bloque ce dont il s’agit",
    "H": "met en attente d’un relevé suivant",
    "W": "payé, montré à la coordination",
    "I": "pour information",
}
HEAD = """# Les écarts

Page écrite par `make docs` à partir de `sql/rules/` : un fichier par code, dont l’en-tête porte la gravité et la phrase.
Chaque fichier est une requête qui rend les saisines concernées ; `saisines explain RÉFÉRENCE` dit ce qu’il en est de l’une d’elles.
"""


def page() -> str:
    """The page in Markdown: what each severity means, each code with its sentence, then the reasons not to pay that are no discrepancy."""
    lines = [
        HEAD,
        "| gravité | effet |",
        "|---|---|",
        *(f"| **{key}** | {effect} |" for key, effect in SEVERITIES.items()),
    ]
    lines += ["", "| code | gravité | phrase |", "|---|---|---|"]
    lines += [
        f"| [`{code}`](../sql/rules/{code}.sql) | {rule.severity} | {rule.sentence} |" for code, rule in rules().items()
    ]
    lines += ["", "## Les motifs de non-paiement qui ne sont pas des écarts", "", "| code | phrase |", "|---|---|"]
    lines += [f"| `{code}` | {sentence} |" for code, sentence in sorted(NOT_PAID.items())]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")
