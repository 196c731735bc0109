from tests.trust.rigs import hold_floor


def test_an_ingest_that_is_killed_ends_as_if_undisturbed_when_it_is_run_again() -> None:
    hold_floor("kills")
