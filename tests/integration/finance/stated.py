"""Statements finalised with the snapshot that their documents are made from, and the bank's answers."""

from datetime import date

from warehouse import statements
from warehouse.conftest import AT
from warehouse.statements import drafted, line, store

from etl.jobs.issuing import documents
from etl.jobs.settlement import statement_life as life
from etl.jobs.settlement.inputs import gather

__all__ = ["AT", "finalise", "line", "statement"]


def statement(lines=(), **other):
    """As the warehouse's tests make one, with the totals of its associations."""
    totals = {}
    for one in lines:
        totals[one["association"]] = totals.get(one["association"], 0) + one["amount_cents"]
    listed = [{"code": code, "total_cents": cents} for code, cents in sorted(totals.items())]
    return statements.statement(lines, **{"associations": listed, **other})


def finalise(home, made, at=AT):
    """Bring a statement to its end; gives its number."""
    name = store(home, made, at)
    life.submit(home, *name, "coordination", at)
    life.approve(home, *name, "finance", at)

    def draft(engine, quarter, convention, cutoff):
        with engine.connect() as connection:
            kept = documents.snapshot(connection, made, gather(engine, cutoff), home)
        kept.pop("statement")
        return drafted(made)._replace(snapshot=kept)

    return life.finalise(home, *name, "finance", at, draft).number


def answer(message_id, *states):
    """A pain.002: (end-to-end identifier, status, reason) of each transfer it names."""
    named = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{name}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        + (f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else "")
        + "</TxInfAndSts>"
        for name, status, code in states
    )
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><OrgnlGrpInfAndSts>'
        f"<OrgnlMsgId>{message_id}</OrgnlMsgId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>{named}</OrgnlPmtInfAndSts>"
        "</CstmrPmtStsRpt></Document>"
    ).encode()


def day(text):
    return date.fromisoformat(text)
