"""The legs of one call (a transfer, a second ringing) as one contact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from etl.sources.columns import Column, Columns
from etl.sources.tabular import Rows
from etl.sources.texts import listed


def joined(rows: Rows, columns: Columns) -> Rows:
    """Join the rows that have the same `id_appel`, in order of their beginning.

    A row without identifier stays alone: two unknown calls are not one. What legs are joined away counts as ignored.

    Args:
        rows: one a leg.
        columns: the profile's, each of which says which leg's value holds (`garde`).
    """
    legs = {field: listed(column) for field, column in rows.values.items()}
    calls: dict[str, list[int]] = defaultdict(list)
    for place, call in enumerate(legs["id_appel"]):
        calls[call if call is not None else f"\0{place}"].append(place)
    ordered = [sorted(places, key=lambda place: (legs["debut"][place] or "", place)) for places in calls.values()]
    values = {
        field: [_held(column, places, columns.get(field)) for places in ordered] for field, column in legs.items()
    }
    first = [places[0] for places in ordered]
    return Rows(
        values,
        [rows.sheets[place] for place in first],
        [rows.numbers[place] for place in first],
        rows.ignored + len(rows.numbers) - len(first),
    )


def _held(column: Sequence[str | None], places: Sequence[int], described: Column | None) -> str | None:
    given = [
        value for place in places if (value := column[place]) is not None and not _stands_for_blank(value, described)
    ]
    numbers = [int(value) for value in given if value.isdecimal()]
    keep = described.garde if described else "premiere"
    if not given:
        return column[places[0]]
    if keep in ("somme", "maximum") and len(numbers) == len(given):
        return str(sum(numbers) if keep == "somme" else max(numbers))
    return given[-1] if keep == "derniere" else given[0]


def _stands_for_blank(value: str, described: Column | None) -> bool:
    """Whether a value is what the profile puts for a blank, which any leg that says something overrides."""
    return described is not None and value == described.defaut
