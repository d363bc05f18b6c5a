"""Refused rows: listed, linked to what corrects them, judged again, sent back to be corrected."""

import stat
from datetime import date
from io import BytesIO

import books
from ingest_moment import AT, SECRET
from openpyxl import load_workbook

from etl.jobs.intake import quarantine
from etl.sources import fiches as fiches_source

REF, OTHER = "FV26-000101-7", "FV26-000102-5"


def classeur(*sessions, saisines=(REF,), **cells):
    rows = [books.saisine(ref=ref, **cells) for ref in saisines]
    return books.classeur(rows, [books.session(**({"ref": REF} | one)) for one in sessions])


def waiting(desk, **wanted):
    return quarantine.run_list(desk.home, **wanted)


def outcomes(desk):
    return desk.ask("SELECT outcome, row_id FROM refused_row_outcomes ORDER BY refused_row_id")


def test_refused_rows_are_listed_by_origin_code_and_kind(desk):
    desk.put("fiches/AAV001/t1.xlsx", classeur({"date": "hier"}, {"nature": "yoga"}))
    desk.put("fiches/AAV002/t1.xlsx", classeur(issue="termine"))
    desk.ingest()
    assert len(waiting(desk)) == 3
    assert {row["row_number"] for row in waiting(desk, origin="AAV001")} == {2, 3}
    assert [row["codes"] for row in waiting(desk, code="BAD_DATE")] == [["BAD_DATE"]]
    assert [row["origin"] for row in waiting(desk, kind="fiche")] == ["AAV002"]


def test_a_corrected_session_is_linked_to_the_refused_one(desk):
    desk.put("fiches/AAV001/t1.xlsx", classeur({"date": "02/01/2026"}, {"date": "31/04/2026"}))
    desk.ingest()
    desk.put("fiches/AAV001/t1.xlsx", classeur({"date": "02/01/2026"}, {"date": "30/03/2026"}, Version=2))
    report = desk.ingest(on=date(2026, 4, 20))
    assert report.corrected == 1
    [(outcome, row_id)] = outcomes(desk)
    assert outcome == "corrigee"
    assert desk.ask(f"SELECT day::text FROM sessions WHERE session_id = {row_id}") == [("2026-03-30",)]
    assert waiting(desk) == []


def test_one_corrected_session_corrects_one_refused_session(desk):
    desk.put("fiches/AAV001/t1.xlsx", classeur({"date": "hier"}, {"date": "demain"}))
    desk.ingest()
    desk.put("fiches/AAV001/t1.xlsx", classeur({"date": "02/01/2026"}, Version=2))
    assert desk.ingest().corrected == 1
    assert len(waiting(desk)) == 1


def test_a_corrected_fiche_and_a_corrected_call_are_linked(desk):
    header = "id_appel;debut;suite;saisine_ref;association\n"
    desk.put("fiches/AAV001/t1.xlsx", classeur(issue="termine"))
    desk.put("journal/a.csv", header + f"A1;2026-01-02 10:00;saisine;{REF}\n")
    assert desk.ingest().totals()["rejected"] == 2
    desk.put("fiches/AAV001/t1.xlsx", classeur())
    desk.put("journal/a.csv", header + f"A1;2026-01-02 10:00;saisine;{REF};AAV001\n")
    assert desk.ingest().corrected == 2
    assert waiting(desk) == []
    assert len(waiting_ever(desk)) == 2, "what was refused stays known"


def waiting_ever(desk):
    return quarantine.run_list(desk.home, waiting=False)


def test_a_reference_that_was_wrong_is_found_again_at_its_place(desk):
    desk.put("fiches/AAV001/t1.xlsx", classeur(saisines=("Mme Durand",)))
    desk.ingest()
    desk.put("fiches/AAV001/t1.xlsx", classeur())
    assert desk.ingest().corrected == 1


def test_a_correction_by_another_association_corrects_nothing(desk):
    desk.put("fiches/AAV001/t1.xlsx", classeur(issue="termine"))
    desk.ingest()
    desk.put("fiches/AAV002/t1.xlsx", classeur())
    assert desk.ingest().corrected == 0


