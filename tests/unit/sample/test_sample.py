"""The sample: the same for a seed, right where it should be right, wrong in every way it says."""

import csv
import hashlib
import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from stdnum.luhn import is_valid

from etl.jobs.running import sample
from etl.model import identifiers
from etl.model.errors import SaisinesError, UsageError
from etl.model.quarter import PARIS, Quarter
from etl.model.reference import compact, parse
from etl.sample import network, slips


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample.run(tmp_path_factory.mktemp("sample") / "inbox", saisines=600, associations=60).directory


def content(directory: Path) -> dict[str, tuple[str, float]]:
    return {
        str(path.relative_to(directory)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime)
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.parent.name != "conventions" and path.name != "associations.csv"
    }


def journal_rows(inbox: Path) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for path in sorted((inbox / "journal").iterdir()):
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig") if "02" not in path.stem[-2:] else raw.decode("cp1252")
        delimiter = "," if path.stem.endswith("01") else ";"
        rows += [row for row in csv.DictReader(io.StringIO(text), delimiter=delimiter) if row["id_appel"] != "TOTAL"]
    return rows


def test_the_same_seed_gives_the_same_bytes_and_dates(inbox: Path, tmp_path: Path) -> None:
    again = sample.run(tmp_path / "again", saisines=600, associations=60).directory
    assert content(again) == content(inbox)


def test_another_seed_gives_another_inbox(inbox: Path, tmp_path: Path) -> None:
    other = sample.run(tmp_path / "other", saisines=600, associations=60, seed=2).directory
    assert content(other) != content(inbox)


def test_every_saisine_of_the_journal_has_a_right_reference(inbox: Path) -> None:
    references = {row["saisine_ref"] for row in journal_rows(inbox) if row["saisine_ref"]}
    assert len(references) == 600
    assert all(parse(reference) == reference for reference in references)


def test_every_day_of_the_quarter_has_contacts_and_most_are_no_saisine(inbox: Path) -> None:
    rows = journal_rows(inbox)
    days = Counter(_day(row["debut"]) for row in rows)
    quarter = Quarter.parse("2026-T1")
    wanted = {quarter.start + timedelta(days=n) for n in range(90)}
    assert wanted <= set(days)
    assert sum(row["suite"] == "saisine" for row in rows) < len(rows) / 2


def _day(text: str) -> date | None:
    if "/" in text:
        day, month, year = text[:10].split("/")
        return None if text.startswith("30/02") else date(int(year), int(month), int(day))
    return date.fromisoformat(text[:10])


def test_exports_overlap_and_one_is_in_windows_1252(inbox: Path) -> None:
    seen = Counter(row["id_appel"] for row in journal_rows(inbox))
    assert max(seen.values()) == 2
    with pytest.raises(UnicodeDecodeError):
        (inbox / "journal" / "journal_2026-02.csv").read_text(encoding="utf-8")


def test_callers_are_from_the_numbers_kept_for_fiction(inbox: Path) -> None:
    callers = {row["numero_appelant"] for row in journal_rows(inbox)}
    assert all(number.startswith("063998") or not number[:1].isdigit() for number in callers)


def test_the_register_holds_right_identifiers_but_one_iban_and_mergers(inbox: Path) -> None:
    with (inbox / "associations.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert len(rows) == 60
    assert all(is_valid(row["siret"]) and identifiers.siret_error(row["siret"]) is None for row in rows)
    assert all(identifiers.rna_error(row["rna"], row["departement"]) is None for row in rows)
    assert [row["code"] for row in rows if identifiers.iban_error(row["iban"])] == ["AAV005"]
    codes = {row["code"] for row in rows}
    assert sum(row["successeur"] in codes for row in rows) == 2


def test_files_are_of_every_kind_and_dated_by_their_reception(inbox: Path) -> None:
    kinds = Counter(path.suffix for path in (inbox / "fiches").rglob("*.*"))
    assert set(kinds) == {".xlsx", ".csv", ".ods"}
    received = {_received(path) for path in (inbox / "fiches").rglob("*.*")}
    assert any(day <= date(2026, 2, 10) for day in received)
    assert any(date(2026, 4, 2) <= day <= date(2026, 4, 10) for day in received)
    assert any(day > date(2026, 4, 20) for day in received)
    assert _received(inbox / "journal" / "journal_2026-03.csv") == date(2026, 4, 2)


def _received(path: Path) -> date:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).astimezone(PARIS).date()


def test_a_quarter_of_another_year_moves_everything(tmp_path: Path) -> None:
    made = sample.run(tmp_path / "older", saisines=30, associations=3, quarter="2024-T4").directory
    assert (made / "journal" / "journal_2024-12.csv").exists()
    assert "{2024: {montant:" in (made / "conventions" / "calae.yaml").read_text(encoding="utf-8")


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("à garder")
    with pytest.raises(SaisinesError, match="n’est pas vide"):
        sample.run(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("count", [0, -1, 10**7])
def test_a_count_out_of_range_is_bad_usage(tmp_path: Path, count: int) -> None:
    with pytest.raises(UsageError):
        sample.run(tmp_path / "x", saisines=count)


def test_what_an_interrupted_run_left_is_cleared(tmp_path: Path) -> None:
    (tmp_path / "inbox.partiel" / "journal").mkdir(parents=True)
    sample.run(tmp_path / "inbox", saisines=5, associations=2)
    assert [path.name for path in tmp_path.iterdir()] == ["inbox"]


@pytest.mark.parametrize("slip", sorted(slips.SLIPS, key=lambda s: s.__name__))
def test_a_slip_never_gives_back_a_right_reference_of_the_same_saisine(slip: slips.Slip) -> None:
    rng = Random(1)
    right = "FV26-000123-W"
    written = [slip(right, rng) for _ in range(200)]
    wrong = [text for text in written if compact(text) != compact(right)]
    assert len(wrong) > 100
    assert all(parse(text) is None for text in wrong if len(compact(text)) != 11)


def test_a_closed_association_is_followed_by_its_successor() -> None:
    members = network.build(30, date(2026, 1, 1), Random(1))
    closed = members[network.MERGED_DURING]
    assert closed.active_au == date(2026, 2, 10)
    assert network.competent(members, closed, date(2026, 2, 10)) is closed
    assert network.competent(members, closed, date(2026, 2, 11)).code == closed.successeur
