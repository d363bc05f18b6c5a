"""`sources.yaml`: what it says, and every error of it in one French line with its place."""

import subprocess
import sys
from pathlib import Path

import pytest

from etl.model.errors import ManyErrors, SaisinesError
from etl.sources.pull import declared
from etl.sources.pull.base import Base


def load(tmp_path: Path, text: str) -> list[Base]:
    path = tmp_path / "sources.yaml"
    path.write_text(text, encoding="utf-8")
    return declared.load(path, tmp_path / "inbox")


def test_without_a_file_the_inbox_is_declared(tmp_path):
    found = declared.load(tmp_path / "sources.yaml", tmp_path / "inbox")
    assert [(one.nom, one.type, one.porte) for one in found] == [
        ("boite-journal", "dossier", "journal"),
        ("boite-fiches", "dossier", "fiches"),
    ]


def test_a_source_of_each_kind(tmp_path):
    text = """
sources:
  - {nom: plateforme, type: sftp, porte: journal, connexion: sftp_plateforme, chemin: /depot, profil: asterisk}
  - {nom: aav013, type: sftp, porte: fiches, connexion: sftp_aav013, association: AAV013, supprimer: true}
  - {nom: courriel, type: imap, porte: fiches, connexion: imap_fiches, recepteur: mx.federation.example}
  - {nom: seau, type: objets, porte: fiches, connexion: aws_fiches, adresse: "s3://fiches/depot"}
  - {nom: api, type: http, porte: journal, connexion: api, chemin: /v1/exports, curseur: after, champs: {adresse: lien}}
  - {nom: partage, type: dossier, porte: fiches, chemin: /srv/fiches}
"""
    found = load(tmp_path, text)
    assert [type(one).__module__.rpartition(".")[2] for one in found] == [
        *("sftp", "sftp", "mailbox", "store", "web", "folder")
    ]
    assert not any(one.supprimer for one in found if one.nom != "aav013")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{nom: a, type: ftp, porte: journal}", "ligne 2, sources › 1 : type inconnu ; types connus : dossier, sftp"),
        ("{nom: a, porte: journal}", "ligne 2, sources › 1 : type absent"),
        ("{nom: a, type: dossier, porte: journal}", "sources › 1 › chemin : clé obligatoire absente."),
        ("{nom: a, type: dossier, porte: fiche, chemin: x}", "porte : 'journal' ou 'fiches' attendu."),
        ("{nom: a, type: dossier, porte: journal, chemin: x, cle: 1}", "cle : clé inconnue."),
        ("{nom: À vous, type: dossier, porte: journal, chemin: x}", "nom : minuscules sans accent"),
        ("{nom: a, type: dossier, porte: journal, chemin: x, supprimer: peut-être}", "true ou false attendu."),
        ("{nom: a, type: dossier, porte: journal, chemin: x, delai: 0}", "delai : valeur hors limite (1)."),
        (
            "{nom: a, type: dossier, porte: journal, chemin: x, association: AAV001}",
            "seulement pour une source de fiches",
        ),
        (
            "{nom: a, type: dossier, porte: fiches, chemin: x, profil: asterisk}",
            "seulement pour une source de journaux",
        ),
        ("{nom: a, type: dossier, porte: journal, chemin: x, profil: avaya}", "profil « avaya » inconnu"),
        ("{nom: a, type: imap, porte: journal, connexion: c, recepteur: r}", "porte : 'fiches' attendu."),
        ("{nom: a, type: imap, porte: fiches, connexion: c}", "recepteur : clé obligatoire absente."),
        (
            "{nom: a, type: imap, porte: fiches, connexion: c, recepteur: r, association: AAV001}",
            "association : l’expéditeur de chaque message dit",
        ),
        ("{nom: a, type: objets, porte: fiches, adresse: seau/depot}", "adresse : "),
    ],
)
def test_every_error_says_where_and_what_is_expected(tmp_path, source, said):
    with pytest.raises(SaisinesError) as refused:
        load(tmp_path, f"sources:\n  - {source}\n")
    assert refused.value.message.startswith("sources.yaml : ligne ")
    assert said in refused.value.message
    assert "\n" not in refused.value.message


def test_two_sources_of_one_name_and_all_errors_at_once(tmp_path):
    one = "  - {nom: a, type: dossier, porte: journal, chemin: x}\n"
    with pytest.raises(ManyErrors, match="ligne 3, sources › 2 › nom : une autre source s’appelle déjà a"):
        load(tmp_path, "sources:\n" + one + one)
    with pytest.raises(ManyErrors) as refused:
        load(tmp_path, "sources:\n  - {nom: a, type: dossier}\n  - {nom: b, type: sftp, porte: journal}\n")
    assert len(refused.value.errors) == 3


@pytest.mark.parametrize("text", ["", "[]", "source: []", "sources: x", "sources:\n\t- {", "sources:\n  - x\n"])
def test_what_is_no_declaration_is_said(tmp_path, text):
    with pytest.raises(SaisinesError, match=r"sources\.yaml : ligne 1|sources\.yaml : ligne 2"):
        load(tmp_path, text)


def test_the_example_of_the_manual_is_a_declaration(tmp_path):
    manual = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")
    example = manual.split("```yaml\n")[1].split("```")[0]
    assert {one.type for one in load(tmp_path, example)} == set(declared.KINDS)


def test_the_limits_that_the_manual_states_are_those_of_the_code():
    from etl.jobs.intake.gathering import MOST_ITEMS
    from etl.sources import landing, workbook
    from etl.sources.pull import mailbox

    manual = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")
    assert f"{landing.MAX_BYTES >> 20} Mo par fichier ou par message, {mailbox.MAX_ATTACHMENTS} pièces" in manual
    assert f"{MOST_ITEMS:,}".replace(",", " ") + " éléments par passage" in manual
    assert f"{workbook.MAX_UNPACKED_BYTES >> 30} Gio une fois décompressé" in manual


def test_reading_declarations_loads_no_client_of_any_server():
    program = "import sys, etl.jobs.intake.pull; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"airflow", "paramiko", "requests", "boto3", "fsspec", "pandas"} & set(done.stdout.split())
