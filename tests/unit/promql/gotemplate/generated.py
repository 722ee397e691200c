"""Templates by chance: mostly good ones, some that fail, as people combine functions."""

from __future__ import annotations

from random import Random

_TEXTS = (
    '"a"', '""', '"Ab c-d_e"', '"x:9100"', '"10"', '"1.5"', "`é☃`", '"<b>&\'+"', ".Status",
    ".Receiver", ".CommonLabels.team", ".CommonLabels.none", ".ExternalURL",
    "(index .Alerts 0).Annotations.summary", "(index .Alerts 1).Labels.instance",
    '(index .GroupLabels "team")', '(.CommonLabels.Values.Join ",")', "(print 1 2)",
)  # fmt: skip
_NUMBERS = ("0", "1", "-3", "42", "2.5", "1e3", "(len .Alerts)", "(len .Status)", "0x1F", "'a'",
            "(index .Alerts 0).StartsAt.Hour", "1e9", "0.00012")  # fmt: skip
_TIMES = (
    "(index .Alerts 0).StartsAt",
    "(index .Alerts 1).EndsAt",
    "(index .Alerts 0).EndsAt",
    '(toDate "2006-01-02" "2024-02-29")',
    '((index .Alerts 0).StartsAt | tz "Asia/Tokyo")',
)
_LISTS = (".Alerts", ".Alerts.Firing", ".CommonLabels.SortedPairs", ".CommonLabels.Names",
          '(stringSlice "b" "a")', '(list 1 "x" 2.5)', ".GroupLabels.Values", "(list)")  # fmt: skip
_MAPS = (".CommonLabels", ".GroupLabels", '(dict "k" 1 "j" "v")', "(index .Alerts 0).Labels")
_VERBS = ("%v", "%s", "%d", "%q", "%x", "%5v", "%-6s|", "%05d", "%+d", "%.2f", "%8.3f", "%g", "%e",
          "%t", "%c", "%U", "%T", "%%", "%6.2f", "%.3s", "%X", "%o", "%b")  # fmt: skip
_LAYOUTS = ('"2006-01-02T15:04:05Z07:00"', '"Mon Jan _2 3:04PM"', '"06/1/2 .000 MST -0700"',
            '"Monday 02 January 15h 002"')  # fmt: skip


class Generator:
    """Makes templates from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def template(self) -> str:
        """Make one template of a few parts."""
        return "".join(self._part(2) for _ in range(self._random.randint(1, 3)))

    def _pick(self, *of: str) -> str:
        return self._random.choice(of)

    def _part(self, depth: int) -> str:
        kind = self._random.randint(0, 9 if depth else 5)
        if kind <= 5:
            return f"{self._pick('', 'x ', '- ')}{{{{ {self._value(2)} }}}}"
        inner = self._part(depth - 1)
        if kind == 6:
            return f"{{{{ if {self._value(1)} }}}}{inner}{{{{ else }}}}no{{{{ end }}}}"
        if kind == 7:
            head = f"range $i, $x := {self._pick(*_LISTS, *_MAPS)}"
            return f"{{{{ {head} }}}}{{{{ $i }}}}={{{{ $x }}}};{{{{ end }}}}"
        if kind == 8:
            return f"{{{{ with $y := {self._value(1)} }}}}{{{{ . }}}}{{{{ $y }}}}{{{{ end }}}}"
        return f"{{{{- $v := {self._value(1)} -}}}} {inner}{{{{ $v }}}}"

    def _value(self, depth: int) -> str:
        if not depth or self._random.random() < 0.15:
            return self._pick(*_TEXTS, *_NUMBERS, *_TIMES, *_LISTS, *_MAPS, "true", "nil")
        make = self._random.choice((self._text, self._number, self._truth, self._any))
        return make(depth - 1)

    def _arg(self, depth: int, usual: tuple[str, ...]) -> str:
        if self._random.random() < 0.08:
            return f"({self._value(depth)})"
        return self._pick(*usual)

    def _text(self, depth: int) -> str:
        text = self._arg(depth, _TEXTS)
        name = self._pick("toUpper", "toLower", "title", "trimSpace", "html", "js", "urlquery",
                          "base64encode", "print", 'printf "%s-%v" 1', "safeHtml")  # fmt: skip
        patterns = ("`[a-c]`", "`(.)-(.)`", "`x*`", "`^.`", "`$`", "`(`")
        replacements = ("`-`", "`$1`", "`<$0>`", "`${1}y`")
        layout = self._pick(*_LAYOUTS)
        forms = [
            f"{name} {text}",
            f"{text} | {name}",
            f"reReplaceAll {self._pick(*patterns)} {self._pick(*replacements)} {text}",
            f"slice {text} {self._pick('0 1', '1', '0 0', '1 3', '2 1')}",
            f"join {self._pick(*_TEXTS[:4])} {self._arg(depth, _LISTS)}",
            f"{self._arg(depth, _TIMES)}.Format {layout}",
            f"date {layout} {self._arg(depth, _TIMES)}",
            f"toJson {self._pick(*_TEXTS, *_NUMBERS, *_MAPS, *_LISTS, *_TIMES)}",
        ]
        return self._pick(*forms)

    def _number(self, depth: int) -> str:
        number = self._arg(depth, _NUMBERS)
        verbs = f"{self._pick(*_VERBS)} {self._pick(*_VERBS)}"
        part = self._pick("Hours", "Seconds", "String", "Milliseconds")
        return self._pick(
            f"len {self._pick(*_LISTS, *_MAPS, *_TEXTS)}",
            f'printf "{verbs}" {number} {self._value(0)}',
            f"humanizeDuration {number}",
            f'{number} | printf "%v"',
            f"index {self._pick(*_LISTS, *_TEXTS)} {self._pick('0', '1', number)}",
            f"({self._pick(*_TIMES)}.Sub {self._pick(*_TIMES)}).{part}",
        )

    def _truth(self, depth: int) -> str:
        compare = self._pick("eq", "ne", "lt", "le", "gt", "ge")
        few = _NUMBERS[:5]
        join = self._pick("and", "or")
        return self._pick(
            f"{compare} {self._arg(depth, _TEXTS)} {self._arg(depth, _TEXTS)}",
            f"{compare} {self._arg(depth, few)} {self._arg(depth, few)}",
            f"{join} {self._pick(*_TEXTS, *_NUMBERS)} {self._pick(*_TEXTS, *_MAPS)}",
            f"not {self._pick(*_TEXTS, *_NUMBERS, *_LISTS)}",
            f"match `^[a-z]+` {self._arg(depth, _TEXTS)}",
        )

    def _any(self, depth: int) -> str:
        del depth
        key = self._pick("Names", "team", "SortedPairs", "k")
        return self._pick(
            f'index {self._pick(*_MAPS)} "team"',
            f"append (list 1 2) {self._value(0)}",
            f'dict "k" {self._value(0)}',
            f"print {self._value(0)} {self._value(0)} {self._value(0)}",
            f"println {self._value(0)}",
            f"{self._pick(*_MAPS)}.{key}",
            f"slice {self._pick(*_LISTS)} 0 {self._pick('0', '1', '2')}",
            self._pick(*_LISTS, *_MAPS),
        )
