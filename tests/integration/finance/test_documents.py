"""The documents of a statement: they agree to the cent, and come back byte for byte years later."""

import hashlib
import io
import re
from datetime import UTC, datetime

import openpyxl
import pytest
from lxml import etree
from sqlalchemy import select

from etl import settings
from etl.jobs.issuing import issue, repayments
from etl.jobs.payment import pay
from etl.model.errors import SaisinesError
from etl.warehouse import reference
from etl.warehouse.server import connect
from etl.warehouse.tables import payment_batches
from reports.fec_rules import COLUMNS

from .figures import amount_after, cents, printed
from .stated import AT, finalise, line, statement

LATER = datetime(2031, 3, 3, 3, 3, tzinfo=UTC)
LINES = [
    line(cents=5500),
    line(association="AAV002", saisine="FV26-000124-U", cents=9001),
    line(association="AAV002", saisine="FV26-000124-U", nth=2, prestation="JUR", cents=3350),
]


def bytes_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def everything_changes(home, monkeypatch):
    """Another name, address and account for everybody, other convention files, another payer, another year."""
    monkeypatch.setattr(settings, "now", lambda: LATER)
    (home / "federation.yaml").write_text('nom: Autre\nsiret: "1"\niban: FR76\nbic: X\n', encoding="utf-8")
    with connect(home) as engine, engine.begin() as connection:
        reference.lock_reference(connection)
        rows = [dict(row) for row in reference.load_associations(connection)]
        moved = [
            {**row, "nom": "Tout autre nom", "siret": None, "departement": "974", "iban": "FR00", "titulaire": "Autre"}
            for row in rows
        ]
        reference.save_associations(connection, moved, "finance", LATER)
        files = reference.load_convention_files(connection)
        prints = reference.load_fingerprints(connection)
        changed = [
            reference.StoredFile(name, code, prints[code] + "x", files[name].decode().replace("exemple", "autre"))
            for name, code in zip(sorted(files), sorted(prints, key=lambda code: code.lower()), strict=False)
        ]
        reference.save_convention_set(connection, changed, "finance", LATER)


def test_every_document_comes_back_byte_for_byte_whatever_has_changed(home, monkeypatch):
    number = finalise(home, statement(LINES, carried={"AAV003": -4000}))
    batch = pay.run(home, "2026-T1", "CALAE", "finance", home / "virements", AT)[0]
    first = bytes_of(issue.run(home, number, home / "a"))
    assert set(first) == {
        "releve.json", "releve.xlsx", "releve.pdf", "ecritures.txt", "notes/AAV001.pdf", "notes/AAV002.pdf", "notes/AAV003.pdf",
        f"virements/{batch.file.name}", "reversements/AAV003.pdf",
    }  # fmt: skip
    assert first[f"virements/{batch.file.name}"] == batch.file.read_bytes()
    everything_changes(home, monkeypatch)
    assert bytes_of(issue.run(home, number, home / "b")) == first


def test_a_payment_file_that_would_not_be_the_one_sent_is_refused(home, monkeypatch):
    number = finalise(home, statement(LINES))
    batch = pay.run(home, "2026-T1", "CALAE", "finance", home / "virements", AT)[0]
    with connect(home) as engine, engine.connect() as connection:
        stored = connection.execute(select(payment_batches.c.file_sha256)).scalar_one()
    assert stored == hashlib.sha256(batch.file.read_bytes()).hexdigest()
    monkeypatch.setattr("reports.payment.REMITTANCE", 10)
    with pytest.raises(SaisinesError, match="n’est pas celui qui fut envoyé"):
        issue.run(home, number, home / "a")


@pytest.mark.parametrize(
    ("lines", "carried"),
    [
        (LINES, {}),
        (LINES, {"AAV001": -9000, "AAV003": -4000}),
        (
            [line(kind="regularisation", cents=-5500, corrects="ER-CALAE-2026-T1-0001", base_cents=0)],
            {"AAV002": -1},
        ),
    ],
)
def test_all_the_documents_say_the_same_to_the_cent(home, lines, carried):
    if any(one["corrects"] for one in lines):
        finalise(home, statement([line(cents=5500)]))
        made = statement(lines, carried=carried, quarter="2026-T2", cutoff="2026-07-15")
    else:
        made = statement(lines, carried=carried)
    number = finalise(home, made)
    pay.run(home, made["quarter"], "CALAE", "finance", home / "virements", AT)
    files = bytes_of(issue.run(home, number, home / "a"))
    total, payees = made["total_cents"], made["payees"]
    payable = sum(row["payable_cents"] for row in payees)

    book = openpyxl.load_workbook(io.BytesIO(files["releve.xlsx"]), data_only=True)
    shown = {row[0]: row[3] for row in book["Synthèse"].iter_rows(values_only=True) if row[3] is not None}
    assert round(shown["Total du relevé"] * 100) == total
    assert round(shown["À payer"] * 100) == payable
    detail = [
        row[10] for row in book["Détail"].iter_rows(min_row=7, values_only=True) if isinstance(row[10], int | float)
    ]
    assert sum(round(value * 100) for value in detail) == total
    assert {row[3] for row in book["Contrôles"].iter_rows(min_row=6, values_only=True)} == {"Conforme"}

    notes = {row["code"]: printed(files[f"notes/{row['code']}.pdf"]) for row in payees}
    assert sum(amount_after(text, "Total de vos lignes") for text in notes.values()) == total
    assert {code: amount_after(text, "À payer") for code, text in notes.items()} == {
        row["code"]: row["payable_cents"] for row in payees
    }
    entries = [
        dict(zip(COLUMNS, row.split("\t"), strict=True)) for row in files["ecritures.txt"].decode().split("\r\n")[1:-1]
    ]
    charge = [row for row in entries if row["CompteNum"].startswith("6")]
    assert sum(cents(row["Debit"]) - cents(row["Credit"]) for row in charge) == total
    sent = [etree.fromstring(content) for name, content in files.items() if name.startswith("virements/")]
    assert sum(cents(one.findtext(".//{*}GrpHdr/{*}CtrlSum")) for one in sent) == payable
    owed = sum(one.amount_cents for one in repayments.run_list(home) if one.number == number)
    orders = [printed(content) for name, content in files.items() if name.startswith("reversements/")]
    assert sum(cents(re.search(r"([0-9][0-9\s\u202f]*,[0-9]{2})[\s\u202f]*€", text)[1]) for text in orders) == owed
