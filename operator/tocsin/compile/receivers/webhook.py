"""`webhook` and `incidentio`: Alertmanager's own JSON, which has everything there is to say."""

from __future__ import annotations

from tocsin.compile.receivers.entry import compile_plainly

compile_webhook = compile_plainly("webhook", {})
"""Write an entry of `webhook_configs`."""

compile_incidentio = compile_plainly("incidentio", {})
"""Write an entry of `incidentio_configs`; incident.io maps the JSON by its own rules."""
