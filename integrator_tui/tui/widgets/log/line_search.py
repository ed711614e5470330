"""Finding the next line that holds a text, a few blocks at a time, so that a million lines block nothing.

A plain substring, in any case (Unicode case folding). A match that lies across the place where a very long
line was broken is not found. The search goes once around: past the end it goes on at the other one.
"""

from __future__ import annotations

from integrator_tui.tui.widgets.log.line_store import Chunk, LineStore


class LineSearch:
    """One search for `text`, beginning with line `start` itself, toward the end or the beginning.

    After `advance` returned True `found` is the number of the matching line, or None; `wrapped` says that it
    lies on the other side of an end.
    """

    def __init__(self, store: LineStore, text: str, start: int, *, forward: bool = True) -> None:
        self.found: int | None = None
        self.wrapped = False
        self._store = store
        self._needle = text.casefold()
        self._forward = forward
        self._start = self._at = max(store.oldest, min(start, store.end - 1))
        self._done = store.end == store.oldest or not self._needle

    def advance(self, chunks: int = 4) -> bool:
        """Look through up to `chunks` blocks (128 KiB of text each); return whether the search is over."""
        for _ in range(chunks):
            if self._done:
                return True
            self._step()
        return self._done

    def _step(self) -> None:
        self._at = max(self._at, self._store.oldest)
        chunk = self._store.chunk(self._at)
        hits = self._hits(chunk)
        if hits:
            self.found = hits[0] if self._forward else hits[-1]
            self._done = True
            return
        self._at = chunk.end if self._forward else chunk.first - 1
        if not self._store.oldest <= self._at < self._store.end:
            self._turn()
        elif self.wrapped:
            self._done = self._at >= self._start if self._forward else self._at <= self._start

    def _turn(self) -> None:
        self._done = self.wrapped
        self.wrapped = True
        self._at = self._store.oldest if self._forward else self._store.end - 1

    def _hits(self, chunk: Chunk) -> list[int]:
        """Return the matching lines of `chunk` from the place reached on, in order."""
        text = chunk.raw.decode("utf-8", "replace").casefold()
        if self._needle not in text:
            return []
        lines = (chunk.first + n for n, line in enumerate(text.split("\n")) if self._needle in line)
        return [line for line in lines if (line >= self._at if self._forward else line <= self._at)]
