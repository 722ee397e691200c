"""`msteams`, `msteamsv2` and `webex`: Markdown; Alertmanager chooses Teams' colours."""

from __future__ import annotations

from tocsin.compile.messages.texts import call
from tocsin.compile.receivers.entry import compile_plainly

_CARD = {"title": call("markdown.title"), "text": call("msteams.text")}

compile_msteams = compile_plainly("msteams", _CARD | {"summary": call("markdown.title")})
"""Write an entry of `msteams_configs`: a message card of a connector."""

compile_msteamsv2 = compile_plainly("msteamsv2", _CARD)
"""Write an entry of `msteamsv2_configs`: an adaptive card of a workflow."""

compile_webex = compile_plainly("webex", {"message": call("webex.text")})
"""Write an entry of `webex_configs`; Alertmanager sends the message as Markdown."""
