"""`webex`: messages in a Webex room."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from tocsin.api.meta import KubeModel, SinkURL, Text


class Webex(KubeModel):
    """Webex; the bot's token goes into httpConfig.authorization."""

    room_id: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    """roomID of the room to write to."""
    api_url: SinkURL | None = None
    """apiURL of the service. Default: Webex' own."""
    message: Text | None = None
    """message text."""
