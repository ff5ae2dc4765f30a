"""Places for labels beside their marks, off other marks, bars and labels."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from analysis.figures.drawing import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Place = tuple[float, float]
Box = tuple[float, float, float, float]
_DISTANCES = (17.0, 24.0, 32.0, 42.0, 54.0)
_ANGLES = (40, 140, -40, -140, 0, 180, 90, -90)


class Labels:
    """Short labels of marks on an axis whose scales and limits are set.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
    size : float
        Of the type, points.
    """

    def __init__(self, axis: Axes, size: float) -> None:
        self.axis, self.size = axis, size
        self._taken: list[Box] = []
        self._small: list[Box] = []

    def avoid(self, at: Place, size: float, *, if_possible: bool = False) -> None:
        """Keep off a mark of `size` points at a place in units of the axis, always or where there is room."""
        x, y = self._points(at)
        taken = self._small if if_possible else self._taken
        taken.append((x - size / 2, y - size / 2, x + size / 2, y + size / 2))

    def avoid_line(self, start: Place, end: Place) -> None:
        """Keep off an upright or level line."""
        (a, b), (c, d) = self._points(start), self._points(end)
        self._taken.append((min(a, c) - 3, min(b, d) - 3, max(a, c) + 3, max(b, d) + 3))

    def write(self, text: str, at: Place) -> None:
        """Write a label near a place, at the first spot around it that is free; then keep off it."""
        x, y = self._points(at)
        wide, high = 0.33 * self.size * len(text) + 1.0, 0.45 * self.size + 1.0
        spots = []
        for distance, angle in itertools.product(_DISTANCES, map(math.radians, _ANGLES)):
            dx, dy = distance * math.cos(angle), distance * math.sin(angle)
            spots.append((dx, dy, (x + dx - wide, y + dy - high, x + dx + wide, y + dy + high)))
        free = [spot for spot in spots if self._free(spot[2], self._taken)]
        best = [spot for spot in free if self._free(spot[2], self._small)]
        dx, dy, box = [*best, *free, *spots][0]
        self._taken.append(box)
        self.axis.annotate(
            text, at, xytext=(dx, dy), textcoords="offset points", fontsize=self.size, color=INK, weight="bold",
            ha="center", va="center", zorder=5,
        )  # fmt: skip

    def _points(self, at: Place) -> Place:
        x, y = self.axis.transData.transform(at)
        figure = self.axis.figure
        per = 72.0 / figure.dpi
        return float(x) * per, float(y) * per

    def _free(self, box: Box, taken: list[Box]) -> bool:
        area = self.axis.get_window_extent()
        left, bottom = (edge * 72.0 / self.axis.figure.dpi for edge in (area.x0, area.y0))
        if box[0] < left or box[1] < bottom:
            return False
        return not any(box[0] < c and a < box[2] and box[1] < d and b < box[3] for a, b, c, d in taken)
