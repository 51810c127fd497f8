"""`dockerlint completion SHELL`: what a shell needs to complete options, their values and rule names.

The scripts hold the options as they are; the names of rules they ask for with `dockerlint rules` when they
are wanted, so those of plugins are there too.
"""

from __future__ import annotations

import sys

from dockerlint.usage import Command, Option, commands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence

SHELLS = ("bash", "zsh", "fish")


def parser() -> ArgumentParser:
    """The options of the command."""
    from argparse import ArgumentParser, RawDescriptionHelpFormatter

    made = ArgumentParser(
        "dockerlint completion",
        formatter_class=RawDescriptionHelpFormatter,
        description="Print what a shell needs to complete options, their values and the names of rules.",
        epilog='bash: eval "$(dockerlint completion bash)" in ~/.bashrc\n'
        "zsh:  dockerlint completion zsh > FOLDER/_dockerlint, in a folder of $fpath\n"
        "fish: dockerlint completion fish > ~/.config/fish/completions/dockerlint.fish",
    )
    made.add_argument("shell", choices=SHELLS, help="the shell that it is for")
    return made


def main(argv: Sequence[str]) -> int:
    """Print the script for a shell."""
    shell = parser().parse_args(argv).shell
    sys.stdout.write({"bash": bash, "zsh": zsh, "fish": fish}[shell](commands()))
    return 0


_BASH = """\
# Completion of dockerlint for bash, written by `dockerlint completion bash`.
_dockerlint() {
  local cur="${COMP_WORDS[COMP_CWORD]}" prev="" command="" kind="" options="" values="" head="" word
  [ "$COMP_CWORD" -gt 0 ] && prev="${COMP_WORDS[COMP_CWORD-1]}"
  if [ "$cur" = "=" ]; then
    cur=""
  elif [ "$prev" = "=" ] && [ "$COMP_CWORD" -gt 1 ]; then
    prev="${COMP_WORDS[COMP_CWORD-2]}"
  fi
  [ "$COMP_CWORD" -gt 1 ] && command="${COMP_WORDS[1]}"
  case "$command" in
@COMMANDS@
  esac
  COMPREPLY=()
  case "$kind" in
    rules)
      # A list with commas: the last name is the one to complete.
      case "$cur" in *,*) head="${cur%,*}," ;; esac
      values="$(dockerlint rules 2>/dev/null | while read -r code name _; do echo "$code $name"; done)"
      COMPREPLY=($(compgen -P "$head" -W "$values" -- "${cur#"$head"}")) ;;
    choice) COMPREPLY=($(compgen -W "$values" -- "$cur")) ;;
    file | folder) ;;
    *)
      case "$cur" in
        -*) COMPREPLY=($(compgen -W "$options" -- "$cur")) ;;
        *)
          if [ "$COMP_CWORD" -eq 1 ]; then
            COMPREPLY=($(compgen -W "@NAMES@" -- "$cur"))
            while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
            compopt -o filenames 2>/dev/null
          fi ;;
      esac ;;
  esac
}
# Where there is nothing to offer, bash completes file names, quotes and all.
complete -o default -o bashdefault -F _dockerlint dockerlint
"""


def bash(all: Sequence[Command]) -> str:
    """The script for bash (3.2 and newer)."""
    lines: list[str] = []
    for command in (*all[1:], all[0]):
        names = " ".join(name for option in command.options for name in option.names)
        lines.append(f"    {command.name or '*'})\n      options='{names}'")
        operand = next((o for o in command.operands if o.kind in ("choice", "rules")), None)
        if operand is not None and command.name:
            lines.append(f'      case "$cur" in -*) ;; *) {_kind(operand)} ;; esac')
        cases = [(o, "|".join(o.names)) for o in command.options if o.value]
        lines.append('      case "$prev" in')
        lines += [f"        {names}) {_kind(option)} ;;" for option, names in cases]
        lines.append("      esac ;;")
    names = " ".join(command.name for command in all[1:])
    return _BASH.replace("@COMMANDS@", "\n".join(lines)).replace("@NAMES@", names)


