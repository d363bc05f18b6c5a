"""What is in force when: the conventions' versions laid over the common ones, as half-open periods (inputs.md §4).

The rows are the core's tables, in the engine's columns: money in cents, rates percent × 10 000, days as dates, an end
that is not in the period, None where nothing names a value. A prestation without a row has no price, which is not zero.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeAlias

from etl.model.calendar import add_months
from etl.model.convention import Convention, Delays, Price, Uplift, Version
from etl.model.convention_file import ConventionSet
from etl.model.quarter import Quarter

Row: TypeAlias = dict[str, object]
_WHOLE_PRICE = 1_000_000  # 100 %
COMMON_NAME = "Barème commun"
TABLES = (
    "convention",
    "convention_line",
    "tariff",
    "tariff_beneficiary",
    "tariff_price",
    "tariff_uplift",
    "envelope",
)


@dataclass(frozen=True)
class Layer:
    """A version with whose it is: the common schedule's, or a convention's own."""

    version: Version
    owner: str | None

    @property
    def clause(self) -> str:
        """Whence a price comes: ``CALAE 2023-11-15, art. 4 (exemple)``."""
        return f"{self.owner or COMMON_NAME} {self.version.du}, {self.version.reference}"


@dataclass
class InForce:
    """What is in force on a day, after every layer up to it."""

    layers: list[Layer]
    beneficiaries: tuple[str, ...] = ()
    ceiling_cents: int | None = None
    delays: dict[str, int] = field(default_factory=dict)
    prices: dict[str, tuple[Price, Layer]] = field(default_factory=dict)
    uplifts: dict[str, tuple[Uplift, Layer]] = field(default_factory=dict)

    @property
    def clause(self) -> str:
        """The layer that speaks last."""
        return self.layers[-1].clause

    @property
    def own(self) -> bool:
        """Whether the convention has a version of its own in force."""
        return self.layers[-1].owner is not None


def in_force(conventions: ConventionSet, code: str, day: date) -> InForce | None:
    """Lay the versions of a convention over the common ones, as of a day.

    Args:
        conventions: the set.
        code: the convention.
        day: a civil date.

    Returns:
        What is in force; None when no version, common or its own, has begun.
    """
    layers = [layer for layer in _layers(conventions, code) if layer.version.du <= day]
    if not layers:
        return None
    state = InForce(layers)
    for layer in layers:
        _lay(state, layer)
    return state


def _layers(conventions: ConventionSet, code: str) -> list[Layer]:
    """Give all layers in the order they replace: the common ones by date, then the convention's by date."""
    common = sorted(conventions.common.versions, key=lambda v: v.du)
    own = sorted(conventions.conventions[code].versions, key=lambda v: v.du)
    return [*(Layer(v, None) for v in common), *(Layer(v, code) for v in own)]


def _lay(state: InForce, layer: Layer) -> None:
    """Replace what a version names and nothing else."""
    version = layer.version
    if version.beneficiaires is not None:
        state.beneficiaries = version.beneficiaires
    if "plafond_saisine" in version.model_fields_set:
        state.ceiling_cents = version.plafond_saisine
    state.delays |= version.delais.model_dump(exclude_none=True)
    state.prices |= {code: (price, layer) for code, price in version.prestations.items()}
    state.uplifts |= {uplift.code: (uplift, layer) for uplift in version.majorations}


def periods(conventions: ConventionSet, code: str) -> list[tuple[date, date | None, InForce]]:
    """Cut the calendar of a convention at every day a version, common or its own, begins.

    Returns:
        (first day, day after the last or None, what is in force): without gap or overlap from the first version on.
    """
    days = sorted({layer.version.du for layer in _layers(conventions, code)})
    states = [(day, state) for day in days if (state := in_force(conventions, code, day))]
    return [(day, after, state) for (day, state), after in zip(states, [*days[1:], None], strict=True)]


def resolve(conventions: ConventionSet) -> dict[str, list[Row]]:
    """Give the core's tables about conventions, by name, rows in order of their keys."""
    tables: dict[str, list[Row]] = {name: [] for name in TABLES}
    for code, convention in conventions.conventions.items():
        tables["convention"].append(_convention(convention))
        tables["convention_line"] += _lines(convention)
        tables["envelope"] += _envelopes(convention)
        for start, end, state in periods(conventions, code):
            tables["tariff"].append(_tariff(code, start, end, state))
            tables["tariff_beneficiary"] += _beneficiaries(code, start, state)
            tables["tariff_price"] += _prices(code, start, state)
            tables["tariff_uplift"] += _uplifts(code, start, state)
    return tables


