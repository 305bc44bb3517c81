"""The http controller against a server of our own that answers well, badly, too much, or not at all."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from engine.controllers import command_of
from engine.operations import runs as verbs
from engine.rules.errors import BadValue
from store.enums import RunState
from store.values import Run
from tests.engine.engine_stage import Stage, texts, whole
from tests.engine.stage import ANA, AT, desk, rows

__all__ = ["desk"]


class Answers(BaseHTTPRequestHandler):
    """Says what its path asks for."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append((self.command, self.path, dict(self.headers), self._body()))  # type: ignore[attr-defined]
        getattr(self, f"_{self.path.strip('/').partition('?')[0]}")()

    do_POST = do_HEAD = do_DELETE = do_GET

    def log_message(self, *args: Any) -> None: ...

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _ok(self) -> None:
        self._say(200, '{\n"ok": true, "é": "\x1b[2J"\n}'.encode())

    def _created(self) -> None:
        self._say(201, b"made")

    def _broken(self) -> None:
        self._say(500, b"the database is gone")

    def _loop(self) -> None:
        self._say(302, Location="/loop")

    def _moved(self) -> None:
        self._say(302, Location="/ok?token=abc")

    def _hang(self) -> None:
        self.server.over.wait(20)  # type: ignore[attr-defined]
        self.close_connection = True

    def _drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):
            while not self.server.over.wait(0.05):  # type: ignore[attr-defined]
                self.wfile.write(b".")
                self.wfile.flush()
        self.close_connection = True

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
        self.close_connection = True

    def _huge(self) -> None:
        self.send_response(200)
        self.end_headers()
        line = b"x" * 99 + b"\n"
        with contextlib.suppress(OSError):
            for _ in range(1_000_000):
                self.wfile.write(line * 100)
        self.close_connection = True

    def _nonsense(self) -> None:
        self.wfile.write(b"\x00\xffnot http at all\r\n\r\n")
        self.close_connection = True


