import subprocess
import sys


def test_a_process_that_lets_readers_go_first_is_nicer_than_it_was() -> None:
    told = "import os; from app.manners import let_readers_go_first as go; go(); print(os.nice(0))"
    before = "import os; print(os.nice(0))"
    now, was = (
        int(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
        for code in (told, before)
    )
    assert now == min(19, was + 10)
