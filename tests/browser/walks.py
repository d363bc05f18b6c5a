"""How the tests go about in the desk."""

import re


def statement(page, convention: str) -> str:
    """Go to the statement of a convention; gives its address."""
    page.goto("/bureau/releves")
    page.get_by_role("link", name=convention, exact=True).first.click()
    page.wait_for_url(re.compile("/releves/2026-T1/"))
    return page.url


def open_cases(page, code: str) -> list[str]:
    page.goto(f"/bureau/ecarts?code={code}&state=ouvert")
    return page.locator(".queue .ref a").all_inner_texts()


def download(page, name: str) -> bytes:
    with page.expect_download() as downloaded:
        page.get_by_role("link", name=name).first.click()
    return downloaded.value.path().read_bytes()


def bank_answer(sent: str, states: list[tuple[str, str, str]]) -> bytes:
    """A pain.002 to the payment file that was sent."""
    told = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{name}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        + (f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else "")
        + "</TxInfAndSts>"
        for name, status, code in states
    )
    message = re.search("<MsgId>([^<]+)", sent)[1]
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><OrgnlGrpInfAndSts>'
        f"<OrgnlMsgId>{message}</OrgnlMsgId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>{told}</OrgnlPmtInfAndSts>"
        "</CstmrPmtStsRpt></Document>"
    ).encode()
