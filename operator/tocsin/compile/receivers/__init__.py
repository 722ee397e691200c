"""
Receivers: a channel's one member as an entry of Alertmanager's `*_configs`.

One module a receiver; each gives `compile_<type>` (the entry, with Tocsin's message
where the user wrote none), and `check_<type>` where the schema leaves something that
cannot work or that this release does not do. `table` is the only list of them.

Every secret is a `*_file` field, redirects are never followed, and templates only
name what `tocsin.compile.messages.texts` or the user defines.
"""
