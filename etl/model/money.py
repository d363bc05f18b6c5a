"""Money: whole euro cents, and the one rounding function (rules.md §1)."""

import re
from fractions import Fraction

_AMOUNT = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,2}))?")
NARROW = "\u202f"
MINUS = "\u2212"


def round_half_up(value: Fraction | int) -> int:
    """Round to a whole number, halves away from zero: 1.5 → 2, -1.5 → -2.

    Args:
        value: exact. Floats are refused: they cannot hold a half cent.

    Raises:
        TypeError: the value is a float, or anything else that is not exact.
    """
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise TypeError(f"exact numbers only, not {type(value).__name__}")
    exact = Fraction(value)
    whole = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return whole if exact >= 0 else -whole


def cents(text: str) -> int:
    """Read a decimal string of euros: ``"55.00"`` → 5500.

    Raises:
        TypeError: not a string: a float has already lost what was written.
        ValueError: not digits with at most two decimals after a point.
    """
    if not isinstance(text, str):
        raise TypeError(f"an amount is read from text, not from {type(text).__name__}")
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise ValueError(f"not an amount with at most two decimals: {text!r}")
    sign, whole, decimals = match.groups()
    value = int(whole) * 100 + int((decimals or "").ljust(2, "0"))
    return -value if sign else value


def euros(amount_cents: int) -> str:
    """Write an amount for people: ``1 234,50 €``.

    Spaces are narrow and no-break (U+202F) and the sign is U+2212, so that no line break falls inside.
    """
    whole, rest = divmod(abs(amount_cents), 100)
    grouped = f"{whole:,}".replace(",", NARROW)
    return f"{MINUS if amount_cents < 0 else ''}{grouped},{rest:02d}{NARROW}€"
