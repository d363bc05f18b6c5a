"""What the watch finds in the data that somebody is to be told: who, which kind, and what makes it the same thing tomorrow.

Origins and codes come from outside: one that is in no list of ours is not repeated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from etl.jobs.watching.overdue import overdue
from etl.model.convention_set import ConventionSet, read_set
from etl.model.quarter import civil_day
from etl.sources.profile import PROFILES
from etl.warehouse import findings
from etl.warehouse.drafts import unpack
from etl.warehouse.noticed import Notice, load_last_runs
from etl.warehouse.query import Row
from etl.warehouse.reference import load_associations, load_convention_files

if TYPE_CHECKING:
    from sqlalchemy import Connection

UNKNOWN = "inconnue"
FAILED_DAYS = 60  # after that, a file that could not be read is forgotten
GAPS_DAYS = 400  # how far back a day without a journal is still news
MARGIN = timedelta(hours=6)  # a draft bears the instant of the start of its job, and is stored at its end
ENVELOPES = ("ENVELOPE_70", "ENVELOPE_90", "ENVELOPE_100")


@dataclass(frozen=True)
class Looked:
    """What the watch looks at.

    Attributes:
        connection: to the warehouse.
        at: the instant.
        conventions: the files in force.
        origins: the codes of the register and the names of the profiles: no other is repeated.
    """

    connection: Connection
    at: datetime
    conventions: ConventionSet
    origins: frozenset[str]

    @property
    def today(self) -> date:
        """The civil day."""
        return civil_day(self.at)

    def origin(self, row: Row) -> str:
        """Whence a delivery came, when we know it: people name folders as they like."""
        return row["origin"] if row["origin"] in self.origins else UNKNOWN


def find(connection: Connection, at: datetime, since: datetime | None = None) -> list[Notice]:
    """What is to be told at an instant, told already or not; of drafts made before the last look, what was told is not.

    Args:
        connection: to the warehouse.
        at: the instant.
        since: drafts made since then are opened, which takes their whole data; by default since the last look.
    """
    known = {row["code"] for row in load_associations(connection)} | {path.stem for path in PROFILES.glob("*.yaml")}
    looked = Looked(connection, at, read_set(load_convention_files(connection)), frozenset(known))
    drafts = findings.load_last_drafts(connection, since or _last_look(connection))
    fresh = findings.load_freshness(connection)
    return [
        *refused(looked),
        *held(looked),
        *gaps(looked),
        *impossible(looked),
        *parked(drafts),
        *to_sign(drafts),
        *envelopes(drafts),
        *overdue(connection, looked.today, at, looked.conventions, drafts, fresh),
    ]


def _last_look(connection: Connection) -> datetime:
    done = next((row["done_at"] for row in load_last_runs(connection) if row["job"] == "watch"), None)
    return done - MARGIN if done else datetime(2000, 1, 1, tzinfo=UTC)


def refused(looked: Looked) -> Iterator[Notice]:
    """Deliveries that could not be read, and rows in quarantine."""
    for row in findings.load_failed(looked.connection, looked.today - timedelta(days=FAILED_DAYS)):
        detail = {"kind": row["kind"], "origin": looked.origin(row), "day": str(row["received_on"])}
        yield Notice("data", "DELIVERY_REFUSED", f"livraison/{row['delivery_id']}", detail)
        yield Notice("coordination", "DELIVERY_REFUSED", f"livraison/{row['delivery_id']}", detail)
    for row in findings.load_waiting(looked.connection):
        detail = {
            "kind": row["kind"],
            "origin": looked.origin(row),
            "rows": row["row_count"],
            "codes": dict(row["codes"]),
            "delivery": row["delivery_id"],
        }
        yield Notice("data", "ROWS_REFUSED", f"quarantaine/{row['delivery_id']}", detail)
        yield Notice("coordination", "ROWS_REFUSED", f"quarantaine/{row['delivery_id']}", detail)


def held(looked: Looked) -> Iterator[Notice]:
    """Files that nobody could attribute."""
    for row in findings.load_held(looked.connection):
        detail = {"kind": row["kind"], "day": str(row["received_on"])}
        for role in ("data", "coordination"):
            yield Notice(role, "FILE_HELD", f"retenu/{row['held_file_id']}", detail)


def gaps(looked: Looked) -> Iterator[Notice]:
    """Days that the journal does not tell of."""
    for day in findings.load_gaps(looked.connection, looked.today - timedelta(days=GAPS_DAYS)):
        for role in ("data", "coordination"):
            yield Notice(role, "JOURNAL_GAP", f"trou/{day}", {"day": str(day)})


def impossible(looked: Looked) -> Iterator[Notice]:
    """Supports that an association cannot give: who, not for whom."""
    for row in findings.load_impossible(looked.connection):
        code = row["association"] if row["association"] in looked.origins else UNKNOWN
        for role in ("psychologue", "coordination"):
            yield Notice(role, "SUPPORT_IMPOSSIBLE", f"soutien/{row['fiche_id']}", {"association": code})


def parked(drafts: list[Row]) -> Iterator[Notice]:
    """Drafts that cannot be finalised, by what stops them; what a reason is about stays in the draft."""
    for row in drafts:
        if row["parked"] and row["status"] != "finalise" and row["statement"] is not None:
            codes = _counted([reason["code"] for reason in unpack(row["statement"])["parked"]])
            key = f"parque/{row['convention']}/{row['quarter']}/" + "+".join(sorted(codes))
            detail = {"convention": row["convention"], "quarter": row["quarter"], "codes": codes}
            yield Notice("coordination", "PARKED", key, detail)
            yield Notice("finance", "PARKED", key, detail)


def to_sign(drafts: list[Row]) -> Iterator[Notice]:
    """Statements that wait for somebody's hand."""
    kinds = {"soumis": "TO_APPROVE", "approuve": "TO_FINALISE"}
    for row in drafts:
        if row["status"] in kinds:
            detail = {name: row[name] for name in ("convention", "quarter", "total_cents")}
            key = f"{row['status']}/{row['draft_id']}/{row['draft_event_id']}"
            yield Notice("finance", kinds[row["status"]], key, detail)


def envelopes(drafts: list[Row]) -> Iterator[Notice]:
    """Envelopes of which a draft reaches 70, 90 or 100 %."""
    for row in drafts:
        if row["statement"] is None:
            continue
        for found in unpack(row["statement"])["discrepancies"]:
            if found["code"] in ENVELOPES and str(found["detail"]).isdecimal():
                yield from _envelope(row["convention"], int(found["detail"]), int(found["code"].rpartition("_")[2]))


def _envelope(convention: str, year: int, percent: int) -> Iterator[Notice]:
    detail: dict[str, Any] = {"convention": convention, "year": year, "percent": percent}
    for role in ("finance", "coordination"):
        yield Notice(role, "ENVELOPE", f"enveloppe/{convention}/{year}/{percent}", detail)


def _counted(codes: list[str]) -> dict[str, int]:
    return {code: codes.count(code) for code in sorted(set(codes))}
