"""Templates of messages: rendered before they are accepted, and refused with the reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.unit.promql.gotemplate import cases

from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ObjectRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.compile import receivers
from tocsin.compile.channels import check_channel
from tocsin.compile.messages.built_in import built_in_templates
from tocsin.compile.messages.checks import MessageUse, html_fields, message_template_problem
from tocsin.compile.messages.groups import MANY, groups, names_in
from tocsin.compile.messages.rendering import rendered_problem
from tocsin.compile.messages.texts import message_templates
from tocsin.promql.gotemplate.values import Sequence, Struct
from tocsin.promql.template_nodes import read_tree

RECEIVERS = "".join(
    path.read_text() for path in sorted(Path(str(receivers.__path__[0])).glob("*.py"))
)
TENANT = MessageUse()
GOOD = [
    "{{ .CommonLabels.team }}",
    '{{ template "slack.default.title" . }}: {{ template "__subject" . }}',
    '{{ template "tocsin.title" . }}',
    "{{ range .Alerts }}{{ .Labels.instance }} {{ .Annotations.summary }}\n{{ end }}",
    "{{ with .CommonLabels.commit }}{{ slice . 0 7 }}{{ end }}",
    "{{ range .Alerts.Firing }}{{ .StartsAt | tz `Europe/Paris` | date `15:04 MST` }}{{ end }}",
    "{{ if .Alerts.Firing }}{{ (index .Alerts.Firing 0).Labels.pod }}{{ end }}",
    '{{ define "x" }}{{ .Labels.pod }}{{ end }}{{ range .Alerts }}{{ template "x" . }}{{ end }}',
    "{{ .NotificationReason }}{{ routeLabels `x` }}{{ now.Unix }}{{ toJson .CommonLabels }}",
    "{{ range .Alerts }}{{ .EndsAt.Sub .StartsAt | humanizeDuration }}{{ end }}",
]
BAD = {
    "{{ slice .CommonLabels.commit 0 7 }}": "fails where the label commit is missing",
    "{{ slice (index .Alerts 0).Annotations.id 0 2 }}": "the annotation id is missing",
    "{{ humanizeDuration .CommonAnnotations.seconds }}": "{{ with .CommonAnnotations.seconds }}",
    "{{ (index .Alerts.Firing 0).Labels.pod }}": "fails for one resolved alert: index",
    "{{ (index .Alerts 1).Labels.pod }}": "fails for one alert that fires: index",
    "{{ .Alert.Status }}": "fails whenever it notifies: there is no Alert",
    "x\n{{ .Labels.pod }}": "line 2, column 4: fails whenever",
    '{{ template "slack.default.zzz" . }}': "there is no template 'slack.default.zzz'",
    '{{ template "tocsin.zzz" . }}': "there is no template 'tocsin.zzz'",
    '{{ template "__subject" .Alerts }}': 'the template "__subject" needs the whole message',
    '{{ range .Alerts }}{{ template "tocsin.title" . }}{{ end }}': "there is no Alerts in a",
    '{{ reReplaceAll "(" "" .Status }}': "is no regular expression",
    '{{ tz "Mars" (index .Alerts 0).StartsAt }}': "there is no time zone 'Mars'",
    f"{{{{ range .Alerts }}}}{'{{ . }}' * 8}{{{{ end }}}}": f"fails for {MANY} alerts: writes more",
    "{{ if gt .CommonLabels.n 3 }}x{{ end }}": "incompatible types for comparison",
    "{{ nosuch .Status }}": "there is no function nosuch",
    "{{ safeHtml .Status }}": "is not allowed in this namespace",
}


@pytest.mark.parametrize("text", GOOD)
@pytest.mark.parametrize("html", [False, True])
def test_good_templates_are_accepted(text: str, html: bool) -> None:
    assert message_template_problem("spec.slack.text", text, MessageUse(html=html)) is None


@pytest.mark.parametrize("text", BAD)
def test_templates_that_would_fail_are_refused_with_the_reason(text: str) -> None:
    problem = message_template_problem("spec.slack.text", text, TENANT)
    assert problem is not None
    assert problem.field == "spec.slack.text"
    assert problem.message.startswith("line ")
    assert BAD[text] in problem.message


def test_what_fails_only_when_resolved_is_good_for_a_channel_that_tells_no_resolution() -> None:
    text = "{{ (index .Alerts.Firing 0).Labels.pod }}"
    assert message_template_problem("f", text, MessageUse(resolves=False)) is None


def test_what_fails_only_on_a_page_is_good_as_text() -> None:
    text = "<a href={{ .Status }}"
    assert message_template_problem("f", text, TENANT) is None
    problem = message_template_problem("f", text, MessageUse(html=True))
    assert problem is not None
    assert "ends inside of a tag" in problem.message


@pytest.mark.parametrize(
    ("text", "version", "since"),
    [
        ("{{ now }}", "0.32.0", "0.33"),
        ("{{ toJson .CommonLabels }}", "0.29.0", "0.30"),
        ("{{ since (index .Alerts 0).StartsAt }}", "0.27.0", "0.28"),
        ('{{ base64encode "a" }}', "0.33.1", "0.34"),
    ],
)
def test_functions_of_later_versions_are_refused(text: str, version: str, since: str) -> None:
    assert message_template_problem("f", text, TENANT) is None
    problem = message_template_problem("f", text, MessageUse(version=version))
    assert problem is not None
    assert f"needs Alertmanager {since}, and the operator's configuration says" in problem.message


def test_templates_and_fields_of_later_versions_are_refused() -> None:
    assert "mattermost.default.text" in built_in_templates((0, 30))
    assert "mattermost.default.text" not in built_in_templates((0, 29))
    old = MessageUse(version="0.28.0")
    for text in ('{{ template "mattermost.default.text" . }}', "{{ .NotificationReason }}"):
        assert message_template_problem("f", text, TENANT) is None
        assert message_template_problem("f", text, old) is not None


def test_the_pages_among_the_fields_are_known() -> None:
    def fields(spec: dict[str, object]) -> frozenset[str]:
        return html_fields(NotificationChannelSpec.model_validate(spec))

    token = {"name": "s", "key": "k"}
    telegram = {"botTokenSecretRef": token, "chatID": 1}
    assert "spec.email.html" in fields({"email": {"to": "a@example.org"}})
    assert "spec.telegram.message" in fields({"telegram": telegram})
    plain = telegram | {"parseMode": "MarkdownV2"}
    assert "spec.telegram.message" not in fields({"telegram": plain})
    pushover = {"userKeySecretRef": token, "tokenSecretRef": token}
    assert "spec.pushover.message" not in fields({"pushover": pushover})
    assert "spec.pushover.message" in fields({"pushover": pushover | {"html": True}})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("version", "severities"),
    [("0.28.0", ("critical", "warning")), ("0.34.2", ("P0", "P1", "P2", "P3"))],
)
def test_our_own_templates_never_fail(version: str, severities: tuple[str, ...]) -> None:
    major, minor, _ = map(int, version.split("."))
    shared = read_tree(message_templates(severities, (major, minor))).defined
    called = set(re.findall(r'call\("([a-z._]+)"\)', RECEIVERS))
    assert {"title", "email.html", "slack.text"} <= called
    for name in sorted(called):
        if f"tocsin.{name}" not in shared:
            assert version != "0.34.2", name
            continue
        use = MessageUse(html=name == "email.html", version=version, severities=severities)
        found, _cost = rendered_problem(f'{{{{ template "tocsin.{name}" . }}}}', use)
        assert found == "", name


def test_the_groups_are_what_they_are_called() -> None:
    found = {one.words: one for one in groups(frozenset({"team"}), resolves=True)}
    assert len(found) == 5
    bare = found["for an alert without labels"]
    assert bare.bare
    assert _alerts(bare.data)[0].fields["Labels"] == {}
    many = _alerts(found[f"for {MANY} alerts"].data)
    assert len(many) == MANY
    assert {one.fields["Status"] for one in many} == {"firing", "resolved"}
    assert {one.words for one in groups(frozenset(), resolves=False)} == {
        "for one alert that fires",
        "for an alert without labels",
        f"for {MANY} alerts",
    }


def _alerts(data: Struct) -> list[Struct]:
    alerts = data.fields["Alerts"]
    assert isinstance(alerts, Sequence)
    return [one for one in alerts if isinstance(one, Struct)]


def test_labels_that_a_template_names_are_there() -> None:
    assert {"zone", "rack"} <= names_in('{{ .Labels.zone }}{{ index .Labels "rack" }}')
    assert (
        message_template_problem("f", "{{ range .Alerts }}{{ .Labels.zone }}{{ end }}", TENANT)
        is None
    )


@pytest.mark.slow
def test_every_case_gets_a_verdict() -> None:
    for text in (*cases.PLAIN[::9], *cases.FAILING[::9], *cases.PAGES[::9]):
        for html in (False, True):
            problem = message_template_problem("f", text, MessageUse(trusted=True, html=html))
            assert problem is None or problem.message


def channel_problems(spec: dict[str, object], **config: object) -> list[str]:
    found = check_channel(
        ObjectRef("NotificationChannel", "shop", "slack"),
        NotificationChannelSpec.model_validate(spec),
        OperatorConfig.model_validate(config),
    )
    return [f"{one.field}: {one.message}" for one in found]


def test_a_channel_is_refused_by_the_field_whose_template_fails() -> None:
    hook = {"apiURLSecretRef": {"name": "s", "key": "url"}}
    bad = "{{ (index .Alerts.Firing 0).Labels.pod }}"
    good = "{{ .CommonLabels.alertname }}"
    fields = [{"title": "a", "value": good}, {"title": "b", "value": bad}]
    (problem,) = channel_problems({"slack": hook | {"title": good, "fields": fields}})
    assert problem.startswith(
        "spec.slack.fields[1].value: line 1, column 5: fails for one resolved"
    )
    assert channel_problems({"slack": hook | {"title": bad}, "sendResolved": False}) == []
    email = {"to": "a@example.org", "smarthost": "m.example.org:25", "from": "b@example.org"}
    page = "<p title={{ .Status }}"
    assert channel_problems({"email": email | {"text": page}}) == []
    (problem,) = channel_problems({"email": email | {"html": page}})
    assert problem.startswith("spec.email.html: line 1, column 1: fails whenever it notifies")


def test_a_channel_is_judged_by_the_version_that_the_platform_names() -> None:
    spec = {"slack": {"apiURLSecretRef": {"name": "s", "key": "url"}, "title": "{{ now.Unix }}"}}
    assert channel_problems(spec) == []
    (problem,) = channel_problems(spec, alertmanager={"version": "0.32.1"})
    assert "the function now needs Alertmanager 0.33" in problem
