"""The invented member associations: codes, départements, identifiers that pass their checks, mergers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

OVERSEAS = ("971", "972", "973", "974", "976", "987", "988")
DEPARTEMENTS = (
    *(f"{n:02}" for n in range(1, 20)),
    "2A",
    "2B",
    *(str(n) for n in range(21, 96)),
    *OVERSEAS,
)
WITHOUT_RNA = ("57", "67", "68")  # Alsace-Moselle keeps its own register of associations
MERGED_DURING, MERGED_BEFORE, WRONG_IBAN = 10, 20, 4  # positions in the network
HEADER = "code;nom;siret;rna;departement;iban;bic;titulaire;email;active_du;active_au;successeur"


@dataclass(frozen=True)
class Association:
    """One line of the register, and how much of the platform's work comes to it.

    Attributes:
        number: 1-based place in the network, from which every identifier is made.
        weight: share of the saisines, relative.
        active_au: last day of activity, `None` while it lives.
        successeur: code of the association that took over.
    """

    number: int
    departement: str
    weight: float
    active_au: date | None = None
    successeur: str = ""

    @property
    def code(self) -> str:
        """The code, e.g. `AAV007`."""
        return f"AAV{self.number:03}"


def build(count: int, quarter_start: date, rng: Random) -> list[Association]:
    """Invent a network.

    Args:
        count: number of associations, 1 to 999.
        quarter_start: first day of the quarter; two mergers are dated from it.
        rng: source of chance.

    Returns:
        The associations in order of their codes.
    """
    network = [
        Association(n + 1, DEPARTEMENTS[(n * 37) % len(DEPARTEMENTS)], rng.paretovariate(1.6)) for n in range(count)
    ]
    if count > MERGED_DURING + 1:
        _merge(network, MERGED_DURING, quarter_start + timedelta(days=40))
    if count > MERGED_BEFORE + 1:
        _merge(network, MERGED_BEFORE, quarter_start - timedelta(days=31))
    return network


def _merge(network: list[Association], place: int, last_day: date) -> None:
    network[place] = replace(network[place], active_au=last_day, successeur=network[place + 1].code)


def competent(network: list[Association], chosen: Association, day: date) -> Association:
    """The association that acts for `chosen` on `day`: itself, or its successor once it has closed."""
    if chosen.active_au is None or day <= chosen.active_au:
        return chosen
    return next(one for one in network if one.code == chosen.successeur)


def register(network: list[Association]) -> str:
    """The register as `associations.csv` (contract/inputs.md §3); one IBAN in it has a wrong digit."""
    return "\n".join([HEADER, *(_register_line(one) for one in network)]) + "\n"


def _register_line(one: Association) -> str:
    n = one.number
    bank = iban(n)
    if n == WRONG_IBAN + 1:
        bank = bank[:-1] + str((int(bank[-1]) + 3) % 10)
    cells = (
        one.code,
        f"Association d'aide aux victimes {n:03} (exemple)",
        siret(n),
        "" if one.departement in WITHOUT_RNA else f"W{n:09}",
        one.departement,
        bank,
        "EXMPFRPP",
        f"AAV {n:03}",
        f"contact@aav{n:03}.example",
        "2015-01-01",
        one.active_au.isoformat() if one.active_au else "",
        one.successeur,
    )
    return ";".join(cells)


def luhn_digit(digits: str) -> str:
    """The digit that makes `digits` + it pass Luhn's test."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        doubled = int(char) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def siret(number: int) -> str:
    """A SIRET that is right and belongs to nobody: SIREN 99 00N NNC, establishment 0001C."""
    siren = f"99{number:06}"
    siren += luhn_digit(siren)
    return siren + "0001" + luhn_digit(siren + "0001")


def iban(number: int) -> str:
    """A French IBAN of the invented bank 99999, with a right RIB key and right check digits."""
    bank, branch, account = 99999, 1, number
    key = 97 - (89 * bank + 15 * branch + 3 * account) % 97
    bban = f"{bank:05}{branch:05}{account:011}{key:02}"
    check = 98 - int(bban + "152700") % 97  # F=15, R=27, then 00 for the digits sought
    return f"FR{check:02}{bban}"
