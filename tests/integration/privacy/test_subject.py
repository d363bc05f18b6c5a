"""A person asks: all that is held is told, what the law lets go is erased, the accounts stay whole."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from etl import settings
from etl.jobs.privacy import subject
from etl.model.errors import SaisinesError, UsageError
from etl.sources.journal import pseudonym_of, read_journal
from etl.sources.profile import load_profile
from etl.warehouse import watch
from etl.warehouse.server import connect
from etl.warehouse.subjects import TABLES
from etl.warehouse.tables import METADATA
from tests.integration.explain.sampled import AT

from .conftest import documents

LATER = datetime(2028, 9, 15, 9, 30, tzinfo=UTC)
# What leads to nobody: reference data, counts, what is made of the rest.
NOBODY = {
    "associations", "bank_details", "convention_files", "convention_sets", "delivery_checks", "draft_events", "funder_issues", "held_files",
    "job_runs", "notices", "payee_states", "payment_batches", "payment_items", "pulled_items", "receivables", "refused_row_outcomes",
    "reminders", "source_positions", "statement_payees", "audit",
}  # fmt: skip
# Told another way: as files, or as the lines that they are made of.
TOLD = {"deliveries", "drafts", "statements"}


def ask(home, query):
    with connect(home) as engine, engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@pytest.fixture(scope="module")
def person(federation):
    """The platform's identifier of someone with a paid saisine, and her saisines."""
    paid = {one for (one,) in ask(federation.home, "SELECT reference FROM statement_lines")}
    for path in sorted((federation.folder / "box" / "journal").glob("*.csv")):
        told = read_journal(path.read_bytes(), path.name, load_profile("plateforme"), str).values
        for who, reference in zip(told["beneficiaire"], told["saisine_ref"], strict=True):
            if who and reference in paid:
                return who, reference
    raise AssertionError("the sample has nobody")


def test_every_table_is_asked_or_said_to_lead_to_nobody():
    assert set(TABLES) | NOBODY | TOLD == set(METADATA.tables)
    assert not set(TABLES) & (NOBODY | TOLD)


def test_all_that_is_held_of_a_saisine_is_told_and_the_reading_is_written_down(federation, person):
    told = subject.show(federation.home, person[1], None, "Déléguée", AT)
    assert told["saisines"] == {person[1]: "ouverte"}
    for table in ("contacts", "fiches", "sessions", "statement_lines"):
        assert told["detenu"][table], table
    assert {row["reference"] for row in told["detenu"]["statement_lines"]} == {person[1]}
    assert {row["kind"] for row in told["fichiers"]} == {"journal", "fiches"}
    assert told["non_detenu"] and "10 ans" in told["gardé_par_la_loi"]
    assert ask(federation.home, "SELECT reference, by_name FROM readings WHERE how = 'subject'") == [
        (person[1], "Déléguée")
    ]
    again = subject.show(federation.home, person[1], None, "Déléguée", AT)
    assert again["detenu"]["readings"]


def test_a_person_is_found_by_the_identifier_that_nobody_keeps(federation, person):
    told = subject.show(federation.home, None, f" {person[0]} ", "Déléguée", AT)
    assert person[1] in told["saisines"]
    answer = json.dumps(told, default=str)
    assert person[0] not in answer
    assert pseudonym_of(settings.pseudonym_key())(person[0]) not in answer
    nobody = subject.show(federation.home, None, "inconnue", "Déléguée", AT)
    assert nobody["saisines"] == {} and not any(nobody["detenu"].values()) and not nobody["fichiers"]


def test_what_cannot_be_found_is_said_in_one_line(federation):
    with pytest.raises(SaisinesError, match="ce n’est pas une référence"):
        subject.show(federation.home, "Durand", None, "Déléguée", AT)
    with pytest.raises(SaisinesError, match="aucune saisine de cette référence"):
        subject.show(federation.home, "FV26-000123-W", None, "Déléguée", AT)
    with pytest.raises(UsageError):
        subject.show(federation.home, None, None, "Déléguée", AT)
    with pytest.raises(UsageError):
        subject.show(federation.home, "FV26-000123-W", "B1", "Déléguée", AT)


def test_a_saisine_that_is_not_closed_is_not_erased(federation, person):
    before = ask(federation.home, "SELECT * FROM contacts ORDER BY contact_id")
    with pytest.raises(SaisinesError, match=r"saisine non close.* Rien n’est effacé"):
        subject.erase(federation.home, person[1], None, "Déléguée", "demande écrite", AT)
    with pytest.raises(SaisinesError, match="motif"):
        subject.erase(federation.home, person[1], None, "Déléguée", "", LATER)
    assert ask(federation.home, "SELECT * FROM contacts ORDER BY contact_id") == before


def test_what_no_account_needs_is_erased_and_no_draft_or_document_changes(federation, person, tmp_path):
    home, before = federation.home, documents(federation.home, tmp_path / "avant", federation.number)
    others = ask(home, "SELECT count(DISTINCT beneficiaire) FROM contacts")
    done = subject.erase(home, None, person[0], "Déléguée", "demande écrite", LATER)
    assert done.people == 1 and done.files > 0 and done.files_left == 0
    assert documents(home, tmp_path / "apres", federation.number) == before

    told = subject.show(home, None, person[0], "Déléguée", LATER)
    assert told["saisines"] == {} and not any(told["detenu"].values())
    left = subject.show(home, person[1], None, "Déléguée", LATER)
    assert left["detenu"]["statement_lines"] and left["saisines"] == {person[1]: "close"}
    assert not left["detenu"]["refused_rows"] and not any(row["garde"] for row in left["fichiers"])
    assert ask(home, "SELECT count(DISTINCT beneficiaire) FROM contacts") == others
    with connect(home) as engine, engine.connect() as connection:
        act = watch.load_last_act(connection, "erasure")
    assert person[1] in act["detail"]["references"] and act["by_name"] == "Déléguée"
    assert person[0] not in json.dumps(act, default=str)
