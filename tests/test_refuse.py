"""What BuildKit refuses, phase by phase."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.refuse import first_error, first_problem, problems
from dockerlint.resolve import parse

DEVICE = "gpu.example/all"


def found(text: str, phases: str = "ACDE", **build_args: str) -> list[str]:
    """Phase, line and message of each problem."""
    dockerfile = parse(text, build_args=build_args)
    assert not dockerfile.problems, dockerfile.problems
    return [
        f"{problem.phase}{problem.line} {problem.message}"
        for problem in problems(dockerfile)
        if problem.phase in phases
    ]


def fault(line: str, phases: str = "ACDE") -> str | None:
    """The one problem of an instruction in a stage of scratch."""
    messages = found(f"FROM scratch\n{line}\n", phases)
    assert len(messages) < 2
    return messages[0].split(" ", 1)[1] if messages else None


# A


def test_an_empty_file_is_refused() -> None:
    assert "the Dockerfile cannot be empty" in (first_error(parse("")) or "")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("skip=all", None),
        ("skip=A,B;error=true;experimental=all", None),
        ("error=maybe", 'failed to parse check options: failed to parse check option "error=maybe"'),
        ("nothing", 'failed to parse check options: invalid check option "nothing"'),
        ("level=1", 'failed to parse check options: invalid check option "level"'),
        ("skip=A, level=1", None),
    ],
)
def test_a_check_directive_must_be_readable(value: str, message: str | None) -> None:
    error = first_error(parse(f"# check={value}\nFROM scratch\n"))
    assert error is None if message is None else (error or "").startswith(message)


def test_the_build_argument_replaces_the_check_directive() -> None:
    text = "# check=nothing\nFROM scratch\n"
    assert first_error(parse(text, build_args={"BUILDKIT_DOCKERFILE_CHECK": "skip=all"})) is None
    assert "nothing" in (first_error(parse(text)) or "")


# B before C


def test_a_fault_of_the_lines_goes_before_an_unknown_instruction() -> None:
    dockerfile = parse("FROM scratch\nNOPE\nENV x\n")
    problem = first_problem(dockerfile)
    assert problem is not None
    assert (problem.phase, problem.line) == ("B", 3)
    assert [item.line for item in problems(dockerfile)] == [2]


# C


def test_an_instruction_fault_names_its_line() -> None:
    assert first_error(parse("FROM scratch\n\nNOTHING x\n")) == (
        "dockerfile parse error on line 3: unknown instruction: NOTHING"
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("CPOY a b", "unknown instruction: CPOY (did you mean COPY?)"),
        ("lable a=b", "unknown instruction: lable (did you mean label?)"),
        ("Entrypiont x", "unknown instruction: Entrypiont (did you mean entrypoint?)"),
        ("RUN", None),
        ("CMD", None),
        ("ENTRYPOINT []", None),
        ("COPY a", "COPY requires at least two arguments, but only one was provided. Destination could not be determined"),
        ('ADD ["a"]', "ADD requires at least two arguments, but only one was provided. Destination could not be determined"),
        ("COPY", "COPY requires at least two arguments, but only one was provided. Destination could not be determined"),
        ("COPY --bad a", "COPY requires at least two arguments, but only one was provided. Destination could not be determined"),
        ("ENV --bad", "unknown flag: --bad"),
        ("LABEL", "LABEL requires at least one argument"),
        ("ENV =v", "ENV names can not be blank"),
        ("LABEL a=b =v", "LABEL names can not be blank"),
        ("ARG", "ARG requires at least one argument"),
        ("ARG a =v", "ARG names can not be blank"),
        ("EXPOSE", "EXPOSE requires at least one argument"),
        ("EXPOSE --bad", "EXPOSE requires at least one argument"),
        ("VOLUME []", "VOLUME requires at least one argument"),
        ('VOLUME ["/a", " "]', "VOLUME specified can not be an empty string"),
        ("ONBUILD", "ONBUILD requires at least one argument"),
        ("USER", "USER requires exactly one argument"),
        ("WORKDIR", "WORKDIR requires exactly one argument"),
        ("STOPSIGNAL", "STOPSIGNAL requires exactly one argument"),
        ("MAINTAINER", "MAINTAINER requires exactly one argument"),
        ("SHELL", "SHELL requires at least one argument"),
        ("SHELL []", "SHELL requires at least one argument"),
        ("SHELL /bin/bash -c", "SHELL requires the arguments to be in JSON form"),
        ('SHELL ["a",]', "SHELL requires the arguments to be in JSON form"),
        ("SHELL --bad", "unknown flag: --bad"),
        ("HEALTHCHECK", "HEALTHCHECK requires at least one argument"),
        ("HEALTHCHECK none", None),
        ("HEALTHCHECK --bad NONE", None),
        ("HEALTHCHECK NONE []", None),
        ("HEALTHCHECK None x", "HEALTHCHECK NONE takes no arguments"),
        ("HEALTHCHECK curl x", 'Unknown type "CURL" in HEALTHCHECK (try CMD)'),
        ("HEALTHCHECK --bad curl x", "unknown flag: --bad"),
        ("HEALTHCHECK cmd", "Missing command after HEALTHCHECK CMD"),
        ("HEALTHCHECK CMD []", "Missing command after HEALTHCHECK CMD"),
        ("HEALTHCHECK --interval=1s --timeout=0 --retries=3 CMD x", None),
        ("HEALTHCHECK --interval=9us CMD x", 'Interval "interval" cannot be less than 1ms'),
        ("HEALTHCHECK --start-period=-1s CMD x", 'Interval "start-period" cannot be less than 1ms'),
        ("HEALTHCHECK --timeout=soon CMD x", 'time: invalid duration "soon"'),
        ("HEALTHCHECK --retries=-1 CMD x", "--retries cannot be negative (-1)"),
        ("HEALTHCHECK --retries=few CMD x", 'strconv.ParseInt: parsing "few": invalid syntax'),
        ("HEALTHCHECK --retries= CMD x", None),
        ("ONBUILD ONBUILD RUN x", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"),
        ("ONBUILD FROM x", "FROM isn't allowed as an ONBUILD trigger"),
        ("onbuild maintainer x", "MAINTAINER isn't allowed as an ONBUILD trigger"),
        ("ONBUILD COPY a", None),
        ("ONBUILD --bad RUN x", "unknown flag: --bad"),
        ("COPY a <<E\nx\nE", "COPY cannot accept a heredoc as a destination"),
        ("COPY a <<", None),
        ("CMD --version", "unknown flag: --version"),
        ("CMD -- --version", None),
        ("USER --x me", "unknown flag: --x"),
        ("ARG --x=y a", None),
        ("STOPSIGNAL --x TERM", None),
        ("COPY --chwon=1 a b", "unknown flag: --chwon (did you mean chown?)"),
        ("COPY --Link a b", "unknown flag: --Link (did you mean link?)"),
        ("COPY --link --link a b", "duplicate flag specified: --link"),
        ("COPY --exclude=a --exclude=b a b", None),
        ("COPY --from a b", "missing a value on flag: --from"),
        ("COPY --link= a b", "missing a value on flag: --link"),
        ("COPY --link=TRUE a b", None),
        ("COPY --link=yes a b", "expecting boolean value for flag --link, not: yes"),
        ("ADD --parents a b", "unknown flag: --parents"),
        ("ADD --chown= a b", None),
        ("RUN --network=lan x", 'invalid network mode "lan"'),
        ("RUN --network=none --security=sandbox x", None),
        ("RUN --security=high x", 'security "high" is not valid'),
        ("RUN --mount= x", "failed to parse csv mounts: EOF"),
        ("RUN --mount=from=$x,target=/a x", "'from' doesn't support variable expansion, define alias stage instead"),
        (f"RUN --device={DEVICE},required x", None),
        (f"RUN --device={DEVICE},name=b x", f"device name already set to {DEVICE}"),
        (f"RUN --device={DEVICE},required=often x", "invalid value for required: often"),
        (f"RUN --device={DEVICE},more x", "invalid field 'more' must be a key=value pair"),
        (f"RUN --device={DEVICE},nam=x x", "unexpected key 'nam' in 'nam=x' (did you mean name?)"),
    ],
)  # fmt: skip
def test_an_instruction_by_itself(line: str, message: str | None) -> None:
    assert fault(line, "C") == message


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("FROM", "FROM requires either one or three arguments"),
        ("FROM a b", "FROM requires either one or three arguments"),
        ("FROM a # note", "FROM requires either one or three arguments"),
        ("FROM a as b c", "FROM requires either one or three arguments"),
        ("FROM a aS B-1_2.x", None),
        ("FROM a AS 1b", 'invalid name for build stage: "1b", name can\'t start with a number or contain symbols'),
        ("FROM --plattform=x a AS 1b", 'invalid name for build stage: "1b", name can\'t start with a number or contain symbols'),
        ("FROM --plattform=x a", "unknown flag: --plattform (did you mean platform?)"),
    ],
)  # fmt: skip
def test_a_stage_by_itself(line: str, message: str | None) -> None:
    assert found(f"{line}\n", "C") == ([f"C1 {message}"] if message else [])


def test_only_arg_stands_before_the_first_stage() -> None:
    assert found("ARG a\nRUN x\nFROM scratch\n", "C") == ["C2 no build stage in current context"]
    assert first_error(parse("RUN x\nFROM scratch\n")) == "no build stage in current context"
    assert found("NOTHING\n", "C") == ["C1 unknown instruction: NOTHING"]


# D


def test_a_file_needs_a_stage() -> None:
    assert found("ARG a=b\n") == ["D1 dockerfile contains no stages to build"]


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ('FROM ""', 'base name ("") should not be blank'),
        ("ARG a=\nFROM $a", "base name ($a) should not be blank"),
        ("FROM $nowhere", "base name ($nowhere) should not be blank"),
        ("ARG a\nFROM $a", None),
        ("ARG a=x:y:z\nFROM $a", 'failed to parse stage name "x:y:z": invalid reference format'),
        ("FROM Upper", 'failed to parse stage name "Upper": invalid reference format: repository name (library/Upper) must be lowercase'),
        ("FROM ${a^}", 'failed to process "${a^}": unsupported modifier (^) in substitution'),
        ("FROM --platform=$TARGETPLATFORM a", None),
        ("FROM --platform=$NONE a", "empty platform value from expression $NONE"),
        ("FROM --platform=$TARGETPLATFROM a", "empty platform value from expression $TARGETPLATFROM (did you mean TARGETPLATFORM?)"),
        ("FROM --platform=nice a", 'failed to parse platform nice: "nice": unknown operating system or architecture: invalid argument'),
        ("FROM --platform=linux/amd64 a", None),
        ("FROM --platform= a", None),
    ],
)  # fmt: skip
def test_base_and_platform_of_a_stage(head: str, message: str | None) -> None:
    line = head.count("\n") + 1
    assert found(f"{head}\n", "D") == ([f"D{line} {message}"] if message else [])


def test_a_global_default_is_expanded_word_by_word() -> None:
    assert found("ARG a=1 b=${a:?} c=${d:?gone}\nFROM scratch\n") == [
        'D1 failed to process "${d:?gone}": d: gone'
    ]
    assert found("ARG c=${d:?gone}\nFROM scratch\n", c="given") == []


@pytest.mark.parametrize(
    ("copy", "message"),
    [
        ("--from=one", None),
        ("--from=ONE", None),
        ("--from=0", None),
        ("--from=busybox:1", None),
        ("--from=scratch", None),
        ("--from=$x", "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround"),
        ("--from=7", "invalid stage index 7"),
        ("--from=-1", "invalid stage index -1"),
        ("--from=No_", 'failed to parse stage name "No_": invalid reference format: repository name (library/No_) must be lowercase'),
        ("--from=1", "circular dependency detected on stage: stage-1"),
    ],
)  # fmt: skip
def test_where_copy_takes_from(copy: str, message: str | None) -> None:
    text = f"FROM scratch AS one\nFROM scratch\nCOPY {copy} a b\n"
    assert found(text) == ([f"D3 {message}"] if message else [])


def test_an_image_that_was_copied_from_has_an_index_too() -> None:
    text = "FROM scratch\nCOPY --from=busybox a b\nCOPY --from=1 a b\nCOPY --from=2 a b\n"
    assert found(text) == ["D4 invalid stage index 2"]


def test_a_cycle_is_blamed_on_the_stage_where_the_search_begins() -> None:
    text = (
        "FROM scratch AS first\nCOPY --from=second a b\n"
        "FROM scratch AS second\nRUN --mount=from=third,target=/x y\n"
        "FROM scratch AS third\nCOPY --from=second a b\n"
    )
    assert found(text, "D") == ["D6 circular dependency detected on stage: first"]


def test_a_long_chain_of_stages_is_no_cycle() -> None:
    text = "FROM scratch AS s0\n" + "".join(
        f"FROM scratch AS s{number}\nCOPY --from=s{number - 1} a b\n" for number in range(1, 3000)
    )
    assert found(text, "D") == []


def test_a_target_must_exist() -> None:
    dockerfile = parse("FROM scratch AS final\n")
    assert not problems(dockerfile, "FINAL")
    assert [p.message for p in problems(dockerfile, "finale")] == [
        'target stage "finale" could not be found (did you mean final?)'
    ]


# E


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("ENV a=it's", 'failed to process "it\'s": unexpected end of statement while looking for matching single-quote'),
        ("LABEL a=${b^}", 'failed to process "${b^}": unsupported modifier (^) in substitution'),
        ("WORKDIR ${x", 'failed to process "${x": unsupported modifier (\ufffd) in substitution'),
        ("USER 'me", 'failed to process "\'me": unexpected end of statement while looking for matching single-quote'),
        ("VOLUME '' /x", "VOLUME specified can not be an empty string"),
        ('VOLUME ["$nothing"]', "VOLUME specified can not be an empty string"),
        ("ARG a=1 b=${a:?} c=${d:?}", 'failed to process "${d:?}": d: is not allowed to be unset'),
        ("STOPSIGNAL sigterm", None),
        ("STOPSIGNAL RTMIN+3", None),
        ("STOPSIGNAL 9", None),
        ("STOPSIGNAL 0", "invalid signal: 0"),
        ("STOPSIGNAL SIGNOPE", "invalid signal: SIGNOPE"),
        ("EXPOSE 80 443/tcp", None),
        ("EXPOSE 80/http", "invalid proto: http"),
        ("EXPOSE 80,81", "invalid containerPort: 80,81"),
        ("COPY https://example.org/x /", "source can't be a URL for COPY"),
        ("COPY https://example.org/x.git /", "source can't be a git ref for COPY"),
        ("COPY git@example.org:x/y /", "source can't be a git ref for COPY"),
        ("ADD https://example.org/x git@example.org:x/y /", None),
        ("COPY --chmod=u+rwX,g=o a b", None),
        ("COPY --chmod=00644 a b", None),
        ("COPY --chmod=999 a b", "invalid chmod parameter: '999'. it should be octal string and between 0 and 07777"),
        ("COPY --chmod=77777 a b", "invalid chmod parameter: '77777'. it should be octal string and between 0 and 07777"),
        ("COPY --chmod=x a b", "invalid syntax"),
        ("COPY --chmod=u+x,-1 a b", "invalid syntax"),
        ("COPY --chmod=go=u-w,+Xr a b", None),
        ("COPY --chown='a a b", None),
        ("ADD --checksum=sha256:1 a b", "checksum requires HTTP(S) or Git sources"),
        ("ADD --checksum=sha256:1 https://a/b https://a/c /", "checksum can't be specified for multiple sources"),
        ("ADD --checksum=sha256:1 https://a/b /", "invalid checksum digest length"),
        ("ADD --checksum=1 https://a/b /", "invalid checksum digest format"),
        ("ADD --checksum=md5:1 https://a/b /", "unsupported digest algorithm"),
        (f"ADD --checksum=sha256:{'0a' * 32} https://a/b /", None),
        ("ADD --checksum=0123abc https://a/b.git /", None),
        ("COPY <<E /x\n${y^}\nE", "unsupported modifier (^) in substitution"),
        ("COPY <<'E' /x\n${y^}\nE", None),
        ("RUN --mount=typ=cache x", "unexpected key 'typ' in 'typ=cache' (did you mean type?)"),
        ("RUN --mount=type=cach,target=/a x", 'unsupported mount type "cach" (did you mean cache?)'),
        ("RUN --mount=TYPE=CACHE,DST=/a,sharing=Locked,uid=1,gid=2,mode=0755 x", None),
        ("RUN --mount=target=/a,sharing=locked x", "invalid cache sharing set for bind mount"),
        ("RUN --mount=type=cache,target=/a,sharing=mine x", 'unsupported sharing value "mine"'),
        ("RUN --mount=target=/a,mode=1 x", 'mode not allowed for "bind" type mounts'),
        ("RUN --mount=type=cache,target=/a,mode=9 x", "invalid value 9 for mode"),
        ("RUN --mount=type=cache,target=/a,uid=me x", "invalid value me for uid"),
        ("RUN --mount=type=tmpfs,target=/a,size=10mib x", None),
        ("RUN --mount=type=tmpfs,target=/a,size=much x", "invalid value for size: much"),
        ("RUN --mount=size=1,type=tmpfs,target=/a x", "unexpected key 'size' for mount type 'bind'"),
        ("RUN --mount=target=/a,required x", "unexpected key 'required' for mount type 'bind'"),
        ("RUN --mount=target=/a,ro,rw=false,readonly=T x", None),
        ("RUN --mount=target=/a,ro=yes x", "invalid value for ro: yes"),
        ("RUN --mount=target=/a,z x", "invalid field 'z' must be a key=value pair"),
        ("RUN --mount=type=secret,id=s,required x", None),
        ("RUN --mount=type=secret x", "invalid secret mount. one of source, target required"),
        ("RUN --mount=type=secret,id=s,from=a x", "secret mount should not have a from"),
        ("RUN --mount=type=secret,id=s,src=a x", "both source and id can't be set"),
        ("RUN --mount=type=secret,id=s,sharing=shared x", "secret mount should not define sharing"),
        ("RUN --mount=type=bind x", 'invalid mount target "/"'),
        ("RUN --mount=target=/a/.. x", 'invalid mount target "/"'),
        ("RUN --mount=type=ssh x", None),
        ("RUN --mount=target=/a,id=${b^} x", 'failed to process "${b^}": unsupported modifier (^) in substitution'),
    ],
)  # fmt: skip
def test_an_instruction_when_it_runs(line: str, message: str | None) -> None:
    assert fault(line, "E") == message


def test_what_a_base_image_may_set_is_left_alone() -> None:
    text = (
        "FROM alpine\nWORKDIR $home\nENV a=${x:?}\nSTOPSIGNAL $sig\nEXPOSE $port\nRUN --mount=target=$t x\n"
    )
    assert found(text) == []
    assert found("FROM scratch\nENV a=${x:?}\n") == [
        'E2 failed to process "${x:?}": x: is not allowed to be unset'
    ]


def test_a_build_argument_may_still_come() -> None:
    assert found("FROM scratch\nARG a\nENV b=${a:?}\nVOLUME $a\n") == []


def test_a_later_stage_cannot_be_copied_from() -> None:
    text = "FROM scratch AS one\nCOPY --from=two a b\nFROM scratch AS two\n"
    assert found(text) == [
        'E2 cannot copy from stage "two", it needs to be defined before current stage "one"'
    ]
    assert found(text.replace("=two", "=1")) == [
        'E2 cannot copy from stage "1", it needs to be defined before current stage "one"'
    ]


def test_a_later_stage_cannot_be_mounted() -> None:
    text = "FROM scratch AS one\nRUN --mount=from=two,target=/x y\nFROM scratch AS two\n"
    assert found(text) == [
        'E2 cannot mount from stage "two" to "/x", stage needs to be defined before current command'
    ]


def test_a_trigger_is_read_when_it_fires() -> None:
    text = "FROM scratch AS base\nONBUILD COPY a\n"
    assert found(text) == []
    assert found(f"{text}FROM base\n") == [
        "E3 COPY requires at least two arguments, but only one was provided. Destination could not be determined"
    ]
    assert found("FROM scratch AS base\nONBUILD COPY --from=$x a b\nFROM base\n")[0].startswith("E3 variable")


LINES = st.lists(
    st.builds(
        "{} {}{}".format,
        st.sampled_from(["FROM", "RUN", "COPY", "ADD", "ENV", "ARG", "LABEL", "EXPOSE", "USER", "WORKDIR", "SHELL",
                         "VOLUME", "STOPSIGNAL", "HEALTHCHECK", "ONBUILD COPY", "ONBUILD", "CMD", "X", ""]),
        st.sampled_from(["", "--from=0 ", "--mount=type=cache,target=$a ", "--x ", "--interval=1 CMD ", "[", "--chmod=$a "]),
        st.text(alphabet="a$${}'\"\\ =:,/[]<1-AS\u00e9\udcff", max_size=12),
    ),
    max_size=6,
)  # fmt: skip


@given(LINES)
def test_any_file_gets_an_answer(lines: list[str]) -> None:
    dockerfile = parse("\n".join(["FROM scratch AS a", *lines]))
    answer = problems(dockerfile)
    assert all(problem.phase in "ACDE" and problem.message and problem.line > 0 for problem in answer)
    assert (first_error(dockerfile, "ABCDE") is None) == (not answer and not dockerfile.problems)
