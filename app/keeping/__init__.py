"""Keep an archive whole: compare what belongs together, mend what is derived, back up and restore."""

from app.keeping.backup import back_up, restore
from app.keeping.differences import Difference, Kind
from app.keeping.holdings import Holdings, open_holdings
from app.keeping.self_test import SelfTest, self_test
from app.keeping.verify import mend, verify

__all__ = [
    "Difference",
    "Holdings",
    "Kind",
    "SelfTest",
    "back_up",
    "mend",
    "open_holdings",
    "restore",
    "self_test",
    "verify",
]
