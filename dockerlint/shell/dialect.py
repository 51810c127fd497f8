"""Which language a shell's scripts are in."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

READABLE = frozenset(("sh", "bash", "zsh", "ksh"))
_DIALECTS = {
    "sh": "sh", "dash": "sh", "ash": "sh", "busybox": "sh", "posh": "sh", "bash": "bash", "rbash": "bash",
    "zsh": "zsh", "ksh": "ksh", "ksh93": "ksh", "mksh": "ksh", "oksh": "ksh", "loksh": "ksh",
    "powershell": "powershell", "pwsh": "powershell", "pwsh-preview": "powershell", "cmd": "cmd",
}  # fmt: skip


def dialect_of(words: Iterable[str]) -> str:
    """The dialect that the words of a SHELL or a `#!` line name: that of the last word that
    is a shell (`["conda", "run", "-n", "x", "/bin/bash", "-c"]`); `unknown` when none is."""
    found = "unknown"
    for word in words:
        for piece in word.split():
            name = piece.replace("\\", "/").rpartition("/")[2].lower()
            name = name[:-4] if name.endswith(".exe") else name
            found = _DIALECTS.get(name, found)
    return found


def dialect_of_shebang(script: str, default: str) -> str:
    """The dialect that the first line of a script names; the default when it has no `#!`."""
    if not script.startswith("#!"):
        return default
    return dialect_of((script[2:].partition("\n")[0],))
