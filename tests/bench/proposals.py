"""Measures the proposals against a known truth: `python -m tests.bench.proposals 3000 20` (saisines, worlds). Prints precision and recall by threshold, by kind, times.

Truth is made from `tests.bench.worlds`. Every fiche is told with ordinary carelessness (`CARELESS`); one in forty is then ruined in one of the
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

from etl.engine.compute import compute
from etl.engine.plan import steps
from etl.engine.proposals import Candidate, Proposal, propose, weight_table
from etl.engine.schema import table
from etl.model.reference import make
from tests.bench.worlds import world

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
    decisions = _ruin(random, made, rows, {(row["reference"], row["association"]) for row in contacts})
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


def _ruin(random: Random, made: World, rows: list[Row], seized: set[tuple[str, str]]) -> list[Row]:
    versions = Counter(row["fiche_id"] // 2 for row in rows)
    decisions: list[Row] = []
    for row in rows:
        if random.random() * 100 >= RUINED_PERCENT or versions[row["fiche_id"] // 2] > 1:
            continue
        ruin, reference = random.choice(KINDS), make(26, row["fiche_id"] // 2)
        row |= ruin(random, row, reference.replace("-", ""), rows)
        kind = ruin.__name__
        made.kind[row["fiche_id"]] = kind
        answerable = kind != "lost" and (reference, row["association"]) in seized
        made.truth[row["fiche_id"]] = reference if answerable else None
        if answerable and random.random() * 100 < CONFIRMED_PERCENT:
            asked = {"association": row["association"], "written": row["written"], "reference": reference}
            decisions.append({"decision_id": len(decisions) + 1, "kind": "confirm_match", **asked})
    return decisions


def measure(runs: list[tuple[World, list[Proposal]]]) -> None:
    """Prints the figures over the fiches that were ruined and matched nothing."""
    told = [
        Told(made.kind[one.fiche_id], made.truth[one.fiche_id], one)
        for made, found in runs
        for one in found
        if one.fiche_id in made.kind
    ]
    able = sum(one.truth is not None for one in told)
    among = sum(one.proposal.among for one in told) / max(len(told), 1)
    print(
        f"{len(told)} ruined fiches without a saisine, {able} with a right answer; {among:.1f} candidates each;",
        end=" ",
    )
    print(f"{sum(one.tied for one in told)} tied")
    print("bits at least  proposed  right  precision  recall")
    for threshold in THRESHOLDS:
        chosen = [one for one in told if one.chosen and one.chosen.bits >= threshold]
        right = sum(one.right for one in chosen)
        print(
            f"{threshold:13}  {len(chosen):8}  {right:5}  {right / max(len(chosen), 1):9.4f}  {right / max(able, 1):6.4f}"
        )
    _by_kind(told)


@dataclass(frozen=True)
class Told:
    """A ruined fiche, what it really answers, and what was proposed for it."""

    kind: str
    truth: str | None
    proposal: Proposal

    @property
    def chosen(self) -> Candidate | None:
        """The candidate that the assignment chose."""
        return next((one for one in self.proposal.candidates if one.standing == "chosen"), None)

    @property
    def right(self) -> bool:
        """The candidate chosen is the truth."""
        return self.chosen is not None and self.chosen.reference == self.truth

    @property
    def tied(self) -> bool:
        """A person must choose between equals."""
        return any(one.standing == "tied" for one in self.proposal.candidates)

    @property
    def shown(self) -> bool:
        """The truth is among the five best."""
        return any(one.reference == self.truth for one in self.proposal.candidates)


def _by_kind(told: list[Told]) -> None:
    print("kind               fiches  proposed  right  in the five best")
    for kind in (one.__name__ for one in KINDS):
        own = [one for one in told if one.kind == kind]
        counts = [
            sum(map(bool, values))
            for values in ([one.chosen for one in own], [one.right for one in own], [one.shown for one in own])
        ]
        print(f"{kind:18} {len(own):6}  {counts[0]:8}  {counts[1]:5}  {counts[2]:16}")


def main(saisines: int, worlds: int) -> None:
    """Quality with the start weights and with the learnt ones, then the time of each step on the last world."""
    made = [generate(saisines, seed) for seed in range(1, worlds + 1)]
    start = weight_table()
    never = start.set_column(start.schema.get_field_index("enough"), "enough", pa.array([NEVER] * start.num_rows))
    for name, weights in (("start weights", never), ("learnt weights", start)):
        began = time.process_time()
        found = [(one, propose({**one.tables, "weight": weights})) for one in made]
        print(f"\n--- {name}: {(time.process_time() - began) / worlds:.2f} s of processor a world, matching included")
        measure(found)
    marks: list[tuple[str, float]] = []
    compute({**made[-1].tables, "weight": start}, {"proposal"}, lambda step: marks.append((step, time.process_time())))
    marks.append(("", time.process_time()))
    spent = {step: after - at for (step, at), (_, after) in pairwise(marks)}
    own = [step.name for step in steps().values() if step.folder == "propose"]
    print(
        f"\nproposals alone {sum(spent[step] for step in own):.2f} s of processor:",
        {step: f"{spent[step]:.2f}" for step in own},
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
