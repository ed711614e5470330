"""Workspaces as large as those that people have: connections of the size of real exports, and many small ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

CONNECTIONS = 1008
OPERATIONS = 9096
"""What a real export of 42 connections with 379 operations is, 24 times: 7.5 kB and nine operations each."""

_FOLDERS = 24
_PARTS = ("Users", "Orders", "Groups", "Devices", "Invoices", "Reports", "Tickets", "Sites", "Assets", "Alerts")


def write_fleet(folder: Path, connections: int = CONNECTIONS, operations: int = OPERATIONS) -> None:
    """Write connections of real size in groups; the operations are shared out evenly."""
    for number in range(connections):
        group = folder / f"group-{number % _FOLDERS:02d}"
        group.mkdir(parents=True, exist_ok=True)
        count = operations // connections + (number < operations % connections)
        (group / f"service-{number:04d}.yaml").write_text("".join(_connection(number, count)))


def write_small(folder: Path, connections: int = 10_000) -> None:
    """Write connections of a few lines, without operations."""
    for number in range(connections):
        group = folder / f"group-{number % _FOLDERS:02d}"
        group.mkdir(parents=True, exist_ok=True)
        (group / f"small-{number:05d}.yaml").write_text(
            f"name: Connection {number:05d}\nbase_url: https://host-{number}.example.com/\ntest_path: /health\n"
        )


def _connection(number: int, operations: int) -> Iterator[str]:
    yield f"""name: Service {number:04d}
type: http
description: The service of team {number % 37} that keeps what the region {number % 11} orders, and tells of it
documentation_link: https://docs.example.com/services/{number}
base_url: https://service-{number:04d}.example.com/api/v1
test_path: /health
tags: [team-{number % 37}, {"prod" if number % 3 else "dev"}]
auth:
  type: http_bearer_token
  request:
    method: POST
    path: /oauth/token
    headers: {{Accept: application/json}}
    body:
      form: {{grant_type: client_credentials, client_id: "service-{number}", scope: "{{{{Scope}}}}"}}
  token_output: body['access_token']
  expiration_output: body['expires_in']
operations:
"""
    for place in range(operations):
        yield _operation(place, _PARTS[place % len(_PARTS)])


def _operation(place: int, part: str) -> str:
    lower = part.lower()
    return f"""  - name: List {part} of a Site {place}
    description: Gives the {lower} of a site, page after page, with what is known of each of them
    documentation_link: https://docs.example.com/reference/version-1/sites/{lower}/list-{place}#answers-and-what-they-mean
    method: {"POST" if place % 3 == 2 else "GET"}
    path: /sites/{{{{Site Id}}}}/{lower}
    params:
      limit: "{{{{Limit}}}}"
      offset: "{{{{Offset}}}}"
      filter: "{{{{Filter}}}}"
    headers:
      X-Request-Source: integration
    outputs:
      {part}:
        value: body.items
        children:
          Id: current.id
          Name: current.name
          State: current.state
          Changed At: current.changedAt
      Total: {{value: body.total}}
      Next Page: {{value: "body.next || ''"}}
"""
