"""Source profiles: Asterisk as it really writes, a third system added as data, and what is said of a wrong file."""

import pytest

from etl.model.errors import SaisinesError
from etl.sources import profile
from etl.sources.journal import read_journal
from etl.sources.profile import load_profile

LOCAL, UTC = load_profile("asterisk"), load_profile("asterisk_utc")
ALWAYS = [
    "",
    "0612345678",
    "0180523384",
    "from-pstn",
    '"""X"" <0612345678>"',
    "PJSIP/a-1",
    "PJSIP/b-2",
    "Dial",
    "PJSIP/b",
]


def cdr(
    start="2026-03-02 10:00:00",
    billsec=60,
    disposition="ANSWERED",
    tail=("1.1", "FV26-000101-7 AAV014", "", "1.1", "7"),
):
    """A line of Master.csv; the tail is uniqueid, userfield, peeraccount, linkedid, sequence, as far as they are written."""
    timed = [start, start, start, str(billsec + 5), str(billsec), disposition, "DOCUMENTATION"]
    return ",".join([*ALWAYS, *timed, *tail]) + "\n"


def read(text, of=LOCAL):
    return read_journal(text.encode(), "Master.csv", of, str)


def values(rows, *names):
    return [tuple(rows.values[name][n] for name in names) for n in range(len(rows.numbers))]


def test_a_full_line_opens_a_saisine_for_the_association_it_names():
    found = values(read(cdr()), "id_appel", "suite", "saisine_ref", "association", "numero_appele", "duree_s", "statut")
    assert found == [("asterisk-1.1", "saisine", "FV26-000101-7", "AAV014", "+33180523384", "60", "traite")]


@pytest.mark.parametrize(
    ("tail", "call", "reference"),
    [
        ((), None, None),
        (("1.1",), "asterisk-1.1", None),
        (("1.1", "FV26-000101-7"), "asterisk-1.1", "FV26-000101-7"),
        (("", "2.2", "7"), "asterisk-2.2", None),
        (("1.1", "", "2.2", "7"), "asterisk-2.2", None),
        (("1.1", "FV26-000101-7", "AAV014", "2.2", "7"), "asterisk-2.2", "FV26-000101-7"),
    ],
)
def test_lines_of_16_to_21_columns_are_read(tail, call, reference):
    assert values(read(cdr(tail=tail)), "id_appel", "saisine_ref") == [(call, reference)]


def test_pitfall_17_calls_without_identifier_are_not_one_call():
    rows = read(cdr(tail=()) * 2)
    assert values(rows, "id_appel") == [(None,), (None,)]
    assert rows.ignored == 0


def test_pitfall_17_the_same_identifier_on_two_systems_is_two_calls():
    assert values(read(cdr()), "id_appel") == [("asterisk-1.1",)]


def test_the_legs_of_a_call_are_one_contact_and_the_others_are_counted():
    ringing = cdr("2026-03-02 09:59:00", 0, "NO ANSWER", ("1.1", "", "", "1.1", "1"))
    transferred = cdr("2026-03-02 10:02:00", 90, "ANSWERED", ("1.9", "", "AAV015", "1.1", "3"))
    rows = read(transferred + cdr() + ringing)
    assert values(rows, "debut", "duree_s", "statut", "saisine_ref", "association") == [
        ("2026-03-02T08:59:00", "90", "traite", "FV26-000101-7", "AAV014")
    ]
    assert (len(rows.numbers), rows.ignored, rows.read) == (1, 2, 3)


def test_the_legs_give_the_same_contact_in_any_order():
    legs = [cdr(), cdr("2026-03-02 09:59:00", 0, "NO ANSWER", ("1.1", "", "", "1.1", "1"))]
    assert read("".join(legs)).values == read("".join(reversed(legs))).values


def test_times_are_local_or_universal_by_the_profile():
    assert values(read(cdr("2026-07-01 00:30:00")), "debut") == [("2026-06-30T22:30:00",)]
    assert values(read(cdr("2026-07-01 00:30:00"), UTC), "debut") == [("2026-07-01T00:30:00",)]


