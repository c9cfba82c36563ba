"""Draw the application's own icons: a leaf whose vein is a path with three stops.

One drawing, written as SVG and, through Pillow, as the PNG and ICO sizes that phones and browsers
ask for. The files are committed; run this after changing the drawing.

usage: python3 -m tools.app_icons
"""

from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).resolve().parent.parent / "static" / "icons"
GREEN, WHITE = "#12552b", "#ffffff"
BOX = 100.0  # the drawing's own units
SHARPER = 4  # drawn larger, then scaled down: Pillow draws hard edges
STEPS = 40

Point = tuple[float, float]
Curve = tuple[Point, Point, Point, Point]  # a cubic Bézier: start, two handles, end

LEAF: tuple[Curve, ...] = (
    ((30, 72), (18, 40), (42, 20), (80, 20)),
    ((80, 20), (82, 60), (62, 82), (30, 72)),
)
VEIN: Curve = ((19, 84), (34, 66), (48, 52), (64, 37))
STOPS: tuple[Point, ...] = ((35.5, 65.7), (49, 52), (64, 37))
STOP_RADIUS, VEIN_WIDTH, CORNER = 5.2, 4.6, 22.0


def main() -> None:
    """Write all icons."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "traceapp.svg").write_text(svg(), encoding="utf-8")
    for size in (180, 192, 512):
        save(draw(size, rounded=size != 180), f"traceapp-{size}.png")  # noqa: PLR2004 - iOS rounds itself
    # Any platform may cut a maskable icon to a circle of 80 % (W3C app manifest, "maskable").
    save(draw(512, rounded=False, scale=0.76), "traceapp-maskable-512.png")
    draw(64, rounded=True).resize((48, 48), Image.Resampling.LANCZOS).save(
        FOLDER / "favicon.ico", sizes=[(16, 16), (32, 32), (48, 48)]
    )


def svg() -> str:
    """Write the drawing as SVG."""
    leaf = f"M{at(LEAF[0][0])}" + "".join(
        f"C{' '.join(at(point) for point in c[1:])}" for c in LEAF
    )
    vein = f"M{at(VEIN[0])}C{' '.join(at(point) for point in VEIN[1:])}"
    stops = "".join(f'<circle cx="{x:g}" cy="{y:g}" r="{STOP_RADIUS:g}"/>' for x, y in STOPS)
    start = split(VEIN, 0.38)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {BOX:g} {BOX:g}">'
        f'<rect width="{BOX:g}" height="{BOX:g}" rx="{CORNER:g}" fill="{GREEN}"/>'
        f'<path d="{leaf}Z" fill="{WHITE}"/>'
        f'<path d="{vein}" fill="none" stroke="{GREEN}" stroke-width="{VEIN_WIDTH:g}"/>'
        f'<path d="M{at(VEIN[0])}L{at(start)}" stroke="{WHITE}" stroke-width="{VEIN_WIDTH:g}"'
        f' stroke-linecap="round"/>'
        f'<g fill="{GREEN}">{stops}</g></svg>\n'
    )


def at(point: Point) -> str:
    """Write a point for a path."""
    return f"{point[0]:.4g} {point[1]:.4g}"


def split(curve: Curve, t: float) -> Point:
    """Give the point of a curve at `t` from 0 to 1."""
    a, b, c, d = curve
    weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
    points = (a, b, c, d)
    return (
        sum(w * p[0] for w, p in zip(weights, points, strict=True)),
        sum(w * p[1] for w, p in zip(weights, points, strict=True)),
    )


def draw(size: int, *, rounded: bool, scale: float = 1.0) -> Image.Image:
    """Draw the icon; `scale` shrinks the leaf within its ground."""
    side = size * SHARPER
    image = Image.new("RGBA", (side, side))
    pen = ImageDraw.Draw(image)
    corner = CORNER / BOX * side if rounded else 0
    pen.rounded_rectangle((0, 0, side - 1, side - 1), corner, fill=GREEN)

    def placed(point: Point) -> Point:
        x, y = ((value - BOX / 2) * scale + BOX / 2 for value in point)
        return x / BOX * side, y / BOX * side

    unit = scale * side / BOX
    pen.polygon([placed(p) for curve in LEAF for p in sampled(curve)], fill=WHITE)
    vein = [placed(point) for point in sampled(VEIN)]
    line(pen, vein, VEIN_WIDTH * unit, GREEN)
    line(pen, [placed(VEIN[0]), placed(split(VEIN, 0.38))], VEIN_WIDTH * unit, WHITE)
    for stop in STOPS:
        dot(pen, placed(stop), STOP_RADIUS * unit, GREEN)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def sampled(curve: Curve) -> list[Point]:
    """Give points along a curve."""
    return [split(curve, step / STEPS) for step in range(STEPS + 1)]


def line(pen: ImageDraw.ImageDraw, points: list[Point], width: float, colour: str) -> None:
    """Draw a line with round joints and ends."""
    pen.line(points, fill=colour, width=round(width))
    for point in points:
        dot(pen, point, width / 2, colour)


def dot(pen: ImageDraw.ImageDraw, centre: Point, radius: float, colour: str) -> None:
    """Draw a disc."""
    x, y = centre
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def save(image: Image.Image, name: str) -> None:
    """Write a PNG with few colours: the icon has two and the steps between."""
    image.quantize(64, method=Image.Quantize.FASTOCTREE).save(FOLDER / name, optimize=True)


if __name__ == "__main__":
    main()
