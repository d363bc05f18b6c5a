"""Telephone numbers in any usual French writing, as E.164."""

import re
from functools import lru_cache

from etl.model.text import normalise

_EXTENSION = re.compile(r"\b(?:poste|ext|p)\b.*$", re.IGNORECASE)
# Overseas départements are dialled with a zero like the others, yet have their own country codes (ARCEP numbering
# plan). The library reads 0262… as +33262…, which would make one line two.
_OVERSEAS = {
    "590": ("590", "690", "691"),
    "594": ("594", "694"),
    "596": ("596", "696", "697"),
    "262": ("262", "263", "269", "639", "692", "693"),
}
_COUNTRY_OF_PREFIX = {prefix: country for country, prefixes in _OVERSEAS.items() for prefix in prefixes}
_SHORT = re.compile(r"116[0-9]{3}|3[0-9]{3}|10[0-9]{2}")


@lru_cache(maxsize=1024)  # a journal holds few lines reached, each a great many times
def e164(text: str) -> str | None:
    """Read a telephone number.

    Possible numbers pass, not only valid ones: the library's "valid" asks whether the regulator has opened the range,
    and the invented numbers of examples (01 99 00 12 76) lie on purpose in ranges it has not.

    Args:
        text: as written: ``01 80 52 33 84``, ``+33 (0)1.80.52.33.84``, ``0033…``, ``0262 …``, ``116 006``.

    Returns:
        ``+33180523384``; None if it has not the shape of a number. A French short number is +33 and its digits.
    """
    import phonenumbers  # slow to load, and most commands read no number

    written = _EXTENSION.sub("", normalise(text)).strip()
    digits = re.sub(r"[^0-9+]", "", written)
    if _SHORT.fullmatch(digits):
        return f"+33{digits}"
    if re.search(r"[A-Za-z]", written.removeprefix("tel:")):
        return None
    try:
        number = phonenumbers.parse(written, "FR")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return _overseas(str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)))


def _overseas(number: str) -> str:
    country = _COUNTRY_OF_PREFIX.get(number[3:6]) if number.startswith("+33") and len(number) == 12 else None
    return f"+{country}{number[3:]}" if country else number
