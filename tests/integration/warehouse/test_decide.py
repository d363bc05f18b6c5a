"""Decisions: appended whole or not at all, refused with the reason, replayed without repeating."""

from datetime import date

import pytest

from etl.jobs.matching import decide
from etl.jobs.matching.decision_file import COLUMNS
from etl.warehouse import decisions
from etl.warehouse.server import connect

from .conftest import AT

REF, OTHER = "FV26-000123-W", "FV26-000101-7"
BY = {"author": "coordination", "reason": "vérifié"}


def one(kind, reference=REF, **columns):
    return {"kind": kind, "reference": reference, **BY, **columns}


def recorded(home, reference=None):
    with connect(home) as engine, engine.connect() as connection:
        return decisions.load_decisions(connection, reference)


ACCEPTABLE = [
    "CONVENTION_NOT_IN_FORCE",
    "INELIGIBLE_BENEFICIARY",
    "QUALITE_UNKNOWN",
    "INACTIVE_ASSOCIATION",
    "DISPUTED",
    "WRONG_ASSOCIATION",
    "NO_SHOW_AND_SESSIONS",
    "SESSION_BEFORE_SAISINE",
    "SESSION_IN_FUTURE",
    "SESSION_AFTER_CLOSURE",
    "SESSION_AFTER_CONVENTION",
    "SESSION_OUTSIDE_SEIZURE",
    "DUPLICATE_SESSION",
    "SESSION_IMPLAUSIBLE",
    "SESSION_ELSEWHERE",
    "SESSIONS_UNDATED",
    "NO_SHOW_WITHOUT_ATTEMPTS",
    "FIRST_CONTACT_BEFORE_SAISINE",
    "FIRST_CONTACT_IN_FUTURE",
    "SESSION_COUNT_MISMATCH",
    "DUPLICATE_SAISINE",
    "TIME_BARRED",
    "BEFORE_TAKEOVER",
    "STATED_ACT_DROPPED",
]


def test_every_code_that_the_rules_let_accept_is_recorded(home):
    assert len(decide.run(home, [one("accept", code=code) for code in ACCEPTABLE], AT)) == len(ACCEPTABLE)
    assert [row["code"] for row in recorded(home)] == ACCEPTABLE


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("UNKNOWN_CONVENTION", "requalifiez"), ("UNKNOWN_ASSOCIATION", "registre"), ("TARIFF_GAP", "fichier de la convention"),
        ("CAP_EXCEEDED", "avenant"), ("CAP_AMOUNT", "avenant"), ("ENVELOPE_EXCEEDED", "avenant"), ("ENVELOPE_CLOSED", "avenant"),
        ("NO_TARIFF", "avenant"), ("RIVAL_VERSIONS", "livraisons"), ("AMBIGUOUS_MATCH", "confirm_match"),
        ("MISSING_FICHE", "fiche"), ("REDIRECTED", "pas un code qui s’accepte"), ("DUPLICATE_SAISIN", "DUPLICATE_SAISINE"),
        ("refuse", "pas un code qui s’accepte"), ("", "code manque"),
    ],
)  # fmt: skip
def test_what_cannot_be_accepted_is_refused_with_what_to_do(home, code, says):
    with pytest.raises(decide.DecisionsError, match=says):
        decide.run(home, [one("accept", code=code)], AT)
    assert recorded(home) == []


@pytest.mark.parametrize(
    ("decision", "says"),
    [
        (one("acept", code="TIME_BARRED"), "inconnue.*accept"),
        (one("refuse", "FV26-000123-X"), "référence"),
        (one("refuse", ""), "reference manque"),
        (one("refuse") | {"author": " "}, "author manque"),
        (one("refuse") | {"reason": ""}, "reason manque"),
        (one("refuse", code="TIME_BARRED"), "code n’y sert à rien"),
        (one("requalify"), "donnez la convention"),
        (one("requalify", convention="NEANT"), "convention « NEANT » inconnue"),
        (one("requalify", qualite="maire"), "qualité « maire » inconnue"),
        (one("requalify", new_association="AAV999"), "AAV999 » absente"),
        (one("confirm_match", association="AAV001"), "written manque"),
        (one("reject_match", written="FV26 123"), "association manque"),
        (one("register_saisine", association="AAV001"), "day manque"),
        (one("register_saisine", association="AAV999", day="2026-05-04"), "AAV999 » absente"),
        (one("register_saisine", association="AAV001", day="2026-07-21"), "pas encore passé"),
        (one("register_saisine", association="AAV001", day="04/05/2026"), "AAAA-MM-JJ"),
        (one("accept", None, code="JOURNAL_GAP"), "day manque"),
        (one("accept", code="JOURNAL_GAP", day="2026-05-04"), "reference n’y sert à rien"),
        (one("accept", code="TIME_BARRED", day="2026-05-04"), "day n’y sert à rien"),
        (one("withdraw", code="refuse"), "à retirer"),
        (one("withdraw", code="accept"), "nommez le code accepté"),
        (one("withdraw"), "code manque"),
    ],
)
def test_an_ill_made_decision_refuses_the_whole_file(home, decision, says):
    with pytest.raises(decide.DecisionsError, match=says):
        decide.run(home, [one("dispute"), decision], AT)
    assert recorded(home) == []


