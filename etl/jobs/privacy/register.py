"""The record of processing (GDPR, art. 30) as a page, from `etl/warehouse/register.yaml` and the tables: `make docs`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.jobs.privacy.retention import read_retention
from etl.warehouse import tables

FILE = Path(tables.__file__).parents[1] / "register.yaml"
HEAD = """# Registre des traitements

Page écrite par `make docs` à partir des tables et de `etl/warehouse/register.yaml`, où chaque colonne a une entrée.

| | |
|---|---|
| Traitement | rapprochement et règlement des saisines des conventions nationales |
| Responsable | la fédération (nom et contact dans `federation.yaml`) |
| Finalité | payer aux associations ce qui leur est dû, en rendre compte aux financeurs, le prouver |
| Base légale | exécution des conventions et intérêt légitime ; obligation légale pour les pièces comptables ; \
données d’infraction : association agréée (loi du 6 janvier 1978, art. 46) |
| Personnes concernées | personnes aidées (par une référence et un pseudonyme), agents de la fédération, associations |
| Destinataires | agents de la fédération selon leur rôle ; chaque association, pour ses saisines ; financeurs, des comptes sans personne |
| Transferts hors de l’Union | aucun |
| Sécurité | fichiers et sauvegardes chiffrés, clés hors de l’entrepôt, rôles de base au moindre droit, \
consultations tracées : [donnees-personnelles.md](donnees-personnelles.md) |

**Ce qui n’est jamais gardé** : nom, adresse, téléphone de la personne aidée ; numéro de l’appelant, même sous pseudonyme ;
commentaires et colonnes libres des fiches ; récit des faits ; contenu des séances.
"""


@dataclass(frozen=True)
class Entry:
    """What is said of a column.

    Attributes:
        nature: its kind of data, a key of `natures`.
        kept: how long, a key of `durees` or of the table of durations.
    """

    nature: str
    kept: str


def read_register() -> dict[str, Any]:
    """The file as it is."""
    from ruamel.yaml import YAML

    read: dict[str, Any] = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
    return read


def entries(read: dict[str, Any]) -> dict[str, dict[str, list[Entry]]]:
    """What is said of each column of each table; a column said twice has two entries."""
    found: dict[str, dict[str, list[Entry]]] = {}
    for table, row in read["tables"].items():
        told = found.setdefault(table, {})
        for group in row["colonnes"]:
            for name in group["noms"]:
                told.setdefault(name, []).append(Entry(group["nature"], group["duree"]))
    return found


def durations(read: dict[str, Any]) -> dict[str, str]:
    """How long each kind is kept, in French."""
    purged = {kind: _said(one.months, one.since) for kind, one in read_retention().items()}
    return {**read["durees"], **purged}


def page() -> str:
    """The page in Markdown."""
    read = read_register()
    kept = durations(read)
    return (
        "\n".join([HEAD, *_list("Natures de données", read["natures"]), *_list("Durées", kept), *_tables(read)]) + "\n"
    )


def _said(months: int, since: str) -> str:
    return f"{months} mois depuis {since}" if months else f"jusqu’à {since.removeprefix('depuis ')}"


def _list(title: str, rows: dict[str, str]) -> Iterator[str]:
    yield from (f"## {title}", "", "| | |", "|---|---|")
    yield from (f"| **{name}** | {said} |" for name, said in rows.items())
    yield ""


def _tables(read: dict[str, Any]) -> Iterator[str]:
    told = entries(read)
    for table in tables.METADATA.sorted_tables:
        yield from (f"## `{table.name}`", "", f"Pour {read['tables'][table.name]['finalite']}.", "")
        yield from ("| colonne | nature | conservation |", "|---|---|---|")
        for column in table.columns:
            [entry] = told[table.name][column.name]
            yield f"| `{column.name}` | {entry.nature} | {entry.kept} |"
        yield ""


if __name__ == "__main__":
    sys.stdout.write(page())
