"""What the real sops makes of a `.sops.yaml`: for whom it would encrypt a file, found without writing one."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.vault.sops_file import sops_binary


def sops_encrypts_for(folder: Path, file: str, environment: Mapping[str, str] | None = None) -> list[str] | None:
    """Return for whom sops, started in `folder`, encrypts `file`: age recipients, sorted; None where it refuses."""
    options = ["--filename-override", file, "--input-type", "yaml", "--output-type", "yaml"]
    done = subprocess.run(
        [sops_binary(), "--disable-version-check", "encrypt", *options],
        input="a: b\n",
        capture_output=True,
        text=True,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "GNUPGHOME": str(folder), **(environment or {})},
    )
    return sorted(set(re.findall(r"recipient: (\S+)", done.stdout))) if done.returncode == 0 else None
