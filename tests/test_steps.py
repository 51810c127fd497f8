"""What engines say of their caches."""

from __future__ import annotations

import dockerlint
from dockerlint.steps import Watch

TEXT = """FROM golang AS build
ENV A=1
WORKDIR /src
COPY . .
RUN make
FROM build AS test
RUN test
FROM scratch
COPY --from=build /app /
CMD x
"""


def heard(text: str, said: str) -> list[tuple[int | None, str, bool]]:
    watch = Watch(dockerlint.parse(text))
    for line in said.splitlines():
        watch.hear(line)
    return [(step.line, step.text, step.cached) for step in watch.steps()]


def test_buildah_counts_every_instruction_and_says_using_cache() -> None:
    said = """[1/3] STEP 1/5: FROM golang AS build
[1/3] STEP 2/5: ENV A=1
--> Using cache 0123456789abcdef
--> 0123456789a
[1/3] STEP 3/5: WORKDIR /src
--> Using cache 1123456789abcdef
--> 1123456789a
[1/3] STEP 4/5: COPY . .
--> 2123456789a
[1/3] STEP 5/5: RUN make
compiling
STEP 9/9: says the program
--> 3123456789a
[3/3] STEP 1/3: FROM scratch
[3/3] STEP 2/3: COPY --from=build /app /
--> Using cache 4123456789abcdef
--> 4123456789a
[3/3] STEP 3/3: CMD x
[3/3] COMMIT localhost/x
--> 5123456789a
"""
    assert heard(TEXT, said.replace("STEP 9/9: says", "it says")) == [
        (2, "ENV A=1", True), (3, "WORKDIR /src", True), (4, "COPY . .", False), (5, "RUN make", False),
        (9, "COPY --from=build /app /", True), (10, "CMD x", False),
    ]  # fmt: skip


def test_buildah_names_no_stage_where_there_is_one() -> None:
    said = "STEP 1/2: FROM a\nSTEP 2/2: RUN make \n--> Using cache 0\n--> 0\n"
    assert heard("FROM a\nRUN make\n", said) == [(2, "RUN make ", True)]


def test_buildkit_counts_layers_and_says_cached() -> None:
    said = """#1 [internal] load build definition from Dockerfile
#1 DONE 0.1s
#5 [build 1/4] FROM docker.io/library/golang
#5 CACHED
#8 [build 2/4] WORKDIR /src
#8 CACHED
#9 [build 3/4] COPY . .
#9 CACHED
#10 [build 4/4] RUN make
#10 0.3 #9 CACHED says the program
#10 DONE 1.2s
#11 [test 1/1] RUN test
#11 ...
#12 [stage-2 1/1] COPY --from=build /app /
#12 DONE 0.0s
"""
    assert heard(TEXT, said) == [
        (3, "WORKDIR /src", True), (4, "COPY . .", True), (5, "RUN make", False), (7, "RUN test", False),
        (9, "COPY --from=build /app /", False),
    ]  # fmt: skip


def test_buildkit_names_no_stage_where_there_is_one() -> None:
    said = "#5 [2/3] RUN make\n#5 CACHED\n#6 [3/3] COPY a b\n#6 DONE 0.1s\n"
    assert heard("FROM a\nLABEL x=y\nRUN make\nCOPY a b\n", said) == [
        (3, "RUN make", True),
        (4, "COPY a b", False),
    ]


def test_what_fits_no_line_has_none() -> None:
    assert heard("FROM a\nRUN make\n", "#5 [2/9] COPY x y\n#6 [other 2/9] RUN make\n#7 [9/9] RUN z\n") == [
        (None, "COPY x y", False), (None, "RUN make", False), (None, "RUN z", False),
    ]  # fmt: skip


def test_the_clock_tells_how_long_steps_take_where_the_engine_does_not() -> None:
    clock = [0.0]
    watch = Watch(dockerlint.parse("FROM a\nRUN make\nCOPY a b\nRUN test\n"), lambda: clock[0])
    for at, line in (
        (1, "STEP 1/4: FROM a"), (2, "STEP 2/4: RUN make"), (5, "compiling"), (6, "--> 0123456789a"),
        (6, "STEP 3/4: COPY a b"), (7, "--> Using cache 0123456789abcdef"), (7, "STEP 4/4: RUN test"),
        (9, "COMMIT x"), (10.5, "--> 1123456789a"),
    ):  # fmt: skip
        clock[0] = at
        watch.hear(line)
    assert [step.seconds for step in watch.steps()] == [4.0, None, 3.5]


def test_buildkit_says_how_long_steps_take() -> None:
    watch = Watch(dockerlint.parse(TEXT))
    for line in (
        "#5 [build 4/4] RUN make",
        "#6 [test 1/1] RUN test",
        "#5 0.123 compiling",
        "#5 DONE 12.3s",
        "#6 CACHED",
    ):
        watch.hear(line)
    assert [(step.text, step.seconds) for step in watch.steps()] == [("RUN make", 12.3), ("RUN test", None)]
