"""The page of a case over a small quarter, under the desk's role of the database: what each role is shown, and who read it."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from etl import settings
from etl.jobs.intake import inbox
from etl.jobs.matching import decide
from etl.jobs.running import init, sample
from etl.web import snapshot

from .test_pages import asked

AT = datetime(2026, 7, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def cases(home, engine, tmp_path, desk):
    """A quarter taken in; gives some of its references."""
    box = tmp_path / "inbox"
    sample.run(box, 60)
    init.run(home, None, box / "associations.csv", "installation", AT)
    for kind in ("journal", "fiches"):
        inbox.run(home, box, kind, AT)
    with engine.connect() as connection:
        query = "select distinct reference from contacts where reference is not null and beneficiaire is not null order by 1 limit 12"
        return list(connection.execute(text(query)).scalars())


def test_a_case_is_shown_by_role_never_with_a_pseudonym_and_each_reading_is_written_down(cases, desk, engine):
    with engine.connect() as connection:
        pseudonyms = connection.execute(
            text("select distinct beneficiaire from contacts where beneficiaire is not null")
        )
        pseudonyms = list(pseudonyms.scalars())
    assert cases
    assert pseudonyms
    for reference in cases:
        whole, reduced = (asked(desk, name, f"/saisines/{reference}") for name in ("camille", "farida"))
        assert (whole.status_code, reduced.status_code) == (200, 200)
        assert "Les sources côte à côte" in whole.text
        assert not re.search(r"Département|Qualité|Élu|Salarié|Licencié|Agent", reduced.text)
        for page in (whole.text, reduced.text):
            assert not [one for one in pseudonyms if one[:12] in page]
        assert asked(desk, "paule", f"/saisines/{reference}").status_code == 403
    with engine.connect() as connection:
        read = connection.execute(text("select reference, by_name from readings order by 1, 2")).all()
    assert {tuple(row) for row in read} == {(one, name) for one in cases for name in ("camille", "farida")}


def test_a_page_of_each_kind_over_a_quarter_is_answered(cases, desk):
    pages = {
        "camille": ("/ecarts", "/fiches", "/retours", "/releves", "/soutiens-impossibles"),
        "nadia": ("/livraisons", "/livraisons/1", "/quarantaine"),
    }
    for name, paths in pages.items():
        for path in paths:
            assert asked(desk, name, path).status_code == 200, path


def test_a_decision_shows_on_its_case_at_once_while_the_rest_is_computed_again(cases, desk, home, monkeypatch):
    asked(desk, "camille", "/ecarts")
    monkeypatch.setattr(snapshot.threading, "Thread", lambda **named: type("Never", (), {"start": lambda self: None})())
    own = {"reference": cases[0], "author": "camille", "reason": "vu avec l’association"}
    assert "contestée" not in asked(desk, "camille", f"/saisines/{cases[0]}").text
    decide.run(home, [{"kind": "dispute", **own}], settings.now())
    page = asked(desk, "camille", f"/saisines/{cases[0]}").text
    assert "le rapprochement se refait" in page
    assert "La saisine est contestée" in page
    snapshot._begun.discard(home)
