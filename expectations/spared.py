"""What Great Expectations is spared: packages it imports for expectations that are not ours, a third of its import; and
configurations made over and over, a third of what a small judgement takes.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

# Of ExpectColumnKLDivergenceToBeLessThan and the like: no rule of ours compares distributions.
NAMES = ("scipy.stats", "altair")


class Later(ModuleType):
    """Stands where a module would, and becomes it when something is asked of it (PEP 562).

    `importlib.util.LazyLoader` does the same, but an `import` statement looks at `__spec__`, which it takes for a question.
    """

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the module holds
        """What the real module has of that name; of Python's own names, only that which says that it is a package."""
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        real = importlib.import_module(self.__name__)
        self.__dict__.update(vars(real))
        return getattr(real, name)


def spare() -> None:
    """Let these packages wait until they are asked for; where they are there already, nothing changes."""
    for name in NAMES:
        sys.modules.setdefault(name, Later(name))


@contextmanager
def remembered() -> Iterator[None]:
    """Let each expectation make its configuration once: it is asked for it a hundred times and does not change."""
    from great_expectations.expectations.expectation import Expectation

    made: dict[int, tuple[Any, Any]] = {}
    making = Expectation.configuration

    def configuration(expectation: Any) -> Any:  # noqa: ANN401 - what Great Expectations makes
        if id(expectation) not in made:
            made[id(expectation)] = expectation, making.fget(expectation)  # held, lest another get its place
        return made[id(expectation)][1]

    Expectation.configuration = property(configuration)
    try:
        yield
    finally:
        Expectation.configuration = making
