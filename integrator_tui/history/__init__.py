"""The history: earlier results and runs of this machine. The only layer that knows sqlite3.

    history_file   the whole of it: add, look, pin, remove, follow a rename
    spool          what was added last, as lines of text
    database       what was taken out of the spool, as it is asked for
    fold           taking it out, and dropping what is over the bounds
    database_file  the file: made, opened, held, set aside where it is damaged
    codec          an entry as data, and back

A command adds its results to the spool, one write to a text file and no import: a check that takes 100 ms pays
0.1 ms for its history. Who reads, and every hundredth or so who adds, moves what lies there into the database.
"""
