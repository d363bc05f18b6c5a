"""Whose a message is: the verdict of the receiving server, read as RFC 8601 writes it, and all that is tried to forge it."""

from email import message_from_string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.sources.pull import verdict

OURS, DOMAIN = "mx.federation.example", "une.example"


def doubt(*heads: str, sender: str = f"fiches@{DOMAIN}") -> str | None:
    text = "".join(f"Authentication-Results: {head}\n" for head in heads) + f"From: {sender}\n\nBonjour\n"
    message = message_from_string(text)
    address = verdict.sender(message)
    assert address
    return verdict.doubt(message, address, OURS)


@pytest.mark.parametrize(
    "head",
    [
        f"{OURS}; dmarc=pass header.from={DOMAIN}",
        f"{OURS}; dmarc=pass (p=reject dis=none) header.from={DOMAIN}",
        f"{OURS} 1; dkim=pass header.d={DOMAIN} header.s=s1",
        f"{OURS};\n dkim=pass (2048-bit key)\n header.i=@{DOMAIN} header.b=AbCd;\n spf=fail smtp.mailfrom={DOMAIN}",
        f"{OURS}; dkim=fail header.d=liste.example; dkim=pass header.d={DOMAIN}",
        f"MX.Federation.Example; DKIM=PASS header.d={DOMAIN.upper()}",
        f"{OURS} (Postfix (ours)); dkim / 1 = pass header.d = {DOMAIN}".replace("header.d = ", "header.d="),
    ],
)
def test_these_prove_the_sender(head):
    assert doubt(head) is None


def test_a_signature_of_the_domain_above_proves_the_one_below():
    assert doubt(f"{OURS}; dkim=pass header.d={DOMAIN}", sender=f"x@mail.{DOMAIN}") is None
    assert doubt(f"{OURS}; dkim=pass header.d=mail.{DOMAIN}") is not None


@pytest.mark.parametrize(
    "heads",
    [
        (),
        ("",),
        (f"{OURS}; none",),
        (OURS,),
        (f"{OURS}; spf=pass smtp.mailfrom={DOMAIN}",),
        (f"{OURS}; dkim=pass",),
        (f"{OURS}; dkim=pass header.d=pirate.example",),
        (f"{OURS}; dkim=pass header.d=example",),
        (f"{OURS}; dkim=pass header.d=pas{DOMAIN}",),
        (f"{OURS}; dkim=pass header.s={DOMAIN}",),
        (f"{OURS}; dmarc=pass",),
        (f"{OURS}; dmarc=bestguesspass header.from={DOMAIN}",),
        (f"{OURS}; dmarc=fail (dmarc=pass header.from={DOMAIN})",),
        (f'{OURS}; dmarc=fail reason="; dkim=pass header.d={DOMAIN};"',),
        (f'{OURS}; spf=pass smtp.mailfrom="x; dkim=pass header.d={DOMAIN}"@pirate.example',),
        (f"{OURS}; spf=fail (\\); dkim=pass header.d={DOMAIN};",),
        (f"{OURS}; xdkim=pass header.d={DOMAIN}",),
        (f"{OURS}.pirate.example; dkim=pass header.d={DOMAIN}",),
        (f"pirate.example; dkim=pass header.d={DOMAIN}", f"{OURS}; dkim=pass header.d={DOMAIN}"),
        (f"{OURS}; dkim=none", f"{OURS}; dkim=pass header.d={DOMAIN}"),
    ],
)
def test_these_prove_nothing(heads):
    assert doubt(*heads)


@given(st.text(alphabet='abc=;()"\\ .@\t', max_size=60))
def test_nothing_in_quotes_or_in_a_comment_is_ever_a_result(hostile):
    quoted = hostile.replace("\\", "\\\\").replace('"', '\\"')
    _, results = verdict.read(f'{OURS}; spf=fail smtp.mailfrom="{quoted}; dkim=pass header.d={DOMAIN}"; dmarc=fail')
    assert [(method, said) for method, said, _ in results] == [("spf", "fail"), ("dmarc", "fail")]


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("fiches@une.example", "fiches@une.example"),
        ("Une <Fiches@Une.Example>", "fiches@une.example"),
        ('"fiches@une.example" <moi@pirate.example>', "moi@pirate.example"),
        ("a@une.example, b@une.example", None),
        ("sans adresse", None),
        ("fiches@une.example\nFrom: moi@pirate.example", None),
        ("Une:fiches@une.example;", "fiches@une.example"),
        ("", None),
    ],
)
def test_the_sender_is_one_address_or_none(written, address):
    assert verdict.sender(message_from_string(f"From: {written}\n\n")) == address
