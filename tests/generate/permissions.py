"""`permissions.md`: what the operator may do, and why, from `tocsin.api.rbac`."""

from __future__ import annotations

from collections.abc import Iterable

from tests.generate.markdown import code, table

from tocsin.api import rbac

_TEXT = """# What the operator may do

These are the rules that the chart and `manifests/install.yaml` contain. There is no verb on
Secrets in the cluster as a whole.

## In every namespace: ClusterRole `{operator}`

{cluster}
## On the Alertmanager Secret: Role `tocsin-alertmanager`

The rule stands in the Secret's namespace and names that one Secret (`resourceNames`).

{secret}
Where `alertmanager.baseSecret` names an existing configuration, the Role has one more rule,
with the name of that Secret:

{base}
## Only with consent: ClusterRole `{reader}`

It is bound to nobody. A namespace that wants its channels to use Secrets binds it once:

```sh
kubectl create rolebinding tocsin -n shop \\
  --clusterrole={reader} --serviceaccount=tocsin-system:{operator}
```

The platform can do the same for chosen namespaces with the chart's value
`secretConsent.namespaces`.

{reader_rules}"""


def permissions_page() -> str:
    """Give the page."""
    return _TEXT.format(
        operator=rbac.OPERATOR,
        reader=rbac.SECRET_READER,
        cluster=_rules(rbac.CLUSTER_RULES),
        secret=_rules(rbac.ALERTMANAGER_SECRET_RULES),
        base=_rules(rbac.BASE_SECRET_RULES),
        reader_rules=_rules(rbac.SECRET_READER_RULES),
    )


def _rules(rules: Iterable[rbac.PolicyRule]) -> str:
    rows = (
        (
            code(rule.group or "core"),
            ", ".join(map(code, rule.resources)),
            ", ".join(rule.verbs),
            rule.why,
        )
        for rule in rules
    )
    return table(("API group", "Resources", "Verbs", "Why"), rows)
