#!/usr/bin/env python3
"""Records a training run in a terminal and draws it as an animated SVG, docs/run.svg, that ends with the last screen.

usage: scripts/record_run.py [GRAFT]      needs tmux, data/samples and the weights, and no runs/quickstart yet
"""

import html
import pathlib
import re
import subprocess
import sys
import tempfile
import time

COMMAND = "graft train configs/quickstart.json"
COLUMNS, ROWS = 96, 70
PERIOD = 0.15  # seconds between two pictures
FONT, CELL, LINE = 14, 8.43, 18  # pixels: size, advance, line height
COLOURS = {"31": "#ff7b72", "33": "#e3b341", "36": "#56d4dd"}
SGR = re.compile(r"\x1b\[([0-9;]*)m")
WORDS = re.compile(r"\S+(?: \S+)*")  # what no column separates


def tmux(*arguments):
    command = ["tmux", "-L", "graft-recording", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def record(folder):
    """Pictures of the screen, each (seconds since the command was typed, lines)."""
    shell = (f"env PS1='$ ' LC_ALL=C.UTF-8 GRAFT_CACHE={folder}/cache PATH={folder}:/usr/bin:/bin "
             "bash --norc --noprofile")
    tmux("-f", "/dev/null", "new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), shell)
    try:
        time.sleep(0.5)
        tmux("send-keys", COMMAND, "Enter")
        start, pictures, prompts = time.monotonic(), [], 0
        while prompts < 2 and time.monotonic() - start < 600:
            time.sleep(PERIOD)
            lines = tmux("capture-pane", "-e", "-p").split("\n")[:ROWS]
            prompts = sum(line.startswith("$") for line in lines)
            pictures.append((time.monotonic() - start, lines))
        return pictures
    finally:
        tmux("kill-server")


def spans(line):
    """(column, colour, text) of the parts of a line that stand apart."""
    column, colour, position, found = 0, None, 0, []
    for match in [*SGR.finditer(line), None]:
        text = line[position:match.start() if match else None]
        found += [(column + word.start(), colour, word.group()) for word in WORDS.finditer(text)]
        column += len(text)
        if match:
            position, colour = match.end(), COLOURS.get(match.group(1))
    return found


def stays(pictures):
    """(row, line, from, until) of everything that was seen; until is None for what is there at the end."""
    shown, found = {}, []
    for seconds, lines in pictures:
        for row, line in enumerate(lines):
            line = line.rstrip()
            old = shown.get(row, ("", 0))
            if line == old[0]:
                continue
            if old[0]:
                found.append((row, old[0], old[1], seconds))
            shown[row] = (line, seconds)
    return found + [(row, line, begin, None) for row, (line, begin) in shown.items() if line]


def text_element(row, line, style):
    parts = "".join(
        f'<tspan x="{16 + column * CELL:.1f}" textLength="{len(text) * CELL:.1f}"'
        + (f' fill="{colour}"' if colour else "") + f">{html.escape(text)}</tspan>"
        for column, colour, text in spans(line))
    return f'<text y="{58 + row * LINE}"{style}>{parts}</text>'


def drawing(pictures):
    last = max(row for row, line, _, until in stays(pictures) if until is None and line.strip(" $"))
    width, height = 32 + COLUMNS * CELL, 76 + last * LINE
    begin = pictures[0][0]
    elements = []
    for row, line, start, until in stays(pictures):
        if row > last:
            continue
        # Without animation only what stays is seen.
        delay = f"animation-delay:{start - begin:.2f}s"
        if until is None:
            style = f' class="in" style="{delay}"' if start > begin else ""
        else:
            style = f' class="by" style="{delay};animation-duration:{until - start:.2f}s"'
        elements.append(text_element(row, line, style))
    lines = "\n".join(elements)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" height="{height}">
<title>A terminal: {COMMAND}</title>
<style>
.by {{ visibility: hidden }}
@keyframes in {{ from {{ visibility: hidden }} }}
@keyframes by {{ from, to {{ visibility: visible }} }}
@media (prefers-reduced-motion: no-preference) {{
.in {{ animation: in .01s steps(1) backwards }}
.by {{ animation: by 1s steps(1) }}
}}
</style>
<rect width="100%" height="100%" rx="8" fill="#151b23"/>
<circle cx="20" cy="18" r="6" fill="#f47067"/><circle cx="40" cy="18" r="6" fill="#c69026"/><circle cx="60" cy="18" r="6" fill="#57ab5a"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="{FONT}" fill="#d1d7e0">
{lines}
</g>
</svg>
"""


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    graft = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else root / "build/release/graft").resolve()
    if pathlib.Path("runs/quickstart").exists():
        sys.exit("runs/quickstart is there: move it away")
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "graft").symlink_to(graft)
        pictures = record(folder)
    (root / "docs").mkdir(exist_ok=True)
    (root / "docs/run.svg").write_text(drawing(pictures), encoding="utf-8")


if __name__ == "__main__":
    main()
