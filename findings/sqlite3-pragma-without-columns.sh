#!/usr/bin/env bash
# Python's sqlite3 makes one step of a statement that gives rows without columns and takes it for done: `PRAGMA
# incremental_vacuum` run by execute(), fetchall() included, gives back a single page, and says nothing. With
# executescript() the same statement gives back all of them, as it does in the sqlite3 shell.
# Why it matters: a database that is kept small by deleting rows grows on the disk all the same.
# Seen with Python 3.11.7 (SQLite 3.40.1); needs nothing but Python, since sqlite3 comes with it.
set -euo pipefail

python=$(command -v python3) || exit 2
exec "$python" - <<'PYTHON'
import platform, sqlite3, sys, tempfile

print("Python", platform.python_version(), "| SQLite", sqlite3.sqlite_version)
with tempfile.TemporaryDirectory() as folder:
    database = sqlite3.connect(f"{folder}/x.db", isolation_level=None)
    database.execute("PRAGMA auto_vacuum = INCREMENTAL")
    database.execute("CREATE TABLE t (x)")
    database.executemany("INSERT INTO t VALUES (?)", [("x" * 1000,)] * 1000)
    database.execute("DELETE FROM t")

    def unused():
        return database.execute("PRAGMA freelist_count").fetchone()[0]

    before = unused()
    database.execute("PRAGMA incremental_vacuum").fetchall()
    by_execute = before - unused()
    database.executescript("PRAGMA incremental_vacuum")
    left = unused()
print(f"{before} pages unused: execute() gave back {by_execute}, then executescript() all but {left}")
sys.exit(0 if by_execute == 1 and left == 0 and before > 1 else 1)
PYTHON
