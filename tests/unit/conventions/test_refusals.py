import pytest

from etl.model.convention_set import ConventionsError, contents_of, read_directory, read_set, set_errors
from etl.model.errors import UsageError

from .files import COMMON, OWN, contents

VERSION_2 = "  - du: 2026-03-01\n    reference: avenant 1\n"

REFUSED = {
    "a number where a quoted amount is asked": ('PSY: {montant: "55.00"', "PSY: {montant: 55.00", 19, 'écrire "55.00"'),
    "a whole number as an amount": ('PSY: {montant: "55.00"', "PSY: {montant: 55", 19, 'écrire "55.00" au lieu de 55'),
    "a number with underscores": ('PSY: {montant: "55.00"', "PSY: {montant: 1_000", 19, 'écrire "1000.00"'),
    "a negative amount": ('"55.00"', '"-55.00"', 19, "négatif"),
    "a negative envelope": ('"900.00"', '"-900.00"', 9, "négatif"),
    "a third decimal": ('"55.00"', '"55.005"', 19, "deux décimales"),
    "a decimal comma": ('"55.00"', '"55,00"', 19, "deux décimales"),
    "a ceiling as a number": ('plafond_saisine: "300.00"', "plafond_saisine: 300", 16, 'écrire "300.00"'),
    "a ceiling in other words": ('plafond_saisine: "300.00"', "plafond_saisine: aucun", 16, "illimite"),
    "a boolean as an amount": ('PSY: {montant: "55.00"', "PSY: {montant: true", 19, "true"),
    "an unknown prestation": ("PSY: {montant", "PSI: {montant", 19, "PSY"),
    "a prestation in small letters": ("PSY: {montant", "psy: {montant", 19, "PSY"),
    "an unknown key": ("reference: art. 4", "referense: art. 4", 14, "reference"),
    "a key missing": ("    reference: art. 4\n", "", 13, "reference"),
    "a key without value": ("reference: art. 4", "reference:", 14, "sans valeur"),
    "a key written twice": ("priorite: 10", "priorite: 10\npriorite: 11", 5, "deux fois"),
    "an unknown beneficiary": ("[elu, proche]", "[elu, voisin]", 15, "voisin"),
    "a beneficiary twice": ("[elu, proche]", "[elu, elu]", 15, "deux fois"),
    "no beneficiary": ("[elu, proche]", "[]", 15, "vide"),
    "an unknown mode": ("{mode: telephone}", "{mode: fax}", 21, "presentiel"),
    "an unknown condition": ("si: {mode: telephone}", "si: nuit", 21, "urgence"),
    "a condition under another key": ("{mode: telephone}", "{moyen: telephone}", 21, "mode"),
    "a rate without sign": ('"-20%"', '"20%"', 21, "signe"),
    "a rate as a number": ('"-20%"', "-20", 21, "pourcentage"),
    "a rate without percent": ('"-20%"', '"-20"', 21, "pourcentage"),
    "a reduction beyond the price": ('"-20%"', '"-120%"', 21, "-100%"),
    "an uplift twice in a version": (
        "      - {code: OM,",
        '      - {code: OM, taux: "0%", si: outre_mer}\n      - {code: OM,',
        28,
        "deux fois",
    ),
    "an unknown uplift switched off": ("{code: OM,", "{code: OMM,", 27, "TEL"),
    "two versions of one day": ("  - du: 2026-03-01", "  - du: 2024-01-01", 22, "deux versions"),
    "a day that does not exist": ("periode: {du: 2024-01-01", "periode: {du: 2024-02-30", 5, "2024-02-30"),
    "a day the French way": ("  - du: 2026-03-01", "  - du: 01/03/2026", 22, "AAAA-MM-JJ"),
    "a year that cannot be": ("  - du: 2026-03-01", "  - du: 0226-03-01", 22, "année"),
    "a period backwards": ("au: 2026-12-31", "au: 2023-12-31", 5, "précède"),
    "an end without what follows it": (", suite_mois: 6", "", 5, "suite_mois"),
    "overlapping lines": ("au: 2025-12-31, de", "au: 2026-01-01, de", 8, "même numéro"),
    "a line without end and its successor": ("au: 2025-12-31, de", "de", 8, "même numéro"),
    "hours backwards": ('de: "09:00", a: "21:00"', 'de: "21:00", a: "09:00"', 8, "suivre"),
    "an hour that does not exist": ('a: "21:00"', 'a: "25:00"', 8, "HH:MM"),
    "a telephone number as a number": ('"01 99 00 55 10", du: 2026', "0199005510, du: 2026", 8, '"0199005510"'),
    "a telephone number that is none": ('"01 99 00 55 10", du: 2026', '"01 99", du: 2026', 8, "numéro"),
    "an account as a number": ('charge: "6571"', "charge: 6571", 11, 'écrire "6571"'),
    "an unknown nature": ("nature: aide", "nature: don", 10, "autofacture"),
    "a year that is none": ("{2026: {montant", "{26: {montant", 9, "2026"),
    "an envelope closed before it opens": ("clos_le: 2027-05-31", "clos_le: 2025-05-31", 9, "avant le 1er janvier"),
    "a quoted count": ("nombre: 2,", 'nombre: "2",', 25, "sans guillemets"),
    "a negative count": ("nombre: 2,", "nombre: -2,", 25, "entre 0"),
    "a decimal count": ("nombre: 2,", "nombre: 2.0,", 25, "entier"),
    "an unknown cap": ("par: beneficiaire_annee", "par: mois", 25, "beneficiaire_annee"),
    "a cap in other words": ("plafond: illimite", "plafond: 12", 19, "nombre: 12"),
    "neither amount nor tiers": ('JUR: {montant: "48.33", ', "JUR: {", 25, "ni montant ni paliers"),
    "amount and tiers": ("JUR: {", 'JUR: {paliers: [{montant: "1.00"}], ', 25, "à la fois"),
    "no tier": ('JUR: {montant: "48.33"', "JUR: {paliers: []", 25, "vide"),
    "a last tier with an end": ('montant: "48.33"', 'paliers: [{jusqu_a: 1, montant: "4.00"}]', 25, "dernier palier"),
    "a tier without end before the last": (
        'montant: "48.33"',
        'paliers: [{montant: "4.00"}, {montant: "5.00"}]',
        25,
        "jusqu_a absent",
    ),
    "tiers out of order": (
        'montant: "48.33"',
        'paliers: [{jusqu_a: 3, montant: "4.00"}, {jusqu_a: 3, montant: "4.00"}, {montant: "5.00"}]',
        25,
        "ordonner",
    ),
    "a tier up to nought": (
        'montant: "48.33"',
        'paliers: [{jusqu_a: 0, montant: "4.00"}, {montant: "5.00"}]',
        25,
        "rang",
    ),
    "a mark that is no answer": (VERSION_2, VERSION_2 + "    retroactif: true\n", 24, "oui ou non"),
    "an example that is no truth": ("priorite: 10", "priorite: 10\nexemple: oui", 5, "true ou false"),
    "a block instead of a word": ('tiers: "467"', 'tiers: {a: "467"}', 11, "texte"),
    "a word instead of a block": ("{forclusion_mois: 6}", "aucun", 17, "bloc"),
    "a list that is a word": ("beneficiaires: [elu, proche]", "beneficiaires: elu", 15, "liste"),
    "a code that cannot be in a number": ("code: ESSAI", "code: essai 1", 1, "capitales"),
    "a tabulation": ("    reference: art. 4", "\treference: art. 4", 14, "tabulation"),
    "a bracket left open": ("[elu, proche]", "[elu, proche", 16, "YAML"),
}  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "line", "said"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_file_is_refused_with_its_line_and_remedy(right, wrong, line, said):
    assert OWN.count(right) >= 1
    errors = set_errors(contents(OWN.replace(right, wrong, 1)))
    assert any(e.startswith(f"essai.yaml, ligne {line}") and said in e for e in errors), errors
    assert all(e.startswith(("essai.yaml", "commun.yaml")) and "\n" not in e for e in errors)


