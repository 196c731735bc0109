"""Draw how the time of each class grows with the archive, and state the slopes."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks.search.tables import print_table

DRAWING = Path(__file__).parents[3] / "docs" / "search-growth.svg"

_WIDTH, _HEIGHT = 900, 520
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 660, 50, 460
_COLOURS = ("#4477aa", "#ee6677", "#228833", "#aa8800", "#2299bb", "#aa3377")  # told apart also when printed grey
_DASHES = ("", "6 4")  # the classes of the second round of colours
_LABEL_STEP = 24

Times = Mapping[str, Mapping[int, float]]  # milliseconds by class and number of emails


def draw_growth(times: Times) -> None:
    """Print the slopes and write the drawing."""
    rows = [[group, *(ms[size] for size in sorted(ms)), _slope(ms)] for group, ms in times.items() if len(ms) > 1]
    sizes = sorted({size for ms in times.values() for size in ms})
    head = ["class", *(f"{size:,}" for size in sizes), "slope"]
    print_table("### Growth: median ms of a request by number of emails", head, rows)
    print("A slope of 1 is time in proportion to the archive, of 0 none of its size.")
    if len(sizes) > 1:
        DRAWING.parent.mkdir(exist_ok=True)
        DRAWING.write_text(_draw(times, sizes), encoding="utf-8")
        print(f"Drawn: {DRAWING.relative_to(DRAWING.parents[1])}")


def keep_times(path: Path, medians: Mapping[str, float]) -> None:
    """Keep the median milliseconds by class of one size, for a drawing by a later run."""
    path.write_text(json.dumps(medians))


def kept_times(paths: Mapping[int, Path]) -> Times:
    """Return what was kept, given the file of each number of emails."""
    times: dict[str, dict[int, float]] = {}
    for size, path in paths.items():
        if path.is_file():
            for group, ms in json.loads(path.read_text()).items():
                times.setdefault(group, {})[size] = ms
    return times


def _slope(ms: Mapping[int, float]) -> float:
    """Return the slope of the straight line nearest to the points, both axes in logarithms (least squares)."""
    points = [(math.log(size), math.log(value)) for size, value in ms.items()]
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


class _Axes:
    """Places sizes and milliseconds on the drawing, both in logarithms."""

    def __init__(self, sizes: Sequence[int], values: Sequence[float]) -> None:
        self._low_x, self._high_x = math.log10(min(sizes)), math.log10(max(sizes))
        self.low, self.high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))

    def x(self, size: int) -> float:
        share = (math.log10(size) - self._low_x) / (self._high_x - self._low_x)
        return round(_LEFT + share * (_RIGHT - _LEFT), 1)

    def y(self, ms: float) -> float:
        share = (math.log10(ms) - self.low) / (self.high - self.low)
        return round(_BOTTOM - share * (_BOTTOM - _TOP), 1)


def _draw(times: Times, sizes: Sequence[int]) -> str:
    axes = _Axes(sizes, [ms for each in times.values() for ms in each.values()])
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
            'font-family="sans-serif" font-size="13">',
            "<title>Median time of a search by the number of emails in the archive</title>",
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
            f'<text x="{_LEFT}" y="28" font-size="16">Median time of a search request, in ms, '
            "by the number of emails (both logarithmic)</text>",
            *_grid(axes, sizes),
            *_lines(axes, times),
            "</svg>\n",
        ]
    )


def _grid(axes: _Axes, sizes: Sequence[int]) -> list[str]:
    drawn = []
    for power in range(axes.low, axes.high + 1):
        for digit in (1, 2, 5) if power < axes.high else (1,):
            ms = digit * 10.0**power
            drawn.append(f'<path d="M{_LEFT} {axes.y(ms)}H{_RIGHT}" stroke="{"#bbb" if digit == 1 else "#e5e5e5"}"/>')
            drawn.append(f'<text x="{_LEFT - 8}" y="{axes.y(ms) + 4}" text-anchor="end">{ms:g}</text>')
    for size in sizes:
        drawn.append(f'<path d="M{axes.x(size)} {_TOP}V{_BOTTOM}" stroke="#e5e5e5"/>')
        drawn.append(f'<text x="{axes.x(size)}" y="{_BOTTOM + 20}" text-anchor="middle">{size:,}</text>')
    return drawn


def _lines(axes: _Axes, times: Times) -> list[str]:
    drawn, last_y = [], float(_TOP) - _LABEL_STEP
    # From the top down, so that a label moved for the one above it stays in order.
    for number, (group, ms) in enumerate(sorted(times.items(), key=lambda one: -one[1][max(one[1])])):
        colour, dash = _COLOURS[number % len(_COLOURS)], _DASHES[number // len(_COLOURS) % len(_DASHES)]
        style = f'stroke="{colour}" stroke-dasharray="{dash}"'
        points = [(axes.x(size), axes.y(ms[size])) for size in sorted(ms)]
        drawn.append(f'<path d="M{"L".join(f"{x} {y}" for x, y in points)}" fill="none" stroke-width="2" {style}/>')
        drawn += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in points]
        last_x, end_y = points[-1]
        last_y = max(end_y, last_y + _LABEL_STEP)
        drawn.append(f'<path d="M{last_x + 5} {end_y}L{_RIGHT + 18} {last_y}H{_RIGHT + 34}" fill="none" {style}/>')
        label = group.replace("&", "&amp;")
        drawn.append(f'<text x="{_RIGHT + 40}" y="{last_y + 4}" fill="{colour}">{label} ({_slope(ms):.2f})</text>')
    return drawn
