"""What an inbox holds, by where its files lie."""

import os

import pytest

from etl.model.errors import SaisinesError
from etl.sources import inbox

HEADER = "id_appel;debut;suite;saisine_ref;association\n"


def put(folder, name, content="x"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def names(found):
    return {(one.name, one.kind, one.origin) for one in found}


def test_journals_and_fiches_are_told_apart_by_their_folders(tmp_path):
    put(tmp_path, "journal/mars.csv")
    put(tmp_path, "fiches/AAV001/t1.xlsx")
    put(tmp_path, "fiches/AAV002/2026/t1.ods")
    found, unknown = inbox.find([tmp_path])
    assert names(found) == {
        ("journal/mars.csv", "journal", "plateforme"),
        ("fiches/AAV001/t1.xlsx", "fiches", "AAV001"),
        ("fiches/AAV002/2026/t1.ods", "fiches", "AAV002"),
    }
    assert unknown == []


def test_a_part_of_an_inbox_is_read_like_the_whole(tmp_path):
    put(tmp_path, "fiches/AAV001/t1.xlsx")
    for part in ("fiches", "fiches/AAV001", "fiches/AAV001/t1.xlsx"):
        found, _ = inbox.find([tmp_path / part])
        assert [one.origin for one in found] == ["AAV001"]


def test_a_file_that_is_not_read_is_said_with_the_reason(tmp_path):
    put(tmp_path, "fiches/AAV001/scan.pdf")
    put(tmp_path, "divers/note.csv")
    put(tmp_path, "fiches/perdue.csv")
    put(tmp_path, "fiches/Dossier de Mme X !/t1.csv")
    found, unknown = inbox.find([tmp_path])
    assert found == []
    assert {one.name.split("/")[-1]: one.why.split(" ; ")[0] for one in unknown} == {
        "scan.pdf": "format .pdf non lu",
        "note.csv": "hors de journal/ et de fiches/<code>/",
        "perdue.csv": "dans aucun dossier d’association",
        "t1.csv": "le dossier « Dossier de Mme X ! » n’est pas un code d’association",
    }


def test_a_broken_link_or_a_pipe_is_said_and_stops_nothing(tmp_path):
    put(tmp_path, "fiches/AAV001/t1.csv")
    (tmp_path / "fiches/AAV001/parti.csv").symlink_to(tmp_path / "nulle_part.csv")
    os.mkfifo(tmp_path / "fiches/AAV001/tube.csv")
    found, unknown = inbox.find([tmp_path])
    assert [one.name for one in found] == ["fiches/AAV001/t1.csv"]
    assert [one.name for one in unknown] == ["fiches/AAV001/parti.csv", "fiches/AAV001/tube.csv"]
    assert {one.why.split(" ; ")[0] for one in unknown} == {"ni un fichier ni un dossier qui s’ouvre"}


def test_a_name_that_is_no_utf_8_or_has_lines_is_shown_as_one_line(tmp_path):
    folder = put(tmp_path, "fiches/AAV001/deux\nlignes.csv").parent
    (folder / os.fsdecode(b"mars_\xe9t\xe9.csv")).write_text("x", encoding="utf-8")
    found, _ = inbox.find([tmp_path])
    assert [one.name for one in found] == ["fiches/AAV001/deux lignes.csv", "fiches/AAV001/mars_été.csv"]


def test_what_systems_leave_behind_is_passed_over(tmp_path):
    for name in (".DS_Store", "~$t1.xlsx", "Thumbs.db", ".git/config"):
        put(tmp_path, f"fiches/AAV001/{name}")
    assert inbox.find([tmp_path]) == ([], [])


def test_a_single_file_is_a_journal_by_its_header_or_its_profile_else_a_fiche_of_its_folder(tmp_path):
    journal = put(tmp_path, "AAV009/export.csv", HEADER)
    fiche = put(tmp_path, "AAV009/t1.csv", "N° de saisine;Issue\n")
    assert names(inbox.find([journal])[0]) == {("export.csv", "journal", "plateforme")}
    assert names(inbox.find([fiche])[0]) == {("t1.csv", "fiches", "AAV009")}
    assert names(inbox.find([fiche], "asterisk")[0]) == {("t1.csv", "journal", "asterisk")}


def test_a_path_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(SaisinesError, match="introuvable"):
        inbox.find([tmp_path / "nulle-part"])
