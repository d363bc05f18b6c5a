"""No hidden cell of a funder's report can be worked out, from all the issues together."""

import random
from fractions import Fraction

import pytest

from reports.disclosure import Cell, Sum, determined_cells, hidden_cells
from reports.funder import publish
from reports.funder_cells import ALL, CROSSED, ISSUES, THRESHOLD, Tables, key

DEPARTEMENTS = [f"{i:02d}" for i in range(1, 20)] + ["2A", "2B", "974", "988"]
QUALITES = ["elu", "proche", "agent"]


def row(departement, qualite, saisines, chance):
    """An invented group of saisines, each with its own outcome."""
    issues = {}
    delays = {}
    in_clause = followed = memo = paid = amount = 0
    sessions = {"psy": 0, "jur": 0, "soc": 0}
    natures = {"psy": 0, "jur": 0, "soc": 0}
    impossible = {"redirige": 0, "suivi": 0, "en_attente": 0}
    for _ in range(saisines):
        issue = chance.choices(
            [None, "pris_en_charge", "injoignable", "refus", "reoriente", "hors_champ", "soutien_impossible"],
            [15, 60, 10, 5, 4, 3, 3],
        )[0]
        if issue:
            issues[issue] = issues.get(issue, 0) + 1
        if issue == "soutien_impossible":
            impossible[chance.choice(list(impossible))] += 1
        if issue == "pris_en_charge":
            delay = chance.choice([0, 1, 1, 2, 3, 4, 6, 9])
            delays[str(delay)] = delays.get(str(delay), 0) + 1
            in_clause += delay <= 5
            paid += 1
            amount += 9000
            memo += chance.random() < 0.5
            held = [nature for nature in natures if chance.random() < (0.7 if nature == "psy" else 0.2)]
            followed += bool(held)
            for nature in held:
                natures[nature] += 1
                sessions[nature] += chance.randint(1, 5)
                amount += 5500
    return {
        "departement": departement,
        "qualite": qualite,
        "saisines": saisines,
        "issues": issues,
        "delays": delays,
        "in_clause": in_clause,
        "followed": {"any": followed, **natures},
        "sessions": sessions,
        "memo_de_vie": memo,
        "impossible": impossible,
        "paid": paid,
        "amount_cents": amount,
    }


