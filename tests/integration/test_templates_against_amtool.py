"""
Message templates beside the real amtool: the same text, or refused by both.

What we refuse and Alertmanager renders is listed in testdata/stricter*.txt, each with its reason.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.cluster import ProgramsUnavailable, ensure_programs
from tests.unit.promql.gotemplate import cases
from tests.unit.promql.gotemplate.generated import Generator

from tocsin.compile.messages.built_in import built_in_templates
from tocsin.compile.messages.texts import message_templates
from tocsin.promql.gotemplate.product import encoded
from tocsin.promql.gotemplate.render import Rendered, Template
from tocsin.promql.template_nodes import read_tree
from tocsin.promql.templates import check_template

pytestmark = pytest.mark.programs

SEVERITIES = ("critical", "warning", "info", "none")
MARK = "\x1e"


class Amtool:
    """The real `amtool template render`, on the data of the cases."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._data = folder / "data.json"
        self._data.write_text(encoded(cases.DATA))

    def render(self, text: str, kind: str, files: str = "none") -> bytes | None:
        """Give what it writes, None where it refuses."""
        answer = subprocess.run(
            [
                *(self._program, "template", "render", f"--template.data={self._data}"),
                *(f"--template.glob={self._folder / files}", f"--template.type={kind}"),
                f"--template.text={text}",
            ],
            capture_output=True,
            check=False,
        )
        assert answer.returncode in {0, 1}, answer.stderr
        return answer.stdout if answer.returncode == 0 else None

    def render_all(self, texts: Sequence[str], kind: str) -> list[bytes | None]:
        """Give what it writes for each of many; the good ones in one run."""
        simple = [text for text in texts if "define" not in text and "block" not in text]
        (self._folder / "all.tmpl").write_text(
            "".join(f'{{{{ define "c{n}" }}}}{text}{{{{ end }}}}' for n, text in enumerate(simple))
        )
        calls = MARK.join(f'{{{{ template "c{n}" . }}}}' for n in range(len(simple)))
        together = self.render(calls, kind, "all.tmpl")
        if together is None or not simple:
            return [self.render(text, kind) for text in texts]
        written = dict(zip(simple, together.split(MARK.encode()), strict=True))
        return [written[text] if text in written else self.render(text, kind) for text in texts]


@pytest.fixture(scope="module")
def amtool(tmp_path_factory: pytest.TempPathFactory) -> Amtool:
    try:
        folder = ensure_programs(["amtool"])
    except ProgramsUnavailable as reason:
        pytest.skip(f"the real programs cannot be had: {reason}")
    return Amtool(folder / "amtool", tmp_path_factory.mktemp("templates"))


def ours(text: str, kind: str) -> Rendered:
    problem = check_template(text, product="alertmanager")
    if problem is not None:
        return Rendered(error=problem.message)
    return Template(text, html=kind == "html").render(cases.DATA, zones=cases.zone_of)


def differences(amtool: Amtool, texts: Sequence[str], kind: str) -> list[str]:
    """Say of each text where the two differ."""
    made = {text: ours(text, kind) for text in texts if text}
    good = [text for text, one in made.items() if not one.error]
    real = dict(zip(good, amtool.render_all(good, kind), strict=True))
    real |= {text: amtool.render(text, kind) for text in made if text not in real}
    return [
        f"{text}\n  ours: {one.error or one.text!r}\n  amtool: {real[text]!r}"
        for text, one in made.items()
        if real[text] != (None if one.error else one.text.encode("utf-8", "surrogateescape"))
    ]


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (cases.PLAIN, "text"),
        (cases.FAILING, "text"),
        (cases.PAGES, "html"),
        (cases.FAILING_PAGES, "html"),
    ],
    ids=["plain", "failing", "pages", "failing pages"],
)
def test_amtool_writes_the_same(amtool: Amtool, texts: list[str], kind: str) -> None:
    assert differences(amtool, texts, kind) == []


@pytest.mark.parametrize(("kind", "count"), [("text", 900), ("html", 400)])
def test_amtool_agrees_on_templates_made_by_chance(amtool: Amtool, kind: str, count: int) -> None:
    generator = Generator(count)
    texts = list(dict.fromkeys(generator.template() for _ in range(count)))
    found = differences(amtool, texts, kind)
    assert [one for one in found if "cannot be checked" not in one] == []
    assert len(found) < count // 40  # formats that nobody writes, such as %b of a fraction


@pytest.mark.parametrize(
    ("texts", "kind"), [(cases.STRICTER, "text"), (cases.STRICTER_PAGES, "html")]
)
def test_we_are_stricter_only_where_it_is_listed(
    amtool: Amtool, texts: list[str], kind: str
) -> None:
    for text in texts:
        assert ours(text, kind).error, text
        assert amtool.render(text, kind) is not None, text


def test_the_built_in_templates_are_alertmanagers(amtool: Amtool) -> None:
    for name in built_in_templates((0, 34)):
        dot = ".Alerts.Firing" if "instances" in name or "_list" in name else "."
        assert amtool.render(f'{{{{ template "{name}" {dot} }}}}', "html") is not None, name


def test_our_templates_write_what_amtool_writes(amtool: Amtool, tmp_path: Path) -> None:
    text = message_templates(SEVERITIES)
    (amtool._folder / "tocsin.tmpl").write_text(text)
    shared = read_tree(text).defined
    compared = 0
    for name in shared:
        call = f'{{{{ template "{name}" . }}}}'
        kind = "html" if name.startswith("tocsin.email") else "text"
        made = Template(call, shared=shared, html=kind == "html").render(cases.DATA)
        real = amtool.render(call, kind, "tocsin.tmpl")
        assert (None if made.error else made.text.encode()) == real, name
        compared += not made.error
    assert compared > 5
