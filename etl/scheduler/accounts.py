"""Airflow's tables, the desk's roles and the first administrator: `python -m etl.scheduler.accounts`, again harmless.

Runs as a process of its own with Airflow's configuration in its environment, before the other components; the only
module here that imports Airflow. The administrator's password comes on standard input, so that no list of processes
shows it.
"""

from __future__ import annotations

import sys

from etl.scheduler.home import USER

# What a role may do in Airflow's own pages: (action, resource). What it may do at the desk is etl/web/matrix.py's.
LOOK = [
    *[
        ("can_read", resource)
        for resource in ("DAGs", "DAG Runs", "DAG Versions", "Task Instances", "Assets", "Website")
    ],
    *[(action, resource) for action in ("can_read", "can_edit") for resource in ("My Profile", "My Password")],
    *[("menu_access", resource) for resource in ("DAGs", "DAG Runs", "Assets")],
]
SETTLE = [("can_create", "DAG Runs"), ("can_edit", "DAG:settle_quarter"), ("can_read", "HITL Detail")]
APPROVE = [("can_edit", "HITL Detail"), ("menu_access", "HITL Detail"), ("can_edit", "DAG:approve_statement")]
OPERATE = [
    *[("can_read", resource) for resource in ("Task Logs", "XComs", "DAG Code", "DAG Warnings", "ImportError", "Jobs", "Pools")],
    *[(action, "Task Instances") for action in ("can_create", "can_edit")],
    *[(action, "DAG Runs") for action in ("can_create", "can_edit")],
    *[(action, "Backfills") for action in ("can_read", "can_create", "can_edit")],
    ("can_edit", "DAGs"),
]  # fmt: skip
ROLES = {
    "Coordination": [*LOOK, *SETTLE],
    "Finance": [*LOOK, *SETTLE, *APPROVE],
    "Données": [*LOOK, *OPERATE],
    "Lecture": LOOK,
    "Psychologue référent": [("can_read", "Website")],  # the desk's pages alone
}


def main() -> None:
    """Migrate Airflow's database, then write the roles and, the first time, the administrator."""
    from airflow.__main__ import main as airflow

    password = sys.stdin.readline().strip()
    sys.argv = ["airflow", "db", "migrate"]
    airflow()  # type: ignore[no-untyped-call]
    write(password)


def write(password: str) -> None:
    """Write the roles as they stand above, and the administrator unless it exists.

    Raises:
        SystemExit: the account was refused.
    """
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

    with get_application_builder() as builder:
        security = builder.sm
        builder.add_permissions(update_perms=True)  # type: ignore[no-untyped-call]
        security.sync_roles()
        security.bulk_sync_roles([{"role": role, "perms": may} for role, may in ROLES.items()])
        if security.find_user(USER) is None:
            admin = security.find_role("Admin")
            if not security.add_user(USER, "Administration", "Saisines", f"{USER}@localhost", admin, password):
                raise SystemExit("the administrator's account was refused")


if __name__ == "__main__":
    main()
