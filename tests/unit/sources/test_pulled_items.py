"""Bytes whole or not at all, within a limit, and names that do no harm."""

import io
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.model.errors import AwayError, SaisinesError
from etl.sources.pull import item, mailbox
from etl.sources.pull.item import TooLargeError, reaching, read_whole, shown


def test_bytes_are_read_to_the_end():
    assert read_whole(io.BytesIO(b"abc").read, 3, "s") == b"abc"
    assert read_whole(io.BytesIO(b"abc").read, None, "s") == b"abc"


@pytest.mark.parametrize("size", [2, 4])
def test_another_number_of_bytes_than_was_announced_is_a_cut_or_a_lie(size):
    with pytest.raises(AwayError, match=f"3 octets reçus sur {size} annoncés"):
        read_whole(io.BytesIO(b"abc").read, size, "s")


def test_nothing_larger_than_the_limit_is_read_whatever_is_announced():
    with pytest.raises(TooLargeError):
        read_whole(io.BytesIO(b"abc").read, 100, "s", limit=10)
    with pytest.raises(TooLargeError):
        read_whole(lambda most: b"x" * most, None, "s", limit=1 << 20)


def test_a_failure_is_told_by_its_kind_never_by_its_words():
    with pytest.raises(AwayError) as away, reaching("s", (OSError,)):
        raise ConnectionResetError("fiches de Mme Durand")
    assert "Durand" not in away.value.message
    with pytest.raises(SaisinesError) as refused, reaching("s", (OSError,), (PermissionError,)):
        raise PermissionError("secret")
    assert not isinstance(refused.value, AwayError)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("t1.xlsx", "t1.xlsx"),
        ("../../etc/passwd", "etc/passwd"),
        ("C:\\fiches\\t1.xlsx", "C:/fiches/t1.xlsx"),
        ("a\x00b\r\n\x1b[31m.csv", "ab[31m.csv"),
        ("\u202exslx.csv", "xslx.csv"),
        ("fiche\u00a0de\u2028mars.csv", "fiche de mars.csv"),
        ("", "sans nom"),
        ("..", "sans nom"),
    ],
)
def test_a_name_is_shown_without_harm(name, seen):
    assert shown(name) == seen


@given(st.text(max_size=400))
def test_every_name_can_be_shown_stored_and_shown_again(name):
    seen = shown(name)
    assert 0 < len(seen) <= item.MAX_NAME
    assert ".." not in seen.split("/")
    assert not seen.startswith("/")
    assert shown(seen) == seen
    seen.encode()


def test_an_instant_of_a_mail_server_keeps_its_offset():
    two = timezone(timedelta(hours=2))
    assert mailbox._instant(b"10-Apr-2026 23:30:00 +0200") == datetime(2026, 4, 10, 23, 30, tzinfo=two)
    assert mailbox._instant(b" 1-Jan-2026 00:00:00 +0000") == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_message_of_too_many_attachments_says_that_some_are_not_read():
    message = EmailMessage()
    message["From"] = "fiches@une.example"
    message.set_content("Voici.")
    for number in range(mailbox.MAX_ATTACHMENTS + 2):
        message.add_attachment(b"x", maintype="text", subtype="csv", filename=f"{number}.csv")
    *read, last = mailbox.attachments(message, "mx.example")
    assert len(read) == mailbox.MAX_ATTACHMENTS
    assert (last.content, last.doubt) == (None, mailbox.TOO_MANY)


HOSTILE = [
    b"Content-Disposition: attachment; filename*=inconnu''%ff%fe.xlsx\n",
    b'Content-Disposition: attachment; filename="=?x-inconnu?B?//8=?=.xlsx"\n',
    b"Content-Disposition: attachment; filename*0*=utf-8''a; filename*99999999=\".xlsx\"\n",
    b"Content-Type: multipart/mixed\n",
    b"Content-Type: message/rfc822\n",
    b"Content-Type: text/csv; charset=x; name=a.csv\nContent-Transfer-Encoding: base64\n",
    b"Authentication-Results: (((((((\n",
    b"From: \xff\xfe@\xff\n",
    b'From: "a@b.fr\n',
]


@given(st.lists(st.sampled_from(HOSTILE) | st.binary(max_size=40)), st.binary(max_size=200))
def test_no_message_however_hostile_stops_its_reader(heads, body):
    for file in mailbox.read_message(b"".join(heads) + b"\n" + body, "mx.example"):
        assert file.doubt
        shown(file.name).encode()
