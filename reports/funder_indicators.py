"""The indicators of a funder's report: what each is called, how it is read from published cells, what it means.

An indicator is worked out from published cells only: it is masked as soon as one of them is.
"""

from dataclasses import dataclass
from decimal import Decimal

from reports import french
from reports.funder import Issue
from reports.funder_cells import ALL, key

MASK = "n. p."
NO_ISSUE = "–"
Group = tuple[str, str]
WHOLE: Group = (ALL, ALL)


@dataclass(frozen=True)
class Indicator:
    """One indicator.

    Attributes:
        label: what it is called.
        kind: `count`, `euros`, `days`, or `share` of `measure` in `over` (of the rest, when `rest`).
        definition: one sentence.
    """

    label: str
    kind: str
    measure: str
    definition: str
    over: str = ""
    rest: bool = False


INDICATORS = (
    Indicator("Saisines", "count", "saisines", "Demandes transmises à une association dans le trimestre."),
    Indicator(
        "Taux de retour",
        "share",
        "sans_fiche",
        "Part des saisines dont la fiche est revenue à l’arrêté.",
        "saisines",
        True,
    ),
    Indicator("Prises en charge", "count", "pris_en_charge", "Fiches dont l’issue est « pris en charge »."),
    Indicator("Injoignables", "count", "injoignable", "Personnes que l’association n’a pas pu joindre."),
    Indicator("Soutiens impossibles", "count", "soutien_impossible", "L’association n’a pas pu apporter le soutien."),
    Indicator(
        "Délai médian", "days", "delays", "Jours civils, de la saisine au premier contact ; la moitié fait moins."
    ),
    Indicator(
        "Dans le délai", "share", "in_clause", "Part des premiers contacts dans le délai de la convention.", "contacts"
    ),
    Indicator("Entretiens", "count", "sessions", "Entretiens honorés, toutes natures."),
    Indicator("Mémo de Vie proposé", "count", "memo_de_vie", "Saisines où Mémo de Vie a été proposé."),
    Indicator("Montant", "euros", "amount_cents", "Actes du trimestre portés sur le relevé."),
)
DETAILS = (
    Indicator("Entretiens psychologiques", "count", "sessions_psy", "Entretiens honorés avec un psychologue."),
    Indicator("Entretiens juridiques", "count", "sessions_jur", "Entretiens honorés avec un juriste."),
    Indicator("Entretiens sociaux", "count", "sessions_soc", "Entretiens honorés avec un travailleur social."),
    Indicator("Refus", "count", "refus", "Personnes qui n’ont pas souhaité de suivi."),
    Indicator("Réorientations", "count", "reoriente", "Personnes orientées vers un autre service."),
    Indicator("Hors champ", "count", "hors_champ", "Situations hors du champ de la convention."),
    Indicator(
        "Impossibles, redirigés",
        "count",
        "impossible_redirige",
        "Soutiens impossibles confiés à une autre association ou à un autre service.",
    ),
    Indicator(
        "Impossibles, suivis",
        "count",
        "impossible_suivi",
        "Soutiens impossibles suivis malgré tout, par des entretiens ou par le psychologue référent.",
    ),
    Indicator(
        "Impossibles, sans suite",
        "count",
        "impossible_sans_suite",
        "Soutiens impossibles auxquels la personne a renoncé, ou qui n’a plus été jointe.",
    ),
    Indicator(
        "Impossibles, en attente",
        "count",
        "impossible_en_attente",
        "Soutiens impossibles dont la suite n’est pas encore décidée.",
    ),
)


def figure(issue: Issue, indicator: Indicator, group: Group = WHOLE) -> int | Decimal | None:
    """The figure of a group: a number, cents, days, or a share in percent with one decimal; None when masked."""
    if indicator.kind == "days":
        days: int | None = issue["medians"].get("|".join(group))
        return days
    found: int | None = issue["cells"].get(key(indicator.measure, *group))
    if indicator.kind != "share" or found is None:
        return found
    over: int | None = issue["cells"].get(key(indicator.over, *group))
    return _share(over - found if indicator.rest else found, over) if over else None


def _share(part: int, whole: int) -> Decimal:
    tenths = (2000 * part + whole) // (2 * whole)
    return Decimal(tenths).scaleb(-1)


def written(issue: Issue | None, indicator: Indicator, group: Group = WHOLE) -> str:
    """The figure as it is read: masked as `n. p.`, a dash when the quarter was never published."""
    if issue is None:
        return NO_ISSUE
    found = figure(issue, indicator, group)
    if found is None:
        return MASK
    if indicator.kind == "share":
        return f"{found}".replace(".", ",") + french.NARROW + "%"
    if indicator.kind == "euros":
        return french.euros(int(found))
    return french.count(int(found), "jour") if indicator.kind == "days" else french.number(int(found))


def shown_groups(issue: Issue, groups: list[Group], indicators: tuple[Indicator, ...] = INDICATORS) -> list[Group]:
    """The groups of which something is published; the others would be a line of masks."""
    return [group for group in groups if any(figure(issue, one, group) is not None for one in indicators)]


def by_departement(issue: Issue) -> list[Group]:
    """The groups of the table by territory."""
    return [(code, ALL) for code in issue["departements"]]


def by_qualite(issue: Issue) -> list[Group]:
    """The groups of the table by qualité."""
    return [(ALL, code) for code in issue["qualites"]]


def privacy(issue: Issue) -> list[str]:
    """How small figures are protected, in words."""
    thresholds = issue["thresholds"]
    return [
        f"« {MASK} » (non publié) : le chiffre concerne moins de {thresholds['simple']} saisines (moins de "
        f"{thresholds['crossed']} quand territoire et qualité sont croisés), zéro compris, ou permettrait d’en retrouver un.",
        "Un trimestre publié n’est plus modifié : ce qui arrive ensuite ne change ni ses chiffres ni ses masques.",
        "Les territoires dont tous les chiffres sont masqués ne sont pas listés.",
    ]
