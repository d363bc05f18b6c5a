"""The platform's journal: encodings, columns, totals, and what is never read."""

import books
import pytest

from etl.model.errors import SaisinesError
from etl.sources.journal import is_journal, pseudonym_of, read_journal
from etl.sources.profile import CONTACT, load_profile

PLATFORM = load_profile("plateforme")
HEADER = "id_appel;debut;duree_s;canal;statut;numero_appele;numero_appelant;suite;saisine_ref;convention;association;"
HEADER += "qualite;departement;urgence;beneficiaire"
ROW = "A1;2026-01-02T10:00:00+01:00;337;telephone;traite;01 80 52 33 84;0639984727;saisine;FV26-000101-7;CALAE;AAV006;"
ROW += "Élu;69;oui;B9014868"


def read(text, encoding="utf-8", profile=PLATFORM):
    return read_journal(text.encode(encoding), "journal.csv", profile, pseudonym_of(b"secret"))


def one(rows):
    return {name: rows.values[name][0] for name in CONTACT}


def test_a_row_is_read_into_the_fields_of_a_contact():
    assert one(read(f"{HEADER}\n{ROW}\n")) == {
        "id_appel": "A1",
        "debut": "2026-01-02T09:00:00",
        "duree_s": "337",
        "canal": "telephone",
        "statut": "traite",
        "numero_appele": "+33180523384",
        "suite": "saisine",
        "saisine_ref": "FV26-000101-7",
        "convention": "CALAE",
        "association": "AAV006",
        "qualite": "elu",
        "departement": "69",
        "urgence": "oui",
        "beneficiaire": pseudonym_of(b"secret")("B9014868"),
    }


def test_blank_cells_take_the_defaults_of_the_contract():
    blank = one(
        read(
            "id_appel;debut;suite;saisine_ref;association;canal;statut;urgence\nA1;2026-01-02 10:00;information;;;;;\n"
        )
    )
    assert (blank["canal"], blank["statut"], blank["urgence"]) == ("telephone", "traite", "non")
    assert (blank["duree_s"], blank["saisine_ref"], blank["qualite"]) == (None, None, None)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_it_is_read_in_any_encoding_and_separator_of_the_contract(separator, encoding):
    header = HEADER.replace("debut", "Début").replace("saisine_ref", "Saisine réf").replace(";", separator)
    assert one(read(f"{header}\r\n{ROW.replace(';', separator)}\r\n", encoding))["qualite"] == "elu"


def test_the_number_of_the_caller_is_never_read():
    assert "39984727" not in str(read(f"{HEADER}\n{ROW}\n"))


def test_a_person_is_a_keyed_pseudonym_from_the_first_reading():
    rows = read(f"{HEADER}\n{ROW}\n{ROW.replace('A1', 'A2').replace('B9014868', ' B9014868 ')}\n")
    first, second = rows.values["beneficiaire"]
    assert first == second
    assert "B9014868" not in str(rows)
    assert first != pseudonym_of(b"another")("B9014868")
    assert len(first) == 64


def test_the_number_of_rows_that_the_last_line_announces_is_checked():
    assert read(f"{HEADER}\n{ROW}\n\nTOTAL;1\n").ignored == 2
    for said in ("TOTAL;2", "TOTAL;", "TOTAL", "Total;un"):
        with pytest.raises(SaisinesError, match=f"la dernière ligne annonce « {said.partition(';')[2]} » lignes"):
            read(f"{HEADER}\n{ROW}\n{said}\n")


def test_pitfall_28_two_files_joined_end_to_end_are_read_with_their_header_counted():
    rows = read(f"\ufeff{HEADER}\n{ROW}\n\ufeff{HEADER}\n{ROW.replace('A1', 'A2')}\n")
    assert rows.values["id_appel"] == ["A1", "A2"]
    assert (rows.numbers, rows.ignored) == ([2, 4], 1)


@pytest.mark.parametrize("missing", ["id_appel", "debut", "suite", "saisine_ref", "association"])
def test_a_missing_column_fails_the_file_and_is_named(missing):
    header = HEADER.replace(missing, "autre")
    with pytest.raises(SaisinesError, match=f"journal.csv : .*« {missing} » absente"):
        read(f"{header}\n{ROW}\n")


def test_an_empty_journal_with_its_header_has_no_row_and_no_fault():
    assert read(f"{HEADER}\n").numbers == []


def test_a_wrong_reference_is_not_repaired_and_a_wrong_number_is_marked():
    wrong = one(read(f"{HEADER}\n{ROW.replace('000101-7', '000101-8').replace('01 80 52 33 84', 'ligne 2')}\n"))
    assert wrong["saisine_ref"] == "!FV26-000101-8"
    assert wrong["numero_appele"] == "!ligne 2"


def test_a_journal_is_known_by_its_header():
    assert is_journal(f"{HEADER}\n".encode(), PLATFORM)
    assert not is_journal("N° de saisine;Issue\n".encode(), PLATFORM)
    assert not is_journal(b"%PDF", PLATFORM)


def test_a_journal_saved_as_a_workbook_is_read_too():
    content = books.xlsx({"Export": [HEADER.split(";"), ROW.split(";")]})
    assert read_journal(content, "j.xlsx", PLATFORM, str).values["id_appel"] == ["A1"]
