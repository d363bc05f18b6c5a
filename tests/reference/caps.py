"""rules.md §8: ranks, caps and the envelope, in the one order."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from .acts import Act
from .base import PRESTATIONS, with_uplift
from .prices import price_at, uplift_e4
from .world import Stated, World


@dataclass
class Kept:
    """A stated line that stays as it is: it takes its place and its amount."""

    stated: Stated
    beneficiaire: str | None
    order: tuple = (-1, 0)  # hour and row, when the counting fiche still writes it


@dataclass
class Used:
    """What the lines before have consumed."""

    ranks: dict[tuple, int] = field(default_factory=dict)
    counts: dict[tuple, int] = field(default_factory=dict)
    saisines: dict[str, int] = field(default_factory=dict)
    years: dict[int, int] = field(default_factory=dict)


def pay(world: World, convention: str, acts: list[Act], kept: list[Kept]) -> Used:
    """Price the acts and cut them by the caps; `cuts` holds the reasons of what is not paid."""
    used = Used()
    for line in sorted([*acts, *kept], key=_place):
        if isinstance(line, Kept):
            x = line.stated
            _rank(used, x.reference, x.prestation)
            _consume(used, x.reference, x.prestation, x.act_date.year, line.beneficiaire, x.amount_cents)
        else:
            _pay_one(world, convention, used, line)
    return used


def _place(line: Act | Kept) -> tuple:
    """What was stated keeps the place it had: the lines of the first statement, of the next, then those never stated."""
    if isinstance(line, Kept):
        x = line.stated
        return (x.first, x.act_date, x.reference, PRESTATIONS.index(x.prestation), *line.order, x.association, x.nth)
    place = line.stated.first if line.stated else math.inf
    return (
        place,
        line.day,
        line.saisine.reference,
        PRESTATIONS.index(line.prestation),
        *line.order,
        line.association,
        line.nth,
    )


def _rank(used: Used, reference: str, prestation: str) -> int:
    key = (reference, prestation)
    used.ranks[key] = used.ranks.get(key, 0) + 1
    return used.ranks[key]


def _pay_one(world: World, convention: str, used: Used, act: Act) -> None:
    rank = _rank(used, act.saisine.reference, act.prestation)
    act.price = price_at(world, act, rank)
    act.base_cents = act.price["amount_cents"]
    act.uplift_e4 = uplift_e4(world, act)
    act.amount_cents = with_uplift(act.base_cents, act.uplift_e4)
    act.paid_cents = act.amount_cents
    _cut_by_count(used, act)
    _cut_by_saisine(world, used, act)
    _cut_by_envelope(world, convention, used, act)
    if act.paid_cents or (act.amount_cents == 0 and not act.cuts):
        s = act.saisine
        _consume(used, s.reference, act.prestation, act.day.year, s.beneficiaire, act.paid_cents)


def _cut(act: Act, reason: str, room: int, leave_out: bool = False) -> None:
    """Leave no more than the room; never less of a stated line than the smaller of its price and what is stated."""
    live = act.stated is not None and act.stated.live
    floor = min(act.amount_cents, act.stated.amount_cents) if live else 0
    left = max(min(act.paid_cents, max(room, 0)), floor)
    if left < act.paid_cents or (leave_out and act.amount_cents == 0 and not live and not act.cuts):
        act.cuts.append(reason)
        act.paid_cents = left


def _cut_by_count(used: Used, act: Act) -> None:
    number, per = act.price["cap_count"], act.price["cap_per"]
    if number is not None:
        keys = _count_keys(act.saisine.reference, act.prestation, act.day.year, act.saisine.beneficiaire)
        if used.counts.get(keys[per], 0) >= number:
            _cut(act, "CAP_EXCEEDED", 0, leave_out=True)


def _cut_by_saisine(world: World, used: Used, act: Act) -> None:
    cap = world.tariff(act.saisine.convention, act.saisine.opened_on)["plafond_saisine_cents"]
    if cap is not None:
        _cut(act, "CAP_AMOUNT", cap - used.saisines.get(act.saisine.reference, 0))


def _cut_by_envelope(world: World, convention: str, used: Used, act: Act) -> None:
    for row in world["envelope"]:
        if (row["convention"], row["year"]) == (convention, act.day.year):
            live = act.stated is not None and act.stated.live
            if row["closes_on"] and world.cutoff > row["closes_on"] and not live:
                _cut(act, "ENVELOPE_CLOSED", 0, leave_out=True)
            else:
                _cut(act, "ENVELOPE_EXCEEDED", row["amount_cents"] - used.years.get(act.day.year, 0))


def _count_keys(reference: str, prestation: str, year: int, beneficiaire: str | None) -> dict[str, tuple]:
    who = ("beneficiaire", beneficiaire) if beneficiaire else ("saisine", reference)
    return {"saisine": (prestation, reference), "beneficiaire_annee": (prestation, *who, year)}


def _consume(used: Used, reference: str, prestation: str, year: int, beneficiaire: str | None, amount: int) -> None:
    for key in _count_keys(reference, prestation, year, beneficiaire).values():
        used.counts[key] = used.counts.get(key, 0) + 1
    used.saisines[reference] = used.saisines.get(reference, 0) + amount
    used.years[year] = used.years.get(year, 0) + amount
