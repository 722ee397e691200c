"""Targets: addresses in all their forms are taken, passwords in them are not."""

from __future__ import annotations

import re

import pytest

from tocsin.api.meta import SinkURL
from tocsin.api.probers.targets import StaticTarget
from tocsin.api.shape import shape_of

TARGET = re.compile(shape_of(StaticTarget).pattern or "")
SINK = re.compile(shape_of(SinkURL).pattern or "")


@pytest.mark.parametrize(
    "target",
    [
        *("https://shop.example.org", "http://shop:8080/api?x=1#y", "https://[2001:db8::1]:443/"),
        *("shop.example.org", "shop:5432", "192.0.2.1", "2001:db8::1", "[2001:db8::1]:53"),
        *("redis://redis.shop:6379/0", "grpc.shop:443", "shop.example.org/path@v2"),
    ],
)
def test_addresses_are_taken(target: str) -> None:
    assert TARGET.search(target)


@pytest.mark.parametrize(
    "target",
    [
        *("redis://:pw@redis", "https://u:p@shop", "u:p@shop", "postgres://u@db/x", ""),
        *("https://{{ .x }}", "http:// shop", "https://", "shop:port", "a\nb", "{host}"),
    ],
)
def test_passwords_and_templates_are_refused(target: str) -> None:
    assert not TARGET.search(target)


@pytest.mark.parametrize(
    "url",
    [
        *("https://hooks.example.org/T0/B0", "http://sink:9000", "https://example.org/a%2Fb?c=%20"),
        *("https://[2001:db8::1]:8443/x", "https://example.org/@channel"),
    ],
)
def test_urls_of_receivers_are_taken(url: str) -> None:
    assert SINK.search(url)


@pytest.mark.parametrize(
    "url",
    [
        *("https://{{ .x }}", "https://example.org/{{x}}", "https://example.org/?q={{ x }}"),
        *("https://example.org/%7B%7Bx%7D%7D", "https://example.org/%7b%7bx", "https://e%7Bx/"),
        *(
            "https://u:p@example.org",
            "https://u@example.org",
            "ftp://example.org",
            "//x",
            "https://",
        ),
        *("https://example.org/\nHost: x", "https:///example.org", "https://example.org/%zz"),
        *("https://example.org\\@evil.example", "javascript:alert(1)", "file:///etc/passwd"),
    ],
)
def test_templates_passwords_and_other_schemes_are_refused(url: str) -> None:
    assert not SINK.search(url)
