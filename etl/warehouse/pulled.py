"""What the sources that pull remember, and the files they hold until somebody says whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from etl.model.errors import SaisinesError
from etl.warehouse.query import Row, first, many
from etl.warehouse.tables import deliveries, held_files, pulled_items, source_positions

if TYPE_CHECKING:
    from sqlalchemy import Connection

HELD, RECEIVED, FAILED, NOTHING = "held", "received", "failed", "nothing"


@dataclass(frozen=True, kw_only=True)
class Held:
    """A file that waits for somebody to say whose it is, or to discard it.

    Attributes:
        source: its name.
        item: the SHA-256 of the identity, in the source, of what brought it.
        kind: `journal` or `fiches`.
        file_name: fit to be shown; never logged.
        said: the sender's address, or the folder.
        believed: whether that is proven: once the register knows it, the file is taken in by itself.
        reason: why it is held, in French.
        sha256: of its bytes; None if they are not kept.
        landed: path of the copy, relative to the home.
        received_on: the civil day that the source gives, which stays when it is attributed.
    """

    source: str
    item: str
    kind: str
    file_name: str
    said: str | None
    believed: bool
    reason: str
    received_on: date
    sha256: str | None = None
    landed: str | None = None
    size_bytes: int | None = None


def load_seen(connection: Connection, source: str) -> dict[str, str]:
    """What became of each item of a source that was seen."""
    table = pulled_items.c
    query = select(table.item, table.outcome).where(table.source == source)
    return {row.item: row.outcome for row in connection.execute(query)}


def save_seen(connection: Connection, source: str, outcomes: Mapping[str, str], at: datetime) -> None:
    """Remember what became of items; what another pass said before stands corrected."""
    rows = [
        {"source": source, "item": item, "outcome": outcome, "seen_at": at}
        for item, outcome in sorted(outcomes.items())
    ]
    if rows:
        query = upsert(pulled_items)
        change = {"outcome": query.excluded.outcome, "seen_at": query.excluded.seen_at}
        connection.execute(query.on_conflict_do_update(constraint="uq_pulled_items_source_item", set_=change), rows)


def load_positions(connection: Connection) -> dict[str, Row]:
    """Where the list of each source was left, and when it was last read to its end."""
    return {row["source"]: row for row in many(connection, select(source_positions))}


def save_position(connection: Connection, source: str, cursor: str | None, at: datetime) -> None:
    """Remember that a source was read to its end, and where to go on."""
    query = upsert(source_positions).values(source=source, cursor=cursor, pulled_at=at)
    change = {"cursor": query.excluded.cursor, "pulled_at": query.excluded.pulled_at}
    connection.execute(query.on_conflict_do_update(constraint="pk_source_positions", set_=change))


def load_held(connection: Connection, source: str | None = None) -> list[Row]:
    """The files that wait, in order of arrival."""
    query = select(held_files).where(held_files.c.outcome.is_(None)).order_by(held_files.c.held_file_id)
    return many(connection, query.where(held_files.c.source == source) if source else query)


def load_held_file(connection: Connection, held_file_id: int) -> Row:
    """One held file, locked until the end of the transaction.

    Raises:
        SaisinesError: there is none of that number, or it is settled already.
    """
    query = select(held_files).where(held_files.c.held_file_id == held_file_id).with_for_update()
    row = first(connection, query)
    if row is None:
        raise SaisinesError(f"Fichier retenu {held_file_id} inconnu ; « saisines sources held » donne les numéros.")
    if row["outcome"] is not None:
        done = {"attributed": f"déjà attribué à {row['association']}", "discarded": "déjà écarté"}[row["outcome"]]
        raise SaisinesError(f"Le fichier retenu {held_file_id} est {done} : rien à faire.")
    return row


def save_held(connection: Connection, found: Sequence[Held], at: datetime) -> None:
    """Hold files; the same bytes under the same name from the same sender, met again, are held once."""
    table = held_files.c
    known = select(table.source, table.file_name, table.said, table.sha256).where(
        table.source.in_({one.source for one in found})
    )
    seen = {tuple(row) for row in connection.execute(known)} if found else set()
    new = {(one.source, one.file_name, one.said, one.sha256): one for one in found}
    rows = [asdict(one) | {"held_at": at} for key, one in new.items() if key not in seen]
    if rows:
        connection.execute(insert(held_files), rows)


def save_settled(
    connection: Connection, held_file_id: int, association: str | None, by: str, reason: str, at: datetime
) -> None:
    """Say whose a held file is, or that it is nobody's."""
    outcome = "attributed" if association else "discarded"
    settled = {"settled_by": by, "settled_reason": reason, "settled_at": at}
    change = {"outcome": outcome, "association": association} | settled
    connection.execute(update(held_files).where(held_files.c.held_file_id == held_file_id).values(change))


def received_since(connection: Connection, kind: str, at: datetime) -> int:
    """How many deliveries of a kind were recorded since an instant."""
    table = deliveries.c
    query = select(func.count()).where(table.kind == kind, table.status == "received", table.recorded_at >= at)
    return int(connection.execute(query).scalar_one())
