"""The files of tests/corpus: hostile ones that are refused with a reason, sound ones that survive every save."""

from __future__ import annotations

from pathlib import Path

CORPUS = Path(__file__).parent.parent / "corpus"
SAMPLES = Path(__file__).parent.parent.parent / "sample_connections"

HOSTILE = sorted((CORPUS / "hostile").glob("*.yaml"))
SOUND = sorted((CORPUS / "sound").glob("*.yaml"))
SAMPLE_FILES = sorted(SAMPLES.rglob("*.yaml"))

assert len(HOSTILE) >= 40
assert len(SOUND) >= 11
assert len(SAMPLE_FILES) >= 6
