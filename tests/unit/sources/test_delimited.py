"""A long CSV is read at once, and says what its lines say one by one."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from etl.sources import delimited
from etl.sources.texts import Lines

pieces = st.sampled_from(["a", "é", ";", ";", "\n", "\n", "\r\n", "\r", '"', " ", "\x85", "\x0b", "TOTAL"])


@pytest.fixture
def _at_once(monkeypatch):
    monkeypatch.setattr(delimited, "LONG", -1)


def filled(rows):
    width = max(map(len, rows), default=0) or 1
    return [row + [""] * (width - len(row)) for row in rows]


@pytest.mark.usefixtures("_at_once")
def test_what_is_read_at_once_is_what_is_read_row_by_row():
    taken = []

    @settings(deadline=None, max_examples=300)
    @given(st.lists(pieces, max_size=60).map("".join))
    @example("titre\na;b;c\n\n1;2;3\nTOTAL;1\n;;\n\n")
    @example("a;b\r\n1;2\r\n\r\n3")
    def hold(text):
        rows = delimited.read_csv(text.replace('"', ""), ";", "x", as_they_are=True).rows
        found = delimited.read_csv(text.replace('"', ""), ";", "x").rows
        taken.append(isinstance(found, Lines))
        assert filled(list(found)) == filled(rows)
        assert [found[place] for place in range(len(found))] == list(found)
        assert list(reversed(found)) == list(found)[::-1]

    hold()
    assert any(taken)


@pytest.mark.usefixtures("_at_once")
@pytest.mark.parametrize(
    "text",
    [
        'a;b\n"1;2";3\n',
        "a;b\r1;2\r",
        "a;b\n" * delimited.HEAD + "1;2;3\n",
        "a\nb\n" * 600 + "a;b\n",
        "a;b\n1;" + "x" * delimited.MAX_CELL,
    ],
)
def test_what_needs_a_look_at_each_line_is_read_row_by_row(text):
    assert isinstance(delimited.read_csv(text, ";", "x").rows, list)


def test_a_short_text_and_one_whose_rows_say_something_by_their_length_are_read_row_by_row():
    long = "a;b\n" * delimited.LONG
    assert isinstance(delimited.read_csv(long, ";", "x").rows, Lines)
    for rows in (delimited.read_csv("a;b\n", ";", "x").rows, delimited.read_csv(long, ";", "x", as_they_are=True).rows):
        assert isinstance(rows, list)
