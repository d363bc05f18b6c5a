"""Fiches as associations send them: which rows are read of them, and nothing else."""

import books
import pytest
from reading import OTHER, column, read

from etl.model.errors import SaisinesError
from etl.sources.fiches import BORDEREAU, CLASSEUR


def test_a_classeur_is_two_sheets_of_rows_with_their_numbers():
    found = read(books.classeur([books.saisine()], [books.session(), books.session(date="3/3/26")]))
    assert found.layout == CLASSEUR
    assert found.saisines.numbers == [2]
    assert found.entretiens.numbers == [2, 3]
    assert column(found.entretiens, "date") == ["2026-03-02", "2026-03-03"]


def test_blank_cells_take_the_defaults_of_the_contract():
    found = read(books.classeur([books.saisine()], [books.session()]))
    assert column(found.saisines, "version") == ["1"]
    assert column(found.entretiens, "mode") == ["presentiel"]
    assert column(found.entretiens, "statut") == ["honore"]
    assert column(found.saisines, "nb_psy") == [None]


def test_titles_and_a_logo_above_the_header_are_passed_over():
    rows = [
        ["Fédération – fiche retour"],
        [],
        ["Association :", "AAV013", "Trimestre", "T1"],
        books.SAISINES,
        books.saisine(),
    ]
    found = read(books.xlsx({"Feuil1": rows, "Entretiens": [[], books.ENTRETIENS]}))
    assert found.saisines.numbers == [5]
    assert found.saisines.ignored == 0


def test_a_merged_reference_holds_for_each_of_its_rows():
    def merge(book):
        books.page(book, "Entretiens").merge_cells("A2:A4")

    rows = [books.session(), books.session(None, "03/03/2026"), books.session(None, "04/03/2026"), books.session(OTHER)]
    found = read(books.classeur([books.saisine(), books.saisine(OTHER)], rows, change=merge))
    assert column(found.entretiens, "saisine_ref") == [books.REF] * 3 + [OTHER]


def test_a_merged_cell_of_another_column_holds_for_each_of_its_rows():
    def merge(book):
        books.page(book, "Saisines").merge_cells("C2:C3")

    found = read(books.classeur([books.saisine(Convention="CALAE"), books.saisine(OTHER)], change=merge))
    assert column(found.saisines, "convention") == ["CALAE", "CALAE"]


def test_a_merged_cell_over_a_blank_line_makes_no_row_of_it():
    def merge(book):
        books.page(book, "Entretiens").merge_cells("A2:A4")

    found = read(books.classeur([books.saisine()], [books.session(), [], books.session(None)], change=merge))
    assert found.entretiens.numbers == [2, 4]
    assert found.entretiens.ignored == 1


def test_a_blank_reference_of_entretiens_is_the_one_above_even_across_a_total():
    rows = [books.session(), ["Total", 1], books.session(None, "03/03/2026")]
    found = read(books.classeur([books.saisine()], rows))
    assert column(found.entretiens, "saisine_ref") == [books.REF, books.REF]
    assert found.entretiens.ignored == 1


def test_a_blank_reference_of_saisines_is_blank():
    found = read(books.classeur([books.saisine(), books.saisine(None)]))
    assert column(found.saisines, "saisine_ref") == [books.REF, None]


def test_hidden_rows_are_read():
    def hide(book):
        books.page(book, "Saisines").row_dimensions[2].hidden = True

    assert read(books.classeur([books.saisine()], change=hide)).saisines.numbers == [2]


def test_pitfall_28_repeated_headers_totals_and_blank_lines_are_counted_and_say_nothing():
    total = [None] * 10 + [3, 0, 0]
    total[0] = "TOTAL GÉNÉRAL"
    rows = [
        books.saisine(),
        [],
        books.SAISINES,
        ["N° de saisine", "association"],
        books.saisine(OTHER),
        total,
        ["Sous-total", None, 2],
    ]
    found = read(books.classeur(rows))
    assert found.saisines.numbers == [2, 6]
    assert found.saisines.ignored == 5
    assert found.saisines.read == 7


def test_a_note_beside_the_table_is_no_row():
    note = [None] * len(books.SAISINES) + ["vu avec le siège"]
    found = read(books.classeur([books.saisine(), note]))
    assert (found.saisines.numbers, found.saisines.ignored) == ([2], 1)


