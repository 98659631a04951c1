"""What bash runs on the tab key: scenarios beside files, no blank after `=`, and `--option=NAME` as one word."""

from __future__ import annotations

from typing import Final

import click.shell_completion

_SOURCE: Final = """\
%(complete_func)s() {
    local IFS=$'\\n' line word=${COMP_WORDS[COMP_CWORD]#=}
    COMPREPLY=()
    for line in $(COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD %(complete_var)s=bash_complete "$1"); do
        case $line in
            plain,*=) COMPREPLY+=("${line#plain,}"); compopt -o nospace ;;
            plain,*) COMPREPLY+=("${line#plain,}") ;;
            dir,*) COMPREPLY+=($(compgen -d -- "$word")); compopt -o filenames ;;
            file,*) COMPREPLY+=($(compgen -f -- "$word")); compopt -o filenames ;;
        esac
    done
}
complete -o nosort -o bashdefault -F %(complete_func)s %(prog_name)s
"""


class Bash(click.shell_completion.BashComplete):
    """Completion in bash, which breaks words at `=`; click's own drops names that stand beside files."""

    source_template = _SOURCE

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is completed, without the `=` after an option, and that one."""
        words, word = super().get_completion_args()
        if word == "=" and words and words[-1].startswith("--"):
            return words, ""
        is_value = len(words) > 1 and words[-1] == "=" and words[-2].startswith("--")
        return (words[:-1] if is_value else words), word


def use_own_bash_completion() -> None:
    """Let click complete in bash by `Bash`."""
    click.shell_completion.add_completion_class(Bash)
