"""The graph of a function of two numbers, as a net of small faces sorted by their distance, and its tangent plane."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from derive.documents.figures.axes import decimal, ticks
from derive.documents.figures.scene import Scene, em
from derive.documents.page.picture import Dot, Drawing, Label, Mark, Point, Stroke, inline, late, line
from derive.values import dataclass

WIDTH, HEIGHT = 9.6, 5.8
FACES = 14
"""Faces of the net in each direction."""
LIFT = math.radians(11)
"""How high the eye stands."""
TALL = 2.2
"""The height of the picture's space, whose ground is two wide."""
ACROSS = 25
"""Degrees from the direction in which the function rises to where the eye stands."""
Space = tuple[float, float, float]


@dataclass(frozen=True)
class Eye:
    """From space, every coordinate scaled to [-1, 1] or so, to the picture; `turn` is where the eye stands, seen from above."""

    turn: float
    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def at(self, p: Space) -> Point:
        """Where a point of space stands in the picture."""
        right = -p[0] * math.sin(self.turn) + p[1] * math.cos(self.turn)
        near = p[0] * math.cos(self.turn) + p[1] * math.sin(self.turn)
        return (self.x + self.scale * right, self.y + self.scale * (p[2] * math.cos(LIFT) - near * math.sin(LIFT)))

    def depth(self, p: Space) -> float:
        """How near a place of the ground is: what is nearer is drawn later."""
        return p[0] * math.cos(self.turn) + p[1] * math.sin(self.turn)


def _middle(low: float, high: float, place: float, share: float) -> list[float]:
    """The values of one variable over a share of its range, around the place of the point."""
    half = 0.5 * (high - low) * share
    return [place + half * (2 * k / FACES - 1) for k in range(FACES + 1)]


def _key(said: str) -> list[Mark]:
    """What the plane is called, above the figure, with a piece of its colour."""
    start = (WIDTH - em(said) - 0.7) / 2 + 0.7
    colour = line("tangent", (start - 0.7, HEIGHT - 0.25), (start - 0.1, HEIGHT - 0.25))
    return late([colour, Label(start, HEIGHT - 0.25, inline(said), "west")])


def _ranges(scene: Scene, names: Sequence[str], point: Sequence[float]) -> list[tuple[float, float]]:
    """How far each variable goes: as the figure says, or two to each side of the point."""
    return [scene.wanted.range.get(name) or (place - 2.0, place + 2.0) for name, place in zip(names, point, strict=True)]


def surface(
    scene: Scene,
    names: tuple[str, ...],
    shown: tuple[str, ...],
    point: tuple[float, ...],
    value: Callable[..., float],
    slopes: tuple[float, ...] | None,
    said: str,
) -> Drawing:
    """The net over a rectangle around the point, the plane over the middle of it, three axes.

    names   of the two variables
    shown   the same as LaTeX
    value   f at two numbers
    slopes  the two partial derivatives at the point; None: no plane
    said    what the plane is called, as LaTeX; "" for nothing
    """
    ranges = _ranges(scene, names, point)
    (x0, y0), z0 = point, value(*point)
    grid = [[low + (high - low) * k / FACES for k in range(FACES + 1)] for low, high in ranges]
    heights = [[value(x, y) for y in grid[1]] for x in grid[0]]

    def plane(x: float, y: float) -> float:
        assert slopes is not None
        return z0 + slopes[0] * (x - x0) + slopes[1] * (y - y0)

    share = _share(slopes, ranges, z0, heights)
    parts = [_middle(low, high, place, share) for (low, high), place in zip(ranges, point, strict=True)]
    flat = [plane(x, y) for x in (parts[0][0], parts[0][-1]) for y in (parts[1][0], parts[1][-1])] if slopes else []
    zs = [z for row in heights for z in row] + flat
    low, high = min(zs), max(zs)
    low -= 0.02 * (high - low)

    def scaled(x: float, y: float, z: float) -> Space:
        sx, sy = (2 * (v - a) / (b - a) - 1 for v, (a, b) in zip((x, y), ranges, strict=True))
        return (sx, sy, TALL * (z - low) / ((high - low) or 1.0))

    above = sum(heights[i][j] - plane(grid[0][i], grid[1][j]) for i in (0, FACES) for j in (0, FACES)) >= 0 if slopes else True
    eye = Eye(_turn(slopes, ranges, above))
    faces = _faces("surface", grid, lambda i, j: heights[i][j], scaled, eye)
    if slopes:
        faces += _faces("plane", parts, lambda i, j: plane(parts[0][i], parts[1][j]), scaled, eye)
    corners = [(sx, sy, sz) for sx in (-1.0, 1.0) for sy in (-1.0, 1.0) for sz in (0.0, TALL)]
    everything = [eye.at(p) for p in corners] + [eye.at(p) for _, _, _, face in faces for p in face]
    eye = _fitted(eye, everything, 0.75, 0.6, WIDTH - 0.75, HEIGHT - (0.75 if said else 0.3))
    marks: list[Mark] = _axes(eye, ranges, (low, high), scaled, shown, _name(scene))
    for _, _, style, face in sorted(faces, key=lambda f: (round(f[0], 6), round(f[1], 6), f[2])):
        marks.append(Stroke(style, tuple(eye.at(p) for p in face), closed=True, late=style == "plane"))
    marks.append(Dot("touch", *eye.at(scaled(x0, y0, z0))))
    marks += _key(said) if said else []
    return Drawing(tuple(marks), WIDTH, HEIGHT, _alt(scene, point, slopes is not None), "plane" if slopes else "")


