"""init, takeover and conventions apply: whole or nothing, twice is once."""

import re
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql

from etl.jobs.running import init
from etl.jobs.settlement import conventions_apply, takeover
from etl.model.convention_set import DEFAULT, ConventionsError, contents_of
from etl.model.errors import SaisinesError, UsageError
from etl.model.register import RegisterError
from etl.warehouse import reference, schema, statements
from etl.warehouse.query import many
from etl.warehouse.server import connect
from etl.warehouse.tables import audit, bank_details

from .conftest import AT, REGISTER
from .statements import line, statement
from .test_life import brought


@pytest.fixture
def folder(tmp_path):
    """A copy of the default set of convention files, to change."""
    path = tmp_path / "conventions"
    path.mkdir()
    for name, content in contents_of(DEFAULT).items():
        (path / name).write_bytes(content)
    return path


def change(folder, name="calae.yaml", found='montant: "55.00"', put='montant: "56.00"'):
    text = (folder / name).read_text(encoding="utf-8")
    assert found in text
    (folder / name).write_text(text.replace(found, put, 1), encoding="utf-8")


def in_force(home):
    with connect(home) as engine, engine.connect() as connection:
        return reference.load_fingerprints(connection)


def register_file(tmp_path, text):
    path = tmp_path / "registre.csv"
    path.write_text(text, encoding="utf-8")
    return path


def banks(home):
    with connect(home) as engine, engine.connect() as connection:
        return many(connection, select(bank_details).order_by(bank_details.c.bank_details_id))


def waits(home):
    with connect(home) as engine, engine.connect() as connection:
        return [row["code"] for row in reference.load_associations(connection) if row["bank_waits"]]


def test_init_again_is_harmless(home, register):
    for conventions in (None, DEFAULT):
        report = init.run(home, conventions, register, "installation", AT)
        assert report == init.Report(False, [], {"added": [], "changed": [], "bank_changed": [], "absent": []})


def test_a_comment_in_a_convention_file_changes_nothing(home, folder):
    (folder / "calae.yaml").write_bytes((folder / "calae.yaml").read_bytes() + b"\n# relu en juillet\n")
    assert init.run(home, folder, None, "installation", AT).conventions == []
    assert conventions_apply.run(home, folder, "finance", AT).digest is None


def test_init_refuses_a_changed_convention_file_and_loads_nothing(home, folder, tmp_path):
    change(folder)
    before = in_force(home)
    other = register_file(tmp_path, REGISTER.replace("Association 001", "Autre nom"))
    with pytest.raises(SaisinesError, match=r"\(CALAE\).*conventions apply"):
        init.run(home, folder, other, "installation", AT)
    assert in_force(home) == before
    with connect(home) as engine, engine.connect() as connection:
        assert reference.load_associations(connection)[0]["nom"] == "Association 001 (exemple)"


def test_a_wrong_file_is_refused_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.delenv("SAISINES_DATABASE_URL", raising=False)
    with pytest.raises(RegisterError, match="ligne 2"):
        init.run(tmp_path / "home", None, register_file(tmp_path, REGISTER.replace(";13;", ";999;")), "x", AT)
    with pytest.raises(UsageError):
        init.run(tmp_path / "home", tmp_path / "absent", None, "x", AT)
    assert not (tmp_path / "home").exists()


def test_a_changed_register_is_applied_and_written_to_the_audit(home, tmp_path):
    text = (
        REGISTER.replace("Association 001", "Autre nom") + REGISTER.splitlines()[2].replace("AAV002", "AAV004") + "\n"
    )
    text = "".join(row for row in text.splitlines(keepends=True) if not row.startswith("AAV003"))
    applied = init.run(home, None, register_file(tmp_path, text), "coordination", AT).associations
    assert applied == {"added": ["AAV004"], "changed": ["AAV001"], "bank_changed": [], "absent": ["AAV003"]}
    with connect(home) as engine, engine.connect() as connection:
        assert [row["code"] for row in reference.load_associations(connection)] == [
            "AAV001",
            "AAV002",
            "AAV003",
            "AAV004",
        ]
        last = many(connection, select(audit).order_by(audit.c.audit_id.desc()))[0]
    assert (last["action"], last["by_name"], last["detail"]) == ("register", "coordination", applied)


