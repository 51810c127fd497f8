"""What the profile of hadolint finds, where it is not what the default profile finds.

Each of these files was given to hadolint 2.15.1; the codes and lines are its answer, as far as it is
about DL1001 and DL3000 to DL3029.
"""

from __future__ import annotations

import pytest

from dockerlint.config import Config, activate
from dockerlint.frozen import replace
from dockerlint.lint import check, read
from dockerlint.loader import load
from dockerlint.source import Source

CODES = frozenset((*(f"DL30{number:02}" for number in range(30)), "DL1001"))


def found(text: str, **changes: object) -> list[str]:
    config = replace(Config(), profile="hadolint", **changes)
    rules = tuple(active for active in activate(config, load(())) if active.code in CODES)
    answers = {(one.start.line, one.code) for one in check(read(Source.of_text(text)), rules)}
    return [f"{line} {code}" for line, code in sorted(answers)]


def in_run(body: str) -> list[str]:
    return [answer.split()[1] for answer in found(f"FROM base:1\nRUN {body}\n")]


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("service x start && psql", ["DL3001"]),
        ("/bin/ps", []),
        ("(cd /a; make)", ["DL3003"]),
        ("mkdir /a && cd /a", ["DL3003"]),
        ("sudo a && sudo b", ["DL3004"]),
        ("/usr/bin/sudo a", []),
        ("apt-get install -y --no-install-recommends a=1 b/c d.deb", []),
        ("apt-get install -y --no-install-recommends -t x", []),
        ("apt-get install -y --no-install-recommends --target-release=x a", ["DL3008"]),
        ("apt-get install -y --no-install-recommends $A", ["DL3008"]),
        ("apt-get install -y --no-install-recommends $(cat /a)", []),
        ("apt-get remove -y --no-install-recommends install a", ["DL3008"]),
        ("/usr/bin/apt-get install a", []),
        ("apt-get install -q -q --no-install-recommends a=1", []),
        ("apt-get install -q=2 --no-install-recommends a=1", []),
        ("apt-get install -qqq --no-install-recommends a=1", ["DL3014"]),
        ("apt-get install -y -o APT::Install-Recommends=false a=1", []),
        ("apt-get install -y -o APT::Install-Recommends=0 a=1", ["DL3015"]),
        ("apt-get update && rm -rf /elsewhere", []),
        ("apt-get update && rm -fr /var/lib/apt/lists", ["DL3009"]),
        ("--mount=type=cache,target=/var/lib/apt/lists apt-get update", []),
        ("--mount=type=cache,target=/var/lib/apt apt-get update", ["DL3009"]),
        (
            "--mount=type=cache,target=/var/lib/apt/ --mount=type=tmpfs,target=/var/cache/apt apt-get update",
            [],
        ),
        ("pip install a", ["DL3013"]),
        ("pip install a==1 'b>=2' ./c d.whl git+https://e/f@1", []),
        ("pip install -r a b", []),
        ("pip install -ra b", ["DL3013"]),
        ("pip install -ca b", []),
        ("pip install . b", []),
        ("pip install --prefix a b==1 --timeout 9", ["DL3013"]),
        ("python3 -u -m pip install a", ["DL3013"]),
        ("python -m pip -q install a", []),
        ("pipx install a", ["DL3013"]),
        ("pipenv install a", []),
        ("npm install a", ["DL3016"]),
        ("npm i a", []),
        ("npm install a@latest @b/c@1 ./d e.tgz git://f#1", []),
        ("npm install --prefix a b@1", ["DL3016"]),
        ("npm install git+ssh://git@a/b", ["DL3016"]),
        ("apk add --no-cache a", ["DL3018"]),
        ("apk add --no-cache a=1 'b>1' c~2 d.apk -t e --virtual f", []),
        ("apk del add", ["DL3018", "DL3019"]),
        ("apk add a=1 && rm -rf /var/cache/apk/*", ["DL3019"]),
        ("--mount=type=cache,target=/var/cache/apk apk add a=1", []),
        ("apt list", ["DL3027"]),
        ("gem install a", ["DL3028"]),
        ("gem install a -v 1", []),
        ("gem install a -v1", ["DL3028"]),
        ("gem install --no-document a", []),
        ("gem install --no-ri --no-rdoc a", ["DL3028"]),
        ("gem install -- a", []),
        ("apt list && if", []),
    ],
)
def test_a_run_is_judged_as_hadolint_does(body: str, codes: list[str]) -> None:
    assert in_run(body) == codes
    within = [answer.split()[1] for answer in found(f"FROM base:1\nONBUILD RUN {body}\n")]
    assert within == [code for code in codes if code != "DL3003"]


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("FROM a:1\nWORKDIR /a\nWORKDIR bc\n", ["3 DL3000"]),
        ("FROM a:1\nWORKDIR 'c:/x'\nWORKDIR $A/b\n", []),
        ("FROM a:1\nUSER root\nFROM b:1\nUSER x\n", ["2 DL3002"]),
        ('FROM a:1\nUSER "root"\nFROM b:1\nUSER root \nFROM c:1\nUSER root:\n', ["6 DL3002"]),
        ("FROM a AS b\nFROM B\nFROM b\nFROM scratch\nFROM $X\n", ["1 DL3006", "2 DL3006"]),
        ("FROM r.io:5000/a:latest\nFROM a:latest@sha256:0\n", ["1 DL3007"]),
        ("FROM a:1\nRUN apt-get update\nFROM b:1\n", []),
        ("FROM a:1 AS b\nRUN apt-get update\nFROM r.io/b:2\nFROM c:1\n", ["2 DL3009"]),
        ("FROM a:1 AS a\nRUN apt-get update\nFROM c:1\n", ["2 DL3009"]),
        ("FROM a:1\nRUN apt-get update\nFROM a:1\n", ["2 DL3009"]),
        ("FROM a:1\nCOPY x.tar b.tgz /\nRUN tar -C / -xf b.tgz\nRUN unzip x.tar\n", ["2 DL3010"]),
        ("FROM a:1\nCOPY x.tar /\nRUN tar xf x.tar\n", []),
        ("FROM a:1\nCOPY x.tar /y.tar\nRUN tar -xf x.tar\n", []),
        ("FROM a:1\nCOPY d\\x.tar y\nRUN gunzip x.tar\n", ["2 DL3010"]),
        ("FROM a:1\nCOPY x.zip /\nRUN unzip x.zip\n", []),
        ("FROM a:1\nCOPY x.tar /\nRUN tar -xf x.tar\nFROM b:1\n", []),
        ("COPY x.tar /\nRUN tar -xf x.tar\n", ["1 DL3010"]),
        ("FROM a:1\nEXPOSE 1 65536/udp\nEXPOSE 80-70000\nEXPOSE $A\n", ["2 DL3011", "3 DL3011"]),
        ("FROM a:1\nHEALTHCHECK NONE\nHEALTHCHECK NONE\n", ["3 DL3012"]),
        ("HEALTHCHECK NONE\nHEALTHCHECK NONE\nFROM a:1\nHEALTHCHECK NONE\n", ["2 DL3012"]),
        ("FROM a:1\nADD $X /\nADD a.zip /\nADD git@a:b /\n", ["2 DL3020", "3 DL3020", "4 DL3020"]),
        ('FROM a:1\nADD http://x /\nADD "a.tar" /\nADD $X.tgz /\n', []),
        ("FROM a:1\nCOPY a b .\nCOPY a b './'\nCOPY a b $X\n", ["2 DL3021", "4 DL3021"]),
        (
            "FROM a:1 AS X\nFROM b:1\nCOPY --from=x a /\nCOPY --from=1 a /\nCOPY --from=2 a /\n",
            ["3 DL3022", "5 DL3022"],
        ),
        ("FROM a:1\nCOPY --from=b a /\nCOPY --from=b:1 a /\n", ["2 DL3022"]),
        ("FROM a:1 AS x\nCOPY --from=x a /\n", ["2 DL3023"]),
        ("FROM a:1 AS x\nFROM b:1 AS X\nFROM c:1 AS x\n", ["3 DL3024"]),
        ('FROM a:1\nSHELL ["x"]\nCMD y\nHEALTHCHECK CMD z\n', ["3 DL3025", "4 DL3025"]),
        ("FROM a:1\nCMD [\"a\\x\"]\nENTRYPOINT ['a', 1]\n", ["3 DL3025"]),
        ('FROM a:1\nCMD ["a\\\\"]\n', ["2 DL3025"]),
        ("FROM --platform=$TARGETOS a:1\nFROM --platform=xBUILDPLATFORM a:1\n", ["1 DL3029"]),
        ("FROM --platform=linux/amd64 a:1 AS amd64\n", ["1 DL3029"]),
    ],
)
def test_a_file_is_judged_as_hadolint_does(text: str, answers: list[str]) -> None:
    assert found(text) == answers


