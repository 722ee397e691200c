"""
What a HealthCheck can ask, one model a protocol; a check has exactly one of them.

An empty one is written `http: {}`. What a target must answer stands beside it, in
`failUnless` and `degradeUnless`, in words that all protocols share.
"""
