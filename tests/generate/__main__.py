"""`make generate`: writes everything generated into the working tree and names what changed."""

from __future__ import annotations

import sys

from tests.generate.write import ROOT, drift, write


def main() -> int:
    """Write, say what changed, and what could not be written."""
    changed, _ = drift()
    left_out = write(ROOT)
    for line in changed:
        print(f"written: {line}")
    for line in left_out:
        print(f"left out: {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
