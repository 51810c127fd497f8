from __future__ import annotations

from dockerlint.model import Dockerfile
from dockerlint.rule import Applicability, Bad, Finding, Fix, Good, Severity, rule, unsafe
from dockerlint.shell.leftover import Left, calls, cleaned, first_user, head, left, program, starts
from dockerlint.shell.quoting import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockerlint.shell import Command

PACKAGES = ("~/.nuget/packages", "~/.nuget")
FILLS = ("restore", "build", "publish", "test", "pack", "tool")


@rule(
    code="DK330",
    summary="Packages of NuGet stay in the image",
    why="""
        `dotnet restore`, and every command that restores by itself, keeps the packages in `~/.nuget` and
        downloads in further caches. In a build stage that does no harm. In a stage that becomes the image it
        does: publish in a stage of its own and copy the result to a runtime image, or clear the caches in
        the same RUN.
    """,
    severity=Severity.INFO,
    fix=unsafe(
        "a program started with `dotnet run` or from a debug build reads its packages from this cache",
        closure=True,
    ),
    source="https://learn.microsoft.com/dotnet/core/tools/dotnet-nuget-locals",
    bad=[
        Bad(
            "FROM mcr.microsoft.com/dotnet/sdk:8.0\nCOPY . .\nRUN «dotnet publish» -c Release -o /app\n",
            fixed="FROM mcr.microsoft.com/dotnet/sdk:8.0\nCOPY . .\n"
            "RUN dotnet publish -c Release -o /app && dotnet nuget locals all --clear\n",
        ),
        Bad(
            "FROM mcr.microsoft.com/dotnet/sdk:8.0\nRUN «dotnet restore» && \\\n    # one file\n"
            "    dotnet publish -o /app\n",
            fixed="FROM mcr.microsoft.com/dotnet/sdk:8.0\nRUN dotnet restore && \\\n    # one file\n"
            "    dotnet publish -o /app && \\\n    dotnet nuget locals all --clear\n",
        ),
        Bad(
            "FROM mcr.microsoft.com/dotnet/sdk:8.0\nRUN <<EOF\nset -e\n«dotnet publish» -o /app\nEOF\n",
            fixed="FROM mcr.microsoft.com/dotnet/sdk:8.0\nRUN <<EOF\nset -e\ndotnet publish -o /app\n"
            "dotnet nuget locals all --clear\nEOF\n",
        ),
    ],
    good=[
        Good(
            "FROM mcr.microsoft.com/dotnet/sdk:8.0 AS build\nRUN dotnet publish -o /app\n"
            "FROM mcr.microsoft.com/dotnet/aspnet:8.0\nCOPY --from=build /app /app\n"
        ),
        Good("FROM mcr.microsoft.com/dotnet/sdk:8.0\nRUN dotnet publish && dotnet nuget locals all -c\n"),
        Good("FROM mcr.microsoft.com/dotnet/sdk:8.0\nRUN dotnet publish && rm -rf ~/.nuget\n"),
        Good(
            "FROM mcr.microsoft.com/dotnet/sdk:8.0\n"
            "RUN --mount=type=cache,target=/root/.nuget/packages dotnet publish\n"
        ),
        Good('FROM mcr.microsoft.com/dotnet/sdk:8.0\nRUN dotnet restore\nCMD ["dotnet", "run"]\n'),
    ],
)
def nuget_packages_left(dockerfile: Dockerfile) -> Iterator[Finding]:
    if _runs_sdk(dockerfile):
        return
    for found in left(dockerfile, _fills, PACKAGES, _cleans):
        yield Finding(
            head(found.made[0]),
            "NuGet's packages stay in this image; publish in a stage of its own, or run"
            " `dotnet nuget locals all --clear` in the same RUN",
            _fix(dockerfile, found),
        )


def _runs_sdk(dockerfile: Dockerfile) -> bool:
    """Whether the image starts its program by way of the SDK, which reads the packages."""
    if not starts(dockerfile, ("dotnet",)):
        return False
    text = dockerfile.source.text
    return any(
        word in text for word in ('"run"', "dotnet run", '"watch"', "dotnet watch", '"test"', "dotnet test")
    )


def _fills(command: Command) -> bool:
    return calls(command, ("dotnet",), FILLS) and not command.has("--no-restore")


def _cleans(command: Command) -> bool:
    words = [shown(w) for w in command.arguments]
    return command.name == "dotnet" and words[:2] == ["nuget", "locals"] and "all" in words


def _fix(dockerfile: Dockerfile, found: Left) -> Fix | None:
    name = program(found.made[-1])
    if name is None:
        return None
    title = "clear NuGet's caches in the same RUN"
    other = first_user(dockerfile, found.run, _is_dotnet)
    if other is not None:
        reason = f"the RUN in line {other.first_line} needs the packages; merge the two"
        return Fix(title, (), Applicability.DISPLAY, reason)
    return cleaned(dockerfile, found, f"{name} nuget locals all --clear", title, "dotnet")


def _is_dotnet(command: Command) -> bool:
    return command.name == "dotnet"
