"""
Mistakes that people make in rules and channels, found before a cluster sees them.

Objects in, findings out: no file, no clock, no output. What the operator itself would
refuse is said by `tocsin.compile`; here is what it would take and what would still not
do what its author means. One check a module in `checks`, one page a check in `pages`.

A check says nothing where it cannot tell: a false alarm costs more than a miss.
"""
