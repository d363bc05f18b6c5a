"""Which cells of additive tables to hide, so that no hidden cell can be worked out from those shown.

A cell stands for persons (its weight: how many saisines it tells of). Under the threshold it is hidden (primary). Then
cells are added (complementary) until two things hold: what a published sum leaves for its hidden parts is itself enough
persons, and no hidden cell follows from the published ones by linear algebra, over all the sums together.
"""

from collections.abc import Iterable
from dataclasses import dataclass

PRIME = (1 << 61) - 1  # arithmetic modulo a large prime: exact for sums of cells, without fractions
Equation = dict[str, int]  # unknown → coefficient, modulo PRIME


@dataclass(frozen=True)
class Cell:
    """One figure of a table.

    Attributes:
        weight: how many saisines it tells of.
        threshold: hidden when its weight is under it.
        printed: False for a figure that no table shows, such as a complement, which must stay unknown all the same.
    """

    weight: int
    threshold: int
    printed: bool = True


@dataclass(frozen=True)
class Sum:
    """A cell that is the sum of others, as any reader knows."""

    whole: str
    parts: tuple[str, ...]


def hidden_cells(cells: dict[str, Cell], sums: Iterable[Sum]) -> set[str]:
    """The cells to hide: those too small, then those that would give them away.

    Args:
        cells: key → cell.
        sums: every additive relation among them.
    """
    known_sums = [relation for relation in sums if relation.parts]
    hidden = {key for key, cell in cells.items() if not cell.printed or cell.weight < cell.threshold}
    while more := _leaks(cells, known_sums, hidden):
        hidden |= more
    return hidden


def determined_cells(unknown: set[str], sums: Iterable[Sum]) -> set[str]:
    """The unknown cells that the sums and the known ones determine: Gaussian elimination, then single unknowns."""
    pivots: dict[str, Equation] = {}
    for relation in sums:
        equation = _reduced(_equation(relation, unknown), pivots)
        if equation:
            _add_pivot(equation, pivots)
    return {pivot for pivot, equation in pivots.items() if len(equation) == 1}


def _equation(relation: Sum, unknown: set[str]) -> Equation:
    equation: Equation = {}
    for key, coefficient in ((relation.whole, PRIME - 1), *((part, 1) for part in relation.parts)):
        if key in unknown:
            _add_term(equation, key, coefficient)
    return equation


def _add_term(equation: Equation, key: str, coefficient: int) -> None:
    value = (equation.get(key, 0) + coefficient) % PRIME
    if value:
        equation[key] = value
    else:
        equation.pop(key, None)


def _combine(equation: Equation, pivot: str, other: Equation) -> None:
    """Takes the pivot out of an equation, by the equation that has it with coefficient 1."""
    factor = PRIME - equation[pivot]
    for key, coefficient in other.items():
        _add_term(equation, key, factor * coefficient % PRIME)


def _reduced(equation: Equation, pivots: dict[str, Equation]) -> Equation:
    for pivot in [key for key in equation if key in pivots]:
        if pivot in equation:
            _combine(equation, pivot, pivots[pivot])
    return equation


def _add_pivot(equation: Equation, pivots: dict[str, Equation]) -> None:
    pivot = min(equation)
    inverse = pow(equation[pivot], PRIME - 2, PRIME)
    scaled = {key: coefficient * inverse % PRIME for key, coefficient in equation.items()}
    for other in pivots.values():
        if pivot in other:
            _combine(other, pivot, scaled)
    pivots[pivot] = scaled


def _leaks(cells: dict[str, Cell], sums: list[Sum], hidden: set[str]) -> set[str]:
    """The next cells to hide, none when the tables are safe."""
    more: set[str] = set()
    for relation in sums:
        if not more & {relation.whole, *relation.parts} and _leaves_too_few(cells, relation, hidden):
            more |= _next(cells, relation, hidden) - hidden
    if more:
        return more
    for key in sorted(determined_cells(hidden, sums)):
        near = [relation for relation in sums if key in (relation.whole, *relation.parts)]
        shown = {k for relation in near for k in (relation.whole, *relation.parts)} - hidden
        if shown and cells[key].printed:
            return {min(shown, key=lambda k: (cells[k].weight, k))}
    return set()


def _leaves_too_few(cells: dict[str, Cell], relation: Sum, hidden: set[str]) -> bool:
    unknown = [part for part in relation.parts if part in hidden]
    if relation.whole in hidden:
        return not unknown
    if not unknown or (len(unknown) == len(relation.parts) > 1):
        return False  # nothing is left to work out, or the whole alone is shown
    left = sum(cells[part].weight for part in unknown)
    if not any(cells[part].printed for part in unknown) and left == 0:
        return False  # a complement of nobody tells of nobody
    return left < max(cells[part].threshold for part in unknown) or _single(cells, unknown)


def _single(cells: dict[str, Cell], unknown: list[str]) -> bool:
    return len(unknown) == 1 and cells[unknown[0]].printed


def _next(cells: dict[str, Cell], relation: Sum, hidden: set[str]) -> set[str]:
    """The smallest part still shown; the whole when no part is."""
    shown = [part for part in relation.parts if part not in hidden]
    return {min(shown, key=lambda key: (cells[key].weight, key))} if shown else {relation.whole}
