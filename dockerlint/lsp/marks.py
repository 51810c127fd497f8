"""Which findings editors show in another way: what is of no use is faded, what is outdated struck out."""

from __future__ import annotations

UNNECESSARY, DEPRECATED = "unnecessary", "deprecated"

# Rules by name.
MARKS: dict[str, str] = {
    **dict.fromkeys(
        (
            "unused-stage", "unused-global-argument", "user-without-effect", "flag-without-effect",
            "index-update-unused", "healthcheck-overridden", "cmd-overridden", "entrypoint-overridden",
            "multiple-instructions-disallowed", "redundant-target-platform", "platform-flag-for-target",
        ),
        UNNECESSARY,
    ),
    **dict.fromkeys(
        ("maintainer-instruction", "maintainer-deprecated", "legacy-key-value", "base-out-of-support"), DEPRECATED
    ),
}  # fmt: skip

# Rules whose safe fixes only change how the same thing is written: what formatting does.
LAYOUT = frozenset(
    (
        "instructions-in-mixed-case", "from-and-as-in-different-case", "expose-protocol-in-upper-case",
        "empty-continuation-line", "legacy-key-value",
    )
)  # fmt: skip
