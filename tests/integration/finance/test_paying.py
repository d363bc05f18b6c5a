"""Who is paid, once, on checked details: a changed account waits for another person, two calls make one payment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from lxml import etree

from etl.jobs.issuing import issue
from etl.jobs.issuing.documents import federation
from etl.jobs.payment import pay, payment_list
from etl.jobs.running import init
from etl.model.errors import SaisinesError
from etl.warehouse.reference import save_bank_confirmation
from etl.warehouse.server import connect

from .stated import AT, finalise, line, statement

LINES = [line(cents=5500), line(association="AAV002", saisine="FV26-000124-U", cents=9000)]
MOVED = "FR7699999000010000000000406"


def paid(home, at=AT):
    return pay.run(home, "2026-T1", "CALAE", "finance", home / "virements", at)[0]


def accounts(file):
    return [node.text for node in etree.fromstring(file.read_bytes()).iterfind(".//{*}CdtrAcct/{*}Id/{*}IBAN")]


def changed(home, register, tmp_path):
    """The register loaded again by the treasurer, with another account for the first association."""
    file = tmp_path / "changed.csv"
    file.write_text(
        register.read_text(encoding="utf-8").replace("FR7699999000010000000000115", MOVED), encoding="utf-8"
    )
    init.run(home, None, file, "trésorière", AT)


def test_a_changed_account_waits_for_another_person_and_nothing_old_moves(home, register, tmp_path):
    number = finalise(home, statement(LINES))
    changed(home, register, tmp_path)
    first = paid(home)
    assert [code for code, _ in first.held] == ["AAV001"]
    assert first.total_cents == 9000
    with connect(home) as engine:
        with pytest.raises(SaisinesError, match="une autre personne"), engine.begin() as connection:
            save_bank_confirmation(connection, "AAV001", "Trésorière", "rappel", AT)
        with engine.begin() as connection:
            save_bank_confirmation(connection, "AAV001", "direction", "rappel au numéro connu", AT)
    second = paid(home, AT + timedelta(days=1))
    assert accounts(second.file) == [MOVED]
    made = issue.run(home, number, home / "encore")
    assert (made / "virements" / first.file.name).read_bytes() == first.file.read_bytes()
    assert (made / "virements" / second.file.name).read_bytes() == second.file.read_bytes()


def test_two_calls_at_once_pay_each_payee_once(home):
    finalise(home, statement(LINES))
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: paid(home), range(2)))
    assert sorted(one.total_cents for one in made) == [0, 14500]
    assert [one.file is None for one in sorted(made, key=lambda one: one.total_cents)] == [True, False]


def test_the_list_says_who_is_held_and_why(home, register, tmp_path):
    finalise(home, statement(LINES, carried={"AAV003": -100}))
    changed(home, register, tmp_path)
    paid(home)
    rows = {row["payee"]: (row["state"], row["why"]) for row in payment_list.run(home, "2026-T1", "CALAE")}
    assert rows["AAV001"] == ("à payer", "Coordonnées bancaires changées, en attente de confirmation.")
    assert rows["AAV002"] == ("transmis à la banque", "")
    assert rows["AAV003"] == ("bloqué", "rien à payer")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("adresse: 1 rue de l’Exemple, 75000 Paris\n", "par parties"),
        ("adresse: {rue: rue de l’Exemple}\n", "ville et pays"),
        ("adresse: {ville: Paris, pays: FR, code_postal: 1000}\n", "entre guillemets"),
        ("adresse: {ville: Paris, pays: FR, ligne: x}\n", "par parties"),
    ],
)
def test_an_address_that_banks_would_refuse_is_refused_here(home, written, said):
    known = 'nom: F\nsiret: "99009900400014"\niban: FR7699999000010000000099928\nbic: EXMPFRPP\n'
    (home / "federation.yaml").write_text(known + written, encoding="utf-8")
    with pytest.raises(SaisinesError, match=said):
        federation(home)
    (home / "federation.yaml").write_text(known, encoding="utf-8")
    assert "adresse" not in federation(home)


def test_a_payer_without_an_account_is_said(home):
    (home / "federation.yaml").write_text('nom: F\nsiret: "1"\n', encoding="utf-8")
    with pytest.raises(SaisinesError, match="iban, bic manque"):
        federation(home)
