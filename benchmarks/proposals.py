"""Measures the proposals against a known truth: `python -m benchmarks.proposals 100000`. Prints precision and recall by threshold, by kind, times.

Truth is made from `benchmarks.worlds`. Every fiche is told with ordinary carelessness (`CARELESS`); one in forty is then ruined in one of the
ways of `KINDS`. Two kinds have no right answer among the candidates, so that whatever is proposed for them is wrong.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pyarrow as pa

from benchmarks.worlds import world
from etl.engine.compute import compute
from etl.engine.proposals import Proposal, propose, weight_table
from etl.engine.schema import table
from etl.model.reference import make

Row = dict[str, Any]
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CONVENTIONS, QUALITES = ("CALAE", "AMF", "ENSEIGNE", "SPORT"), ("elu", "proche", "salarie", "licencie")
# Of each field: percent of fiches that leave it empty, that tell it wrongly.
CARELESS = {"date_saisine": (15, 8), "convention": (30, 2), "qualite": (20, 4), "departement": (30, 2)}
RUINED_PERCENT, CONFIRMED_PERCENT = 2.5, 30
THRESHOLDS = (0, 2, 4, 6, 8, 10, 12, 15)
NEVER = 10**9


@dataclass
class World:
    """Tables, and of each ruined fiche its kind and the reference it really answers (None: not among the saisines of its association)."""

    tables: dict[str, pa.Table]
    kind: dict[int, str]
    truth: dict[int, str | None]


def edited(random: Random, text: str, errors: int) -> str:
    """That many substitutions, deletions, insertions or exchanges of neighbours, after the prefix."""
    for _ in range(errors):
        place = random.randrange(2, len(text) - 1)
        other = random.choice(ALPHABET[:10] if random.random() < 0.8 else ALPHABET)
        text = random.choice((
            text[:place] + other + text[place + 1 :],
            text[:place] + text[place + 1 :],
            text[:place] + other + text[place:],
            text[:place] + text[place + 1] + text[place] + text[place + 2 :],
        ))  # fmt: skip
    return text


def one_error(random: Random, row: Row, reference: str, rows: list[Row]) -> Row:
    """One error: mostly repaired by the rule, the rest ambiguous."""
    return {"written": edited(random, reference, 1)}


def two_errors(random: Random, row: Row, reference: str, rows: list[Row]) -> Row:
    """Two errors, everything else as careless as usual."""
    return {"written": edited(random, reference, 2)}


def three_errors(random: Random, row: Row, reference: str, rows: list[Row]) -> Row:
    """Three errors."""
    return {"written": edited(random, reference, 3)}


def missing(random: Random, row: Row, reference: str, rows: list[Row]) -> Row:
    """Two errors, and each other field left out one time in two."""
    kept = {name: row[name] if random.random() < 0.5 else None for name in CARELESS}
    return {"written": edited(random, reference, 2), **kept}


def exchanged(random: Random, row: Row, reference: str, rows: list[Row]) -> Row:
    """Two errors, and day and month of the saisine exchanged where they can be."""
    day = row["date_saisine"]
    wrong = day and date(day.year, min(day.day, 12), day.month)
    return {"written": edited(random, reference, 2), "date_saisine": wrong if day and day.day <= 12 else day}


def shifted(random: Random, row: Row, reference: str, rows: list[Row]) -> Row:
    """Two errors, and the date, convention and qualité of another line of the sheet."""
    other = random.choice(rows)
    return {
        "written": edited(random, reference, 2),
        **{name: other[name] for name in ("date_saisine", "convention", "qualite")},
    }


def other_association(random: Random, row: Row, reference: str, rows: list[Row]) -> Row:
    """Two errors, sent by an association that was never seized: no right answer."""
    return {"written": edited(random, reference, 2), "association": f"AAV{random.randrange(1, 131):03d}"}


def lost(random: Random, row: Row, reference: str, rows: list[Row]) -> Row:
    """A saisine that the journal lost, its reference right or with two errors: no right answer."""
    own = make(26, random.randrange(10**6))
    return {
        "written": own if random.random() < 0.5 else edited(random, own, 2),
        "date_saisine": random.choice(rows)["date_saisine"],
    }


KINDS: tuple[Callable[[Random, Row, str, list[Row]], Row], ...] = (
    one_error, two_errors, three_errors, missing, exchanged, shifted, other_association, lost,
)  # fmt: skip
WITHOUT_ANSWER = {"other_association", "lost"}


def generate(saisines: int, seed: int = 1) -> World:
    """A world with ruined fiches; 30 % of the ruined ones that have an answer are confirmed by a person, to learn from."""
    random = Random(seed)
    tables = world(saisines)
    home = {f"AAV{n:03d}": f"{1 + n % 95:02d}" for n in range(1, 131)}
    contacts = tables["contact"].to_pylist()
    departement = {row["reference"]: _near(random, home[row["association"]]) for row in contacts}
    tables["contact"] = table("contact", [row | {"departement": departement[row["reference"]]} for row in contacts])
    rows = tables["fiche"].to_pylist()
    for row in rows:
        row["departement"] = departement[make(26, row["fiche_id"] // 2)]
        row |= _careless(random, row)
    made = World(tables, {}, {})
    decisions = [*_ruin(random, made, rows)]
    tables["fiche"] = table("fiche", rows)
    tables["decision"] = table("decision", decisions)
    return made


def _near(random: Random, home: str) -> str:
    return home if random.random() < 0.85 else f"{random.randrange(1, 96):02d}"


def _careless(random: Random, row: Row) -> Row:
    wrong = {
        "date_saisine": row["date_saisine"] + timedelta(days=random.choice((1, 1, 2, 3, -1, -2, 7, 30))),
        "convention": random.choice(CONVENTIONS),
        "qualite": random.choice(QUALITES),
        "departement": f"{random.randrange(1, 96):02d}",
    }
    told: Row = {}
    for name, (empty, mistaken) in CARELESS.items():
        luck = random.random() * 100
        told[name] = None if luck < empty else wrong[name] if luck < empty + mistaken else row[name]
    return told


def _ruin(random: Random, made: World, rows: list[Row]) -> list[Row]:
    versions = Counter(row["fiche_id"] // 2 for row in rows)
    decisions: list[Row] = []
    for row in rows:
        if random.random() * 100 >= RUINED_PERCENT or versions[row["fiche_id"] // 2] > 1:
            continue
        ruin, reference = random.choice(KINDS), make(26, row["fiche_id"] // 2)
        row |= ruin(random, row, reference.replace("-", ""), rows)
        kind = ruin.__name__
        made.kind[row["fiche_id"]] = kind
        made.truth[row["fiche_id"]] = None if kind in WITHOUT_ANSWER else reference
        if kind not in WITHOUT_ANSWER and random.random() * 100 < CONFIRMED_PERCENT:
            asked = {"association": row["association"], "written": row["written"], "reference": reference}
            decisions.append({"decision_id": len(decisions) + 1, "kind": "confirm_match", **asked})
    return decisions


def measure(made: World, proposals: list[Proposal]) -> None:
    """Prints the figures."""
    mine = [one for one in proposals if one.fiche_id in made.kind]
    able = [one for one in mine if made.truth[one.fiche_id]]
    print(f"{len(proposals)} fiches without a saisine, {len(mine)} ruined, {len(able)} with a right answer;", end=" ")
    print(f"{sum(any(c.standing == 'tied' for c in one.candidates) for one in mine)} tied")
    print("threshold  proposed  precision  recall")
    for threshold in THRESHOLDS:
        chosen = [(one, c) for one in mine for c in one.candidates if c.standing == "chosen" and c.bits >= threshold]
        right = sum(c.reference == made.truth[one.fiche_id] for one, c in chosen)
        print(f"{threshold:9}  {len(chosen):8}  {right / max(len(chosen), 1):9.4f}  {right / max(len(able), 1):6.4f}")
    _by_kind(made, mine)


def _by_kind(made: World, mine: list[Proposal]) -> None:
    print("kind               fiches  proposed  right  in the five best")
    for kind in (one.__name__ for one in KINDS):
        own = [one for one in mine if made.kind[one.fiche_id] == kind]
        chosen = [(one, c) for one in own for c in one.candidates if c.standing == "chosen"]
        right = sum(c.reference == made.truth[one.fiche_id] for one, c in chosen)
        among = sum(any(c.reference == made.truth[one.fiche_id] for c in one.candidates) for one in own)
        print(f"{kind:18} {len(own):6}  {len(chosen):8}  {right:5}  {among:5}")


def main(saisines: int) -> None:
    """Quality with the start weights and with the learnt ones, then the time of each step."""
    made = generate(saisines)
    start = weight_table()
    never = start.set_column(start.schema.get_field_index("enough"), "enough", pa.array([NEVER] * start.num_rows))
    for name, weights in (("start weights", never), ("learnt weights", start)):
        began = time.perf_counter()
        found = propose({**made.tables, "weight": weights})
        print(f"\n--- {name}: {time.perf_counter() - began:.2f} s in all")
        measure(made, found)
    marks: list[tuple[str, float]] = []
    compute({**made.tables, "weight": start}, {"proposal"}, lambda step: marks.append((step, time.perf_counter())))
    marks.append(("", time.perf_counter()))
    spent = {step: after - at for (step, at), (_, after) in pairwise(marks)}
    own = ("orphan", "known_answer", "told_fiche", "seized_value", "compared", "weight_used", "scored", "proposal")
    print(f"\nproposals alone {sum(spent[step] for step in own):.2f} s:", {step: f"{spent[step]:.2f}" for step in own})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
