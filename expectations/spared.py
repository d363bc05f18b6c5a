"""Packages that Great Expectations imports for expectations that are not ours: a third of its import."""

from __future__ import annotations

import importlib
import sys
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
