"""Every page of every role over an empty warehouse, and over one with a finalised statement."""

import re
import zipfile
from io import BytesIO

import pytest
from finance.stated import answer, finalise, line, statement
from sqlalchemy import text

from etl.jobs.payment import pay
from etl.web import access
from etl.web.matrix import ROUTES
from tests.unit.web.conftest import PEOPLE

from .conftest import SECRET

PLAIN = [route for route in ROUTES if route.verb == "GET" and "{" not in route.path and route.name != "find_case"]
LINES = [line(cents=5500), line(association="AAV002", saisine="FV26-000124-U", cents=9000)]
# What an empty page tells whoever opens it to do.
NOTHING = "Aucune saisine n’est encore reçue"
EMPTY = {
    "/": NOTHING, "/ecarts": NOTHING, "/fiches": NOTHING, "/retours": NOTHING, "/releves": "Établissez les brouillons",
    "/livraisons": "saisines ingest", "/quarantaine": "est vide", "/soutiens-impossibles": "arrive ici",
    "/a-confirmer": "arrive ici", "/baremes": "Essayer",
}  # fmt: skip


def asked(desk, name, path):
    return desk.get(path, headers={"x-account": name})


def sent(desk, name, path, files=None, **fields):
    jeton = access.token(SECRET, access.Visitor(name, PEOPLE[name]))
    return desk.post(path, data={"jeton": jeton, **fields}, files=files, headers={"x-account": name})


@pytest.mark.parametrize("route", PLAIN, ids=lambda route: route.name)
def test_a_page_over_an_empty_warehouse_says_what_to_do(route, desk):
    for name in (one for one, role in PEOPLE.items() if role in route.roles):
        answered = asked(desk, name, route.path)
        assert answered.status_code == 200, answered.text
        assert EMPTY[route.path] in answered.text


def address_of(desk):
    return re.search(r'href="(/releves/2026-T1/CALAE/[0-9a-f]{64})"', asked(desk, "farida", "/releves").text)[1]


def test_finance_downloads_every_document_of_a_statement_without_the_day_of_an_act(home, desk):
    finalise(home, statement(LINES))
    address = address_of(desk)
    page = asked(desk, "farida", address).text
    names = re.findall(rf'href="{address}/([^"/]+)"', page)
    assert {"releve.pdf", "releve.xlsx", "releve.json", "lignes.csv", "ecritures.txt", "notes.zip", "tout.zip"} <= {
        *names
    }
    for name in names:
        got, whole = asked(desk, "farida", f"{address}/{name}"), asked(desk, "camille", f"{address}/{name}")
        assert got.status_code == whole.status_code == 200, name
        assert ("edition-finance" in got.headers["content-disposition"]) is (name != "ecritures.txt")
        assert "edition-finance" not in whole.headers["content-disposition"]
    data = asked(desk, "farida", f"{address}/releve.json").json()
    assert (data["total_cents"], {one["act_date"] for one in data["lines"]}) == (14500, {None})
    archive = zipfile.ZipFile(BytesIO(asked(desk, "farida", f"{address}/tout.zip").content))
    assert {"releve.pdf", "notes/AAV001.pdf", "notes/AAV002.pdf", "ecritures.txt"} <= {*archive.namelist()}
    assert b"2026-02-0" not in archive.read("releve.json")


def test_the_bank_s_answer_is_taken_at_the_desk_then_a_return_is_told_by_hand(home, desk, engine):
    number = finalise(home, statement(LINES))
    address = address_of(desk)
    assert sent(desk, "farida", f"{address}/payer").status_code == 303
    batch = answer(f"{number}-L01", (f"{number}-AAV001-1", "ACSC", ""), (f"{number}-AAV002-1", "RJCT", "AC04"))
    taken = sent(desk, "farida", f"{address}/reponse", files={"reponse": ("r.xml", batch, "application/xml")})
    assert taken.headers["location"].endswith("?payes=1&rejetes=1")
    page = asked(desk, "farida", taken.headers["location"]).text
    assert "Compte clos." in page
    for payee, state, status in (("AAV002", "paye", 409), ("AAV001", "rejete", 303), ("AAV001", "paye", 409)):
        fields = {"payee": payee, "state": state, "reason": "relevé de compte"}
        assert sent(desk, "farida", f"{address}/virements/1/constat", **fields).status_code == status
    with engine.connect() as connection:
        states = connection.execute(text("select payee, state, why from payee_states order by 1")).all()
        told = connection.execute(text("select detail from audit where action = 'bank_answer_by_hand'")).scalars().all()
    assert [tuple(row) for row in states] == [("AAV001", "rejete", "MAIN"), ("AAV002", "rejete", "AC04")]
    assert [one["reason"] for one in told] == ["relevé de compte"]
    apart = sent(desk, "farida", f"{address}/paye-autrement", payee="AAV002", reason="chèque n° 12")
    assert apart.headers["location"].endswith("fait=constate")
    assert "chèque n° 12" in asked(desk, "farida", address).text
    assert sent(desk, "farida", f"{address}/paye-autrement", payee="AAV002", reason="encore").status_code == 409
    assert pay.run(home, "2026-T1", "CALAE", "farida", home / "v", settings_at(engine))[0].payees == 1


def settings_at(engine):
    from etl import settings

    return settings.now()


def test_an_answer_that_is_none_is_refused_in_words(home, desk):
    finalise(home, statement(LINES))
    address = address_of(desk)
    for files in (
        None,
        {"reponse": ("r.xml", b"", "application/xml")},
        {"reponse": ("r.xml", b"<a/>", "application/xml")},
    ):
        refused = sent(desk, "farida", f"{address}/reponse", files=files)
        assert refused.status_code == 409
        assert 'role="alert"' in refused.text
