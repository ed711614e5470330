"""Edits as values: each gives another draft, and taking it back gives the first one."""

from __future__ import annotations

from integrator_tui.model.connection import BasicAuth, Connection, NoAuth, OAuth2Auth, TokenConnection
from integrator_tui.model.draft import MethodMemory, differences, edited, value_at, with_secret, with_secrets
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret
from tests.tui.samples import BILLING, ORDERS

ORDERS_DRAFT = Draft(ORDERS, "orders.yaml")


def test_a_deep_edit_leaves_the_first_draft_alone() -> None:
    after = edited(ORDERS_DRAFT, "auth.request.path", "/t")
    assert value_at(after.connection, "auth.request.path") == "/t"
    assert value_at(ORDERS, "auth.request.path") == "/oauth/token"
    assert edited(after, "auth.request.path", "/oauth/token") == ORDERS_DRAFT


def test_an_absent_part_begins_with_its_first_edit() -> None:
    assert value_at(ORDERS, "auth.token_connection.base_url") is None
    after = edited(ORDERS_DRAFT, "auth.token_connection.base_url", "https://l")
    assert value_at(after.connection, "auth.token_connection") == TokenConnection(base_url="https://l")


def test_a_typed_secret_taken_back_leaves_what_is_stored() -> None:
    saved = Draft(BILLING, "b.yaml")
    typed = with_secret(saved, saved, "password", "x")
    assert typed.typed == {"password": Secret("x")} and typed != saved
    assert with_secret(typed, saved, "password", "") == saved


def test_a_typed_secret_of_a_new_connection_taken_back_is_gone() -> None:
    saved = Draft(Connection(auth=BasicAuth()))
    assert with_secret(with_secret(saved, saved, "password", "x"), saved, "password", "") == saved


def test_named_secrets_leave_the_methods_own_alone_and_keep_the_files_order() -> None:
    saved = Draft(BILLING.model_copy(update={"secrets": ("a", "password", "b")}), "b.yaml")
    after = with_secrets(saved, saved, ["b", "c", "a"], {"c": Secret("1")})
    assert after.connection.secrets == ("a", "password", "b", "c")


def test_a_method_left_and_chosen_again_is_as_it_was() -> None:
    saved = Draft(BILLING, "b.yaml")
    memory = MethodMemory()
    typed = with_secret(saved, saved, "password", "new")
    away = memory.switched(typed, saved, "oauth2")
    assert away.connection.auth == OAuth2Auth() and away.connection.secrets == () and away.typed == {}
    assert memory.switched(away, saved, "basic") == typed


def test_a_secret_that_a_template_names_stays_when_its_method_goes() -> None:
    connection = BILLING.model_copy(update={"test_path": "/x?key={{password}}"})
    saved = Draft(connection, "b.yaml")
    away = MethodMemory().switched(saved, saved, "none")
    assert away.connection.auth == NoAuth() and away.connection.secrets == ("password",)


def test_differences_name_fields_with_both_values() -> None:
    other = ORDERS.model_copy(update={"base_url": "https://other", "description": ""})
    found = differences(ORDERS, other)
    assert ("base_url", "https://orders.example.com", "https://other") in found
    assert {field for field, _, _ in found} == {"base_url", "description"}
