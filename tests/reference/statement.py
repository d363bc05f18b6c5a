"""rules.md §9: the statement of each convention, and what becomes of the lines stated before."""

from __future__ import annotations

from .acts import Act
from .base import NATURE, PRESTATIONS, add_months, hour_order, percent
from .caps import Kept, Used, pay
from .prices import prices
from .saisines import Saisine
from .versions import Group
from .world import Row, Stated, World

CLOSED_MONTHS = 6
SESSION_CODES = set(NATURE.values())


def close(world: World, s: Saisine) -> None:
    """A saisine is closed six months after the time bar of its last act."""
    tariff = world.tariff(s.convention, s.opened_on)
    if tariff is None or tariff["forclusion_mois"] is None:
        return
    stated = [line.act_date for line in world.stated_of(s.reference)]
    last = max([s.opened_on, *stated, *(act.day for act in s.acts)])
    s.closed = add_months(last, tariff["forclusion_mois"] + CLOSED_MONTHS) < world.cutoff


# --- what becomes of a stated line -----------------------------------------------------------------------------------


def dropped(world: World, s: Saisine) -> tuple[list[Stated], list[Stated]]:
    """Of the stated lines that are not due: those taken back now, and those kept."""
    due = {act.identity for act in s.acts if act.why is None and not (s.blocked or s.closed)}
    back, kept = [], []
    for line in world.stated_of(s.reference):
        if line.identity not in due:
            takes_back = _taken_back(world, s, line)
            if line.live:
                (back if takes_back else kept).append(line)
    return back, kept


def _taken_back(world: World, s: Saisine, line: Stated) -> bool:
    if s.closed or line.act_date >= world.end or s.opened_on >= world.end:
        return False
    if s.refused or (line.convention != s.convention and world.requalified(s.reference, "convention")):
        return True
    group = s.groups.get(world.end_of_chain(line.association))
    if s.blocked or _set_aside(world, s, line) or line.convention != s.convention:
        return False
    if group and group.fiche and _fiche_says_so(s, group, line):
        return True
    key = group.sender if group else str(world.end_of_chain(line.association))
    acts = group.acts if group else ""
    accepted = world.accepted_on(s.reference, "STATED_ACT_DROPPED", key, acts)
    if line.live or accepted:  # an accepted code stays listed after the taking back
        world.report("STATED_ACT_DROPPED", "H", s, group.code if group else line.association)
    return accepted


def refused_unknown(world: World, known: dict[str, Saisine]) -> list[Stated]:
    """The lines of saisines that the journal does not know, taken over or lost since: a `refuse` takes them back too."""
    lines = [x for x in world.stated.values() if x.live and x.reference not in known and x.act_date < world.end]
    return [line for line in lines if world.last("refuse", line.reference)]


def _set_aside(world: World, s: Saisine, line: Stated) -> bool:
    group = s.groups.get(world.end_of_chain(line.association))
    return group is None or group.set_aside


def _fiche_says_so(s: Saisine, group: Group, line: Stated) -> bool:
    """The counting fiche states the contrary of what was stated."""
    row = group.fiche.row
    if line.prestation == "PEC":
        return row["issue"] != "pris_en_charge"
    if line.prestation == "CAR":
        return row["issue"] != "injoignable"
    if line.prestation == "REO":
        return s.holder is group or (row["issue"] != "pris_en_charge" and (row["tentatives"] or 0) < 1)
    held = _written(group, line)
    return held is not None and held.statut in ("annule", "absence")


def _written(group: Group, line: Stated):
    """The session of that identity as the counting fiche writes it, whatever its `statut`."""
    for x in group.sessions:
        if (x.prestation, x.day, x.nth) == (line.prestation, line.act_date, line.nth):
            return x
    return None


def cover(world: World, s: Saisine, kept: list[Stated]) -> None:
    """Each session kept that the counting fiche no longer holds covers one new session, the earliest first."""
    for line in kept:
        group = s.groups.get(world.end_of_chain(line.association))
        if line.prestation not in SESSION_CODES or group is None or group.fiche is None or _written(group, line):
            continue
        new = [act for act in s.acts if _coverable(world, act, group, line)]
        if new:
            min(new, key=lambda act: (act.day, *act.order)).why = "STATED_ACT_DROPPED"


def _coverable(world: World, act: Act, group: Group, line: Stated) -> bool:
    fresh = act.group is group and act.prestation == line.prestation and act.session and act.why is None
    return bool(fresh) and act.stated is None and act.day < world.end


# --- the lines -------------------------------------------------------------------------------------------------------


def state(world: World, saisines: dict[str, Saisine], code: str, back: dict) -> tuple[Row, Used]:
    """The statement of one convention as data (outputs.md §2)."""
    mine = [s for s in saisines.values() if s.convention == code and s.opened_on < world.end]
    acts = [act for s in mine if not (s.blocked or s.closed) for act in s.acts if act.day < world.end]
    for act in acts:
        if act.why is None and not prices(world, act):
            act.why = "NO_TARIFF"
    used = pay(world, code, [act for act in acts if act.why is None], _kept(world, saisines, code, back, acts))
    lines = [line for act in acts if act.why is None for line in _line(world, act)]
    lines += [_taken_back_line(line) for line in back.values() if line.convention == code and line.amount_cents]
    not_paid = [row for act in acts for row in _not_paid(act, back)]
    return _assemble(world, code, lines, not_paid), used


