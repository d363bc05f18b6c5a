"""The plain part of the rules in pandas, as an analyst would write it: a lower bound of what pandas would take for all of them.

What it does: saisines from the journal, convention by the line, matching by the exact reference, the version that counts, the tests of a session
on its own (before the saisine, in the future, the same twice), PEC, REO and CAR, ranks, prices by period and rank, uplifts, the number cap.
What it leaves out: repairs, decisions, linked associations, bordereaux, every discrepancy that pays, twins, time bar, ceilings, envelopes,
what was stated, the checks.
"""

import pandas as pd

Frames = dict[str, pd.DataFrame]
FAR = pd.Timestamp("2200-01-01").date()


def settle(tables: Frames) -> pd.DataFrame:
    """One row per line due."""
    cases = _saisines(tables)
    counting = _counting(tables, cases)
    acts = pd.concat([_singles(counting), _sessions(tables, counting)], ignore_index=True)
    end = tables["parameters"]["quarter_end"].iloc[0]
    return _capped(_priced(tables, acts[acts["act_date"] < end]))


def _saisines(tables: Frames) -> pd.DataFrame:
    rows = tables["contact"].dropna(subset=["reference"])
    rows = rows.sort_values(["received_on", "sha256", "row_number"]).drop_duplicates("id_appel", keep="last")
    rows = rows.sort_values(["reference", "debut_at", "id_appel"])
    groups = rows.groupby("reference", sort=False)
    first = groups.agg(opened_on=("debut_on", "min"), numero=("numero_appele", "first"), urgence=("urgence", "any"))
    last = groups[["convention", "qualite", "association", "beneficiaire"]].last()
    cases = first.join(last).reset_index()
    seized = rows[["reference", "association", "debut_on"]].drop_duplicates(["reference", "association"])
    cases["seized"] = cases["reference"].map(seized.groupby("reference")["association"].agg(list))
    return _convention(tables, cases)


def _convention(tables: Frames, cases: pd.DataFrame) -> pd.DataFrame:
    lines = tables["convention_line"].merge(tables["convention"], left_on="convention", right_on="code")
    lines = lines.sort_values("priorite").drop_duplicates("numero")
    by_line = cases["numero"].map(lines.set_index("numero")["convention"])
    return cases.assign(convention=cases["convention"].fillna(by_line))


def _counting(tables: Frames, cases: pd.DataFrame) -> pd.DataFrame:
    fiches = tables["fiche"].rename(columns={"convention": "told_convention", "qualite": "told_qualite"})
    fiches = fiches[fiches["received_on"] <= tables["parameters"]["cutoff"].iloc[0]]
    compact = fiches["written"].str.upper().str.replace(r"[^A-Z0-9]", "", regex=True)
    cases = cases.assign(compact=cases["reference"].str.replace("-", "", regex=False))
    found = fiches.assign(compact=compact).merge(cases, on="compact", suffixes=("", "_last"))
    found = found[[sender in seized for sender, seized in zip(found["association"], found["seized"], strict=True)]]
    ordered = found.sort_values(["version", "received_on"])
    return ordered.drop_duplicates(["reference", "association"], keep="last")


def _singles(counting: pd.DataFrame) -> pd.DataFrame:
    taken = counting[counting["issue"] == "pris_en_charge"]
    good = taken[
        (taken["date_premier_contact"] >= taken["opened_on"]) & (taken["date_premier_contact"] <= taken["received_on"])
    ]
    held = good.sort_values("opened_on").drop_duplicates("reference")
    pec = held.assign(prestation="PEC", act_date=held["date_premier_contact"])
    others = taken[~taken.index.isin(held.index) & taken["reference"].isin(held["reference"])]
    reo = others.assign(prestation="REO", act_date=others["opened_on"])
    silent = counting[
        (counting["issue"] == "injoignable")
        & (counting["tentatives"] >= 2)
        & ~counting["reference"].isin(held["reference"])
    ]
    car = silent.assign(prestation="CAR", act_date=silent["opened_on"])
    made = pd.concat([pec, reo, car], ignore_index=True)
    return made.assign(tariff_on=made["opened_on"], mode=None, heure=None, nth=1)


def _sessions(tables: Frames, counting: pd.DataFrame) -> pd.DataFrame:
    told = tables["session"].merge(
        counting[counting["layout"] == "classeur"], on="fiche_group_id", suffixes=("", "_fiche")
    )
    told = told[told["statut"] == "honore"]
    told = told[(told["day"] >= told["opened_on"]) & (told["day"] <= told["received_on"])]
    told = told.sort_values(["reference", "nature", "day", "heure", "row_number"]).drop_duplicates(
        ["reference", "association", "nature", "day"]
    )
    return told.assign(prestation=told["nature"].str.upper(), act_date=told["day"], tariff_on=told["day"], nth=1)


def _priced(tables: Frames, acts: pd.DataFrame) -> pd.DataFrame:
    acts = acts.sort_values(["act_date", "reference", "prestation"])
    acts["rank"] = acts.groupby(["reference", "prestation"]).cumcount() + 1
    periods = tables["tariff"].assign(valid_to=tables["tariff"]["valid_to"].fillna(FAR))
    dated = acts.merge(periods[["convention", "valid_from", "valid_to"]], on="convention")
    dated = dated[(dated["tariff_on"] >= dated["valid_from"]) & (dated["tariff_on"] < dated["valid_to"])]
    prices = tables["tariff_price"].assign(rank_to=tables["tariff_price"]["rank_to"].fillna(10**9))
    priced = dated.merge(prices, on=["convention", "valid_from", "prestation"])
    priced = priced[(priced["rank"] >= priced["rank_from"]) & (priced["rank"] <= priced["rank_to"])]
    return priced.assign(amount_cents=_uplifted(tables, priced))


def _uplifted(tables: Frames, priced: pd.DataFrame) -> "pd.Series[int]":
    keys = ["convention", "valid_from", "prestation"]
    overseas = (
        priced["association"].map(tables["association"].set_index("code")["departement"]).str[:2].isin(["97", "98"])
    )
    urgent = priced["urgence"].fillna(False).astype(bool) & (priced["date_premier_contact"] <= priced["opened_on"])
    share = pd.Series(0, priced.index)
    for kind, group in tables["tariff_uplift"].groupby("kind"):
        table = group.drop_duplicates([*keys, "value"]).set_index([*keys, "value"])["pct_e4"]
        value = {"mode": priced["mode"], "qualite": priced["qualite"]}.get(
            str(kind), pd.Series(None, priced.index, dtype="object")
        )
        applies = {"urgence": urgent, "outre_mer": overseas}.get(str(kind), pd.Series(True, priced.index))
        looked = pd.MultiIndex.from_frame(priced[keys].assign(value=value.values))
        share += pd.Series(table.reindex(looked).fillna(0).to_numpy(), priced.index).where(applies, 0).astype("int64")
    raw = priced["amount_cents"] * (1_000_000 + share)
    return (2 * raw + 1_000_000) // 2_000_000


def _capped(priced: pd.DataFrame) -> pd.DataFrame:
    within = priced["cap_count"].isna() | (priced.groupby(["reference", "prestation"]).cumcount() < priced["cap_count"])
    return priced[within]
