"""Fiches by mail, from a real IMAP server (Dovecot): whose a message is, hostile attachments, cuts and silence."""

import imaplib
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage

import pytest

from etl.jobs.intake.pull import Taken
from etl.model.errors import AwayError, SaisinesError
from etl.sources.pull import item

from .conftest import Desk
from .dovecot import NEEDED, OURS, PASSED, Dovecot, message, running
from .given import fiche, wire

pytestmark = NEEDED


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    """A server whose mailboxes last as long as the module."""
    with running() as made:
        yield made


@pytest.fixture
def dovecot(server: Dovecot) -> int:
    """The port where the server speaks in clear."""
    return server.port


class Box:
    """A mailbox, and what a test puts in it."""

    def __init__(self, desk: Desk, port: int, user: str) -> None:
        self.desk, self.user = desk, user
        self.reach(port)
        self.client = imaplib.IMAP4("127.0.0.1", port)
        self.client.login(user, "secret")
        self.client.select()

    def reach(self, port: int, **extra: object) -> None:
        """Point the connection to a port, in clear unless the extras say otherwise."""
        extra = {"use_ssl": False} | extra
        self.desk.connection(
            "courriel", conn_type="imap", host="127.0.0.1", port=port, login=self.user, password="secret", extra=extra
        )

    def receive(self, message: EmailMessage | bytes, instant: str = "2026-04-10T23:30:00+02:00") -> None:
        """Have the server receive a message at an instant."""
        at = imaplib.Time2Internaldate(datetime.fromisoformat(instant))
        assert self.client.append("INBOX", "", at, bytes(message))[0] == "OK"

    def names(self) -> list[bytes]:
        """The messages that are there."""
        self.client.noop()
        return self.client.search(None, "ALL")[1][0].split()


@pytest.fixture
def box(desk: Desk, dovecot: int, request: pytest.FixtureRequest) -> Box:
    """A mailbox of its own for each test, and the source that reads it."""
    made = Box(desk, dovecot, f"user{abs(hash(request.node.name))}")
    declare(desk)
    return made


def declare(desk: Desk, **more: object) -> None:
    said = {"nom": "courriel", "type": "imap", "porte": "fiches", "connexion": "courriel", "recepteur": OURS} | more
    desk.declare("  - {" + ", ".join(f"{name}: {value}" for name, value in said.items()) + "}\n")


def test_a_proven_message_of_an_association_is_taken_in_at_its_reception(desk, box):
    box.receive(message(("t1.xlsx", fiche())))
    box.receive(message())
    assert desk.pull("courriel") == Taken(received=1)
    assert desk.received() == [("AAV001", "t1.xlsx", "2026-04-10", "source")]
    assert desk.pull("courriel") == Taken()
    assert len(box.names()) == 2
    assert box.client.search(None, "SEEN")[1] == [b""]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"verdict": None}, "aucun verdict"),
        ({"verdict": f"{OURS}; dkim=fail header.d=une.example; dmarc=fail header.from=une.example"}, "pas prouvé"),
        ({"verdict": f"{OURS}; dkim=pass header.d=pirate.example; spf=pass"}, "pas prouvé"),
        ({"verdict": "mx.pirate.example; dkim=pass header.d=une.example"}, "pas celui de notre serveur"),
        ({"sender": '"fiches@une.example" <moi@pirate.example>'}, "pas prouvé"),
        ({"sender": "Pirate <moi@pirate.example>", "verdict": PASSED.replace("une", "pirate")}, "aucune association"),
        (
            {"sender": "commune@partagee.example", "verdict": PASSED.replace("une.example", "partagee.example")},
            "plusieurs associations",
        ),
        ({"sender": "fiches@une.example, moi@pirate.example"}, "écrit en clair"),
    ],
)
def test_what_is_not_proven_is_held_with_its_reason(desk, box, changes, why):
    box.receive(message(("t1.xlsx", fiche()), **changes))
    assert desk.pull("courriel") == Taken(held=1)
    assert why in str(desk.held()[0]["reason"])
    assert desk.received() == []


def test_a_verdict_forged_by_the_sender_lies_below_ours_and_is_not_read(desk, box):
    forged = message(("t1.xlsx", fiche()), verdict=f"{OURS}; dkim=none; dmarc=fail header.from=une.example").as_bytes()
    head, _, rest = forged.partition(b"\n")
    box.receive((head + b"\nAuthentication-Results: " + PASSED.encode() + b"\n" + rest).replace(b"\n", b"\r\n"))
    assert desk.pull("courriel") == Taken(held=1)


def test_the_same_attachment_in_two_messages_is_one_delivery_received_first(desk, box):
    content = fiche()
    box.receive(message(("t1.xlsx", content)), "2026-04-12T10:00:00+02:00")
    box.receive(message(("copie.xlsx", content)), "2026-04-11T10:00:00+02:00")
    assert desk.pull("courriel") == Taken(received=1, known=1)
    assert desk.received() == [("AAV001", "copie.xlsx", "2026-04-11", "source")]
    box.receive(message(("encore.xlsx", content)))
    assert desk.pull("courriel") == Taken(known=1)


def test_hostile_attachment_names_do_no_harm(desk, box):
    names = ["../../../etc/cron.d/x.xlsx", "é" * 2500 + ".xlsx", "a\x00b.xlsx", "t1.xlsx", "t1.xlsx", "C:\\t1.xlsx"]
    box.receive(message(*((name, fiche(f"0{n}/02/2026")) for n, name in enumerate(names, start=1))))
    assert desk.pull("courriel") == Taken(received=6)
    for row in desk.received():
        name = str(row[1])
        assert ".." not in name and len(name) <= 150 and name.isprintable()


