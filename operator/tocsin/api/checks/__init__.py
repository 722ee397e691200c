"""
Rules between fields: what a schema alone cannot say.

A rule stands once, with its CEL for the API server, its predicate for the offline
tools and the operator, and the one message that both show; a table of examples is
run through both. Rules that CEL cannot say (they have none) are judged in status.
"""