def test_the_file_that_the_refusals_change_is_right():
    assert set_errors(contents()) == []


def test_all_that_is_wrong_is_said_at_once_in_order_of_line():
    wrong = (
        OWN.replace('"55.00"', "55.00")
        .replace("[elu, proche]", "[elu, voisin]")
        .replace("du: 2026-03-01", "du: 2024-01-01")
    )
    errors = set_errors(contents(wrong, COMMON.replace('"92.50"', '"-92.50"')))
    assert [e.split(",")[0:2] for e in errors] == [
        ["commun.yaml", " ligne 15"],
        ["essai.yaml", " ligne 15"],
        ["essai.yaml", " ligne 19"],
        ["essai.yaml", " ligne 22"],
    ]


def test_one_line_is_raised_and_the_others_are_counted():
    with pytest.raises(ConventionsError) as refused:
        read_set(contents(OWN.replace('"55.00"', "55.00").replace("elu,", "élève,")))
    assert "et 1 autre" in refused.value.message
    assert "\n" not in refused.value.message
    assert len(refused.value.errors) == 2


def test_each_place_is_told_once():
    assert len(set_errors(contents(OWN.replace("du: 2024-01-01, au: 2026-12-31", "du: ~, au: 2026-12-31")))) == 1


def test_every_missing_key_is_told():
    errors = set_errors(contents("code: ESSAI\n"))
    assert {e.rsplit(" ", 1)[1].rstrip(".") for e in errors} == {
        "nom", "financeur", "priorite", "periode", "piece", "comptes", "versions",
    }  # fmt: skip


