"""The convention files as data (inputs.md §4): keys in French, as finance writes them; values read and typed.

Amounts are cents, rates percent × 10 000, telephone numbers E.164. What ties several keys together is in
`convention_rules`; reading files, with lines in the errors, is in `convention_set`.
"""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from etl.model import codes
from etl.model.convention_values import (
    UNLIMITED,
    Account,
    Boolean,
    Ceiling,
    Cents,
    Code,
    Day,
    Flag,
    Hour,
    Phone,
    Prestation,
    PrestationKey,
    Qualite,
    Rank,
    Rate,
    Text,
    Whole,
    coded,
    shown,
)
from etl.model.text import key, near


class Block(BaseModel):
    """A block of keys, none of them unknown; never changed once read."""

    # Built at the first file read: commands that read none start sooner.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Condition(BaseModel):
    """When an uplift applies: `kind` is urgence, outre_mer, mode or qualite; `value` the mode or qualité, else None."""

    model_config = ConfigDict(frozen=True)

    kind: str
    value: str | None = None


_ALONE = ("urgence", "outre_mer")
_WITH_VALUE = {"mode": codes.MODES, "qualite": codes.QUALITES}
_CONDITION_HELP = "attendu : urgence, outre_mer, {mode: telephone} ou {qualite: proche}"


def read_condition(value: object) -> Condition:
    """Read the `si` of an uplift."""
    alone = {key(name): name for name in _ALONE}
    if isinstance(value, str) and key(value) in alone:
        return Condition(kind=alone[key(value)])
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError(f"condition inconnue, {shown(value)} ; {_CONDITION_HELP}.")
    (kind, wanted), *_ = value.items()
    if kind not in _WITH_VALUE:
        raise ValueError(f"condition inconnue, « {kind} » ; {_CONDITION_HELP}{near(kind, tuple(_WITH_VALUE))}.")
    return Condition(kind=kind, value=coded(f"code de {kind}", _WITH_VALUE[kind])(wanted))


class CountCap(Block):
    """How many are paid at most, and within what."""

    nombre: Whole
    par: Annotated[str, BeforeValidator(coded("plafond", ("saisine", "beneficiaire_annee")))]


def _read_count_cap(value: object) -> object:
    if isinstance(value, dict | CountCap):
        return value
    if isinstance(value, str) and key(value) == UNLIMITED:
        return None
    raise ValueError(f"plafond non reconnu, {shown(value)} ; attendu : illimite ou {{nombre: 12, par: saisine}}.")


class Tier(Block):
    """The price up to a rank, the last without end."""

    jusqu_a: Rank | None = None
    montant: Cents


class Price(Block):
    """What a prestation pays: one amount, or tiers by rank, and its cap (None is unlimited)."""

    montant: Cents | None = None
    paliers: tuple[Tier, ...] | None = None
    plafond: Annotated[CountCap | None, BeforeValidator(_read_count_cap)] = None

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The price as tiers, one without end when there is but an amount."""
        return self.paliers or (Tier.model_construct(jusqu_a=None, montant=self.montant),)


class Uplift(Block):
    """A percentage of the base, when a condition holds, on some prestations (all of them when not named)."""

    code: Code
    taux: Rate
    si: Annotated[Condition, BeforeValidator(read_condition)]
    prestations: tuple[Prestation, ...] = codes.PRESTATIONS


class Delays(Block):
    """The delays; None where this version does not name one."""

    arrete_jours: Whole | None = None
    premier_contact_jours: Whole | None = None
    forclusion_mois: Whole | None = None
    tentatives_min: Whole | None = None


class Version(Block):
    """What changes on a day. A key that was not written (see `model_fields_set`) leaves what was in force."""

    du: Day
    reference: Text
    retroactif: Flag = False
    beneficiaires: tuple[Qualite, ...] | None = None
    plafond_saisine: Ceiling = None
    delais: Delays = Delays()
    prestations: dict[PrestationKey, Price] = {}
    majorations: tuple[Uplift, ...] = ()


class Period(Block):
    """When saisines can be opened, both days included, and how long sessions go on after the end."""

    du: Day
    au: Day | None = None
    suite_mois: Whole = 0


class Line(Block):
    """A telephone line and its hours; days included."""

    numero: Phone
    du: Day
    au: Day | None = None
    de: Hour
    a: Hour


class Envelope(Block):
    """The money of a civil year and the last day it can be spent."""

    montant: Cents
    clos_le: Day


class Document(Block):
    """What a statement is in law, the sentence it bears, and the days until it is to be paid."""

    nature: Annotated[str, BeforeValidator(coded("code de nature", ("aide", "autofacture")))]
    mention: Text
    delai_paiement_jours: Whole


class Accounts(Block):
    """The accounts of the journal entries."""

    charge: Account
    tiers: Account
    banque: Account


def _read_year(value: object) -> str:
    if not isinstance(value, str) or len(value) != 4 or not value.isdecimal():
        raise ValueError(f"année civile attendue, par exemple 2026, et non {shown(value)}.")
    return value


class CommonSchedule(Block):
    """`commun.yaml`: the schedule that every convention inherits."""

    bareme: Annotated[str, BeforeValidator(coded("barème", ("commun",)))]
    exemple: Boolean = False
    versions: tuple[Version, ...]


class Convention(Block):
    """One convention's file."""

    code: Code
    nom: Text
    financeur: Text
    source: Text | None = None
    exemple: Boolean = False
    priorite: Whole
    periode: Period
    lignes: tuple[Line, ...] = ()
    enveloppes: dict[Annotated[str, BeforeValidator(_read_year)], Envelope] = {}
    piece: Document
    comptes: Accounts
    versions: tuple[Version, ...]
