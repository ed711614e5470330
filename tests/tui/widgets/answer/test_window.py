"""What of a body is in sight, wrapped or not."""

from __future__ import annotations

import random

import pytest

from integrator_tui.tui.widgets.answer.document import AnswerDocument
from integrator_tui.tui.widgets.answer.window import BodyWindow


def window(body: str, width: int = 20, height: int = 5, *, wrap: bool = False) -> BodyWindow:
    document = AnswerDocument(body.encode(), "text/plain")
    while not document.view.advance(1):
        pass
    made = BodyWindow(document.view)
    made.resize(width, height)
    made.set_wrap(wrap)
    return made


def texts(made: BodyWindow) -> list[str]:
    return ["".join(piece.text for piece in row.pieces) for row in made.rows()]


def test_wrapping_shows_everything_once() -> None:
    body = "short\n" + "x" * 45 + "\n" + "日本語" * 10 + "\nend"
    made = window(body, height=50, wrap=True)
    assert "".join(texts(made)) == body.replace("\n", "")
    assert all(len(text.encode("utf-16-le")) <= 2 * 20 for text in texts(made))


def test_a_row_taller_than_the_window_is_read_line_by_line() -> None:
    made = window("a" * 200 + "\n" + "b" * 10, wrap=True)
    seen = {0: texts(made)[0]}
    for step in range(1, 6):
        made.move(1)
        assert made.cursor == 0 or step > 5
        seen[step] = texts(made)[-1]
    made.move(1)
    assert made.cursor == 1 and texts(made)[-1] == "b" * 10
    made.move(-1)
    assert made.cursor == 0
    for _ in range(10):
        made.move(-1)
    assert (made.top, made.skip) == (0, 0)


@pytest.mark.parametrize("wrap", [False, True])
def test_the_current_row_is_always_in_sight(wrap: bool) -> None:
    pick = random.Random(5)
    body = "\n".join("word " * pick.randrange(12) + str(n) for n in range(60))
    made = window(body, wrap=wrap)
    steps = (
        lambda: made.move(pick.choice((-1, 1, 7, -7))),
        lambda: made.page(pick.choice((-1, 1, 0.5, -0.5))),
        lambda: made.scroll(pick.choice((-3, 3))),
        made.home,
        made.end,
        lambda: made.scroll_to(pick.randrange(5)),
        lambda: made.show(pick.randrange(60), 0),
        lambda: made.resize(pick.randrange(8, 40), pick.randrange(1, 12)),
    )
    for _ in range(2000):
        pick.choice(steps)()
        rows = made.rows()
        assert made.cursor in {row.row for row in rows}, (made.top, made.skip, made.cursor)
        assert 0 < len(rows) <= made.height


def test_an_empty_body_moves_nowhere() -> None:
    made = window("")
    for step in (made.home, made.end, lambda: made.move(1), lambda: made.page(1), lambda: made.scroll(3)):
        step()
    assert made.rows() == [] and made.cursor == 0
