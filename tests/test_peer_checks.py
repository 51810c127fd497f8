"""`--profile hadolint`, DL3030 and later: what hadolint 2.15.1 said of these files, line by line.

The examples of the rules show our own checks; these files show where the peer's differ.
"""

from __future__ import annotations

import pytest

from dockerlint.config import Config
from dockerlint.job import Setup, lint_source
from dockerlint.loader import load
from dockerlint.source import Source

CASES = [
    ("DL3030", "FROM x\nRUN yum install a\nRUN yum -y install a\nRUN sudo yum install a\nRUN yum remove a\n", [2]),
    ("DL3030", "FROM x\nRUN yum groupinstall a && yum reinstall b\nRUN yum localinstall --assumeyes a\n", [2]),
    ("DL3038", "FROM x\nRUN microdnf install a\nRUN dnf5 install a\nRUN dnf group install a\nRUN dnf in a\n", [2, 4]),
    ("DL3032", "FROM x\nRUN yum install a && rm -rf /x\nRUN yum install a; rm -r /var/cache/yum\n", [3]),
    ("DL3032", "FROM x\nRUN yum clean all; yum install a\nRUN yum install a; yum clean x; yum install b\n", [2]),
    ("DL3032", "FROM x\nRUN yum groupinstall a\nRUN yum install clean\nONBUILD RUN yum install a\n", [3, 4]),
    ("DL3040", "FROM x\nRUN dnf update\nRUN dnf upgrade\nRUN dnf rei a\nRUN dnf5 install a\n", [3, 4]),
    ("DL3040", "FROM x\nRUN dnf install a; microdnf clean all\nRUN dnf install a; dnf all\n", [2]),
    ("DL3040", "FROM x\nRUN --mount=type=cache,target=/var/cache/dnf dnf install a\n", [2]),
    ("DL3040", "FROM x\nRUN --mount=type=tmpfs,target=/x/.cache/libdnf5 dnf install a\n", []),
    ("DL3036", "FROM x\nRUN zypper in a && rm -rf /var/cache/zypp\nRUN zypper in a && zypper cc\n", [2]),
    ("DL3036", "FROM x\nRUN --mount=type=bind,target=/var/cache/zypp zypper in a\nRUN zypper up\n", [2]),
    ("DL3034", "FROM x\nRUN zypper rm a\nRUN zypper up\nRUN zypper search in\nRUN zypper -y in a\n", [2, 4]),
    ("DL3035", "FROM opensuse/tumbleweed\nRUN zypper dup\nRUN zypper rm dup\nRUN zypper up\n", [2, 3]),
    ("DL3037", "FROM x\nRUN zypper in -t pattern a=1\nRUN zypper in 'a<1' b.rpm\nRUN zypper in $A\n", [2, 4]),
    ("DL3033", "FROM x\nRUN yum install a-b\nRUN yum install a-1-b\nRUN yum install a-1*\nRUN yum install -c f a-1\n", [2, 4, 5]),
    ("DL3033", "FROM x\nRUN yum install a.rpm\nRUN yum install a-b.rpm\nRUN yum install a.rpm-1\n", [2]),
    ("DL3033", "FROM x\nRUN yum module install a\nRUN yum module install a:1\nRUN yum group install a\n", [2, 4]),
    ("DL3033", "ARG A\nFROM x\nENV E=1\nRUN yum install a-${E} b-$A\nRUN yum install a-$Q\nFROM y\nRUN yum install a-$E\n", [5, 7]),
    ("DL3033", "ARG A\nFROM x\nONBUILD RUN yum install a-$A\nONBUILD ARG A\nONBUILD RUN yum install a-$A\n", [3]),
    ("DL3041", "FROM x\nRUN dnf group install a\nRUN dnf install a\nRUN tdnf install a\n", [3]),
    ("DL3042", "FROM x\nRUN pip-compile install\nRUN pipx install a\nRUN /bin/pip install a\n", [2]),
    ("DL3042", "FROM x\nRUN python3 -m pip install a\nRUN python3 -m pip --x install a\nRUN pip uninstall install\n", [2, 4]),
    ("DL3042", "FROM x\nRUN PIP_NO_CACHE_DIR=yes pip install a\nRUN PIP_NO_CACHE_DIR=off pip install a\n", [3]),
    ("DL3042", "FROM x AS b\nENV PIP_NO_CACHE_DIR=on\nRUN pip install a\nFROM B\nRUN pip install a\n", [5]),
    ("DL3042", "FROM x\nENV PIP_NO_CACHE_DIR=1\nONBUILD RUN pip install a\nONBUILD ENV PIP_NO_CACHE_DIR=1\nONBUILD RUN pip install a\n", [3]),
    ("DL3042", "FROM x\nRUN --mount=type=cache,target=/root/.cache pip install a\n", [2]),
    ("DL3060", "FROM x AS a\nRUN yarn install\nFROM A\nRUN yarn install; yarn run clean\nRUN yarn\nRUN yarn run install\n", [6]),
    ("DL3060", "FROM x AS a\nRUN yarn install\nFROM a\n", [2]),
    ("DL3044", "FROM x\nENV A=1 B='$A'\nENV C=1 D=${C:-2}\nENV E=1 F=$E_F\nENV G=$G:1 H=2\n", [2]),
    ("DL3044", "ARG A\nFROM x\nENV A=1 B=$A\nENV C=$D D=1\nENV D=2 E=$D\nONBUILD ENV F=1 G=$F\n", [4]),
    ("DL3045", "FROM x AS A\nCOPY a $b\nCOPY a c:x\nCOPY a .\nWORKDIR /a\nFROM A\nCOPY a b\nFROM a\nCOPY a b\n", [4, 9]),
    ("DL3046", "FROM x\nRUN useradd -u 123456 a\nRUN useradd --uid 123456 a\nRUN useradd -u 12345 a\nRUN useradd -u $VALUE a\n", [2, 5]),
    ("DL3046", "FROM x\nRUN useradd -l -u 123456 a\nRUN useradd -u123456 a\nRUN useradd -um 123456\n", [4]),
    ("DL3047", "FROM x\nRUN wget -qO- u\nRUN wget -nvO x u\nRUN wget -nv u\nRUN wget --version\nRUN wget -a f u\n", [3, 5]),
    ("DL3048", "FROM x\nLABEL $x=1\nLABEL a_/b=1\nLABEL a.=1\nLABEL com.dockerx=1\nONBUILD LABEL A=1\n", [2, 4]),
    ("DL3059", "FROM x\nRUN a\nRUN b\n# c\n\nRUN c\nRUN d && e\nRUN f\nRUN g\n", [3, 6, 9]),
    ("DL3059", "FROM x\nRUN --network=none a\nRUN b\nRUN c\nENV x=1\nRUN d\nRUN e | f\n", [4]),
    ("DL3059", "FROM x\nRUN --mount=type=cache,target=/a a\nRUN --mount=type=cache,target=/a b\nRUN a $(b)\nRUN c\n", [3]),
    ("DL3059", 'FROM x\nRUN [ "$a" = 1 ] && b\nRUN [[ $a ]] || c\nRUN test a && b\nRUN d\n', [3]),
    ("DL3059", "FROM x\nRUN --mount=type=bind,target=/a,z a\nRUN b\nRUN c\n", [4]),
    ("DL4006", "FROM x\nRUN [ a ] | [ b ]\n", [2]),
    ("DL3062", "FROM x\nRUN go install tool\nRUN go get -tool a\n", [3]),
    ("DL3032", "FROM x\nRUN yum clean all; yum install a; yum clean all\nRUN yum update; yum install a; rm -rf b\n", [2]),
    ("DL3040", "FROM x\nRUN rm -rf /x; dnf install a; dnf clean all\n", [2]),
    ("DL3036", "FROM x\nRUN zypper clean; zypper in a; zypper clean\n", [2]),
    ("DL3060", "FROM x\nRUN yarn cache clean; yarn install; yarn cache clean\nRUN yarn install clean\n", [2]),
    ("DL3061", "LABEL a=1\nARG b\nENV x=1\nFROM x\n", [1, 3]),
    ("DL3062", "FROM x\nRUN go install a\nRUN go run main.go\nRUN go install -tags x ./y\nRUN go install a@v1\n", [2, 3, 4]),
    ("DL3062", "FROM x\nRUN go run a@v1 && go install b\nRUN go get a@latest\nRUN go run . b\nRUN go get\n", [3]),
    ("DL3063", "FROM x AS Scratch\nFROM x AS context\n", [2]),
    ("DL3064", "ARG TOKEN\nFROM x\nENV TOKENIZERS_PARALLELISM=1\nENV API-KEY=x\nENV AWS_ACCESS_KEY_ID=/x\nONBUILD ENV my_password 1\n", [1, 3, 5, 6]),
    ("DL3065", "ARG TARGETPLATFORM=x\nFROM --platform=$TARGETPLATFORM x\nFROM --platform=$BUILDPLATFORM x\n", [2]),
    ("DL3066", "FROM x\nARG U\nENV E=1\nUSER root\nUSER 0:a\nUSER ${U}:a\nUSER $E\nUSER ${U:-1}\nUSER 12a\n", [4, 7, 8, 9]),
    ("DL3067", "FROM x AS a\nFROM scratch\nCOPY --from=a / /\nCOPY --from=a /. /\nCOPY / /\n", [3]),
    ("DL4001", "FROM x\nRUN wget a\nRUN curl b\nRUN wget c\nRUN d\nFROM y\nRUN wget e\n", [3, 4]),
    ("DL4001", "FROM x\nONBUILD RUN wget a\nRUN curl b\nFROM y\nONBUILD RUN curl b\nRUN /bin/wget a\n", [5]),
    ("DL4003", "FROM x\nCMD a\nCMD b\nONBUILD CMD c\nFROM y\nCMD a\n", [3]),
    ("DL4004", "FROM x\nENTRYPOINT a\nENTRYPOINT b\nENTRYPOINT c\n", [3, 4]),
    ("DL4005", "FROM x\nRUN ln -s /bin/sh /x\nRUN sudo ln -s /bin/bash /bin/sh\nRUN ln -s bash /usr/bin/sh\n", [2]),
    ("DL4006", 'FROM x AS a\nSHELL ["/bin/bash","-o","pipefail","-c"]\nRUN a | b\nFROM a\nRUN a | b\n', [5]),
    ("DL4006", 'FROM x\nSHELL ["/usr/bin/bash","-o","pipefail","-c"]\nRUN a | b\nSHELL ["pwsh"]\nRUN a | b\n', [3]),
    ("DL4006", "FROM x\nRUN set -o pipefail && a | b\nONBUILD RUN a | b\nRUN a || b\nRUN echo $(a | b)\n", [2, 5]),
    ("DL4006", 'FROM x\nSHELL ["ash","-euxo","pipefail","-c"]\nRUN a | b\nSHELL ["ash","--x","pipefail"]\nRUN a | b\n', [5]),
    ("DL4000", "FROM x\nMAINTAINER a\nMAINTAINER b\n", [2, 3]),
    ("DL3043", "FROM x\nONBUILD ONBUILD RUN a\nONBUILD MAINTAINER b\nONBUILD FROM c\nONBUILD RUN d\n", [2, 3, 4]),
]  # fmt: skip

