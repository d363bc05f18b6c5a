"""Script in every text field of every form: whatever is answered, it is text."""

import pytest
from finance.stated import finalise, line, statement

from etl.web.matrix import ROUTES
from tests.unit.web.conftest import PEOPLE

from .test_pages import address_of, asked, sent

SCRIPT = "<script>document.title='volé'</script>\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}"
FIELDS = (
    "reason", "reference", "written", "code", "association", "convention", "qualite", "new_association", "kind", "day",
    "quarter", "texte", "fichier", "digest", "outcome", "payee", "state", "id", "moyen",
)  # fmt: skip
pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
RIGHT = {
    "kind": "dispute", "reason": "vu", "quarter": "2026-T1", "state": "paye", "outcome": "renonce", "moyen": "autre",
    "fichier": "sport.yaml",
}  # fmt: skip
GIVEN = {"reference": "FV26-000123-W", "association": "AAV001", "place": "1"}


@pytest.fixture
def settled(home, desk):
    """A desk with one finalised statement; gives its address."""
    finalise(home, statement([line()]))
    return address_of(desk)


def filled(path, settled):
    told = path.replace("/releves/{quarter}/{convention}/{digest}", settled)
    for name, value in GIVEN.items():
        told = told.replace(f"{{{name}}}", value)
    return told


@pytest.mark.parametrize("route", [one for one in ROUTES if one.verb == "POST"], ids=lambda route: route.name)
def test_script_in_a_field_of_a_form_comes_back_as_text(route, desk, settled):
    name = next(one for one, role in PEOPLE.items() if role in route.roles)
    for field in FIELDS:
        answered = sent(desk, name, filled(route.path, settled), **{**RIGHT, field: SCRIPT})
        assert answered.status_code in {303, 404, 409, 200}, (field, answered.status_code)
        shown = answered.text
        if answered.status_code == 303:
            assert "<" not in answered.headers["location"]
            shown = asked(desk, name, answered.headers["location"]).text
        assert "<script>document" not in shown, field
        assert "<img src=x" not in shown, field
        assert "49" not in shown.partition('role="alert"')[2][:200], field
