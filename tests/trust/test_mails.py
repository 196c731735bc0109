"""The floor of `tests/trust/mails.py`: 241 of 241."""

import pytest

from tests.trust.inputs import BAD
from tests.trust.mails import measure


@pytest.mark.skipif(not BAD.is_dir(), reason="the bad inputs are not on this machine (../shared/badinputs)")
def test_of_every_broken_mail_all_can_be_had() -> None:
    figures, faults = measure(full=False)
    assert not faults, figures
