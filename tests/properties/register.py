"""Random reference data: associations linked and closed, conventions, lines, tariffs with gaps, tiers, caps, tiny ceilings and envelopes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from .choose import Choose

Row = dict[str, Any]
Tables = dict[str, list[Row]]

PRESTATIONS = ("PEC", "CAR", "REO", "PSY", "JUR", "SOC")
QUALITES = ("elu", "proche", "agent", "salarie")
CONVENTIONS = ("CA", "CB", "CC")
NUMBERS = ("+33180000001", "+33180000002", "+33180000003")
STRANGER = "ZZZ"  # a code that the register does not know
ASSOCIATIONS = ("A1", "A2", "A3", "A4", "A5", "A6", "A7")
DEPARTEMENTS = ("75", "2A", "974", "67", "13", "974", "98")
HOLIDAYS = (date(2025, 12, 25), date(2026, 1, 1), date(2026, 4, 6))
FIRST_DAY = date(2025, 1, 1)
CHANGES = (date(2025, 11, 15), date(2026, 1, 15), date(2026, 2, 10), date(2026, 3, 20))
TABLES = (
    "contact", "fiche", "session", "association", "convention", "convention_line", "tariff", "tariff_beneficiary",
    "tariff_price", "tariff_uplift", "envelope", "decision", "decision_basis", "stated", "takeover", "carried",
    "holiday",
)  # fmt: skip


def register(choose: Choose) -> Tables:
    """All the tables, those of the reference data filled."""
    tables: Tables = {name: [] for name in TABLES}
    tables["association"] = associations(choose)
    tables["holiday"] = [{"departement": code, "day": day} for code in sorted(set(DEPARTEMENTS)) for day in HOLIDAYS]
    for place, code in enumerate(CONVENTIONS):
        add_convention(choose, tables, place, code)
    return tables


def associations(choose: Choose) -> list[Row]:
    rows = [
        {
            "code": code,
            "nom": code,
            "departement": departement,
            "active_du": None,
            "active_au": None,
            "successeur": None,
        }
        for code, departement in zip(ASSOCIATIONS, DEPARTEMENTS, strict=True)
    ]
    for place, row in enumerate(rows[:-1]):
        if choose.chance(20):
            close(choose, row, ASSOCIATIONS[place + 1 + choose.up_to(len(rows) - place - 2)])
    if choose.chance(15):
        choose.one(rows)["active_du"] = choose.one((date(2025, 12, 1), date(2026, 1, 20)))
    return rows


def close(choose: Choose, row: Row, successor: str) -> None:
    """A successor, always later in the list so that chains end; closed at once, later, or not yet."""
    row["successeur"] = successor if choose.chance(85) else None
    row["active_au"] = choose.one((date(2026, 3, 31), date(2025, 12, 31), date(2026, 4, 15), date(2026, 12, 31), None))


def add_convention(choose: Choose, tables: Tables, place: int, code: str) -> None:
    last = choose.one((None,) * 5 + (date(2026, 2, 15), date(2026, 3, 31)))
    runoff = last and choose.one((last, last + timedelta(days=30), last + timedelta(days=90)))
    first = choose.one((FIRST_DAY,) * 7 + (date(2026, 1, 5),))
    tables["convention"].append(
        {"code": code, "priorite": choose.one((10, 20, 5, 10)), "du": first, "au": last, "runoff_until": runoff}
    )
    for number in choose.some(NUMBERS, 40) or [NUMBERS[place]]:
        du, au = choose.one(((FIRST_DAY, None), (date(2026, 1, 20), None), (FIRST_DAY, date(2026, 2, 1))))
        tables["convention_line"].append(
            {"convention": code, "numero": number, "du": du, "au": au, "de": "09:00", "a": "21:00"}
        )
    for year in choose.some((2026, 2025), 50):
        closes = choose.one((date(year + 1, 5, 31), date(year + 1, 5, 31), date(year, 4, 5), date(year + 1, 1, 10)))
        amount = choose.one((60_000, 100_000, 30_000, 200_000, 20_000, 7_050))
        tables["envelope"].append({"convention": code, "year": year, "amount_cents": amount, "closes_on": closes})
    add_tariffs(choose, tables, code)


def add_tariffs(choose: Choose, tables: Tables, code: str) -> None:
    """Periods from one date of change to the next; a tariff may begin late, and one may be missing."""
    starts = [choose.one((FIRST_DAY,) * 7 + (date(2026, 1, 10),)), *choose.some(CHANGES, 25)]
    starts = sorted(set(starts))
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        if start == starts[0] or not choose.chance(4):
            add_tariff(choose, tables, {"convention": code, "valid_from": start}, end)


def add_tariff(choose: Choose, tables: Tables, period: Row, end: date | None) -> None:
    tables["tariff"].append(period | {
        "valid_to": end, "clause": "", "arrete_jours": 15, "premier_contact_jours": choose.one((2, 5)),
        "forclusion_mois": choose.one((12, 12, 6, 3, 1)), "tentatives_min": choose.one((3, 2, 0)),
        "plafond_saisine_cents": choose.one((None,) * 6 + (9_000, 15_050, 30_000, 0)),
    })  # fmt: skip
    qualites = [q for q in QUALITES if not choose.chance(8)]
    tables["tariff_beneficiary"] += [period | {"qualite": qualite} for qualite in qualites]
    for prestation in PRESTATIONS:
        if not choose.chance(8):
            tables["tariff_price"] += prices(choose, period, prestation)
    tables["tariff_uplift"] += uplifts(choose, period)


def prices(choose: Choose, period: Row, prestation: str) -> list[Row]:
    number, per = choose.one(
        (
            (None, None),
            (None, None),
            (2, "saisine"),
            (1, "beneficiaire_annee"),
            (3, "beneficiaire_annee"),
            (1, "saisine"),
        )
    )
    tiers = choose.one((((1, None),), ((1, None),), ((1, 1), (2, None)), ((1, 2), (3, 3), (4, None))))
    return [
        period | {
            "prestation": prestation, "rank_from": first, "rank_to": last, "cap_count": number, "cap_per": per,
            "amount_cents": choose.one((5_000, 3_333, 2_505, 0, 7_001)), "clause": f"{period['valid_from']} {prestation}",
        }
        for first, last in tiers
    ]  # fmt: skip


def uplifts(choose: Choose, period: Row) -> list[Row]:
    kinds = (
        ("urgence", None), ("outre_mer", None), ("mode", "telephone"), ("mode", "visio"), ("mode", "presentiel"),
        ("qualite", "proche"),
    )  # fmt: skip
    rows = []
    for place, (kind, value) in enumerate(kinds):
        if choose.chance(35):
            percent = choose.one((100_000, 150_000, 125_000, -100_000, -200_000, 0, 333))
            named = choose.one((PRESTATIONS, PRESTATIONS, ("PEC",), ("PSY", "JUR")))
            rows += [
                period
                | {"code": f"U{place}", "pct_e4": percent, "kind": kind, "value": value, "prestation": prestation}
                for prestation in named
            ]
    return rows
