"""Reading ahead: a copy of the process reads, and whoever asks here notices nothing but the clock."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from integrator_tui.model.entry import Entry
from integrator_tui.workspace.batch.read_ahead import ReadAhead
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.catalog.loader import sound
from tests.store.corpus import HOSTILE, SAMPLE_FILES, SOUND

PLAIN = "name: Orders\nbase_url: https://orders.example.com\n"
ENCRYPTED = "ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]"


def entries(root: Path) -> Catalog:
    return Catalog(root, lambda recipients: False, lambda document, ask: document)


def wait_for_the_end(ahead: ReadAhead) -> None:
    """Wait until the copy has read all its files, and leave its end to be asked for."""
    os.waitid(os.P_PID, ahead._pid, os.WEXITED | os.WNOWAIT)


def read_to_the_end(found: Catalog) -> Catalog:
    found.begin_reading(found.files())
    assert found._ahead is not None
    wait_for_the_end(found._ahead)
    return found


@pytest.fixture
def every_kind(tmp_path: Path) -> Path:
    """A folder of all files that the tests of the store know, and of some that are no files of text."""
    for group, files in (("hostile", HOSTILE), ("sound", SOUND), ("samples", SAMPLE_FILES)):
        (tmp_path / group).mkdir()
        for file in files:
            shutil.copy(file, tmp_path / group)
    (tmp_path / "plain.yaml").write_text(PLAIN)
    (tmp_path / "same-name.yaml").write_text(PLAIN)
    (tmp_path / "sealed.yaml").write_text(f"{PLAIN}secrets:\n  token: {ENCRYPTED}\nsops:\n  mac: {ENCRYPTED}\n")
    (tmp_path / "unsealed.yaml").write_text(f"{PLAIN}secrets:\n  token: canary\n")
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "fifo.yaml")
    return tmp_path


def test_it_gives_what_reading_gives(every_kind: Path) -> None:
    plainly, ahead = entries(every_kind), read_to_the_end(entries(every_kind))
    assert len(plainly.files()) > 60
    assert ahead.entries() == plainly.entries()
    assert [ahead.sealed(file) for file in ahead.files()] == [plainly.sealed(file) for file in plainly.files()]


def test_it_tells_of_sound_files_only_and_of_no_plain_secret(every_kind: Path) -> None:
    files = ("plain.yaml", "sealed.yaml", "unsealed.yaml", "gone.yaml", "fifo.yaml", "not-reached.yaml")
    ahead = ReadAhead(f"{every_kind}/", files[:-1], sound)
    wait_for_the_end(ahead)
    told = {file: found for file in files if (found := ahead.pop(file)) is not None}
    assert set(told) == {"plain.yaml", "sealed.yaml"}
    entry = told["plain.yaml"].completed()
    assert isinstance(entry, Entry)
    assert entry.connection is not None
    assert entry.connection.base_url == "https://orders.example.com"
    assert told["plain.yaml"].sealed is None
    assert told["sealed.yaml"].sealed is not None
    assert ahead.pop("plain.yaml") is None


def test_a_file_that_changed_since_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_text(PLAIN)
    (tmp_path / "removed.yaml").write_text(PLAIN)
    found = read_to_the_end(entries(tmp_path))
    (tmp_path / "orders.yaml").write_text(PLAIN.replace("Orders", "Ordered"))
    (tmp_path / "removed.yaml").unlink()
    assert found.entry("orders.yaml").name == "Ordered"
    assert found.entry("removed.yaml").state == "problem"


def test_nobody_waits_for_what_is_not_read_yet(tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_text(PLAIN)
    found = entries(tmp_path)
    found.begin_reading(cast(Sequence[str], itertools.repeat("orders.yaml")))
    assert found.entry("orders.yaml").name == "Orders"


def test_the_copy_ends_with_its_parent(tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_text(PLAIN)
    script = (
        "import itertools, os, sys\n"
        "from integrator_tui.workspace.batch.read_ahead import ReadAhead\n"
        "from integrator_tui.workspace.catalog.loader import sound\n"
        "ReadAhead(sys.argv[1], itertools.repeat('orders.yaml'), sound)\n"
        "os._exit(0)\n"
    )
    # Its standard output comes to an end when the last of both has ended.
    done = subprocess.run([sys.executable, "-c", script, f"{tmp_path}/"], stdout=subprocess.PIPE, timeout=60)
    assert done.returncode == 0


def test_what_was_read_ahead_needs_no_yaml_here(tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_text(PLAIN)
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from integrator_tui.workspace.catalog.catalog import Catalog\n"
        "entries = Catalog(Path(sys.argv[1]), lambda recipients: False, lambda document, ask: document)\n"
        "entries.begin_reading(entries.files())\n"
        "os.waitid(os.P_PID, entries._ahead._pid, os.WEXITED | os.WNOWAIT)\n"
        "print(entries.entry('orders.yaml').name, 'ruamel.yaml' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("Orders False\n", "")
