"""`metrics.md`: the operator's own series, from the tables in `tocsin.adapters.telemetry`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.generate.markdown import code, table

from tocsin.adapters.telemetry import COUNTERS, GAUGES, HISTOGRAMS, PREFIX

_TEXT = """# The operator's own metrics

Served on `/metrics` at port 8080, beside `/healthz` and `/readyz`. No label holds a name that a
user chose. The series `process_*` and `python_info` come with the Python client.

{series}
## Worth an alert

```yaml
apiVersion: tocsin.dev/v1alpha1
kind: AlertRule
metadata:
  name: tocsin-behind
  namespace: tocsin-system
spec:
  summary: "Tocsin has not looked at every object for {{value | duration}}"
  expr: time() - tocsin_operator_last_full_pass_timestamp_seconds
  levels:
    - {{severity: warning, above: 1800}}
```
"""


def metrics_page() -> str:
    """Give the page."""
    return _TEXT.format(series=table(("Series", "Type", "Labels", "What it is"), _rows()))


def _rows() -> Iterator[tuple[str, str, str, str]]:
    tables = (("counter", COUNTERS, "_total"), ("gauge", GAUGES, ""), ("histogram", HISTOGRAMS, ""))
    for kind, series, ending in tables:
        for name, (text, labels) in series.items():
            yield code(PREFIX + name + ending), kind, ", ".join(map(code, labels)), text
