"""`keys`: the identity that reads secrets here, and the recipients they are encrypted for."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.output.progress import with_bar
from integrator_tui.cli.prompts.passphrase import Passphrases, ask_new
from integrator_tui.cli.prompts.questions import say_shared_rules, settle_new_recipients, settle_strangers
from integrator_tui.errors import IntegratorError, LockedError, UsageError
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.workspace import Outcome, Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def add_action(name: str, summary: str) -> argparse.ArgumentParser:
        action = actions.add_parser(name, help=summary, description=summary)
        # The action is a word of the command, so `--workspace` may stand after it too.
        action.add_argument(
            "--workspace", metavar="DIR", default=argparse.SUPPRESS, help="the folder of the connections"
        )
        return action

    init = add_action("init", "make an identity where there is none, and print its recipient")
    init.add_argument("--passphrase", action="store_true", help="protect the identity file with a passphrase")
    add_action("list", "the identities found here and the recipients of the workspace")
    add = add_action("add", "let a recipient read every secret of the workspace")
    add.add_argument("recipient", metavar="R", help="age1…")
    remove = add_action("remove", "take a recipient out, renew data keys, list what it has read")
    remove.add_argument("recipient", metavar="R", help="age1…")
    add_action("rotate", "give every file a new data key")


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Run a `keys` action and return its exit code."""
    workspace = environment.open_workspace(arguments.workspace)
    passphrases = Passphrases(workspace, output)
    if arguments.action == "init":
        return _init(workspace, passphrases, output, with_passphrase=arguments.passphrase)
    say_shared_rules(workspace, output)
    if arguments.action == "list":
        return _list(workspace, output)
    if arguments.action == "rotate":
        settle_new_recipients(workspace, output)
        settle_strangers(workspace, output)
        passphrases.ahead(workspace.keys.rotation.require_unlocked)
        return _report(workspace, output, workspace.keys.rotation.rotate(), "new data key")
    recipient = arguments.recipient.strip()
    _require_recipient(recipient)
    if arguments.action == "add":
        settle_new_recipients(workspace, output, besides=recipient)
        settle_strangers(workspace, output, leaving=recipient)
        outcomes = passphrases.unlocked(workspace.keys.rotation.add, recipient)
        passphrases.ahead(workspace.keys.rotation.require_unlocked)
        return _report(workspace, output, outcomes, "added to")
    return _remove(workspace, passphrases, output, recipient)


def _require_recipient(text: str) -> None:
    if text.upper().startswith("AGE-SECRET-KEY-"):
        hint = "keep it to yourself, and change it if others saw it; integrator-tui keys list shows its recipient"
        raise UsageError("that is an identity, which is secret, not a recipient", hint)
    if not text.startswith("age1"):
        raise UsageError(f"{visible(text, limit=24)} is not an age recipient", "a recipient begins with age1")


def _init(workspace: Workspace, passphrases: Passphrases, output: Console, *, with_passphrase: bool) -> int:
    kept = passphrases.unlocked(workspace.keys.kept_identity)
    if kept is not None:
        output.aside(f"kept {kept.origin}")
        output.line(kept.recipient)
        return 0
    made = workspace.keys.create_identity(ask_new() if with_passphrase else None)
    output.aside(f"made {made.place}")
    output.line(made.recipient)
    return 0


def _list(workspace: Workspace, output: Console) -> int:
    recipients = workspace.keys.recipients
    own = [found.recipient for found in workspace.keys.identities() if found.recipient]
    for found in workspace.keys.identities():
        if found.recipient:
            output.line(f"identity   {found.recipient}  {visible(found.origin)}")
        else:
            output.warning(f"{found.origin}: {found.problem}" + (f" ({found.hint})" if found.hint else ""))
    if not own and not any(found.problem for found in workspace.keys.identities()):
        output.warning("there is no identity here that can be used; make one: integrator-tui keys init")
    new = set(recipients.new())
    pinned, where = recipients.pinned(), visible(recipients.origin)
    for recipient in pinned if recipients.config.whole else own[:1]:
        state = "new        " if recipient in new else "recipient  "
        output.line(f"{state}{visible(recipient)}  {where}")
    _say_unruled(workspace, output)
    if new:
        output.warning("new since the last use here, and not used before you agree: integrator-tui keys add R")
    strangers = workspace.keys.rotation.strangers()
    for recipient, files in strangers.items():
        output.line(f"unpinned   {visible(recipient)}  {', '.join(visible(file) for file in files)}")
    if strangers:
        output.warning(
            "unpinned: stands in files, agreed to by nobody; keys add R pins it, keys remove R takes it out"
        )
    return 0


def _say_unruled(workspace: Workspace, output: Console) -> None:
    """Name the files that are encrypted for nobody, the first of them with the reason."""
    unruled = workspace.keys.rotation.unruled()
    if not unruled:
        return
    first = next(iter(unruled.values()))
    more = f", and {len(unruled) - 1} more files are encrypted for nobody" if len(unruled) > 1 else ""
    output.note(f"{visible(first.message)}{more}; {first.hint}")


def _remove(workspace: Workspace, passphrases: Passphrases, output: Console, recipient: str) -> int:
    settle_new_recipients(workspace, output, besides=recipient)
    settle_strangers(workspace, output, leaving=recipient)
    rotation = workspace.keys.rotation
    could_read = passphrases.unlocked(rotation.leaving, recipient)
    if rotation.forgets:
        output.warning(
            f"{rotation.forgets}: if this is interrupted, not every secret is named that {recipient} has read"
        )
    if not could_read and not rotation.names(recipient):
        what = f"{visible(recipient)} is no recipient here, neither of a file nor in .sops.yaml"
        raise UsageError(what, "nothing was changed; is it mistyped? see integrator-tui keys list")
    outcomes = rotation.remove(recipient)
    passphrases.ahead(rotation.require_unlocked, recipient)
    code = _report(workspace, output, outcomes, "removed from")
    named = [(file, names) for file in could_read if (names := rotation.secret_names(file))]
    if named:
        output.warning("whoever was removed has read these secrets; change them where they are in force:")
    for file, names in named:
        output.line(f"{visible(file)}: {', '.join(visible(name) for name in names)}")
    output.flush()
    rotation.left(recipient)
    return code


def _report(workspace: Workspace, output: Console, outcomes: Iterator[Outcome], done: str) -> int:
    """Follow a change of many files, then name those that were not done; return the exit code."""
    changed, failed = 0, []
    try:
        for outcome in with_bar(output, outcomes, len(workspace.keys.rotation.files)):
            changed += outcome.changed
            if outcome.error:
                failed.append(outcome)
    except KeyboardInterrupt:
        output.note(f"interrupted after {changed} files; every file is whole, repeat the command for the others")
        raise
    output.aside(f"{done} {changed} file{'' if changed == 1 else 's'}")
    for outcome in failed:
        output.error(_named(outcome))
    codes = [outcome.error.exit_code for outcome in failed if outcome.error]
    return max(codes, default=0)


def _named(outcome: Outcome) -> IntegratorError:
    """Return the error of a file that was left as it is, with the file's name in it."""
    error = outcome.error
    assert error is not None
    kind = LockedError if isinstance(error, LockedError) else IntegratorError
    return kind(f"{outcome.file} is left as it was: {error.message}", error.hint)
