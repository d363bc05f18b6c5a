"""Plain forms: what is recognised over a whole column is what the reader of its cells gives, cell by cell."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.model import reference
from etl.sources import cells, plain, texts
from etl.sources.columns import Column, Kind, reader_of
from etl.sources.profile import load_profile

CALENDAR = [
    (year, month, day) for year in (2015, 2024, 2026) for month in (1, 2, 4, 10, 12, 13) for day in (1, 28, 29, 30, 31)
]
days = st.sampled_from([f"{year:04d}-{month:02d}-{day:02d}" for year, month, day in CALENDAR])
hours = st.sampled_from(
    ["00:00:00", "23:59:59", "02:30:00", "24:00:00", "12:60:00", "9:05:00", "12:05", "12:05:00.500"]
)
offsets = st.sampled_from(["Z", "+01:00", "-11:59", "+00:00", "+23:59", "+14:00", "", "z", "+0100"])
spaces = st.sampled_from(["", "", "", " ", "\u00a0", "\t", "  "])
references = st.builds(reference.make, st.integers(0, 99), st.integers(0, 999_999))
changed = st.builds(
    lambda text, place, character: text[:place] + character + text[place + 1 :],
    references,
    st.integers(0, 12),
    st.sampled_from("0123456789AVZ- fé٣"),
)
TEXTS = {
    Kind.INSTANT: st.builds(
        lambda before, day, letter, hour, offset: before + day + letter + hour + offset,
        *(spaces, days, st.sampled_from("T t"), hours, offsets),
    ),
    Kind.REFERENCE: st.one_of(
        references, changed, st.builds(str.__add__, references, spaces), references.map(str.lower)
    ),
    Kind.IDENTIFIER: st.one_of(
        st.text(st.sampled_from("A1z.-–/# \u00a0\u200bé\n\t~"), max_size=6),
        st.sampled_from(["", "-", "--", "#", "01", "A 1", "A  1"]),
    ),
}
TEXTS[Kind.WRITTEN] = st.one_of(TEXTS[Kind.IDENTIFIER], TEXTS[Kind.REFERENCE])


@pytest.mark.parametrize("kind", TEXTS)
def test_what_is_recognised_over_a_column_is_what_the_reader_gives(kind, monkeypatch):
    monkeypatch.setattr(texts, "FEW", 0)
    column = Column(nature=kind)
    read = reader_of(column, zone=cells.PARIS, is_1904=False, pseudonym=cells.identifier)

    @settings(deadline=None)
    @given(st.lists(TEXTS[kind], min_size=1, max_size=60))
    def hold(written):
        at_once = cells.texts(written, read, plain.recogniser_of(column))
        assert (
            texts.listed(at_once)
            == cells.texts(written, read)
            == texts.listed(cells.texts(texts.arrayed(written), read))
        )

    hold()


@pytest.mark.parametrize(
    ("field", "written"),
    [("id_appel", "A-{n}"), ("debut", "2026-03-02T14:{m:02d}:{s:02d}+01:00"), ("saisine_ref", None)],
)
def test_what_a_platform_writes_is_recognised_whole(field, written):
    column = load_profile("plateforme").colonnes[field]
    column_of_it = [
        written.format(n=n, m=n // 60, s=n % 60) if written else reference.make(26, n * 1663) for n in range(texts.FEW)
    ]
    assert plain.recogniser_of(column)(texts.arrayed(column_of_it)).null_count == 0


def test_a_column_of_few_texts_or_of_other_cells_is_left_to_the_reader():
    for cells_ in (["A1"], [*(f"A{n}" for n in range(texts.FEW)), 1.0]):
        assert texts.arrayed_if_long(cells_) is cells_
    assert plain.recogniser_of(Column(nature=Kind.IDENTIFIER, prefixe="x-")) is None


def test_what_begins_no_idle_row_is_known_at_once_and_nothing_else(monkeypatch):
    monkeypatch.setattr(texts, "FEW", 0)
    cells = [
        "A1",
        "1",
        "FV26-000123-W",
        "",
        "-",
        "TOTAL",
        "sous-total 3",
        "e12",
        "#N/A",
        "Élu 1",
        "A",
        "A\n1",
        "A\u00a01",
    ]
    assert plain.unusual(cells) == set(cells) - {"A1", "1", "FV26-000123-W"}