def test_all_that_is_wrong_is_said_with_its_line(home, tmp_path):
    path = tmp_path / "decisions.csv"
    path.write_text(
        "\ufeff"
        + ";".join(COLUMNS)
        + f"\nrefuse;{REF};;;;;;;;coordination;vu\nrefuse;{REF[:-1]}X;;;;;;;;a;b\n;;;;;;;;;;\nhop;;;;;;;;;a;b\n",
        encoding="utf-8",
    )
    with pytest.raises(decide.DecisionsError) as refused:
        decide.run(home, decide.read_decisions(path), AT)
    assert [error.split(" : ")[0] for error in refused.value.errors] == [
        "decisions.csv, ligne 3",
        "decisions.csv, ligne 5",
    ]
    assert refused.value.message.endswith("(et 1\u00a0autre erreur)")


ENDLESS = (";".join(COLUMNS) + f'\nrefuse;{REF};;;;;;;;coordination;"' + "vu\n" * 70_000).encode()


@pytest.mark.parametrize("content", [b"kind;reference\n", "kind;r\xe9f\n".encode("latin-1"), ENDLESS])
def test_a_file_of_another_form_is_refused(tmp_path, content):
    (tmp_path / "d.csv").write_bytes(content)
    with pytest.raises(decide.DecisionsError, match=r"d\.csv"):
        decide.read_decisions(tmp_path / "d.csv")


def test_decisions_are_kept_as_they_were_meant(home):
    given = [
        one("Accept", "fv26 000123 w", code="inéligible beneficiary".replace("inéligible", "ineligible")),
        one("register_saisine", OTHER, association="aav 001", convention="Calae", qualite="Élu", day="2026-05-04"),
        one("confirm_match", association="aav002", written="FV26-000124 -W"),
        one("accept", None, code="JOURNAL_GAP", day="2026-05-05"),
    ]
    decide.run(home, given, AT)
    first, second, third, fourth = recorded(home)
    assert (first["kind"], first["reference"], first["code"]) == ("accept", REF, "INELIGIBLE_BENEFICIARY")
    assert (second["qualite"], second["day"]) == ("elu", date(2026, 5, 4))
    assert (second["association"], second["convention"], third["association"]) == ("AAV001", "CALAE", "AAV002")
    assert third["written"] == "FV26-000124 -W"
    assert (fourth["reference"], fourth["day"]) == (None, date(2026, 5, 5))
    assert {(row["author"], row["reason"], row["decided_at"]) for row in recorded(home)} == {
        ("coordination", "vérifié", AT)
    }


def test_a_decision_on_a_saisine_not_yet_in_the_journal_is_recorded(home):
    assert decide.run(home, [one("dispute", OTHER)], AT) == [1]


def test_the_same_file_again_repeats_nothing_that_stands(home):
    given = [
        one("refuse"), one("accept", code="TIME_BARRED"), one("requalify", convention="AMF"), one("requalify", qualite="elu"),
        one("confirm_match", association="AAV002", written="FV26 124"), one("confirm_match", association="AAV002", written="FV26 125"),
        one("accept", None, code="JOURNAL_GAP", day="2026-05-05"), one("accept", None, code="JOURNAL_GAP", day="2026-05-06"),
    ]  # fmt: skip
    assert decide.run(home, given, AT) == decide.run(home, given, AT)
    assert len(recorded(home)) == len(given)


def test_of_two_on_the_same_subject_the_last_holds_so_the_first_again_is_another(home):
    turns = [one("requalify", convention=code) for code in ("AMF", "CALAE", "AMF")]
    match = {"association": "AAV002", "written": "FV26 124"}
    turns += [one("confirm_match", **match), one("reject_match", **match), one("confirm_match", **match)]
    assert decide.run(home, turns, AT) == [1, 2, 3, 4, 5, 6]


def test_a_withdrawal_undoes_the_last_one_and_only_what_stands(home):
    decide.run(home, [one("refuse"), one("withdraw", code="refuse")], AT)
    with pytest.raises(decide.DecisionsError, match="à retirer"):
        decide.run(home, [one("withdraw", code="refuse")], AT)
    decide.run(home, [one("accept", code="TIME_BARRED"), one("withdraw", code="TIME_BARRED"), one("refuse")], AT)
    assert [row["kind"] for row in recorded(home)] == ["refuse", "withdraw", "accept", "withdraw", "refuse"]


def test_an_accepted_code_about_a_fiche_rests_on_the_acts_of_the_day(home):
    asked = []

    def fingerprints(engine, day, given):
        asked.append((day, [row["reference"] for row in given]))
        return {REF: [("AAV001", "PEC 2026-02-03"), ("AAV002", "CAR")]}

    decide.run(home, [one("accept", code="TIME_BARRED"), one("accept", OTHER, code="DISPUTED")], AT, fingerprints)
    assert asked == [(date(2026, 7, 20), [REF, OTHER])]
    with connect(home) as engine, engine.connect() as connection:
        assert decisions.load_bases(connection, 1) == {("AAV001", "PEC 2026-02-03"), ("AAV002", "CAR")}
        assert decisions.load_bases(connection, 2) == set()


def test_an_accept_is_made_again_when_the_acts_have_changed(home):
    given = [one("accept", code="TIME_BARRED")]
    assert decide.run(home, given, AT, lambda *_: {REF: [("AAV001", "one")]}) == [1]
    assert decide.run(home, given, AT, lambda *_: {REF: [("AAV001", "one")]}) == [1]
    assert decide.run(home, given, AT, lambda *_: {REF: [("AAV001", "two")]}) == [2]