@pytest.mark.parametrize(
    "change", [("FR7699999000010000000000115", "FR7699999000010000000001376"), (";AAV 001;", ";Autre titulaire;")]
)
def test_a_change_of_iban_or_holder_is_kept_beside_the_old_one_and_waits_for_another_person(home, tmp_path, change):
    init.run(home, None, register_file(tmp_path, REGISTER.replace(*change)), "coordination", AT)
    assert waits(home) == ["AAV001"]
    assert [row["replaces_id"] for row in banks(home)] == [None, None, None, 1]
    with connect(home) as engine, engine.begin() as connection:
        for by, how in (("Coordination", "rappel au numéro connu"), ("finance", " ")):
            with pytest.raises(SaisinesError):
                reference.save_bank_confirmation(connection, "AAV001", by, how, AT)
        reference.save_bank_confirmation(connection, "AAV001", "finance", "rappel au numéro connu", AT)
        with pytest.raises(SaisinesError, match="aucun changement"):
            reference.save_bank_confirmation(connection, "AAV001", "finance", "encore", AT)
    assert waits(home) == []


def test_bank_details_given_for_the_first_time_wait_for_nobody(home, tmp_path):
    row = "AAV009;Association 009 (exemple);99000009300007;;67;{};;{};i@x.example;2015-01-01;;\n"
    init.run(home, None, register_file(tmp_path, REGISTER + row.format("", "")), "coordination", AT)
    init.run(
        home, None, register_file(tmp_path, REGISTER + row.format("FR7699999000010000000000988", "AAV 009")), "x", AT
    )
    assert waits(home) == []


def test_conventions_apply_waits_for_a_second_person_who_names_the_difference(home, folder):
    before = in_force(home)
    change(folder)
    money = {"total_cents": 100}
    proposed = conventions_apply.run(home, folder, "coordination", AT, compare=lambda *_: money)
    assert not proposed.applied
    assert proposed.money == money
    assert re.search("CALAE.*55.00.*56.00", proposed.texts[0])
    assert in_force(home) == before
    again = conventions_apply.run(home, folder, "finance", AT, compare=lambda *_: money)
    assert (again.digest, again.by) == (proposed.digest, "coordination")
    applied = conventions_apply.run(home, folder, "finance", AT, proposed.digest, lambda *_: money)
    assert applied.applied
    assert in_force(home)["CALAE"] != before["CALAE"]
    assert conventions_apply.run(home, folder, "finance", AT).digest is None


def test_conventions_apply_refuses_the_same_person_another_digest_other_files_and_other_money(home, folder):
    change(folder)
    proposed = conventions_apply.run(home, folder, "coordination", AT, compare=lambda *_: {"cents": 1})
    for by, digest, cents, says in (
        ("Coordination", proposed.digest, 1, "autre personne"),
        ("finance", "0" * 64, 1, "n’est pas celle"),
        ("finance", proposed.digest, 2, "n’est plus ce qui a été proposé"),
    ):
        with pytest.raises(SaisinesError, match=says):
            conventions_apply.run(home, folder, by, AT, digest, lambda *_, cents=cents: {"cents": cents})
    change(folder, found='"56.00"', put='"57.00"')
    with pytest.raises(SaisinesError, match="n’est plus ce qui a été proposé"):
        conventions_apply.run(home, folder, "finance", AT, proposed.digest, lambda *_: {"cents": 1})


def test_a_new_proposal_replaces_the_one_that_waited(home, folder):
    change(folder)
    first = conventions_apply.run(home, folder, "coordination", AT)
    change(folder, found='"56.00"', put='"57.00"')
    second = conventions_apply.run(home, folder, "coordination", AT)
    with pytest.raises(SaisinesError, match="n’est pas celle"):
        conventions_apply.run(home, folder, "finance", AT, first.digest)
    assert conventions_apply.run(home, folder, "finance", AT, second.digest).applied


def test_nothing_is_applied_that_was_not_proposed(home, folder):
    change(folder)
    with pytest.raises(SaisinesError, match="proposez-le"):
        conventions_apply.run(home, folder, "finance", AT, "0" * 64)


def test_a_version_that_reaches_back_before_a_finalised_quarter_must_say_so(home, folder):
    brought(home, statement([line()]), "finalise")
    change(folder)
    with pytest.raises(ConventionsError, match="retroactif"):
        conventions_apply.run(home, folder, "coordination", AT)


HEAD = ";".join(takeover.COLUMNS) + "\n"
GOOD = "AMF;FV26-000167-8;AAV002;PEC;2026-02-20;1;9000\nCALAE;FV26-000101-7;AAV004;PSY;2026-01-01;2;0\n"


