"""Accepted rows, from canonical texts to the typed tables of the core."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from etl.sources.cells import PARIS
from etl.sources.texts import whole

if TYPE_CHECKING:
    import pyarrow as pa


def contacts(frame: pa.Table) -> pa.Table:
    """Accepted rows of the journal, as the warehouse takes contacts.

    Args:
        frame: with `delivery_id`, `row_number` and the fields of a contact.
    """
    import pyarrow as pa

    instants = _texts(frame, "debut")
    day, time = _civil(instants)
    columns = {
        "delivery_id": _numbers(frame, "delivery_id"),
        "row_number": _numbers(frame, "row_number").cast(pa.int32()),
        "debut_at": instants.cast(pa.timestamp("us")),
        "debut_on": day,
        "debut_time": time,
        "reference": _texts(frame, "saisine_ref"),
        "urgence": _flags(frame, "urgence"),
        "duree_s": _whole(frame, "duree_s"),
    }
    same = (
        "id_appel",
        "canal",
        "statut",
        "numero_appele",
        "suite",
        "convention",
        "association",
        "qualite",
        "departement",
        "beneficiaire",
    )
    return pa.table(columns | {name: _texts(frame, name) for name in same})


def fiches(frame: pa.Table) -> pa.Table:
    """Accepted rows of `Saisines` and bordereaux, as the warehouse takes fiches.

    Args:
        frame: with `delivery_id`, `fiche_group`, `layout`, `origin` and the columns of `Saisines`.
    """
    import pyarrow as pa

    days = ("date_saisine", "date_premier_contact", "date_cloture", "date_signature")
    numbers = ("version", "tentatives", "nb_psy", "nb_jur", "nb_soc")
    same = ("sheet", "layout", "convention", "qualite", "departement", "issue")
    return pa.table(
        {name: _numbers(frame, name) for name in ("delivery_id", "fiche_group")}
        | {
            "row_number": _numbers(frame, "row_number").cast(pa.int32()),
            "association": _texts(frame, "origin"),
            "written": _texts(frame, "saisine_ref"),
            "memo_de_vie": _flags(frame, "memo_de_vie"),
        }
        | {name: _texts(frame, name) for name in same}
        | {name: _whole(frame, name) for name in numbers}
        | {name: _days(frame, name) for name in days}
    )


def sessions(frame: pa.Table) -> pa.Table:
    """Accepted rows of `Entretiens`, as the warehouse takes sessions.

    Args:
        frame: with `delivery_id`, `fiche_group` and the columns of `Entretiens`.
    """
    import pyarrow as pa

    return pa.table(
        {name: _numbers(frame, name) for name in ("delivery_id", "fiche_group")}
        | {"row_number": _numbers(frame, "row_number").cast(pa.int32()), "day": _days(frame, "date")}
        | {name: _texts(frame, name) for name in ("heure", "nature", "mode", "statut")}
    )


def number_groups(*frames: pa.Table) -> list[pa.Table]:
    """Give frames with `fiche_group`: it numbers, from 0 within each delivery, the references as written.

    Refused rows are numbered too, so that a row accepted later finds the group of its reference.
    """
    import pyarrow as pa

    known: dict[int, dict[str, int]] = {}

    def number(delivery: int, written: str) -> int:
        references = known.setdefault(delivery, {})
        return references.setdefault(written, len(references))

    return [
        frame.append_column(
            "fiche_group", pa.array([number(*row) for row in content(frame, ("delivery", "saisine_ref"))], pa.int64())
        )
        for frame in frames
    ]


def content(frame: pa.Table, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """What each row says, to be compared with what another says."""
    return list(zip(*(frame[name].to_pylist() for name in columns), strict=True))


def _civil(instants: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The days and the times of instants in Paris, whose clocks change on the hour: each hour is looked up once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    hours = pc.utf8_slice_codeunits(instants, 0, 13).dictionary_encode()
    local = [_in_paris(hour) for hour in hours.dictionary.to_pylist()]
    days = pa.array([each.date() for each in local], pa.date32())
    clock = pa.array([f"{each:%H}" for each in local], pa.string())
    minutes = pc.utf8_slice_codeunits(instants, 13, 19)
    return days.take(hours.indices), pc.binary_join_element_wise(clock.take(hours.indices), minutes, "")


def _in_paris(hour: str) -> datetime:
    return datetime.fromisoformat(hour).replace(tzinfo=UTC).astimezone(PARIS)


def _texts(frame: pa.Table, name: str) -> pa.Array:
    return whole(frame[name])


def _numbers(frame: pa.Table, name: str) -> pa.Array:
    return whole(frame[name])


def _whole(frame: pa.Table, name: str) -> pa.Array:
    import pyarrow as pa

    return _texts(frame, name).cast(pa.int32())


def _days(frame: pa.Table, name: str) -> pa.Array:
    import pyarrow as pa

    return _texts(frame, name).cast(pa.date32())


def _flags(frame: pa.Table, name: str) -> pa.Array:
    import pyarrow.compute as pc

    return pc.equal(_texts(frame, name), "oui")
