"""`spec.tests`: read, written for promtool, and told in the words of the AlertRule."""
