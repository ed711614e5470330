"""VariableNames: the environment variables that stand for secrets and inputs in what is exported.

Rules: letters, digits and `_`; no variable means two things, so that no secret goes where another one belongs; none
is one that a system or a shell gives a meaning of its own. Where several connections are exported their names come
first. A secret that a connection takes from an environment variable is called as that is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from integrator_tui.interchange.exports.outgoing import ToWrite

_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_]+")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_TAKEN: Final = re.compile(
    r"_*|PATH|HOME|USER|LOGNAME|SHELL|SHLVL|SHELLOPTS|PWD|OLDPWD|CDPATH|FPATH|MANPATH|IFS|ENV|TERM|TZ|LANG|LANGUAGE"
    r"|LC_\w+|LD_\w+|DYLD_\w+|BASH\w*|ZSH\w*|PS[0-9]|PROMPT\w*|U?E?UID|E?U?GID|PPID|GROUPS|RANDOM|SRANDOM|SECONDS"
    r"|EPOCH\w+|LINENO|LINES|COLUMNS|REPLY|OPT(?:ARG|IND|ERR)|HOST|HOSTNAME|HOSTTYPE|OSTYPE|MACHTYPE|DISPLAY|EDITOR"
    r"|VISUAL|PAGER|MAIL|MAILPATH|MAILCHECK|TMPDIR|HIST\w+|FCEDIT|IGNOREEOF|FUNCNAME|FUNCNEST|DIRSTACK|PIPESTATUS"
    r"|COMP_\w+|COPROC|MAPFILE|TIMEFORMAT|TMOUT|(?:HTTPS?|ALL|NO)_PROXY|SSL_CERT_\w+|SSLKEYLOGFILE|CURL_\w+|PYTHON\w*"
    r"|NODE_\w+|JAVA_\w+|PERL\w*|RUBY\w*|POSIXLY_CORRECT|GLOBIGNORE|EXECIGNORE|XDG_\w+|ARGV|ARGC|STATUS|SIGNALS"
    r"|CONF_\w+|INTEGRATOR_TUI_\w+|SOPS_\w+"
)


class VariableNames:
    """Gives each value its variable. `several` says that more than one connection is exported."""

    def __init__(self, *, several: bool = False) -> None:
        self._several = several
        self._given: dict[tuple[str, str, str], str] = {}
        self._meaning: dict[str, tuple[str, str, str]] = {}

    def of(self, connection: str, file: str, kind: str, name: str, source: str = "") -> str:
        """Return the variable of a value of one connection, the same each time it is asked for.

        `kind` tells apart what is called alike: the method's own secret, what fills a template, a fetched token.
        `source` is the variable that the secret is taken from, empty where it lies elsewhere.
        """
        is_sourced = bool(_NAME.match(source))
        key = ("", "source", source) if is_sourced else (file, kind, name)
        if key not in self._given:
            wanted = source if is_sourced else variable(f"{connection} {name}" if self._several else name)
            if not is_sourced and _TAKEN.fullmatch(wanted):
                wanted = f"{wanted}_VALUE"
            number, free = 1, wanted
            while free in self._meaning:
                number += 1
                free = f"{wanted}_{number}"
            self._given[key] = free
            self._meaning[free] = key
        return self._given[key]


class ConnectionVariables:
    """The variables of one connection that is exported."""

    def __init__(self, given: ToWrite, names: VariableNames) -> None:
        self._given = given
        self._names = names
        self._sources = {
            name: source.removeprefix("env:")
            for name, source in given.connection.secrets_from
            if source.startswith("env:")
        }

    def template(self, name: str) -> str:
        """Return the variable of a name in a template: an input, or a declared secret."""
        is_secret = name in self._given.secret_names
        return self._of("template", name, self._sources.get(name, "") if is_secret else "")

    def own(self, name: str) -> str:
        """Return the variable of a secret that is taken by its own name."""
        return self._of("own", name, self._sources.get(name, ""))

    @property
    def token(self) -> str:
        """The variable of the token that the method fetches."""
        return self._of("fetched", "access_token")

    def _of(self, kind: str, name: str, source: str = "") -> str:
        return self._names.of(self._given.connection.name, self._given.file, kind, name, source)


def variable(name: str) -> str:
    """Return a name as environment variables are written."""
    cleaned = _NOT_IN_A_NAME.sub("_", name).upper()
    return f"_{cleaned}" if cleaned[:1].isdigit() or not cleaned else cleaned


def file_sources(pairs: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    """Return the files of `secrets_from`, by the names of the secrets."""
    return {name: source.removeprefix("file:") for name, source in pairs if source.startswith("file:")}
