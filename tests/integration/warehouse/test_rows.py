"""Accepted rows in bulk, and what the engine reads of them."""

from datetime import date, datetime

import pyarrow as pa
import pytest
from sqlalchemy.exc import IntegrityError

from etl.jobs.intake import deliveries
from etl.model.errors import SaisinesError
from etl.warehouse import deliveries as stored
from etl.warehouse import quarantine, rows, schema
from etl.warehouse.inputs import QUERIES, load_inputs
from etl.warehouse.server import address_of

from .conftest import AT
from .statements import line, statement
from .test_life import brought


def delivery(n, kind="fiches", origin="AAV001", received_on=date(2026, 4, 2), **other):
    return stored.Delivery(
        sha256=f"{n:064x}", origin=origin, kind=kind, received_on=received_on, received_how="by_hand", **other
    )


def contacts(*keys):
    n = len(keys)
    return pa.table(
        {
            "delivery_id": list(keys),
            "id_appel": [f"A{k}" for k in range(n)],
            "debut_at": pa.array([datetime.fromisoformat("2026-03-29T00:59:59")] * n, pa.timestamp("us")),
            "debut_on": [date(2026, 3, 29)] * n,
            "debut_time": ["01:59:59"] * n,
            "suite": ["saisine"] * n,
            "reference": ["FV26-000123-W"] * n,
            "qualite": pa.array([None] * n, pa.string()),
            "canal": [""] * n,
            "urgence": [True] * n,
            "row_number": list(range(2, n + 2)),
        }
    )


def fiches(*keys, groups=None):
    n = len(keys)
    return pa.table(
        {
            "delivery_id": list(keys),
            "fiche_group": list(groups or range(n)),
            "row_number": list(range(2, n + 2)),
            "layout": ["classeur"] * n,
            "association": ["AAV001"] * n,
            "written": ['FV26 "000123"; W, é\n'] * n,
            "version": [1] * n,
            "issue": ["pris_en_charge"] * n,
            "nb_psy": pa.array([0] + [None] * (n - 1), pa.int32()),
        }
    )


def sessions(keys, groups):
    n = len(keys)
    return pa.table(
        {
            "delivery_id": list(keys), "fiche_group": list(groups), "row_number": list(range(2, n + 2)),
            "day": [date(2026, 2, 3)] * n, "nature": ["psy"] * n, "mode": ["visio"] * n, "statut": ["honore"] * n,
        }
    )  # fmt: skip


@pytest.fixture
def read(engine):
    """Two deliveries of the journal, two of fiches, on different days."""
    days = [date(2026, 4, 2), date(2026, 4, 20)]
    with engine.begin() as connection:
        made = [delivery(n, "journal", "plateforme", day) for n, day in enumerate(days)]
        made += [delivery(n, "fiches", "AAV001", day) for n, day in enumerate(days)]
        one, two, three, four = stored.save_deliveries(connection, made, AT)
        assert rows.save_contacts(connection, contacts(one, two, one)) == 3
        assert rows.save_fiches(connection, fiches(three, four, three), sessions([four, three, three], [1, 2, 0])) == (
            3,
            3,
        )
    return (one, two, three, four), lambda cutoff: load_inputs(address_of(engine), cutoff)


def test_rows_come_back_as_they_were_written(read):
    (one, _, three, _), load = read
    got = load(date(2026, 4, 20))
    contact = got["contact"].sort_by("contact_id").to_pylist()[0]
    assert contact["contact_id"] == one * 10**8
    assert (contact["debut_at"], contact["debut_on"]) == (
        datetime.fromisoformat("2026-03-29T00:59:59"),
        date(2026, 3, 29),
    )
    assert (contact["canal"], contact["qualite"], contact["urgence"]) == ("", None, True)
    assert (contact["received_on"], contact["sha256"]) == (date(2026, 4, 2), f"{0:064x}")
    fiche = got["fiche"].sort_by("fiche_id").to_pylist()[0]
    assert (fiche["written"], fiche["nb_psy"], fiche["nb_jur"]) == ('FV26 "000123"; W, é\n', 0, None)
    assert (fiche["fiche_id"], fiche["fiche_group_id"], fiche["delivery_id"]) == (three * 10**8, three * 10**8, three)


def test_keys_count_the_rows_of_each_delivery_and_groups_join_sessions_to_fiches(read):
    (one, two, three, four), load = read
    got = load(date(2026, 4, 20))
    assert sorted(got["contact"]["contact_id"].to_pylist()) == [one * 10**8, one * 10**8 + 1, two * 10**8]
    assert sorted(got["fiche"]["fiche_group_id"].to_pylist()) == [three * 10**8, three * 10**8 + 2, four * 10**8 + 1]
    assert sorted(got["session"]["fiche_group_id"].to_pylist()) == [three * 10**8, three * 10**8 + 2, four * 10**8 + 1]


@pytest.mark.parametrize(("cutoff", "seen"), [(date(2026, 4, 1), 0), (date(2026, 4, 2), 2), (date(2026, 4, 20), 3)])
def test_rows_received_after_the_cutoff_are_not_seen(read, cutoff, seen):
    got = read[1](cutoff)
    assert [got[name].num_rows for name in ("contact", "fiche", "session")] == [seen] * 3


def test_rows_of_a_withdrawn_delivery_never_counted(read, home):
    (_, two, three, _), load = read
    for key in (two, three):
        deliveries.withdraw(home, key, "coordination", "mauvais fichier", AT)
    got = load(date(2026, 4, 20))
    assert [got[name].num_rows for name in ("contact", "fiche", "session")] == [2, 1, 1]


