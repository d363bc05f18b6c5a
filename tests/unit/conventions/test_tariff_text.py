from datetime import date

import pytest

from etl.model.convention_set import DEFAULT, read_directory
from etl.model.money import MINUS, NARROW
from etl.model.tariff import resolve
from etl.model.tariff_text import percent, schedule, terms

from .files import OWN, a_set

T1 = (date(2026, 1, 1), date(2026, 4, 1))


def told(rows, word):
    return [tuple(v for k, v in row.items() if k != "prestation") for row in rows if row["prestation"].startswith(word)]


def test_a_price_is_told_with_its_cap_uplifts_clause_and_days():
    rows = schedule(resolve(a_set()), "ESSAI", *T1)
    by_phone = f"TEL {MINUS}20{NARROW}% (par téléphone)"
    assert told(rows, "PSY") == [
        (f"55,00{NARROW}€", "sans plafond", f"OM +15{NARROW}% (outre-mer) ; {by_phone}",
         "ESSAI 2024-01-01, art. 4", "01/01/2024", "28/02/2026"),
        (f"55,00{NARROW}€", "sans plafond", by_phone, "ESSAI 2024-01-01, art. 4", "01/03/2026", ""),
    ]  # fmt: skip
    assert [row[:2] for row in told(rows, "JUR")] == [
        ("non prévue", ""),
        (f"48,33{NARROW}€", "2 par bénéficiaire et par année civile"),
    ]


def test_tiers_are_told_by_rank():
    tiers = 'paliers: [{jusqu_a: 1, montant: "1.00"}, {jusqu_a: 3, montant: "2.00"}, {montant: "3.00"}]'
    rows = schedule(resolve(a_set(OWN.replace('montant: "55.00"', tiers))), "ESSAI", *T1)
    assert (
        told(rows, "PSY")[0][0] == f"1er : 1,00{NARROW}€ ; du 2e au 3e : 2,00{NARROW}€ ; à partir du 4e : 3,00{NARROW}€"
    )


def test_periods_out_of_the_days_asked_are_left_out():
    rows = schedule(resolve(a_set()), "ESSAI", date(2023, 2, 1), date(2023, 3, 1))
    assert {row["au"] for row in rows} == {"31/12/2023"}
    assert schedule(resolve(a_set()), "ESSAI", date(2020, 1, 1), date(2023, 1, 1)) == []


def test_the_other_terms_are_told():
    rows = {(row["regle"], row["valeur"]) for row in terms(resolve(read_directory(DEFAULT)), "ENSEIGNE", *T1)}
    assert rows == {
        ("Bénéficiaires", "proche, salarié"),
        ("Plafond par saisine", f"420,00{NARROW}€"),
        ("Arrêté", "15 jours après la fin du trimestre"),
        ("Premier contact", "5 jours ouvrés après la saisine"),
        ("Forclusion", "6 mois après l’acte"),
        ("Tentatives pour une carence", "2 tentatives au moins"),
    }


def test_what_nothing_names_is_told_too():
    only_common = terms(resolve(a_set()), "ESSAI", date(2023, 2, 1), date(2023, 3, 1))
    assert ("Bénéficiaires", "non prévu") in {(row["regle"], row["valeur"]) for row in only_common}


@pytest.mark.parametrize(("pct_e4", "written"), [(125_000, "+12,5"), (-200_000, "\u221220"), (0, "+0"), (1, "+0,0001")])
def test_rates_are_written_the_french_way(pct_e4, written):
    assert percent(pct_e4) == f"{written}{NARROW}%"
