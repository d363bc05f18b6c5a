"""A folder as a source: the default one; what is held, attributed by a person, seen once, removed when told."""

from datetime import timedelta

import pytest

from etl.jobs.intake import held, inbox, pull
from etl.jobs.intake.pull import Taken
from etl.model.errors import AwayError, SaisinesError

from .conftest import AT, Desk, dated
from .given import fiche, journal


@pytest.fixture
def box(desk: Desk):
    """The inbox of the home."""
    folder = desk.home / "inbox"
    for name in ("journal", "fiches/AAV001", "fiches/aav 002"):
        (folder / name).mkdir(parents=True)
    return folder


def test_without_a_declaration_the_inbox_is_the_source(desk, box):
    (box / "journal" / "mars.csv").write_bytes(journal(1, 2))
    (box / "fiches" / "AAV001" / "t1.xlsx").write_bytes(fiche())
    dated(box / "journal" / "mars.csv", "2026-04-02T23:30:00+02:00")
    dated(box / "fiches" / "AAV001" / "t1.xlsx", "2026-04-10T00:30:00+02:00")
    assert pull.names("journal") == ["boite-journal"]
    assert pull.names("fiches") == ["boite-fiches"]
    assert desk.pull("boite-journal") == Taken(received=1)
    assert desk.pull("boite-fiches") == Taken(received=1)
    assert desk.received() == [
        ("plateforme", "mars.csv", "2026-04-02", "source"),
        ("AAV001", "AAV001/t1.xlsx", "2026-04-10", "source"),
    ]


def test_what_was_seen_is_not_read_again_until_it_changes(desk, box):
    file = box / "journal" / "mars.csv"
    file.write_bytes(journal(1))
    dated(file, "2026-04-02T12:00:00+02:00")
    assert inbox.run(desk.home, box, "journal", AT) == Taken(received=1)
    file.write_bytes(b"x" * file.stat().st_size)
    dated(file, "2026-04-02T12:00:00+02:00")  # same name, size and instant: the same item
    assert inbox.run(desk.home, box, "journal", AT) == Taken()
    file.write_bytes(journal(1))
    dated(file, "2026-04-03T12:00:00+02:00")
    assert inbox.run(desk.home, box, "journal", AT) == Taken(known=1)


def test_a_withdrawn_delivery_does_not_come_back_by_itself(desk, box):
    from etl.jobs.intake import deliveries

    (box / "journal" / "mars.csv").write_bytes(journal(1))
    desk.pull("boite-journal")
    deliveries.withdraw(desk.home, 1, "Alice", "mauvais fichier", AT)
    assert desk.pull("boite-journal") == Taken()


def test_a_reception_never_follows_the_reading(desk, box):
    (box / "journal" / "demain.csv").write_bytes(journal(1))
    dated(box / "journal" / "demain.csv", "2026-12-24T12:00:00+01:00")
    desk.pull("boite-journal")
    assert desk.received()[0][2] == "2026-07-20"


def test_a_source_that_lost_its_clock_is_not_believed(desk, box):
    (box / "journal" / "jadis.csv").write_bytes(journal(1))
    dated(box / "journal" / "jadis.csv", "1970-01-01T00:00:00+00:00")
    desk.pull("boite-journal")
    assert desk.received()[0][2] == "2026-07-20"