def taken(home, tmp_path, text):
    path = tmp_path / "reprise.csv"
    path.write_text(text, encoding="utf-8")
    return takeover.run(home, path, date(2026, 4, 1), "finance", "payé à la main", AT)


def test_a_takeover_is_one_statement_per_convention_of_the_list(home, tmp_path):
    assert taken(home, tmp_path, HEAD + GOOD) == [
        takeover.Taken("AMF", "ER-AMF-REPRISE", 1, 9000),
        takeover.Taken("CALAE", "ER-CALAE-REPRISE", 1, 0),
    ]


def test_a_takeover_is_made_once_per_convention_and_does_not_count_in_the_numbers(home, tmp_path):
    taken(home, tmp_path, HEAD + GOOD)
    with pytest.raises(SaisinesError, match="AMF a déjà sa reprise"):
        taken(home, tmp_path, HEAD + GOOD.splitlines()[0].replace("PEC", "PSY") + "\n")
    assert (
        taken(home, tmp_path, HEAD + GOOD.splitlines()[0].replace("AMF", "SPORT") + "\n")[0].number
        == "ER-SPORT-REPRISE"
    )
    brought(home, statement([line()]), "finalise")
    with connect(home) as engine, engine.connect() as connection:
        assert statements.load_statements(connection)[-1]["number"] == "ER-CALAE-2026-T1-0001"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("AMF;FV26-000167-9;AAV002;PEC;2026-02-20;1;9000", "ligne 4 : référence"),
        ("AMF;FV26-000167-8;AAV002;XXX;2026-02-20;1;9000", "ligne 4 : prestation"),
        ("AMF;FV26-000167-8;AAV002;PSY;2026-02-30;1;9000", "ligne 4 : act_date"),
        ("AMF;FV26-000167-8;AAV002;PSY;2026-02-20;0;9000", "ligne 4 : nth"),
        ("AMF;FV26-000167-8;AAV002;PSY;2026-02-20;1;-9000", "ligne 4 : amount_cents"),
        ("AMF;FV26-000167-8;AAV002;PSY;2026-02-20;1;90.5", "ligne 4 : amount_cents"),
        ("AMF;FV26-000167-8;AAV002;PSY;2026-02-20;1;9000000000", "ligne 4 : amount_cents"),
        ("AMF;FV26-000167-8;AAV002;PSY;2026-02-20;9999999999;1", "ligne 4 : nth"),
        ("AMF;FV26-000167-8;;PSY;2026-02-20;1;9000", "ligne 4 : association absent"),
        ("AMF;FV26-000167-8;AAV002;PEC;2026-03-20;1;9000", "ligne 4 : même acte que ligne 2"),
        ("amf;FV26-000167-8;aav 002;pec;2026-03-20;1;9000", "ligne 4 : même acte que ligne 2"),
        ('AMF;FV26-000167-8;"' + "x" * 200_000, "ligne 4 : case sans fin"),
        ("NEANT;FV26-000167-8;AAV002;PSY;2026-02-20;1;9000", "Convention inconnue : NEANT"),
    ],
)
def test_a_wrong_line_refuses_the_whole_list(home, tmp_path, row, says):
    with pytest.raises(SaisinesError, match=says):
        taken(home, tmp_path, HEAD + GOOD + row + "\n")
    with connect(home) as engine, engine.connect() as connection:
        assert statements.load_statements(connection) == []


def test_the_codes_of_a_takeover_are_those_of_the_register_however_typed(home, tmp_path):
    taken(home, tmp_path, HEAD.upper() + ";;;;;;\n" + GOOD.lower())
    with connect(home) as engine, engine.connect() as connection:
        lines = connection.execute(sql("SELECT association, prestation FROM statement_lines ORDER BY 1")).all()
    assert lines == [("AAV002", "PEC"), ("AAV004", "PSY")]


@pytest.mark.parametrize("text", ["", HEAD, "a;b\n1;2\n", "AMF;FV26-000167-8;AAV002;PEC;2026-02-20;1;9000\n"])
def test_a_list_without_lines_or_header_is_refused(home, tmp_path, text):
    with pytest.raises(SaisinesError):
        taken(home, tmp_path, text)


def test_the_program_finds_its_views():
    assert list(schema.VIEWS.glob("*.sql"))
