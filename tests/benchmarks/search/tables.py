"""Print figures as Markdown tables, with what must hold beside what was measured."""

from collections.abc import Sequence


def print_table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table under its title; numbers stand to the right."""
    print(f"\n{title}\n")
    print(f"| {' | '.join(head)} |")
    print(f"|{'|'.join('---:' if number else '---' for number in range(len(head)))}|")
    for row in rows:
        print(f"| {' | '.join(_shown(value) for value in row)} |")
    print(flush=True)


def verdict(measured: float, limit: float, *, at_least: bool = False) -> str:
    """Say whether a figure holds: at most the limit, or at least."""
    return "holds" if (measured >= limit if at_least else measured <= limit) else "MISSED"


def spread(values: Sequence[float]) -> str:
    """Write the least and the greatest of some milliseconds."""
    return f"{_shown(min(values))}–{_shown(max(values))}"


def _shown(value: object) -> str:
    if value is None:
        return "–"
    if not isinstance(value, float):
        return str(value)
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}" if abs(value) < 100 else f"{value:,.0f}"
