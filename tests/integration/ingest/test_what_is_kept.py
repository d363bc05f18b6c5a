"""What is kept of the files taken in, and what is never stored nor logged."""

import stat

import pytest
from given_files import REF, call, fiche, journal
from ingest_moment import AT
from sqlalchemy.exc import IntegrityError

from etl import settings
from etl.jobs.intake import ingest
from etl.model.errors import SaisinesError
from etl.sources import landing


def test_the_totals_are_held_by_the_database_itself(desk):
    desk.put("fiches/AAV001/t1.xlsx", fiche())
    desk.ingest()
    columns = "sha256, origin, kind, received_on, received_how, status, rows_read, rows_rejected, rows_duplicate, rows_ignored"
    copy = f"INSERT INTO deliveries ({columns}, rows_accepted, recorded_at) SELECT {columns}, rows_accepted + 1, now() FROM deliveries"
    with pytest.raises(IntegrityError, match="control_totals"):
        desk.ask(f"{copy} RETURNING 1")


def test_what_is_personal_is_nowhere_in_the_warehouse(desk):
    desk.put("journal/a.csv", journal(call(1), call(2, suite="Mme Durand"), call(3, debut="0639984727")))
    comment = {"Commentaire": "Mme Durand rappelle au 0639984727"}
    desk.put("fiches/AAV001/t1.xlsx", fiche({"date": "Mme Durand"}, **comment))
    desk.ingest()
    for table in ("contacts", "fiches", "sessions", "refused_rows", "delivery_checks"):
        stored = str(desk.ask(f"SELECT to_jsonb({table}) FROM {table}")).casefold()
        for personal in ("durand", "639984727", "b9014868"):
            assert personal not in stored, (table, personal)
    assert desk.ask("SELECT count(DISTINCT beneficiaire), min(length(beneficiaire)) FROM contacts") == [(1, 64)]


def test_landed_files_are_untouched_encrypted_and_private(desk):
    path = desk.put("journal/a.csv", journal(call(1)))
    desk.ingest()
    [(landed, sha256)] = desk.ask("SELECT landed, sha256 FROM deliveries")
    assert landing.read_landed(desk.home, landed, sha256, settings.storage_key()) == path.read_bytes()
    assert b"B9014868" in path.read_bytes()
    assert b"B9014868" not in (desk.home / landed).read_bytes()
    assert stat.S_IMODE((desk.home / landed).stat().st_mode) == 0o600


def test_another_key_of_pseudonyms_is_refused(desk):
    desk.ingest(desk.put("journal/a.csv", journal(call(1))))
    other = desk.put("journal/b.csv", journal(call(2)))
    with pytest.raises(SaisinesError, match="clé des pseudonymes"):
        ingest.run(desk.home, [other], AT, secret=b"another secret entirely")


def test_a_row_that_was_refused_is_kept_with_its_place_and_reasons(desk):
    desk.put("fiches/AAV001/t1.xlsx", fiche({"date": "31/04/2026", "nature": "yoga"}))
    desk.ingest()
    [row] = desk.ask("SELECT kind, sheet, row_number, row_key, codes, cells, columns, sentence FROM refused_rows")
    assert row[:6] == ("session", "Entretiens", 2, REF, ["BAD_DATE", "BAD_CODE"], ["date", "nature"])
    assert row[6] == {
        "saisine_ref": REF,
        "date": "31/04/2026",
        "nature": "xxxx",
        "mode": "presentiel",
        "statut": "honore",
    }
    assert row[7].startswith("Date : ce n’est pas une date")


def test_the_results_of_the_judge_are_kept_for_each_delivery(desk):
    desk.put("fiches/AAV001/t1.xlsx", fiche({"date": "hier"}))
    desk.put("fiches/AAV002/t1.xlsx", fiche({"date": "03/01/2026"}))
    desk.ingest()
    kept = desk.ask(
        "SELECT origin, suite, success FROM delivery_checks JOIN deliveries USING (delivery_id) ORDER BY 1, 2"
    )
    assert kept == [
        ("AAV001", "entretiens", False),
        ("AAV001", "saisines", True),
        ("AAV002", "entretiens", True),
        ("AAV002", "saisines", True),
    ]


def test_nothing_personal_nor_any_file_name_is_logged(desk, caplog):
    desk.put("fiches/AAV001/Mme Durand.xlsx", fiche({"date": "hier"}))
    desk.put("fiches/AAV001/Mme Martin.xlsx", b"%PDF")
    with caplog.at_level("DEBUG"):
        desk.ingest()
    assert not [
        record for record in caplog.records if any(word in record.getMessage() for word in ("Durand", "Martin", REF))
    ]
