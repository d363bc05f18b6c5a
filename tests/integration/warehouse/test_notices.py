"""What the watch finds, from data; what it says, to whom, once; and what it never says."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from sqlalchemy import text

from etl.jobs.matching import decide
from etl.jobs.watching import notices
from etl.jobs.watching.mail import Sent
from etl.jobs.watching.overdue import stopped
from etl.model.errors import SaisinesError
from etl.warehouse import deliveries, noticed, quarantine, rows, watch

from . import statements as small

NAMES = ["Jean_DUPONT.xlsx", "JEANDUPONT", "FV26-000123-W", "c0ffee" * 10, "madame Martin", "06 12 34 56 78"]
NAME, FOLDER, REFERENCE, PSEUDONYM, FREE, PHONE = NAMES
NOW = datetime(2026, 4, 20, 8, 40, tzinfo=UTC)
ROLES = ("COORDINATION", "FINANCE", "DATA", "PSYCHOLOGUE")


@pytest.fixture(autouse=True)
def addressed(monkeypatch):
    for role in ROLES:
        monkeypatch.setenv(f"SAISINES_MAIL_{role}", f"{role.lower()}@federation.example")
    monkeypatch.setenv("SAISINES_DESK_URL", "https://saisines.example/bureau/")
    monkeypatch.setenv("SAISINES_LOG", "off")


@pytest.fixture
def post(home):
    """Looks and tells at an instant; gives the messages, by role, as a server that takes everything gets them."""

    def run(at=NOW, away=False):
        taken = {}

        def send(messages, sent):
            if away:
                raise ConnectionRefusedError
            for message in messages:
                taken[message.key.split("/")[1]] = message
                sent(message)
            return Sent([message.key for message in messages], [])

        notices.look(home, at)
        notices.tell(home, at, send)
        return taken

    return run


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


def kept(engine):
    with engine.begin() as connection:
        return {(row.role, row.kind) for row in connection.execute(text("select role, kind from notices"))}


def days_of(first, last, without=()):
    return [
        first + timedelta(days=n) for n in range((last - first).days + 1) if first + timedelta(days=n) not in without
    ]


def test_nothing_to_say_of_an_empty_house(post, engine):
    assert post() == {}
    assert kept(engine) == set()


def test_a_file_that_fails_at_every_reading_is_told_once_until_it_fails_otherwise(post, engine):
    for _ in range(3):
        deliver(engine, failure=f"{NAME} : illisible ({FREE})")
    first = post()
    assert set(first) == {"data", "coordination"}
    assert "journal, origine plateforme, reçue le 20/04/2026" in first["data"].text
    assert "https://saisines.example/bureau/livraisons" in first["data"].text
    deliver(engine, failure="encore")
    assert post() == {}
    deliver(engine, sha="2", failure="un autre")
    assert set(post()) == {"data", "coordination"}


def test_refused_rows_are_counted_by_code_and_no_more_once_corrected(post, engine):
    key = deliver(engine, "fiches", "AAV001", rows_read=2, rows_rejected=2)
    refused = [
        quarantine.RefusedRow(
            delivery_id=key, kind="fiche", sheet=FREE, row_number=n, row_key=REFERENCE, columns={"saisine_ref": REFERENCE},
            codes=codes, sentence=FREE, cells=["issue"],
        )
        for n, codes in ((2, ["BAD_DATE"]), (3, ["BAD_DATE", "BAD_CODE"]))
    ]  # fmt: skip
    with engine.begin() as connection:
        first, second = quarantine.save_refused(connection, refused, NOW)
    said = post()["coordination"].text
    assert f"livraison {key} (fiches, origine AAV001) : 2 ligne(s) : BAD_CODE × 1, BAD_DATE × 2" in said
    with engine.begin() as connection:
        quarantine.save_outcomes(connection, [(one, "rejouee", key, None) for one in (first, second)], NOW)
        connection.execute(text("delete from notices"))
    assert post() == {}


def test_a_hole_in_the_journal_is_told_by_day_unless_accepted(post, engine, home):
    holes = [date(2026, 4, 5), date(2026, 4, 6)]
    journal(engine, days_of(date(2026, 4, 1), date(2026, 4, 19), holes))
    gap = {"kind": "accept", "code": "JOURNAL_GAP", "day": "2026-04-06", "author": "c", "reason": "panne"}
    decide.run(home, [gap], NOW)
    said = post()
    assert "Jours sans journal : 1\n– 05/04/2026" in said["data"].text
    assert "06/04/2026" not in said["coordination"].text


def test_a_silent_journal_is_told_and_again_each_week(post, engine):
    journal(engine, days_of(date(2026, 4, 1), date(2026, 4, 18)))
    assert post() == {}
    later = post(NOW + timedelta(days=2))["data"].text
    assert "journal : rien depuis le 18/04/2026 (4 jours)" in later
    assert "Rapprochement en retard" in later
    assert post(NOW + timedelta(days=4)) == {}
    assert "(11 jours)" in post(NOW + timedelta(days=9))["data"].text


def test_a_reconciliation_after_the_rows_says_that_nothing_is_late(post, engine):
    journal(engine, days_of(date(2026, 4, 1), date(2026, 4, 20)))
    with engine.begin() as connection:
        noticed.save_run(connection, "reconcile", "done", {}, 5, NOW + timedelta(minutes=5))
        noticed.save_run(connection, "reconcile", "failed", {}, 5, NOW + timedelta(minutes=9))
    assert post(NOW + timedelta(hours=7)) == {}


def test_an_impossible_support_is_told_to_the_psychologist_once_however_often_it_is_sent(post, engine):
    fiche(engine, "soutien_impossible", "3")
    said = post()
    assert set(said) == {"psychologue", "coordination"}
    assert "signalé par AAV001" in said["psychologue"].text
    fiche(engine, "soutien_impossible", "4")
    assert post() == {}
    with engine.begin() as connection:
        connection.execute(text("delete from notices"))
    fiche(engine, "pris_en_charge", "5", version=2)
    assert post() == {}


def test_a_parked_draft_is_told_by_its_codes_only(post, home):
    reasons = [{"code": "JOURNAL_GAP", "detail": "2026-02-02"}, {"code": "TARIFF_GAP", "detail": REFERENCE}] * 2
    small.store(home, small.statement([small.line()], parked=reasons))
    said = post()
    assert set(said) == {"coordination", "finance"}
    assert "CALAE 2026-T1 : JOURNAL_GAP × 2, TARIFF_GAP × 2" in said["finance"].text


def test_a_submitted_statement_is_told_to_finance_each_time_it_is_submitted(post, home, engine):
    from etl.jobs.settlement import statement_life

    named = small.store(home, small.statement([small.line()]))
    assert post() == {}
    statement_life.submit(home, *named, "camille", NOW)
    said = post()["finance"]
    assert said.to == ["finance@federation.example"]
    assert said.subject == "[Saisines] 1 point(s) à voir : relevés à approuver"
    assert "CALAE 2026-T1 : 55,00\u202f€" in said.text
    assert post() == {}
    statement_life.reject(home, *named, "farida", FREE, NOW)
    statement_life.submit(home, *named, "camille", NOW)
    assert "CALAE 2026-T1" in post()["finance"].text
    statement_life.approve(home, *named, "farida", NOW)
    assert "à finaliser" in post()["finance"].text


@pytest.mark.parametrize("percent", [70, 90, 100])
def test_an_envelope_is_told_at_each_threshold_once_for_all_quarters(percent, post, home):
    found = [
        {"code": f"ENVELOPE_{percent}", "severity": "I", "saisine": None, "association": None, "detail": "2026"},
        {"code": "DISPUTED", "severity": "H", "saisine": REFERENCE, "association": "AAV001", "detail": FREE},
    ]
    small.store(home, small.statement([small.line()], discrepancies=found), NOW)
    assert f"CALAE 2026 : {percent} % atteints" in post()["finance"].text
    small.store(home, small.statement([small.line(cents=1)], quarter="2026-T2", discrepancies=found), NOW)
    assert post() == {}


def test_a_quarter_past_its_cutoff_without_a_draft_is_told_by_convention(post, engine, home):
    journal(engine, days_of(date(2026, 3, 1), date(2026, 4, 20)))
    small.store(home, small.statement([small.line()]))
    said = post()["data"].text
    assert "AMF 2026-T1, arrêté du 15/04/2026" in said
    assert "SPORT" not in said  # its cutoff is the 20th
    assert "CALAE" not in said
    assert "2026-T2" not in said


def test_a_draft_that_nobody_signs_is_told_each_week_to_whom_it_waits_for(post, home):
    named = small.store(home, small.statement([small.line()]))
    assert post(datetime(2026, 4, 29, tzinfo=UTC)) == {}
    assert "CALAE 2026-T1 : brouillon, 16 jours" in post(datetime(2026, 5, 1, tzinfo=UTC))["coordination"].text
    assert post(datetime(2026, 5, 2, tzinfo=UTC)) == {}
    assert set(post(datetime(2026, 5, 8, tzinfo=UTC))) == {"coordination"}
    from etl.jobs.settlement import statement_life

    statement_life.submit(home, *named, "camille", NOW)
    assert "CALAE 2026-T1 : soumis" in post(datetime(2026, 5, 9, tzinfo=UTC))["finance"].text
    statement_life.approve(home, *named, "farida", NOW)
    statement_life.finalise(
        home, *named, "farida", datetime(2026, 5, 9, tzinfo=UTC), small.computing(small.statement([small.line()]))
    )
    assert post(datetime(2026, 6, 20, tzinfo=UTC)) == {}


def test_runs_that_failed_or_were_never_made_are_told(post, home):
    base = {"is_paused": False, "state": "success", "next_at": NOW, "failed_at": None}
    found = stopped(
        [
            base | {"dag_id": "reconcile", "failed_at": NOW - timedelta(hours=20)},
            base | {"dag_id": "mended", "failed_at": NOW - timedelta(hours=25)},
            base | {"dag_id": "ingest_fiches", "next_at": NOW - timedelta(hours=3)},
            base | {"dag_id": "paused", "next_at": NOW - timedelta(hours=3), "is_paused": True},
            base | {"dag_id": "well"},
        ],
        NOW,
    )
    assert [(one.kind, one.detail["dag"]) for one in found] == [
        ("DAG_FAILED", "reconcile"),
        ("DAG_SILENT", "ingest_fiches"),
    ]


def test_a_house_that_saves_nothing_is_told_after_a_week_and_one_whose_backups_stop_after_a_day(post, engine):
    journal(engine, days_of(date(2026, 4, 1), date(2026, 4, 20)))
    with engine.begin() as connection:
        noticed.save_run(connection, "reconcile", "done", {}, 5, NOW + timedelta(minutes=5))
        watch.save_act(connection, "backup", {}, None, "test", NOW)
    assert post(NOW + timedelta(hours=30)) == {}
    assert (
        "Sauvegarde absente ou trop ancienne : 1\n– la dernière est du 20/04/2026"
        in post(NOW + timedelta(hours=40))["data"].text
    )
    assert "Sauvegarde" not in str(post(NOW + timedelta(hours=64)))


def test_a_file_that_nobody_could_attribute_is_told(post, engine):
    held = """insert into held_files (source, item, kind, file_name, said, believed, reason, received_on, held_at)
        values ('s', repeat('a', 64), 'fiches', :name, :free, false, 'r', '2026-04-19', now())"""
    with engine.begin() as connection:
        connection.execute(text(held), {"name": NAME, "free": FREE})
    said = post()["coordination"].text
    assert "Fichiers retenus : 1\n– fiches, reçu le 19/04/2026" in said
    assert NAME not in said


def test_a_run_past_its_deadline_is_told_once(post, home, monkeypatch):
    monkeypatch.setenv("SAISINES_HOME", str(home))
    for _ in range(2):
        notices.late({"dag_run": {"dag_id": "reconcile", "dag_run_id": f"manual__{FREE}"}})
    assert "Exécutions trop longues : 1\n– reconcile" in post()["data"].text


def test_what_a_server_that_is_away_did_not_take_is_told_when_it_is_back(post, engine):
    deliver(engine, failure="illisible")
    with pytest.raises(ConnectionRefusedError):
        post(away=True)
    with pytest.raises(ConnectionRefusedError):
        post(away=True)
    assert set(post()) == {"data", "coordination"}
    assert post() == {}


def test_a_role_without_an_address_waits_until_it_has_one(post, engine, monkeypatch):
    monkeypatch.delenv("SAISINES_MAIL_DATA")
    deliver(engine, failure="illisible")
    assert set(post()) == {"coordination"}
    monkeypatch.setenv("SAISINES_MAIL_DATA", "a@x.example, b@x.example")
    assert post()["data"].to == ["a@x.example", "b@x.example"]


def test_a_look_that_fails_is_kept_as_a_failed_run(home, engine, monkeypatch):
    def fails(*_):
        raise SaisinesError(FREE)

    monkeypatch.setattr("etl.jobs.watching.findings.find", fails)
    with pytest.raises(SaisinesError):
        notices.look(home, NOW)
    with engine.begin() as connection:
        (run,) = noticed.load_last_runs(connection)
    assert (run["job"], run["outcome"], run["counts"], run["done_at"]) == (
        "watch",
        "failed",
        {"error": "SaisinesError"},
        None,
    )


def test_no_name_reference_pseudonym_or_free_text_is_kept_or_told(post, engine, home):
    deliver(engine, "fiches", FOLDER, failure=f"{NAME} {FREE} {PHONE}")
    key = deliver(engine, "fiches", FOLDER, sha="7", rows_read=1, rows_rejected=1, layout=FREE, landed=NAME)
    with engine.begin() as connection:
        row = quarantine.RefusedRow(
            delivery_id=key, kind="fiche", sheet=FREE, row_number=2, row_key=REFERENCE, columns={"saisine_ref": REFERENCE},
            codes=["BAD_REFERENCE"], sentence=f"{FREE} {PHONE}",
        )  # fmt: skip
        quarantine.save_refused(connection, [row], NOW)
    journal(engine, [date(2026, 4, 1), date(2026, 4, 3)])
    fiche(engine, "soutien_impossible", "8", FOLDER)
    found = [{"code": "ENVELOPE_70", "severity": "I", "saisine": REFERENCE, "association": FOLDER, "detail": "2026"}]
    parked = [{"code": "TARIFF_GAP", "detail": REFERENCE}]
    small.store(home, small.statement([small.line()], discrepancies=found, parked=parked), NOW)
    messages = post(NOW + timedelta(days=30))
    assert set(messages) == {"coordination", "finance", "data", "psychologue"}
    with engine.begin() as connection:
        table = str([tuple(row) for row in connection.execute(text("select * from notices"))])
        table += str([tuple(row) for row in connection.execute(text("select * from job_runs"))])
    told = "".join(f"{one.subject}{one.text}{one.key}{one.files}" for one in messages.values())
    assert "origine inconnue" in told
    for word in NAMES:
        assert word not in told
        assert word not in table
