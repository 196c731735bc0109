"""Plant differences of every kind and see that `verify` names each, and nothing else.

python -m tests.trust.verify_self_test [--full]
"""

import os
import sys

from app.config import Settings
from app.keeping import SelfTest, self_test

SMALL, FULL = 100, 1_000


def measure(count: int, seed: int = 1) -> SelfTest:
    """Plant so many."""
    return self_test(count, Settings(database=None), seed=seed)


def main() -> None:
    """Print one line of figures, and end with 1 below the floor."""
    test = measure(FULL if "--full" in sys.argv else SMALL)
    print(f"{test.line()}; load {os.getloadavg()[0]:.1f}")
    for line in test.wrong:
        print(line, file=sys.stderr)
    sys.exit(bool(test.wrong))


if __name__ == "__main__":
    main()
