"""The figures of a funder's report as cells and sums: by département, by qualité, crossed, and in all.

A row of data is one département and one qualité of a convention's quarter:

* `departement`, `qualite`, `saisines`: how many were opened
* `issues`: issue of the counting fiche → saisines (the rest has no fiche)
* `delays`: days from the saisine to the first contact (as text) → saisines; `in_clause`: those within the clause
* `followed`: saisines with a session, in all (`any`) and by nature (`psy`, `jur`, `soc`); `sessions`: by nature
* `memo_de_vie`: saisines where it was offered
* `impossible`: what became of the impossible supports: `redirige`, `suivi`, `sans_suite`, `en_attente`
* `paid`: saisines with an amount; `amount_cents`
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from reports import french
from reports.disclosure import Cell, Sum

Row = dict[str, Any]
ALL = "*"
THRESHOLD, CROSSED = 5, 11
NATURES = ("psy", "jur", "soc")
OUTCOMES = ("redirige", "suivi", "sans_suite", "en_attente")
ISSUES = ("sans_fiche", *french.ISSUES)
# measure → the measure that counts the persons it tells of
WEIGHTS = {
    "sessions": "followed",
    "amount_cents": "paid",
    **{f"sessions_{nature}": f"followed_{nature}" for nature in NATURES},
}
COUNTS = ("saisines", *ISSUES, "contacts", "in_clause", "followed", "memo_de_vie", "paid")
MEASURES = (*COUNTS, "sessions", "amount_cents")
BY_NATURE = tuple(f"{what}_{nature}" for what in ("sessions", "followed") for nature in NATURES)
BY_OUTCOME = tuple(f"impossible_{outcome}" for outcome in OUTCOMES)
UNPRINTED = {"followed", "paid", *(f"followed_{nature}" for nature in NATURES)}
COMPLEMENTS = {"contacts": "saisines", "in_clause": "contacts", "memo_de_vie": "saisines"}


def key(measure: str, departement: str = ALL, qualite: str = ALL) -> str:
    """The name of a cell."""
    return f"{measure}|{departement}|{qualite}"


def figures(row: Row) -> Counter[str]:
    """The additive figures of a row, by measure."""
    made: Counter[str] = Counter({"saisines": row["saisines"], "in_clause": row["in_clause"], "paid": row["paid"]})
    made["amount_cents"], made["memo_de_vie"] = row["amount_cents"], row["memo_de_vie"]
    made["contacts"] = sum(row["delays"].values())
    made["sans_fiche"] = row["saisines"] - sum(row["issues"].values())
    made.update(row["issues"])
    made["followed"], made["sessions"] = row["followed"]["any"], sum(row["sessions"].values())
    for nature in NATURES:
        made[f"sessions_{nature}"] = row["sessions"].get(nature, 0)
        made[f"followed_{nature}"] = row["followed"].get(nature, 0)
    for outcome in OUTCOMES:
        made[f"impossible_{outcome}"] = row["impossible"].get(outcome, 0)
    return made


class Tables:
    """All the figures of a quarter: values by cell, and what is needed to decide which to hide."""

    def __init__(self, rows: list[Row]) -> None:
        self.departements = sorted({row["departement"] for row in rows})
        self.qualites = sorted({row["qualite"] for row in rows}, key=list(french.QUALITES).index)
        self.values: Counter[str] = Counter()
        self.delays: dict[str, Counter[int]] = {}
        for row in rows:
            for group in self._groups(row):
                self._add(row, group)

    def _groups(self, row: Row) -> list[tuple[str, str]]:
        departement, qualite = row["departement"], row["qualite"]
        return [(ALL, ALL), (departement, ALL), (ALL, qualite), (departement, qualite)]

    def _add(self, row: Row, group: tuple[str, str]) -> None:
        for measure, value in figures(row).items():
            self.values[key(measure, *group)] += value
        days = self.delays.setdefault(key("delays", *group), Counter())
        days.update({int(day): number for day, number in row["delays"].items()})

    def groups(self) -> list[tuple[str, str]]:
        """The groups that tables show for every measure: all, each département, each qualité."""
        return [(ALL, ALL), *((d, ALL) for d in self.departements), *((ALL, q) for q in self.qualites)]

    def crossed(self) -> list[tuple[str, str]]:
        """The groups of the crossed table; none when a single qualité would only repeat the départements."""
        return [(d, q) for d in self.departements for q in self.qualites] if len(self.qualites) > 1 else []

    def cells(self) -> dict[str, Cell]:
        """Every cell, shown or not, by its name."""
        cells = {key("saisines", *group): self._cell("saisines", group, CROSSED) for group in self.crossed()}
        for group in self.groups():
            for measure in (*MEASURES, *BY_NATURE, *BY_OUTCOME):
                cells[key(measure, *group)] = self._cell(measure, group, THRESHOLD)
            for measure in COMPLEMENTS:
                cells[key(f"not_{measure}", *group)] = Cell(self._rest(measure, group), THRESHOLD, printed=False)
        return cells

    def _cell(self, measure: str, group: tuple[str, str], threshold: int) -> Cell:
        weight = self.values[key(WEIGHTS.get(measure, measure), *group)]
        saisines = self.values[key("saisines", *group)]
        return Cell(weight if saisines >= threshold else 0, threshold, printed=_is_printed(measure, group))

    def _rest(self, measure: str, group: tuple[str, str]) -> int:
        return self.values[key(COMPLEMENTS[measure], *group)] - self.values[key(measure, *group)]

    def sums(self) -> Iterator[Sum]:
        """Every sum that a reader knows."""
        for measure in (*MEASURES, *BY_NATURE, *BY_OUTCOME):
            yield Sum(key(measure), tuple(key(measure, d) for d in self.departements))
            yield Sum(key(measure), tuple(key(measure, ALL, q) for q in self.qualites))
        for group in self.groups():
            yield Sum(key("saisines", *group), tuple(key(issue, *group) for issue in ISSUES))
            yield Sum(key("sessions", *group), tuple(key(f"sessions_{nature}", *group) for nature in NATURES))
            yield Sum(key("soutien_impossible", *group), tuple(key(name, *group) for name in BY_OUTCOME))
            for measure, whole in COMPLEMENTS.items():
                yield Sum(key(whole, *group), (key(measure, *group), key(f"not_{measure}", *group)))
        yield from self._crossed_sums()

    def _crossed_sums(self) -> Iterator[Sum]:
        if self.crossed():
            for d in self.departements:
                yield Sum(key("saisines", d), tuple(key("saisines", d, q) for q in self.qualites))
            for q in self.qualites:
                yield Sum(key("saisines", ALL, q), tuple(key("saisines", d, q) for d in self.departements))


def _is_printed(measure: str, group: tuple[str, str]) -> bool:
    """Natures and outcomes are shown in all and by qualité, never by département; weights are never shown."""
    if measure in UNPRINTED:
        return False
    return group[0] == ALL or measure not in (*BY_NATURE, *BY_OUTCOME)
