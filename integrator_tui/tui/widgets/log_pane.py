"""The log pane, under the name it is imported by from outside; it lives in `log`."""

from integrator_tui.tui.widgets.log.pane import LogPane

__all__ = ["LogPane"]
