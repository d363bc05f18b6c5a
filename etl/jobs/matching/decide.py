"""`saisines decide`: one decision or a file of them, appended whole or not at all (rules §10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.jobs.matching.decision_file import COLUMNS, DecisionsError, read_decisions, typed
from etl.jobs.matching.decision_rules import OF_A_FICHE, Known, problems
from etl.model.quarter import civil_day
from etl.model.reference import compact
from etl.warehouse import decisions, reference
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

__all__ = ["Decided", "DecisionsError", "Fingerprints", "read_decisions", "run"]

Decided = dict[str, Any]
Bases = list[tuple[str | None, str]]
# Of each reference: (association, fingerprint of its counting version's acts), as of a day, these decisions included.
Fingerprints = Callable[["Engine", date, Sequence[Mapping[str, Any]]], Mapping[str, Bases]]


def run(
    home: Path, given: Sequence[Mapping[str, Any]], at: datetime, fingerprints: Fingerprints | None = None
) -> list[int]:
    """Record decisions, all or none. One that already stands word for word is not repeated.

    Args:
        home: the folder of the state.
        given: columns of the decisions file, as text (`read_decisions`, or one made from the command line).
        at: the instant.
        fingerprints: gives what the acts are today, on which an accepted code about a fiche rests.

    Returns:
        The keys of the decisions, in the order given.

    Raises:
        DecisionsError: any is refused; all that is wrong is said.
    """
    with connect(home) as engine, engine.begin() as connection:
        decisions.lock_decisions(connection)
        read = _checked(connection, given, at)
        standing = _standing(decisions.load_decisions(connection))
        bases = _bases(engine, read, at, fingerprints)
        return [_record(connection, one, bases, standing, at) for one in read]


def _checked(connection: Connection, given: Sequence[Mapping[str, Any]], at: datetime) -> list[Decided]:
    known = _known(connection, at)
    standing = _standing(decisions.load_decisions(connection))
    read, errors = [], []
    for place, one in enumerate(given, 1):
        made, wrong = typed(one)
        made |= {name: known.code(made[name]) for name in ("convention", "association", "new_association")}
        wrong += problems(made, known) if not wrong else []
        if not wrong and made["kind"] == "withdraw" and not _undo(standing, made):
            wrong = [f"withdraw {made['code']} : aucune décision de cette sorte à retirer."]
        if not wrong and made["kind"] != "withdraw":
            standing.append(made)
        read.append(made)
        errors += [f"{one.get('where') or f'décision {place}'} : {what}" for what in wrong]
    if errors:
        raise DecisionsError(errors)
    return read


def _known(connection: Connection, at: datetime) -> Known:
    conventions = set(reference.load_fingerprints(connection)) - {"commun"}
    associations = {row["code"] for row in reference.load_associations(connection)}
    return Known(conventions, associations, civil_day(at))


def _standing(recorded: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The decisions that no withdrawal has undone, in order."""
    standing: list[Mapping[str, Any]] = []
    for one in recorded:
        if one["kind"] == "withdraw":
            _undo(standing, one)
        else:
            standing.append(one)
    return standing


def _undo(standing: list[Mapping[str, Any]], withdrawal: Mapping[str, Any]) -> bool:
    """Take out the last decision that a withdrawal names; False when there is none."""
    for place in range(len(standing) - 1, -1, -1):
        one = standing[place]
        named = one["code"] if one["kind"] == "accept" else one["kind"]
        if (named, one["reference"]) != (withdrawal["code"], withdrawal["reference"]):
            continue
        if one["reference"] is not None or one["day"] == withdrawal["day"]:
            del standing[place]
            return True
    return False


def _bases(engine: Engine, read: list[Decided], at: datetime, fingerprints: Fingerprints | None) -> Mapping[str, Bases]:
    if fingerprints is None or not any(_rests_on_acts(one) for one in read):
        return {}
    return fingerprints(engine, civil_day(at), read)


def _record(
    connection: Connection, one: Decided, bases: Mapping[str, Bases], standing: list[Mapping[str, Any]], at: datetime
) -> int:
    own = bases.get(str(one["reference"]), []) if _rests_on_acts(one) else []
    last = next((other for other in reversed(standing) if _subject(other) == _subject(one)), None)
    if last is not None and all(last[name] == one[name] for name in COLUMNS) and _same_bases(connection, last, own):
        return int(last["decision_id"])
    made = decisions.save_decision(connection, one, own, settings.system_user(), at)
    if one["kind"] == "withdraw":
        _undo(standing, one)
    else:
        standing.append({**one, "decision_id": made})
    return made


def _rests_on_acts(one: Mapping[str, Any]) -> bool:
    return one["kind"] == "accept" and one["code"] in OF_A_FICHE


def _same_bases(connection: Connection, last: Mapping[str, Any], own: Bases) -> bool:
    return decisions.load_bases(connection, int(last["decision_id"])) == set(own)


def _subject(one: Mapping[str, Any]) -> tuple[object, ...]:
    """What a decision is about: of two on the same subject the last holds."""
    if one["kind"] in {"confirm_match", "reject_match"}:
        return ("match", one["association"], compact(one["written"]))
    moved = tuple(name for name in ("convention", "qualite", "new_association") if one[name])
    return (one["kind"], one["reference"], one["code"], one["day"], moved)
