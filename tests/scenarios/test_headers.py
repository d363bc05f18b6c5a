"""The files of `sql` say what they are: a rule its sentence in French, a step its grain."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from etl.engine.plan import rules


def test_every_rule_has_a_sentence_of_its_own_in_french() -> None:
    sentences = [rule.sentence or "" for rule in rules().values()]
    assert len(set(sentences)) == len(sentences)
    assert [text for text in sentences if not re.fullmatch(r"[A-ZÀ-Ý].+\.", text) or "'" in text] == []


@pytest.mark.parametrize("folder", ["reconcile", "rate", "settle", "report"])
def test_every_step_says_its_grain_first(folder: str) -> None:
    found = [file for file in (files("sql") / folder).iterdir() if file.name.endswith(".sql")]
    heads = {file.name: file.read_text(encoding="utf-8").splitlines()[0] for file in found}
    assert {name: head for name, head in heads.items() if not head.startswith("-- One row per ")} == {}
