"""
Measurements: every figure that Tocsin promises, beside its floor or peer, in the same run.

``python -m tests.bench [NAME ...]`` (``make bench``). A figure alone says little on a machine that
somebody else uses as well, so that each is interleaved with something that cannot be avoided or
that people know, and the ratio of each round is what counts. One file per benchmark; ``--quick``
takes small sizes. Nothing here is part of ``make test``, and nothing writes unless ``--write`` says
so.
"""
