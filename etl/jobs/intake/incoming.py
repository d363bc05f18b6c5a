"""A file on its way in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from etl.sources.inbox import Found
from etl.sources.intake import Content
from etl.sources.landing import Landed


@dataclass(frozen=True)
class Incoming:
    """A file on its way in: what it is, where it landed, when it was received, what it holds or why it failed."""

    found: Found
    landed: Landed
    received_on: date
    content: Content | None = None
    failure: str | None = None

    @property
    def identity(self) -> tuple[str, str]:
        """What makes it the same delivery: its bytes and its origin."""
        return self.landed.sha256, self.found.origin
