"""`rocketchat`: messages in Rocket.Chat."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from tocsin.api.meta import Flag, KubeModel, SecretKeyRef, ShortText, SinkURL, Text

ChannelName = Annotated[str, StringConstraints(min_length=1, max_length=2048)]


class RocketChatField(KubeModel):
    """A field of the message: a title and a value."""

    title: Text | None = None
    """title of the field."""
    value: Text | None = None
    """value of the field."""
    short: Flag | None = None
    """short fields stand beside each other."""


class RocketChatAction(KubeModel):
    """A button below the message."""

    type: ShortText | None = None
    """type of the action, such as button."""
    text: Text | None = None
    """text on the button."""
    url: Text | None = None
    """url that the button opens; a template."""
    msg: Text | None = None
    """msg that the button sends; a template."""


class RocketChat(KubeModel):
    """Rocket.Chat, with a personal access token."""

    token_secret_ref: SecretKeyRef
    """tokenSecretRef is the access token."""
    token_id_secret_ref: SecretKeyRef
    """tokenIDSecretRef is the user's id that belongs to the token."""
    api_url: SinkURL | None = None
    """apiURL of the server. Default: the provider's cloud."""
    channel: ChannelName | None = None
    """channel to post in, such as #alerts or @name."""
    color: Text | None = None
    """color of the bar beside the message."""
    title: Text | None = None
    """title of the message."""
    title_link: Text | None = None
    """titleLink is where the title leads."""
    text: Text | None = None
    """text of the message."""
    fields: Annotated[tuple[RocketChatField, ...], Field(max_length=32)] = ()
    """fields of the message."""
    short_fields: Flag = False
    """shortFields is the default of a field's short."""
    emoji: Text | None = None
    """emoji that is shown beside the name."""
    icon_url: Text | None = None
    """iconURL of a picture beside the name."""
    image_url: Text | None = None
    """imageURL of a picture in the message."""
    thumb_url: Text | None = None
    """thumbURL of a small picture in the message."""
    link_names: Flag = False
    """linkNames makes links of @names and #channels."""
    actions: Annotated[tuple[RocketChatAction, ...], Field(max_length=16)] = ()
    """actions are buttons below the message."""
