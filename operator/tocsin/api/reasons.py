"""
What each reason means, and what to do about it, in a sentence.

`docs/reference/reasons.md` and `tocsin explain REASON` both come from here.
"""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.api.problem import Reason

SENTENCES: Mapping[Reason, str] = {
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
    Reason.TESTS_FAILED: "A test of the rule fails, so what was live before stays. The message "
    "says which, when, what was expected and what fired. Edit the rule or the test.",
    Reason.TESTS_RUNNING: "The rule's tests are being run; the rule follows if they pass. Wait.",
    Reason.NO_PROMTOOL: "The operator has no promtool, so tests are not run and hold nothing up. "
    "Set `promtool.path` in the operator's configuration.",
    Reason.NOT_CONFINED: "The platform lets tenants read series of their own namespace only "
    "(`enforceNamespace`), and this expression cannot be confined to it. Edit what the message "
    "names.",
    Reason.RESERVED_LABEL: "A label is set that the operator sets itself (`tocsin_*`) or that the "
    "platform reserves. Remove it.",
    Reason.POLICY_VIOLATED: "The platform asks for something that this rule does not have, such as "
    "a label or a runbook. The message names the setting and what to write.",
    Reason.SEVERITY_NOT_ALLOWED: "The severity is not one of those in the operator's "
    "configuration, or not for this namespace. Choose one of them.",
    Reason.NOT_YET_SUPPORTED: "The field or kind is part of the API, but this release does not "
    "act on it. Remove the field, or wait for a later release.",
    Reason.SIZE_LIMIT: "What this would become is larger than allowed. Make it smaller, or split "
    "it.",
    Reason.QUOTA_EXCEEDED: "The namespace has more objects of this kind than the platform "
    "allows, or they are larger. Delete some, or ask for a larger limit.",
    Reason.CHANNEL_NOT_FOUND: "A NotificationChannel that is named does not exist. Create it, or "
    "correct the name.",
    Reason.CHANNEL_NOT_ALLOWED: "The channel's owner does not grant it to this namespace. Ask for "
    "`allowedNamespaces`, or take another channel.",
    Reason.CHANNEL_NOT_READY: "The channel exists and cannot deliver. Its own status says why.",
    Reason.CHANNEL_SUSPENDED: "The channel is suspended by its owner. Take another, or ask.",
    Reason.CHANNEL_NEVER_HEARS: "The channel's own `activeTimes` and those of the reference must "
    "both hold, and never do. Change one of them.",
    Reason.NO_RECEIVER: "Nobody would be told. Name a channel, or make one the namespace's "
    "default.",
    Reason.INHIBITION_CYCLE: "The objects in `inhibitedBy` mute each other in a circle, so that"
    " all could be silent at once. Take one of them out.",
    Reason.SOURCE_NOT_FOUND: "A warning: what `inhibitedBy` names does not exist. Create it, or "
    "correct the name.",
    Reason.SOURCE_TOO_SLOW: "A warning: what mutes this rule fires later than the rule itself. "
    "Give this rule a longer `for`.",
    Reason.RECEIVER_NOT_FOUND: "The base configuration has no such receiver, or there is no base "
    "configuration. Correct the name, or ask the platform.",
    Reason.RECEIVER_NOT_ALLOWED: "The platform does not let this namespace use receivers of the "
    "base configuration. Ask for `alertmanager.existingNamespaces`.",
    Reason.ROUTE_PENDING: "Alertmanager has yet to load the way to the channels, which may take a "
    "minute and a half. Wait.",
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
