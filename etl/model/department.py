"""Départements, as the contract lists them: ``01``…``95``, ``2A``, ``2B``, ``971``…``988`` (inputs.md §1)."""

# The list is the contract's, taken to the letter: codes no longer or not given (20, 979…) are in its ranges.
CODES = frozenset([*(f"{n:02d}" for n in range(1, 96)), "2A", "2B", *(str(n) for n in range(971, 989))])
ALSACE_MOSELLE = frozenset({"57", "67", "68"})


def department_code(text: str) -> str | None:
    """Read a département code: ``2a`` → ``2A``; None if it is not one. ``1`` is not ``01``: zeros are kept."""
    code = text.strip().upper()
    return code if code in CODES else None


def is_overseas(code: str | None) -> bool:
    """Tell whether the département is overseas (rules.md §6: its code starts with 97 or 98)."""
    return code is not None and code.startswith(("97", "98"))
