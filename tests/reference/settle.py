"""The whole computation: tables in, statements and discrepancies out."""

from __future__ import annotations

from datetime import date
from typing import Any

from . import acts, blocks, discrepancies, matching, refusals, saisines, sessions, statement, versions, world
from .saisines import Saisine
from .world import Row, World


def settle(tables: dict[str, list[Row]]) -> dict[str, Any]:
    """Compute the draft of every convention.

    Args:
        tables: the core's tables as lists of dictionaries; `parameters` has one row.

    Returns:
        ``{"statements": {code: statement as outputs.md §2}, "discrepancies": [rows]}``.
    """
    w = world.build(tables)
    known = judge(w)
    back = stated_before(w, known)
    made = {code: statement.state(w, known, code, back) for code in sorted(w.conventions)}
    rows = discrepancies.found(w, known)
    for drafted, used in made.values():
        discrepancies.finish(w, drafted, rows, used)
    return {
        "statements": {code: drafted for code, (drafted, _) in made.items()},
        "discrepancies": rows,
        "facts": line_facts(known),
    }


def judge(w: World) -> dict[str, Saisine]:
    """rules.md §2 to §6: saisines, their fiches, what blocks them, what is due."""
    known = saisines.build(w)
    matches = matching.match_all(w, known)
    report_unmatched(w, matches)
    versions.build(w, known, matches)
    for s in known.values():
        sessions.validate(w, s)
        blocks.block(w, s)
        s.refused = w.last("refuse", s.reference) is not None
    sessions.elsewhere(w, known)
    for s in known.values():
        acts.make(w, s)
        statement.close(w, s)
    return known


def report_unmatched(w: World, matches: list[matching.Match]) -> None:
    for m in matches:
        if m.saisine is None:
            code = "AMBIGUOUS_MATCH" if m.how == "ambiguous" else "FICHE_WITHOUT_SAISINE"
            w.found.append(
                {
                    "code": code,
                    "severity": "B",
                    "saisine": None,
                    "written": m.fiche["written"],
                    "association": m.fiche["association"],
                    "detail": m.how,
                }
            )


def stated_before(w: World, known: dict[str, Saisine]) -> dict[tuple, Any]:
    """rules.md §7 and §9: what bars an act, what becomes of the stated lines; those taken back, by identity."""
    back: dict[tuple, Any] = {}
    for s in known.values():
        refusals.refuse(w, s)
        taken, stays = statement.dropped(w, s)
        if not (s.blocked or s.closed):
            statement.cover(w, s, stays)
            refusals.bar(w, s)
        back |= {line.identity: line for line in taken}
    back |= {line.identity: line for line in statement.refused_unknown(w, known)}
    return back


def line_facts(known: dict[str, Saisine]) -> dict[tuple, Row]:
    """What a finalised line keeps beside what it prints: its qualité, and whether it is undated."""
    out = {}
    for s in known.values():
        for act in s.acts:
            key = (s.reference, act.association, act.prestation, act.day.isoformat(), act.nth)
            out[key] = {"qualite": s.qualite, "undated": bool(act.session and act.session.undated)}
    return out


def fingerprints(tables: dict[str, list[Row]], reference: str) -> dict[str, str]:
    """The acts of the counting versions of one saisine as known today, by sending group (for `decision_basis`)."""
    ever = {"quarter": "", "quarter_start": date(2000, 1, 1), "quarter_end": date(9999, 1, 1), "cutoff": date.max}
    w = world.build(tables | {"parameters": [ever]})
    known = saisines.build(w)
    versions.build(w, known, matching.match_all(w, known))
    s = known.get(reference)
    groups = [*s.groups.values(), *s.strangers] if s else []
    return {str(g.key): versions.acts_fingerprint(g.counting) for g in groups}
