"""One-to-one assignment by the greatest sum of scores, that says where several assignments are equally good instead of picking one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

if TYPE_CHECKING:
    import numpy as np

Fiche = TypeVar("Fiche")
Saisine = TypeVar("Saisine")
Standing: TypeAlias = Literal["chosen", "tied"]
Array: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[np.int64]]"


def assign(scores: Mapping[tuple[Fiche, Saisine], int]) -> dict[tuple[Fiche, Saisine], Standing]:
    """The pairs of the best assignment; the order of the mapping changes nothing.

    Args:
        scores: whole numbers, so that equal is equal; a pair of 0 or less is worse than none and never chosen.

    Returns:
        `chosen`: in every best assignment. `tied`: in some best assignments and not in others. Pairs in none are left out.
    """
    better = {pair: score for pair, score in scores.items() if score > 0}
    fiches, saisines = Counter(fiche for fiche, _ in better), Counter(saisine for _, saisine in better)
    contested = {pair: score for pair, score in better.items() if fiches[pair[0]] > 1 or saisines[pair[1]] > 1}
    alone: dict[tuple[Fiche, Saisine], Standing] = {pair: "chosen" for pair in better if pair not in contested}
    return alone | (_weighed(contested) if contested else {})


def _weighed(better: Mapping[tuple[Fiche, Saisine], int]) -> dict[tuple[Fiche, Saisine], Standing]:
    """The same of pairs that are not alone, all of them better than none."""
    rows = {fiche: place for place, fiche in enumerate(dict.fromkeys(fiche for fiche, _ in better))}
    columns = {saisine: place for place, saisine in enumerate(dict.fromkeys(saisine for _, saisine in better))}
    edges = [(rows[fiche], columns[saisine], score) for (fiche, saisine), score in better.items()]
    used = _best(edges, len(rows), len(columns))
    free = _exchangeable(edges, used, len(rows), len(columns))
    made: dict[tuple[Fiche, Saisine], Standing] = {}
    for pair, is_used, is_free in zip(better, used, free, strict=True):
        if is_used or is_free:
            made[pair] = "tied" if is_free else "chosen"
    return made


def _best(edges: list[tuple[int, int, int]], fiches: int, saisines: int) -> list[bool]:
    """Which edges one best assignment uses."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment  # type: ignore[attr-defined]

    gains = np.zeros((fiches, saisines), dtype=np.int64)
    for row, column, score in edges:
        gains[row, column] = score
    taken = set(zip(*(places.tolist() for places in linear_sum_assignment(gains, maximize=True)), strict=True))
    return [(row, column) in taken for row, column, _ in edges]


def _exchangeable(edges: list[tuple[int, int, int]], used: list[bool], fiches: int, saisines: int) -> list[bool]:
    """Which edges lie on a cycle of cost zero of the residual network: exchanging along it gives another best assignment.

    The network is source → fiches → saisines → sink → source; an arc in use is turned round. With the potentials of Bellman and Ford
    the arcs of reduced cost zero are known, and such an arc is on a cycle of them when its ends are strongly connected.
    """
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    source, sink = fiches + saisines, fiches + saisines + 1
    matched = {
        end for (row, column, _), is_used in zip(edges, used, strict=True) if is_used for end in (row, fiches + column)
    }
    arcs = [
        (fiches + column, row, score) if is_used else (row, fiches + column, -score)
        for (row, column, score), is_used in zip(edges, used, strict=True)
    ]
    arcs += [(row, source, 0) if row in matched else (source, row, 0) for row in range(fiches)]
    arcs += [(sink, node, 0) if node in matched else (node, sink, 0) for node in range(fiches, source)]
    arcs += [(sink, source, 0), (source, sink, 0)]
    starts, ends, costs = np.array(arcs, dtype=np.int64).T
    potential = _potentials(starts, ends, costs, sink + 1)
    tight = potential[starts] + costs == potential[ends]
    graph: Any = csr_array  # scipy has no types
    joined = graph((np.ones(int(tight.sum())), (starts[tight], ends[tight])), shape=(sink + 1, sink + 1))
    _, part = connected_components(joined, directed=True, connection="strong")
    return [
        bool(is_tight and part[row] == part[fiches + column])
        for (row, column, _), is_tight in zip(edges, tight[: len(edges)], strict=True)
    ]


def _potentials(starts: Array, ends: Array, costs: Array, nodes: int) -> Array:
    """Shortest distances from outside; they exist because a best assignment leaves no cycle of negative cost."""
    import numpy as np

    potential = np.zeros(nodes, dtype=np.int64)
    for _ in range(nodes):
        shorter = potential.copy()
        np.minimum.at(shorter, ends, potential[starts] + costs)
        if np.array_equal(shorter, potential):
            break
        potential = shorter
    return potential