def test_a_folder_without_files_or_without_the_common_schedule_is_refused(tmp_path):
    assert "commun.yaml" in set_errors(contents_of(tmp_path))[0]
    (tmp_path / "essai.yaml").write_text(OWN, encoding="utf-8")
    assert set_errors(contents_of(tmp_path)) == [
        "commun.yaml absent du dossier ; il porte le barème dont les conventions héritent."
    ]


def test_a_common_schedule_alone_is_refused():
    assert "Aucune convention" in set_errors({"commun.yaml": COMMON.encode()})[0]


def test_a_folder_that_does_not_exist_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="introuvable"):
        read_directory(tmp_path / "absent")


def test_a_file_with_another_extension_is_not_passed_over(tmp_path):
    for name, content in contents().items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "autre.yml").write_text(OWN.replace("ESSAI", "AUTRE").replace("55 10", "55 11"), encoding="utf-8")
    (tmp_path / ".essai.yaml.swp").write_text("x", encoding="utf-8")
    (tmp_path / "LISEZMOI.md").write_text("x", encoding="utf-8")
    assert set_errors(contents_of(tmp_path)) == [
        "autre.yml : l’extension attendue est .yaml, en minuscules ; renommer le fichier."
    ]


def test_two_files_of_one_code_are_refused():
    errors = set_errors(contents(autre=OWN.replace("priorite: 10", "priorite: 11")))
    assert errors == ["essai.yaml, ligne 1, code : « ESSAI » est déjà le code de autre.yaml ; un code, un fichier."]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ((), True),
        (("priorite: 10", "priorite: 11"), False),
        (("55 10", "55 11"), False),
        (("du: 2024-01-01, au: 2025-12-31", "du: 2023-01-01, au: 2023-12-31"), True),
    ],
)
def test_conventions_of_one_number_have_different_priorities(change, refused):
    other = OWN.replace("ESSAI", "AUTRE")
    errors = set_errors(contents(autre=other.replace(*change) if change else other))
    assert [("priorite" in e) for e in errors] == [True] * refused


