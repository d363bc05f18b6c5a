"""A federation with a sample quarter taken in and one statement finalised, made once; each test takes what it needs of it."""

from datetime import timedelta

import pytest

from etl.jobs.issuing import issue
from etl.jobs.settlement import draft, statement_life
from etl.jobs.settlement.draft import recompute
from etl.warehouse.server import running
from tests.integration.explain.sampled import AT, fill

QUARTERS = ("2026-T1", "2026-T2")


class Federation:
    """A home and what its people do."""

    def __init__(self, folder):
        self.folder, self.home = folder, folder / "home"

    def finalise(self, convention="SPORT", quarter="2026-T1"):
        [made] = draft.run(self.home, quarter, AT, convention)
        named = (self.home, quarter, convention, made["digest"])
        statement_life.submit(*named, "Coordinatrice", AT)
        statement_life.approve(*named, "Finances", AT + timedelta(minutes=1))
        return statement_life.finalise(*named, "Finances", AT + timedelta(minutes=2), recompute).number


def documents(home, out, number=None):
    """The bytes of every draft of every quarter, and of the documents of a finalised statement, by name."""
    for quarter in QUARTERS:
        draft.run(home, quarter, AT, out=out)
    if number:
        issue.run(home, number, out)
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def federation(tmp_path_factory):
    """With its server held while the tests of a module run."""
    one = Federation(tmp_path_factory.mktemp("federation"))
    with running(one.home, create=True):
        fill(one.home, one.folder / "box")
        one.number = one.finalise()
        yield one
