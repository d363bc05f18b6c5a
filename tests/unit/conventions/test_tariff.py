import json
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from etl.model.codes import PRESTATIONS, QUALITES
from etl.model.convention_set import DEFAULT, read_directory, read_set
from etl.model.tariff import TABLES, in_force, resolve

from .files import COMMON, OWN, a_set

OWN_ONLY = OWN.replace("du: 2024-01-01\n    reference", "du: 2022-01-01\n    reference")


def on(tables, name, day, convention="ESSAI"):
    """The rows of a table in force on a day."""
    (start,) = [
        row["valid_from"]
        for row in tables["tariff"]
        if row["convention"] == convention
        and row["valid_from"] <= day
        and (row["valid_to"] is None or day < row["valid_to"])
    ]
    return [row for row in tables[name] if (row["convention"], row["valid_from"]) == (convention, start)]


def price(tables, day, prestation):
    return [
        (r["rank_from"], r["rank_to"], r["amount_cents"])
        for r in on(tables, "tariff_price", day)
        if r["prestation"] == prestation
    ]


def test_pitfall_15_an_amendment_is_in_force_from_its_day_and_not_the_day_before():
    tables = resolve(a_set())
    assert price(tables, date(2026, 2, 14), "PEC") == [(1, None, 9000)]
    assert price(tables, date(2026, 2, 15), "PEC") == [(1, None, 9250)]


def test_a_convention_replaces_the_common_schedule_whatever_the_dates():
    tables = resolve(a_set(common=COMMON + '      PSY: {montant: "99.00"}\n'))
    assert price(tables, date(2023, 6, 1), "PSY") == [(1, 1, 6000), (2, None, 5000)]
    assert price(tables, date(2026, 2, 15), "PSY") == [(1, None, 5500)]


def test_a_prestation_is_replaced_whole_its_cap_too():
    tables = resolve(a_set(OWN.replace(", plafond: illimite", "")))
    caps = [
        {r["cap_count"] for r in on(tables, "tariff_price", day) if r["prestation"] == "PSY"}
        for day in (date(2023, 12, 31), date(2024, 1, 1))
    ]
    assert caps == [{12}, {None}]


def test_delays_are_replaced_key_by_key_and_the_rest_whole():
    tables = resolve(a_set())
    (row,) = on(tables, "tariff", date(2024, 1, 1))
    assert (row["arrete_jours"], row["forclusion_mois"]) == (15, 6)
    assert row["plafond_saisine_cents"] == 30_000
    assert [r["qualite"] for r in on(tables, "tariff_beneficiary", date(2026, 3, 1))] == ["elu", "proche"]


def test_an_uplift_of_zero_switches_off_the_inherited_one():
    tables = resolve(a_set())
    assert {r["code"] for r in on(tables, "tariff_uplift", date(2026, 2, 28))} == {"OM", "TEL"}
    assert {r["code"] for r in on(tables, "tariff_uplift", date(2026, 3, 1))} == {"TEL"}


def test_an_uplift_has_a_row_for_each_prestation_all_when_none_is_named():
    rows = on(resolve(a_set()), "tariff_uplift", date(2026, 2, 28))
    assert {r["prestation"] for r in rows if r["code"] == "OM"} == set(PRESTATIONS)
    assert [(r["prestation"], r["kind"], r["value"], r["pct_e4"]) for r in rows if r["code"] == "TEL"] == [
        ("PSY", "mode", "telephone", -200_000)
    ]


def test_a_price_bears_the_clause_that_gives_it():
    clauses = {r["prestation"]: r["clause"] for r in on(resolve(a_set()), "tariff_price", date(2026, 3, 1))}
    assert clauses == {
        "JUR": "ESSAI 2026-03-01, avenant 1",
        "PEC": "Barème commun 2026-02-15, avenant commun",
        "PSY": "ESSAI 2024-01-01, art. 4",
    }


def test_with_only_common_versions_the_row_is_there_and_says_so():
    (row,) = on(resolve(a_set()), "tariff", date(2023, 6, 1))
    assert row["own"] is False
    assert row["clause"] == "Barème commun 2023-01-01, Barème 2023"
    assert on(resolve(a_set()), "tariff_beneficiary", date(2023, 6, 1)) == []


def test_with_only_its_own_versions_what_nothing_names_is_null():
    (row,) = on(resolve(a_set(OWN_ONLY)), "tariff", date(2022, 6, 1))
    assert (row["own"], row["arrete_jours"], row["forclusion_mois"]) == (True, None, 6)
    assert price(resolve(a_set(OWN_ONLY)), date(2022, 6, 1), "PEC") == []