def test_the_night_the_hour_changes_loses_no_call():
    night = [cdr(f"2026-10-25 0{hour}:30:00", tail=(f"{hour}", "", "", f"{hour}", "1")) for hour in range(5)]
    assert values(read("".join(night), UTC), "debut") == [(f"2026-10-25T0{hour}:30:00",) for hour in range(5)]
    assert len(set(read("".join(night)).values["debut"])) == 5


def test_an_extension_is_no_dialled_number_and_no_fault():
    assert values(read(cdr().replace("0180523384", "s")), "numero_appele") == [(None,)]


def test_a_wrong_reference_in_userfield_is_kept_wrong():
    assert values(read(cdr().replace("FV26-000101-7", "FV26-000101-8")), "saisine_ref") == [("!FV26-000101-8",)]


def test_a_note_in_userfield_is_no_saisine():
    assert values(read(cdr().replace("FV26-000101-7 AAV014", "rappeler demain")), "suite", "saisine_ref") == [
        ("sans_suite", None)
    ]


def test_a_cut_last_line_fails_the_file():
    with pytest.raises(SaisinesError, match=r"Master\.csv : ligne 2, 5 colonnes au lieu de 16 à 21"):
        read(cdr() + "a,b,c,d,e\n")


THIRD = """
nom: autocom
libelle: Autocom de l’antenne
fuseau: UTC
colonnes:
  id_appel: {nature: identifiant, noms: [Call ID], prefixe: "ac-"}
  debut: {nature: instant, noms: [Start time]}
  duree_s: {nature: entier, noms: [Talk time]}
  statut: {nature: code, noms: [Result], valeurs: {Answered: traite, Missed: abandonne}}
  suite: {nature: code, noms: [Ticket], motif: FV, vaut: saisine, defaut: sans_suite}
  saisine_ref: {nature: reference, noms: [Ticket]}
  association: {nature: sigle, noms: [Team]}
"""


def test_a_third_system_is_added_as_data(tmp_path):
    (tmp_path / "autocom.yaml").write_text(THIRD, encoding="utf-8")
    export = "Call ID\tStart time\tTalk time\tResult\tCaller\tTeam\tTicket\n9\t2026-07-01 00:30\t61\tMissed\t0612345678\tAAV003\tFV26-000101-7\n"
    rows = read(export, load_profile("autocom", tmp_path))
    assert values(rows, "id_appel", "debut", "duree_s", "statut", "association") == [
        ("ac-9", "2026-07-01T00:30:00", "61", "abandonne", "AAV003")
    ]
    assert "0612345678" not in str(rows)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("fuseau: UTC", "fuseau: Lutece"), "ligne 4, fuseau : fuseau horaire inconnu"),
        (("prefixe:", "prefix:"), "ligne 6, colonnes › id_appel › prefix : clé inconnue"),
        (("nature: entier", "nature: nombre"), "ligne 8, colonnes › duree_s › nature"),
        (("  association:", "  asso:"), "champ inconnu"),
        (("motif: FV", "motif: 'FV('"), "expression régulière incorrecte"),
        (("libelle: Autocom de l’antenne\n", ""), "clé obligatoire absente"),
        (("colonnes:\n", "colonnes:\n  debut: {nature: instant}\n"), "clé écrite deux fois"),
        (("nom: autocom\n", "nom: autocom\nentete: false\n"), "il faut des positions"),
    ],
)
def test_a_wrong_profile_is_said_with_its_file_and_line(tmp_path, wrong, said):
    (tmp_path / "autocom.yaml").write_text(THIRD.replace(*wrong), encoding="utf-8")
    with pytest.raises(SaisinesError) as refusal:
        load_profile("autocom", tmp_path)
    assert refusal.value.message.startswith("autocom.yaml : ")
    assert said in refusal.value.message


def test_an_unknown_profile_is_said_with_those_that_exist():
    with pytest.raises(SaisinesError, match="asterisk, asterisk_utc, plateforme"):
        load_profile("avaya")


def test_every_profile_that_is_shipped_is_right():
    assert profile.names() == ["asterisk", "asterisk_utc", "plateforme"]
    for name in profile.names():
        assert load_profile(name).nom == name
