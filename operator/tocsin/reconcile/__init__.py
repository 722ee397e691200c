"""
Use cases: keep the cluster as the resources ask, level-triggered.

A snapshot holds what was seen, a queue says what to look at again, and the
reconcilers bring one key at a time to what `tocsin.compile` says it should be.
Outside systems are ports (`ports.py`); the adapters know them.
"""
