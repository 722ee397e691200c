"""`pushover`: messages on telephones, through Pushover."""

from __future__ import annotations

from tocsin.api.duration import ShortDuration
from tocsin.api.meta import Flag, KubeModel, SecretKeyRef, ShortText, Text


class Pushover(KubeModel):
    """Pushover; at most one of html and monospace."""

    user_key_secret_ref: SecretKeyRef
    """userKeySecretRef is the key of the user or group."""
    token_secret_ref: SecretKeyRef
    """tokenSecretRef is the application's token."""
    title: Text | None = None
    """title of the message."""
    message: Text | None = None
    """message text."""
    url: Text | None = None
    """url that the message leads to; a template."""
    url_title: Text | None = None
    """urlTitle is the text of that link."""
    device: ShortText | None = None
    """device that gets the message. Default: all of them."""
    sound: ShortText | None = None
    """sound that is played."""
    priority: Text | None = None
    """priority from -2 to 2; 2 must be acknowledged."""
    retry: ShortDuration | None = None
    """retry is how often a message of priority 2 is repeated. Default: 1m."""
    expire: ShortDuration | None = None
    """expire is how long a message of priority 2 is repeated. Default: 1h."""
    ttl: ShortDuration | None = None
    """ttl is how long the message is kept."""
    html: Flag = False
    """html shows the message as HTML."""
    monospace: Flag = False
    """monospace shows the message in letters of one width."""
