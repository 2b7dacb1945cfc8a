"""Writes the drawings of docs/images, each from a few lines of text below."""

from html import escape
from pathlib import Path

STYLE = """\
text { font: 15px sans-serif; fill: #1b2a33; text-anchor: middle; dominant-baseline: middle }
.small { font-size: 13px } .left { text-anchor: start } .bold { font-weight: bold }
rect { fill: #e3f2f1; stroke: #00796b; stroke-width: 1.5 }
.plain { fill: #f4f6f7; stroke: #90a4ae } .warn { fill: #fff3e0; stroke: #ef6c00 }
.paper { fill: #ffffff; stroke: none }
line { stroke: #37474f; stroke-width: 2 } .faint { stroke: #b0bec5; stroke-dasharray: 4 4 }
.x { stroke: #c62828 } .y { stroke: #2e7d32 } .z { stroke: #1565c0 }
marker path { fill: #37474f }"""

# Each line is a word, numbers and, behind |, a text; {...} are classes of the style:
#   box x y width height | text, lines of it parted by /
#   arrow x1 y1 x2 y2, line x1 y1 x2 y2, text x y | text
DRAWINGS = {
    # What is connected with what: the first picture of the README.
    'overview': ('Devices and 3D Slicer, the bridge with its gates, ROS 2',
                 760, 330, """
box {plain} 20 20 190 90 | Trackers, PLUS,/ultrasound, scanners
box {plain} 20 140 190 70 | 3D Slicer
box 290 20 190 190 | igtl_bridge/mm to m, frames,/stamps, rules///
box {warn} 310 150 150 40 | gates for poses
box {plain} 560 20 180 90 | topics, services,/tf, diagnostics
box {plain} 560 140 180 70 | robots, MoveIt,/RViz, Foxglove
arrow 210 55 290 55
arrow 290 75 210 75
arrow 210 165 290 165
arrow 290 185 210 185
arrow 480 55 560 55
arrow 560 75 480 75
line 650 110 650 140
text {small} 248 125 | OpenIGTLink
text {small} 520 125 | ROS 2
box 20 250 720 60 | without ROS: igtl doctor, ls, echo, monitor, record/Python: connect, serve
line {faint} 115 210 115 250
line {faint} 385 210 385 250
"""),
    # One pose on both sides: docs/explanation/units_and_frames.md.
    'units_and_frames': ('ProbeToTracker in mm is child Probe in frame Tracker, in metres',
                         760, 300, """
text {bold} 190 25 | OpenIGTLink: millimetres
text {bold} 570 25 | ROS 2: metres
box {plain} 20 45 340 70 | TRANSFORM ProbeToTracker/translation (120, -35, 80) mm
box {plain} 400 45 340 70 | frame Tracker, child Probe/translation (0.120, -0.035, 0.080) m
arrow 360 70 400 70
arrow 400 92 360 92
line {x} 90 250 170 250
line {z} 90 250 90 170
line {y} 90 250 130 215
text {small} 182 250 | x
text {small} 90 160 | z
text {small} 140 208 | y
text 90 272 | Tracker
line {x} 290 180 340 195
line {z} 290 180 305 130
line {y} 290 180 318 155
text 290 205 | Probe
arrow 95 245 280 185
line {x} 470 250 550 250
line {z} 470 250 470 170
line {y} 470 250 510 215
text {small} 566 250 | R
text {small} 470 160 | S
text {small} 522 208 | A
text 470 272 | frame ras
text {small left} 590 165 | x = R, patient's right
text {small left} 590 190 | y = A, to the front
text {small left} 590 215 | z = S, to the head
text {small left} 590 240 | LPS images are turned
"""),
    # Where a stamp comes from: docs/explanation/stamps.md.
    'stamps': ('The stamp of the device is kept if it is plausible, else arrival counts',
               760, 230, """
box {plain} 20 30 150 60 | device measures/t = 12.345 s
box {plain} 240 30 150 60 | message arrives/t = 12.351 s
box 460 30 280 60 | header.stamp = 12.345 s/info: stamp_source device
arrow 170 60 240 60
arrow 390 60 460 60
box {plain} 20 140 150 60 | no stamp, or a/clock that is off
box {plain} 240 140 150 60 | message arrives/t = 12.351 s
box {warn} 460 140 280 60 | header.stamp = 12.351 s/info: stamp_source receive
arrow 170 170 240 170
arrow 390 170 460 170
"""),
    # What a slow reader gets: docs/explanation/backpressure.md.
    'backpressure': ('One queue for each peer: of poses the newest stays, events wait',
                     760, 270, """
box {plain} 20 105 150 60 | ROS topics, tf
box 250 20 240 70 | queue of a fast peer/empty: sent at once
box 250 110 240 70 | queue of a slow peer/poses: newest; events: all
box {warn} 250 200 240 50 | reads nothing: cut off
arrow 170 125 250 60
arrow 170 135 250 145
arrow 170 150 250 222
box {plain} 570 20 170 70 | 3D Slicer
box {plain} 570 110 170 70 | a viewer on a/slow line
box {plain} 570 200 170 50 | a stuck program
arrow 490 55 570 55
arrow 490 145 570 145
line {faint} 490 225 570 225
"""),
    # The way of a pose through gates: docs/how-to/safety_gates.md.
    'gates': ('A pose passes the gates one after the other, or is withheld',
              760, 200, """
box {plain} 20 40 110 60 | pose
box {warn} 170 40 110 60 | max_age
box {warn} 300 40 110 60 | workspace
box {warn} 430 40 110 60 | max_jump/max_speed
box {plain} 600 40 140 60 | topics, tf,/other links
arrow 130 70 170 70
arrow 280 70 300 70
arrow 410 70 430 70
arrow 540 70 600 70
box 140 140 430 45 | withheld: counted, named on status and /diagnostics
arrow 225 100 225 140
arrow 355 100 355 140
arrow 485 100 485 140
"""),
}