SCHEMA = [
    (
        "DL3049",
        "text",
        'FROM x AS b\nFROM y\nLABEL k="1"\nCOPY --from=b a a\nFROM z\nCOPY --from=b a a\n',
        [5],
    ),
    ("DL3049", "text", "FROM x AS b\nFROM b AS m\nFROM m\nLABEL k=1\nFROM B\n", [1, 5]),
    ("DL3049", "text", "FROM x\nFROM y\nLABEL k=1\nCOPY --from=0 a a\nONBUILD LABEL k=1\n", [1]),
    ("DL3051", "text", 'FROM x\nLABEL k=""\nARG E=\nLABEL k=$E\n', [2]),
    ("DL3052", "url", "FROM x\nARG U=https://a\nLABEL k=$U\nLABEL k=x:y\nLABEL k=https://a/b\n", [3]),
    ("DL3053", "rfc3339", "FROM x\nLABEL k=21-03-10T10:26:33.+0100\nLABEL k=2021-02-30T10:26:33Z\n", [3]),
    (
        "DL3054",
        "spdx",
        "FROM x\nLABEL k=MIT\nLABEL k='MIT OR Zlib'\nLABEL k=GPL-2.0\nLABEL k=mit\n",
        [3, 4, 5],
    ),
    ("DL3055", "hash", "FROM x\nLABEL k=2dbfae9\nLABEL k=2dbfae99\nLABEL k=2DBFAE9\n", [3, 4]),
    (
        "DL3056",
        "semver",
        "FROM x\nLABEL k=01.2.3\nLABEL k=v1.2.3\nLABEL k=1.2\nLABEL k=1.2.3-rc.1+b\n",
        [3, 4],
    ),
    ("DL3058", "email", "FROM x\nLABEL k='(x)a@b'\nLABEL k='A <a@b.c>'\nLABEL k=$E\n", [3, 4]),
]


