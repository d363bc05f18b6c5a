"""What the tests of the watch put in a house: deliveries, calls, fiches, under names that nothing may tell."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from etl.warehouse import deliveries, rows

NAMES = ["Jean_DUPONT.xlsx", "JEANDUPONT", "FV26-000123-W", "c0ffee" * 10, "madame Martin", "06 12 34 56 78"]
NAME, FOLDER, REFERENCE, PSEUDONYM, FREE, PHONE = NAMES
NOW = datetime(2026, 4, 20, 8, 40, tzinfo=UTC)


def deliver(engine, kind="journal", origin="plateforme", on=date(2026, 4, 20), sha="1", at=NOW, **more):
    one = deliveries.Delivery(
        sha256=sha * 64, origin=origin, kind=kind, received_on=on, received_how="source", file_name=NAME, **more
    )
    with engine.begin() as connection:
        return deliveries.save_deliveries(connection, [one], at)[0]


def contact(key, day):
    return {
        "delivery_id": key, "id_appel": f"A{day}", "debut_at": NOW.replace(tzinfo=None), "debut_on": day,
        "debut_time": "14:00:00", "suite": "saisine", "reference": REFERENCE, "beneficiaire": PSEUDONYM, "row_number": 1,
    }  # fmt: skip


def journal(engine, days, **more):
    key = deliver(engine, **more)
    with engine.begin() as connection:
        rows.save_contacts(connection, pa.Table.from_pylist([contact(key, day) for day in days]))
    return key


def fiche(engine, issue, sha, association="AAV001", version=1):
    key = deliver(engine, "fiches", association, sha=sha)
    row = {
        "delivery_id": key, "fiche_group": 0, "row_number": 2, "layout": "bordereau", "association": association,
        "written": REFERENCE, "version": version, "issue": issue,
    }  # fmt: skip
    with engine.begin() as connection:
        none = pa.schema([("delivery_id", pa.int64()), ("fiche_group", pa.int64())]).empty_table()
        rows.save_fiches(connection, pa.Table.from_pylist([row]), none)


def days_of(first, last, without=()):
    return [
        first + timedelta(days=n) for n in range((last - first).days + 1) if first + timedelta(days=n) not in without
    ]
