"""How the program behaves beside a service that people use."""

import os

_STEPS = 10  # of 19: where all cores are wanted, about a tenth of what a reader's request gets


def let_readers_go_first() -> None:
    """Give this process, and those that it starts, what processors leave over; with nothing else to do they get all."""
    if hasattr(os, "nice"):  # not on Windows
        os.nice(_STEPS)
