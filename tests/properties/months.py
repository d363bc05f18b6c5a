"""Random months of a federation's life: deliveries, revisions, decisions, drafts, finalisations, mergers, amendments, a take-over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.reference import cases, inbox

from . import decisions, fiches, journal, register
from .choose import Choose
from .history import History, differences
from .register import ASSOCIATIONS, CONVENTIONS, PRESTATIONS, Row

QUARTERS = ("2025-T4", "2026-T1", "2026-T2", "2026-T3")


class Life:
    """A history with its day; each step draws what happens."""

    def __init__(self, choose: Choose, size: int = 10) -> None:
        self.choose, self.size = choose, size
        self.history = History(register.register(choose))
        self.today = choose.one((date(2026, 4, 10), date(2026, 3, 10), date(2026, 2, 20), date(2026, 1, 5)))
        self.found: list[Row] = []
        self.drafts = 0

    @property
    def tables(self) -> register.Tables:
        return self.history.tables

    def wait(self) -> None:
        self.today += timedelta(days=self.choose.one((5, 1, 15, 30, 30, 60, 100)))

    def receive(self) -> None:
        """Journal rows, then fiches; some are recorded as received earlier."""
        journal.write(self.choose, self.tables, self.choose.one((self.size // 2, self.size, 1)), self.today)
        self.receive_fiches()

    def receive_fiches(self) -> None:
        for _ in range(self.choose.one((self.size, 2 * self.size, 1))):
            fiches.deliver(self.choose, self.tables, self._recently())

    def revise(self) -> None:
        for _ in range(self.choose.one((self.size // 2, 3, 1))):
            fiches.resend(self.choose, self.tables, self._recently())

    def _recently(self) -> date:
        return self.today - timedelta(days=self.choose.one((0, 0, 0, 1, 2, 3, 12)))

    def withdraw_delivery(self) -> None:
        if self.tables["fiche"]:
            number = self.choose.one(self.tables["fiche"])["delivery_id"]
            for name in ("fiche", "session"):
                self.tables[name] = [row for row in self.tables[name] if row["delivery_id"] != number]

    def decide(self) -> None:
        made = decisions.decide(self.choose, self.tables, self.found, 1 + self.choose.up_to(self.size // 2), self.today)
        self.history.decide(made)

    def merge(self) -> None:
        place = self.choose.below(len(ASSOCIATIONS) - 1)
        row = self.tables["association"][place]
        if row["successeur"] is None:
            successor = ASSOCIATIONS[place + 1 + self.choose.up_to(len(ASSOCIATIONS) - place - 2)]
            row |= {"successeur": successor, "active_au": self.today + timedelta(days=self.choose.one((-10, 0, 30)))}

    def amend(self) -> None:
        """A retroactive amendment: other prices, caps and delays for one convention."""
        code = self.choose.one(CONVENTIONS)
        names = ("tariff", "tariff_price", "tariff_uplift", "tariff_beneficiary")
        for name in names:
            self.tables[name] = [row for row in self.tables[name] if row["convention"] != code]
        register.add_tariffs(self.choose, self.tables, code)

    def take_over(self) -> None:
        """Lines paid by hand: what an early draft would state, some of it changed, some of it unknown."""
        if self.tables["stated"] or self.tables["takeover"]:
            return
        day = self.choose.one((date(2026, 1, 1), date(2026, 2, 1), date(2025, 12, 1)))
        drafted = cases.draft(self.tables, "2026-T1", self.today.isoformat())
        for code in self.choose.some(CONVENTIONS, 60):
            lines = [
                x
                for x in drafted["statements"][code]["lines"]
                if x["act_date"] < day.isoformat() or self.choose.chance(20)
            ]
            rows = [self._paid_before(code, x) for x in lines if self.choose.chance(60)]
            rows += [self._invented(code) for _ in range(self.choose.up_to(2))]
            unique = {tuple(row[name] for name in cases.SIGNED): row for row in rows}
            self.tables["stated"] += unique.values()
            self.tables["takeover"] += [{"convention": code, "until": day}] if unique else []

    def _paid_before(self, code: str, line: Row) -> Row:
        return self._reprise(
            code, reference=line["saisine"], association=line["association"], prestation=line["prestation"],
            act_date=date.fromisoformat(line["act_date"]), nth=line["nth"],
            amount_cents=line["amount_cents"] if self.choose.chance(70) else 4_000,
        )  # fmt: skip

    def _invented(self, code: str) -> Row:
        row = (
            self.choose.one(self.tables["contact"])
            if self.tables["contact"]
            else {"reference": journal.REFERENCES[0], "association": "A1", "debut_on": self.today}
        )
        return self._reprise(
            code, reference=row["reference"], association=row["association"], prestation=self.choose.one(PRESTATIONS),
            act_date=row["debut_on"], nth=1, amount_cents=4_000,
        )  # fmt: skip

    def _reprise(self, code: str, **line: Any) -> Row:
        return line | {
            "convention": code, "qualite": None, "undated": False, "taken_back": False, "statement_order": 0,
            "statement_number": f"ER-{code}-REPRISE",
        }  # fmt: skip

    def draft(self) -> tuple[str, date, dict[str, Any], list[str]]:
        """A draft on both sides and what differs."""
        begun = [q for q in QUARTERS if inbox.quarter(q)[0] <= self.today]
        quarter = begun[-1] if self.choose.chance(60) else self.choose.one(begun)
        cutoff = self.choose.one(
            (self.today,) * 5 + (inbox.quarter(quarter)[1] + timedelta(days=14), self.today - timedelta(days=15))
        )
        ours, theirs = self.history.both(quarter, cutoff)
        self.drafts += 1
        self.found = ours["discrepancies"]
        return quarter, cutoff, ours, differences(ours, theirs)

    def finalise(self, quarter: str, cutoff: date, drafted: dict[str, Any]) -> None:
        for code in self.choose.some(CONVENTIONS, 80):
            parked = "TARIFF_GAP" in drafted["statements"][code]["parked"]
            if cutoff <= self.today and not parked and self.history.can_finalise(code, quarter, cutoff):
                self.history.finalise(drafted, quarter, code, cutoff)
