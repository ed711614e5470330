"""An example or more for each command: the end of its help, and of its part of the manual page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

EXAMPLES: Final[Mapping[str, tuple[str, ...]]] = {
    "open": (
        "integrator-tui",
        "integrator-tui open ~/connections",
        "integrator-tui --driver stock",
    ),
    "demo": (
        "integrator-tui demo",
        "integrator-tui demo --serve",
    ),
    "show": (
        'integrator-tui show "Orders API"',
        "integrator-tui show prod/orders.yaml --json",
        'integrator-tui show "Orders API" --reveal',
    ),
    "new": (
        'integrator-tui new "Orders API"',
        'integrator-tui new "Orders API" --set base_url=https://orders.example.com --secret password',
        "integrator-tui new --from-curl - < command.txt",
    ),
    "edit": (
        'integrator-tui edit "Orders API"',
        'integrator-tui edit "Orders API" "Open orders"',
        'integrator-tui edit "Orders API" --set options.timeout.read=60 --unset description',
        'integrator-tui edit "Orders API" --secret password < password.txt',
    ),
    "rename": (
        'integrator-tui rename "Orders API" "Orders"',
        'integrator-tui rename "Orders API" "Orders" --file',
    ),
    "move": ('integrator-tui move "Orders API" prod',),
    "copy": ('integrator-tui copy "Orders API" "Orders API (test)"',),
    "remove": (
        'integrator-tui remove "Orders API"',
        'integrator-tui remove "Orders API" --yes',
    ),
    "import": (
        "integrator-tui import curl commands.txt --dry-run",
        "integrator-tui import curl commands.txt --folder orders",
        "integrator-tui import kinetic connections.json --dry-run",
        "integrator-tui import postman shop.json --environment dev.json --folder dev",
        "integrator-tui import http shop.http --environment http-client.env.json:dev",
        "integrator-tui import opencollection shop.yml --environment shop.yml:dev",
        "integrator-tui import httpie ~/.config/httpie/sessions/api.example.com/me.json",
    ),
    "export": (
        'integrator-tui export kinetic "Orders API"',
        "integrator-tui export kinetic > connections.json",
        'integrator-tui export curl "Orders API" > orders.sh',
    ),
    "pull": (
        'integrator-tui pull "Dev space"',
        "integrator-tui pull https://dev.example.com --user admin --folder dev",
    ),
    "push": (
        'integrator-tui push "Dev space" --dry-run',
        'integrator-tui push "Dev space" "Orders API" --with-secrets',
    ),
    "diff": (
        'integrator-tui diff "Dev space"',
        "integrator-tui diff https://dev.example.com --user admin --folder dev",
    ),
    "usage": (
        "integrator-tui usage template/export",
        'integrator-tui usage "Dev space"',
    ),
    "request": (
        'integrator-tui request "Orders API"',
        "integrator-tui request \"Orders API\" '/orders?status=open' --include",
        'integrator-tui request "Orders API" /orders --json @order.json --fail --retries 3',
        "integrator-tui request \"Orders API\" /files -F 'report=@report.pdf;type=application/pdf'",
        "integrator-tui request \"Orders API\" /orders -H 'X-Trace: 1' -v > orders.json",
    ),
    "run": (
        'integrator-tui run "Orders API" "Open orders"',
        'integrator-tui run "Orders API" "Open orders" --param Limit=5',
        'integrator-tui run "Orders API" "New order" --param-file order.yaml --dry-run',
    ),
    "history": (
        "integrator-tui history",
        'integrator-tui history "Orders API" --last 20 --json',
    ),
    "token": (
        'integrator-tui token "Orders API"',
        'integrator-tui token "Orders API" --forget',
    ),
    "seal": (
        "integrator-tui seal",
        "integrator-tui seal prod/orders.yaml --yes",
    ),
    "undo": ("integrator-tui undo",),
    "verify": (
        "integrator-tui verify",
        "integrator-tui verify prod/orders.yaml",
    ),
    "keys": (
        "integrator-tui keys init",
        "integrator-tui keys list",
        "integrator-tui keys add age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
        "integrator-tui keys rotate",
    ),
    "merge": ("git config merge.integrator-tui.driver 'integrator-tui merge %O %A %B %P'",),
    "schema": ("integrator-tui schema > connection.schema.json",),
    "doctor": (
        "integrator-tui doctor",
        "integrator-tui doctor --json",
    ),
    "completion": (
        'eval "$(integrator-tui completion bash)"',
        "integrator-tui completion zsh > ~/.zfunc/_integrator-tui",
        "integrator-tui completion fish > ~/.config/fish/completions/integrator-tui.fish",
    ),
    "check": (
        'integrator-tui check "Orders API"',
        "integrator-tui check https://api.example.com/health --warn-days 14",
        "integrator-tui check https://api.example.com/health --status 200 --expect \"body.status == 'UP'\"",
        "integrator-tui check --all --quiet --retries 2",
        "integrator-tui check --all --format prometheus --output /srv/textfile/checks.prom",
        "integrator-tui check https://api.example.com/health --connect-to node1.example.com:443",
        "integrator-tui check --all --via eu-bastion --via us-bastion",
        "integrator-tui check --tag prod --watch 60",
        "integrator-tui check --filter 'is:failed host:example.com'",
    ),
    "compare": (
        'integrator-tui compare "Orders API" "Orders API (test)"',
        'integrator-tui compare prod/orders.yaml test/orders.yaml --operation "Open orders" --param Limit=5',
    ),
    "list": (
        "integrator-tui list",
        "integrator-tui list --operations orders",
        "integrator-tui list --json 'tag:prod host:example.com -auth:none'",
        "integrator-tui list 'is:failed is:problem'",
        "integrator-tui list -- -tag:prod",
    ),
}
