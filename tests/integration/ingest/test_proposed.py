"""From a fiche that matches nothing to its confirmation: nothing counts before a person decides."""

import json
import shlex
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from etl import settings
from etl.cli.app import app
from etl.jobs.matching import decide, propose, reconcile

AT = datetime(2026, 7, 20, 9, 30, tzinfo=UTC)
REF = "FV26-000101-7"
JOURNAL = f"""id_appel;debut;numero_appele;suite;saisine_ref;convention;association
A1;2026-01-02T10:00:00+01:00;01 80 52 33 84;saisine;{REF};CALAE;AAV001
"""
WRITTEN = "FV26-000910-7"  # two slips from FV26-000101-7
BORDEREAU = f"saisine_ref;date_saisine;issue;nb_psy\n{WRITTEN};02/01/2026;pris_en_charge;2\n"


@pytest.fixture
def told(desk):
    """A saisine, and a fiche that answers it under a ruined reference."""
    desk.put("journal/janvier.csv", JOURNAL)
    desk.put("fiches/AAV001/t1.csv", BORDEREAU)
    assert desk.ingest().totals()["rejected"] == 0
    return desk


def run(monkeypatch, desk, *arguments):
    monkeypatch.setenv("SAISINES_HOME", str(desk.home))
    monkeypatch.setattr(settings, "now", lambda: AT)
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_proposal_counts_for_nothing_until_it_is_confirmed_and_then_stays(told):
    found = propose.run(told.home, AT)
    assert [(one.written, one.candidates[0].reference, one.candidates[0].standing) for one in found] == [
        (WRITTEN, REF, "chosen")
    ]
    assert reconcile.run(told.home, AT).with_fiche == 0
    given = {"kind": "confirm_match", "reference": REF, "association": "AAV001", "written": WRITTEN}
    decide.run(told.home, [given | {"author": "coordination", "reason": "vérifié au téléphone"}], AT)
    assert reconcile.run(told.home, AT).with_fiche == 1
    assert propose.run(told.home, AT) == []
    told.put("fiches/AAV001/t1-bis.csv", BORDEREAU.replace(";2\n", ";3\n"))
    told.ingest()
    assert propose.run(told.home, AT) == []


def test_the_command_shows_the_waterfall_and_the_decision_to_copy(told, monkeypatch):
    text = run(monkeypatch, told, "proposals")
    assert "référence écrite" in text
    assert "une seule candidate" in text
    shown = next(line for line in text.splitlines() if "confirm_match" in line)
    assert shlex.split(shown)[:5] == ["saisines", "decide", "confirm_match", "--reference", REF]


def test_the_copied_command_is_refused_until_it_has_an_author_and_a_reason(told, monkeypatch):
    data = json.loads(run(monkeypatch, told, "proposals", "--json"))
    command = shlex.split(data["proposals"][0]["candidates"][0]["command"])[1:]
    refused = CliRunner().invoke(app, command)
    assert refused.exit_code != 0
    assert reconcile.run(told.home, AT).with_fiche == 0
    filled = [*command[:-4], "--by", "coordination", "--reason", "vérifié"]
    run(monkeypatch, told, *filled)
    assert reconcile.run(told.home, AT).with_fiche == 1


def test_only_the_fiches_of_the_association_asked_for_are_shown(told, monkeypatch):
    assert json.loads(run(monkeypatch, told, "proposals", "--json", "--association", "AAV002")) == {"proposals": []}
