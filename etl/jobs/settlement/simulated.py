"""What two sets of drafts say otherwise: by convention, by association, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from etl.engine.statement import PRESTATIONS, identity

Row = dict[str, Any]
Drafts = Mapping[tuple[str, str], Mapping[str, Any]]  # statements' data by (quarter, convention)
ACT = ("saisine", "association", "prestation", "act_date", "nth")
NO_DRAFT: Mapping[str, Any] = {"cutoff": None, "lines": [], "not_paid": [], "discrepancies": [], "parked": []}


def difference(before: Drafts, after: Drafts, quarters: Sequence[str]) -> Row:
    """Compare the drafts of some quarters.

    Args:
        before: under the conventions in force.
        after: under others. A convention that only one side has counts as nothing on the other.
        quarters: those that are told, in order.

    Returns:
        `quarters`; `before_cents`, `after_cents`, `difference_cents` in all; `conventions`, one row per quarter and
        convention, changed or not; `associations`, those with a difference; `lines`, those whose amount or reason not
        to be paid differs (None cents: no such line); `discrepancies`, codes whose number differs.
    """
    keys = [key for key in sorted(before.keys() | after.keys()) if key[0] in quarters]
    pairs = [(key, before.get(key, NO_DRAFT), after.get(key, NO_DRAFT)) for key in keys]
    lines = [row for key, old, new in pairs for row in _lines(key, old, new)]
    changed = Counter((row["quarter"], row["convention"]) for row in lines)
    conventions = [_convention(key, old, new, changed[key]) for key, old, new in pairs]
    return {
        "quarters": list(quarters),
        **_sums(sum(row["before_cents"] for row in conventions), sum(row["after_cents"] for row in conventions)),
        "conventions": conventions,
        "associations": [row for key, old, new in pairs for row in _associations(key, old, new)],
        "lines": lines,
        "discrepancies": [row for key, old, new in pairs for row in _discrepancies(key, old, new)],
    }


def _sums(before: int, after: int) -> Row:
    return {"before_cents": before, "after_cents": after, "difference_cents": after - before}


def _of(key: tuple[str, str]) -> Row:
    return {"quarter": key[0], "convention": key[1]}


def _convention(key: tuple[str, str], old: Mapping[str, Any], new: Mapping[str, Any], changed: int) -> Row:
    return {
        **_of(key),
        **_sums(_total(old["lines"]), _total(new["lines"])),
        "lines_before": len(old["lines"]),
        "lines_after": len(new["lines"]),
        "lines_changed": changed,
        "cutoff_before": old["cutoff"],
        "cutoff_after": new["cutoff"],
        "parked_before": bool(old["parked"]),
        "parked_after": bool(new["parked"]),
    }


def _total(lines: Iterable[Mapping[str, Any]]) -> int:
    return sum(line["amount_cents"] for line in lines)


def _associations(key: tuple[str, str], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Row]:
    sums = [_by_association(side["lines"]) for side in (old, new)]
    for code in sorted(sums[0].keys() | sums[1].keys()):
        if sums[0][code] != sums[1][code]:
            yield {**_of(key), "association": code, **_sums(sums[0][code], sums[1][code])}


def _by_association(lines: Iterable[Mapping[str, Any]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for line in lines:
        found[line["association"]] += line["amount_cents"]
    return found


def _lines(key: tuple[str, str], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Row]:
    amounts = [{identity(line): line["amount_cents"] for line in side["lines"]} for side in (old, new)]
    reasons = [_reasons(side["not_paid"]) for side in (old, new)]
    for act in sorted({*amounts[0], *amounts[1], *reasons[0], *reasons[1]}, key=_order):
        paid = [side.get(act) for side in amounts]
        why = [side.get(act, []) for side in reasons]
        if paid[0] != paid[1] or why[0] != why[1]:
            told = {"reasons_before": why[0], "reasons_after": why[1]}
            sums = {
                "before_cents": paid[0],
                "after_cents": paid[1],
                "difference_cents": (paid[1] or 0) - (paid[0] or 0),
            }
            yield {**_of(key), **dict(zip(ACT, act, strict=True)), **sums, **told}


def _reasons(not_paid: Iterable[Row]) -> dict[tuple[Any, ...], list[str]]:
    found: dict[tuple[Any, ...], list[str]] = {}
    for act in not_paid:
        found.setdefault(identity(act), []).append(act["reason"])
    return found


def _order(act: tuple[Any, ...]) -> tuple[Any, ...]:
    """The order of statements."""
    saisine, association, prestation, act_date, nth = act
    return association, saisine, PRESTATIONS.index(prestation), act_date, nth


def _discrepancies(key: tuple[str, str], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Row]:
    counts = [Counter(row["code"] for row in side["discrepancies"]) for side in (old, new)]
    for code in sorted(counts[0].keys() | counts[1].keys()):
        if counts[0][code] != counts[1][code]:
            yield {**_of(key), "code": code, "before": counts[0][code], "after": counts[1][code]}
