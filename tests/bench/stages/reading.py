"""What people send, read: a journal and workbooks, beside bare reading of the same bytes; and what Great Expectations asks of the rows."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
from pyarrow import csv

from etl.jobs.intake.judging import Given, judge
from etl.sources.intake import Content, read_content
from etl.sources.kept import CONTACT
from tests.bench import homes, workbooks
from tests.bench.measure import Figures, in_turn, timed

SECRET = b"bench"
ROWS_AT_MOST = 1_000_000
RECEIVED_ON = date(2026, 11, 15)
# As the platform exports it: the contacts that opened saisines among half as many again that did not.
JOURNAL = """
copy (
    select id_appel, strftime(debut_at, '%Y-%m-%dT%H:%M:%SZ') as debut, duree_s, canal, statut, '01 80 52 33 84' as numero_appele, '0639980000' as numero_appelant,
        suite, reference as saisine_ref, convention, association, qualite, departement, if(urgence, 'oui', 'non') as urgence, beneficiaire
    from contact where contact_id <= {saisines}
    union all
    select 'X' || contact_id, strftime(debut_at, '%Y-%m-%dT%H:%M:%SZ'), duree_s, canal, statut, '01 80 52 33 84', '0639980000',
        'information', null, null, null, null, null, null, null
    from contact where contact_id <= {others}
) to '{path}' (header, delimiter ';')"""


def journal(saisines: int, folder: Path) -> Figures:
    """A journal read, shaped and stored, beside bare reading of the CSV and COPY of its rows; validation apart."""
    import great_expectations  # noqa: F401 - its import is told by `startup`

    content = _journal(saisines, folder)
    home = folder / "home_journal"
    homes.make(home, saisines)
    read: dict[str, Any] = {}
    with homes.held(home) as engine:
        read_s = timed(lambda: read.update(rows=read_content(content, "journal", "journal", "plateforme", SECRET)))
        judge_s = timed(lambda: read.update(judged=_judge([read["rows"]])))
        shape_s = timed(lambda: read.update(table=_shaped(read["judged"].accepted[CONTACT])))
        ready = {"contacts": homes._as_csv(homes.rows._keyed(read["table"], "contact_id"))}
        with engine.begin() as connection:
            homes.receive(connection, folder)
            store_s = timed(lambda: homes.rows.save_contacts(connection, read["table"]))
        bare_read, bare_copy = in_turn(3, lambda: _bare_csv(content), lambda: homes.bare_copy(engine, ready))
    return {
        "rows": read["rows"].read, "read": read_s, "validation": judge_s, "shape": shape_s, "store": store_s,
        "seconds": read_s + shape_s + store_s, "floor": bare_read + bare_copy, "bare_read": bare_read, "bare_copy": bare_copy,
        "refused": len(read["judged"].refused),
    }  # fmt: skip


def _journal(saisines: int, folder: Path) -> bytes:
    path = folder / "journal.csv"
    with duckdb.connect() as connection:
        connection.execute(f"create view contact as from '{folder}/contact.parquet'").fetchall()
        opening = min(int(saisines * 1.8), ROWS_AT_MOST * 18 // 33)
        connection.execute(JOURNAL.format(saisines=opening, others=opening * 15 // 18, path=path)).fetchall()
    return path.read_bytes()


def _bare_csv(content: bytes) -> None:
    csv.read_csv(BytesIO(content), parse_options=csv.ParseOptions(delimiter=";"))


def _judge(contents: list[Content]) -> Any:
    given = [Given(place, "AAV001", RECEIVED_ON, content) for place, content in enumerate(contents, 1)]
    return judge(given, {f"AAV{n:03d}": f"AAV{n:03d}" for n in range(1, 131)} | {c: c for c in ("AMF", "CALAE", "ENSEIGNE", "SPORT")}, lambda *_: None)  # fmt: skip


def _shaped(frame: Any) -> Any:
    from etl.sources import shapes

    return shapes.contacts(frame.append_column("delivery_id", frame["delivery"]))


def books(saisines: int, folder: Path) -> Figures:
    """The fiches of a size as 130 workbooks, read and normalised, beside bare calamine over the same bytes; validation apart."""
    import great_expectations  # noqa: F401 - its import is told by `startup`

    made = workbooks.files(folder)
    cells = sum(_bare(content) for content in made)
    contents: list[Content] = []

    def ours() -> None:
        contents[:] = [read_content(content, "fiches.xlsx", "fiches", "AAV001", SECRET) for content in made]

    seconds, floor = in_turn(3, ours, lambda: [_bare(content) for content in made])
    validation = timed(lambda: _judge(contents))
    return {"seconds": seconds, "floor": floor, "cells": cells, "files": len(made), "validation": validation, "rows": sum(one.read for one in contents)}  # fmt: skip


def _bare(content: bytes) -> int:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return sum(sum(map(len, book.get_sheet_by_name(name).to_python())) for name in book.sheet_names)
