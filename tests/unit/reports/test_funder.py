"""The funder's report: published figures only, the same in workbook and PDF, four quarters side by side."""

import io
import shutil

import openpyxl
import pytest
from statements import snapshot
from test_funder_disclosure import quarter_rows
from test_pdf import plain, words

from reports import french
from reports.funder import last_quarters, publish
from reports.funder_cells import Tables
from reports.funder_indicators import INDICATORS, MASK, figure, written
from reports.funder_pdf import funder_data, render_funder_pdf
from reports.funder_workbook import render_funder_workbook

BY_LABEL = {indicator.label: indicator for indicator in INDICATORS}


@pytest.fixture(scope="module")
def issues():
    made = []
    for quarter, seed in (("2025-T4", 29), ("2026-T1", 27), ("2026-T2", 77)):
        made.append(publish("CALAE", quarter, quarter_rows(seed, scale=14), made))
    return made


def test_the_same_issues_give_the_same_bytes(issues):
    *earlier, issue = issues
    assert render_funder_pdf(snapshot(), issue, earlier) == render_funder_pdf(snapshot(), issue, earlier)
    assert render_funder_workbook(snapshot(), issue, earlier) == render_funder_workbook(snapshot(), issue, earlier)


def test_four_quarters_stand_side_by_side_even_when_one_was_never_published(issues):
    found = last_quarters(issues[-1], issues[:-1])
    assert [(code, issue is None) for code, issue in found] == [
        ("2025-T3", True),
        ("2025-T4", False),
        ("2026-T1", False),
        ("2026-T2", False),
    ]


def test_indicators_are_those_of_the_data(issues):
    rows = quarter_rows(77, scale=14)
    saisines = sum(row["saisines"] for row in rows)
    back = sum(sum(row["issues"].values()) for row in rows)
    assert figure(issues[-1], BY_LABEL["Saisines"]) == saisines
    assert written(issues[-1], BY_LABEL["Taux de retour"]) == french.share(back, saisines)
    days = sorted(int(day) for row in rows for day, number in row["delays"].items() for _ in range(number))
    assert figure(issues[-1], BY_LABEL["Délai médian"]) == days[(len(days) - 1) // 2]
    assert figure(issues[-1], BY_LABEL["Montant"]) == sum(row["amount_cents"] for row in rows)


def test_a_share_is_masked_as_soon_as_one_of_its_figures_is(issues):
    issue = {**issues[-1], "cells": {**issues[-1]["cells"], "in_clause|*|*": None}}
    assert written(issue, BY_LABEL["Dans le délai"]) == MASK


def test_workbook_and_pdf_show_the_same_figures_and_never_a_hidden_one(issues):
    *earlier, issue = issues
    book = openpyxl.load_workbook(io.BytesIO(render_funder_workbook(snapshot(), issue, earlier)))
    printed = {row[0]: row[1:] for row in funder_data(snapshot(), issue, earlier)["territories"]}
    values = Tables(quarter_rows(77, scale=14)).values
    for row in book["Territoires"].iter_rows(min_row=6, values_only=True):
        if row[0] in issue["departements"]:
            saisines = issue["cells"][f"saisines|{row[0]}|*"]
            assert row[1] == (MASK if saisines is None else values[f"saisines|{row[0]}|*"])
            assert printed[row[0]][0] == (MASK if saisines is None else french.number(saisines))


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler is not installed")
def test_the_pdf_says_who_funds_what_is_masked_and_why(issues, tmp_path):
    *earlier, issue = issues
    text = words(render_funder_pdf(snapshot(), issue, earlier), tmp_path)
    for expected in (
        "Compte rendu CALAE",
        "Ministère chargé des Collectivités",
        "moins de 5 saisines",
        "moins de 11",
        "Montants d’exemple",
    ):
        assert plain(expected) in text


def test_a_convention_with_one_qualite_has_no_crossed_table():
    rows = [row for row in quarter_rows(3, scale=14) if row["qualite"] == "elu"]
    issue = publish("CALAE", "2026-T1", rows, [])
    assert not [name for name in issue["cells"] if "*" not in name]
    assert render_funder_workbook(snapshot(), issue, [])[:2] == b"PK"


def test_a_quarter_without_a_saisine_is_a_report_of_masks():
    issue = publish("CALAE", "2026-T1", [], [])
    assert written(issue, BY_LABEL["Saisines"]) == MASK
    assert render_funder_pdf(snapshot(), issue, []).startswith(b"%PDF")
