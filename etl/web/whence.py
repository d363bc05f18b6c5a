"""Whence the amount of an act came: the row of a delivery that says it, so that nobody has to take it on trust."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]

SESSIONS = ("PSY", "JUR", "SOC")
COUNTS = {"only", "counts"}
PLACE = ("number", "sheet", "row")
LISTED = "Entretiens"  # the sheet of a classeur's sessions (inputs.md §2)


def whence(story: Row, act: Row) -> dict[str, Any] | None:
    """The row an act rests on: of the journal for a redirection, of its sheet for a dated session, else of the fiche.

    Args:
        story: of the saisine, as `etl.jobs.story.explain` tells it.
        act: one of its acts.

    Returns:
        `number` of the delivery, `sheet` and `row`; None when nothing received says the act any more.
    """
    if act["prestation"] == "REO":
        return _seizure(story, act)
    fiche = _fiche(story, act)
    if fiche is None:
        return None
    found = {name: fiche["delivery"][name] for name in PLACE}
    session = _session(fiche, act) if act["prestation"] in SESSIONS and not act.get("undated") else None
    return found | {"sheet": LISTED, "row": session["row"]} if session else found


def _seizure(story: Row, act: Row) -> dict[str, Any] | None:
    """The row of the journal that passed the saisine to another association."""
    rows = [row for row in story["journal"] if row["counts"] and row["delivery"] and row["on"] == act["act_date"]]
    if not rows:
        return None
    return {name: rows[-1]["delivery"][name] for name in PLACE}


def _fiche(story: Row, act: Row) -> Row | None:
    """The fiche that counts of the act's association, else the only one that counts."""
    counting = [fiche for fiche in story["fiches"] if fiche["state"] in COUNTS]
    own = [fiche for fiche in counting if fiche["association"] == act["association"]]
    return own[-1] if own else counting[0] if len(counting) == 1 else None


def _session(fiche: Row, act: Row) -> Row | None:
    same = [
        one
        for one in fiche["sessions"]
        if one["prestation"] == act["prestation"] and one["day"] == act["act_date"] and one["statut"] == "honore"
    ]
    return same[min(act["nth"], len(same)) - 1] if same else None
