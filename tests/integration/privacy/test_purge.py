"""The purge: what is past its time goes, and no draft of any quarter changes by a byte."""

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

import pytest
from sqlalchemy import text

from etl import settings
from etl.jobs.intake import inbox, ingest, quarantine
from etl.jobs.privacy import backup, purge
from etl.jobs.privacy.retention import limit, read_retention
from etl.jobs.running import init
from etl.jobs.settlement.draft import as_json
from etl.model.errors import SaisinesError
from etl.model.reference import check_character
from etl.sources import landing
from etl.warehouse import purging, watch
from etl.warehouse.server import connect, running
from etl.warehouse.tables import contacts
from etl.warehouse.tables.pulled import held_files
from tests.integration.explain.sampled import AT
from tests.properties.choose import seeded
from tests.properties.months import QUARTERS
from tests.properties.test_random_months import live
from tests.reference import engine as reference
from tests.reference.inbox import quarter as span

from .conftest import documents

LATER = datetime(2028, 9, 15, 9, 30, tzinfo=UTC)
OTHER_CALLS = 12


def ask(home, query):
    with connect(home) as engine, engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    home = tmp_path_factory.mktemp("purged") / "home"
    with running(home, create=True):
        init.run(home, None, None, "installation", AT)
        with connect(home) as engine:
            yield engine


def all_drafts(tables, today):
    """The bytes of every statement of every quarter, at its own cutoff and at today's."""
    found = {}
    for quarter in QUARTERS:
        for cutoff in (span(quarter)[1] + timedelta(days=14), today):
            made = reference.draft(tables, quarter, cutoff.isoformat())
            for code, statement in made["statements"].items():
                found[quarter, cutoff, code] = as_json(statement)
            found[quarter, cutoff] = as_json({"discrepancies": made["discrepancies"]})
    return found


def stored(connection, rows):
    """Put the calls of a random history in the warehouse, in the order of the list."""
    connection.execute(
        text(
            "INSERT INTO deliveries (sha256, origin, kind, received_on, received_how, status, rows_read, rows_accepted, "
            "rows_rejected, rows_duplicate, rows_ignored, recorded_at) VALUES (repeat('a', 64), 'plateforme', 'journal', "
            "'2026-01-01', 'read', 'received', 0, 0, 0, 0, 0, now())"
        )
    )
    delivery = connection.execute(text("SELECT max(delivery_id) FROM deliveries")).scalar_one()
    names = [column.name for column in contacts.columns if column.name in rows[0]]
    kept = [{"row_number": 1, "suite": "saisine"} | {name: row[name] for name in names} for row in rows]
    connection.execute(
        contacts.insert(), [row | {"contact_id": place, "delivery_id": delivery} for place, row in enumerate(kept)]
    )
    return names


def purged(connection, rows, closed, before):
    """The same calls as the purge leaves them."""
    names = stored(connection, rows)
    purging.allow(connection)
    counts = purging.empty_calls(connection, before), purging.unlink_people(connection, closed)
    again = purging.empty_calls(connection, before), purging.unlink_people(connection, closed)
    assert again == (0, 0)
    found = connection.execute(contacts.select().order_by(contacts.c.contact_id)).mappings().all()
    return [row | {name: left[name] for name in names} for row, left in zip(rows, found, strict=True)], counts


def other_calls(choose, life):
    """Calls that open no saisine, of people who also have some."""
    made = []
    for place in range(OTHER_CALLS):
        like = choose.one(life.tables["contact"])
        made.append(
            like | {"id_appel": f"autre-{place}", "reference": None, "suite": "information", "duree_s": 60 + place}
        )
    return made


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 8))])
def test_over_random_histories_no_draft_changes_and_nobody_is_left_who_need_not_be(warehouse, seed):
    choose = seeded(seed)
    life = live(choose, size=8, drafts=1 + seed % 2)
    life.tables["contact"] += other_calls(choose, life)
    today = date(2027, 3, 1) + timedelta(days=choose.one((0, 120, 200, 250, 400)))
    tables = life.history.for_engine()
    before = all_drafts(tables, today)
    parameters = {
        "quarter": "2026-T3",
        "quarter_start": date(2026, 7, 1),
        "quarter_end": date(2026, 10, 1),
        "cutoff": today,
    }
    closed = purge.closed_of(reference.arrow(tables | {"parameters": [parameters]})).references
    with warehouse.connect() as connection:
        rows, (emptied, unlinked) = purged(connection, life.tables["contact"], closed, limit(today, 13))
        connection.rollback()
    assert all_drafts(tables | {"contact": rows}, today) == before
    assert len(before) == len(QUARTERS) * 2 * 4
    people = {row["beneficiaire"] for row in life.tables["contact"] if row["beneficiaire"]}
    still = {row["beneficiaire"] for row in life.tables["contact"] if row["reference"] not in {None, *closed}}
    left = {row["beneficiaire"] for row in rows if row["beneficiaire"]}
    recent = {
        r["beneficiaire"]
        for r in life.tables["contact"]
        if r["reference"] is None and r["debut_on"] >= limit(today, 13)
    }
    assert left & people == (still | recent) & people
    assert unlinked == len(left - people)
    assert emptied <= OTHER_CALLS
    seen.append((emptied, unlinked))


