"""A story of a saisine with something to hide in every part."""

SECRETS = [
    "2026-02-03",
    "2026-01-09",
    "14:30",
    "salarie",
    "proche",
    "75",
    "par téléphone",
    "raison dite",
    "abcdef0123456789",
]


def story() -> dict:
    """A story with something to hide in every part."""
    term = {"value": "salarie", "whence": "journal", "told_on": "2026-01-09"}
    act = {
        "association": "AAV001",
        "prestation": "PSY",
        "act_date": "2026-02-03",
        "nth": 1,
        "heure": "14:30",
        "mode": "par téléphone",
        "undated": False,
        "convention": "CALAE",
        "status": "due",
        "stated": None,
        "reasons": [{"code": "TIME_BARRED", "sentence": "Trop tard.", "received_on": "2026-02-03"}],
        "money": {
            "rank": 1,
            "base_cents": 5500,
            "uplifts": [{"code": "Q", "pct_e4": 100000, "kind": "qualite", "value": "proche"}],
            "pct_e4": 100000,
            "price_cents": 6050,
            "clause": "art. 4",
            "caps": [],
            "paid_cents": 6050,
        },
        "next": {"kind": "courant", "amount_cents": 6050, "corrects": None, "taken_back": False},
    }
    line = {name: act.get(name) for name in ("association", "prestation", "act_date", "nth")} | {
        "kind": "courant",
        "base_cents": 5500,
        "uplift_pct": "10",
        "amount_cents": 6050,
        "tariff": "art. 4",
        "corrects": None,
        "taken_back": False,
    }
    return {
        "reference": "FV26-000123-W",
        "as_of": "2026-07-20",
        "journal": [
            {
                "on": "2026-01-09",
                "time": "14:30",
                "qualite": "salarie",
                "beneficiaire": "abcdef0123456789",
                "counts": True,
                "delivery": {
                    "number": 1,
                    "file": "par téléphone",
                    "sheet": "CSV",
                    "row": 2,
                    "received_on": "2026-02-03",
                },
            }
        ],
        "seizures": [{"association": "AAV001", "name": "Une", "from": "2026-01-09", "to": None, "payee": "AAV001"}],
        "fiches": [
            {
                "association": "AAV001",
                "state": "only",
                "content": {"date_premier_contact": "2026-02-03", "qualite": "proche"},
                "sessions": [{"prestation": "PSY", "day": "2026-02-03", "statut": "honore", "row": 12}],
                "delivery": {
                    "number": 7,
                    "file": "raison dite",
                    "sheet": "Saisines",
                    "row": 4,
                    "received_on": "2026-02-03",
                },
            }
        ],
        "refused": [],
        "terms": {
            "opened_on": "2026-01-09",
            "urgent": True,
            "departement": "75",
            "convention": term | {"value": "CALAE"},
            "qualite": term,
            "tariff": None,
        },
        "discrepancies": [
            {
                "code": "SESSION_BEFORE_SAISINE",
                "severity": "B",
                "sentence": "Avant.",
                "detail": "PSY 2026-02-03 14:30",
                "written": None,
                "association": "AAV001",
                "decision": None,
                "remedy": "accept",
            }
        ],
        "decisions": [
            {
                "number": 1,
                "kind": "requalify",
                "code": None,
                "association": None,
                "written": None,
                "convention": None,
                "qualite": "proche",
                "new_association": None,
                "day": None,
                "author": "camille",
                "reason": "raison dite",
                "decided_on": "2026-07-01",
                "state": "holds",
                "withdrawn_by": None,
            }
        ],
        "acts": [act],
        "not_paid": [],
        "stated": {
            "statements": [
                {
                    "number": "ER-CALAE-2026-T1-0001",
                    "statement_kind": "releve",
                    "convention": "CALAE",
                    "quarter": "2026-T1",
                    "finalised_on": "2026-04-20",
                    "finalised_by": "farida",
                    "lines": [line],
                    "total_cents": 6050,
                }
            ],
            "sum_cents": 6050,
            "not_paid": [],
        },
        "next": {
            "quarter": "2026-T2",
            "cutoff": "2026-07-20",
            "lines": [line],
            "total_cents": 0,
            "blocked_by": [],
            "closed": False,
            "gaps": [],
        },
        "names": {},
    }
