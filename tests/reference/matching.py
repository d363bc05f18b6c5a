"""rules.md §2: which saisine a fiche answers."""

from __future__ import annotations

from dataclasses import dataclass

from .base import compact, exact_reference
from .saisines import Saisine
from .world import Row, World

LOOKALIKES = {"O": "0", "I": "1", "L": "1", "S": "5", "B": "8", "Z": "2"}


@dataclass
class Match:
    fiche: Row
    saisine: Saisine | None
    how: str  # decided, exact, repaired, ambiguous, nothing


def match_all(world: World, saisines: dict[str, Saisine]) -> list[Match]:
    """Every fiche seen at the cutoff with its saisine, or with none."""
    seen = [row for row in world["fiche"] if row["received_on"] <= world.cutoff]
    sure = [_decided(world, saisines, row) or _exact(saisines, row) for row in seen]
    exact = [m for m in sure if m and m.how == "exact" and m.saisine]
    return [m or _repaired(world, saisines, row, exact) for m, row in zip(sure, seen, strict=True)]


def _decided(world: World, saisines: dict[str, Saisine], row: Row) -> Match | None:
    """The last `confirm_match` or `reject_match` of that association on what was written."""
    for decision in reversed(world.decisions):
        if decision["kind"] in ("confirm_match", "reject_match") and _about(decision, row):
            confirmed = decision["kind"] == "confirm_match"
            return Match(row, saisines.get(decision["reference"]) if confirmed else None, "decided")
    return None


def _about(decision: Row, row: Row) -> bool:
    same = compact(decision["written"]) == compact(row["written"])
    return same and decision["association"] == row["association"]


def _exact(saisines: dict[str, Saisine], row: Row) -> Match | None:
    reference = exact_reference(row["written"])
    return Match(row, saisines.get(reference), "exact") if reference else None


def _repaired(world: World, saisines: dict[str, Saisine], row: Row, exact: list[Match]) -> Match:
    candidates = [s for s in saisines.values() if _candidate(world, s, row)]
    if len(candidates) == 1 and not _told_exactly(candidates[0], row, exact):
        return Match(row, candidates[0], "repaired")
    return Match(row, None, "ambiguous" if candidates else "nothing")


def _candidate(world: World, s: Saisine, row: Row) -> bool:
    if s.opened_on > row["received_on"]:
        return False
    seized = {world.end_of_chain(x.association) for x in s.seizures}
    return world.end_of_chain(row["association"]) in seized and reachable(compact(row["written"]), compact(s.reference))


def _told_exactly(s: Saisine, row: Row, exact: list[Match]) -> bool:
    """An exact fiche of the same association for this saisine was received by that day."""
    return any(
        m.saisine is s and m.fiche["association"] == row["association"] and m.fiche["received_on"] <= row["received_on"]
        for m in exact
    )


# --- one repair ------------------------------------------------------------------------------------------------------


def reachable(written: str, reference: str) -> bool:
    """The reference is reached from what was written by one repair (both without dashes, in capitals)."""
    return reread(written) == reference or written in shortened(reference) or one_slip(written, reference)


def reread(written: str) -> str | None:
    """Letters at the eight digit places read as the digits they look like."""
    if len(written) != 11:
        return None
    return written[:2] + "".join(LOOKALIKES.get(c, c) for c in written[2:10]) + written[10]


def shortened(reference: str) -> set[str]:
    """What people write when they leave out the prefix, zeros at the left of the serial, or both."""
    prefix, year, serial, check = reference[:2], reference[2:4], reference[4:10], reference[10]
    zeros = len(serial) - len(serial.lstrip("0"))
    return {start + year + serial[n:] + check for start in (prefix, "") for n in range(zeros + 1)} - {reference}


def one_slip(one: str, other: str) -> bool:
    """One substitution, deletion, insertion or exchange of neighbours."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    if len(one) == len(other):
        wrong = [n for n in range(len(one)) if one[n] != other[n]]
        return len(wrong) == 1 or _exchanged(one, other, wrong)
    longer, shorter = sorted((one, other), key=len, reverse=True)
    return any(longer[:n] + longer[n + 1 :] == shorter for n in range(len(longer)))


def _exchanged(one: str, other: str, wrong: list[int]) -> bool:
    if len(wrong) != 2 or wrong[1] != wrong[0] + 1:
        return False
    return one[wrong[0]] == other[wrong[1]] and one[wrong[1]] == other[wrong[0]]