def _alt(scene: Scene, point: Sequence[float], with_plane: bool) -> str:
    """The figure in words."""
    where = ", ".join(decimal(v) for v in point)
    return f"the graph of {scene.problem.name} as a surface" + (f" and its tangent plane at ({where})" if with_plane else f" near ({where})")


def _share(
    slopes: tuple[float, ...] | None, ranges: Sequence[tuple[float, float]], z0: float, heights: list[list[float]]
) -> float:
    """How much of the ground the plane covers: about half, less where it is so steep that it would leave the graph's height."""
    if not slopes:
        return 0.0
    zs = [z for row in heights for z in row]
    rise = sum(abs(s) * (b - a) / 2 for s, (a, b) in zip(slopes, ranges, strict=True))
    room = min(max(zs) - z0, z0 - min(zs)) + 0.2 * (max(zs) - min(zs))
    return min(0.52, max(room / rise, 0.15)) if rise else 0.52


Face = tuple[float, float, str, tuple[Space, ...]]
"""Depth, height, style, corners."""


def _faces(
    style: str, grid: list[list[float]], height: Callable[[int, int], float], scaled: Callable[..., Space], eye: Eye
) -> list[Face]:
    out: list[Face] = []
    for i in range(FACES):
        for j in range(FACES):
            face = tuple(scaled(grid[0][a], grid[1][b], height(a, b)) for a, b in ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)))
            out.append((sum(map(eye.depth, face)) / 4, sum(p[2] for p in face) / 4, style, face))
    return out


def _turn(slopes: Sequence[float] | None, ranges: Sequence[tuple[float, float]], above: bool) -> float:
    """Where the plane lies in front of the graph: from where the function rises when the graph is above the plane, else from
    where it falls; a little aside, and away from the axes' own directions."""
    usual = math.radians(-55)
    if not slopes or not any(slopes):
        return usual
    steep = [s * (b - a) for s, (a, b) in zip(slopes, ranges, strict=True)]
    turn = math.degrees(math.atan2(steep[1], steep[0])) + (0 if above else 180) - ACROSS
    quarter = 90 * math.floor(turn / 90)
    return math.radians(quarter + min(max(turn - quarter, 25), 65))


def _fitted(eye: Eye, points: list[Point], left: float, bottom: float, right: float, top: float) -> Eye:
    """The eye whose picture fills the box."""
    x0, x1 = min(p[0] for p in points), max(p[0] for p in points)
    y0, y1 = min(p[1] for p in points), max(p[1] for p in points)
    scale = min((right - left) / (x1 - x0), (top - bottom) / (y1 - y0))
    return Eye(eye.turn, scale, (left + right) / 2 - scale * (x0 + x1) / 2, (bottom + top) / 2 - scale * (y0 + y1) / 2)


def _axes(
    eye: Eye,
    ranges: Sequence[tuple[float, float]],
    heights: tuple[float, float],
    scaled: Callable[..., Space],
    shown: tuple[str, ...],
    name: str,
) -> list[Mark]:
    """The ground's edges, numbers along the two near ones, and the height along the leftmost upright."""
    (xa, xb), (ya, yb) = ranges
    low, high = heights
    nx = xb if math.cos(eye.turn) > 0 else xa
    ny = yb if math.sin(eye.turn) > 0 else ya
    ground = [scaled(x, y, low) for x, y in ((xa, ya), (xb, ya), (xb, yb), (xa, yb))]
    out: list[Mark] = [Stroke("axis", tuple(eye.at(p) for p in ground), closed=True)]
    for axis, (a, b), label in ((0, ranges[0], shown[0]), (1, ranges[1], shown[1])):
        def spot(v: float, axis: int = axis) -> Point:
            return eye.at(scaled(v, ny, low) if axis == 0 else scaled(nx, v, low))

        corner = eye.at(scaled(nx, ny, low))
        side = 1.0 if spot((a + b) / 2)[0] > corner[0] else -1.0
        for v in ticks(a, b, min(max(int(math.dist(spot(a), spot(b)) / 0.5), 2), 5)):
            x, y = spot(v)
            out += [line("axis", (x, y), (x + 0.06 * side, y - 0.08)), Label(x + 0.1 * side, y - 0.12, inline(decimal(v)),
                    "north west" if side > 0 else "north east", "tick")]
        x, y = spot((a + b) / 2)
        out.append(Label(x + 0.45 * side, y - 0.55, inline(label)))
    uprights = [(x, y) for x in (xa, xb) for y in (ya, yb)]
    ux, uy = min(uprights, key=lambda p: eye.at(scaled(*p, low))[0])
    foot, top = eye.at(scaled(ux, uy, low)), eye.at(scaled(ux, uy, high))
    out.append(line("arrow", foot, (top[0], top[1] + 0.25)))
    for v in ticks(low, high, 5):
        x, y = eye.at(scaled(ux, uy, v))
        out += [line("axis", (x, y), (x - 0.1, y)), Label(x - 0.16, y, inline(decimal(v)), "east", "tick")]
    out.append(Label(top[0], top[1] + 0.33, inline(name), "south"))
    return out


def _name(scene: Scene) -> str:
    from derive.derivation.derivation import Head
    from derive.notation.latex.lines import head

    return head(Head("value", scene.problem.name, scene.problem.wrt), scene.notation)
