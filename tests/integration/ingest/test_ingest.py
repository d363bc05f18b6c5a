"""Files taken in: whole, once, with their control totals, whatever their order."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from given_files import REF, call, fiche, journal
from ingest_moment import AT

from etl.jobs.intake import deliveries, ingest, storing
from etl.model.errors import SaisinesError, UsageError


def statuses(report):
    return {file.name: file.status for file in report.files}


def test_a_quarter_is_taken_in_with_its_totals(desk):
    desk.put("journal/janvier.csv", journal(call(1), call(2, suite="information", saisine_ref="", association="")))
    desk.put("fiches/AAV001/t1.xlsx", fiche({"date": "03/01/2026"}, {"date": "hier"}))
    report = desk.ingest()
    assert report.totals() == {"files": 2, "read": 5, "accepted": 4, "rejected": 1, "duplicate": 0, "ignored": 0}
    assert desk.ask(
        "SELECT id_appel, debut_at::text, debut_on::text, debut_time, convention FROM contacts ORDER BY 1"
    ) == [
        ("A1", "2026-01-02 09:00:00", "2026-01-02", "10:00:00", "CALAE"),
        ("A2", "2026-01-02 09:00:00", "2026-01-02", "10:00:00", "CALAE"),
    ]
    assert desk.ask("SELECT association, written, layout, version, issue FROM fiches") == [
        ("AAV001", REF, "classeur", 1, "pris_en_charge")
    ]
    assert desk.ask("SELECT day::text, nature, mode, statut FROM sessions") == [
        ("2026-01-03", "psy", "presentiel", "honore")
    ]
    assert desk.ask("SELECT f.fiche_group_id = s.fiche_group_id FROM fiches f, sessions s") == [(True,)]


def test_the_report_is_data_too(desk):
    desk.put("fiches/AAV001/t1.xlsx", fiche({"date": "hier"}))
    data = json.loads(json.dumps(ingest.as_json(desk.ingest())))
    assert data["totals"]["rejected"] == 1
    assert data["files"][0]["reasons"] == {"BAD_DATE": 1}
    assert data["files"][0]["name"] == "fiches/AAV001/t1.xlsx"


def test_twice_changes_nothing_and_says_so_under_any_name(desk):
    desk.put("fiches/AAV001/t1.xlsx", fiche())
    first = desk.ingest()
    desk.put("fiches/AAV001/autre nom.xlsx", fiche_bytes := (desk.inbox / "fiches/AAV001/t1.xlsx").read_bytes())
    again = desk.ingest(on=date(2026, 5, 1))
    assert set(statuses(again).values()) == {"deja_recu"}
    assert not again.changed
    assert {file.delivery_id for file in again.files} == {first.files[0].delivery_id}
    assert desk.ask("SELECT count(*), min(received_on)::text FROM deliveries") == [(1, "2026-04-10")]
    assert fiche_bytes


def test_the_same_bytes_from_another_origin_are_another_delivery(desk):
    desk.put("fiches/AAV001/t1.xlsx", content := fiche())
    desk.put("fiches/AAV002/t1.xlsx", content)
    assert set(statuses(desk.ingest()).values()) == {"recu"}
    assert desk.ask("SELECT association FROM fiches ORDER BY 1") == [("AAV001",), ("AAV002",)]


def test_the_same_file_twice_in_one_run_is_taken_once(desk):
    desk.put("fiches/AAV001/a.xlsx", content := fiche())
    desk.put("fiches/AAV001/b.xlsx", content)
    report = desk.ingest()
    assert sorted(statuses(report).values()) == ["deja_recu", "recu"]
    assert len({file.delivery_id for file in report.files}) == 1


def test_a_bad_file_does_not_stop_the_others_and_is_recorded_once(desk):
    desk.put("fiches/AAV001/t1.xlsx", b"%PDF-1.7")
    desk.put("fiches/AAV002/t1.xlsx", fiche())
    for report in (desk.ingest(), desk.ingest()):
        assert [file.failure for file in report.failed] == [
            "fiches/AAV001/t1.xlsx : c’est un PDF, pas un classeur ; renvoyez la fiche retour en .xlsx, .ods ou .csv."
        ]
    assert desk.ask("SELECT status, count(*) FROM deliveries GROUP BY 1 ORDER BY 1") == [("failed", 1), ("received", 1)]
    assert desk.ask("SELECT count(*) FROM fiches") == [(1,)]


def test_a_fault_of_ours_on_one_file_does_not_stop_the_others_either(desk, monkeypatch):
    desk.put("fiches/AAV013/t1.xlsx", fiche())
    desk.put("fiches/AAV014/t1.xlsx", fiche({"date": "05/03/2026"}))
    read = ingest.read_content

    def broken(content, name, *more):
        if "AAV013" in name:
            raise KeyError("ours")
        return read(content, name, *more)

    monkeypatch.setattr(ingest, "read_content", broken)
    report = desk.ingest()
    assert statuses(report) == {"fiches/AAV013/t1.xlsx": "echec", "fiches/AAV014/t1.xlsx": "recu"}
    assert "défaut du programme (KeyError)" in report.failed[0].failure
    monkeypatch.undo()
    assert list(statuses(desk.ingest()).values()) == ["recu", "deja_recu"]


def test_a_file_that_failed_or_was_withdrawn_may_be_received_again(desk):
    path = desk.put("fiches/AAV001/t1.xlsx", fiche())
    delivery = desk.ingest().files[0].delivery_id
    deliveries.withdraw(desk.home, delivery, "Anne", "mauvais dossier", AT)
    assert statuses(desk.ingest(path)) == {"t1.xlsx": "recu"}


def test_pitfall_17_one_call_told_many_times_is_one_call(desk):
    desk.put("journal/a.csv", journal(call(1), call(1), call(2)))
    desk.put("journal/b.csv", journal(call(2), call(3)))
    first = desk.ingest()
    assert (first.totals()["accepted"], first.totals()["duplicate"]) == (3, 2)
    desk.put("journal/c.csv", journal(call(3), call(4)))
    assert desk.ingest().totals() == {"files": 1, "read": 2, "accepted": 1, "rejected": 0, "duplicate": 1, "ignored": 0}
    assert desk.ask("SELECT count(DISTINCT id_appel) FROM contacts") == [(4,)]


def test_pitfall_17_a_call_without_identifier_is_refused_and_never_merged(desk):
    desk.put("journal/a.csv", journal(call(1, id_appel=""), call(2, id_appel="")))
    report = desk.ingest()
    assert report.files[0].reasons == {"MISSING_VALUE": 2}
    assert desk.ask("SELECT count(*) FROM contacts") == [(0,)]


def test_a_call_that_changed_is_another_version_of_it(desk):
    desk.put("journal/a.csv", journal(call(1)))
    desk.put("journal/b.csv", journal(call(1, qualite="elu")))
    assert desk.ingest().totals()["accepted"] == 2


def test_a_copy_stands_in_when_the_delivery_of_the_first_is_withdrawn(desk):
    first = desk.put("journal/a.csv", journal(call(1)))
    second = desk.put("journal/b.csv", journal(call(1), call(2)))
    delivery = desk.ingest(first).files[0].delivery_id
    desk.ingest(second)
    deliveries.withdraw(desk.home, delivery, "Anne", "doublon", AT)
    counted = (
        "SELECT count(DISTINCT id_appel) FROM contacts JOIN deliveries USING (delivery_id) WHERE status = 'received'"
    )
    assert desk.ask(counted) == [(2,)]


def test_pitfall_18_a_run_that_dies_leaves_nothing_half_loaded(desk, monkeypatch):
    desk.put("journal/a.csv", journal(call(1)))
    desk.put("fiches/AAV001/t1.xlsx", fiche({"date": "hier"}))
    with monkeypatch.context() as patch:
        patch.setattr(storing.quarantine, "save_refused", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            desk.ingest()
    for table in ("deliveries", "contacts", "fiches", "sessions", "refused_rows", "delivery_checks"):
        assert desk.ask(f"SELECT count(*) FROM {table}") == [(0,)]
    assert set(statuses(desk.ingest()).values()) == {"recu"}


def test_the_same_bytes_at_the_same_moment_are_received_once_and_known_the_other_times(desk):
    desk.put("journal/a.csv", journal(call(1), call(2, suite="Mme Durand")))
    desk.put("fiches/AAV001/t1.xlsx", fiche({"date": "03/01/2026"}))
    with ThreadPoolExecutor(3) as pool:
        reports = [one.result() for one in [pool.submit(desk.ingest) for _ in range(3)]]
    assert sorted(file.status for report in reports for file in report.files) == ["deja_recu"] * 4 + ["recu"] * 2
    assert desk.ask("SELECT count(*) FROM deliveries") == [(2,)]
    assert {file.delivery_id for report in reports for file in report.files} == {1, 2}
    assert desk.ask("SELECT count(*) FROM refused_rows") == [(1,)]


def test_the_reception_is_the_day_given_or_that_of_the_run(desk):
    one, two = desk.put("fiches/AAV001/a.xlsx", fiche()), desk.put("fiches/AAV001/b.xlsx", fiche(Version=2))
    desk.ingest(one)
    desk.ingest(two, on=None)
    assert desk.ask("SELECT received_on::text, received_how FROM deliveries ORDER BY 1") == [
        ("2026-04-10", "by_hand"),
        ("2026-07-20", "read"),
    ]
    with pytest.raises(UsageError, match="dans le futur"):
        desk.ingest(one, on=AT.date() + timedelta(days=1))


def test_an_inbox_with_nothing_to_read_is_said(desk):
    (desk.inbox / "journal").mkdir(parents=True)
    with pytest.raises(SaisinesError, match="aucun fichier à lire"):
        desk.ingest()
    desk.put("fiches/AAV001/scan.pdf", b"%PDF")
    with pytest.raises(SaisinesError, match=r"scan\.pdf : format \.pdf non lu"):
        desk.ingest()


def test_files_that_are_not_read_are_reported(desk):
    desk.put("fiches/AAV001/t1.xlsx", fiche())
    desk.put("fiches/AAV001/scan.pdf", b"%PDF")
    assert [one.name for one in desk.ingest().unknown] == ["fiches/AAV001/scan.pdf"]


def test_the_codes_of_the_registers_are_matched_without_case_or_spaces(desk):
    desk.put("fiches/aav001/t1.csv", f"N° de saisine;Issue;Association;Convention\n{REF};refus;AAV 001;calae\n")
    desk.ingest()
    assert desk.ask("SELECT association, convention FROM fiches") == [("AAV001", "CALAE")]


def test_progress_is_told_to_whom_asks(desk):
    desk.put("fiches/AAV001/t1.xlsx", fiche())
    told = []
    desk.ingest(progress=lambda *step: told.append(step))
    assert [stage for stage, done, total in told if done == total] == ["land", "read", "judge", "save"]
