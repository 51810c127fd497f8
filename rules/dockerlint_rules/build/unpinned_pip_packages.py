from __future__ import annotations

from dockerlint.model import Dockerfile, Run
from dockerlint.rule import Bad, Finding, Good, Severity, rule, unsafe
from dockerlint.shell import scripts
from dockerlint.shell.leftover import head
from dockerlint.shell.pinning import listed, pip_installs, pip_pinned, without
from dockerlint.shell.pins import REASON, pins, pins_of_call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# The options whose next word hadolint takes for their value.
VALUED = (
    "abi", "b", "build", "e", "editable", "extra-index-url", "f", "find-links", "i", "implementation", "index-url",
    "no-binary", "only-binary", "platform", "prefix", "progress-bar", "proxy", "python", "python-version", "root",
    "root-user-action", "src", "t", "target", "trusted-host", "upgrade-strategy",
)  # fmt: skip


def as_hadolint_does(dockerfile: Dockerfile) -> Iterator[Finding]:
    """What hadolint finds: a `pip install` with a package that has no sign of a version, unless it
    is also given a file of requirements or constraints, or the current directory."""
    from dockerlint.shell.as_hadolint import views

    if "pip" not in dockerfile.source.text:
        return
    for run, seen in views(dockerfile):
        for call in seen.calls:
            if not pip_installs(call) or call.has_argument("-r", "--requirement", "."):
                continue
            if call.has_flag("c", "constraint"):
                continue
            words = call.plain(*VALUED)
            while words and words[0] != "install":
                del words[0]
            while words[:1] == ["install"]:
                del words[0]
            if not all(pip_pinned(word) for word in words):
                fix = pins_of_call(dockerfile, run, call, "pip", _is_free)
                yield Finding(
                    call.command.name_word.span, "pin versions in pip install: package==version", fix
                )


@rule(
    code="DL3013",
    summary="`pip install` of packages without a version",
    why="""
        Without a version pip takes the newest release of the day, and of everything that it depends on, so
        two builds of one file differ and a new major release may break the next one. `package==1.2.3`, or a
        file with requirements or constraints, says what was tested.
    """,
    severity=Severity.WARNING,
    fix=unsafe(REASON),
    peer=as_hadolint_does,
    source="https://pip.pypa.io/en/stable/topics/repeatable-installs/",
    bad=[
        Bad("FROM python:3.12\nRUN «pip install» flask==3.0.3 gunicorn\n"),
        Bad("FROM python:3.12\nRUN «/usr/bin/python3 -m pip -q install» \\\n    # the app\n    flask\n"),
        Bad("FROM python:3.12\nRUN «pip install» git+https://example.org/app\n"),
        Bad("FROM python:3.12\nRUN «pip install» -r requirements.txt gunicorn\n"),
        Bad(
            "FROM python:3.12\nRUN «pip install» -U Flask_Cors 'uvicorn[standard]' "
            "\"tomli; python_version < '3.11'\" unseen\n",
            fixed="FROM python:3.12\nRUN pip install -U Flask_Cors==4.0.1 'uvicorn[standard]==0.30.1' "
            "\"tomli==2.0.1; python_version < '3.11'\" unseen\n",
            versions={"pip flask-cors": "4.0.1", "pip uvicorn": "0.30.1", "pip tomli": "2.0.1"},
        ),
    ],
    good=[
        Good("FROM python:3.12\nRUN pip install \"tomli==2.0.1; python_version < '3.11'\"\n"),
        Good("FROM python:3.12\nRUN pip install flask==3.0.3 'gunicorn>=22,<23' click~=8.1\n"),
        Good("FROM python:3.12\nRUN pip install -i https://example.org/simple -r requirements.txt\n"),
        Good("FROM python:3.12\nRUN pip install -c constraints.txt flask\n"),
        Good("FROM python:3.12\nRUN pip install . .[all] ./lib -e . app.whl app.tar.gz app.zip\n"),
        Good("FROM python:3.12\nRUN pip install git+https://example.org/app@v1 $PACKAGES\n"),
        Good("FROM python:3.12\nRUN pip install --no-index --find-links wheels flask\n"),
        Good("FROM python:3.12\nRUN pip download flask\n"),
        Good("FROM python:3.12\nENV PIP_CONSTRAINT=/constraints.txt\nRUN pip install flask\n"),
    ],
)
def unpinned_pip_packages(dockerfile: Dockerfile) -> Iterator[Finding]:
    if "pip" not in dockerfile.source.text:
        return
    for run in dockerfile.instructions(Run, onbuild=True):
        if "PIP_CONSTRAINT" in run.state.variables:
            continue
        for script in scripts(run):
            for command in script.named("pip"):
                if command.subcommand != "install" or command.has("-c", "--constraint", "--no-index"):
                    continue
                free = without(command.operands, _is_free)
                if free:
                    yield Finding(
                        head(command),
                        f"no version for {listed([word.text for word in free])}; pin it with package==version",
                        pins(dockerfile, run, script, "pip", free),
                    )


def _is_free(word: str) -> bool:
    # What stands behind a semicolon says when to install, not what.
    name = word.partition(";")[0]
    return not pip_pinned(name) and not name.startswith(".") and not name.endswith(".zip")
