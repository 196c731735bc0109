from pathlib import Path

from tests.trust.withdrawal import measure


def test_a_withdrawn_record_is_gone_from_every_face(tmp_path: Path) -> None:
    figures = measure(tmp_path)
    # How soon is a floor of `make trust`: here other tests keep the cores busy meanwhile.
    assert (len(figures.times_s), figures.beside, figures.faults) == (1, 1, []), "\n".join(
        [*figures.faults[:20], figures.line()]
    )
