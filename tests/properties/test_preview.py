"""A preview is the same code as the real thing: simulating files gives, line by line, the drafts that they would give."""

import shutil

import pytest
from sqlalchemy import text

from etl.jobs.running import init
from etl.jobs.settlement import draft, simulate
from etl.jobs.settlement.inputs import default_cutoff
from etl.model.convention_set import read_directory
from etl.model.quarter import Quarter
from etl.warehouse.server import connect, running
from tests.integration.explain.sampled import AT, fill

QUARTER = Quarter(2026, 1)
RECEIVED = ("deliveries", "contacts", "fiches", "sessions")
CHANGES = [
    ("commun.yaml", 'PEC: {montant: "92.50"}', 'PEC: {montant: "0.00"}'),
    ("commun.yaml", "nombre: 12, par: saisine", "nombre: 1, par: beneficiaire_annee"),
    ("commun.yaml", "plafond_saisine: illimite", 'plafond_saisine: "123.45"'),
    ("commun.yaml", "arrete_jours: 15", "arrete_jours: 5"),
    ("calae.yaml", "beneficiaires: [elu, proche]", "beneficiaires: [proche]"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("preview")
    with running(folder / "home", create=True):
        fill(folder / "home", folder / "box")
        yield folder


def previewed(home, conventions):
    """The drafts that the simulation makes under these files."""
    side = simulate.Side(conventions)
    with connect(home) as engine:
        simulate.drafts(engine, [side], [QUARTER], lambda of, code, quarter: default_cutoff(of, code, quarter))
    return side.drafts


def drafted(home):
    return {("2026-T1", one["convention"]): one for one in draft.run(home, str(QUARTER), AT)}


def test_the_files_in_force_give_the_drafts_themselves(place):
    made = drafted(place / "home")
    assert previewed(place / "home", read_directory(place / "box" / "conventions")) == made
    assert sum(len(one["lines"]) for one in made.values()) > 50


@pytest.mark.long
@pytest.mark.parametrize(("file", "old", "new"), CHANGES)
def test_other_files_give_the_drafts_of_a_home_that_began_with_them(place, tmp_path, file, old, new):
    folder = tmp_path / "conventions"
    shutil.copytree(place / "box" / "conventions", folder)
    changed = (folder / file).read_text().replace(old, new)
    assert changed != (folder / file).read_text()
    (folder / file).write_text(changed)
    with running(tmp_path / "home", create=True):
        init.run(tmp_path / "home", folder, place / "box" / "associations.csv", "installation", AT)
        copy_received(place / "home", tmp_path / "home")
        assert previewed(place / "home", read_directory(folder)) == drafted(tmp_path / "home")


def copy_received(source, target):
    """Give a warehouse what another received, without reading the files again."""
    with connect(source) as one, one.connect() as reading, connect(target) as other, other.begin() as writing:
        for table in RECEIVED:
            driver_in, driver_out = reading.connection.driver_connection, writing.connection.driver_connection
            columns = ", ".join(reading.execute(text(f"SELECT * FROM {table} LIMIT 0")).keys())
            with (
                driver_in.cursor() as from_cursor,
                driver_out.cursor() as to_cursor,
                from_cursor.copy(f"COPY {table} ({columns}) TO STDOUT") as rows,
                to_cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as sink,
            ):
                for row in rows:
                    sink.write(row)
