"""Text as SEPA banks take it: the basic Latin letters, digits and a few signs, nothing else."""

import re

NOT_SEPA = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
WORDS = str.maketrans({"&": "+", "@": "(at)", "_": "-", "’": "'", "œ": "oe", "Œ": "OE", "€": "EUR"})


def sepa_text(text: str, length: int) -> str:
    """A text in the SEPA character set, at most `length` characters; letters lose their accents, other signs go.

    No text begins or ends with `/` or holds `//`: banks refuse them.
    """
    from unidecode import unidecode

    plain = unidecode(text.translate(WORDS), errors="ignore")
    spaced = " ".join(NOT_SEPA.sub(" ", plain).split())
    single = re.sub(r"/{2,}", "/", spaced)
    return single[:length].strip(" /") or "-"
