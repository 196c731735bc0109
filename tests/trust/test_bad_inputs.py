"""The floor of `tests/trust/bad_inputs.py`: 300 files and 100 mutants."""

import pytest

from tests.trust.bad_inputs import measure
from tests.trust.inputs import BAD


@pytest.mark.skipif(not BAD.is_dir(), reason="the bad inputs are not on this machine (../shared/badinputs)")
def test_bad_inputs_neither_crash_nor_get_lost() -> None:
    figures, faults = measure(full=False)
    assert not faults, figures
