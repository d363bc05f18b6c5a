"""The template: what an association fills in is read back as it stands, and it says that the fiche is cumulative."""

import io
from datetime import date, time

import openpyxl
import pytest

from etl.sources.fiches import read_fiches
from reports.template import render_template

ASSOCIATION = {"code": "AAV004", "nom": "Association d’aide aux victimes 004 (exemple)"}
OPEN = [
    {
        "reference": "FV26-000123-W",
        "convention": "CALAE",
        "version": 1,
        "date_saisine": date(2026, 4, 2),
        "qualite": "elu",
        "departement": "01",
    },
    {
        "reference": "FV26-000208-M",
        "convention": "CALAE",
        "version": 2,
        "date_saisine": date(2026, 5, 12),
        "qualite": "proche",
        "departement": "974",
        "issue": "pris_en_charge",
        "nb_psy": 1,
    },
]
DECLARED = [
    {"reference": "FV26-000208-M", "date": date(2026, 5, 20), "nature": "psy", "mode": "telephone", "statut": "honore"}
]


def made(saisines=OPEN, sessions=DECLARED):
    return render_template(ASSOCIATION, saisines, sessions, federation="Fédération (exemple)", made_on=date(2026, 7, 1))


def filled(content, saisines=(), sessions=()):
    """The template as an association sends it back, filled from the first row of the sheet on."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet, cells in (("Saisines", saisines), ("Entretiens", sessions)):
        for place, value in cells:
            book[sheet][place] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_it_says_that_the_fiche_is_cumulative():
    book = openpyxl.load_workbook(io.BytesIO(made()))
    for sheet in ("Mode d’emploi", "Saisines", "Entretiens"):
        text = " ".join(str(cell.value) for row in book[sheet].iter_rows(max_row=12) for cell in row)
        assert "fiche cumulative" in text.lower()


def test_the_open_saisines_are_there_already():
    read = read_fiches(made(), "modele.xlsx")
    assert read.layout == "classeur"
    assert read.saisines.values["saisine_ref"] == ["FV26-000123-W", "FV26-000208-M"]
    assert read.saisines.values["date_saisine"] == ["2026-04-02", "2026-05-12"]
    assert read.saisines.values["departement"] == ["01", "974"]
    assert read.saisines.values["association"] == ["AAV004", "AAV004"]
    assert read.saisines.values["qualite"] == ["elu", "proche"]


def test_an_empty_template_is_a_classeur_without_a_row():
    read = read_fiches(made([], []), "modele.xlsx")
    assert read.layout == "classeur"
    assert read.saisines.numbers == read.entretiens.numbers == []


def test_what_is_filled_in_is_read_back_as_it_stands():
    content = filled(
        made(),
        [
            ("H6", 3),
            ("I6", date(2026, 4, 3)),
            ("J6", "Pris en charge"),
            ("K6", 1),
            ("N6", "Oui"),
            ("O6", date(2026, 6, 30)),
        ],
        [
            ("A7", "FV26-000123-W"),
            ("B7", date(2026, 4, 10)),
            ("C7", time(14, 30)),
            ("D7", "Jur"),
            ("E7", "Visio"),
            ("F7", "Absence"),
        ],
    )
    read = read_fiches(content, "retour.xlsx")
    first = {name: values[0] for name, values in read.saisines.values.items()}
    assert first["issue"] == "pris_en_charge"
    assert (first["tentatives"], first["nb_psy"], first["memo_de_vie"]) == ("3", "1", "oui")
    assert (first["date_premier_contact"], first["date_cloture"]) == ("2026-04-03", "2026-06-30")
    sessions = read.entretiens.values
    assert [sessions[name][0] for name in ("date", "nature", "mode", "statut")] == [
        "2026-05-20",
        "psy",
        "telephone",
        "honore",
    ]
    assert [sessions[name][1] for name in ("heure", "nature", "mode", "statut")] == ["14:30", "jur", "visio", "absence"]
    assert sessions["saisine_connue"] == ["oui", "oui"]


@pytest.mark.long
def test_ingestion_refuses_no_row_of_a_filled_template():
    from etl.sources.frames import Part, frame_of
    from expectations import entretiens, saisines
    from expectations.judge import judge

    read = read_fiches(filled(made(), [("J6", "Injoignable"), ("H6", 2)]), "retour.xlsx")
    for suite, rows in ((saisines, read.saisines), (entretiens, read.entretiens)):
        frame = frame_of([Part(1, rows, "AAV004", date(2026, 7, 9))], list(rows.values))
        assert len(frame) > 0
        assert judge(suite, frame).faults == {}


def test_every_value_of_the_lists_is_one_that_ingestion_knows():
    from expectations.entretiens import NATURES, STATUTS
    from reports import french, template

    for row, label in enumerate(template.ISSUES, 6):
        read = read_fiches(filled(made([{"reference": f"FV26-00012{row}-W"}], []), [("J6", label)]), "x.xlsx")
        assert read.saisines.values["issue"] == [list(french.ISSUES)[row - 6]]
    for index, (nature, statut) in enumerate(zip(template.NATURES, template.STATUTS, strict=True)):
        content = filled(
            made(OPEN, []), [], [("A6", "FV26-000123-W"), ("B6", date(2026, 5, 1)), ("D6", nature), ("F6", statut)]
        )
        read = read_fiches(content, "x.xlsx").entretiens.values
        assert (read["nature"], read["statut"]) == ([NATURES[index]], [STATUTS[index]])


def test_lists_and_checks_stand_on_the_columns():
    book = openpyxl.load_workbook(io.BytesIO(made()))
    saisines = {str(v.sqref).split(":")[0]: v for v in book["Saisines"].data_validations.dataValidation}
    assert "Pris en charge" in saisines["J6"].formula1
    assert saisines["I6"].type == "date"
    assert saisines["K6"].type == "whole"
    sessions = {str(v.sqref).split(":")[0]: v for v in book["Entretiens"].data_validations.dataValidation}
    assert sessions["A6"].formula1.startswith("Saisines!$A$6")


def test_the_same_saisines_give_the_same_bytes():
    assert made() == made()


def test_a_name_that_looks_like_a_formula_stays_text():
    content = render_template({"code": "AAV004", "nom": "=1+1"}, [], federation="=2+2", made_on=date(2026, 7, 1))
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
