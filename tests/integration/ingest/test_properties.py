"""What holds of any inbox: every row ends somewhere, and neither the order nor the names of files change anything."""

from datetime import date

import books
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

REFERENCES = ["FV26-000101-7", "FV26-000102-5", "FV26-000103-3", "Mme Durand", ""]
HEADER = "id_appel;debut;suite;saisine_ref;association;beneficiaire\n"

sessions = st.builds(
    lambda ref, day, nature: [ref or None, day, None, nature],
    st.sampled_from(REFERENCES),
    st.sampled_from(["02/01/2026", "2026-01-03", "31/04/2026", "", "12/01/2014"]),
    st.sampled_from(["psy", "JUR", "yoga", ""]),
)
saisines = st.builds(
    lambda ref, issue, version: books.saisine(ref=ref or None, issue=issue, Version=version),
    st.sampled_from(REFERENCES),
    st.sampled_from(["Pris en charge", "refus", "termine", ""]),
    st.sampled_from([None, 1, 2, "deux"]),
)
idle = st.sampled_from([[], ["Total", 3], list(books.SAISINES)])
workbooks = st.builds(
    books.classeur,
    st.lists(st.one_of(saisines, saisines, idle), max_size=5),
    st.lists(st.one_of(sessions, sessions, st.just([])), max_size=6),
)
calls = st.builds(
    ";".join,
    st.tuples(
        st.sampled_from(["A1", "A2", "A3", ""]),
        st.sampled_from(["2026-01-02 10:00", "02/01/2026 10:00", "hier"]),
        st.sampled_from(["saisine", "information"]),
        st.sampled_from(["FV26-000101-7", "FV26-000101-8", ""]),
        st.sampled_from(["AAV001", ""]),
        st.sampled_from(["B1", ""]),
    ),
)
journals = st.lists(st.one_of(calls, calls, st.just("")), max_size=8).map(
    lambda rows: (HEADER + "\n".join(rows)).encode()
)
inboxes = st.tuples(st.lists(workbooks, max_size=3), st.lists(journals, min_size=1, max_size=3))

STORED = {
    "contacts": "SELECT id_appel, debut_at, suite, reference, association, beneficiaire, row_number, sha256 FROM contacts",
    "fiches": "SELECT association, written, version, issue, row_number, sha256, "
    "(SELECT count(*) FROM sessions s WHERE s.fiche_group_id = fiches.fiche_group_id) FROM fiches",
    "sessions": "SELECT day, nature, row_number, sha256 FROM sessions",
    "refused": "SELECT refused_rows.kind, sheet, row_number, codes, columns::text, sentence, sha256 FROM refused_rows",
}


def fill(desk, names, workbooks, journals):
    for name, content in zip(names, workbooks, strict=False):
        desk.put(f"fiches/AAV001/{name}.xlsx", content)
    for name, content in zip(names, journals, strict=False):
        desk.put(f"journal/{name}.csv", content)


def stored(desk):
    return {
        name: sorted(map(repr, desk.ask(f"{query} JOIN deliveries USING (delivery_id)")))
        for name, query in STORED.items()
    }


@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(inboxes)
def test_order_and_names_of_files_change_nothing_and_rows_in_are_rows_out(fresh_desk, inbox):
    first = fresh_desk()
    fill(first, "abc", *inbox)
    report = first.ingest(on=date(2026, 4, 10))
    for file in report.files:
        assert file.read == file.accepted + file.rejected + file.duplicate + file.ignored
    rows = first.ask(
        "SELECT (SELECT count(*) FROM contacts) + (SELECT count(*) FROM fiches) + (SELECT count(*) FROM sessions),"
        " (SELECT count(*) FROM refused_rows)"
    )
    totals = report.totals()
    assert rows == [(totals["accepted"] + totals["duplicate"], totals["rejected"])]
    expected = stored(first)
    second = fresh_desk()
    fill(second, "zyx", *inbox)
    for path in sorted(second.inbox.rglob("*.*"), reverse=True):
        second.ingest(path, on=date(2026, 4, 10))
    # Which of two copies of a call counts as the duplicate follows the order of the runs; what is stored does not.
    assert stored(second) == expected


def test_one_run_gives_the_same_totals_whatever_the_names_of_its_files(fresh_desk):
    contact = "A1;2026-01-02 10:00;information;;;"
    journals = [
        HEADER + "\n".join(rows)
        for rows in ([contact] * 2, [contact.replace("2026-01-02", "02/01/2026")], ["A2;hier;x;;;"])
    ]
    counted = []
    for names in ("abc", "cba", "bca"):
        desk = fresh_desk()
        fill(desk, names, [], [journal.encode() for journal in journals])
        desk.ingest()
        counted.append(
            desk.ask("SELECT sha256, rows_accepted, rows_rejected, rows_duplicate FROM deliveries ORDER BY 1")
        )
    assert counted[0] == counted[1] == counted[2]
    assert sum(accepted for _, accepted, _, _ in counted[0]) == 1
