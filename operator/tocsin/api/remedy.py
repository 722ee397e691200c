"""What to write instead: a remedy for each kind of value, and the words that come close."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Literal, Union

from tocsin.api import alert_rule, duration, meta, notification_channel, notify, number
from tocsin.api.probers import chain, network, targets
from tocsin.api.receivers import email
from tocsin.api.shape import Shape, fields_of, shape_of, shape_of_field
from tocsin.api.shown import SHOWN, plain, show

# What neighbouring tools call it.
_KNOWN_AS = {
    "alert": "alertName",
    "query": "expr",
    "expression": "expr",
    "promql": "expr",
    "threshold": "above",
    "duration": "for",
    "runbook": "runbookURL",
    "dashboard": "dashboardURL",
    "disabled": "suspend",
    "paused": "suspend",
    "receivers": "channels",
    "headers": "httpConfig",
    "teams": "msteamsv2",
    "microsoftteams": "msteamsv2",
    "splunk": "victorops",
    "splunkoncall": "victorops",
    "sms": "sns",
    "mail": "email",
    "smtp": "email",
    "wecom": "wechat",
    "http": "webhook",
}
_KINDS: tuple[tuple[Any, str, str], ...] = (
    (
        duration.Duration,
        "a duration",
        "write for example {field}: 5m (units: ms s m h d w y)",
    ),
    (duration.ShortDuration, "such a duration", "write for example {field}: 30s (units: ms s m h)"),
    (
        meta.Name,
        "the name of an object",
        "write for example {field}: payments-slack (small letters, digits, - and .)",
    ),
    (
        meta.NamespaceName,
        "the name of a namespace",
        "write for example {field}: shop (small letters, digits and -)",
    ),
    (
        meta.LabelName,
        "the name of a label",
        "use letters, digits and _, and no digit first, as in service_tier",
    ),
    (meta.Severity, "a severity", "write for example {field}: warning"),
    (meta.Team, "a team", "write for example {field}: payments (letters, digits, -, _ and .)"),
    (meta.URL, "a URL", "write for example {field}: https://runbooks.example.org/checkout"),
    (
        meta.SinkURL,
        "a plain URL",
        "write an http or https URL without template and password, or refer to a Secret",
    ),
    (meta.SecretKey, "the key of a Secret", "write it as in the Secret's data"),
    (notify.ClockTime, "a time of day", 'write hours and minutes in quotes, as in "08:00"'),
    (notify.WeekdayRange, "a weekday", "write for example monday:friday or sunday"),
    (notify.DayRange, "a day of the month", 'write for example "1:15" or "-1", in quotes'),
    (notify.MonthRange, "a month", "write for example june:august or december"),
    (notify.YearRange, "a year", 'write for example "2026:2028", in quotes'),
    (notify.TimezoneName, "a time zone", "write for example {field}: Europe/Paris"),
    (email.Address, "a mail address", "write for example {field}: team@example.org"),
    (email.HostPort, "host and port", "write for example {field}: smtp.example.org:587"),
    (network.HeaderName, "the name of a header", "write for example Subject or Authorization"),
    (network.HeaderValue, "the value of a header", "write it on one line"),
    (network.RequestPath, "a path", "write for example {field}: /healthz"),
    (network.DNSName, "a DNS name", "write for example {field}: shop.example.org"),
    (chain.MethodName, "the name of a method", "write for example {field}: eth_blockNumber"),
    (chain.Account, "an account", "write its address, of letters and digits"),
    (targets.StaticTarget, "a target", "write a URL, a host or host:port, without a password"),
)
_BY_PATTERN = {shape_of(annotation).pattern: (what, text) for annotation, what, text in _KINDS}
_NUMBER = 'write a number, "0.05" in quotes, or 5%'
_NOUNS = {
    bool: "true or false",
    int: "a whole number",
    str: "text",
    list: "a list",
    dict: "a map of names and values",
}
_EXAMPLES: dict[type[meta.KubeModel], str] = {
    notification_channel.AllowedNamespaces: "{from: All}",
    notify.Notify: "{channels: [{name: payments-slack}]}",
    alert_rule.InhibitedBy: "[{kind: AlertRule, name: checkout-db}]",
}
"""Of objects that need no single field, and yet do not stand empty."""
_PORT = "write a port's number, or its name as in http"
_BY_TYPE = {
    bool: "write {field}: true or {field}: false, without quotes",
    int: "write a whole number without quotes",
    str: 'write text, in quotes where YAML takes it for something else, as in {field}: "8080"',
    list: "write a list: each entry on a line of its own that begins with -",
    dict: "write names and values, as in {field}: {{name: value}}",
}


def remedy_for(shape: Shape, field: str) -> str:
    """Say what to write in a field of this shape, in a clause that stands after `;`."""
    if shape.type is Union:
        return _NUMBER if number.PATTERN in _patterns(shape) else _PORT
    if shape.type is Literal:
        return f"write one of {', '.join(_words(shape))}"
    if shape.model is not None:
        return _object(shape, field)
    known = _BY_PATTERN.get(shape.pattern)
    return (known[1] if known else _BY_TYPE[shape.type]).format(field=field)


def what_is(shape: Shape) -> str:
    """Say what a field of this shape holds, in a noun that stands after `is not`."""
    if shape.model is not None:
        return "an object"
    if shape.type is Union:
        return "a number" if number.PATTERN in _patterns(shape) else "a port"
    known = _BY_PATTERN.get(shape.pattern)
    return known[0] if known else _NOUNS.get(shape.type, "allowed here")


def patterns_with_remedy() -> frozenset[str | None]:
    """Give the patterns that have a remedy of their own."""
    port = shape_of(targets.Port).arguments[1]
    return frozenset(_BY_PATTERN) | {number.PATTERN, shape_of(port).pattern}


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Give the known word that was probably meant, or None."""
    names = {_plain(name): name for name in known}
    plain = _plain(word)
    if plain in names:
        return names[plain]
    alias = _KNOWN_AS.get(word)
    if alias in names.values():
        return alias
    close = get_close_matches(plain, names, n=1, cutoff=0.7)
    return names[close[0]] if close else None