def test_a_file_that_cannot_be_read_fails_alone_and_once(desk, box):
    (box / "fiches" / "AAV001" / "bon.xlsx").write_bytes(fiche())
    (box / "fiches" / "AAV001" / "mauvais.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    assert desk.pull("boite-fiches") == Taken(received=1, failed=1)
    assert desk.pull("boite-fiches") == Taken()
    (box / "fiches" / "AAV001" / "autre.xlsx").write_bytes(b"PK\x03\x04 none either")
    with pytest.raises(SaisinesError, match=r"1 fichier.* illisible"):
        desk.pull("boite-fiches")
    assert desk.ask("SELECT status, count(*) FROM deliveries GROUP BY 1 ORDER BY 1") == [("failed", 2), ("received", 1)]


def test_a_full_disk_loses_nothing_and_is_tried_again(desk, box, monkeypatch):
    for name in ("AAV001/bon.xlsx", "Inconnue/t1.xlsx"):
        (box / "fiches" / name).parent.mkdir(exist_ok=True)
        (box / "fiches" / name).write_bytes(fiche())
    with monkeypatch.context() as full:
        full.setattr("os.fsync", no_space)
        with pytest.raises(AwayError, match=r"écriture impossible.*la place"):
            desk.pull("boite-fiches")
    assert [path for path in (desk.home / "landing").rglob("*") if path.is_file()] == []
    assert desk.pull("boite-fiches") == Taken(received=1, held=1)


def no_space(_):
    raise OSError(28, "No space left on device")


def test_what_cannot_be_attributed_is_held_and_then_attributed_by_a_person(desk, box):
    (box / "fiches" / "Inconnue").mkdir()
    for name, instant in (("fiches/Inconnue/t1.xlsx", "2026-04-10"), ("fiches/seul.xlsx", "2026-04-11")):
        (box / name).write_bytes(fiche())
        dated(box / name, f"{instant}T12:00:00+02:00")
    (box / "fiches" / "AAV001" / "scan.pdf").write_bytes(b"%PDF")
    dated(box / "fiches" / "AAV001" / "scan.pdf", "2026-04-09T12:00:00+02:00")
    assert desk.pull("boite-fiches") == Taken(held=3)
    assert [(row["file_name"], str(row["received_on"]), row["reason"]) for row in desk.held()] == [
        (
            "AAV001/scan.pdf",
            "2026-04-09",
            "format .pdf non lu ; une fiche est un .xlsx, .ods ou .csv, un journal un .csv",
        ),
        ("Inconnue/t1.xlsx", "2026-04-10", "« Inconnue » n’est le code d’aucune association du registre"),
        (
            "seul.xlsx",
            "2026-04-11",
            "rien ne dit de quelle association il est : il n’est dans aucun dossier d’association",
        ),
    ]
    pdf, unknown, alone = (row["held_file_id"] for row in desk.held())
    with pytest.raises(SaisinesError, match=r"AAV999.*aucune association"):
        held.attribute(desk.home, unknown, "AAV999", "Alice", "écriture reconnue", AT)
    with pytest.raises(SaisinesError, match="n’a pas été gardé"):
        held.attribute(desk.home, pdf, "AAV001", "Alice", "pour voir", AT)
    report = held.attribute(desk.home, unknown, "aav002", "Alice", "elle a téléphoné", AT + timedelta(days=9))
    assert (report.status, report.origin) == ("recu", "AAV002")
    assert desk.received() == [("AAV002", "Inconnue/t1.xlsx", "2026-04-10", "source")]
    with pytest.raises(SaisinesError, match="déjà attribué à AAV002"):
        held.attribute(desk.home, unknown, "AAV001", "Bob", "non, à elle", AT)
    held.discard(desk.home, alone, "Alice", "brouillon", AT)
    held.discard(desk.home, pdf, "Alice", "envoyé en classeur depuis", AT)
    assert desk.held() == []
    assert desk.pull("boite-fiches") == Taken()
    assert desk.ask("SELECT action FROM audit WHERE action LIKE '%held%' ORDER BY audit_id") == [
        ("attribute_held_file",),
        ("discard_held_file",),
        ("discard_held_file",),
    ]


def test_a_held_file_that_cannot_be_read_stays_held(desk, box):
    (box / "fiches" / "Inconnue").mkdir()
    (box / "fiches" / "Inconnue" / "t1.xlsx").write_bytes(b"PK no workbook")
    desk.pull("boite-fiches")
    with pytest.raises(SaisinesError, match=r"t1\.xlsx"):
        held.attribute(desk.home, desk.held()[0]["held_file_id"], "AAV001", "Alice", "vue", AT)
    assert len(desk.held()) == 1


def test_a_file_held_for_an_unknown_association_is_taken_in_once_the_register_knows_it(desk, box, tmp_path):
    from etl.jobs.running import init

    from .conftest import REGISTER

    (box / "fiches" / "AAV009").mkdir()
    (box / "fiches" / "AAV009" / "t1.xlsx").write_bytes(fiche())
    dated(box / "fiches" / "AAV009" / "t1.xlsx", "2026-04-10T12:00:00+02:00")
    assert desk.pull("boite-fiches") == Taken(held=1)
    register = tmp_path / "more.csv"
    register.write_text(REGISTER + "AAV009;Neuf;;;75;;;;;2020-01-01;;\n", encoding="utf-8")
    init.run(desk.home, None, register, "Alice", AT)
    assert desk.pull("boite-fiches") == Taken(received=1)
    assert desk.received() == [("AAV009", "AAV009/t1.xlsx", "2026-04-10", "source")]
    assert desk.held() == []


def test_a_code_is_recognised_as_people_write_it(desk, box):
    (box / "fiches" / "aav 002" / "t1.xlsx").write_bytes(fiche())
    desk.pull("boite-fiches")
    assert desk.received()[0][0] == "AAV002"


def test_nothing_is_removed_unless_told_and_then_only_what_was_received(desk, tmp_path):
    folder = tmp_path / "drop"
    folder.mkdir()
    for name in ("bon.xlsx", "scan.pdf"):
        (folder / name).write_bytes(fiche())
    desk.declare(f"  - {{nom: depot, type: dossier, porte: fiches, chemin: {folder}, association: AAV001}}\n")
    assert desk.pull("depot") == Taken(received=1, held=1)
    desk.pull("depot")
    assert sorted(path.name for path in folder.iterdir()) == ["bon.xlsx", "scan.pdf"]
    desk.declare(
        f"  - {{nom: depot2, type: dossier, porte: fiches, chemin: {folder}, association: AAV001, supprimer: true}}\n"
    )
    assert desk.pull("depot2") == Taken(known=1, held=1)
    assert sorted(path.name for path in folder.iterdir()) == ["bon.xlsx", "scan.pdf"]
    assert desk.pull("depot2") == Taken()
    assert [path.name for path in folder.iterdir()] == ["scan.pdf"]


def test_a_source_that_is_not_declared_is_said(desk):
    with pytest.raises(SaisinesError, match="Source « nulle » inconnue"):
        desk.pull("nulle")
