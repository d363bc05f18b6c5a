"""A home with a small invented quarter, taken in as a folder source would."""

from datetime import UTC, datetime
from pathlib import Path

from etl.jobs.intake import inbox
from etl.jobs.running import init, sample

AT = datetime(2026, 7, 20, 9, 30, tzinfo=UTC)


def fill(home: Path, box: Path, conventions: Path | None = None) -> None:
    """Initialise a home with the sample's files, or others, and take the whole inbox in."""
    if not box.exists():
        sample.run(box, 60)
    init.run(home, conventions or box / "conventions", box / "associations.csv", "installation", AT)
    inbox.run(home, box, "journal", AT)
    inbox.run(home, box, "fiches", AT)
