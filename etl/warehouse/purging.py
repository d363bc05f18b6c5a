"""What the purge, erasure and a change of key may alter: never a fact that prices an act, never what is finalised.

Two locks hold everything else. The role `saisines_purge` has the right to these columns and no other role has, and the
guards of the tables let pass, while `saisines.purge` is on, what their declaration names and nothing more.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

SURROGATE = "efface-"  # a number drawn at random in the place of a pseudonym: no key leads to it

_DETAILS = ("duree_s", "canal", "statut", "numero_appele", "convention", "association", "qualite", "departement")
_EMPTIED = ", ".join(f"{name} = NULL" for name in (*_DETAILS, "urgence", "beneficiaire"))
_TOLD = " OR ".join(f"c.{name} IS NOT NULL" for name in (*_DETAILS, "urgence", "beneficiaire"))

# A call counts when one of its versions names a saisine; then its other versions too, which a discrepancy compares.
_CALLS = f"""
UPDATE contacts c SET {_EMPTIED}, debut_time = '00:00:00', debut_at = c.debut_on
FROM deliveries d
WHERE d.delivery_id = c.delivery_id AND c.debut_on < :before AND ({_TOLD} OR c.debut_time <> '00:00:00')
    AND (d.status = 'withdrawn' OR NOT EXISTS (
        SELECT FROM contacts o JOIN deliveries e USING (delivery_id)
        WHERE o.id_appel = c.id_appel AND o.reference IS NOT NULL AND e.status = 'received'))"""
_PSEUDONYMS = f"""
SELECT c.beneficiaire FROM contacts c
WHERE c.beneficiaire NOT LIKE '{SURROGATE}%' AND c.beneficiaire <> ''
GROUP BY c.beneficiaire
HAVING bool_and(c.reference IS NOT NULL AND c.reference = ANY(:closed)) ORDER BY 1"""
_RENAME = """
UPDATE contacts c SET beneficiaire = n.new
FROM unnest(CAST(:old AS text[]), CAST(:new AS text[])) AS n (old, new) WHERE c.beneficiaire = n.old"""
# Deliveries past their time, by landed copy: one that another delivery still needs stays.
_FILES = """
SELECT d.landed, array_agg(d.delivery_id) AS deliveries FROM deliveries d WHERE d.landed IS NOT NULL
GROUP BY d.landed
HAVING bool_and(d.received_on < :before AND d.delivery_id <> ALL(:needed))
    AND d.landed NOT IN (SELECT landed FROM held_files WHERE landed IS NOT NULL AND outcome IS NULL) ORDER BY 1"""
_OPEN_CALLS = """
SELECT DISTINCT c.delivery_id FROM contacts c JOIN deliveries d USING (delivery_id)
WHERE d.status = 'received' AND d.landed IS NOT NULL AND c.reference IS NOT NULL AND c.reference <> ALL(:closed)"""


def allow(connection: Connection) -> None:
    """Let the purge through the guards, until the end of the transaction."""
    connection.execute(text("SET LOCAL saisines.purge = 'on'"))


def empty_calls(connection: Connection, before: date, only: Collection[str] | None = None) -> int:
    """Empty the calls before a day that no saisine comes from, of all or of these pseudonyms; gives their number."""
    query = _CALLS if only is None else f"{_CALLS} AND c.beneficiaire = ANY(:only)"
    asked = {"before": before} | ({} if only is None else {"only": list(only)})
    return int(connection.execute(text(query), asked).rowcount)


def unlink_people(connection: Connection, closed: Collection[str], only: Collection[str] | None = None) -> int:
    """Put a number drawn at random in the place of each person all of whose calls are of closed saisines.

    Args:
        connection: in a transaction that `allow` was called in.
        closed: the references of the closed saisines.
        only: these pseudonyms and no others; None for all.

    Returns:
        How many people.
    """
    found = connection.execute(text(_PSEUDONYMS), {"closed": list(closed)}).scalars()
    old = [one for one in found if only is None or one in only]
    rename(connection, {one: surrogate() for one in old})
    return len(old)


def surrogate() -> str:
    """A number that leads to nobody."""
    return SURROGATE + secrets.token_hex(16)


def rename(connection: Connection, names: Mapping[str, str]) -> int:
    """Write other pseudonyms in the place of these; gives the number of calls changed."""
    if not names:
        return 0
    given = {"old": list(names), "new": list(names.values())}
    return int(connection.execute(text(_RENAME), given).rowcount)


def open_deliveries(connection: Connection, closed: Collection[str]) -> list[int]:
    """The deliveries of journals with a call of a saisine that is not closed."""
    return list(connection.execute(text(_OPEN_CALLS), {"closed": list(closed)}).scalars())


def forget_files(
    connection: Connection, before: date, needed: Iterable[int], only: Collection[int] | None = None
) -> tuple[list[str], int]:
    """Forget the landed copies and the names of files received before a day, and the rows refused from them.

    Args:
        connection: in a transaction that `allow` was called in.
        before: the day.
        needed: deliveries that keep theirs.
        only: no copy that none of these deliveries came as; None for all.

    Returns:
        The paths of the copies, to be deleted once this is committed, and the number of refused rows.
    """
    rows = connection.execute(text(_FILES), {"before": before, "needed": list(needed)}).all()
    rows = [row for row in rows if only is None or set(only) & set(row.deliveries)]
    forgotten = {"ids": [delivery for row in rows for delivery in row.deliveries]}
    connection.execute(
        text("UPDATE deliveries SET landed = NULL, file_name = NULL WHERE delivery_id = ANY(:ids)"), forgotten
    )
    refused = "SELECT refused_row_id FROM refused_rows WHERE delivery_id = ANY(:ids)"
    connection.execute(text(f"DELETE FROM refused_row_outcomes WHERE refused_row_id IN ({refused})"), forgotten)
    done = connection.execute(text("DELETE FROM refused_rows WHERE delivery_id = ANY(:ids)"), forgotten)
    return [row.landed for row in rows], int(done.rowcount)


def forget_held(connection: Connection, before: date) -> list[str]:
    """Forget the copies and the names of held files that were settled and received before a day; gives the paths."""
    query = """
        WITH old AS (
            SELECT held_file_id, landed FROM held_files
            WHERE outcome IS NOT NULL AND received_on < :before AND (landed IS NOT NULL OR file_name <> '' OR said IS NOT NULL)
        ), done AS (
            UPDATE held_files h SET landed = NULL, sha256 = NULL, file_name = '', said = NULL
            FROM old WHERE old.held_file_id = h.held_file_id
        )
        SELECT landed FROM old"""
    paths = connection.execute(text(query), {"before": before}).scalars().all()
    return [path for path in paths if path]


def still_needed(connection: Connection, paths: Collection[str]) -> set[str]:
    """Of these copies, those that a delivery or a held file still names."""
    query = """
        SELECT landed FROM deliveries WHERE landed = ANY(:paths)
        UNION SELECT landed FROM held_files WHERE landed = ANY(:paths)"""
    return set(connection.execute(text(query), {"paths": list(paths)}).scalars())


def forget_outcomes(connection: Connection, closed: Collection[str], before: datetime) -> int:
    """Delete what became of impossible supports of closed saisines, recorded before an instant; gives their number."""
    query = "DELETE FROM support_outcomes WHERE reference = ANY(:closed) AND recorded_at < :before"
    return int(connection.execute(text(query), {"closed": list(closed), "before": before}).rowcount)


def forget_readings(connection: Connection, before: datetime) -> int:
    """Delete the readings before an instant; gives their number."""
    return int(connection.execute(text("DELETE FROM readings WHERE read_at < :before"), {"before": before}).rowcount)


def load_key_id(connection: Connection) -> str | None:
    """Which key made the pseudonyms of the warehouse; None when it holds none."""
    query = "SELECT key_id FROM deliveries WHERE key_id IS NOT NULL AND status <> 'failed' ORDER BY delivery_id DESC LIMIT 1"
    found: str | None = connection.execute(text(query)).scalar()
    return found


def load_people(connection: Connection) -> set[str]:
    """The pseudonyms of the warehouse, those drawn at random left out."""
    query = (
        f"SELECT DISTINCT beneficiaire FROM contacts WHERE beneficiaire <> '' AND beneficiaire NOT LIKE '{SURROGATE}%'"
    )
    return set(connection.execute(text(query)).scalars())


def save_key_id(connection: Connection, key_id: str) -> None:
    """Say that all pseudonyms are of this key now."""
    query = "UPDATE deliveries SET key_id = :key_id WHERE key_id IS NOT NULL"
    connection.execute(text(query), {"key_id": key_id})