def test_before_any_version_there_is_no_row():
    assert min(row["valid_from"] for row in resolve(a_set())["tariff"]) == date(2023, 1, 1)
    assert in_force(a_set(), "ESSAI", date(2022, 12, 31)) is None


def test_pitfall_7_a_price_of_zero_stays_and_a_missing_one_has_no_row():
    tables = resolve(a_set(OWN.replace('"48.33"', '"0.00"')))
    assert price(tables, date(2026, 3, 1), "JUR") == [(1, None, 0)]
    assert price(tables, date(2026, 3, 1), "SOC") == []


def test_a_ceiling_can_be_lifted_again():
    lifted = OWN.replace("reference: avenant 1\n", "reference: avenant 1\n    plafond_saisine: illimite\n")
    tables = resolve(a_set(lifted))
    assert [on(tables, "tariff", d)[0]["plafond_saisine_cents"] for d in (date(2026, 2, 28), date(2026, 3, 1))] == [
        30_000,
        None,
    ]


def test_conventions_lines_and_envelopes_are_as_written():
    tables = resolve(a_set())
    assert tables["convention"] == [
        {
            "code": "ESSAI",
            "priorite": 10,
            "du": date(2024, 1, 1),
            "au": date(2026, 12, 31),
            "runoff_until": date(2027, 6, 30),
        }
    ]
    assert [(r["numero"], r["du"], r["au"], r["de"], r["a"]) for r in tables["convention_line"]] == [
        ("+33199005510", date(2024, 1, 1), date(2025, 12, 31), "09:00", "19:00"),
        ("+33199005510", date(2026, 1, 1), None, "09:00", "21:00"),
    ]
    assert tables["envelope"] == [
        {"convention": "ESSAI", "year": 2026, "amount_cents": 90_000, "closes_on": date(2027, 5, 31)}
    ]


def test_an_open_convention_has_no_run_off():
    assert resolve(read_directory(DEFAULT))["convention"][1]["runoff_until"] is None


def test_pitfall_16_periods_neither_overlap_nor_leave_a_gap():
    tables = resolve(read_directory(DEFAULT))
    assert set(tables) == set(TABLES)
    for code in {row["convention"] for row in tables["tariff"]}:
        spans = [(row["valid_from"], row["valid_to"]) for row in tables["tariff"] if row["convention"] == code]
        assert spans[-1][1] is None
        assert [end for _, end in spans[:-1]] == [start for start, _ in spans[1:]]


