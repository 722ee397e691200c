"""What of a configuration is loaded, read from the text that Alertmanager shows."""

from dataclasses import replace
from pathlib import Path

from tocsin.compile.loaded import digests, read_loaded

# As Alertmanager 0.34.2 shows what it has loaded.
SHOWN = (Path(__file__).parent / "testdata" / "loaded.txt").read_text()
OLDER = """route:
  receiver: tocsin/nobody
  routes:
  - matchers:
    - tocsin_route="aaaa1111"
    continue: false
  - matchers: [ 'tocsin_route=~"bbbb2222|cccc3333"' ]
  - matchers:
    - "tocsin_route=\\"dddd4444\\""
  - matchers:
    - tocsin_route!=""
    - tocsin_namespace="shop"
"""


def test_digests_are_found_in_every_form() -> None:
    assert digests(OLDER) == {"aaaa1111", "bbbb2222", "cccc3333", "dddd4444"}
    assert digests("") == frozenset()


def test_whom_a_route_tells_is_read_from_what_alertmanager_shows() -> None:
    loaded = read_loaded(SHOWN)
    assert loaded.way("shop", "aaaa") == {"shop/chat", "shop/boss", "shop/digest"}
    assert loaded.way("shop", "bbbb") == {"shop/digest"}
    assert loaded.way("shop", "cccc") == frozenset()
    assert loaded.way("shop", None) == {"shop/chat"}
    assert loaded.receivers == {
        "nobody", "shop/chat", "shop/boss", "shop/digest", "monitoring/boss", "on", "team-x", "x",
    }  # fmt: skip


def test_a_namespace_without_a_default_route_has_the_platforms() -> None:
    loaded = read_loaded(SHOWN)
    assert loaded.way("elsewhere", None) == {"monitoring/boss"}
    without = replace(loaded, routes={"namespace/shop": frozenset({"shop/chat"})})
    assert without.way("elsewhere", None) == frozenset()


def test_the_base_is_no_way_of_ours() -> None:
    assert all("team-x" not in way for way in read_loaded(SHOWN).routes.values())


def test_replicas_share_what_both_have() -> None:
    one = read_loaded(SHOWN)
    other = read_loaded(SHOWN.replace("    - receiver: shop/boss\n", "    - receiver: shop/new\n"))
    both = one.shared(other)
    assert both.way("shop", "aaaa") == {"shop/chat", "shop/digest"}
    assert both.way("shop", None) == {"shop/chat"}
    assert one.shared(read_loaded("")) == read_loaded("")


def test_nothing_is_understood_of_what_is_no_configuration() -> None:
    for text in ("", "route:\n", "route:\n  receiver: x\n", "no: yaml: [", "\x00"):
        loaded = read_loaded(text)
        assert not loaded.routes
        assert loaded.way("shop", None) == frozenset()