class Server:
    """On loopback, in a thread of the test's process."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.inner = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.inner.daemon_threads = True
        self.inner.block_on_close = False
        self.inner.seen = []  # type: ignore[attr-defined]
        self.inner.over = threading.Event()  # type: ignore[attr-defined]
        self.inner.handle_error = lambda *_: None  # type: ignore[method-assign]
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.inner.socket = context.wrap_socket(self.inner.socket, server_side=True)
        self.thread = threading.Thread(target=self.inner.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    @property
    def seen(self) -> list[tuple[str, str, dict[str, str], bytes]]:
        return self.inner.seen  # type: ignore[attr-defined,no-any-return]

    def url(self, path: str, scheme: str = "http", user: str = "") -> str:
        host = "localhost" if scheme == "https" else "127.0.0.1"
        return f"{scheme}://{user}{host}:{self.inner.server_port}/{path}"

    def close(self) -> None:
        self.inner.over.set()  # type: ignore[attr-defined]
        self.inner.shutdown()
        self.inner.server_close()
        self.thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def stage(desk: Path) -> Iterator[Stage]:
    with Stage(desk) as made:
        yield made
    whole(desk)


def do(stage: Stage, url: str, **params: Any) -> Run:
    return stage.over(stage.add("ask", controller="http", params={"url": url, **params}))[0]


def test_answer_that_was_expected_is_a_success_with_its_lines_in_the_log(stage: Stage, server: Server) -> None:
    run = do(stage, server.url("ok"))
    assert (run.state, run.reason) == (RunState.SUCCEEDED, None)
    assert texts(stage.store, run.id, "log")[1:4] == ["| {", '| "ok": true, "é": "\x1b[2J"', "| }"]
    assert rows(stage.store, "SELECT result FROM run") == [('{"status": 200, "bytes": 28}',)]
    assert texts(stage.store, run.id, "engine")[0].startswith(f"start  GET {server.url('ok')}")


@pytest.mark.parametrize(
    ("path", "params", "state", "reason"),
    [
        ("broken", {}, RunState.FAILED, "status 500, expected 2xx"),
        ("broken", {"expected": "5xx"}, RunState.SUCCEEDED, None),
        ("created", {"expected": 201}, RunState.SUCCEEDED, None),
        ("created", {"expected": [200, "204"]}, RunState.FAILED, "status 201, expected 200,204"),
        ("created", {"expected": "200, 20x"}, RunState.SUCCEEDED, None),
        ("loop", {}, RunState.FAILED, "it was sent on more than 10 times"),
        ("loop", {"follow": False, "expected": "302"}, RunState.SUCCEEDED, None),
        ("hang", {"timeout": "1s"}, RunState.FAILED, "no answer within 1s"),
        ("drip", {"timeout": "1s"}, RunState.FAILED, "no answer within 1s"),
        ("reset", {}, RunState.FAILED, "127.0.0.1 broke the connection off: Connection reset by peer"),
        ("nonsense", {}, RunState.FAILED, "127.0.0.1 broke the connection off: "),
        ("ok", {"method": "HEAD"}, RunState.SUCCEEDED, None),
    ],
)
def test_how_a_server_answers_is_how_the_run_ends(
    stage: Stage, server: Server, path: str, params: dict[str, Any], state: RunState, reason: str | None
) -> None:
    run = do(stage, server.url(path), **params)
    assert run.state is state
    assert (run.reason or "").startswith(reason or "")
    assert (run.reason is None) is (reason is None)


def test_huge_answer_is_not_fetched(stage: Stage, server: Server) -> None:
    run = do(stage, server.url("huge"))
    assert run.state is RunState.SUCCEEDED
    lines = texts(stage.store, run.id, "log")
    assert len([line for line in lines if line.startswith("| ")]) == 200
    assert lines[-2] == "the answer goes on; the log has its first lines (at most 200, 64.0 KiB)"


def test_sent_on_says_where_and_method_headers_and_body_arrive(stage: Stage, server: Server) -> None:
    assert do(stage, server.url("moved")).state is RunState.SUCCEEDED
    assert [path for _, path, _, _ in server.seen] == ["/moved", "/ok?token=abc"]
    run = do(stage, server.url("created"), method="POST", headers={"X-Kind": "test"}, body='{"a": "é"}')
    method, path, headers, body = server.seen[-1]
    assert (run.state, method, path, headers["X-Kind"], body) == (
        RunState.SUCCEEDED, "POST", "/created", "test", '{"a": "é"}'.encode(),
    )  # fmt: skip


def test_secrets_reach_the_server_and_not_the_log(stage: Stage, server: Server) -> None:
    run = do(
        stage,
        server.url("ok?token=hush&page=2", user="ana:hush@"),
        headers={"Authorization": "Bearer hush", "X-Api-Key": "hush", "Accept": "*/*"},
        debug=True,
    )
    assert server.seen[0][1] == "/ok?token=hush&page=2"
    assert server.seen[0][2]["Authorization"] == "Bearer hush"
    log = "\n".join(texts(stage.store, run.id))
    assert "hush" not in log
    assert "> Authorization: ***" in log
    assert "> Accept: */*" in log
    assert "ana:***@127.0.0.1" in log
    assert "?token=***&page=2" in log


def test_server_that_is_not_there_or_not_to_be_trusted_is_said_in_words(stage: Stage) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        run = do(stage, f"http://127.0.0.1:{closed.getsockname()[1]}/")
    assert run.reason == "127.0.0.1 cannot be reached: Connection refused"
    assert do(stage, "http://no-such-host.invalid/").reason == "the host no-such-host.invalid is not known"
    secure = Server(Path(__file__).with_name("self_signed.pem"))
    try:
        run = do(stage, secure.url("ok", "https"))
    finally:
        secure.close()
    assert run.reason == "the certificate of localhost cannot be trusted: self-signed certificate"


def test_cancel_while_a_server_hangs(stage: Stage, server: Server) -> None:
    run = stage.add("ask", controller="http", params={"url": server.url("hang")})
    stage.step()
    stage.until(lambda: server.seen)
    verbs.cancel(ANA, AT, run)
    assert stage.over(run)[0].reason == "cancelled by ana"


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "params: url is missing (expected an address such as https://example.org/ping)"),
        ({"url": "ftp://x/"}, "params: url: expected https://... or http://..., not 'ftp://x/'"),
        ({"url": "http://"}, "params: url: expected https://... or http://..., not 'http://'"),
        ({"url": "http://a b/"}, "params: url: expected https://... or http://..., not 'http://a b/'"),
        ({"url": "http://[::1"}, "params: url: 'an address that cannot be read' cannot be read: Invalid IPv6 URL"),
        (
            {"url": "http://x/", "method": "BREW"},
            "params: method: expected one of GET, HEAD, POST, PUT, PATCH, DELETE,",
        ),
        ({"url": "http://x/", "expected": "2"}, "params: expected: '2' is no status (expected such as 200, 2xx)"),
        ({"url": "http://x/", "expected": [True]}, "params: expected: expected a text (statuses that are good: 200,"),
        ({"url": "http://x/", "timeout": 0}, "params: timeout: expected at least 1 second"),
        ({"url": "http://x/", "headers": {"A B": "1"}}, "params: headers: 'A B' is not a name for a header"),
        (
            {"url": "http://x/", "headers": {"A": "1\r\nB: 2"}},
            "params: headers: A must be a text of one line, in plain letters",
        ),
    ],
)
def test_params_that_make_no_sense(params: dict[str, Any], words: str) -> None:
    with pytest.raises(BadValue) as fault:
        command_of("http", params)
    assert str(fault.value).startswith(words)


@pytest.mark.parametrize(
    ("params", "is_idempotent"),
    [
        ({}, True),
        ({"method": "HEAD"}, True),
        ({"method": "POST"}, False),
        ({"method": "POST", "idempotent": True}, True),
        ({"idempotent": False}, False),
    ],
)
def test_only_what_changes_nothing_may_run_again_unless_its_author_says_so(
    params: dict[str, Any], is_idempotent: bool
) -> None:
    assert command_of("http", {"url": "http://x/", **params}).is_idempotent is is_idempotent