def _kind(option: Option) -> str:
    values = f" values='{' '.join(option.choices)}'" if option.choices else ""
    # A value that nobody can guess is not completed with options.
    return f"kind={option.kind or 'file'}{values}"


_ZSH = """\
#compdef dockerlint
# Completion of dockerlint for zsh, written by `dockerlint completion zsh`.
_dockerlint_rules() {
  local -a names
  names=(${(f)"$(dockerlint rules 2>/dev/null | while read -r code name rest; do print -r -- $code; print -r -- $name; done)"})
  _values -s , rule $names
}
_dockerlint() {
  local -a commands
  commands=(
@NAMES@
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe command commands
    _files
    return
  fi
  case $words[2] in
@COMMANDS@
  esac
}
if [ "$funcstack[1]" = "_dockerlint" ]; then
  _dockerlint "$@"
else
  compdef _dockerlint dockerlint
fi
"""


def zsh(all: Sequence[Command]) -> str:
    """The script for zsh: for a folder of $fpath, or to be sourced after compinit."""
    lines: list[str] = []
    for command in (*all[1:], all[0]):
        # The words before the options of a command are passed over.
        shift = "      shift words; (( CURRENT-- ))\n" if command.name else ""
        specs = [_zsh_option(option) for option in command.options]
        operand = next(iter(command.operands), None)
        if operand is not None:
            specs.append(_quoted(f"*:{operand.value.lower()}:{_zsh_value(operand)}"))
        joined = " \\\n        ".join(specs)
        lines.append(f"    {command.name or '*'})\n{shift}      _arguments \\\n        {joined} ;;")
    names = "\n".join(f"    {_quoted(f'{c.name}:{c.summary}')}" for c in all[1:])
    return _ZSH.replace("@COMMANDS@", "\n".join(lines)).replace("@NAMES@", names)


def _zsh_option(option: Option) -> str:
    about = "".join(f"\\{c}" if c in "[]\\:" else c for c in option.help)
    value = f":{option.value.lower().replace(':', ' ')}:{_zsh_value(option)}" if option.value else ""
    specs = []
    for name in option.names:
        takes = ("=" if name.startswith("--") else "+") if option.value else ""
        star = "*" if option.many else ""
        specs.append(_quoted(f"{star}{name}{takes}[{about}]{value}"))
    return " ".join(specs)


def _zsh_value(option: Option) -> str:
    if option.kind == "choice":
        return f"({' '.join(option.choices)})"
    return {"rules": "_dockerlint_rules", "file": "_files", "folder": "_files -/"}.get(option.kind, " ")


def _quoted(text: str) -> str:
    """A text as one word of a shell."""
    return "'" + text.replace("'", "'\\''") + "'"


_FISH = """\
# Completion of dockerlint for fish, written by `dockerlint completion fish`.
function __dockerlint_rules
    dockerlint rules 2>/dev/null | while read -l code name rest
        echo $code
        echo $name
    end
end
"""


def fish(all: Sequence[Command]) -> str:
    """The script for fish."""
    names = [command.name for command in all[1:]]
    lines = [_FISH]
    lines += [
        f"complete -c dockerlint -n __fish_use_subcommand -a {command.name} -d {_fish(command.summary)}\n"
        for command in all[1:]
    ]
    for command in all:
        seen = f"__fish_seen_subcommand_from {command.name or ' '.join(names)}"
        when = _fish(seen if command.name else f"not {seen}")
        lines += [_fish_option(option, when) for option in command.options]
        for operand in command.operands if command.name else ():
            if operand.kind in ("choice", "rules"):
                lines.append(f"complete -c dockerlint -n {when} -f -a {_fish_values(operand)}\n")
    return "".join(lines)


def _fish_option(option: Option, when: str) -> str:
    parts = [f"complete -c dockerlint -n {when}"]
    parts += [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names]
    if option.value:
        parts.append("-r" if option.kind in ("file", "folder") else "-x")
        if option.kind in ("choice", "rules"):
            parts.append(f"-a {_fish_values(option)}")
    return " ".join((*parts, f"-d {_fish(option.help)}")) + "\n"


def _fish_values(option: Option) -> str:
    return _fish(" ".join(option.choices)) if option.choices else _fish("(__dockerlint_rules)")


def _fish(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
