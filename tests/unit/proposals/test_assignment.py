"""One-to-one assignment: the best for all together, and ties told instead of settled (pitfall 30)."""

from etl.engine.assignment import assign


def test_the_best_for_all_beats_the_best_for_one() -> None:
    scores = {("a1", "b1"): 95, ("a1", "b2"): 94, ("a2", "b1"): 93, ("a2", "b2"): 1}
    assert assign(scores) == {("a1", "b2"): "chosen", ("a2", "b1"): "chosen"}


def test_two_saisines_as_good_for_one_fiche_are_tied() -> None:
    assert assign({("a", "b1"): 50, ("a", "b2"): 50}) == {("a", "b1"): "tied", ("a", "b2"): "tied"}


def test_two_fiches_as_good_for_one_saisine_are_tied() -> None:
    assert assign({("a1", "b"): 50, ("a2", "b"): 50}) == {("a1", "b"): "tied", ("a2", "b"): "tied"}


def test_a_tie_of_sums_is_a_tie_although_no_two_scores_are_equal() -> None:
    scores = {("a1", "b1"): 70, ("a1", "b2"): 40, ("a2", "b1"): 50, ("a2", "b2"): 20}
    assert set(assign(scores).values()) == {"tied"}


def test_a_tie_elsewhere_leaves_the_certain_pairs_chosen() -> None:
    scores = {("a1", "b1"): 50, ("a1", "b2"): 50, ("a2", "b3"): 60, ("a2", "b1"): 10}
    assert assign(scores) == {("a1", "b1"): "tied", ("a1", "b2"): "tied", ("a2", "b3"): "chosen"}


def test_a_pair_less_likely_than_not_is_not_chosen() -> None:
    assert assign({("a1", "b1"): -5, ("a2", "b2"): 0}) == {}


def test_the_order_of_the_pairs_changes_nothing() -> None:
    scores = {("a1", "b1"): 7, ("a1", "b2"): 7, ("a2", "b1"): 3, ("a3", "b2"): 4, ("a3", "b3"): 9}
    assert assign(dict(reversed(scores.items()))) == assign(scores)


def test_a_pair_that_nobody_else_wants_is_chosen_beside_those_that_are_weighed():
    scores = {("a", "b"): 1, ("c1", "d1"): 50, ("c1", "d2"): 40, ("c2", "d1"): 45}
    assert assign(scores) == {("a", "b"): "chosen", ("c1", "d2"): "chosen", ("c2", "d1"): "chosen"}
