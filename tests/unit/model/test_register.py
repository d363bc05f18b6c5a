from datetime import date

import pytest

from etl.model.errors import UsageError
from etl.model.register import COLUMNS, RegisterError, read_register, read_register_file

HEADER = ";".join(COLUMNS)
RIGHT = "99000001000019;W000000001;13;FR7699999000010000000000115;EXMPFRPP;AAV 001;contact@aav001.example"


def register(*rows, header=HEADER):
    return read_register("\n".join([header, *rows]).encode())


def row(code, dates="2015-01-01;;", identifiers=RIGHT):
    return f"{code};Association {code};{identifiers};{dates}"


def refused(*rows, header=HEADER):
    with pytest.raises(RegisterError) as error:
        register(*rows, header=header)
    return error.value.errors


def test_an_association_is_read_with_its_zeros():
    (one,) = register(row("AAV001", identifiers=RIGHT.replace(";13;", ";01;")))
    assert (one.code, one.departement, one.siret) == ("AAV001", "01", "99000001000019")
    assert (one.active_du, one.active_au, one.successeur) == (date(2015, 1, 1), None, None)
    assert one.bad_identifiers == ()
    assert list(one.row()) == list(COLUMNS)


def test_associations_come_in_order_of_code_whatever_that_of_the_file():
    assert [a.code for a in register(row("B1"), "", row("A1"), ";;;")] == ["A1", "B1"]


def test_headers_are_matched_loosely_and_other_columns_left():
    extra = "Téléphone;" + HEADER.upper().replace("ACTIVE_DU", "Active du")
    (one,) = read_register(f"{extra}\nx;{row('AAV001')}".encode("utf-8-sig"))
    assert one.code == "AAV001"


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("99000001000019", "99000001000018", "SIRET"),
        ("W000000001", "", "RNA"),
        ("000000115;", "000000116;", "IBAN"),
        ("EXMPFRPP", "EXMP", "BIC"),
    ],
)
def test_a_wrong_identifier_refuses_nothing_and_is_kept_with_its_sentence(right, wrong, said):
    (one,) = register(row("AAV001", identifiers=RIGHT.replace(right, wrong)))
    assert [sentence.split()[0] for sentence in one.bad_identifiers] == [said]


def test_rna_may_be_empty_in_alsace_moselle():
    (one,) = register(row("AAV009", identifiers=RIGHT.replace("W000000001;13", ";67")))
    assert one.bad_identifiers == ()


def test_identifiers_are_kept_without_the_spaces_people_write():
    (one,) = register(row("AAV001", identifiers=RIGHT.replace("FR7699999", "fr76 9999 9")))
    assert one.iban == "FR7699999000010000000000115"
    assert one.bad_identifiers == ()


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ("2015-02-30;;", "active_du"),
        ("2015-01-01;31/13/2026;", "active_au"),
        ("hier;;", "active_du"),
        ("2026-01-01;2025-01-01;", "précède"),
        ("2015-01-01;2026-02-10;AAV999", "AAV999"),
        ("2015-01-01;2026-02-10;AAV001", "elle-même"),
    ],
)
def test_a_wrong_date_or_successor_refuses_the_file_naming_the_line(dates, said):
    (error,) = refused(row("AAV002"), row("AAV001", dates))
    assert error.startswith("associations.csv, ligne 3 :")
    assert said in error


def test_chains_that_close_on_themselves_are_refused_on_each_of_their_lines():
    errors = refused(row("A", "2015-01-01;;B"), row("B", "2015-01-01;;C"), row("C", "2015-01-01;;B"), row("D"))
    assert [e.split(" : ")[0] for e in errors] == ["associations.csv, ligne 3", "associations.csv, ligne 4"]


@pytest.mark.parametrize("code", ["AAV 1", "../x", "", "é"])
def test_a_code_that_cannot_name_a_folder_is_refused(code):
    assert "code" in refused(row(code))[0]


def test_a_code_written_twice_is_refused_whatever_its_case():
    assert refused(row("AAV001"), row("aav001")) == [
        "associations.csv, ligne 3 : code « aav001 » déjà écrit ligne 2 ; n’en garder qu’une."
    ]


def test_a_departement_that_lost_its_zero_is_refused():
    assert "département « 1 »" in refused(row("AAV001", identifiers=RIGHT.replace(";13;", ";1;")))[0]


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(RegisterError, match=r"et 1 autre") as error:
        register(row("AAV 1"), row("AAV002", "hier;;"))
    assert len(error.value.errors) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "colonnes absentes"),
        (b"code,nom\nA,B\n", "point-virgule"),
        (HEADER.encode() + "\nA;Délégation".encode("cp1252"), "ligne 2 : caract"),
        (HEADER.encode() + b'\nA;"' + b"x" * 200_000, "ligne 2 : case sans fin"),
    ],
)
def test_a_file_that_is_no_register_is_refused(content, said):
    with pytest.raises(RegisterError, match=said):
        read_register(content)


def test_a_register_that_does_not_exist_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="introuvable"):
        read_register_file(tmp_path / "absent.csv")


def test_a_register_is_read_from_disk(tmp_path):
    (tmp_path / "associations.csv").write_text(f"{HEADER}\n{row('AAV001')}\n", encoding="utf-8-sig")
    assert [a.code for a in read_register_file(tmp_path / "associations.csv")] == ["AAV001"]
