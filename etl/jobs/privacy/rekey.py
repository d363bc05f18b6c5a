"""`saisines rekey`: another key for the pseudonyms, or for the landed files.

A pseudonym cannot be turned into another: the identifiers are read again from the landed journals, each person keeps
one name, and drafts stay the same to the byte. Someone whose journals are gone gets a number drawn at random, which
keeps the past as it is and links to no later call; that is only done when asked for.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from etl import settings
from etl.jobs import people
from etl.jobs.intake import storing
from etl.model.errors import SaisinesError
from etl.sources import landing
from etl.sources.journal import pseudonym_of, read_journal
from etl.sources.profile import load_profile
from etl.sources.sealing import seal
from etl.warehouse import deliveries, purging, watch
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from etl.warehouse.query import Row

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Rekeyed:
    """What a change of the key of pseudonyms did.

    Attributes:
        people: who have another pseudonym now.
        calls: in which it was changed.
        forgotten: people whose journals are gone, and who have a number drawn at random.
    """

    people: int
    calls: int
    forgotten: int


def pseudonyms(
    home: Path,
    new: bytes,
    by: str,
    reason: str,
    at: datetime,
    *,
    forget: bool = False,
    progress: Progress = lambda what: None,
) -> Rekeyed:
    """Give every person the pseudonym of another key, in one transaction; the old key is refused from then on.

    Args:
        home: the folder of the state.
        new: the new key; the present one is that of the settings.
        by: who does it.
        reason: why.
        at: the instant.
        forget: people whose landed journals are gone get a number drawn at random.
        progress: told the step that runs.

    Raises:
        SaisinesError: the present key is not that of the warehouse, the new one is the same, or journals are gone.
    """
    by, reason, old = people.given(by), people.reason_given(reason), settings.pseudonym_key()
    _refuse_same(old, new)
    with connect(home, role="purge") as engine, engine.begin() as connection:
        storing.lock(connection)
        deliveries.check_key(connection, settings.key_id(old))
        purging.allow(connection)
        progress("journaux")
        known = purging.load_people(connection)
        names = _read_again(home, deliveries.load_deliveries(connection), old, new)
        lost = sorted(known - names.keys())
        if lost and not forget:
            raise SaisinesError(
                f"{len(lost)} personne(s) dont les journaux reçus ne sont plus là ne peuvent être suivies sous une autre clé ; "
                "relancez avec --forget pour leur donner un numéro au hasard (aucun relevé n’en change)."
            )
        names = {one: names[one] if one in names else purging.surrogate() for one in known}
        if len(set(names.values())) != len(names):
            raise SaisinesError("La nouvelle clé confondrait deux personnes ; donnez-en une autre.")
        progress("pseudonymes")
        done = Rekeyed(len(names) - len(lost), purging.rename(connection, names), len(lost))
        purging.save_key_id(connection, settings.key_id(new))
        watch.save_act(connection, "rekey", _told(asdict(done), old, new, reason), by, settings.system_user(), at)
    return done


def _refuse_same(old: bytes, new: bytes) -> None:
    if len(new) < settings.KEY_LENGTH_MIN:
        raise SaisinesError(f"La nouvelle clé est trop courte : {settings.KEY_LENGTH_MIN} caractères au moins.")
    if old == new:
        raise SaisinesError("La nouvelle clé est celle d’aujourd’hui ; donnez-en une autre.")


def _told(counts: dict[str, int], old: bytes, new: bytes, reason: str) -> dict[str, object]:
    return {**counts, "from": settings.key_id(old), "to": settings.key_id(new), "reason": reason}


def _read_again(home: Path, received: list[Row], old: bytes, new: bytes) -> dict[str, str]:
    """The new pseudonym of each old one, as the landed journals tell; what cannot be read tells nothing."""
    names: dict[str, str] = {}
    before, after = pseudonym_of(old), pseudonym_of(new)

    def remember(person: str) -> str:
        return names.setdefault(before(person), after(person))

    for row in received:
        if row["kind"] != "journal" or row["status"] == "failed":
            continue
        content = landing.read_landed(home, row["landed"], row["sha256"], settings.storage_key(make=False))
        if content is not None:
            try:
                read_journal(content, row["file_name"] or "", load_profile(row["origin"]), remember)
            except SaisinesError:  # its profile is gone, or no longer reads it
                continue
    return names


def storage(home: Path, new: bytes, by: str, reason: str, at: datetime, progress: Progress = lambda what: None) -> int:
    """Encrypt the landed files with another key: all in a folder aside, then put in place; gives their number.

    Backups made before keep the key they were made with.

    Raises:
        SaisinesError: a file is damaged or of another key; nothing changes then.
    """
    by, reason, old = people.given(by), people.reason_given(reason), settings.storage_key(make=False)
    _refuse_same(old, new)
    target, aside, gone = (
        home / f"{landing.FOLDER}{end}" for end in ("", f".rekeyed.{os.getpid()}", f".old.{os.getpid()}")
    )
    with connect(home) as engine, engine.begin() as connection:
        storing.lock(connection)
        try:
            count = _seal_again(home, aside, old, new, progress)
            _told_of_files(connection, count, old, new, by, reason, at)
            if count:
                target.rename(gone)
                aside.rename(target)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    shutil.rmtree(gone, ignore_errors=True)
    return count


def _seal_again(home: Path, aside: Path, old: bytes, new: bytes, progress: Progress) -> int:
    paths = sorted(path.relative_to(home) for path in (home / landing.FOLDER).rglob("*") if path.is_file())
    paths = [path for path in paths if landing.is_place(path.as_posix())]  # not what a killed process left
    for path in paths:
        progress("fichiers reçus")
        content = landing.read_landed(home, path.as_posix(), path.name, old)
        if content is None:
            raise SaisinesError(f"{landing.FOLDER}/{path.name[:12]}… : fichier abîmé ; restaurez-le d’une sauvegarde.")
        landing.write(aside / path.parent.name / path.name, seal(content, new))
    return len(paths)


def _told_of_files(
    connection: Connection, count: int, old: bytes, new: bytes, by: str, reason: str, at: datetime
) -> None:
    detail = _told({"files": count}, old, new, reason)
    watch.save_act(connection, "rekey_files", detail, by, settings.system_user(), at)


def put_key(secret: settings.Secret, new_file: Path) -> Path | None:
    """Put a new key in the place of the generated file, the old one kept beside under its id; None when the environment gives it."""
    if settings.key_from_environment(secret):
        return None
    present = settings.key_file(secret)
    old = settings.read_key_file(present, secret, make=False)
    kept = present.with_name(f"{present.stem}.{settings.key_id(old)}{present.suffix}")
    present.rename(kept)
    new_file.rename(present)
    return kept
