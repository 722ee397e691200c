"""
Go templates, executed: what Alertmanager would write for a notification.

A pure and bounded text/template (and html/template, where Alertmanager uses it): the
same texts give the same bytes, every value, step and written character counts against
a limit, and a failure is a value. The parser one level up has accepted a template
before it comes here. `values` says how Go's types are held; `program` turns a template
into closures; `render` runs them. Sources: text/template, html/template and fmt of Go
1.26, template/template.go of Alertmanager 0.34.2.
"""
