"""rules.md §7: the price of an act and its uplifts."""

from __future__ import annotations

from .acts import Act
from .base import days, overseas
from .world import Row, World


def tariff_of(world: World, act: Act) -> Row | None:
    """T of `opened_on`; of its own date for a session."""
    return world.tariff(act.saisine.convention, act.day if act.session else act.saisine.opened_on)


def prices(world: World, act: Act) -> list[Row]:
    tariff = tariff_of(world, act)
    rows = world.of_tariff("tariff_price", tariff) if tariff else []
    return [row for row in rows if row["prestation"] == act.prestation]


def price_at(world: World, act: Act, rank: int) -> Row | None:
    for row in prices(world, act):
        if row["rank_from"] <= rank and (row["rank_to"] is None or rank <= row["rank_to"]):
            return row
    return None


def uplift_e4(world: World, act: Act) -> int:
    """The uplifts that apply, added up; an undated session takes the lowest negative one of those by mode."""
    tariff = tariff_of(world, act)
    rows = [r for r in world.of_tariff("tariff_uplift", tariff) if r["prestation"] == act.prestation]
    total = sum(row["pct_e4"] for row in rows if _applies(world, act, row))
    if act.session and act.session.undated:
        total += min([0, *(row["pct_e4"] for row in rows if row["kind"] == "mode")])
    return total


def _applies(world: World, act: Act, row: Row) -> bool:
    s, contact = act.saisine, act.group.fiche.row["date_premier_contact"]
    if row["kind"] == "urgence":
        return s.urgence and contact is not None and s.opened_on <= contact <= s.opened_on + days(1)
    if row["kind"] == "outre_mer":
        return overseas(world.departement(act.association))
    if row["kind"] == "qualite":
        return row["value"] == s.qualite
    return act.session is not None and not act.session.undated and row["value"] == act.session.mode
