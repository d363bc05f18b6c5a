"""Civil quarters, half open, and the civil day of an instant (rules.md §1)."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from etl.model.errors import UsageError

PARIS = ZoneInfo("Europe/Paris")
_WRITTEN = re.compile(r"([0-9]{4})-?T([1-4])")


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a civil year, ``2026-T1``: the days from `start` up to, not including, `end`."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Quarter":
        """Read ``2026-T1``.

        Raises:
            UsageError: the text is not a quarter.
        """
        match = _WRITTEN.fullmatch(text.strip().upper())
        if match is None or not 1 <= int(match[1]) <= 9998:
            raise UsageError(f"Trimestre « {text} » non reconnu : écrire l’année et le trimestre, par exemple 2026-T1.")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """Give the quarter that holds a civil day."""
        return cls(day.year, (day.month + 2) // 3)

    @property
    def start(self) -> date:
        """The first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def end(self) -> date:
        """The day after the last: the end is not in the quarter."""
        return self.next.start

    @property
    def next(self) -> "Quarter":
        """The quarter after this one."""
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)

    @property
    def previous(self) -> "Quarter":
        """The quarter before this one."""
        return Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-T{self.number}"


def civil_day(instant: datetime) -> date:
    """Give the civil date, in Europe/Paris, of an instant.

    Args:
        instant: UTC; a naive one is UTC, as the warehouse stores it.
    """
    aware = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant
    return aware.astimezone(PARIS).date()
