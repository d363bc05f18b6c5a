"""The bank's answer to a payment file: ISO 20022 pain.002, of any version, read by names without their namespace."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.model.errors import SaisinesError

if TYPE_CHECKING:
    from lxml.etree import _Element

REJECTED = {"RJCT", "CANC"}
SETTLED = {"ACSC", "ACCC"}  # debited; credited to the payee's account
REASONS = {
    "AC01": "Numéro de compte faux.",
    "AC03": "Compte du bénéficiaire non valide.",
    "AC04": "Compte clos.",
    "AC06": "Compte bloqué.",
    "AG01": "Virement interdit sur ce type de compte.",
    "AG02": "Code d’opération non valide.",
    "AM04": "Provision insuffisante.",
    "AM05": "Ordre en double.",
    "BE01": "Le titulaire ne correspond pas au compte.",
    "BE04": "Adresse du bénéficiaire manquante ou fausse.",
    "CNOR": "La banque du bénéficiaire n’est pas joignable.",
    "DT01": "Date d’exécution non valable.",
    "DUPL": "Fichier reçu deux fois.",
    "FF01": "Format du fichier refusé.",
    "MD07": "Titulaire du compte décédé.",
    "MS02": "Refus du client, sans motif donné.",
    "MS03": "Refus de la banque, sans motif donné.",
    "RC01": "BIC faux.",
    "RR01": "Compte du donneur d’ordre manquant.",
    "RR03": "Nom ou adresse du bénéficiaire manquant.",
    "TM01": "Ordre reçu après l’heure limite.",
}


@dataclass(frozen=True)
class Answer:
    """What the bank says of one transfer: `rejete`, `paye` or `transmis` (accepted, not settled yet), and why."""

    end_to_end_id: str
    state: str
    reason_code: str
    reason: str


@dataclass(frozen=True)
class PaymentReturn:
    """The bank's answer to one payment file.

    Attributes:
        message_id: the identifier of the payment file it answers.
        whole: what it says of all the transfers it does not name; None when it says nothing of them.
        answers: what it says of the transfers it names.
    """

    message_id: str
    whole: Answer | None
    answers: tuple[Answer, ...]

    def of(self, end_to_end_id: str) -> Answer | None:
        """What the bank says of one transfer."""
        named = {answer.end_to_end_id: answer for answer in self.answers}
        return named.get(end_to_end_id, self.whole)


def read_payment_return(content: bytes) -> PaymentReturn:
    """Reads a pain.002.

    Raises:
        SaisinesError: it is not one, it names no payment file, or it says two things of one transfer.
    """
    report = _report(content)
    message_id = _text(report, ".//{*}OrgnlMsgId")
    if not message_id:
        raise SaisinesError(
            "Retour de la banque : le message d’origine (OrgnlMsgId) manque, demander un autre fichier."
        )
    group = report.find("{*}OrgnlGrpInfAndSts")
    answers = [answer for batch in report.iterfind("{*}OrgnlPmtInfAndSts") for answer in _named(batch)]
    _check_single(answers)
    return PaymentReturn(message_id, _whole(report, group), tuple(answers))


def _report(content: bytes) -> "_Element":
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise SaisinesError(f"Retour de la banque : XML illisible, ligne {error.lineno}.") from error
    if root.getroottree().docinfo.doctype:
        raise SaisinesError("Retour de la banque : une déclaration DOCTYPE n’y a pas sa place, le fichier est refusé.")
    report: _Element | None = root.find("{*}CstmrPmtStsRpt")
    if report is None:
        raise SaisinesError("Retour de la banque : un fichier pain.002 (CstmrPmtStsRpt) est attendu.")
    return report


def _text(node: "_Element | None", path: str) -> str:
    return (node.findtext(path) or "").strip() if node is not None else ""


def _state(status: str) -> str:
    return "rejete" if status in REJECTED else "paye" if status in SETTLED else "transmis"


def _answer(node: "_Element", end_to_end_id: str, status: str) -> Answer:
    code = _text(node, "{*}StsRsnInf/{*}Rsn/{*}Cd") or _text(node, "{*}StsRsnInf/{*}Rsn/{*}Prtry")
    state = _state(status)
    unknown = f"Motif {code} de la banque." if code else "Motif non donné par la banque."
    return Answer(end_to_end_id, state, code, REASONS.get(code, unknown) if state == "rejete" else "")


def _whole(report: "_Element", group: "_Element | None") -> Answer | None:
    """The status of the group, else that of its only batch; a partial one says nothing of what is not named."""
    batches = list(report.iterfind("{*}OrgnlPmtInfAndSts"))
    if status := _text(group, "{*}GrpSts"):
        return None if status == "PART" or group is None else _answer(group, "", status)
    if len(batches) == 1 and (status := _text(batches[0], "{*}PmtInfSts")) and status != "PART":
        return _answer(batches[0], "", status)
    return None


def _named(batch: "_Element") -> list[Answer]:
    found = []
    for node in batch.iterfind("{*}TxInfAndSts"):
        status, name = _text(node, "{*}TxSts"), _text(node, "{*}OrgnlEndToEndId")
        if name and status:
            found.append(_answer(node, name, status))
    return found


def _check_single(answers: list[Answer]) -> None:
    names = [answer.end_to_end_id for answer in answers]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SaisinesError(
            f"Retour de la banque : le virement {twice[0]} y figure deux fois, demander un autre fichier."
        )
