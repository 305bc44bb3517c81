"""What a log may show of an address and of headers."""

from __future__ import annotations

import pytest

from engine.rules.secrets import masked_headers, masked_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("https://ana:hush@example.org:8443/", "https://ana:***@example.org:8443/"),
        ("https://hush@example.org/", "https://***@example.org/"),
        ("https://a:b@c:hush@example.org/", "https://a:***@example.org/"),
        (
            "https://example.org/?api_key=hush&page=2&X-Token=hush",
            "https://example.org/?api_key=***&page=2&X-Token=***",
        ),
        ("https://example.org/cb#access_token=hush", "https://example.org/cb#access_token=***"),
        ("https://[::1", "an address that cannot be read"),
    ],
)
def test_addresses_lose_what_proves_who_asks(url: str, shown: str) -> None:
    assert masked_url(url) == shown


def test_headers_that_prove_who_asks_are_masked() -> None:
    given = {"authorization": "Bearer x", "Cookie": "a=b", "X-API-Key": "x", "X-Auth-Token": "x", "Accept": "text/html"}
    assert masked_headers(given) == dict.fromkeys(given, "***") | {"Accept": "text/html"}