def quarter_rows(seed, scale=8):
    chance = random.Random(seed)
    sizes = {d: chance.choice([0, 1, 3, 6, 12, 25]) for d in DEPARTEMENTS}
    return [
        row(d, q, chance.randint(0, max(0, sizes[d] * scale // 8)) if q != "agent" else chance.randint(0, 2), chance)
        for d in DEPARTEMENTS
        for q in QUALITES
    ]


def issues_of(seed):
    made = []
    for rank in (1, 2, 3, 4):
        made.append(publish("CALAE", f"2026-T{rank}", quarter_rows(seed * 10 + rank), made))
    return made


def known_sums(issue):
    """Every sum a reader of one issue may write, from the words of the report alone."""
    rows = [{**row(d, q, 0, random.Random(0))} for d in issue["departements"] for q in issue["qualites"]]
    return list(Tables(rows).sums())


def solved(unknown, equations):
    """The unknowns that exact rational elimination determines: an attack written apart from the defence.

    Each equation is ({unknown: coefficient}, constant).
    """
    order = sorted(unknown)
    pivots = []
    for coefficients, constant in equations:
        line = {k: Fraction(v) for k, v in coefficients.items() if v}
        line[""] = Fraction(constant)
        for pivot, other in pivots:
            if line.get(pivot):
                factor = line[pivot]
                for k, v in other.items():
                    line[k] = line.get(k, Fraction(0)) - factor * v
        line = {k: v for k, v in line.items() if v or k == ""}
        heads = [k for k in line if k != ""]
        if not heads:
            assert line.get("", 0) == 0, "the published figures contradict each other"
            continue
        pivot = min(heads, key=order.index)
        line = {k: v / line[pivot] for k, v in line.items()}
        for index, (name, other) in enumerate(pivots):
            if other.get(pivot):
                factor = other[pivot]
                merged = {k: other.get(k, Fraction(0)) - factor * line.get(k, Fraction(0)) for k in {*other, *line}}
                pivots[index] = (name, {k: v for k, v in merged.items() if v or k == ""})
        pivots.append((pivot, line))
    return {pivot: line.get("", Fraction(0)) for pivot, line in pivots if set(line) <= {pivot, ""}}


def attack(issues):
    """All that the issues together determine: (quarter and cell) → value."""
    unknown, equations = set(), []
    for issue in issues:
        cells = issue["cells"]
        for relation in known_sums(issue):
            coefficients, constant = {}, 0
            for name, sign in ((relation.whole, -1), *((part, 1) for part in relation.parts)):
                if cells.get(name) is None:
                    place = (issue["quarter"], name)
                    unknown.add(place)
                    coefficients[place] = coefficients.get(place, 0) + sign
                else:
                    constant -= sign * cells[name]
            equations.append((coefficients, constant))
    return solved(unknown, equations)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_hidden_cell_follows_from_all_the_issues_together(seed):
    issues = issues_of(seed)
    found = attack(issues)
    hidden = {(issue["quarter"], name) for issue in issues for name, value in issue["cells"].items() if value is None}
    assert hidden
    assert not hidden & set(found)


def test_the_attack_would_find_a_cell_hidden_alone():
    issue = publish("CALAE", "2026-T1", quarter_rows(5), [])
    values = Tables(quarter_rows(5)).values
    exposed = {**issue, "cells": {name: values[name] for name in issue["cells"]}}
    victim = min(
        (name for name, value in exposed["cells"].items() if value and name.startswith("saisines|")), key=values.get
    )
    exposed["cells"][victim] = None
    assert attack([exposed])["2026-T1", victim] == values[victim]


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_no_cell_under_the_threshold_is_shown(seed):
    for issue in issues_of(seed):
        for name, value in issue["cells"].items():
            measure, departement, qualite = name.split("|")
            if value is not None and measure in ("saisines", *ISSUES, "contacts", "in_clause", "memo_de_vie"):
                assert value >= (CROSSED if ALL not in (departement, qualite) else THRESHOLD)


def test_what_a_total_leaves_to_its_hidden_parts_is_enough_persons():
    for issue in issues_of(7):
        cells = issue["cells"]
        for relation in known_sums(issue):
            parts = [cells.get(part) for part in relation.parts]
            if cells.get(relation.whole) is None or not relation.whole.startswith("saisines|") or None not in parts:
                continue
            if relation.parts[0].startswith("saisines|") and any(part is not None for part in parts):
                assert cells[relation.whole] - sum(part or 0 for part in parts) >= THRESHOLD


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_non_negative_figures_leave_each_hidden_count_a_range(seed):
    """A stronger attacker knows that no count is negative: each hidden count of saisines keeps several possible values."""
    import numpy
    from scipy.optimize import linprog

    issue = issues_of(seed)[0]
    cells = issue["cells"]
    sums = [s for s in known_sums(issue) if all(name.startswith("saisines|") for name in (s.whole, *s.parts))]
    unknown = sorted(name for name, value in cells.items() if value is None and name.startswith("saisines|"))
    matrix, right = numpy.zeros((len(sums), len(unknown))), numpy.zeros(len(sums))
    for i, relation in enumerate(sums):
        for name, sign in ((relation.whole, -1), *((part, 1) for part in relation.parts)):
            if cells[name] is None:
                matrix[i, unknown.index(name)] += sign
            else:
                right[i] -= sign * cells[name]
    for j, name in enumerate(unknown):
        goal = numpy.zeros(len(unknown))
        goal[j] = 1
        low, high = (linprog(sign * goal, A_eq=matrix, b_eq=right).fun * sign for sign in (1, -1))
        assert high - low >= 1, name


def test_a_cell_keeps_its_mask_and_its_value_in_later_issues():
    first = publish("CALAE", "2026-T1", quarter_rows(1), [])
    again = publish("CALAE", "2026-T1", quarter_rows(2), [first])
    assert again == first


def test_the_same_data_in_any_order_gives_the_same_issue():
    rows = quarter_rows(1)
    assert publish("CALAE", "2026-T1", rows, []) == publish("CALAE", "2026-T1", rows[::-1], [])


def test_a_bridge_between_two_rectangles_is_found():
    """Each line and column has two hidden cells, yet one of them follows: only linear algebra sees it."""
    hidden = {"a1", "a2", "b1", "b2", "b3", "c3", "c4", "d3", "d4"}
    lines = {"a": "1234", "b": "1234", "c": "1234", "d": "1234"}
    sums = [Sum(f"{x}*", tuple(f"{x}{y}" for y in ys)) for x, ys in lines.items()]
    sums += [Sum(f"*{y}", tuple(f"{x}{y}" for x in lines)) for y in "1234"]
    assert determined_cells(hidden, sums) == {"b3"}


def test_a_single_small_cell_takes_another_with_it():
    cells = {"t": Cell(40, 5), "a": Cell(3, 5), "b": Cell(7, 5), "c": Cell(30, 5)}
    assert hidden_cells(cells, [Sum("t", ("a", "b", "c"))]) == {"a", "b"}


def test_nothing_is_hidden_where_nothing_is_small():
    cells = {"t": Cell(40, 5), "a": Cell(10, 5), "b": Cell(30, 5)}
    assert hidden_cells(cells, [Sum("t", ("a", "b"))]) == set()


def test_a_tiny_convention_publishes_nothing():
    issue = publish(
        "CALAE", "2026-T1", [row("13", "elu", 2, random.Random(1)), row("33", "proche", 1, random.Random(2))], []
    )
    assert set(issue["cells"].values()) == {None}


def test_no_issue_names_a_person_or_a_saisine():
    assert "FV26" not in str(issues_of(1)[0])


def test_key_names_a_cell():
    assert key("saisines", "13") == "saisines|13|*"
