"""rules.md §5: what blocks a saisine."""

from __future__ import annotations

from .saisines import Saisine, in_force
from .world import World

NEVER_ACCEPTED = {"UNKNOWN_CONVENTION", "UNKNOWN_ASSOCIATION", "TARIFF_GAP"}


def block(world: World, s: Saisine) -> None:
    """Report every block that applies; those not lifted by a decision block."""
    for code, severity in _raised(world, s):
        world.report(code, severity, s, s.last_seized)
        if code in NEVER_ACCEPTED or not world.accepted(s.reference, code):
            s.blocks.append(code)


def _raised(world: World, s: Saisine) -> list[tuple[str, str]]:
    raised = [*_convention(world, s), *_association(world, s)]
    if s.qualite is None:
        raised.append(("QUALITE_UNKNOWN", "H"))
    if world.last("dispute", s.reference):
        raised.append(("DISPUTED", "H"))
    return raised


def _convention(world: World, s: Saisine) -> list[tuple[str, str]]:
    convention = world.conventions.get(s.convention)
    if convention is None:
        return [("UNKNOWN_CONVENTION", "B")]
    raised = [] if in_force(convention, s.opened_on) else [("CONVENTION_NOT_IN_FORCE", "B")]
    tariff = world.tariff(s.convention, s.opened_on)
    if tariff and s.qualite and s.qualite not in world.beneficiaries(tariff):
        raised.append(("INELIGIBLE_BENEFICIARY", "B"))
    if any(world.tariff(s.convention, day) is None for day in _days_that_need_one(s)):
        raised.append(("TARIFF_GAP", "B"))
    return raised


def _days_that_need_one(s: Saisine) -> list:
    return [s.opened_on] + [x.day for group in s.groups.values() for x in group.sessions if x.valid]


def _association(world: World, s: Saisine) -> list[tuple[str, str]]:
    row = world.associations.get(s.last_seized)
    if row is None:
        return [("UNKNOWN_ASSOCIATION", "B")]
    start, last = row["active_du"], row["active_au"]
    active = (start is None or start <= s.opened_on) and (last is None or s.opened_on <= last)
    return [] if active else [("INACTIVE_ASSOCIATION", "B")]
