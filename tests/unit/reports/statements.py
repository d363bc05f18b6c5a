"""Snapshots of invented statements, from the worked cases' expected lines: what every document's test renders."""

import csv
import hashlib
import json
from copy import deepcopy
from datetime import date
from pathlib import Path

from ruamel.yaml import YAML

import etl
from etl.model.convention_set import read_directory
from etl.model.tariff import resolve
from etl.model.tariff_text import schedule, terms

DATA = Path(__file__).parent / "data"
FEDERATION = {
    "nom": "Fédération d’aide aux victimes (exemple)",
    "siret": "99009900400014",
    "iban": "FR7699999000010000000099928",
    "bic": "EXMPFRPP",
    "adresse": {"rue": "rue de l’Exemple", "numero": "1", "code_postal": "75000", "ville": "Paris", "pays": "FR"},
}
CONVENTION_SET = read_directory(Path(etl.__file__).parent / "conventions")


def convention(code):
    """A convention of the default set, as the dict of its file and its fingerprint."""
    file = CONVENTION_SET.files[code]
    return {**YAML(typ="safe").load(file.content), "fingerprint": file.fingerprint}


AMENDED = "Barème commun, avenant 1 (exemple)"
OWN = "CALAE 2023-11-15, art. 4 (exemple)"
SENTENCES = {
    "STATED_ACT_DROPPED": "La fiche ne déclare plus cet acte, déjà payé : il reste payé, une décision est attendue.",
    "REFUSED": "Le coordinateur a refusé le paiement de cette saisine.",
    "SESSION_BEFORE_SAISINE": "L’entretien est daté d’avant la saisine.",
    "CAP_AMOUNT": "Le plafond de la saisine est atteint.",
    "CAP_EXCEEDED": "Le nombre d’actes payés au plus est atteint.",
    "DUPLICATE_SESSION": "Deux entretiens de même nature le même jour, sans heures distantes d’au moins 45 minutes.",
    "MISSING_FICHE": "Aucune fiche retour n’a été reçue pour cette saisine.",
    "SESSIONS_UNDATED": "Le bordereau ne date pas les entretiens : ils sont retenus dans la limite d’un par semaine.",
    "REDIRECTED": "La saisine a été réorientée vers une autre association.",
    "TIME_BARRED": "L’acte a été déclaré après le délai de forclusion.",
}


def tariff_rows(code):
    tables = resolve(CONVENTION_SET)
    quarter = (date(2026, 4, 1), date(2026, 7, 1))
    return schedule(tables, code, *quarter) + terms(tables, code, *quarter)


def associations():
    with (DATA / "associations.csv").open(encoding="utf-8", newline="") as file:
        register = {row["code"]: row for row in csv.DictReader(file, delimiter=";")}
    for row in register.values():
        if row["successeur"] and row["active_au"] and row["active_au"] < "2026-07-15":
            row["payee"] = row["successeur"]
    return register


def clause(line):
    return OWN if line["prestation"] == "PSY" else AMENDED


def statement(name, convention, quarter, status="finalise", **changes):
    """A statement's data from a worked case's expected file, completed as releve.json is."""
    data = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    data |= {"convention": convention, "quarter": quarter, "currency": "EUR", "parked": [], "status": status}
    data |= {"cutoff": "2026-07-15", "number": None, "finalised_on": None}
    if status == "finalise":
        data |= {"number": f"ER-{convention}-{quarter}-0002", "finalised_on": "2026-07-20"}
    for line in data["lines"]:
        line["tariff"] = clause(line)
    for row in data["discrepancies"]:
        row["detail"] = ""
    totals = {}
    for line in data["lines"]:
        totals[line["association"]] = totals.get(line["association"], 0) + line["amount_cents"]
    data["associations"] = [{"code": code, "total_cents": cents} for code, cents in sorted(totals.items())]
    data["digest"] = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
    return data | changes


def snapshot(name="calae_2026_t2", convention_code="CALAE", quarter="2026-T2", status="finalise", **changes):
    """The snapshot of an invented statement."""
    data = statement(name, convention_code, quarter, status, **changes)
    year = {
        "year": 2026,
        "envelope_cents": 90_000_000 if convention_code == "CALAE" else None,
        "consumed_cents": 1_177_739,
        "quarters": [
            {"quarter": "2026-T1", "total_cents": 500_076},
            {"quarter": quarter, "total_cents": data["total_cents"]},
        ],
    }
    return {
        "statement": data,
        "convention": convention(convention_code),
        "tariff_rows": tariff_rows(convention_code),
        "associations": associations(),
        "federation": deepcopy(FEDERATION),
        "year": year,
        "controls": [
            {
                "label": "Lignes du journal lues = acceptées + refusées + doublons + ignorées",
                "expected": 1204,
                "found": 1204,
            },
            {"label": "Saisines ouvertes = payées + non payées + bloquées + sans fiche", "expected": 148, "found": 148},
        ],
        "sentences": dict(SENTENCES),
    }


def large_snapshot(lines, **changes):
    """A statement of many lines over 130 associations."""
    data = snapshot(**changes)
    model = data["statement"]["lines"][1]
    codes = [f"AAV{i:03d}" for i in range(1, 131)]
    made = [
        {
            **model,
            "saisine": f"FV26-{i:06d}-X",
            "association": codes[i * 130 // lines],
            "prestation": ("PEC", "PSY", "PSY", "JUR", "SOC")[i % 5],
            "act_date": f"2026-{4 + i % 3:02d}-{1 + i % 28:02d}",
            "kind": "courant",
            "amount_cents": 5500,
            "base_cents": 5500,
            "uplift_pct": 0,
            "corrects": None,
        }
        for i in range(lines)
    ]
    totals = dict.fromkeys(codes, 0)
    for line in made:
        totals[line["association"]] += line["amount_cents"]
    payees = [
        {"code": c, "total_cents": t, "carried_in_cents": 0, "payable_cents": t, "carried_out_cents": 0}
        for c, t in totals.items()
    ]
    known = data["associations"]["AAV001"]
    data["associations"] = {c: {**known, "code": c, "nom": f"Aide aux victimes {c} (exemple)"} for c in codes}
    data["statement"] |= {"lines": made, "payees": payees, "total_cents": sum(totals.values())}
    data["statement"]["associations"] = [{"code": c, "total_cents": t} for c, t in totals.items()]
    return data