def test_nothing_disappears_when_the_same_fault_comes_again(desk):
    desk.put("fiches/AAV001/t1.xlsx", classeur({"date": "hier"}))
    desk.ingest()
    desk.put("fiches/AAV001/t1.xlsx", classeur({"date": "hier"}, Version=2))
    desk.ingest()
    assert len(waiting(desk)) == 2


def test_replay_accepts_what_a_changed_list_allows_though_its_value_was_masked(desk, monkeypatch):
    desk.put(
        "fiches/AAV001/t1.xlsx", classeur({"nature": "psychomotricité"}, {"date": "02/01/2026"}, {"nature": "yoga"})
    )
    desk.ingest()
    assert waiting(desk)[0]["columns"]["nature"] == "x" * 15
    nature = fiches_source.columns()["entretiens"]["nature"]
    longer = nature.model_copy(update={"valeurs": nature.valeurs | {"psychomotricite": "psy"}})
    monkeypatch.setitem(fiches_source.columns()["entretiens"], "nature", longer)
    replayed = quarantine.replay(desk.home, AT, secret=SECRET)
    assert (replayed.judged, replayed.accepted, replayed.unreadable) == (2, 1, 0)
    [(outcome, row_id)] = outcomes(desk)
    assert outcome == "rejouee"
    stored = desk.ask(f"SELECT row_number, nature FROM sessions WHERE session_id = {row_id}")
    assert stored == [(2, "psy")]
    assert desk.ask("SELECT count(*), count(DISTINCT session_id), count(DISTINCT fiche_group_id) FROM sessions") == [
        (2, 2, 1)
    ]
    assert [row["row_number"] for row in waiting(desk)] == [4]


def test_replay_puts_a_fiche_back_with_the_sessions_it_came_with(desk, monkeypatch):
    desk.put(
        "fiches/AAV001/t1.xlsx", classeur({"date": "02/01/2026"}, {"ref": OTHER}, saisines=(REF, OTHER), issue="suivi")
    )
    desk.ingest()
    assert desk.ask("SELECT count(*) FROM fiches") == [(0,)]
    issue = fiches_source.columns()["saisines"]["issue"]
    monkeypatch.setitem(
        fiches_source.columns()["saisines"], "issue", issue.model_copy(update={"valeurs": {"suivi": "pris_en_charge"}})
    )
    assert quarantine.replay(desk.home, AT, secret=SECRET).accepted == 2
    joined = "SELECT written, day::text FROM fiches JOIN sessions USING (fiche_group_id) ORDER BY 1"
    assert desk.ask(joined) == [(REF, "2026-01-02"), (OTHER, "2026-03-02")]


def test_replay_twice_changes_nothing(desk):
    desk.put("fiches/AAV001/t1.xlsx", classeur({"date": "hier"}))
    desk.ingest()
    for _ in range(2):
        assert quarantine.replay(desk.home, AT, secret=SECRET).accepted == 0
    assert desk.ask("SELECT count(*) FROM sessions") == [(0,)]


def test_replay_says_how_many_rows_it_could_not_read_again(desk):
    desk.put("fiches/AAV001/t1.xlsx", classeur({"date": "hier"}))
    desk.ingest()
    for path in (desk.home / "landing").rglob("*"):
        if path.is_file():
            path.unlink()
    assert quarantine.replay(desk.home, AT, secret=SECRET) == quarantine.Replayed(0, 0, 1)


def exported(desk, tmp_path):
    [path] = quarantine.export(desk.home, tmp_path / "retour")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return path, load_workbook(BytesIO(path.read_bytes()))


def coloured(page):
    return {cell.coordinate: cell.comment.text for row in page.iter_rows() for cell in row if cell.comment}


