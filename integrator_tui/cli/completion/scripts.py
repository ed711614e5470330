"""The scripts that `completion` prints.

Rules: a script asks `integrator-tui complete SHELL WORD…`, whose last word is the one at the cursor, and gets a
line for each candidate: `=` before one that goes on without a blank, a blank before any other; or the one line
`/`, which asks for the names of files. bash takes text that is quoted already; zsh and fish quote for themselves.
Where nothing may follow there is no line, and no error is ever shown.
"""

from __future__ import annotations

from typing import Final

_BASH: Final = r"""
# Completion of integrator-tui and itui for bash: eval "$(integrator-tui completion bash)"
_integrator_tui() {
    local line
    COMPREPLY=()
    compopt +o default 2>/dev/null
    while IFS= read -r line; do
        case $line in
            /) compopt -o default; COMPREPLY=(); return ;;
            =*) compopt -o nospace; COMPREPLY+=("${line:1}") ;;
            *) COMPREPLY+=("${line:1}") ;;
        esac
    done < <("${COMP_WORDS[0]}" complete bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null </dev/null)
}
complete -F _integrator_tui integrator-tui itui
"""

_ZSH: Final = r"""
#compdef integrator-tui itui
# Completion of integrator-tui and itui for zsh: the file _integrator-tui in a folder of $fpath, or sourced.
_integrator_tui() {
    local line
    local -a asked plain open
    asked=("${(@Q)words[1,CURRENT-1]}" "$PREFIX")
    while IFS= read -r line; do
        case $line in
            /) [[ $PREFIX == --*=* ]] && compset -P '*='; _files; return ;;
            '='*) open+=("${line[2,-1]}") ;;
            *) plain+=("${line[2,-1]}") ;;
        esac
    done < <("${asked[1]}" complete zsh "${(@)asked[2,-1]}" 2>/dev/null </dev/null)
    local found=1
    ((${#plain})) && compadd -a plain && found=0
    ((${#open})) && compadd -S '' -a open && found=0
    return found
}
if [[ ${zsh_eval_context[-1]} == loadautofunc || ${funcstack[1]} == _integrator-tui ]]; then
    _integrator_tui "$@"
else
    (($+functions[compdef])) || { autoload -Uz compinit && compinit -i; }
    compdef _integrator_tui integrator-tui itui
fi
"""

_FISH: Final = r"""
# Completion of integrator-tui and itui for fish: integrator-tui.fish and itui.fish in ~/.config/fish/completions.
function __integrator_tui_complete
    set -l before (commandline -opc)
    set -l token (commandline -ct)
    for line in ($before[1] complete fish $before[2..-1] "$token" 2>/dev/null </dev/null)
        if test "$line" = /
            __fish_complete_path (commandline -ct)
        else
            string sub -s 2 -- $line
        end
    end
end
complete -c integrator-tui -f -a '(__integrator_tui_complete)'
complete -c itui -f -a '(__integrator_tui_complete)'
"""

SCRIPTS: Final = {"bash": _BASH.lstrip("\n"), "zsh": _ZSH.lstrip("\n"), "fish": _FISH.lstrip("\n")}
