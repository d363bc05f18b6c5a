"""The folder that the DAGs take in where no source is declared, and the dates that a folder's files bear.

The instant that such a source gives is the file's modification time: it is what a drop on a share leaves, and it stays
when the file is only read. A file dated after its reading was received when it was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from etl.jobs.intake import pull
from etl.jobs.intake.pull import Taken
from etl.model.quarter import civil_day
from etl.sources import inbox
from etl.sources.pull.declared import of_folder


def run(home: Path, folder: Path, kind: str, at: datetime) -> Taken:
    """Take in what is new of one kind in an inbox.

    Args:
        home: the folder of the state.
        folder: the inbox; its part of that kind may be missing, which is no news.
        kind: `journal` or `fiches`.
        at: the instant of the reading.

    Raises:
        SaisinesError: no file could be taken in and some failed; the others wait for nothing.
    """
    return pull.run_source(home, of_folder(folder, kind), at)


def receptions(paths: Sequence[Path], at: datetime) -> dict[Path, date]:
    """The day of reception of each file of these folders, as the folders tell it."""
    return {one.path: received_on(one.path, at) for one in inbox.find(paths)[0]}


def received_on(path: Path, at: datetime) -> date:
    """The civil day on which a file reached the folder, never later than its reading."""
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return civil_day(min(written, at))