seen: list[tuple[int, int]] = []


def test_the_histories_above_did_purge_something():
    assert seen and all(emptied > 0 for emptied, _ in seen) and sum(unlinked for _, unlinked in seen) > 0


def landed(home):
    return sorted(str(path.relative_to(home)) for path in (home / "landing").rglob("*") if path.is_file())


def test_before_its_time_nothing_goes(federation, tmp_path):
    before, copies = documents(federation.home, tmp_path / "avant"), landed(federation.home)
    done = purge.run(federation.home, AT)
    assert not any(vars(done).values())
    assert documents(federation.home, tmp_path / "apres") == before
    assert landed(federation.home) == copies


def test_a_rehearsal_counts_and_changes_nothing_then_the_purge_does_as_counted(federation, tmp_path):
    home = federation.home
    with connect(home) as engine, engine.begin() as connection:
        watch.save_reading(connection, "FV26-000123-W", "explain", "Lectrice", "test", AT)
    before, copies = documents(home, tmp_path / "avant", federation.number), landed(home)
    rows = ask(home, "SELECT * FROM contacts ORDER BY contact_id")
    told = purge.run(home, LATER, "Ingénieure", dry_run=True)
    assert told.closed > 40 and told.appels > 50 and told.pseudonymes > 30 and told.fichiers == len(copies)
    assert told.refus > 0 and told.consultations == 1
    assert ask(home, "SELECT * FROM contacts ORDER BY contact_id") == rows
    assert landed(home) == copies

    done = purge.run(home, LATER, "Ingénieure")
    assert done == told
    assert documents(home, tmp_path / "apres", federation.number) == before
    assert landed(home) == []
    assert ask(home, "SELECT count(*) FROM deliveries WHERE landed IS NOT NULL OR file_name IS NOT NULL") == [(0,)]
    assert ask(home, "SELECT count(*) FROM refused_rows") == [(0,)]
    assert ask(home, "SELECT count(*) FROM contacts WHERE beneficiaire ~ '^[0-9a-f]{64}$'") == [(0,)]
    assert ask(home, "SELECT count(*) FROM contacts WHERE reference IS NULL AND numero_appele IS NOT NULL") == [(0,)]
    with connect(home) as engine, engine.connect() as connection:
        act = watch.load_last_act(connection, purge.ACTION)
    assert act["by_name"] == "Ingénieure" and act["detail"]["fichiers"] == done.fichiers

    assert not any(count for name, count in vars(purge.run(home, LATER)).items() if name != "closed")
    assert quarantine.replay(home, LATER).judged == 0
    assert backup.run(home, tmp_path / "sauvegardes", LATER).missing == 0


def test_a_copy_that_a_killed_process_left_goes_too_a_day_later(small):
    stray = landing.land(small, b"personne ne me nomme", settings.storage_key())
    now = datetime.now(UTC)
    purge.run(small, now)
    assert landed(small) == [stray.path]
    purge.run(small, now + timedelta(days=2), dry_run=True)
    assert landed(small) == [stray.path]
    purge.run(small, now + timedelta(days=2))
    assert landed(small) == []


def test_files_that_still_lie_in_the_inbox_do_not_come_back(federation):
    taken = inbox.run(federation.home, federation.folder / "box", "fiches", LATER)
    assert taken.received == 0
    assert landed(federation.home) == []


@pytest.fixture
def small(tmp_path):
    home = tmp_path / "home"
    with running(home, create=True):
        init.run(home, None, None, "installation", AT)
        yield home


