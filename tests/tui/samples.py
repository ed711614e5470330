"""Connections that the tests of the interface show and edit."""

from __future__ import annotations

from integrator_tui.model.connection import (
    BasicAuth,
    Connection,
    FormBody,
    HttpBearerTokenAuth,
    Operation,
    Options,
    Request,
)
from integrator_tui.model.entry import Entry
from integrator_tui.model.problem import Problem
from integrator_tui.model.secret import Secret
from tests.tui.fake_workspace import FakeWorkspace

ORDERS = Connection(
    name="Orders API",
    base_url="https://orders.example.com",
    test_path="/health",
    description="Order service",
    tags=("prod", "orders"),
    auth=HttpBearerTokenAuth(
        request=Request(
            path="/oauth/token",
            headers=(("Accept", "application/json"),),
            body=FormBody(form=(("client_secret", "{{client_secret}}"),)),
        ),
        token_output="body['access_token']",
        expiration_output="body['expires_in']",
    ),
    secrets=("client_secret",),
    operations=(Operation(name="Open orders", method="GET", path="/orders"),),
)
BILLING = Connection(
    name="Billing",
    base_url="https://billing.example.com",
    auth=BasicAuth(username="svc"),
    secrets=("password",),
    options=Options(verify=False),
)
STOCK = Connection(name="Stock", base_url="http://stock.example.com")
BROKEN = Entry(
    "broken.yaml",
    "Half a file",
    state="problem",
    problems=(Problem("base_ur", "unknown key base_ur", "did you mean base_url?", 4),),
)


def workspace() -> FakeWorkspace:
    """A workspace with a connection of three methods, one of them in a group, and a broken file."""
    made = FakeWorkspace()
    made.add("orders.yaml", ORDERS)
    made.secrets["orders.yaml"] = {"client_secret": Secret("stored-value")}
    made.add("prod/billing.yaml", BILLING)
    made.secrets["prod/billing.yaml"] = {"password": Secret("stored-password")}
    made.add("prod/stock.yaml", STOCK)
    made.files["broken.yaml"] = BROKEN
    return made
