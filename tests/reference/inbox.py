"""A simple reader of a worked case's files, independent of ``etl``: journals, fiches, register, conventions."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import re
import unicodedata
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import load_workbook

Row = dict[str, Any]
PARIS, UTC = ZoneInfo("Europe/Paris"), ZoneInfo("UTC")
SYNONYMS = {
    "n de saisine": "saisine_ref",
    "reference": "saisine_ref",
    "ref plateforme": "saisine_ref",
    "saisine ref": "saisine_ref",
    "date de reception": "date_saisine",
    "nb de tentatives": "tentatives",
    "premier contact": "date_premier_contact",
    "id appel": "id_appel",
}
SHEETS = ("saisines", "entretiens")


def text(value: Any) -> str:
    return "" if value is None else " ".join(unicodedata.normalize("NFKC", str(value)).split())


def key(value: Any) -> str:
    """Without case, accents, punctuation or line breaks."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text(value).lower()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^0-9a-z]+", " ", plain).split())


def column(header: Any) -> str:
    return SYNONYMS.get(key(header), key(header).replace(" ", "_"))


def code(value: Any) -> str | None:
    return key(value).replace(" ", "_") or None


def a_date(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if match := re.fullmatch(r"(\d{4})-(\d\d?)-(\d\d?)", text(value)):
        return date(*map(int, match.groups()))
    if match := re.fullmatch(r"(\d\d?)[./](\d\d?)[./](\d{2,4})", text(value)):
        day, month, year = map(int, match.groups())
        return date(year + (2000 if year < 100 else 0), month, day)
    return None


def number(value: Any) -> int | None:
    return int(float(text(value))) if text(value) else None


def a_hour(value: Any) -> str | None:
    match = re.match(r"(\d\d?)[:hH](\d\d)", text(value))
    return f"{int(match[1]):02d}:{match[2]}" if match else None


def e164(value: Any) -> str | None:
    digits = re.sub(r"\D", "", text(value))
    return "+33" + digits[1:] if digits.startswith("0") else ("+" + digits if digits else None)


def table(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        content = raw.decode("cp1252")
    separator = max(";,\t", key=content.splitlines()[0].count)
    return [row for row in csv.reader(io.StringIO(content), delimiter=separator) if any(row)]


# --- journal ---------------------------------------------------------------------------------------------------------


def contacts(path: Path, received_on: date) -> list[Row]:
    header, *body = table(path)
    names = [column(h) for h in header]
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    rows = [dict(zip(names, r, strict=False)) for r in body if r[0] != "TOTAL"]
    return [_contact(row, n, received_on, sha) for n, row in enumerate(rows, 2)]


def _contact(row: Row, row_number: int, received_on: date, sha: str) -> Row:
    begun = instant(row["debut"])
    civil = begun.astimezone(PARIS)
    person = text(row["beneficiaire"])
    return {
        "id_appel": text(row["id_appel"]),
        "debut_at": begun.astimezone(UTC).replace(tzinfo=None),
        "debut_on": civil.date(),
        "debut_time": civil.strftime("%H:%M:%S"),
        "suite": code(row["suite"]),
        "numero_appele": e164(row["numero_appele"]),
        "reference": text(row["saisine_ref"]).upper() or None,
        "convention": text(row["convention"]) or None,
        "association": text(row["association"]) or None,
        "qualite": code(row["qualite"]),
        "departement": text(row["departement"]) or None,
        "urgence": code(row["urgence"]) == "oui",
        "beneficiaire": hmac.new(b"case", person.encode(), "sha256").hexdigest() if person else None,
        "received_on": received_on,
        "sha256": sha,
        "row_number": row_number,
    }


def instant(value: str) -> datetime:
    value = text(value)
    if "/" in value:
        day, hour = value.split(" ")
        value = f"{a_date(day)} {hour}"
    begun = datetime.fromisoformat(value)
    return begun if begun.tzinfo else begun.replace(tzinfo=PARIS)


# --- fiches ----------------------------------------------------------------------------------------------------------


def fiche(path: Path, received_on: date, first_id: int) -> tuple[list[Row], list[Row]]:
    """The rows of one file: fiches and sessions."""
    sheets = _csv_sheets(path) if path.suffix == ".csv" else _xlsx_sheets(path)
    layout = "classeur" if "entretiens" in sheets else "bordereau"
    written: dict[str, int] = {}
    fiches = []
    for n, row in enumerate(sheets["saisines"], first_id):
        group = written.setdefault(text(row["saisine_ref"]), n)
        fiches.append(_fiche_row(row, n, group, path.parent.name, layout, received_on))
    sessions = [_session_row(row, n, written) for n, row in enumerate(_filled(sheets.get("entretiens", [])), first_id)]
    return fiches, [s for s in sessions if s["fiche_group_id"] is not None]


def _csv_sheets(path: Path) -> dict[str, list[Row]]:
    header, *body = table(path)
    return {"saisines": [dict(zip(map(column, header), r, strict=False)) for r in body]}


def _xlsx_sheets(path: Path) -> dict[str, list[Row]]:
    out = {}
    for sheet in load_workbook(path, data_only=True):
        rows = [list(r) for r in sheet.iter_rows(values_only=True)]
        top = next(n for n, r in enumerate(rows) if "saisine_ref" in [column(c) for c in r])
        names = [column(c) for c in rows[top]]
        body = [dict(zip(names, r, strict=True)) for r in rows[top + 1 :] if any(c is not None for c in r)]
        out["entretiens" if "nature" in names else "saisines"] = body
    return out


def _filled(rows: list[Row]) -> list[Row]:
    """In a blank reference the value above holds."""
    above = None
    for row in rows:
        above = row["saisine_ref"] = row["saisine_ref"] or above
    return rows


def _fiche_row(row: Row, fiche_id: int, group: int, association: str, layout: str, received_on: date) -> Row:
    out: Row = {
        "fiche_id": fiche_id,
        "fiche_group_id": group,
        "row_number": fiche_id,
        "layout": layout,
        "association": association,
        "written": text(row["saisine_ref"]),
        "received_on": received_on,
        "version": number(row.get("version")) or 1,
        "convention": text(row.get("convention")) or None,
        "departement": text(row.get("departement")) or None,
        "memo_de_vie": code(row.get("memo_de_vie")),
    }
    out |= {name: code(row.get(name)) for name in ("qualite", "issue")}
    out |= {name: number(row.get(name)) for name in ("tentatives", "nb_psy", "nb_jur", "nb_soc")}
    names = ("date_saisine", "date_premier_contact", "date_cloture", "date_signature")
    return out | {name: a_date(row.get(name)) for name in names}


def _session_row(row: Row, row_number: int, written: dict[str, int]) -> Row:
    return {
        "fiche_group_id": written.get(text(row["saisine_ref"])),
        "row_number": row_number,
        "day": a_date(row["date"]),
        "heure": a_hour(row.get("heure")),
        "nature": code(row["nature"]),
        "mode": code(row.get("mode")) or "presentiel",
        "statut": code(row.get("statut")) or "honore",
    }


# --- register, decisions, take-over ----------------------------------------------------------------------------------


def associations(path: Path) -> list[Row]:
    header, *body = table(path)
    rows = [dict(zip(header, r, strict=True)) for r in body]
    dates = ("active_du", "active_au")
    names = ("code", "nom", "departement", "successeur")
    return [{n: text(r[n]) or None for n in names} | {n: a_date(r[n]) for n in dates} for r in rows]


def decisions(path: Path, first_id: int) -> list[Row]:
    header, *body = table(path)
    rows = [dict(zip(header, (text(c) or None for c in r), strict=True)) for r in body]
    return [row | {"decision_id": n, "day": a_date(row["day"])} for n, row in enumerate(rows, first_id)]


def takeover(path: Path) -> list[Row]:
    header, *body = table(path)
    rows = [dict(zip(header, r, strict=True)) for r in body]
    return [
        row
        | {
            "act_date": a_date(row["act_date"]),
            "nth": int(row["nth"]),
            "qualite": None,
            "undated": False,
            "amount_cents": int(row["amount_cents"]),
            "taken_back": False,
            "statement_order": 0,
            "statement_number": f"ER-{row['convention']}-REPRISE",
        }
        for row in rows
    ]


def quarter(name: str) -> tuple[date, date]:
    year, n = int(name[:4]), int(name[-1])
    start = date(year, 3 * n - 2, 1)
    return start, date(year + n // 4, 3 * n % 12 + 1, 1)
