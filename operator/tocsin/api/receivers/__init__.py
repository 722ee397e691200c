"""
Alertmanager's receivers, one module each, as the members of a NotificationChannel.

Fields are those of Alertmanager 0.34's `notify/*/config.go` and `config/notifiers.go`
in camelCase. Left out on purpose: every `*_file` field and static AWS keys (a tenant
could read Alertmanager's own files), `http_config` (it stands once, in the channel),
and the open JSON of `webhook.payload` and `jira.fields`, which has no bound.
A secret `x` is always `xSecretRef`, a key of a Secret in the channel's namespace.
"""