def test_logos_are_let_be_and_what_is_no_fiche_is_held_without_its_bytes(desk, box):
    box.receive(message(("t1.xlsx", fiche()), ("fiches.zip", b"PK\x03\x04"), ("sans", b"?"), verdict=PASSED))
    logo = message()
    logo.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png")
    box.receive(logo)
    assert desk.pull("courriel") == Taken(received=1, held=2)
    assert [(row["file_name"], row["landed"]) for row in desk.held()] == [("fiches.zip", None), ("sans", None)]


def test_fiches_in_a_message_passed_on_are_its_sender_s(desk, box):
    outer = message()
    outer.add_attachment(message(("t1.xlsx", fiche()), sender="salarie@ailleurs.example", verdict=None))
    box.receive(outer)
    assert desk.pull("courriel") == Taken(received=1)
    assert desk.received()[0][0] == "AAV001"


def test_a_message_that_is_no_message_stops_nothing(desk, box):
    box.receive(b"\xff\xfe\r\n\r\n\x00 nothing of a message \xe9\r\n".replace(b"\x00", b"?"))
    broken = message(("t1.xlsx", fiche())).as_bytes()
    box.receive(broken[: len(broken) // 2])
    box.receive(message(("t2.xlsx", fiche())))
    assert desk.pull("courriel") == Taken(received=1, failed=1)


def test_a_cut_half_way_takes_in_what_came_before_and_goes_on_at_the_next_pass(desk, box, dovecot):
    box.receive(message(("1.xlsx", fiche("01/02/2026"))))
    box.receive(message(("2.xlsx", fiche("02/02/2026")), ("scan.pdf", b"%PDF" * 80_000)))
    with wire(dovecot) as line:
        box.reach(line.port)
        line.cut_after = 100_000
        with pytest.raises(AwayError, match="courriel"):
            desk.pull("courriel")
        assert [row[1] for row in desk.received()] == ["1.xlsx"]
        line.cut_after = None
        assert desk.pull("courriel") == Taken(received=1, held=1)


def test_a_silent_server_is_left_after_a_while(desk, box, dovecot):
    declare(desk, nom="lente", delai=1)
    box.receive(message(("2.xlsx", fiche() + b"\0" * 300_000)))
    with wire(dovecot) as line:
        box.reach(line.port)
        for after in (0, 100_000):
            line.cut_after, line.hang = after, True
            with pytest.raises(AwayError):
                desk.pull("lente")


@pytest.mark.timeout(300)  # which it would pass by hours
def test_a_server_that_drips_is_left_though_it_is_never_silent(desk, box, dovecot, monkeypatch):
    box.receive(message(("1.xlsx", fiche("01/02/2026"))))
    box.receive(message(("2.xlsx", fiche("02/02/2026")), ("scan.pdf", b"%PDF" * 80_000)))
    with wire(dovecot) as line, monkeypatch.context() as hasty:
        box.reach(line.port)
        hasty.setattr(item, "PATIENCE_S", 10)  # enough for the message before, on a machine that is busy
        hasty.setattr(item, "SLOWEST_BYTES_S", 1 << 20)
        line.cut_after, line.drip = 100_000, 0.2
        with pytest.raises(AwayError, match="a coupé"):
            desk.pull("courriel")
        hasty.undo()
        assert [row[1] for row in desk.received()] == ["1.xlsx"]
        line.cut_after = None
        assert desk.pull("courriel") == Taken(received=1, held=1)


def test_over_tls_a_server_is_spoken_to_when_its_certificate_is_trusted_only(desk, box, server, monkeypatch):
    box.receive(message(("t1.xlsx", fiche())))
    box.reach(server.tls, use_ssl=True)
    with pytest.raises(SaisinesError, match="certificat") as refused:
        desk.pull("courriel")
    assert not isinstance(refused.value, AwayError)
    monkeypatch.setenv("SSL_CERT_FILE", str(server.trusted))
    assert desk.pull("courriel") == Taken(received=1)


def test_over_tls_a_cut_and_a_drip_are_seen_as_in_clear(desk, box, server, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(server.trusted))
    box.receive(message(("t1.xlsx", fiche()), ("scan.pdf", b"%PDF" * 80_000)))
    with wire(server.tls) as line, monkeypatch.context() as hasty:
        box.reach(line.port, use_ssl=True)
        hasty.setattr(item, "PATIENCE_S", 2)
        hasty.setattr(item, "SLOWEST_BYTES_S", 1 << 20)
        for line.drip in (0, 0.2):
            line.cut_after = 100_000
            with pytest.raises(AwayError, match="a coupé"):
                desk.pull("courriel")
        hasty.undo()
        line.cut_after = None
        assert desk.pull("courriel") == Taken(received=1, held=1)


def test_a_refused_password_or_folder_is_said_and_not_tried_again(desk, box, dovecot):
    declare(desk, nom="ailleurs", dossier="Absent")
    with pytest.raises(SaisinesError, match="dossier « Absent »") as refused:
        desk.pull("ailleurs")
    assert not isinstance(refused.value, AwayError)
    extra = {"use_ssl": False}
    desk.connection("courriel", conn_type="imap", host="127.0.0.1", port=dovecot, login="x", password="y", extra=extra)
    with pytest.raises(SaisinesError, match="refuse") as refused:
        desk.pull("courriel")
    assert not isinstance(refused.value, AwayError)


def test_messages_are_removed_only_when_told_and_only_those_received(desk, box):
    declare(desk, nom="videe", supprimer="true")
    box.receive(message(("t1.xlsx", fiche())))
    box.receive(message(("t2.xlsx", fiche("05/02/2026")), verdict=None))
    assert desk.pull("videe") == Taken(received=1, held=1)
    assert len(box.names()) == 2
    assert desk.pull("videe") == Taken()
    assert len(box.names()) == 1
