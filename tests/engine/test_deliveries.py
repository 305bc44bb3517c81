"""Messages to people outside the desk, sent to real servers of this machine by a real engine whose clock is turned."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from engine import telling
from engine.clock import HandClock
from engine.operations import definitions, tasks
from engine.operations.settings import set_setting
from engine.rules.alerts import Severity
from store.database import transaction
from store.instants import to_us
from store.journal import ENGINE, begin
from tests.desk import Desk, desk
from tests.engine.engine_stage import Stage
from tests.engine.mailboxes import closed_port, hook, mailbox, silence

__all__ = ["desk"]

NOON = "2025-06-10T12:00"
MINUTE = 60


@pytest.fixture
def stage(desk: Desk) -> Iterator[Stage]:
    with Stage(desk.path, HandClock(to_us(desk.at(NOON)))) as made:
        yield made


def reach(desk: Desk, *urls: str, who: str = "Ana", **more: Any) -> None:
    definitions.edit_user(desk.ana, desk.at("2025-06-01"), who, channel=urls, **more)


def tell(stage: Stage, subject: str, severity: Severity = Severity.WARNING, text: str = "", **more: Any) -> None:
    with transaction() as connection:
        begin(connection, stage.clock.now(), ENGINE, "test")
        telling.tell(
            connection, f"test:{subject}:{more}", stage.clock.now(), severity, "test", subject, text, **more
        )  # fmt: skip


def sent(desk: Desk) -> list[Any]:
    """(state, attempts, words) of each, in order."""
    return desk.rows("SELECT state, attempts, ifnull(error, '') FROM delivery ORDER BY id")


def states(desk: Desk) -> list[str]:
    return [state for state, _, _ in sent(desk)]


def settle(stage: Stage, desk: Desk, seconds: float = MINUTE) -> None:
    """Turn the clock and let what is due then go out."""
    stage.turn(seconds)
    stage.step()
    stage.until(lambda: "sending" not in states(desk))


def test_a_notice_goes_out_once_as_plain_mail(stage: Stage, desk: Desk) -> None:
    with mailbox() as box:
        reach(desk, box.url)
        tell(stage, "Boiler <b>is</b> off\r\nBcc: eve@example.org", text="Call *Bo* & <i>ask</i>\r\n.\r\nnow\x1b[31m")
        settle(stage, desk)
        for _ in range(3):
            settle(stage, desk, 3_600)
        (mail,) = box.mails
        assert box.recipients == [["ana@example.org"]]
        assert mail["Subject"] == "Boiler <b>is</b> off Bcc: eve@example.org"
        assert mail["Bcc"] is None
        assert mail.get_content_type() == "text/plain"
        assert mail.get_content().splitlines() == ["Call *Bo* & <i>ask</i>", ".", "now[31m"]
    assert sent(desk) == [("sent", 1, "")]


def test_what_comes_within_the_window_is_one_message_and_ten_thousand_are_one_too(stage: Stage, desk: Desk) -> None:
    with hook() as web:
        reach(desk, web.url)
        tell(stage, "first")
        stage.turn(30)
        with transaction() as connection:
            begin(connection, stage.clock.now(), ENGINE, "test")
            for number in range(10_000):
                severity = Severity.IMPORTANT if number == 77 else Severity.NOTICE
                telling.tell(connection, f"n{number}", stage.clock.now(), severity, "test", f"Job {number}")
        settle(stage, desk, 29)
        assert web.tries == 0
        settle(stage, desk, 1)
        settle(stage, desk, 600)
        (post,) = web.posts
        assert post["title"] == "10,001 notices: Job 77"
        assert post["message"].splitlines()[:2] == ["- important: Job 77", "- warning: first"]
        assert post["message"].splitlines()[-1] == "and 9,951 more; the desk lists them all."
    assert set(states(desk)) == {"sent"}
    assert len(states(desk)) == 10_001


def test_a_webhook_that_answers_500_for_an_hour_gets_it_once_when_it_is_back(stage: Stage, desk: Desk) -> None:
    with hook() as web:
        web.status = 500
        reach(desk, web.url)
        tell(stage, "backup failed", Severity.URGENT)
        for _ in range(60):
            settle(stage, desk)
        tries = web.tries
        assert 5 <= tries <= 7, "1, 2, 4, 8, 16 and 32 minutes apart, and a quarter more at most"
        assert states(desk) == ["waiting"]
        web.status = 200
        for _ in range(90):
            settle(stage, desk)
        assert [post["title"] for post in web.posts] == ["backup failed"]
        assert web.tries == tries + 1
    assert sent(desk) == [("sent", tries + 1, "")]


def test_one_that_fails_for_a_day_has_failed_and_the_desk_says_so_without_the_secret(stage: Stage, desk: Desk) -> None:
    reach(desk, f"json://ana:topsecret@127.0.0.1:{closed_port()}/hooks/s3cretpath")
    tell(stage, "backup failed", Severity.URGENT)
    for _ in range(30):
        settle(stage, desk, 3_600)
    ((state, attempts, words),) = sent(desk)
    assert (state, 8 <= attempts <= 16) == ("failed", True)
    ((subject, text, audience),) = desk.rows("SELECT subject, text, audience FROM notification WHERE kind = 'delivery'")
    assert subject.startswith("1 notice could not be sent to json://ana:***@127.0.0.1:")
    assert audience == "person"
    for shown in (words, subject, text):
        assert "secret" not in shown
        assert "s3cret" not in shown


def test_a_mail_server_that_hangs_holds_neither_the_engine_nor_another_channel(stage: Stage, desk: Desk) -> None:
    set_setting(desk.ana, desk.at("2025-06-01"), "notify_timeout", "2")
    with silence() as port, hook() as web:
        reach(desk, f"mailto://127.0.0.1:{port}?from=desk@example.org&to=ana@example.org&mode=insecure", web.url)
        tell(stage, "backup failed", Severity.URGENT)
        began = time.monotonic()
        stage.step()
        assert time.monotonic() - began < 1
        stage.until(lambda: web.posts)
        assert "sending" in states(desk)
        assert stage.do("true").state == "succeeded"
        stage.until(lambda: "sending" not in states(desk))
    assert sent(desk) == [("waiting", 1, "no answer within 2 s"), ("sent", 1, "")]


def test_what_a_server_had_and_did_not_answer_is_not_sent_again(stage: Stage, desk: Desk) -> None:
    set_setting(desk.ana, desk.at("2025-06-01"), "notify_timeout", "2")
    with hook() as web:
        web.holds.clear()
        reach(desk, web.url)
        tell(stage, "backup failed", Severity.URGENT)
        stage.step()
        stage.until(lambda: "unknown" in states(desk))
        web.holds.set()
        for _ in range(5):
            settle(stage, desk, 3_600)
        assert web.tries == 1
    ((state, _, words),) = sent(desk)
    assert (state, words) == ("unknown", "perhaps sent: the server had it and did not answer (no answer within 2 s)")
    assert desk.rows("SELECT count(*) FROM notification WHERE kind = 'delivery'") == [(1,)]


def test_what_an_engine_was_sending_when_it_ended_is_not_sent_by_the_next(stage: Stage, desk: Desk) -> None:
    with hook() as web:
        web.holds.clear()
        reach(desk, web.url)
        tell(stage, "backup failed", Severity.URGENT)
        stage.step()
        stage.until(lambda: web.tries)
        stage.engine.close()
        with Stage(desk.path, stage.clock) as next_one:
            next_one.step()
            assert sent(desk) == [("unknown", 1, "perhaps sent: the engine ended meanwhile")]
            web.holds.set()
            settle(next_one, desk, 86_400)
        assert web.tries == 1
    subjects = desk.rows("SELECT subject FROM notification WHERE kind = 'delivery'")
    assert subjects == [(f"1 notice perhaps not sent to json://127.0.0.1:{web.port}/***",)]


def test_E8_a_task_that_is_done_in_time_is_not_told_outside(stage: Stage, desk: Desk) -> None:
    with hook() as web:
        reach(desk, web.url)
        made = tasks.add(desk.ana, desk.at(NOON), "Call the baker", deadline=date(2025, 6, 10))
        stage.step()
        assert states(desk) == ["waiting"]
        tasks.done(desk.ana, desk.at(NOON), made.id)
        assert sent(desk) == [("withdrawn", 0, "done by Ana")]
        settle(stage, desk, 600)
        assert web.tries == 0
        tasks.reopen(desk.ana, desk.at(NOON), made.id)
        settle(stage, desk, 600)
        assert [post["title"] for post in web.posts] == ["Call the baker is due today"]
        settle(stage, desk, 86_400)
        settle(stage, desk)
        assert [post["title"] for post in web.posts] == ["Call the baker is due today", "Call the baker is late"]
