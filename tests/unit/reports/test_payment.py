"""The payment file: valid, repeatable, in the banks' characters, and nobody in it who should not be."""

import re
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from statements import FEDERATION, associations, snapshot

from etl.model.errors import SaisinesError
from reports.payment import NAMESPACE, end_to_end_id, identifier, render_payment, schema_errors
from reports.payment_return import read_payment_return
from reports.sepa_text import sepa_text

NUMBER = "ER-CALAE-2026-T2-0002"
DAY = date(2026, 8, 19)
MADE = datetime(2026, 7, 20)  # noqa: DTZ001
SEPA = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]+")


def payees(**changes):
    register = associations()
    rows = snapshot()["statement"]["payees"]
    made = [{**register[row["code"]], "payable_cents": row["payable_cents"], "state": "a_payer"} for row in rows]
    return [{**payee, **changes.get(payee["code"], {})} for payee in made]


def payment(batch=1, day=DAY, payer=FEDERATION, **changes):
    return render_payment(NUMBER, batch, payer, payees(**changes), day, MADE)


def found(xml, path):
    return [node.text for node in etree.fromstring(xml).iterfind(f".//p:{path}", {"p": NAMESPACE})]


def test_it_is_valid_against_the_official_schema():
    assert schema_errors(payment().xml) == []


def test_the_same_batch_gives_the_same_bytes():
    assert payment().xml == payment().xml
    assert payment(batch=2).xml != payment().xml


def test_its_control_sum_is_what_its_payees_are_paid():
    file = payment()
    expected = sum(payee["payable_cents"] for payee in payees() if payee["payable_cents"] > 0)
    assert file.total_cents == expected == 692_413
    assert found(file.xml, "CtrlSum") == ["6924.13", "6924.13"]
    assert found(file.xml, "NbOfTxs") == [str(len(file.identifiers))] * 2


def test_statement_total_is_the_batch_plus_the_excluded_plus_what_is_carried_out():
    file, rows = payment(), snapshot()["statement"]["payees"]
    held = sum(h.payable_cents for h in file.held)
    carried_in, carried_out = (sum(row[name] for row in rows) for name in ("carried_in_cents", "carried_out_cents"))
    assert sum(row["total_cents"] for row in rows) + carried_in == file.total_cents + held + carried_out


def test_identifiers_come_from_the_statement_the_batch_and_the_payee():
    file = payment()
    assert found(file.xml, "MsgId") == ["ER-CALAE-2026-T2-0002-L01"]
    assert "ER-CALAE-2026-T2-0002-AAV012-1" in found(file.xml, "EndToEndId")
    assert file.identifiers["AAV012"] == "ER-CALAE-2026-T2-0002-AAV012-1"


def test_a_long_identifier_is_cut_without_colliding():
    one, other = (end_to_end_id("ER-UNE-CONVENTION-BIEN-LONGUE-2026-T2-0002", 1, f"AAV{i:03d}") for i in (1, 2))
    assert len(one) <= 35
    assert one != other


def test_execution_is_on_a_target_day():
    for closed in (date(2026, 12, 25), date(2027, 3, 26), date(2026, 8, 22)):
        with pytest.raises(SaisinesError, match="TARGET"):
            payment(day=closed)
    assert found(payment(day=date(2027, 7, 14)).xml, "Dt") == ["2027-07-14"]  # a French holiday, a TARGET day


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"payable_cents": 0}, "Rien à payer"),
        ({"payable_cents": -1}, "Rien à payer"),
        ({"iban": "FR7699999000010000000000116"}, "IBAN faux"),
        ({"iban": ""}, "IBAN absent"),
        ({"bic": "X"}, "BIC mal formé"),
        ({"bic": "EXMPNCNX"}, "hors de l’espace SEPA"),
        ({"held": ["IBAN changé, à confirmer."]}, "IBAN changé"),
        ({"state": "transmis"}, "Déjà transmis"),
        ({"state": "paye"}, "Déjà payé"),
        ({"state": "bloque", "held": ["SIRET faux."]}, "SIRET faux"),
        ({"payable_cents": 10**12}, "au-delà"),
    ],
)
def test_a_payee_that_must_wait_is_held_with_the_reason(change, why):
    file = payment(AAV012=change)
    held = {h.code: h for h in file.held}
    assert why in " ".join(held["AAV012"].reasons)
    assert "AAV012" not in file.identifiers


def test_a_payee_the_bank_returned_can_be_paid_again():
    assert "AAV012" in payment(batch=2, AAV012={"state": "rejete"}).identifiers


