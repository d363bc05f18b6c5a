"""Snapshots of invented statements, from the worked cases' expected lines: what every document's test renders."""

import csv
import hashlib
import json
from copy import deepcopy
from datetime import date
from pathlib import Path

from reports.tariff import tariff_rows

DATA = Path(__file__).parent / "data"
FEDERATION = {
    "nom": "Fédération d’aide aux victimes (exemple)",
    "siret": "99000099900012",
    "iban": "FR7699999000010000000099968",
    "bic": "EXMPFRPP",
    "adresse": {"rue": "rue de l’Exemple", "numero": "1", "code_postal": "75000", "ville": "Paris", "pays": "FR"},
}
CONVENTIONS = {
    "CALAE": {
        "code": "CALAE",
        "nom": "Soutien psychologique des élus victimes et de leurs proches",
        "financeur": "Ministère chargé des Collectivités territoriales et de la Ruralité",
        "exemple": True,
        "piece": {
            "nature": "aide",
            "mention": "Aide versée en application de la convention (exemple)",
            "delai_paiement_jours": 30,
        },
        "comptes": {"charge": "6571", "tiers": "467", "banque": "512"},
        "fingerprint": "b1946ac92492d234",
    },
    "ENSEIGNE": {
        "code": "ENSEIGNE",
        "nom": "Soutien des salariés victimes de faits graves au travail",
        "financeur": "Enseigne de commerce (exemple)",
        "exemple": True,
        "piece": {
            "nature": "autofacture",
            "mention": "Autofacturation – TVA non applicable, art. 261, 7, 1°, b du CGI (exemple)",
            "delai_paiement_jours": 45,
        },
        "comptes": {"charge": "611", "tiers": "401", "banque": "512"},
        "fingerprint": "591785b794601e21",
    },
}
CONVENTIONS["AMF"] = {**CONVENTIONS["CALAE"], "code": "AMF", "nom": "Soutien des maires (exemple)"}
COMMON = "Barème commun 2023 (exemple)"
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


def tariff_tables():
    """Resolved tariff of the invented example, as the core's tables hold it."""
    base = {
        "arrete_jours": 15,
        "premier_contact_jours": 5,
        "forclusion_mois": 12,
        "tentatives_min": 2,
        "plafond_saisine_cents": None,
    }
    tariffs = [
        {"valid_from": date(2023, 11, 15), "valid_to": date(2026, 2, 15), "clause": COMMON, **base},
        {"valid_from": date(2026, 2, 15), "valid_to": None, "clause": AMENDED, **base},
    ]
    prices, uplifts = [], []
    for version, pec in ((tariffs[0], 9000), (tariffs[1], 9250)):
        start = version["valid_from"]

        def price(code, cents, clause, cap=None, start=start):
            cap_per = "saisine" if cap else None
            rank = {"rank_from": 1, "rank_to": None, "cap_count": cap, "cap_per": cap_per}
            prices.append({"valid_from": start, "prestation": code, "amount_cents": cents, "clause": clause, **rank})

        price("PEC", pec, version["clause"])
        price("CAR", 2500, COMMON)
        price("REO", 2500, COMMON)
        price("PSY", 5500, OWN)
        price("JUR", 4500, COMMON, 4)
        price("SOC", 4500, COMMON, 4)
        everything = ("PEC", "CAR", "REO", "PSY", "JUR", "SOC")
        for code, kind, value, rate, applies in (
            ("URG", "urgence", None, 500_000, ("PEC",)),
            ("OM", "outre_mer", None, 150_000, everything),
            ("TEL", "mode", "telephone", -200_000, ("PSY",)),
        ):
            if code != "TEL" or start.year == 2026:
                for prestation in applies:
                    row = {"valid_from": start, "code": code, "kind": kind, "value": value, "clause": version["clause"]}
                    uplifts.append({**row, "pct_e4": rate, "prestation": prestation})
    return tariffs, prices, uplifts


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


def snapshot(name="calae_2026_t2", convention="CALAE", quarter="2026-T2", status="finalise", **changes):
    """The snapshot of an invented statement."""
    data = statement(name, convention, quarter, status, **changes)
    year = {
        "year": 2026,
        "envelope_cents": 90_000_000 if convention == "CALAE" else None,
        "consumed_cents": 1_177_739,
        "quarters": [
            {"quarter": "2026-T1", "total_cents": 500_076},
            {"quarter": quarter, "total_cents": data["total_cents"]},
        ],
    }
    return {
        "statement": data,
        "convention": deepcopy(CONVENTIONS[convention]),
        "tariff_rows": tariff_rows(*tariff_tables(), date(2026, 4, 1), date(2026, 7, 1)),
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
