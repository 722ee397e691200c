"""`slack`: messages in Slack, through an incoming webhook or an app's token."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from tocsin.api.duration import ShortDuration
from tocsin.api.meta import Flag, KubeModel, SecretKeyRef, ShortText, SinkURL, Text

RequiredText = Annotated[str, StringConstraints(min_length=1, max_length=8192)]
RequiredWord = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class SlackField(KubeModel):
    """A field of the message: a title and a value."""

    title: RequiredText
    """title of the field."""
    value: RequiredText
    """value of the field."""
    short: Flag | None = None
    """short fields stand beside each other."""


class SlackConfirm(KubeModel):
    """A question asked before an action."""

    text: RequiredText
    """text of the question."""
    title: Text | None = None
    """title of the question."""
    ok_text: Text | None = None
    """okText is the label of the button that goes on."""
    dismiss_text: Text | None = None
    """dismissText is the label of the button that does not."""


class SlackAction(KubeModel):
    """A button below the message; it needs url or name."""

    type: RequiredWord
    """type of the action, such as button."""
    text: RequiredText
    """text on the button."""
    url: Text | None = None
    """url that the button opens; a template."""
    style: ShortText | None = None
    """style of the button, such as primary or danger."""
    name: ShortText | None = None
    """name of the action, for apps that react to it."""
    value: Text | None = None
    """value given to the app."""
    confirm: SlackConfirm | None = None
    """confirm is a question asked before."""


class Slack(KubeModel):
    """Slack; exactly one of apiURLSecretRef and appTokenSecretRef, or updateMessage."""

    api_url_secret_ref: SecretKeyRef | None = None
    """apiURLSecretRef is the incoming webhook's URL."""
    app_token_secret_ref: SecretKeyRef | None = None
    """appTokenSecretRef is the token of a Slack app."""
    app_url: SinkURL | None = None
    """appURL that the app's token is sent to. Default: Slack's own."""
    channel: Annotated[str, StringConstraints(min_length=1, max_length=2048)] | None = None
    """channel to post in, such as #alerts; may hold {team}."""
    username: Text | None = None
    """username that is shown."""
    color: Text | None = None
    """color of the bar beside the message."""
    title: Text | None = None
    """title of the message."""
    title_link: Text | None = None
    """titleLink is where the title leads."""
    pretext: Text | None = None
    """pretext above the message."""
    text: Text | None = None
    """text of the message."""
    message_text: Text | None = None
    """messageText is the plain text of the message, outside the attachment."""
    fields: Annotated[tuple[SlackField, ...], Field(max_length=32)] = ()
    """fields of the message."""
    short_fields: Flag = False
    """shortFields is the default of a field's short."""
    footer: Text | None = None
    """footer below the message."""
    fallback: Text | None = None
    """fallback is shown where attachments cannot be."""
    callback_id: Text | None = None
    """callbackID for apps that react to the message."""
    icon_emoji: Text | None = None
    """iconEmoji that is shown beside the name."""
    icon_url: Text | None = None
    """iconURL of a picture beside the name."""
    image_url: Text | None = None
    """imageURL of a picture in the message."""
    thumb_url: Text | None = None
    """thumbURL of a small picture in the message."""
    link_names: Flag = False
    """linkNames makes links of @names and #channels."""
    mrkdwn_in: Annotated[tuple[ShortText, ...], Field(max_length=16)] = ()
    """mrkdwnIn names the parts that hold Slack's markup."""
    actions: Annotated[tuple[SlackAction, ...], Field(max_length=16)] = ()
    """actions are buttons below the message."""
    update_message: Flag = False
    """updateMessage edits the first message; needs a bot's token in httpConfig.authorization."""
    timeout: ShortDuration | None = None
    """timeout of one request. Default: only Alertmanager's own deadline."""
