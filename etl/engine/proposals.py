"""Proposals for fiches that answer no saisine (rules §2.4): candidates, the weight of each piece of evidence, one-to-one. They pay nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from etl.engine.assignment import assign
from etl.engine.compute import compute
from etl.engine.schema import table

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]
EVIDENCE = ("reference", "date_saisine", "convention", "qualite", "departement", "sessions")
PRIOR = "prior"


@dataclass(frozen=True)
class Piece:
    """One bar of the waterfall.

    Attributes:
        evidence: `prior` (one chance among the candidates) or a key of `weights.yaml`.
        level: how both sides agree, a key of `weights.yaml`; None where one side is silent.
        value_fiche, value_saisine: what each side tells, in French; None where it is silent.
        bits: log2 of how many times likelier the pair becomes; negative when less likely.
        running: the sum of the bits so far.
    """

    evidence: str
    level: str | None
    value_fiche: str | None
    value_saisine: str | None
    bits: float
    running: float


@dataclass(frozen=True)
class Candidate:
    """A saisine that a fiche may answer.

    Attributes:
        bits: its score: 0 is one chance in two, each bit doubles the odds.
        standing: `chosen`: the best for all fiches together; `tied`: equally good ones exist, a person decides; `other`.
    """

    reference: str
    opened_on: date
    bits: float
    standing: Literal["chosen", "tied", "other"]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Proposal:
    """A fiche without a saisine, with its five best candidates, best first.

    Attributes:
        association: the code of the sender.
        written: the reference as the fiche writes it.
        how: `unknown`, `ambiguous`, or `decided` when a person rejected a match.
        fiche_id: the row that tells it.
        among: how many saisines of the association have no fiche and could be meant.
    """

    association: str
    written: str
    received_on: date
    how: str
    fiche_id: int
    among: int
    candidates: tuple[Candidate, ...] = field(default=())

    @property
    def bits(self) -> float:
        """The score of the candidate proposed, or of the best."""
        return max((one.bits for one in self.candidates if one.standing != "other"), default=self.best)

    @property
    def best(self) -> float:
        """The score of the best candidate; minus infinity without any."""
        return self.candidates[0].bits if self.candidates else float("-inf")


@cache
def start_weights() -> Mapping[str, Any]:
    """The content of `weights.yaml`."""
    from ruamel.yaml import YAML

    text = (files("etl.engine") / "weights.yaml").read_text(encoding="utf-8")
    return dict(YAML(typ="safe", pure=True).load(text))


def weight_table() -> pa.Table:
    """The start weights as the engine's table `weight`."""
    told = start_weights()
    settings = {name: told[name] for name in ("enough", "worth", "block_worth")}
    rows = [
        {"evidence": evidence, "level": level, "m": one["m"], "u": one["u"], "agrees": one["agrees"], **settings}
        for evidence, about in told["evidence"].items()
        for level, one in about["levels"].items()
    ]
    return table("weight", rows)


def label(evidence: str, level: str | None = None) -> str:
    """The French words of a piece of evidence, or of one of its levels."""
    if evidence == PRIOR:
        return "au départ"
    about = start_weights()["evidence"][evidence]
    return str(about["label"] if level is None else about["levels"][level]["label"])


def propose(tables: Mapping[str, pa.Table]) -> list[Proposal]:
    """Every fiche without a saisine, those with the strongest candidate first.

    Args:
        tables: the engine's input tables, with `parameters`; their row order changes nothing. Without `weight` the start weights.
    """
    return proposals(compute({"weight": weight_table(), **tables}, {"proposal"})["proposal"])


def proposals(computed: pa.Table) -> list[Proposal]:
    """As `propose`, from the step `proposal` already computed with others."""
    rows = computed.to_pylist()
    standing = _standings(rows)
    told: dict[tuple[str, str], list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row["association"], row["compact"], row["place"])):
        told.setdefault((row["association"], row["compact"]), []).append(row)
    made = [_proposal(own, standing) for own in told.values()]
    return sorted(made, key=lambda one: (-one.bits, one.association, one.written))


def _standings(rows: list[Row]) -> dict[tuple[str, str, str], Literal["chosen", "tied"]]:
    """The best assignment of each group of associations. Where an equal of the candidate was not among the five best, it is tied too."""
    groups: dict[str, dict[tuple[tuple[str, str], str], int]] = {}
    for row in rows:
        if row["reference"] is not None:
            fiche = (row["association"], row["compact"])
            groups.setdefault(row["root"], {})[(fiche, row["reference"])] = row["score"]
    found = {
        (*fiche, reference): one for scores in groups.values() for (fiche, reference), one in assign(scores).items()
    }
    cut = {(row["association"], row["compact"], row["reference"]) for row in _cut_short(rows)}
    return {pair: "tied" if pair in cut else one for pair, one in found.items()}


def _cut_short(rows: list[Row]) -> Iterator[Row]:
    kept = Counter((row["association"], row["compact"], row["score"]) for row in rows)
    return (row for row in rows if row["ties"] > kept[(row["association"], row["compact"], row["score"])])


def _proposal(rows: list[Row], standing: Mapping[tuple[str, str, str], Literal["chosen", "tied"]]) -> Proposal:
    first = rows[0]
    candidates = tuple(
        Candidate(
            row["reference"],
            row["opened_on"],
            row["score"] / 1000,
            standing.get((row["association"], row["compact"], row["reference"]), "other"),
            tuple(_waterfall(row)),
        )
        for row in rows
        if row["reference"] is not None
    )
    facts = {name: first[name] for name in ("association", "written", "received_on", "how", "fiche_id")}
    return Proposal(**facts, among=first["candidates"], candidates=candidates)


def _waterfall(row: Row) -> Iterator[Piece]:
    running = row["prior_bits"]
    among = "une seule candidate" if row["candidates"] == 1 else f"une parmi {row['candidates']}"
    yield Piece(PRIOR, None, None, among, running / 1000, running / 1000)
    values = _values(row)
    for evidence in EVIDENCE:
        short = evidence.removesuffix("_saisine")
        bits = row[f"{short}_bits"]
        running += bits
        yield Piece(evidence, row[f"{short}_level"], *values[evidence], bits / 1000, running / 1000)


def _values(row: Row) -> dict[str, tuple[str | None, str | None]]:
    """What the fiche and the saisine tell of each piece of evidence, in French."""
    opened = f"{row['opened_on']:%d/%m/%Y}"
    told = row["date_saisine"]
    return {
        "reference": (row["written"], row["reference"]),
        "date_saisine": (f"{told:%d/%m/%Y}" if told else None, opened),
        "convention": (row["told_convention"], row["convention"]),
        "qualite": (row["told_qualite"], row["qualite"]),
        "departement": (row["told_departement"], row["departement"]),
        "sessions": (_sessions(row), f"ouverte le {opened}"),
    }


def _sessions(row: Row) -> str | None:
    if row["sessions_level"] is None:
        return None
    number = row["sessions"]
    words = "aucun entretien" if number == 0 else f"{number} entretien{'s' if number > 1 else ''}"
    since = f" depuis le {row['first_act']:%d/%m/%Y}" if row["first_act"] else ""
    return f"{words}{since}, au {row['last_day']:%d/%m/%Y}"
