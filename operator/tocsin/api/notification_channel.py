"""`NotificationChannel`: where alerts go. Becomes a receiver of the Alertmanager configuration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tocsin.api.duration import Duration
from tocsin.api.meta import Flag, KubeModel, Severity
from tocsin.api.notify import ActiveTime
from tocsin.api.receivers.discord import Discord
from tocsin.api.receivers.email import Email
from tocsin.api.receivers.http_config import HTTPConfig
from tocsin.api.receivers.incidentio import IncidentIO
from tocsin.api.receivers.jira import Jira
from tocsin.api.receivers.mattermost import Mattermost
from tocsin.api.receivers.msteams import MSTeams, MSTeamsV2
from tocsin.api.receivers.opsgenie import Opsgenie
from tocsin.api.receivers.pagerduty import PagerDuty
from tocsin.api.receivers.pushover import Pushover
from tocsin.api.receivers.rocketchat import RocketChat
from tocsin.api.receivers.slack import Slack
from tocsin.api.receivers.sns import SNS
from tocsin.api.receivers.telegram import Telegram
from tocsin.api.receivers.victorops import VictorOps
from tocsin.api.receivers.webex import Webex
from tocsin.api.receivers.webhook import Webhook
from tocsin.api.receivers.wechat import WeChat
from tocsin.api.selector import LabelSelector

TYPES = (
    "email",
    "slack",
    "pagerduty",
    "opsgenie",
    "webhook",
    "victorops",
    "pushover",
    "wechat",
    "sns",
    "telegram",
    "discord",
    "webex",
    "msteams",
    "msteamsv2",
    "jira",
    "rocketchat",
    "incidentio",
    "mattermost",
    "existing",
)
"""The members of which a channel has exactly one; field and attribute have the same name."""

AlertNameText = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class Existing(KubeModel):
    """A receiver of the configuration that was there before Tocsin."""

    receiver: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    """receiver is its name in the base configuration."""


class AllowedNamespaces(KubeModel):
    """Which namespaces may name this channel."""

    from_: Annotated[Literal["Same", "All", "Selector"], Field(alias="from")] = "Same"
    """from is Same (this namespace alone, the default), All, or Selector."""
    selector: LabelSelector | None = None
    """selector of namespaces by their labels; only with `from: Selector`."""


class DefaultFor(KubeModel):
    """Rules of this namespace that have no notify come to the channel."""

    after: Duration | None = None
    """after sends only what goes on this long. Default: 0s."""
    min_severity: Severity | None = None
    """minSeverity sends only alerts at least this severe."""


class Subscription(KubeModel):
    """Alerts of foreign rules with this namespace's name in their label namespace."""

    alert_names: Annotated[tuple[AlertNameText, ...], Field(min_length=1, max_length=64)]
    """alertNames to hear of."""
    min_severity: Severity | None = None
    """minSeverity sends only alerts at least this severe."""


class Verification(KubeModel):
    """When a synthetic alert is sent through the channel."""

    on_change: Flag = False
    """onChange sends one when the channel changes, at most once an hour."""


class NotificationChannelSpec(KubeModel):
    """Where alerts go: exactly one receiver, and who may use it."""

    email: Email | None = None
    """email sends mail."""
    slack: Slack | None = None
    """slack posts messages in Slack."""
    pagerduty: PagerDuty | None = None
    """pagerduty opens incidents in PagerDuty."""
    opsgenie: Opsgenie | None = None
    """opsgenie opens alerts in Opsgenie."""
    webhook: Webhook | None = None
    """webhook posts Alertmanager's JSON to a URL."""
    victorops: VictorOps | None = None
    """victorops opens incidents in Splunk On-Call (VictorOps)."""
    pushover: Pushover | None = None
    """pushover sends messages to telephones."""
    wechat: WeChat | None = None
    """wechat sends messages in WeCom (WeChat Work)."""
    sns: SNS | None = None
    """sns publishes to AWS SNS."""
    telegram: Telegram | None = None
    """telegram sends messages as a bot."""
    discord: Discord | None = None
    """discord posts messages in Discord."""
    webex: Webex | None = None
    """webex posts messages in a Webex room."""
    msteams: MSTeams | None = None
    """msteams posts in Microsoft Teams by a connector, which Microsoft retires."""
    msteamsv2: MSTeamsV2 | None = None
    """msteamsv2 posts in Microsoft Teams by a workflow."""
    jira: Jira | None = None
    """jira opens issues in Jira."""
    rocketchat: RocketChat | None = None
    """rocketchat posts messages in Rocket.Chat."""
    incidentio: IncidentIO | None = None
    """incidentio opens alerts in incident.io."""
    mattermost: Mattermost | None = None
    """mattermost posts messages in Mattermost."""
    existing: Existing | None = None
    """existing points at a receiver of the configuration that was there before."""
    http_config: HTTPConfig | None = None
    """httpConfig says how the receiver is spoken to over HTTP."""
    allowed_namespaces: AllowedNamespaces | None = None
    """allowedNamespaces may name this channel. Default: only its own."""
    default: DefaultFor | None = None
    """default makes this the channel of its namespace's rules without notify."""
    subscribe: Subscription | None = None
    """subscribe sends alerts of foreign rules about this namespace."""
    min_severity: Severity | None = None
    """minSeverity is the owner's floor; whoever names the channel can only raise it."""
    active_times: Annotated[tuple[ActiveTime, ...], Field(max_length=16)] = ()
    """activeTimes are the owner's hours; empty means always."""
    send_resolved: Flag | None = None
    """sendResolved tells of an alert's end too. Default: true."""
    digest: Duration | None = None
    """digest collects messages over this time instead of interrupting."""
    verify: Verification | None = None
    """verify sends a marked synthetic alert to prove the channel. Default: never."""
    suspend: Flag = False
    """suspend stops delivery."""

    @property
    def type(self) -> str:
        """The name of the one member that is set, such as `slack`; "" where none is."""
        return next((name for name in TYPES if getattr(self, name) is not None), "")
