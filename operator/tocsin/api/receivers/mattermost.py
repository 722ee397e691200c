"""`mattermost`: messages in Mattermost, through an incoming webhook."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from tocsin.api.meta import Flag, KubeModel, SecretKeyRef, ShortText, Text

ChannelName = Annotated[str, StringConstraints(min_length=1, max_length=2048)]
RequiredText = Annotated[str, StringConstraints(min_length=1, max_length=8192)]


class MattermostField(KubeModel):
    """A field of the message: a title and a value."""

    title: RequiredText
    """title of the field."""
    value: RequiredText
    """value of the field."""
    short: Flag | None = None
    """short fields stand beside each other."""


class MattermostProps(KubeModel):
    """Further properties of the message."""

    card: Text | None = None
    """card is text shown at the side, as Markdown."""


class MattermostPriority(KubeModel):
    """How urgent the message is."""

    priority: ShortText | None = None
    """priority of the message, such as important or urgent."""
    requested_ack: Flag = False
    """requestedAck asks for an acknowledgement."""
    persistent_notifications: Flag = False
    """persistentNotifications repeats the notification until somebody reacts."""


class MattermostAttachment(KubeModel):
    """An attachment of the message."""

    fallback: Text | None = None
    """fallback is shown where attachments cannot be."""
    color: Text | None = None
    """color of the bar beside the attachment."""
    pretext: Text | None = None
    """pretext above the attachment."""
    text: Text | None = None
    """text of the attachment."""
    author_name: Text | None = None
    """authorName that is shown."""
    author_link: Text | None = None
    """authorLink is where the author's name leads."""
    author_icon: Text | None = None
    """authorIcon is a picture beside the author's name."""
    title: Text | None = None
    """title of the attachment."""
    title_link: Text | None = None
    """titleLink is where the title leads."""
    fields: Annotated[tuple[MattermostField, ...], Field(max_length=32)] = ()
    """fields of the attachment."""
    thumb_url: Text | None = None
    """thumbURL of a small picture."""
    footer: Text | None = None
    """footer below the attachment."""
    footer_icon: Text | None = None
    """footerIcon is a picture beside the footer."""
    image_url: Text | None = None
    """imageURL of a picture."""


class Mattermost(MattermostAttachment):
    """Mattermost; what an attachment has, the message has too."""

    webhook_url_secret_ref: SecretKeyRef
    """webhookURLSecretRef is the webhook's URL."""
    channel: ChannelName | None = None
    """channel to post in."""
    username: Text | None = None
    """username that is shown."""
    icon_url: Text | None = None
    """iconURL of a picture beside the name."""
    icon_emoji: Text | None = None
    """iconEmoji that is shown beside the name."""
    attachments: Annotated[tuple[MattermostAttachment, ...], Field(max_length=16)] = ()
    """attachments of the message."""
    type: ShortText | None = None
    """type of the post; custom ones begin with custom_."""
    props: MattermostProps | None = None
    """props are further properties of the message."""
    priority: MattermostPriority | None = None
    """priority says how urgent the message is."""