DAYS = st.dates(date(2024, 1, 1), date(2024, 2, 10))
AMOUNTS = st.integers(0, 99_999).map(lambda c: f"{c // 100}.{c % 100:02d}")
CAPS = st.sampled_from(["illimite", {"nombre": 3, "par": "saisine"}, {"nombre": 2, "par": "beneficiaire_annee"}])
PRICES = st.one_of(
    st.fixed_dictionaries({"montant": AMOUNTS}, optional={"plafond": CAPS}),
    st.builds(
        lambda a, b, n: {"paliers": [{"jusqu_a": n, "montant": a}, {"montant": b}]}, AMOUNTS, AMOUNTS, st.integers(1, 5)
    ),
)
CONDITIONS = st.sampled_from(["urgence", "outre_mer", {"mode": "visio"}, {"qualite": "proche"}])
RATES = st.sampled_from(["+15%", "-20%", "0%", "+12.5%"])
CODES = st.sampled_from(["AA", "BB"])
SOME = st.lists(st.sampled_from(PRESTATIONS), min_size=1, unique=True)
UPLIFTS = st.lists(
    st.fixed_dictionaries({"code": CODES, "taux": RATES, "si": CONDITIONS}, optional={"prestations": SOME}),
    min_size=1,
    max_size=2,
    unique_by=lambda u: u["code"],
)
DELAYS = st.dictionaries(
    st.sampled_from(["arrete_jours", "premier_contact_jours", "forclusion_mois", "tentatives_min"]), st.integers(0, 40)
)
VERSIONS = st.lists(
    st.fixed_dictionaries(
        {"du": DAYS.map(str), "reference": st.just("art.")},
        optional={
            "beneficiaires": st.lists(st.sampled_from(QUALITES), min_size=1, unique=True),
            "plafond_saisine": st.one_of(st.just("illimite"), AMOUNTS),
            "delais": DELAYS,
            "prestations": st.dictionaries(st.sampled_from(PRESTATIONS), PRICES, min_size=1, max_size=3),
            "majorations": UPLIFTS,
        },
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda v: v["du"],
)
# Known codes, so that a rate of 0 % always has something to switch off; of no effect, being on nothing that is drawn.
KNOWN = {
    "du": "2030-01-01",
    "reference": "plus tard",
    "majorations": [{"code": c, "taux": "+1%", "si": "urgence"} for c in ("AA", "BB")],
}


def naive(common, own, day):
    """What is in force, from the words of the contract alone: each key replaces, in order of date."""
    here = {
        "prestations": {},
        "majorations": {},
        "delais": {},
        "beneficiaires": [],
        "plafond_saisine": "illimite",
        "seen": 0,
    }
    for layer in (common, own):
        for version in sorted(layer, key=lambda v: v["du"]):
            if version["du"] > str(day):
                continue
            here["seen"] += 1
            here["prestations"].update(version.get("prestations", {}))
            here["majorations"].update({u["code"]: u for u in version.get("majorations", [])})
            here["delais"].update(version.get("delais", {}))
            for whole in ("beneficiaires", "plafond_saisine"):
                here[whole] = version.get(whole, here[whole])
    return here


def cents_of(text):
    return int(text.replace(".", ""))


def naive_prices(here):
    for code, item in here["prestations"].items():
        cap = item.get("plafond", "illimite")
        caps = (None, None) if cap == "illimite" else (cap["nombre"], cap["par"])
        if "montant" in item:
            yield (code, 1, None, cents_of(item["montant"]), *caps)
        else:
            first, last = item["paliers"]
            yield (code, 1, first["jusqu_a"], cents_of(first["montant"]), *caps)
            yield (code, first["jusqu_a"] + 1, None, cents_of(last["montant"]), *caps)


def naive_uplifts(here):
    rates = {"+15%": 150_000, "-20%": -200_000, "+12.5%": 125_000, "+1%": 10_000}
    for code, item in here["majorations"].items():
        condition = item["si"] if isinstance(item["si"], dict) else {item["si"]: None}
        ((kind, value),) = condition.items()
        for prestation in item.get("prestations", PRESTATIONS) if item["taux"] != "0%" else ():
            yield (code, rates[item["taux"]], kind, value, prestation)


def as_set(common, own):
    """Read a set from plain data: JSON is YAML."""
    head = {
        "code": "ESSAI",
        "nom": "n",
        "financeur": "f",
        "priorite": 1,
        "periode": {"du": "2024-01-01"},
        "piece": {"nature": "aide", "mention": "m", "delai_paiement_jours": 30},
        "comptes": {"charge": "6571", "tiers": "467", "banque": "512"},
    }
    files = {"commun.yaml": {"bareme": "commun", "versions": [*common, KNOWN]}, "essai.yaml": {**head, "versions": own}}
    return read_set({name: json.dumps(data).encode() for name, data in files.items()})


@settings(deadline=None, max_examples=40)
@given(VERSIONS, VERSIONS, st.randoms(use_true_random=False))
def test_resolution_equals_a_naive_overlay_day_by_day(common, own, shuffle):
    expected_sets = (list(common), list(own))
    shuffle.shuffle(common)
    shuffle.shuffle(own)
    tables = resolve(as_set(common, own))
    for n in range(45):
        day = date(2023, 12, 30) + timedelta(days=n)
        here = naive(*expected_sets, day)
        covering = [
            r for r in tables["tariff"] if r["valid_from"] <= day and (r["valid_to"] is None or day < r["valid_to"])
        ]
        assert len(covering) == bool(here["seen"])
        if not covering:
            continue
        (row,) = covering
        ceiling = here["plafond_saisine"]
        assert row["plafond_saisine_cents"] == (None if ceiling == "illimite" else cents_of(ceiling))
        assert {k: row[k] for k in here["delais"]} == here["delais"]
        assert [r["qualite"] for r in on(tables, "tariff_beneficiary", day)] == sorted(here["beneficiaires"])
        columns = ("prestation", "rank_from", "rank_to", "amount_cents", "cap_count", "cap_per")
        assert {tuple(r[c] for c in columns) for r in on(tables, "tariff_price", day)} == set(naive_prices(here))
        columns = ("code", "pct_e4", "kind", "value", "prestation")
        assert {tuple(r[c] for c in columns) for r in on(tables, "tariff_uplift", day)} == set(naive_uplifts(here))
