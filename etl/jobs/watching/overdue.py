"""What never came, never ran or was never signed: a deadline cannot tell, because it belongs to a run that exists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from etl.model.convention_set import ConventionSet
from etl.model.quarter import Quarter
from etl.model.tariff import default_cutoff
from etl.warehouse.extent import load_quarters
from etl.warehouse.findings import load_takeover
from etl.warehouse.noticed import Notice, load_last_runs
from etl.warehouse.query import Row
from etl.warehouse.standing import load_standing

if TYPE_CHECKING:
    from sqlalchemy import Connection

SILENT_DAYS = {"journal": 2, "fiches": 15}  # the export of a day comes the next morning; fiches come all the time
RECONCILE_HOURS = 6  # after new rows, the reconciliation has run
IDLE_DAYS = 15  # after the cutoff, a draft has been signed
AGAIN_DAYS = 7  # what lasts is told again
BACKUP_HOURS = 36  # one a night, and a morning to make up for one
FIRST_DAYS = 7  # a house that has received for so long has a backup
NEXT_RUN_HOURS = 2  # a run that is due is made


def overdue(
    connection: Connection,
    today: date,
    at: datetime,
    conventions: ConventionSet,
    drafts: Sequence[Row],
    fresh: Sequence[Row],
) -> Iterator[Notice]:
    """All that is late at an instant.

    Args:
        connection: to the warehouse.
        today: the civil day of the instant.
        at: the instant.
        conventions: the files in force.
        drafts: of `load_last_drafts`.
        fresh: of `load_freshness`.
    """
    yield from silent(today, fresh)
    yield from not_reconciled(load_last_runs(connection), at, fresh)
    since = load_takeover(connection)
    quarters = [one for one in load_quarters(connection) if since is None or one.end > since]
    yield from without_draft(today, conventions, quarters, drafts)
    yield from unsigned(today, drafts)
    yield from unsaved(load_standing(connection), at)


def silent(today: date, fresh: Sequence[Row]) -> Iterator[Notice]:
    """Sources that said nothing for longer than they ever should; a source that never spoke is not expected."""
    for row in fresh:
        last = row["until_on"] or row["received_on"]
        days = (today - last).days
        if days > SILENT_DAYS[row["kind"]]:
            key = f"silence/{row['kind']}/{last}/{days // AGAIN_DAYS}"
            yield Notice("data", "SOURCE_SILENT", key, {"kind": row["kind"], "since": str(last), "days": days})


def not_reconciled(runs: Sequence[Row], at: datetime, fresh: Sequence[Row]) -> Iterator[Notice]:
    """New rows that no reconciliation has seen."""
    received = max((row["recorded_at"] for row in fresh), default=None)
    done = next((row["done_at"] for row in runs if row["job"] == "reconcile"), None)
    if received is None or (done is not None and done >= received) or at - received < timedelta(hours=RECONCILE_HOURS):
        return
    yield Notice(
        "data", "NOT_RECONCILED", f"rapprochement/{received:%Y-%m-%dT%H:%M:%S}", {"since": f"{received:%Y-%m-%d}"}
    )


def without_draft(
    today: date, conventions: ConventionSet, quarters: Sequence[Quarter], drafts: Sequence[Row]
) -> Iterator[Notice]:
    """Quarters of the journal past a convention's cutoff, without any draft."""
    made = {(row["convention"], row["quarter"]) for row in drafts}
    for quarter in quarters[-4:]:
        for code in conventions.conventions:
            cutoff = default_cutoff(conventions, code, quarter)
            if cutoff and today > cutoff + timedelta(days=1) and (code, str(quarter)) not in made:
                detail = {"convention": code, "quarter": str(quarter), "cutoff": str(cutoff)}
                yield Notice("data", "DRAFT_MISSING", f"sans-releve/{code}/{quarter}", detail)


def unsigned(today: date, drafts: Sequence[Row]) -> Iterator[Notice]:
    """Drafts that nobody submitted, approved or finalised long after their cutoff; one without a line is not to be."""
    for row in drafts:
        days = (today - row["cutoff"]).days
        if row["stated"] or not row["line_count"] or days <= IDLE_DAYS:
            continue
        role = "coordination" if row["status"] == "brouillon" else "finance"
        detail = {name: row[name] for name in ("convention", "quarter", "status")} | {"days": days}
        yield Notice(
            role,
            "UNSIGNED",
            f"attente/{row['convention']}/{row['quarter']}/{row['status']}/{days // AGAIN_DAYS}",
            detail,
        )


def unsaved(stood: Row, at: datetime) -> Iterator[Notice]:
    """A house without a recent backup; a young one has none yet."""
    last, first = stood["backup_at"], stood["first_at"]
    late = (
        at - last > timedelta(hours=BACKUP_HOURS) if last else bool(first) and at - first > timedelta(days=FIRST_DAYS)
    )
    if late:
        day = f"{last:%Y-%m-%d}" if last else None
        yield Notice(
            "data", "BACKUP_OLD", f"sauvegarde/{day}/{(at - (last or first)).days // AGAIN_DAYS}", {"day": day}
        )


def stopped(dags: Sequence[Row], at: datetime) -> Iterator[Notice]:
    """DAGs of which a run failed since yesterday, once a day; and those whose next run was due long ago and does not exist."""
    for row in dags:
        failed = row["failed_at"]
        if failed is not None and at - failed < timedelta(days=1):
            yield Notice("data", "DAG_FAILED", f"echec/{row['dag_id']}/{failed:%Y-%m-%d}", {"dag": row["dag_id"]})
        due = row["next_at"]
        if due is not None and not row["is_paused"] and at - due > timedelta(hours=NEXT_RUN_HOURS):
            yield Notice(
                "data", "DAG_SILENT", f"sans-passage/{row['dag_id']}/{due:%Y-%m-%dT%H:%M}", {"dag": row["dag_id"]}
            )