def test_a_file_is_kept_while_one_of_its_saisines_is_open(small, tmp_path):
    lines = ["id_appel;debut;suite;saisine_ref;association;qualite;beneficiaire;convention"]
    lines += ["a1;2026-02-02 10:00;saisine;FV26-000123-W;AAV001;elu;pierre;CALAE"]
    other = f"a2;2028-06-02 10:00;saisine;FV28-000124-{check_character('FV28000124')};AAV001;elu;paul;CALAE"
    for name, told, on in (("un.csv", lines, date(2026, 4, 1)), ("deux.csv", [*lines, other], date(2028, 7, 1))):
        path = tmp_path / "journal" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(told) + "\n")
        ingest.run(small, [path], LATER, received_on=on)
    shipped = (files("etl") / "retention.yaml").read_text()
    (small / "retention.yaml").write_text(shipped.replace("mois: 24", "mois: 0"))
    assert len(landed(small)) == 2
    done = purge.run(small, datetime(2028, 9, 20, tzinfo=UTC))
    assert (done.fichiers, len(landed(small))) == (1, 1)
    assert done.pseudonymes == 1
    kept = ask(small, "SELECT count(DISTINCT beneficiaire) FROM contacts WHERE beneficiaire LIKE 'efface-%'")
    assert kept == [(1,)]


def test_durations_are_read_from_the_home_when_it_has_a_table(tmp_path):
    shipped = read_retention()
    assert {kind: one.months for kind, one in shipped.items()} == {
        "appels": 13, "pseudonymes": 0, "fichiers": 24, "retenus": 24, "soutiens": 24, "consultations": 12,
    }  # fmt: skip
    assert all(one.source for one in shipped.values())
    text_ = (files("etl") / "retention.yaml").read_text()
    (tmp_path / "retention.yaml").write_text(text_.replace("mois: 13", "mois: 6"))
    assert read_retention(tmp_path)["appels"].months == 6


@pytest.mark.parametrize(("old", "new", "said"), [
    ("mois: 13", "mois: treize", "un nombre entier"),
    ("mois: 13", "mois: -1", "un nombre entier"),
    ("mois: 13", "duree: 13", "les clés"),
    ("appels:", "telephones:", "manque ou n’est pas connu"),
    ("appels:", "appels: [", "pas du YAML"),
])  # fmt: skip
def test_a_wrong_table_of_durations_is_refused_in_one_line(tmp_path, old, new, said):
    (tmp_path / "retention.yaml").write_text((files("etl") / "retention.yaml").read_text().replace(old, new, 1))
    with pytest.raises(SaisinesError, match=said):
        read_retention(tmp_path)


@pytest.mark.parametrize(("today", "months", "day"), [
    (date(2026, 3, 31), 13, date(2025, 2, 28)), (date(2028, 3, 31), 1, date(2028, 2, 29)),
    (date(2026, 1, 15), 24, date(2024, 1, 15)), (date(2026, 1, 15), 0, date(2026, 1, 15)),
])  # fmt: skip
def test_months_are_counted_back_to_a_day_that_exists(today, months, day):
    assert limit(today, months) == day


def test_a_held_file_goes_once_somebody_has_settled_it_and_its_time_is_past(small):
    settled = {"outcome": "discarded", "settled_by": "Moi", "settled_reason": "publicité", "settled_at": AT}
    old, recent = date(2026, 1, 5), date(2028, 9, 1)
    cases = {"ancien": (old, settled), "recent": (recent, settled), "ouvert": (old, {})}
    places = {name: landing.land(small, name.encode(), settings.storage_key()) for name in cases}
    with connect(small) as engine, engine.begin() as connection:
        for name, (received_on, outcome) in cases.items():
            row = {
                "source": "courriel", "item": name, "kind": "fiches", "file_name": f"{name}.xlsx", "said": "x@y.example", "believed": False,
                "reason": "inconnu", "sha256": places[name].sha256, "landed": places[name].path, "size_bytes": 1,
                "received_on": received_on, "held_at": AT,
            }  # fmt: skip
            connection.execute(held_files.insert(), row | outcome)
    assert purge.run(small, LATER).retenus == 1
    assert landed(small) == sorted([places["recent"].path, places["ouvert"].path])
    assert ask(small, "SELECT file_name, said, landed FROM held_files WHERE item = 'ancien'") == [("", None, None)]
    assert purge.run(small, LATER).retenus == 0
