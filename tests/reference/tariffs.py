"""Convention files resolved into the tariff tables, as inputs.md §4 says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from .base import PRESTATIONS, add_months
from .inbox import e164

Row = dict[str, Any]
DELAYS = ("arrete_jours", "premier_contact_jours", "forclusion_mois", "tentatives_min")


def load(folder: Path) -> dict[str, list[Row]]:
    """Every table that the convention files fill."""
    files = {path.stem: YAML(typ="safe").load(path.read_text("utf-8")) for path in sorted(folder.glob("*.yaml"))}
    common = files.pop("commun")
    out: dict[str, list[Row]] = {
        name: []
        for name in (
            "convention",
            "convention_line",
            "envelope",
            "tariff",
            "tariff_beneficiary",
            "tariff_price",
            "tariff_uplift",
        )
    }
    for file in files.values():
        out["convention"].append(_convention(file))
        out["convention_line"] += [_line(file["code"], line) for line in file.get("lignes", [])]
        out["envelope"] += [_envelope(file["code"], y, e) for y, e in (file.get("enveloppes") or {}).items()]
        for name, rows in _tariffs(common, file).items():
            out[name] += rows
    return out


def cents(amount: str) -> int:
    return int(Decimal(amount) * 100)


def _convention(file: Row) -> Row:
    period = file["periode"]
    runoff = add_months(period["au"], period["suite_mois"]) if period["au"] else None
    return {
        "code": file["code"],
        "priorite": file["priorite"],
        "du": period["du"],
        "au": period["au"],
        "runoff_until": runoff,
    }


def _line(code: str, line: Row) -> Row:
    return {
        "convention": code,
        "numero": e164(line["numero"]),
        "du": line["du"],
        "au": line.get("au"),
        "de": line["de"],
        "a": line["a"],
    }


def _envelope(code: str, year: int, envelope: Row) -> Row:
    return {
        "convention": code,
        "year": year,
        "amount_cents": cents(envelope["montant"]),
        "closes_on": envelope["clos_le"],
    }


def _tariffs(common: Row, file: Row) -> dict[str, list[Row]]:
    """One period from each date at which a version begins to the next: the common versions, then its own."""
    laid = [*_by_date(common["versions"]), *_by_date(file["versions"])]
    starts = sorted({v["du"] for v in laid})
    out: dict[str, list[Row]] = {"tariff": [], "tariff_beneficiary": [], "tariff_price": [], "tariff_uplift": []}
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        _add(out, file["code"], start, end, _merged([v for v in laid if v["du"] <= start]))
    return out


def _by_date(versions: list[Row]) -> list[Row]:
    return sorted(versions, key=lambda v: v["du"])


def _merged(versions: list[Row]) -> Row:
    """Each version replaces what it names: prestations and uplifts code by code, delays key by key, the rest whole."""
    t: Row = {"delais": {}, "prestations": {}, "majorations": {}, "beneficiaires": [], "plafond_saisine": "illimite"}
    for version in versions:
        t["delais"] |= version.get("delais", {})
        t["prestations"] |= {c: p | {"clause": _clause(version)} for c, p in version.get("prestations", {}).items()}
        t["majorations"] |= {m["code"]: m for m in version.get("majorations", [])}
        t |= {k: version[k] for k in ("beneficiaires", "plafond_saisine") if k in version}
    return t


def _clause(version: Row) -> str:
    return f"{version['du']}, {version['reference']}"


def _add(out: dict[str, list[Row]], code: str, start: date, end: date | None, t: Row) -> None:
    period = {"convention": code, "valid_from": start}
    ceiling = None if t["plafond_saisine"] == "illimite" else cents(t["plafond_saisine"])
    delays = {name: t["delais"].get(name) for name in DELAYS}
    out["tariff"].append(period | delays | {"valid_to": end, "clause": "", "plafond_saisine_cents": ceiling})
    out["tariff_beneficiary"] += [period | {"qualite": q} for q in t["beneficiaires"]]
    for prestation, price in t["prestations"].items():
        out["tariff_price"] += [period | row for row in _prices(prestation, price)]
    for uplift in t["majorations"].values():
        out["tariff_uplift"] += [period | row for row in _uplifts(uplift)]


def _prices(prestation: str, price: Row) -> list[Row]:
    cap = price.get("plafond", "illimite")
    limits = (
        {"cap_count": None, "cap_per": None}
        if cap == "illimite"
        else {"cap_count": cap["nombre"], "cap_per": cap["par"]}
    )
    rows, first = [], 1
    for tier in price.get("paliers") or [{"montant": price["montant"]}]:
        last = tier.get("jusqu_a")
        rows.append(
            {
                "prestation": prestation,
                "rank_from": first,
                "rank_to": last,
                "clause": price["clause"],
                "amount_cents": cents(tier["montant"]),
                **limits,
            }
        )
        first = (last or 0) + 1
    return rows


def _uplifts(uplift: Row) -> list[Row]:
    condition = uplift["si"]
    kind, value = next(iter(condition.items())) if isinstance(condition, dict) else (condition, None)
    pct = int(Decimal(uplift["taux"].rstrip("%")) * 10_000)
    return [
        {"code": uplift["code"], "pct_e4": pct, "kind": kind, "value": value, "prestation": p}
        for p in uplift.get("prestations", PRESTATIONS)
    ]
