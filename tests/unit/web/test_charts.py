"""Charts can be read aloud, hide small numbers, and say when a limit is passed."""

import re

from etl.web import charts


def test_a_chart_can_be_read_aloud_and_its_figures_are_a_table():
    drawn = charts.columns("Saisines", ("Semaine", "Saisines"), [("05/01", 12), ("12/01", 3), ("19/01", 0)], least=5)
    spoken = re.search(r'aria-label="([^"]+)"', str(drawn.svg))[1]
    assert spoken == "Saisines. 05/01, 12 ; 12/01, moins de 5 ; 19/01, 0"
    assert drawn.rows == [("05/01", "12"), ("12/01", "moins de 5"), ("19/01", "0")]


def test_a_small_number_is_not_drawn_either():
    drawn = str(charts.columns("Saisines", ("Semaine", "Saisines"), [("05/01", 12), ("12/01", 3)], least=5).svg)
    assert re.findall(r'<rect[^>]* height="([0-9.]+)"', drawn)[1] == "0.0"


def test_an_envelope_that_is_passed_is_drawn_beyond_its_mark():
    drawn = str(charts.envelopes([("CALAE", 120, 100)], 2026).svg)
    mark = float(re.search(r'<line class="limit" x1="([0-9.]+)%"', drawn)[1])
    bar = re.search(r'<rect class="minus1" x="([0-9.]+)%" y="[0-9.]+" width="([0-9.]+)%"', drawn)
    assert float(bar[1]) + float(bar[2]) > mark
