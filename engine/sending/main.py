"""The process that sends: one message a line comes in as JSON, what became of it goes out the same way.

`over` goes out at the moment in which the text itself is handed to a server, `back` when the server has answered. If
the process ends in between, nobody can know whether the message was taken, and it must not be sent again.
"""

from __future__ import annotations

import http.client
import json
import logging
import os
import re
import signal
import smtplib
import sys
from typing import Any, TextIO

from engine.channels import scrubbed

_GRACE = 10
"""Seconds beyond its time after which the process ends itself: nobody may be left to kill it."""
_OK = 250
_VERBATIM = frozenset({"mailto", "mailtos", "json", "jsons", "xml", "xmls", "form", "forms", "ntfy", "ntfys"})
"""Kinds of address that take text as it is."""
_CALLS = re.compile(r"@(?=\w)|<(?=[!@#])")
_LEVELS = {"notice": "info", "warning": "warning", "important": "warning", "urgent": "failure"}


class _Words(logging.Handler):
    """The last thing that apprise complained of."""

    last = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.last = record.getMessage()


class Phase:
    """How far the message is; told at once, since the next moment may be the last. `taken`: mails, one an address."""

    def __init__(self, out: TextIO) -> None:
        self.is_over = False
        self.taken = 0
        self._out = out

    def turn(self, is_over: bool) -> None:
        """The text was handed over, or the server answered."""
        if is_over is not self.is_over:
            self.is_over = is_over
            say(self._out, {"phase": "over" if is_over else "back"})


def say(out: TextIO, answer: dict[str, Any]) -> None:
    """One line to the engine."""
    out.write(json.dumps(answer) + "\n")
    out.flush()


def watch(phase: Phase) -> None:
    """Hear from the libraries of mail and web when the text leaves, and when there is an answer.

    smtplib hands commands over as text and the mail as bytes.
    """
    data, mail = smtplib.SMTP.data, smtplib.SMTP.send
    send, response = http.client.HTTPConnection.send, http.client.HTTPConnection.getresponse

    def mailed(self: smtplib.SMTP, text: Any) -> None:
        if isinstance(text, bytes):
            phase.turn(True)
        mail(self, text)

    def taken(self: smtplib.SMTP, message: Any) -> Any:
        answer = data(self, message)
        phase.turn(False)
        phase.taken += answer[0] == _OK
        return answer

    def sent(self: http.client.HTTPConnection, text: Any) -> None:
        if self.sock is None:
            self.connect()
        phase.turn(True)
        send(self, text)

    def answered(self: http.client.HTTPConnection, *given: Any) -> Any:
        answer = response(self, *given)
        phase.turn(False)
        return answer

    for kind, name, own in (
        (smtplib.SMTP, "send", mailed),
        (smtplib.SMTP, "data", taken),
        (http.client.HTTPConnection, "send", sent),
        (http.client.HTTPConnection, "getresponse", answered),
    ):
        setattr(kind, name, own)  # they offer no other way to hear of it


def harmless(url: str, text: str) -> str:
    """Where people talk, nothing that somebody typed calls all of them together: `@everyone`, `<!channel>`."""
    if url.partition(":")[0].lower() in _VERBATIM:
        return text
    return _CALLS.sub(lambda found: f"{found[0]}\u200b", text)


def deliver(message: dict[str, Any], words: _Words) -> tuple[bool, str]:
    """Whether a service took it, and what was said if not."""
    from apprise import Apprise, NotifyFormat, OverflowMode

    words.last = ""
    title, body = harmless(message["url"], message["title"]), harmless(message["url"], message["body"])
    plugin = Apprise.instantiate(message["url"])
    if plugin is None:
        return False, "apprise does not know this address any more"
    plugin.notify_format = NotifyFormat.TEXT
    plugin.overflow_mode = OverflowMode.TRUNCATE
    plugin.retry, plugin.optional = 0, False
    service = Apprise()
    service.add(plugin)
    done = service.notify(
        body=body,
        title=title,
        notify_type=_LEVELS[message["severity"]],
        body_format=NotifyFormat.TEXT,
        interpret_escapes=False,
    )
    return bool(done), words.last or "the service did not take it"


def main() -> None:
    """Send until nobody says anything any more."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    words = _Words(logging.WARNING)
    logging.getLogger("apprise").addHandler(words)
    logging.getLogger("apprise").propagate = False
    phase = Phase(out)
    watch(phase)
    for text in sys.stdin:
        message = json.loads(text)
        phase.is_over, phase.taken = False, 0
        signal.alarm(int(message["seconds"]) + _GRACE)
        try:
            done, why = deliver(message, words)
        except ImportError:
            done, why = False, "messages need the extra `notify`; install tickler[notify]"
        except Exception as fault:
            done, why = False, f"{type(fault).__name__}: {fault}"
        signal.alarm(0)
        state = "sent" if done else "unknown" if phase.is_over or phase.taken else "failed"
        say(out, {"state": state, "error": "" if done else scrubbed(why, message["url"])[:300]})