def test_a_bordereau_has_counts_and_no_sessions():
    found = read(books.xlsx({"Feuil1": [["Référence", "Issue", "Nb psy"], [books.REF, "Refus", 2]]}))
    assert found.layout == BORDEREAU
    assert column(found.saisines, "nb_psy") == ["2"]
    assert found.entretiens.numbers == []


def test_a_file_with_the_headers_of_entretiens_even_empty_is_a_classeur():
    assert read(books.classeur([books.saisine()])).layout == CLASSEUR


def test_the_platform_reference_wins_over_one_of_the_association():
    found = read(books.xlsx({"F": [["Référence", "N° de saisine", "Issue"], ["interne 2026/12", books.REF, "refus"]]}))
    assert column(found.saisines, "saisine_ref") == [books.REF]


def test_comments_and_unknown_columns_are_not_read():
    content = books.xlsx(
        {"F": [["N° de saisine", "Issue", "Commentaire", "Nom"], [books.REF, "refus", "Mme Durand", "Durand"]]}
    )
    assert "Durand" not in str(read(content))


def test_a_session_says_whether_its_reference_has_a_row_in_saisines():
    found = read(books.classeur([books.saisine()], [books.session(), books.session(OTHER)]))
    assert column(found.entretiens, "saisine_connue") == ["oui", "non"]


def test_a_sheet_of_instructions_is_passed_over():
    sheets = {"Mode d’emploi": [["Remplissez la colonne Issue"]], "Saisines": [books.SAISINES, books.saisine()]}
    assert read(books.xlsx(sheets)).saisines.numbers == [2]


def test_a_note_in_place_of_the_sessions_leaves_a_bordereau():
    found = read(books.xlsx({"Saisines": [books.SAISINES, books.saisine()], "Entretiens": [[], ["Néant ce mois-ci"]]}))
    assert found.layout == BORDEREAU


def test_a_column_twice_that_says_the_same_harms_nobody():
    found = read(books.xlsx({"F": [["N° de saisine", "Issue", "Nb psy", "nb psy"], [books.REF, "refus", 2, "2"]]}))
    assert column(found.saisines, "nb_psy") == ["2"]


def test_a_sheet_of_figures_with_titles_of_saisines_does_not_fail_the_file():
    recap = [["Convention", "nb psy", "nb jur", "nb soc"], ["CALAE", 3, 0, 1]]
    sheets = {"Saisines": [books.SAISINES, books.saisine()], "Entretiens": [books.ENTRETIENS], "Récapitulatif": recap}
    assert read(books.xlsx(sheets)).saisines.numbers == [2]
    with pytest.raises(SaisinesError, match="« saisine_ref », « issue » absentes"):
        read(books.xlsx({"Récapitulatif": recap}))


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ({"Saisines": [["N° de saisine", "Convention", "Version"], [books.REF, "", 1]]}, "colonne « issue » absente"),
        (
            {"Saisines": [books.SAISINES], "Entretiens": [["N° de saisine", "Date"]]},
            "feuille Entretiens, colonne « nature » absente",
        ),
        (
            {"Saisines": [books.SAISINES], "Entretiens": [["rien", "ici"]]},
            "feuille Entretiens, ligne de titres introuvable",
        ),
        ({"F": [["N° de saisine", "Issue", "Issue"]]}, "colonne « issue » en double"),
        (
            {"F": [["N° de saisine", "Issue", "Nb psy", "nb psy"], [books.REF, "refus", 1, 2]]},
            "colonne « nb_psy » en double",
        ),
        (
            {"F": [["N° de saisine", "Issue", "Nb psy", "nb psy"], [books.REF, "refus", None, 2]]},
            "colonne « nb_psy » en double",
        ),
        ({"F": [["Nom", "Prénom"], ["a", "b"]]}, "aucune feuille n’a les titres"),
    ],
)
def test_a_layout_that_cannot_be_read_fails_the_file_and_says_where(sheets, said):
    with pytest.raises(SaisinesError) as refusal:
        read(books.xlsx(sheets))
    assert refusal.value.message.startswith("t1.xlsx : ")
    assert said in refusal.value.message