def _convention(convention: Convention) -> Row:
    period = convention.periode
    runoff_until = add_months(period.au, period.suite_mois) if period.au else None
    return {
        "code": convention.code,
        "priorite": convention.priorite,
        "du": period.du,
        "au": period.au,
        "runoff_until": runoff_until,
    }


def _lines(convention: Convention) -> Iterator[Row]:
    for line in convention.lignes:
        yield {"convention": convention.code, **line.model_dump()}


def _envelopes(convention: Convention) -> Iterator[Row]:
    for year, envelope in sorted(convention.enveloppes.items()):
        yield {
            "convention": convention.code,
            "year": int(year),
            "amount_cents": envelope.montant,
            "closes_on": envelope.clos_le,
        }


def _tariff(code: str, start: date, end: date | None, state: InForce) -> Row:
    return {
        "convention": code,
        "valid_from": start,
        "valid_to": end,
        "clause": state.clause,
        **{name: state.delays.get(name) for name in Delays.model_fields},
        "plafond_saisine_cents": state.ceiling_cents,
        "own": state.own,
    }


def _beneficiaries(code: str, start: date, state: InForce) -> Iterator[Row]:
    for qualite in sorted(set(state.beneficiaries)):
        yield {"convention": code, "valid_from": start, "qualite": qualite}


def _prices(code: str, start: date, state: InForce) -> Iterator[Row]:
    for prestation, (price, layer) in sorted(state.prices.items()):
        cap = price.plafond
        first = 1
        for tier in price.tiers:
            yield {
                "convention": code,
                "valid_from": start,
                "prestation": prestation,
                "rank_from": first,
                "rank_to": tier.jusqu_a,
                "amount_cents": tier.montant,
                "cap_count": cap.nombre if cap else None,
                "cap_per": cap.par if cap else None,
                "clause": layer.clause,
            }
            first = (tier.jusqu_a or 0) + 1


def _uplifts(code: str, start: date, state: InForce) -> Iterator[Row]:
    """Give a row for each prestation an uplift applies to; a rate of 0 % has switched it off."""
    for uplift, _ in sorted(state.uplifts.values(), key=lambda item: item[0].code):
        for prestation in sorted(set(uplift.prestations)) if uplift.taux else ():
            yield {
                "convention": code,
                "valid_from": start,
                "code": uplift.code,
                "pct_e4": uplift.taux,
                "kind": uplift.si.kind,
                "value": uplift.si.value,
                "prestation": prestation,
            }


def default_cutoff(conventions: ConventionSet, code: str, quarter: Quarter) -> date | None:
    """The last day of the quarter plus `arrete_jours` as on that day; None where no tariff is in force then."""
    last = quarter.end - timedelta(days=1)
    state = in_force(conventions, code, last)
    days = state.delays.get("arrete_jours") if state else None
    return None if days is None else last + timedelta(days=days)


def negative_prices(conventions: ConventionSet) -> Iterator[tuple[Layer, str]]:
    """Find reductions that, all applied at once, would take more than the price.

    Returns:
        (version that speaks last, French sentence) for each convention, period and prestation where that can happen.
    """
    for code in conventions.conventions:
        for start, _, state in periods(conventions, code):
            for prestation in sorted(state.prices):
                lowest = _lowest_rate(state, prestation)
                if lowest < -_WHOLE_PRICE:
                    what = f"{prestation} de {code} au {start}"
                    yield state.layers[-1], f"{what} : minorations cumulées de {lowest // 10_000}% ; -100% au plus."


def _lowest_rate(state: InForce, prestation: str) -> int:
    """Add up the reductions that can hold together: a session has one mode, a saisine one qualité."""
    by_condition: dict[tuple[str, str | None], int] = {}
    for uplift, _ in state.uplifts.values():
        if prestation in uplift.prestations:
            held = (uplift.si.kind, uplift.si.value)
            by_condition[held] = by_condition.get(held, 0) + uplift.taux
    by_kind: dict[str, int] = {}
    for (kind, _), rate in by_condition.items():
        by_kind[kind] = min(by_kind.get(kind, 0), rate)
    return sum(by_kind.values())
