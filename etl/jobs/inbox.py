"""What the DAGs take in: a folder where the platform's exports and the associations' files are dropped.

The instant that such a source gives is the file's modification time: it is what a drop by SFTP or a share leaves, and
it stays when the file is only read. A file dated after its reading was received when it was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from etl.jobs import ingest
from etl.model.errors import SaisinesError
from etl.model.quarter import civil_day
from etl.sources import inbox


@dataclass(frozen=True)
class Taken:
    """How many files were taken in, and how many could not be."""

    received: int
    failed: int


def run(home: Path, folder: Path, kind: str, at: datetime) -> Taken:
    """Take in what is new of one kind.

    Args:
        home: the folder of the state.
        folder: the inbox; its part of that kind may be missing, which is no news.
        kind: `journal` or `fiches`.
        at: the instant of the reading.

    Raises:
        SaisinesError: no file could be taken in and some failed; the others wait for nothing.
    """
    paths = [folder / kind] if (folder / kind).is_dir() else []
    found, _ = inbox.find(paths)
    if not found:
        return Taken(0, 0)
    report = ingest.run(home, paths, at, received_how="source", receptions=receptions(paths, at))
    taken = Taken(sum(one.status == ingest.RECEIVED for one in report.files), len(report.failed))
    if taken.failed and not taken.received:
        refuse(taken.failed)
    return taken


def receptions(paths: Sequence[Path], at: datetime) -> dict[Path, date]:
    """The day of reception of each file of these folders, as the folders tell it."""
    return {one.path: received_on(one.path, at) for one in inbox.find(paths)[0]}


def received_on(path: Path, at: datetime) -> date:
    """The civil day on which a file reached the folder, never later than its reading."""
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return civil_day(min(written, at))


def refuse(failed: int) -> None:
    """Raise a SaisinesError if files could not be taken in."""
    if failed:
        raise SaisinesError(
            f"{failed} fichier(s) illisible(s) ; « saisines deliveries list » dit lesquels et pourquoi."
        )
