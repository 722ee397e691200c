"""
The language: the kinds users write, as pydantic models, and the words they share.

The models here are the source of everything that describes the kinds: the CRDs,
the reference pages and the offline tools are generated from them. They say what
a document may look like; what it means is `tocsin.compile`'s business.

Nothing in this package reads a clock, a network, a file or the environment, and
it imports nothing of ours.
"""
