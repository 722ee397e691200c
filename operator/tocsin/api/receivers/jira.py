"""`jira`: issues in Jira."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tocsin.api.duration import Duration
from tocsin.api.meta import Flag, KubeModel, SinkURL, Text

RequiredText = Annotated[str, StringConstraints(min_length=1, max_length=8192)]


class JiraField(KubeModel):
    """A text of the issue, and whether an update may change it."""

    template: Text | None = None
    """template of the text."""
    enable_update: Flag | None = None
    """enableUpdate writes the text again when the issue is updated. Default: true."""


class Jira(KubeModel):
    """Jira; the login goes into httpConfig."""

    api_url: SinkURL
    """apiURL of the service, such as https://example.atlassian.net/rest/api/3."""
    api_type: Literal["auto", "cloud", "datacenter"] | None = None
    """apiType is auto, cloud or datacenter. Default: auto."""
    project: RequiredText
    """project key in which issues are made."""
    issue_type: RequiredText
    """issueType of the issues, such as Bug."""
    summary: JiraField | None = None
    """summary of the issue."""
    description: JiraField | None = None
    """description of the issue."""
    labels: Annotated[tuple[Text, ...], Field(max_length=32)] = ()
    """labels of the issue."""
    priority: Text | None = None
    """priority of the issue."""
    reopen_transition: Text | None = None
    """reopenTransition that opens a closed issue again."""
    resolve_transition: Text | None = None
    """resolveTransition that closes the issue."""
    wont_fix_resolution: Text | None = None
    """wontFixResolution marks issues that are never opened again."""
    reopen_duration: Duration | None = None
    """reopenDuration is how long after its end an issue may be opened again."""
