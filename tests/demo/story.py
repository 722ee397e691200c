"""The story: apply, see it live, break the shop, hear of it, mend it, hear of that too."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.demo import notification
from tests.demo.links import post
from tests.demo.place import Place
from tests.demo.show import Screen
from tests.demo.stages import Stage, follow


def tell(place: Place, screen: Screen) -> None:
    """Tell it once; raises ``StageFailed`` where a link is broken."""

    def act(title: str, action: Callable[[], object], stages: list[Stage]) -> None:
        screen.heading(title)
        began = time.monotonic()
        action()
        follow(stages, screen, began=began, trouble=place.trouble)

    quick_start = "kubectl apply -k manifests/examples/quickstart"
    act(quick_start, place.apply, _setting_up(place))
    broken = "The shop breaks: half of the requests fail"
    act(broken, lambda: post(f"{place.sample_url}/break"), _breaking(place))
    _show_message(place, screen, "firing")
    act("The shop is mended", lambda: post(f"{place.sample_url}/mend"), _mending(place))
    _show_message(place, screen, "resolved")


def _setting_up(place: Place) -> list[Stage]:
    links, logs = place.links, place.logs
    return [
        Stage("PrometheusRule written", links.written, 15, logs["operator"]),
        Stage("resource accepted", links.accepted, 30 + place.slack, logs["operator"]),
        Stage("rule loaded", links.loaded, 30 + place.slack, logs["prometheus-operator"]),
        Stage("sample service scraped", links.scraped, 30, logs["prometheus"]),
    ]


def _breaking(place: Place) -> list[Stage]:
    links, logs = place.links, place.logs
    return [
        Stage("pending", links.pending, 25, logs["prometheus"]),
        Stage("firing", links.firing, 20, logs["prometheus"]),
        Stage("in Alertmanager", links.in_alertmanager, 15, logs["prometheus"]),
        *_delivery(place, "notification received", "firing"),
    ]


def _mending(place: Place) -> list[Stage]:
    links, logs = place.links, place.logs
    return [
        Stage("no longer firing", links.inactive, 25, logs["prometheus"]),
        *_delivery(place, "resolved received", "resolved"),
    ]


def _delivery(place: Place, name: str, status: str) -> list[Stage]:
    limit = 30 + place.slack  # the route, too, has to be loaded
    return [Stage(name, lambda: place.links.notified(status), limit, place.logs["alertmanager"])]


def _show_message(place: Place, screen: Screen, status: str) -> None:
    body = place.links.message(status)
    if body is not None:
        style = "red" if status == "firing" else "green"
        screen.box(notification.title(body), notification.lines(body), style)
