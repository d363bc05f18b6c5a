"""A statement brought to a status, and what is seen of it."""

from etl.jobs.settlement import statement_life as life
from etl.warehouse import drafts, statements
from etl.warehouse.server import connect

from .conftest import AT
from .statements import computing, store

STEPS = {
    "submit": lambda home, name, made: life.submit(home, *name, "coordination", AT),
    "approve": lambda home, name, made: life.approve(home, *name, "finance", AT),
    "reject": lambda home, name, made: life.reject(home, *name, "finance", "à revoir", AT),
    "finalise": lambda home, name, made: life.finalise(home, *name, "finance", AT, computing(made)),
}
WAY = {
    "brouillon": [],
    "soumis": ["submit"],
    "approuve": ["submit", "approve"],
    "finalise": ["submit", "approve", "finalise"],
}


def brought(home, made, status):
    name = store(home, made)
    for step in WAY[status]:
        STEPS[step](home, name, made)
    return name


def status_of(home, name):
    quarter, convention, digest = name
    with connect(home) as engine, engine.begin() as connection:
        return drafts.load_draft(connection, convention, quarter, digest)["status"]


def stored(home):
    with connect(home) as engine, engine.begin() as connection:
        return statements.load_statements(connection)
