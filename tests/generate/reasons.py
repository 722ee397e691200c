"""`reasons.md`: every reason that a condition can have, and what to do about it."""

from __future__ import annotations

from tests.generate.markdown import code, table

from tocsin.api.problem import Reason

_TEXT = """# Reasons

The reason of a condition is one word of this list. `kubectl get tocsin -A -o wide` shows the
reason of `Ready`; the message beside it in the status names the field and the remedy.

{reasons}"""

SENTENCES = {
    Reason.SUCCEEDED: "All is well; nothing to do.",
    Reason.SUSPENDED: "`spec.suspend` is true: nothing of this object is live. Set it to false.",
    Reason.NOBODY_ON_PURPOSE: "The rule asks for nobody to be told (`channels: []`, or severity "
    "`none`), so nobody is.",
    Reason.INVALID_SPEC: "A field has a value that it cannot have. Edit that field.",
    Reason.INVALID_EXPRESSION: "The PromQL does not parse, or a regular expression in it does not "
    "compile. Edit it.",
    Reason.UNVERIFIABLE_EXPRESSION: "The PromQL is beyond what can be checked here: too long, too "
    "deep, or newer than the parser. Make it simpler, or record a part of it.",
    Reason.INVALID_TEMPLATE: "A text is not a template that Prometheus or Alertmanager would take, "
    "or calls a function that is not allowed. Edit it.",
    Reason.RESERVED_LABEL: "A label is set that the operator sets itself (`tocsin_*`) or that the "
    "platform reserves. Remove it.",
    Reason.SEVERITY_NOT_ALLOWED: "The severity is not one of those in the operator's "
    "configuration. Choose one of them.",
    Reason.NOT_YET_SUPPORTED: "The field or kind is part of the API, but this release does not "
    "act on it. Remove the field, or wait for a later release.",
    Reason.SIZE_LIMIT: "What this would become is larger than allowed. Make it smaller, or split "
    "it.",
    Reason.QUOTA_EXCEEDED: "The namespace has more objects of this kind than the platform allows. "
    "Delete some, or ask for a larger limit.",
    Reason.CHANNEL_NOT_FOUND: "A NotificationChannel that is named does not exist. Create it, or "
    "correct the name.",
    Reason.CHANNEL_NOT_ALLOWED: "The channel's owner does not grant it to this namespace. Ask for "
    "`allowedNamespaces`, or take another channel.",
    Reason.CHANNEL_NOT_READY: "The channel exists and cannot deliver. Its own status says why.",
    Reason.CHANNEL_SUSPENDED: "The channel is suspended by its owner. Take another, or ask.",
    Reason.NO_RECEIVER: "Nobody would be told. Name a channel, or make one the namespace's "
    "default.",
    Reason.ROUTE_PENDING: "The way to the channels is being loaded; the rule follows within a "
    "minute. Wait.",
    Reason.ROUTE_NOT_LOADED: "Alertmanager has not loaded the way to the channels. Look at the "
    "Alertmanager object and its log.",
    Reason.ROUTE_NOT_OBSERVED: "Whether Alertmanager has loaded the way to the channels cannot be "
    "seen. Set `alertmanager.urls` in the operator's configuration.",
    Reason.SECRET_NOT_FOUND: "A Secret that is named does not exist in the channel's namespace. "
    "Create it.",
    Reason.SECRET_KEY_NOT_FOUND: "The Secret exists and has no such key. Add it, or correct the "
    "key.",
    Reason.SECRET_MALFORMED: "The value in the Secret is not what the field needs, such as an "
    "URL. Correct it.",
    Reason.FORBIDDEN: "The operator may not read Secrets in this namespace. The message holds the "
    "command that allows it.",
    Reason.SMTP_NOT_CONFIGURED: "The channel names no mail relay, and neither does the operator's "
    "configuration. Set one of them.",
    Reason.LAST_GOOD_LOST: "The object is invalid, and what was live before was deleted. Correct "
    "the object.",
    Reason.NAME_TAKEN: "A PrometheusRule of that name exists and belongs to somebody else. Rename "
    "or remove it.",
    Reason.OWNERSHIP_CONFLICT: "Somebody else keeps changing the PrometheusRule back. Stop the "
    "other controller.",
    Reason.APPLY_FAILED: "The API server refused a write; the message says why. It is tried again.",
    Reason.CRD_MISSING: "A CustomResourceDefinition is not installed, such as "
    "prometheus-operator's PrometheusRule. Install it; nothing else is needed.",
    Reason.RECONCILING: "The operator is at work, or waits for something else. Wait.",
    Reason.INTERNAL_ERROR: "A defect of the operator. Please report it, with the operator's log.",
}


def reasons_page() -> str:
    """Give the page; every reason has a sentence, or this fails."""
    rows = ((code(reason), SENTENCES[reason]) for reason in Reason)
    return _TEXT.format(reasons=table(("Reason", "What it means, and what to do"), rows))
