"""Where schedules came from."""

from __future__ import annotations

import pytest

from engine.rules.origins import Origin, parse


@pytest.mark.parametrize("file", ["/etc/crontab", "-", "/srv/a:b:c/tab", ""])
def test_an_origin_is_read_as_it_was_written(file: str) -> None:
    origin = Origin("crontab", file, "abc.1", "def")
    assert parse(str(origin)) == origin


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("crontab:/etc/crontab:1:2", "the crontab /etc/crontab"),
        ("crontab:-:1:2", "the crontab standard input"),
        ("timer:/etc/systemd/system:backup.timer.1:2", "the timers in /etc/systemd/system"),
        ("other", "other"),
    ],
)
def test_words(text: str, words: str) -> None:
    assert parse(text).words == words
