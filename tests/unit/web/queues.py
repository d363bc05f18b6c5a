"""A queue of any size, as a file of results would hold it."""

from datetime import date
from pathlib import Path

import duckdb

from etl.web.snapshot import Snapshot

SCRIPT = "<script>alert(1)</script>\"'&"


def made(rows: int) -> Snapshot:
    """A snapshot with a queue of so many discrepancies, one of them with a script in every text."""
    database = duckdb.connect()
    database.execute(
        """create table queue as select md5(i::text)[:16] as id, 'CODE_' || i % 40 as code, 'BHW'[i % 3 + 1] as severity, 'Phrase.' as sentence,
        printf('FV26-%06d-A', i // 3) as reference, 'CONV' || i % 4 as convention, printf('AAV%03d', i % 130) as association,
        null as written, null as fiche,
        '2026-02-03' as detail, null::int as decision_id, date '2026-01-01' + (i % 90)::int as since, (i % 400)::int as age_days,
        i % 3 + 1 as rank, i % 2 = 0 as acceptable, (i % 5000)::bigint as stake_cents from range(?) as t(i)""",
        [rows],
    )
    database.execute(
        "update queue set sentence = ?, detail = ?, association = ?, convention = ?, severity = 'B', rank = 0 where id = md5('0')[:16]",
        [SCRIPT] * 4,
    )
    database.execute("create table returned as select 'FV26-000001-A' as reference")
    about = {"day": date(2026, 7, 20), "quarter": "2026-T1", "year": 2026, "last_decision": 0, "set_id": None}
    return Snapshot(Path("none"), database, about)
