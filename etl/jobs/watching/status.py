"""`saisines status`: where everything stands, and what needs somebody. Reads only, and quickly: no Arrow, Airflow or pandas."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.jobs.running.up import is_up
from etl.jobs.watching import findings
from etl.jobs.watching.overdue import stopped
from etl.model.convention_set import read_set
from etl.model.quarter import civil_day
from etl.scheduler import processes
from etl.warehouse import findings as asked
from etl.warehouse import noticed, reference, standing
from etl.warehouse.query import Row
from etl.warehouse.scheduler import load_dags
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from sqlalchemy import Connection

UNTOLD_HOURS = 24
FREE_BYTES, FREE_SHARE = 2 * 1024**3, 0.05
STATES = ("brouillon", "soumis", "approuve", "finalise")
GOOD_TO_KNOW = {"ENVELOPE"}  # told, but nobody has to do anything


@dataclass(frozen=True)
class Status:
    """Where things stand.

    Attributes:
        at: the instant.
        facts: by subject, as data for `--json`; counts, days, codes.
        wanting: how many things of each kind need somebody.
    """

    at: datetime
    facts: dict[str, Any]
    wanting: dict[str, int]


def run(home: Path, at: datetime) -> Status:
    """Look at everything.

    Args:
        home: the folder of the state.
        at: the instant.

    Raises:
        SaisinesError: no warehouse here, or it does not answer.
    """
    with connect(home) as engine:
        dags = load_dags(engine)
        with engine.connect() as connection:
            facts = _facts(connection, home, at, dags)
            found = [
                *findings.find(connection, at, at + timedelta(days=1)),
                *stopped([_now(row) for row in dags or []], at),
            ]
    kinds = {(one.kind, one.key) for one in found if one.kind not in GOOD_TO_KNOW}
    wanting = {kind: sum(one == kind for one, _ in kinds) for kind in sorted({kind for kind, _ in kinds})}
    return Status(at, facts, wanting | dict.fromkeys(_of_the_house(facts, at), 1))


def _now(row: Row) -> Row:
    """A DAG as it stands: a failure that a good run has followed is over."""
    over = row["failed_at"] and row["done_at"] and row["done_at"] > row["failed_at"]
    return {**row, "failed_at": None} if over else row


def _facts(connection: Connection, home: Path, at: datetime, dags: list[Row] | None) -> dict[str, Any]:
    stood = standing.load_standing(connection)
    waiting = asked.load_waiting(connection)
    gaps = asked.load_gaps(connection, civil_day(at) - timedelta(days=findings.GAPS_DAYS))
    untold = noticed.load_untold(connection)
    return {
        "components": processes.components(home),
        "up": is_up(home),
        "dags": [_now(row) for row in dags or []],
        "jobs": noticed.load_last_runs(connection),
        "received": asked.load_freshness(connection),
        "sources": standing.load_pulled(connection),
        "refused_files": len(asked.load_failed(connection, civil_day(at) - timedelta(days=findings.FAILED_DAYS))),
        "held_files": stood["held_count"],
        "quarantine": {"rows": sum(row["row_count"] for row in waiting), "deliveries": len(waiting)},
        "gaps": gaps,
        "statements": _statements(asked.load_last_drafts(connection, at + timedelta(days=1))),
        "envelopes": _envelopes(connection, civil_day(at)),
        "notices": {
            "untold": len(untold),
            "oldest_at": min((row["noticed_at"] for row in untold), default=None),
            "without_address": sorted({row["role"] for row in untold if not settings.addresses(row["role"])}),
        },
        "backup_at": stood["backup_at"],
        "disk": _disk(home, stood),
    }


def _statements(drafts: list[Row]) -> list[dict[str, Any]]:
    """Of each of the last quarters: how many conventions are in each state, and how many are parked."""
    found: dict[str, dict[str, Any]] = {}
    for row in drafts:
        counts = found.setdefault(row["quarter"], dict.fromkeys((*STATES, "parked"), 0))
        state = "finalise" if row["stated"] and row["status"] == "brouillon" else row["status"]
        counts[state] += 1
        counts["parked"] += bool(row["parked"] and state != "finalise")
    return [{"quarter": quarter, **counts} for quarter, counts in sorted(found.items())][-4:]


def _envelopes(connection: Connection, today: date) -> list[dict[str, Any]]:
    """Of each envelope of this year and the last: what is stated of it, and the threshold that a draft reached."""
    conventions = read_set(reference.load_convention_files(connection)).conventions
    stated = {(row["convention"], row["year"]): row["stated_cents"] for row in standing.load_stated(connection)}
    reached = {(row["convention"], row["year"]): row["percent"] for row in standing.load_reached(connection)}
    return [
        {
            "convention": code,
            "year": int(year),
            "amount_cents": envelope.montant,
            "stated_cents": stated.get((code, int(year)), 0),
            "reached_percent": reached.get((code, int(year))),
        }
        for code, convention in sorted(conventions.items())
        for year, envelope in sorted(convention.enveloppes.items())
        if int(year) in (today.year - 1, today.year)
    ]


def _disk(home: Path, stood: Row) -> dict[str, int]:
    total, _, free = shutil.disk_usage(home)
    return {"free": free, "total": total, "database": stood["database_bytes"], "landed": stood["landed_bytes"]}


def _of_the_house(facts: dict[str, Any], at: datetime) -> list[str]:
    """What is wrong around the data: components, disk, mail; and parked drafts, which are not opened for so little."""
    codes = ["PARKED"] if any(row["parked"] for row in facts["statements"]) else []
    up, running = facts["up"], facts["components"].values()
    if (up and not all(running)) or (not up and any(running)):
        codes.append("COMPONENT_DOWN")
    disk = facts["disk"]
    if disk["free"] < FREE_BYTES or disk["free"] < FREE_SHARE * disk["total"]:
        codes.append("DISK_FULL")
    if _late(facts["notices"]["oldest_at"], at, timedelta(hours=UNTOLD_HOURS)):
        codes.append("NOTICES_WAIT")
    return codes


def _late(then: datetime | None, at: datetime, after: timedelta) -> bool:
    return then is not None and at - then > after
