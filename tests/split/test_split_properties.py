"""Whatever lines stand in a file: the split never fails, loses no comment and leaves nothing to split."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dockerlint.fix import splice
from dockerlint.resolve import parse
from dockerlint.split import Split, split

HEADS = [
    "FROM debian:bookworm",
    "FROM alpine:3.19",
    "FROM golang:1.22",
    "FROM rust:1.83-slim as b",
    "FROM node:20",
    "from gcc:13-bookworm",
]
LINES = [
    "RUN apt-get update && apt-get install -y gcc make libssl-dev curl",
    "RUN apt-get update \\\n    && apt-get install -y \\\n       # tools\n       g++ \\\n       tini \\\n    && rm -rf /var/lib/apt/lists/*",
    "RUN apk add --no-cache build-base", "WORKDIR /app", "WORKDIR src", "COPY . .", "COPY main.c Makefile ./", "COPY conf /etc/conf",
    "RUN make -j$(nproc)", "RUN gcc main.c -o main", "RUN go build -o /usr/local/bin/main .", "RUN cargo build --release",
    "RUN npm ci && npm run build", "RUN ./configure && make && make install", "RUN mkdir -p /data && chown nobody /data",
    "RUN useradd app", "USER app", "ENV A=b", "ARG V=1", "LABEL v=$V", "EXPOSE 80", "VOLUME /data", "# a comment", "#", "",
    "RUN apt-get purge -y gcc", "RUN rm -rf src", "RUN cp main /usr/local/bin/ && rm main", "RUN ln -s /app/main /usr/bin/main",
    "RUN cd /app && make || true", 'SHELL ["/bin/bash", "-c"]', "HEALTHCHECK CMD curl -f http://localhost/", 'CMD ["./main"]', "CMD main",
    'ENTRYPOINT ["tini", "--", "/app/main"]', 'CMD ["node", "index.js"]', "CMD ./target/release/main", "RUN <<EOF\nmake\nEOF", "STOPSIGNAL 3",
]  # fmt: skip


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(HEADS), st.lists(st.sampled_from(LINES), min_size=3, max_size=12), st.booleans())
def test_a_split_file_is_whole_and_is_not_split_again(head: str, lines: list[str], crlf: bool) -> None:
    text = "\n".join([head, *lines, 'CMD ["./main"]', ""])
    dockerfile = parse(text.replace("\n", "\r\n") if crlf else text)
    found = split(dockerfile)
    if not isinstance(found, Split):
        return
    again = parse(splice(dockerfile.source.text, found.edits))
    assert not again.problems
    assert len(again.stages) == 2
    assert split(again) is None
    kept = [c.text for c in again.comments]
    assert all(
        kept.count(c.text) >= [o.text for o in dockerfile.comments].count(c.text) for c in dockerfile.comments
    )
    assert again.source.text.count("\r\n") == (again.source.text.count("\n") if crlf else 0)
    for kind in ("Env", "Expose", "User", "Label", "Volume"):
        before = [i for i in dockerfile.stages[0].instructions if type(i).__name__ == kind]
        after = [i for i in again.stages[1].instructions if type(i).__name__ == kind]
        if kind == "User":
            before, after = before[-1:], after[-1:]
        assert [i.text.text for i in before] == [
            i.text.text for i in after if not i.text.text.startswith("ENV ASPNETCORE")
        ]
