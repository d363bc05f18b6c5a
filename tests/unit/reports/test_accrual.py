"""The year-end workbook: where each provision comes from, its total, and nothing a spreadsheet could run."""

import io
from datetime import date

import openpyxl

from reports.accrual import render_accrual


def row(convention="CALAE", **changes):
    return {
        "convention": convention,
        "known_acts": 43,
        "known_cents": 235_450,
        "stated_cents": 10_000,
        "missing": 12,
        "opened": 227,
        "returned": 215,
        "cost_cents": 3_648_719,
        "room_cents": None,
        "estimated_cents": 192_884,
    } | changes


def shown(rows):
    content = render_accrual(2026, rows, "Fédération (exemple)", date(2027, 1, 20))
    sheet = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["Provisions"]
    return {line[0]: line for line in sheet.iter_rows(min_row=6, values_only=True)}


def test_each_convention_says_what_it_accrues_and_from_what():
    found = shown([row(), row("AMF", known_cents=-500, estimated_cents=0, room_cents=100)])
    assert found["CALAE"][2:6] == (2354.5, 100, 12, 227)
    assert (found["CALAE"][7], found["CALAE"][8], found["CALAE"][9]) == (94.7, 169.71, "sans limite")
    assert (found["CALAE"][-1], found["AMF"][-1], found["Total"][-1]) == (4283.34, -5, 4278.34)


def test_a_convention_without_a_saisine_is_a_row_of_zeros():
    empty = dict.fromkeys(
        ("known_acts", "known_cents", "stated_cents", "missing", "opened", "returned", "cost_cents"), 0
    )
    assert shown([row(**empty, estimated_cents=0)])["CALAE"][-1] == 0


def test_the_same_data_gives_the_same_bytes_and_no_name_starts_a_formula():
    made = render_accrual(2026, [row("=1+1")], "=2+2", date(2027, 1, 20))
    assert made == render_accrual(2026, [row("=1+1")], "=2+2", date(2027, 1, 20))
    sheet = openpyxl.load_workbook(io.BytesIO(made))["Provisions"]
    assert {cell.value for line in sheet.iter_rows() for cell in line if cell.data_type == "f"} == {
        "=C6+K6", *(f"=SUM({letter}6:{letter}6)" for letter in "BCDEKL")
    }  # fmt: skip