def test_without_a_positive_payee_there_is_no_file():
    file = render_payment(NUMBER, 1, FEDERATION, [{**payees()[0], "payable_cents": -5}], DAY, MADE)
    assert file.xml is None
    assert file.total_cents == 0
    assert [h.reasons for h in file.held] == [("Rien à payer.",)]


def test_the_payer_s_wrong_account_is_refused():
    with pytest.raises(SaisinesError, match="fédération"):
        payment(payer={**FEDERATION, "iban": "FR76"})


@pytest.mark.parametrize("name", ["Aide & Écoute <Nord> 🫶", "ŒUVRE d’été_@", "N" * 200, "//", "شجرة", "é" * 71])
def test_any_name_becomes_one_that_banks_take(name):
    file = payment(AAV012={"titulaire": name})
    assert schema_errors(file.xml) == []
    for written in found(file.xml, "Nm") + found(file.xml, "Ustrd"):
        assert SEPA.fullmatch(written)
        assert len(written) <= 140


def test_the_account_holder_is_named_rather_than_the_association():
    assert "AAV 012" in found(payment().xml, "Nm")


def test_addresses_are_structured_or_absent():
    addressed = payment(
        AAV012={"adresse": {"rue": "rue de l’Été", "ville": "Mâcon", "pays": "FR", "code_postal": "71000"}}
    )
    assert found(addressed.xml, "AdrLine") == []
    assert "Macon" in found(addressed.xml, "TwnNm")
    without_town = payment(AAV012={"adresse": {"rue": "rue de l’Été", "pays": "FR"}})
    assert found(without_town.xml, "TwnNm") == ["Paris"]  # the payer's alone


def test_amounts_below_one_euro_keep_two_decimals():
    file = render_payment(NUMBER, 1, FEDERATION, [{**payees()[1], "payable_cents": 7}], DAY, MADE)
    assert found(file.xml, "InstdAmt") == ["0.07"]


@given(st.text(max_size=300))
def test_any_text_becomes_sepa_text(text):
    assert SEPA.fullmatch(sepa_text(text, 70))
    assert len(sepa_text(text, 70)) <= 70
    assert "//" not in sepa_text(text, 70)
    assert len(identifier(text)) <= 35


RETURN = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>RET1</MsgId><CreDtTm>2026-08-20T08:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>ER-CALAE-2026-T2-0002-L01</OrgnlMsgId><OrgnlMsgNmId>pain.001</OrgnlMsgNmId>{group}</OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>ER-CALAE-2026-T2-0002-L01</OrgnlPmtInfId>{batch}</OrgnlPmtInfAndSts>
</CstmrPmtStsRpt></Document>"""
REJECTED = """<TxInfAndSts><OrgnlEndToEndId>ER-CALAE-2026-T2-0002-AAV012-1</OrgnlEndToEndId><TxSts>RJCT</TxSts>
<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts>"""


def answered(group="", batch=""):
    return read_payment_return(RETURN.format(group=group, batch=batch).encode())


def test_a_rejected_transfer_is_read_with_its_reason_in_words():
    found = answered("<GrpSts>PART</GrpSts>", REJECTED)
    answer = found.of("ER-CALAE-2026-T2-0002-AAV012-1")
    assert (answer.state, answer.reason_code, answer.reason) == ("rejete", "AC04", "Compte clos.")
    assert found.of("ER-CALAE-2026-T2-0002-AAV002-1") is None
    assert found.message_id == "ER-CALAE-2026-T2-0002-L01"


def test_a_file_refused_whole_rejects_every_transfer():
    whole = "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>"
    assert answered(whole).of("anything").state == "rejete"
    assert answered(batch="<PmtInfSts>RJCT</PmtInfSts>").of("anything").state == "rejete"


def test_an_accepted_file_is_transmitted_and_a_settled_one_paid():
    assert answered("<GrpSts>ACCP</GrpSts>").of("x").state == "transmis"
    assert answered("<GrpSts>ACSC</GrpSts>", REJECTED).of("x").state == "paye"
    assert answered("<GrpSts>ACSC</GrpSts>", REJECTED).of("ER-CALAE-2026-T2-0002-AAV012-1").state == "rejete"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a/>",
        b"not xml",
        RETURN.format(group="", batch="").replace("<OrgnlMsgId>ER-CALAE-2026-T2-0002-L01</OrgnlMsgId>", "").encode(),
        RETURN.format(group="", batch=REJECTED * 2).encode(),
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document><CstmrPmtStsRpt>&x;</CstmrPmtStsRpt></Document>',
    ],
)
def test_what_is_not_a_bank_s_answer_is_refused_in_one_line(content):
    with pytest.raises(SaisinesError) as refused:
        read_payment_return(content)
    assert "\n" not in refused.value.message