def test_the_export_colours_the_wrong_cells_and_says_why(desk, tmp_path):
    desk.put("fiches/AAV001/t1.xlsx", classeur({"date": "02/01/2026"}, {"date": "31/04/2026", "nature": "yoga"}))
    desk.ingest()
    path, book = exported(desk, tmp_path)
    assert path.name == "AAV001_a_corriger.xlsx"
    assert book.sheetnames == ["Saisines", "Entretiens"]
    assert coloured(book["Saisines"]) == {}
    assert coloured(book["Entretiens"]) == {
        "B6": "Date : ce n’est pas une date, ou elle est d’avant 2015 ; écrivez jour/mois/année, par exemple 02/03/2026.",
        "D6": "Nature : valeur inconnue ; attendu psy, jur, soc.",
    }
    assert [book["Entretiens"][place].value for place in ("B5", "B6", "D6")] == ["02/01/2026", "31/04/2026", "yoga"]
    assert all(book["Entretiens"][place].fill.start_color.rgb == "FFF4B183" for place in ("B6", "D6"))


def test_the_export_holds_whole_saisines_that_have_a_fault_and_no_other(desk, tmp_path):
    desk.put("fiches/AAV001/t1.xlsx", classeur({"date": "hier"}, {}, {"ref": OTHER}, saisines=(REF, OTHER)))
    desk.ingest()
    _, book = exported(desk, tmp_path)
    assert [row[0].value for row in book["Saisines"].iter_rows(min_row=5)] == [REF]
    assert [row[0].value for row in book["Entretiens"].iter_rows(min_row=5)] == [REF, REF]


def test_the_export_corrected_and_sent_back_replaces_what_was_refused(desk, tmp_path):
    desk.put(
        "fiches/AAV001/t1.xlsx", classeur({"date": "02/01/2026"}, {"date": "31/04/2026"}, saisines=(REF, "Durand"))
    )
    desk.ingest()
    _, book = exported(desk, tmp_path)
    book["Entretiens"]["B6"].value = "30/03/2026"
    book["Saisines"]["A6"].value = OTHER
    out = BytesIO()
    book.save(out)
    desk.put("fiches/AAV001/corrige.xlsx", out.getvalue())
    report = desk.ingest()
    assert report.corrected == 2
    assert report.totals()["rejected"] == 0
    assert waiting(desk) == []
    last = "SELECT written, version FROM fiches JOIN deliveries USING (delivery_id) ORDER BY delivery_id, fiche_id"
    assert desk.ask(last) == [(REF, 1), (REF, 2), (OTHER, 1)]
    assert desk.ask("SELECT count(*) FROM sessions") == [(3,)]


def test_what_an_association_told_again_since_is_not_sent_back(desk, tmp_path):
    desk.put("fiches/AAV001/t1.xlsx", classeur({"date": "hier"}, {"nature": "yoga"}))
    desk.ingest()
    desk.put("fiches/AAV001/t2.xlsx", classeur({"date": "02/01/2026"}, Version=2))
    desk.ingest()
    assert quarantine.export(desk.home, tmp_path / "retour") == []


def test_no_cell_of_the_export_is_a_formula(desk, tmp_path):
    desk.put(
        "fiches/AAV001/t1.csv", f'N° de saisine;Issue;Convention\n{REF};refus;"=HYPERLINK(1)"\n{OTHER};=1+1;@SUM\n'
    )
    desk.ingest()
    _, book = exported(desk, tmp_path)
    types = {cell.data_type for page in book for row in page.iter_rows() for cell in row if cell.value is not None}
    assert types == {"s"}


def test_refused_calls_go_back_to_the_platform_without_what_is_personal(desk, tmp_path):
    desk.put(
        "journal/a.csv",
        "id_appel;debut;suite;saisine_ref;association;beneficiaire;numero_appelant\nA1;hier;saisine;X;AAV001;B1;0612345678\n",
    )
    desk.ingest()
    path, book = exported(desk, tmp_path)
    assert path.name == "plateforme_a_corriger.xlsx"
    told = [cell.value for row in book["Journal"].iter_rows() for cell in row]
    assert "A1" in told
    assert not {"B1", "0612345678"} & set(told)
