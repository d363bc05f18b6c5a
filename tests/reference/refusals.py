"""rules.md §6: the reasons that come before the price and stop an act that is due."""

from __future__ import annotations

from .acts import Act, lifted
from .base import add_months
from .prices import prices
from .saisines import Saisine
from .versions import Version
from .world import World

ISSUES = {"PEC": "pris_en_charge", "CAR": "injoignable"}


def refuse(world: World, s: Saisine) -> None:
    """REFUSED; and a stated act that its tariff no longer prices is not due."""
    for act in s.acts:
        if act.why is None and s.refused:
            act.why = "REFUSED"
        elif act.why is None and act.stated and act.stated.live and not prices(world, act):
            act.why = "NO_TARIFF"


def bar(world: World, s: Saisine) -> None:
    """TIME_BARRED and BEFORE_TAKEOVER, for what no earlier reason stops and nothing ever stated."""
    for act in s.acts:
        if act.why is None and act.day < world.end and not _ever_stated(world, act):
            act.why = _first_bar(world, s, act)


def _first_bar(world: World, s: Saisine, act: Act) -> str | None:
    if _time_barred(world, s, act) and not lifted(world, s, act.group, "TIME_BARRED", "B"):
        return "TIME_BARRED"
    until = world.takeover_until()
    if until and act.day < until and not lifted(world, s, act.group, "BEFORE_TAKEOVER", "H"):
        return "BEFORE_TAKEOVER"
    return None


def _ever_stated(world: World, act: Act) -> bool:
    """Stated under any convention, for the association or a linked one."""
    lines = world.stated_of(act.saisine.reference, prestation=act.prestation, act_date=act.day, nth=act.nth)
    return any(world.end_of_chain(line.association) == act.group.key for line in lines)


def _time_barred(world: World, s: Saisine, act: Act) -> bool:
    months = world.tariff(s.convention, s.opened_on)["forclusion_mois"]
    received = [v.received_on for v in act.group.versions if _declares(v, act)]
    return months is not None and add_months(act.day, months) < min(received, default=act.group.fiche.received_on)


def _declares(version: Version, act: Act) -> bool:
    if act.prestation in ISSUES:
        return version.row["issue"] == ISSUES[act.prestation]
    if act.session is None:
        return True
    if version.undated:
        return act.session.undated and bool(version.declared(act.session.nature))
    return any((x["nature"], x["day"]) == (act.session.nature, act.day) for x in version.sessions)