def test_a_number_can_pass_from_one_convention_to_another_of_the_same_priority():
    later = OWN.replace("ESSAI", "SUITE").replace("du: 2024-01-01, au: 2025-12-31", "du: 2022-01-01, au: 2022-12-31")
    later = later.replace("du: 2026-01-01, de", "du: 2023-01-01, au: 2023-12-31, de")
    assert set_errors(contents(suite=later)) == []


def test_a_line_can_have_two_openings_in_a_day():
    split = OWN.replace('du: 2026-01-01, de: "09:00", a: "21:00"}', 'du: 2024-01-01, de: "19:00", a: "24:00"}')
    assert set_errors(contents(split)) == []


def test_pitfall_16_reductions_that_together_exceed_the_price_are_refused():
    both = OWN.replace(
        "prestations: [PSY]}", 'prestations: [PSY]}\n      - {code: PRX, taux: "-90%", si: {qualite: proche}}'
    )
    told = " : minorations cumulées de -110% ; -100% au plus."
    assert [error.removesuffix(told) for error in set_errors(contents(both))] == [
        "essai.yaml, ligne 13, versions › 1 : PSY de ESSAI au 2024-01-01",
        "essai.yaml, ligne 13, versions › 1 : PSY de ESSAI au 2026-02-15",
        "essai.yaml, ligne 23, versions › 2 : PSY de ESSAI au 2026-03-01",
    ]


def test_reductions_that_cannot_hold_together_do_not_add_up():
    apart = OWN.replace(
        "prestations: [PSY]}", 'prestations: [PSY]}\n      - {code: VIS, taux: "-90%", si: {mode: visio}}'
    )
    assert set_errors(contents(apart)) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "ligne 1 : fichier vide"),
        (b"# rien\n", "ligne 1 : fichier vide"),
        (b"null\n", "ligne 1 : fichier vide"),
        (b"- a\n", "bloc de cl"),
        (b"code: ESSAI\nnom: \xe9\n", "ligne 2 : caract"),
        (b"a: 1\n---\nb: 2\n", "ligne 2 : second document"),
        (b"a: &x [*x]\n", "trop"),
        (b"[" * 5000, "trop"),
        (b"x: !!python/object/apply:os.system [echo]\n", "clé inconnue"),
        (b"versions: !!seq {b: 1}\n", "versions : une liste"),
        (b"a: [\n", "YAML"),
        (b"? {a: b}\n: 1\n", "clé inconnue"),
        (b"a: 'x\x07'\n", "ligne 1 : caract"),
    ],
)
def test_a_file_that_is_no_convention_is_refused(content, said):
    errors = set_errors({**contents(), "essai.yaml": content})
    assert any(said in e and e.startswith("essai.yaml, ligne") for e in errors), errors


def test_a_file_that_would_swell_without_end_is_refused():
    rows = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    errors = set_errors({**contents(), "essai.yaml": "\n".join(rows).encode()})
    assert errors == ["essai.yaml, ligne 1 : contenu trop grand ou trop imbriqué pour une convention."]


def test_an_uplift_that_the_common_schedule_lost_may_still_be_switched_off():
    common = COMMON.replace('    majorations:\n      - {code: OM, taux: "+15%", si: outre_mer}\n', "")
    assert common != COMMON
    assert set_errors(contents(common=common)) == []


def test_a_version_may_say_that_it_has_no_uplift():
    own = OWN.replace('    majorations:\n      - {code: OM, taux: "0%", si: outre_mer}\n', "    majorations: []\n")
    assert own != OWN
    assert set_errors(contents(own)) == []


def test_a_byte_order_mark_and_windows_line_ends_change_nothing():
    plain, windows = (
        read_set(contents()),
        {n: b"\xef\xbb\xbf" + c.replace(b"\n", b"\r\n") for n, c in contents().items()},
    )
    assert read_set(windows).conventions == plain.conventions
    assert read_set(windows).fingerprints == plain.fingerprints