@pytest.mark.parametrize(
    ("trusted", "image", "fires"),
    [
        ("x.com", "x.com/a:1", False),
        ("x.com", "y.x.com/a:1", True),
        ("x.com", "x.com:5000/a:1", True),
        ("x.com", "a:1", True),
        ("x.com", "$x/a:1", True),
        ("*.com", "a:1", False),
        ("docker.io", "lib/a:1", False),
        ("hub.docker.com", "docker.io/a:1", True),
        ("docker.io", "localhost:5000/a:1", False),
        ("x.*", "x.com/a:1", False),
        ("*x*", "axb.org/a:1", True),
        ("*", "y.com/a:1", False),
        ("x.com", "scratch", False),
    ],
)
def test_a_registry_is_judged_as_hadolint_does(trusted: str, image: str, fires: bool) -> None:
    text = f"FROM {image}\nFROM x.com/b:1 AS b\nFROM b\nCOPY --from=b a /\n"
    shared = {"trusted-registries": (trusted, "x.com")}
    assert ("1 DL3026" in found(text, shared=shared)) is fires


def test_mounts_and_copies_name_registries_too() -> None:
    text = (
        "FROM x.com/a:1 AS a\nCOPY --from=nginx:1 a /\nCOPY --from=a a /\nRUN --mount=from=y.com/b,target=/x ls\n"
        "RUN --mount=type=tmpfs,target=/x ls\nONBUILD COPY --from=y.com/b:1 a /\n"
    )
    shared = {"trusted-registries": ("x.com",)}
    assert [a for a in found(text, shared=shared) if "DL3026" in a] == ["2 DL3026", "4 DL3026"]


def test_comments_for_one_instruction_are_found_when_asked_for() -> None:
    text = "# hadolint ignore=DL3006\nFROM a:1\n# hadolint global ignore=DL3001\n"
    assert found(text) == []
    assert found(text, extend_select=("DL1001",)) == ["1 DL1001"]
