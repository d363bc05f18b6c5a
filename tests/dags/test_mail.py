"""Messages reach a real mail server through Airflow's connection; nothing is lost when it is away."""

from pathlib import Path

import pytest
from post_office import SENDER, Mailbox, certificate, connection, served

from etl.jobs.watching import mail
from etl.jobs.watching.mail import Message
from etl.model.errors import SaisinesError
from etl.scheduler.home import AirflowHome
from etl.scheduler.processes import free_port

ONE = Message(
    "une",
    ["finance@federation.example"],
    "Relevés à approuver : 2",
    "CALAE & AMF <T1>.\nDeux.\n\nhttps://x.example/b?a=1&b=2",
)
TWO = Message("deux", ["coordination@federation.example"], "Écarts", "Rien.")
VARIABLE = "AIRFLOW_CONN_SMTP_DEFAULT"


@pytest.fixture
def port(airflow: AirflowHome, monkeypatch: pytest.MonkeyPatch) -> int:
    free = free_port()
    monkeypatch.setenv(VARIABLE, connection(free))
    return free


def keys_of(messages: list[Message]) -> tuple[list[str], mail.Sent]:
    told: list[str] = []
    return told, mail.send(messages, lambda one: told.append(one.key))


def test_a_message_is_taken_by_a_real_server_as_it_was_written(port: int, tmp_path: Path) -> None:
    box, file = Mailbox(), tmp_path / "rappel.pdf"
    file.write_bytes(b"%PDF-1.7 exemple")
    with served(box, port):
        told, sent = keys_of([Message("une", ONE.to, ONE.subject, ONE.text, [file]), TWO])
    assert told == sent.keys == ["une", "deux"]
    first, second = box.messages
    assert (first["Subject"], first["From"], first["To"]) == (ONE.subject, SENDER, ONE.to[0])
    assert box.envelopes[0].rcpt_tos == ONE.to
    assert "CALAE &amp; AMF &lt;T1&gt;.<br>" in box.texts[0]
    assert '<a href="https://x.example/b?a=1&amp;b=2">' in box.texts[0]
    assert [part.get_filename() for part in first.iter_attachments()] == ["rappel.pdf"]
    assert second["Subject"] == "Écarts"
    assert first["Auto-Submitted"] == "auto-generated"


def test_a_server_that_is_away_loses_nothing_and_gets_it_when_it_is_back(port: int) -> None:
    box = Mailbox()
    with pytest.raises(OSError):
        keys_of([ONE, TWO])
    with served(box, port):
        assert keys_of([ONE, TWO])[0] == ["une", "deux"]
    assert len(box.envelopes) == 2


def test_a_server_that_turns_away_in_the_middle_has_what_it_took_and_the_rest_is_to_send(port: int) -> None:
    box, told = Mailbox(), []
    box.refuses = {TWO.to[0]: "451 4.7.1 later"}
    with served(box, port), pytest.raises(ConnectionError) as raised:
        mail.send([ONE, TWO], lambda one: told.append(one.key))
    assert told == ["une"]
    assert "later" not in str(raised.value)
    assert "@" not in str(raised.value)


def test_an_address_that_the_server_refuses_for_good_stops_no_other(port: int) -> None:
    box = Mailbox()
    box.refuses = {ONE.to[0]: "550 5.1.1 unknown"}
    with served(box, port):
        told, sent = keys_of([ONE, Message("tordue", ["a@b.example\r\nRCPT TO:<x@y.example>"], "x", "x"), TWO])
    assert told == ["deux"]
    assert sent.refused == ["une", "tordue"]
    assert [one.rcpt_tos for one in box.envelopes] == [TWO.to]


def test_the_same_message_sent_again_says_that_it_is_the_same(port: int) -> None:
    box = Mailbox()
    with served(box, port):
        keys_of([ONE])
        keys_of([ONE, TWO])
    first, again, other = (one["Message-ID"] for one in box.messages)
    assert first == again != other


@pytest.mark.parametrize("way", ["tls", "starttls"])
def test_a_server_over_tls_is_spoken_to_when_its_certificate_is_trusted_only(
    way: str, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certificate(tmp_path)
    extras = {"tls": {"disable_ssl": False}, "starttls": {"disable_tls": False}}[way]
    box = Mailbox()
    monkeypatch.setenv(VARIABLE, connection(port, **extras))
    with served(box, port, tls=context, starttls=way == "starttls"):
        with pytest.raises(OSError, match=r"(?i)certificate"):
            keys_of([ONE])
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        assert keys_of([ONE])[0] == ["une"]
    assert len(box.envelopes) == 1


def test_a_server_that_requires_tls_is_given_nothing_in_clear(port: int, tmp_path: Path) -> None:
    box = Mailbox()
    with served(box, port, tls=certificate(tmp_path)[0], starttls=True), pytest.raises(ConnectionError):
        keys_of([ONE])
    assert box.envelopes == []


def test_without_a_connection_or_a_sender_it_says_what_to_set(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, connection(port, from_email=""))
    with served(Mailbox(), port), pytest.raises(SaisinesError, match="from_email"):
        keys_of([ONE])
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(SaisinesError, match="smtp_default"):
        keys_of([ONE])
    assert keys_of([])[1].keys == []
