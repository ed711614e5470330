"""Pictures of a terminal, one after the other, as one SVG that plays by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

SECONDS: Final = 2.5
"""How long a frame stands."""

_VIEW_BOX: Final = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_FONT_FACE: Final = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_STYLE: Final = """
    .frame {{ visibility: hidden; animation: shown {whole}s step-end infinite; }}
    @keyframes shown {{ 0% {{ visibility: visible; }} {share:.4f}% {{ visibility: hidden; }} }}
    @media (prefers-reduced-motion: reduce) {{
        .frame {{ animation: none; }}
        .frame:last-child {{ visibility: visible; }}
    }}
"""


def without_fonts(svg: str) -> str:
    """Take out the addresses of fonts: whoever looks at a picture asks no other server, and sees a font he has."""
    return _FONT_FACE.sub("", svg)


def film(frames: Sequence[str]) -> str:
    """Return one SVG that shows each of these, of one size, for SECONDS, again and again; where the reader wants no
    motion, the last one alone."""
    found = _VIEW_BOX.search(frames[0])
    assert found is not None, "a picture of a terminal has a view box"
    width, height = found.groups()
    whole = SECONDS * len(frames)
    parts = [f'<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">']
    parts.append(f"<style>{_STYLE.format(whole=whole, share=100 / len(frames))}</style>")
    for number, frame in enumerate(frames):
        delay = number * SECONDS
        parts.append(f'<g class="frame" style="animation-delay: {delay}s">{without_fonts(frame).strip()}</g>')
    return "\n".join([*parts, "</svg>\n"])
