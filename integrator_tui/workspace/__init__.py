"""The one object that both front ends hold; it joins the layers below, which do not know each other."""

from integrator_tui.workspace.probes import Check
from integrator_tui.workspace.workspace import Workspace

__all__ = ["Check", "Workspace"]
