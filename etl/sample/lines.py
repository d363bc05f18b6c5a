"""What the sample knows of the conventions: who calls which line, in what proportion, and what is then done.

The tariffs stay in the convention files; these are only frequencies, chosen to look like a national platform
(`reference/domain.md` §1: sessions followed by victim 4 to 5, shares by convention invented).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A convention as its callers see it.

    Attributes:
        convention: code.
        share: of the saisines, relative.
        number: the national number dialled, ten digits.
        closes: hour at which the line closes; all open at nine.
        qualites: (qualité, relative frequency).
        sessions: nature → mean number of sessions of a saisine taken in charge.
    """

    convention: str
    share: int
    number: str
    closes: int
    qualites: tuple[tuple[str, int], ...]
    sessions: dict[str, float]


LINES = (
    Line("CALAE", 36, "0180523384", 21, (("elu", 66), ("proche", 34)), {"psy": 4.2, "jur": 0.3, "soc": 0.15}),
    Line("AMF", 8, "0180523384", 21, (("elu", 100),), {"psy": 2.4, "jur": 0.6, "soc": 0.1}),
    Line("ENSEIGNE", 40, "0199001276", 20, (("salarie", 78), ("proche", 22)), {"psy": 3.0, "jur": 0.4, "soc": 0.3}),
    Line(
        "SPORT",
        16,
        "0199008442",
        19,
        (("licencie", 62), ("proche", 26), ("autre", 12)),
        {"psy": 2.6, "jur": 0.9, "soc": 0.2},
    ),
)
OPENS = 9
OTHER_NUMBER = "0180523376"  # a line of the platform that belongs to no convention
