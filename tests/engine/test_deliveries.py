"""Messages to people outside the desk, sent to real servers of this machine by a real engine whose clock is turned."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine import telling
from engine.clock import HandClock
from engine.operations import definitions, notifications, tasks, triggers
from engine.operations.settings import set_setting
from engine.operations.undo import undo
from engine.queries import definitions as definition_queries
from engine.queries.desk import dump
from engine.queries.history import log
from engine.queries.messages import try_out
from engine.queries.notifications import listed
from engine.queries.why import Kind, why
from engine.rules.alerts import Severity
from store.database import session as desk_session
from store.database import transaction
from store.instants import to_us
from store.journal import ENGINE, begin
from tests.desk import Desk, desk, refused
from tests.engine.engine_stage import Stage, daemon
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


@pytest.mark.parametrize(("point", "times"), [("to-send", 0), ("answered", 1)])
def test_an_engine_that_is_killed_around_a_send_leaves_it_told_and_not_sent_again(
    desk: Desk, point: str, times: int
) -> None:
    with hook() as web:
        reach(desk, web.url)
        clock = HandClock(to_us(datetime.now(UTC)))
        with transaction() as connection:
            begin(connection, clock.now(), ENGINE, "test")
            telling.tell(connection, "test", clock.now(), Severity.URGENT, "test", "backup failed")
        with daemon(desk.path, crash_at=point, wait=False) as engine:
            assert engine.wait(20) == -signal.SIGKILL
        clock.turn(60)
        with Stage(desk.path, clock) as stage:
            stage.step()
            settle(stage, desk, 86_400)
        assert web.tries == times
    assert sent(desk) == [("unknown", 1, "perhaps sent: the engine ended meanwhile")]


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


def test_quiet_hours_are_those_of_the_person_and_urgent_ones_pass(stage: Stage, desk: Desk) -> None:
    with hook() as web:
        reach(desk, web.url, zone="Asia/Tokyo", quiet="18:00-21:00", loud_from=Severity.WARNING)
        tell(stage, "too soft", Severity.NOTICE)
        tell(stage, "by and by")  # noon in Brussels is 19:00 in Tokyo
        tell(stage, "at once", Severity.URGENT)
        settle(stage, desk, 0)
        assert [post["title"] for post in web.posts] == ["at once"]
        settle(stage, desk, 2 * 3_600 - 1)
        assert web.tries == 1
        settle(stage, desk, 1)
        assert [post["title"] for post in web.posts] == ["at once", "by and by"]


def test_a_notice_goes_to_those_it_concerns_when_it_is_sent(stage: Stage, desk: Desk) -> None:
    with hook() as web, mailbox() as box:
        reach(desk, web.url)
        reach(desk, box.url, who="Bo")
        made = tasks.add(desk.ana, desk.at(NOON), "Call the baker", assignee=("Bo",))
        tell(stage, "for the owner", for_id=desk.ana.user_id, task_id=made.id)
        tell(stage, "for its people", task_id=made.id)
        tell(stage, "put away", for_all=True)
        (notice,) = [row for (row,) in desk.rows("SELECT id FROM notification WHERE subject = 'put away'")]
        notifications.dismiss(desk.ana, desk.at(NOON), notice)
        settle(stage, desk)
        assert [post["title"] for post in web.posts] == ["for the owner"]
        assert [mail["Subject"].split(":")[0] for mail in box.mails] == ["2 notices"]
    assert ("withdrawn", 0, "put away in the desk before it was sent") in sent(desk)


def test_a_trigger_tells_whom_it_names_in_words_about_the_task(stage: Stage, desk: Desk) -> None:
    with hook() as web:
        reach(desk, web.url, who="Bo")
        triggers.add(
            desk.ana, desk.at("2025-06-01"), "reminder", scope="all", event="deadline reached", delay="-1d",
            action="notify: %%this.name%% by %%this.deadline%%", to="Bo", severity="urgent",
        )  # fmt: skip
        tasks.add(desk.ana, desk.at(NOON), "Call *the* <baker>", deadline=date(2025, 6, 12), assignee=("Ana",))
        for _ in range(3):
            settle(stage, desk, 86_400)
        (title,) = [post["title"] for post in web.posts if "by" in post["title"]]
        assert title.startswith("Call *the* <baker> by ")
        assert "12" in title


def test_secrets_are_nowhere_but_in_the_address_itself(stage: Stage, desk: Desk) -> None:
    reach(
        desk, "json://ana:topsecret@127.0.0.1:9/hooks/topsecret?+X-Key=topsecret", f"mailto://b:topsecret@{'x' * 9}.org"
    )
    tell(stage, "backup failed", Severity.URGENT)
    stage.step()
    with desk_session() as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        holding = [
            name
            for name in names
            if any("topsecret" in repr(row) for row in connection.execute(f'SELECT * FROM "{name}"'))
        ]
    assert holding == ["user"]
    at = desk.at(NOON)
    ana = definition_queries.user(desk.ana, at, "Ana")
    assert ana.channels == ("json://ana:***@127.0.0.1:9/***", "mailto://b:***@xxxxxxxxx.org")
    for told in (repr(ana), dump(desk.ana, at), repr(log(desk.ana, at)), repr(listed(desk.ana, at, sent=True))):
        assert "topsecret" not in told
    assert "# Not in here: the channels of Ana; they hold secrets." in dump(desk.ana, at)
    changed = definitions.edit_user(desk.ana, at, "Ana", remove_channel=("json://ana:***@127.0.0.1:9/***",))
    assert changed.channels == ("mailto://b:***@xxxxxxxxx.org",)
    assert "topsecret" not in refused(lambda: definitions.edit_user(desk.ana, at, "Ana", channel=("no://topsecret",)))
    definitions.add_user(desk.ana, at, "Cy", channel=("json://cy:topsecret@127.0.0.1:9",))
    definitions.delete_user(desk.ana, at, "Cy")
    undo(desk.ana, at)
    assert definition_queries.user(desk.ana, at, "Cy").channels == ()
    assert not [row for row in desk.rows("SELECT before, after FROM change") if "topsecret" in repr(row)]


def test_a_test_message_says_what_came_of_each_channel(desk: Desk) -> None:
    with hook() as web:
        reach(desk, web.url, f"json://127.0.0.1:{closed_port()}/x")
        good, bad = try_out(desk.ana, desk.at(NOON))
        assert (good.state, bad.state) == ("sent", "failed")
        assert [post["title"] for post in web.posts] == ["tickler can reach you"]
    assert refused(lambda: try_out(desk.bo, desk.at(NOON))).startswith("Bo has no channel yet")


def test_why_says_where_a_notice_went(stage: Stage, desk: Desk) -> None:
    with hook() as web:
        reach(desk, web.url)
        tell(stage, "backup failed", Severity.URGENT)
        assert listed(desk.ana, desk.at(NOON), sent=True)[0].state == "waiting"
        settle(stage, desk, 0)
        (row,) = listed(desk.ana, desk.at(NOON), sent=True)
        assert (row.user, row.channel, row.state) == ("Ana", f"json://127.0.0.1:{web.port}/***", "sent")
        told = why(desk.ana, desk.at(NOON), Kind.NOTICE, str(row.notification_id)).lines
    assert told == (
        "Told Tue 10 Jun 2025 12:00 (urgent, test).",
        "It concerns Ana, Bo.",
        f"To Ana by json://127.0.0.1:{web.port}/***: sent Tue 10 Jun 2025 12:00.",
    )