def _kept(world: World, saisines: dict[str, Saisine], code: str, back: dict, acts: list[Act]) -> list[Kept]:
    """Every live stated line of the convention that is neither due now nor taken back."""
    due = {act.identity for act in acts if act.why is None}
    lines = [x for x in world.stated.values() if x.convention == code and x.live and x.identity not in due]
    return [_kept_line(world, saisines, line) for line in lines if line.identity not in back]


def _kept_line(world: World, saisines: dict[str, Saisine], line: Stated) -> Kept:
    s = saisines.get(line.reference)
    group = s.groups.get(world.end_of_chain(line.association)) if s else None
    held = _written(group, line) if group else None
    order = (hour_order(held.hour), held.row) if held else (-1, 0)
    return Kept(line, s.beneficiaire if s else None, order)


def _line(world: World, act: Act) -> list[Row]:
    if act.stated is None:
        if act.paid_cents == 0 and act.cuts:
            return []
        kind = "courant" if act.day >= world.start else "rattrapage"
        return [_row(act, kind, act.paid_cents, None)]
    difference = act.paid_cents - act.stated.amount_cents
    if difference == 0:
        return []
    return [_row(act, "regularisation", difference, act.stated.number)]


def _row(act: Act, kind: str, amount: int, corrects: str | None) -> Row:
    return _identity(act.saisine.reference, act.association, act.prestation, act.day, act.nth) | {
        "kind": kind,
        "base_cents": act.base_cents,
        "uplift_pct": percent(act.uplift_e4),
        "amount_cents": amount,
        "tariff": act.price["clause"],
        "corrects": corrects,
    }


def _taken_back_line(x: Stated) -> Row:
    return _identity(x.reference, x.association, x.prestation, x.act_date, x.nth) | {
        "kind": "regularisation",
        "base_cents": 0,
        "uplift_pct": 0,
        "amount_cents": -x.amount_cents,
        "tariff": None,
        "corrects": x.number,
    }


def _identity(reference: str, association: str, prestation: str, day, nth: int) -> Row:
    return {
        "saisine": reference,
        "association": association,
        "prestation": prestation,
        "act_date": day.isoformat(),
        "nth": nth,
    }


def _not_paid(act: Act, back: dict) -> list[Row]:
    """A line that is stated and stays is not listed, whatever the reason; one that is taken back is."""
    reasons = [act.why] if act.why else act.cuts
    if act.why and act.stated is not None and act.stated.live and act.identity not in back:
        return []
    row = _identity(act.saisine.reference, act.association, act.prestation, act.day, act.nth)
    return [row | {"reason": reason} for reason in reasons]


def _order(row: Row) -> tuple:
    return (
        row["association"],
        row["saisine"],
        PRESTATIONS.index(row["prestation"]),
        row["act_date"],
        row["nth"],
        row.get("reason", ""),
    )


def _assemble(world: World, code: str, lines: list[Row], not_paid: list[Row]) -> Row:
    payees = _payees(world, code, lines)
    return {
        "convention": code,
        "quarter": world.quarter,
        "cutoff": world.cutoff.isoformat(),
        "status": "brouillon",
        "number": None,
        "finalised_on": None,
        "parked": [],
        "currency": "EUR",
        "total_cents": sum(row["amount_cents"] for row in lines),
        "associations": _totals(lines, payees),
        "payees": payees,
        "lines": sorted(lines, key=_order),
        "not_paid": sorted(not_paid, key=_order),
        "discrepancies": [],
    }


def _totals(lines: list[Row], payees: list[Row]) -> list[Row]:
    """The associations with a line, and those with a carried amount."""
    codes = sorted({row["association"] for row in lines} | {p["code"] for p in payees if p["carried_in_cents"]})
    return [{"code": c, "total_cents": sum(r["amount_cents"] for r in lines if r["association"] == c)} for c in codes]


def _payees(world: World, convention: str, lines: list[Row]) -> list[Row]:
    total: dict[str, int] = {}
    carried: dict[str, int] = {}
    for row in lines:
        payee = world.payee(row["association"])
        total[payee] = total.get(payee, 0) + row["amount_cents"]
    for row in world["carried"]:
        if row["convention"] == convention and row["amount_cents"]:
            payee = world.payee(row["payee"])
            carried[payee] = carried.get(payee, 0) + row["amount_cents"]
    return [_payee(code, total.get(code, 0), carried.get(code, 0)) for code in sorted(total.keys() | carried.keys())]


def _payee(code: str, total: int, carried: int) -> Row:
    return {
        "code": code,
        "total_cents": total,
        "carried_in_cents": carried,
        "payable_cents": max(total + carried, 0),
        "carried_out_cents": min(total + carried, 0),
    }
