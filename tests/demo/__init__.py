"""
``make demo``: from ``kubectl apply`` to a delivered notification, on real parts.

It shows a newcomer the one path that matters, and it is a test: it ends with a non-zero code and
the name of the broken link where a notification does not arrive. Locally everything runs as
processes (``tests.cluster``); with ``CLUSTER=external`` in the cluster of ``KUBECONFIG``.
"""
