"""Approval by somebody signed in to Airflow: what is put before them, and what their answer does.

The answer is bound to the digest that was shown; who submitted cannot approve; no answer approves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from etl.jobs.settlement import statement_life
from etl.model.errors import SaisinesError
from etl.model.money import euros
from etl.model.quarter import Quarter
from etl.warehouse.drafts import load_events, load_open_draft
from etl.warehouse.server import connect


def submitted(home: Path, quarter: str, convention: str) -> dict[str, Any]:
    """The submitted draft of a convention and quarter, as it is put before whoever approves.

    Returns:
        `quarter`, `convention`, `digest`, and `told`: its figures in French, no reference and no name of a person helped.

    Raises:
        SaisinesError: none is submitted.
    """
    wanted = str(Quarter.parse(quarter))
    with connect(home) as engine, engine.connect() as connection:
        draft = load_open_draft(connection, convention, wanted)
        if draft is None or draft["status"] != "soumis":
            raise SaisinesError(f"Aucun brouillon {convention} {wanted} n’est soumis : il n’y a rien à approuver.")
        by = next(
            one["by_name"] for one in reversed(load_events(connection, draft["draft_id"])) if one["event"] == "soumis"
        )
    told = (
        f"**{euros(draft['total_cents'])}**, {draft['line_count']} lignes, arrêté au {draft['cutoff']:%d/%m/%Y}.\n\n"
        f"Soumis par {by}, qui ne peut l’approuver. Empreinte `{draft['digest']}`.\n\n"
        "*Approve* approuve ce brouillon-là et aucun autre ; *Reject* n’approuve pas et le laisse soumis : "
        "le renvoyer avec un motif se fait au bureau."
    )
    return {"quarter": wanted, "convention": convention, "digest": draft["digest"], "told": told}


def approve(home: Path, shown: Mapping[str, Any], answer: Mapping[str, Any], at: datetime) -> None:
    """Approve what was shown, as the person who answered.

    Args:
        home: the folder of the state.
        shown: what `submitted` gave.
        answer: what Airflow tells of the response; `responded_by_user` is who gave it.
        at: the instant.

    Raises:
        SaisinesError: nobody is named, this person submitted it, or the draft is no longer that one.
    """
    user = answer.get("responded_by_user") or {}
    if not user.get("name") or "Approve" not in answer.get("chosen_options", ()):
        raise SaisinesError("Personne n’a approuvé ce relevé dans Airflow : il reste soumis.")
    by = str(user["name"])
    statement_life.approve(home, shown["quarter"], shown["convention"], shown["digest"], by, at, desk=True)