def secret_of(word: str, known: Iterable[str]) -> str | None:
    """Give the reference to a Secret that stands for a field of Alertmanager's: `api_url`."""
    wanted = _plain(word.removesuffix("_file")) + "secretref"
    return next((name for name in known if _plain(name) == wanted), None)


def rewritten(shape: Shape, field: str, value: Any) -> str | None:
    """Say how to write this very value, where it has only the wrong form; None otherwise."""
    if shape.type is str and what_is(shape) == _NOUNS[str]:
        if isinstance(value, Mapping):
            return "put the whole text in quotes, because { begins a map in YAML"
        if isinstance(value, (bool, int, float)):
            return f'put it in quotes: {field}: "{show(value)}"'
    if shape.type is list and isinstance(value, str) and 0 < len(value) <= SHOWN:
        item = shape_of(shape.arguments[0])
        if item.model is None:
            return f"write a list, as in {field}: [{show(value)}]"
        if known_fields(item)[:1] == ["name"]:
            return f"write a list, as in {field}: [{{name: {plain(value)}}}]"
    return None


def known_fields(shape: Shape) -> list[str]:
    """Give the names of a model's fields, those that must be given first."""
    fields = fields_of(shape.model) if shape.model is not None else {}
    return sorted(fields, key=lambda name: not fields[name].is_required())


def place_below(shape: Shape, field: str) -> str | None:
    """Give where a field of this name stands one step further down, such as `notify.channels`."""
    if shape.model is None:
        return None
    for name, info in fields_of(shape.model).items():
        below = shape_of_field(info)
        item = shape_of(below.arguments[0]) if below.type is list else below
        if item.model is not None and field in fields_of(item.model):
            return f"{name}[].{field}" if below.type is list else f"{name}.{field}"
    return None


def _patterns(shape: Shape) -> set[str | None]:
    return {shape_of(branch).pattern for branch in shape.arguments}


def _object(shape: Shape, field: str) -> str:
    if shape.model is meta.SecretKeyRef:
        return f"write {field}: {{name: SECRET, key: KEY}}, which names a key of a Secret"
    if example := _EXAMPLES.get(_model(shape)):
        return f"write an object, as in {field}: {example}"
    needed = [name for name, info in fields_of(_model(shape)).items() if info.is_required()]
    inside = ", ".join(f"{name}: ..." for name in needed) or _some_secret(_model(shape))
    return f"write an object, as in {field}: {{{inside}}}"


def _some_secret(model: type[meta.KubeModel]) -> str:
    """Give the first secret of a model that needs nothing by itself, as most receivers do."""
    for name, info in fields_of(model).items():
        if shape_of_field(info).model is meta.SecretKeyRef:
            return f"{name}: {{name: SECRET, key: KEY}}"
    return ""


def _model(shape: Shape) -> type[meta.KubeModel]:
    return shape.type  # type: ignore[no-any-return]  # asked only where it is a model


def _words(shape: Shape) -> list[str]:
    return [str(word) or '""' for word in shape.arguments]


def _plain(word: str) -> str:
    return word.replace("_", "").replace("-", "").casefold()
