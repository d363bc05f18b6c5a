"""`saisines conventions apply`: changed files, shown with their difference, applied by a second person."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.jobs import people
from etl.jobs.running.init import stored_files
from etl.jobs.settlement.conventions import difference, refusals
from etl.model.convention_set import ConventionsError, ConventionSet, read_directory, read_set
from etl.model.errors import SaisinesError
from etl.model.quarter import Quarter
from etl.warehouse import reference, statements, watch
from etl.warehouse.query import Row
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

# What the change costs or saves, as data that JSON can hold: the same for the same inputs.
Compare = Callable[["Engine", ConventionSet, ConventionSet], Mapping[str, Any]]


@dataclass(frozen=True)
class Proposal:
    """What `run` shows.

    Attributes:
        digest: of the difference; None when nothing changes.
        texts: in French, key by key, what the files say otherwise.
        money: what `compare` gave.
        applied: whether it is in force now.
        by: who proposed it.
    """

    digest: str | None
    texts: list[str]
    money: Mapping[str, Any]
    applied: bool
    by: str


def run(
    home: Path, folder: Path, by: str, at: datetime, digest: str | None = None, compare: Compare | None = None
) -> Proposal:
    """Propose the set of a folder, or, with the digest of a difference that another person proposed, put it in force.

    Args:
        home: the folder of the state.
        folder: the complete set, changed files and others.
        by: who does it.
        at: the instant.
        digest: of the difference, named by the second person.
        compare: gives the difference in money, which the digest covers.

    Raises:
        SaisinesError: a file is wrong, a version reaches back without `retroactif: oui`, the digest is that of another
            difference, or the same person proposes and applies.
    """
    by, after = people.given(by), read_directory(folder)
    with connect(home) as engine, engine.begin() as connection:
        reference.lock_reference(connection)
        before = _in_force(connection)
        texts = difference(before, after)
        if not texts:
            return Proposal(None, [], {}, True, by)
        _refuse_reaching_back(connection, before, after)
        money = compare(engine, before, after) if compare else {}
        shown = Proposal(_digest(before, after, texts, money), texts, money, digest is not None, by)
        if digest is None:
            return _propose(connection, shown, after, at)
        _apply(connection, shown, digest.strip().lower(), at)
        return shown


def _in_force(connection: Connection) -> ConventionSet:
    stored = reference.load_convention_files(connection)
    if not stored:
        raise SaisinesError("Aucun fichier de convention en vigueur ; lancez d’abord « saisines init ».")
    return read_set(stored)


def _refuse_reaching_back(connection: Connection, before: ConventionSet, after: ConventionSet) -> None:
    last: dict[str, Quarter] = {}
    for one in statements.load_statements(connection):
        if one["kind"] == "releve":
            quarter = Quarter.parse(one["quarter"])
            last[one["convention"]] = max(quarter, last.get(one["convention"], quarter))
    refused = refusals(before, after, last)
    if refused:
        raise ConventionsError(refused)


def _digest(before: ConventionSet, after: ConventionSet, texts: list[str], money: Mapping[str, Any]) -> str:
    told = {"before": before.fingerprints, "after": after.fingerprints, "texts": texts, "money": money}
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _propose(connection: Connection, shown: Proposal, after: ConventionSet, at: datetime) -> Proposal:
    """Keep the proposal; the same one again leaves the first, and its author, as they are."""
    pending = reference.load_pending_set(connection)
    if pending is not None and pending["digest"] == shown.digest:
        return Proposal(shown.digest, shown.texts, shown.money, False, str(pending["loaded_by"]))
    if pending is not None:
        reference.save_set_status(connection, pending["set_id"], "abandonne", None, None)
    detail = {"texts": shown.texts, "money": dict(shown.money)}
    reference.save_convention_set(connection, stored_files(after), shown.by, at, digest=shown.digest, difference=detail)
    return shown


def _apply(connection: Connection, shown: Proposal, digest: str, at: datetime) -> None:
    pending = reference.load_pending_set(connection)
    if pending is None:
        raise SaisinesError(
            "Aucun changement de conventions n’attend d’être appliqué ; proposez-le d’abord, sans empreinte."
        )
    _refuse_other(pending, shown, digest)
    reference.save_set_status(connection, pending["set_id"], "applique", shown.by, at)
    detail = {"set_id": pending["set_id"], "digest": digest}
    watch.save_act(connection, "conventions_apply", detail, shown.by, settings.system_user(), at)


def _refuse_other(pending: Row, shown: Proposal, digest: str) -> None:
    if digest != pending["digest"]:
        raise SaisinesError(
            "Cette empreinte n’est pas celle du changement proposé ; relancez la commande sans elle pour le revoir."
        )
    if shown.digest != digest:
        raise SaisinesError(
            "Ce que change ce dossier n’est plus ce qui a été proposé (fichiers ou données) ; proposez-le à nouveau."
        )
    if people.same(str(pending["loaded_by"]), shown.by):
        raise SaisinesError(f"{shown.by} a proposé ce changement : une autre personne doit l’appliquer.")