def drawing(name: str) -> str:
    """Give the SVG of a drawing."""
    title, width, height, lines = DRAWINGS[name]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img">',
        f'<title>{escape(title)}</title>',
        f'<style>\n{STYLE}\n</style>',
        '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" '
        'orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker>',
        f'<rect class="paper" width="{width}" height="{height}"/>',
    ]
    for line in lines.strip().splitlines():
        parts.extend(_element(line))
    return '\n'.join([*parts, '</svg>', ''])


def _element(line: str) -> list[str]:
    """Draw what a line says."""
    head, _, words = line.partition(' | ')
    kind, _, given = head.partition(' ')
    classes = ''
    if given.startswith('{'):
        names, _, given = given[1:].partition('} ')
        classes = f' class="{names}"'
    numbers = [int(word) for word in given.split()]
    if kind == 'text':
        return [f'<text{classes} x="{numbers[0]}" y="{numbers[1]}">{escape(words)}</text>']
    if kind == 'box':
        x, y, width, height = numbers
        rows = words.split('/') if ' /' not in words else [words]
        top = y + height / 2 - (len(rows) - 1) * 10
        return [
            f'<rect{classes} x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>',
            *(f'<text x="{x + width / 2:g}" y="{top + 20 * at:g}">{escape(row)}</text>'
              for at, row in enumerate(rows) if row)]
    x1, y1, x2, y2 = numbers
    tip = ' marker-end="url(#tip)"' if kind == 'arrow' else ''
    return [f'<line{classes} x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"{tip}/>']


def write(folder: Path) -> list[str]:
    """Write the drawings that are not as they should be; names them."""
    changed = []
    for name in DRAWINGS:
        path = folder / f'{name}.svg'
        if not path.exists() or path.read_text(encoding='utf-8') != drawing(name):
            path.write_text(drawing(name), encoding='utf-8')
            changed.append(path.name)
    return changed