def lines(text: str, code: str, config: Config) -> list[int]:
    """The lines of the findings of a code."""
    found = lint_source(Source.of_text(text), Setup.of(config, load())).found
    return sorted({one.start.line for one in found if one.code == code})


@pytest.mark.parametrize(("code", "text", "wanted"), CASES)
def test_the_profile_finds_what_hadolint_finds(code: str, text: str, wanted: list[int]) -> None:
    assert lines(text, code, Config(profile="hadolint")) == wanted


@pytest.mark.parametrize(("code", "kind", "text", "wanted"), SCHEMA)
def test_the_profile_reads_labels_as_hadolint_does(
    code: str, kind: str, text: str, wanted: list[int]
) -> None:
    config = Config(profile="hadolint", shared={"label-schema": {"k": kind}})
    assert lines(text, code, config) == wanted


def test_strict_labels_are_told_once_a_label_instruction() -> None:
    text = 'FROM x\nLABEL k=1 a=2 b=3\nLABEL "k"=1\nONBUILD LABEL c=1\n'
    config = Config(profile="hadolint", shared={"label-schema": {"k": "text"}, "strict-labels": True})
    assert lines(text, "DL3050", config) == [2]
    assert lines(text, "DL3050", Config(profile="hadolint")) == []


HEALTH = [
    ("FROM x AS a\nFROM a\nHEALTHCHECK NONE\nFROM a\n", []),
    ("FROM x AS a\nFROM a AS b\nFROM a AS c\nHEALTHCHECK NONE\nFROM b\nFROM c\nFROM a\n", [2, 5]),
    ("FROM x AS A\nFROM a\nHEALTHCHECK NONE\nFROM y\nONBUILD HEALTHCHECK NONE\n", [1, 4]),
]


@pytest.mark.parametrize(("text", "wanted"), HEALTH)
def test_health_checks_are_asked_for_only_where_somebody_wants_them(text: str, wanted: list[int]) -> None:
    asked = Config(profile="hadolint", extend_select=("DL3057",))
    assert lines(text, "DL3057", asked) == wanted
    assert lines(text, "DL3057", Config(profile="hadolint")) == []