@pytest.mark.parametrize(("reason", "says"), [(" ", "--reason"), ("encore", "déjà retirée")])
def test_a_withdrawal_has_a_reason_and_is_made_once(read, home, reason, says):
    deliveries.withdraw(home, read[0][0], "coordination", "mauvais fichier", AT)
    with pytest.raises(SaisinesError, match=says):
        deliveries.withdraw(home, read[0][0], "coordination", reason, AT)


def test_a_delivery_that_does_not_exist_is_not_withdrawn(home, engine):
    with pytest.raises(SaisinesError, match="inconnue"):
        deliveries.withdraw(home, 99, "coordination", "erreur", AT)


def test_empty_tables_keep_their_columns(engine):
    got = load_inputs(address_of(engine), date(2026, 4, 15))
    assert set(got) == set(QUERIES)
    assert got["contact"].num_rows == 0
    assert {"contact_id", "debut_at", "beneficiaire", "sha256"} <= set(got["contact"].column_names)


def test_the_engine_sees_what_is_stated_and_what_is_carried(home, engine):
    brought(home, statement([line(association="AAV001"), line(association="AAV002")]), "finalise")
    back = {"kind": "regularisation", "corrects": "ER-CALAE-2026-T1-0001", "cents": -5500, "base_cents": 0}
    brought(
        home,
        statement(
            [line(**back), line(act_date="2026-05-01", association="AAV002")], quarter="2026-T2", cutoff="2026-07-15"
        ),
        "finalise",
    )
    got = load_inputs(address_of(engine), date(2026, 7, 15))
    assert got["carried"].to_pylist() == [{"convention": "CALAE", "payee": "AAV001", "amount_cents": -5500}]
    stated = [(row["association"], row["amount_cents"], row["statement_number"]) for row in got["stated"].to_pylist()]
    assert sorted(stated) == [
        ("AAV001", -5500, "ER-CALAE-2026-T2-0002"), ("AAV001", 5500, "ER-CALAE-2026-T1-0001"),
        ("AAV002", 5500, "ER-CALAE-2026-T1-0001"), ("AAV002", 5500, "ER-CALAE-2026-T2-0002"),
    ]  # fmt: skip


def test_a_failure_while_writing_rows_leaves_neither_rows_nor_delivery(engine):
    """Pitfall 18: a file is entirely loaded with its verdicts, or not at all."""
    broken = sessions([1], [0]).set_column(4, "nature", [["tarot"]])
    with pytest.raises(Exception, match="nature"), engine.begin() as connection:
        (key,) = stored.save_deliveries(connection, [delivery(5)], AT)
        rows.save_fiches(connection, fiches(key), broken.set_column(0, "delivery_id", [[key]]))
    with engine.begin() as connection:
        assert stored.load_deliveries(connection) == []
    assert load_inputs(address_of(engine), date(2026, 7, 15))["fiche"].num_rows == 0


def test_rows_of_a_delivery_that_is_not_there_or_failed_are_refused(engine):
    with engine.begin() as connection:
        (failed,) = stored.save_deliveries(connection, [delivery(9, failure="illisible")], AT)
    for key in (failed, failed + 1):
        for write in (
            lambda c, key=key: rows.save_contacts(c, contacts(key)),
            lambda c, key=key: rows.save_fiches(c, fiches(key), sessions([], [])),
        ):
            with pytest.raises(IntegrityError, match="not there, or failed"), engine.begin() as connection:
                write(connection)


def test_refused_rows_wait_until_something_replaces_them(engine):
    with engine.begin() as connection:
        one, two = stored.save_deliveries(connection, [delivery(6, rows_read=2, rows_rejected=2), delivery(7)], AT)
        refused = [
            quarantine.RefusedRow(
                delivery_id=one, kind="fiche", row_number=n, columns={"issue": "x"}, codes=["BAD_CODE"], sentence="non"
            )
            for n in (2, 3)
        ]
        first, second = quarantine.save_refused(connection, refused, AT)
        quarantine.save_outcomes(connection, [(first, "corrigee", two, 5)], AT)
        assert [row["refused_row_id"] for row in quarantine.load_refused(connection)] == [second]
        assert [row["outcome"] for row in quarantine.load_refused(connection, waiting=False)] == ["corrigee", None]
        assert quarantine.load_refused(connection, origin="AAV002") == []


def test_a_second_key_of_pseudonyms_is_refused(engine):
    with engine.begin() as connection:
        stored.check_key(connection, "0123abcd")
        stored.save_deliveries(connection, [delivery(8, "journal", key_id="0123abcd")], AT)
        stored.check_key(connection, "0123abcd")
        with pytest.raises(SaisinesError, match="clé"):
            stored.check_key(connection, "ffffffff")


def test_views_give_one_row_each_at_least_once_a_statement_exists(home, engine):
    brought(home, statement([line()]), "finalise")
    with engine.connect() as connection:
        for file in sorted(schema.VIEWS.glob("*.sql")):
            name = file.stem.partition("_")[2]
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() >= 0, name


@pytest.mark.long
def test_a_hundred_thousand_saisines_are_written_and_read_in_seconds(engine):
    import time

    n = 100_000
    with engine.begin() as connection:
        one, two = stored.save_deliveries(connection, [delivery(1, "journal"), delivery(2)], AT)
        start = time.monotonic()
        rows.save_contacts(connection, contacts(*[one] * n))
        rows.save_fiches(connection, fiches(*[two] * n), sessions([two] * 3 * n, [k // 3 for k in range(3 * n)]))
    wrote = time.monotonic() - start
    start = time.monotonic()
    assert load_inputs(address_of(engine), date(2026, 7, 15))["session"].num_rows == 3 * n
    # 3 s and 0.8 s on two idle cores; a busy machine is many times slower, another complexity a thousand times
    assert wrote < 300
    assert time.monotonic() - start < 300
