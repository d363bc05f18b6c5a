"""What the watch finds in what came in and in what ran, and to whom it says it, once."""

from datetime import date, timedelta

from sqlalchemy import text

from etl.jobs.matching import decide
from etl.jobs.watching import notices
from etl.jobs.watching.overdue import stopped
from etl.warehouse import noticed, quarantine, watch

from .watched import FREE, NAME, NOW, REFERENCE, days_of, deliver, fiche, journal


def kept(engine):
    with engine.begin() as connection:
        return {(row.role, row.kind) for row in connection.execute(text("select role, kind from notices"))}


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
