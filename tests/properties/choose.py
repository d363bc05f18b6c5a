"""Where the random choices come from: Hypothesis, which shrinks them, or a seed, which is fast and repeatable."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hypothesis import strategies as st


class Choice(Protocol):
    """A whole number from 0 up to and without `count`."""

    def __call__(self, count: int) -> int: ...


@dataclass
class Choose:
    """All random choices of a world are made by drawing whole numbers."""

    below: Choice

    def one(self, values: Sequence[Any]) -> Any:
        """One of the values; the first is the plainest, towards which failures shrink."""
        return values[self.below(len(values))]

    def chance(self, percent: int) -> bool:
        return self.below(100) >= 100 - percent

    def up_to(self, count: int) -> int:
        return self.below(count + 1)

    def some(self, values: Sequence[Any], percent: int) -> list[Any]:
        return [value for value in values if self.chance(percent)]


def seeded(seed: int) -> Choose:
    return Choose(random.Random(seed).randrange)


@st.composite
def choosing(draw: st.DrawFn) -> Choose:
    """A source of choices for `@given`."""
    return Choose(lambda count: draw(st.integers(0, count - 1)))
