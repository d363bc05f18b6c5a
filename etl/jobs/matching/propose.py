"""`saisines proposals`: the saisines that a fiche without one may answer. Nothing is written, nothing is paid: a person decides."""

from __future__ import annotations

import shlex
from datetime import datetime
from pathlib import Path
from typing import Any

from etl.engine.proposals import Candidate, Proposal, propose
from etl.jobs.settlement.inputs import gather
from etl.model.quarter import Quarter, civil_day
from etl.warehouse.server import connect


def run(home: Path, at: datetime) -> list[Proposal]:
    """Every fiche without a saisine among all that was received, with its candidates, the strongest first.

    Args:
        home: the folder of the state.
        at: the instant; what is received later is not seen.
    """
    today = civil_day(at)
    with connect(home) as engine:
        inputs = gather(engine, today)
    return propose(inputs.over(Quarter.of(today)))


def confirm_command(proposal: Proposal, candidate: Candidate) -> str:
    """The command that confirms a candidate; author and reason are left to fill in, and refused while they are empty."""
    told = ("--reference", candidate.reference, "--association", proposal.association, "--written", proposal.written)
    return shlex.join(("saisines", "decide", "confirm_match", *told, "--by", "", "--reason", ""))


def as_data(proposal: Proposal) -> dict[str, Any]:
    """A proposal as JSON data: the waterfall of each candidate and the command that confirms it."""
    return {
        "association": proposal.association,
        "written": proposal.written,
        "received_on": proposal.received_on,
        "how": proposal.how,
        "among": proposal.among,
        "candidates": [
            {
                "reference": one.reference,
                "opened_on": one.opened_on,
                "bits": one.bits,
                "standing": one.standing,
                "waterfall": [vars(piece) for piece in one.pieces],
                "command": confirm_command(proposal, one),
            }
            for one in proposal.candidates
        ],
    }
