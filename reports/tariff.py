"""The tariff in words, generated from the resolved prices that rate the acts: never typed beside them.

Input rows are those of the core's tables `tariff`, `tariff_price` and `tariff_uplift` (half-open periods, cents,
percent × 10 000), for one convention; days may be `date` or ISO text.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from reports import french

Row = dict[str, Any]
PER = {"saisine": "par saisine", "beneficiaire_annee": "par bénéficiaire et par année civile"}
MODES = {"telephone": "par téléphone", "visio": "en visioconférence", "presentiel": "en présence"}
DELAYS = {
    "arrete_jours": ("Arrêté", "{} après la fin du trimestre", "jour"),
    "premier_contact_jours": ("Premier contact", "attendu sous {}", "jour ouvré"),
    "forclusion_mois": ("Forclusion", "acte payé s’il est déclaré dans les {} mois", ""),
    "tentatives_min": ("Tentatives", "carence payée après {} au moins", "tentative"),
}


def tariff_rows(
    tariffs: Iterable[Row], prices: Iterable[Row], uplifts: Iterable[Row], start: date, end: date
) -> list[Row]:
    """The rules in force at some day of [start, end), as rows for people.

    Returns:
        Rows with `objet`, `regle`, and where they apply `montant_cents`, `taux` (percent, as text), `limite`, `du`,
        `au` (last day included, ISO text), `clause`.
    """
    versions = [row for row in tariffs if _touches(row, start, end)]
    periods = {_iso(row["valid_from"]): row for row in versions}
    rows: list[Row] = []
    for price in prices:
        if (version := periods.get(_iso(price["valid_from"]))) is not None:
            rows.append(_price_row(price, version))
    for uplift in _grouped(uplifts):
        if (version := periods.get(_iso(uplift["valid_from"]))) is not None:
            rows.append(_uplift_row(uplift, version))
    for version in versions:
        rows += _version_rows(version)
    return _joined(rows)


def _iso(day: date | str | None) -> str | None:
    return day.isoformat() if isinstance(day, date) else day


def _touches(row: Row, start: date, end: date) -> bool:
    valid_to = _iso(row.get("valid_to"))
    return str(_iso(row["valid_from"])) < end.isoformat() and (valid_to is None or valid_to > start.isoformat())


def _last_day(version: Row) -> str | None:
    valid_to = _iso(version.get("valid_to"))
    return (date.fromisoformat(valid_to) - timedelta(days=1)).isoformat() if valid_to else None


def _dated(version: Row, clause: str | None) -> Row:
    return {
        "du": _iso(version["valid_from"]),
        "au": _last_day(version),
        "clause": clause or version.get("clause") or "",
    }


def _price_row(price: Row, version: Row) -> Row:
    limit = "sans plafond"
    if price.get("cap_count") is not None:
        limit = f"{french.number(price['cap_count'])} {PER[price['cap_per']]}"
    return {
        "objet": french.PRESTATIONS[price["prestation"]],
        "regle": _rank(price),
        "montant_cents": price["amount_cents"],
        "limite": limit,
        **_dated(version, price.get("clause")),
    }


def _rank(price: Row) -> str:
    first, last = price["rank_from"], price.get("rank_to")
    if first == 1 and last is None:
        return "par acte"
    if last is None:
        return f"à partir de l’acte n° {first}"
    return f"acte n° {first}" if first == last else f"actes n° {first} à {last}"


def _grouped(uplifts: Iterable[Row]) -> list[Row]:
    groups: dict[tuple[Any, ...], Row] = {}
    for uplift in uplifts:
        key = tuple(_iso(uplift[name]) if name == "valid_from" else uplift[name] for name in ("valid_from", "code"))
        groups.setdefault(key, {**uplift, "prestations": []})["prestations"].append(uplift["prestation"])
    return list(groups.values())


def _uplift_row(uplift: Row, version: Row) -> Row:
    applies = [code for code in french.PRESTATIONS if code in uplift["prestations"]]
    limit = "toutes les prestations" if len(applies) == len(french.PRESTATIONS) else ", ".join(applies)
    return {
        "objet": f"Majoration {uplift['code']}",
        "regle": _condition(uplift),
        "taux": f"{Decimal(uplift['pct_e4']).scaleb(-4).normalize():f}",
        "limite": limit,
        **_dated(version, uplift.get("clause")),
    }


def _condition(uplift: Row) -> str:
    kind, value = uplift["kind"], str(uplift.get("value"))
    if kind == "urgence":
        return "saisine urgente, premier contact le jour même ou le lendemain"
    if kind == "outre_mer":
        return "association d’outre-mer"
    if kind == "mode":
        return f"entretien {MODES[value]}"
    return f"bénéficiaire : {french.QUALITES[value].lower()}"


def _version_rows(version: Row) -> list[Row]:
    cap = version.get("plafond_saisine_cents")
    rows = [
        {
            "objet": "Plafond par saisine",
            "regle": "illimité" if cap is None else "montant le plus élevé",
            "montant_cents": cap,
        }
    ]
    for key, (name, words, unit) in DELAYS.items():
        value = version.get(key)
        if value is not None:
            written = french.count(value, unit, _plural(unit)) if unit else str(value)
            rows.append({"objet": name, "regle": words.format(written)})
    return [{**row, **_dated(version, None)} for row in rows]


def _plural(unit: str) -> str:
    return " ".join(word + "s" for word in unit.split())


def _joined(rows: list[Row]) -> list[Row]:
    """Neighbouring periods that say the same under the same clause, as one."""
    done: list[Row] = []
    latest: dict[tuple[Any, ...], Row] = {}
    for row in sorted(rows, key=lambda row: row["du"]):
        key = tuple(str(row.get(name)) for name in ("objet", "regle", "montant_cents", "taux", "limite"))
        before = latest.get(key)
        if (
            before
            and before["au"]
            and date.fromisoformat(before["au"]) + timedelta(days=1) == date.fromisoformat(row["du"])
        ):
            before["au"] = row["au"]
            continue
        latest[key] = row
        done.append(row)
    order = [*french.PRESTATIONS.values()]
    return sorted(
        done,
        key=lambda row: (
            _place(row["objet"], order),
            row["objet"] if _place(row["objet"], order) == 6 else "",
            row["du"],
        ),
    )


def _place(objet: str, order: list[str]) -> int:
    if objet in order:
        return order.index(objet)
    return 6 if objet.startswith("Majoration") else 7
