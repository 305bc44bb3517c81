"""The processes that send: what they do to text, and what is left of them."""

from __future__ import annotations

import time

import psutil

from engine.clock import SystemClock
from engine.rules.alerts import Severity
from engine.rules.delivering import Said, one_message
from engine.sending.main import harmless
from engine.sending.senders import MOST, Senders
from tests.engine.engine_stage import is_alive
from tests.engine.mailboxes import hook, mailbox, silence

MESSAGE = one_message([Said("hello", "there", Severity.NOTICE)])


def test_nobody_is_called_by_what_somebody_typed() -> None:
    assert (
        harmless("discord://1/2", "@everyone <@12> <!channel> a < b")
        == "@\u200beveryone <\u200b@\u200b12> <\u200b!channel> a < b"
    )
    assert harmless("mailto://x@y.org", "bo@example.org <@12>") == "bo@example.org <@12>"


def test_no_more_than_some_at_once_and_none_is_left() -> None:
    senders = Senders(SystemClock())
    with silence() as port:
        url = f"mailto://127.0.0.1:{port}?from=a@b.org&to=c@d.org&mode=insecure"
        for number in range(MOST):
            senders.send(str(number), url, MESSAGE, 30)
        assert senders.free == 0
        pids = [each._process.pid for each in senders._all]
        assert senders.hear() == []
        began = time.monotonic()
        senders.close()
    assert time.monotonic() - began < 5
    assert not [pid for pid in pids if is_alive(pid)]
    assert senders.busy == 0


def test_one_that_is_killed_before_it_has_begun_may_be_tried_again() -> None:
    senders = Senders(SystemClock())
    try:
        with hook() as web, silence() as port:
            senders.send("0", web.url, MESSAGE, 30)
            assert [answer.state for answer in senders.wait(20)] == ["sent"]
            _halt_the_process_that_rests()
            senders.send("1", f"json://127.0.0.1:{port}", MESSAGE, 0)
            (answer,) = senders.wait(5)
            assert (answer.key, answer.state) == ("1", "failed")
        with hook() as web, mailbox() as box:
            senders.send("2", web.url, MESSAGE, 30)
            senders.send("3", box.url, MESSAGE, 30)
            assert {answer.key: answer.state for answer in senders.wait(20)} == {"2": "sent", "3": "sent"}
    finally:
        senders.close()


def _halt_the_process_that_rests() -> None:
    """So that it takes no further message before its time is over."""
    for child in psutil.Process().children():
        if "sending" in " ".join(child.cmdline()):
            child.suspend()


def test_a_mail_that_only_some_of_its_people_get_is_not_sent_again() -> None:
    senders = Senders(SystemClock())
    try:
        with mailbox() as box:
            box.refused = "bad@example.org"
            url = box.url.replace("to=ana@example.org", "to=ana@example.org,bad@example.org")
            senders.send("1", url, MESSAGE, 30)
            (answer,) = senders.wait(20)
            assert box.recipients == [["ana@example.org"]]
            assert answer.state == "unknown"
    finally:
        senders.close()
