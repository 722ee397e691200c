"""
Compilation: what the custom resources mean, as data.

`rules` turns an AlertRule into its PrometheusRule; `alertmanager` turns all
channels and notify blocks into one Alertmanager configuration, of which `tree` makes
the routes, `receivers` the receivers, `messages` the texts, `inhibitions` what mutes
what, and `base` what was there before. `rule_tests` reads and tells the tests of a
rule. `hearers` alone decides who may hear of what; the tree and `routing` both follow
it. The same objects
always compile to the same bytes: nothing here reads a clock, a network, a file
or the environment, and iteration is over sorted references.

Bad input is not exceptional: a function returns what it could compile, with one
`Rejection` for each object left out. Exceptions are left for bugs.
"""
