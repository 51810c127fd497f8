"""How long the language server takes for a keystroke in a file of 300 lines.

    python benchmarks/keystroke.py [--lines N] [--keys N]

Starts `dockerlint lsp`, types at random places of a file and measures, at the client, the time from each
keystroke to the diagnostics that follow it, and to the answers to a completion, a hover and semantic tokens
asked right behind another keystroke. Prints the middle, the 95th of a hundred and the worst, in milliseconds, and
the middle of the time that the server was on a processor meanwhile (Linux): other work on the machine is in the
first three, and not in the last.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

BLOCK = """\
FROM debian:12 AS stage{n}
ARG VERSION{n}=1.{n}
ENV APP_HOME=/srv/app{n} MODE="production"
WORKDIR $APP_HOME
RUN apt-get update \\
    && apt-get install -y --no-install-recommends \\
        build-essential curl git \\
    && if [ -n "$VERSION{n}" ]; then echo "version ${{VERSION{n}}}"; fi \\
    && rm -rf /var/lib/apt/lists/*
COPY requirements{n}.txt ./
RUN pip install --no-cache-dir -r requirements{n}.txt
# The application itself.
COPY --chown=1000:1000 src{n} ./src
RUN for part in one two three; do make -C src "$part" || exit 1; done
LABEL org.opencontainers.image.title="app {n}"
EXPOSE 80{n}
USER 1000
HEALTHCHECK --interval=30s CMD curl -f http://localhost:80{n}/ || exit 1
ENTRYPOINT ["/srv/app{n}/run"]
CMD ["--serve"]
"""


class Server:
    """The server, and messages to and from it."""

    def __init__(self, folder: str) -> None:
        command = [sys.executable, "-m", "dockerlint", "lsp"]
        self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.number = 0

    def send(self, method: str, params: object, asks: bool = False) -> int:
        """Send a message; the number of a question comes back."""
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
        if asks:
            self.number += 1
            message["id"] = self.number
        body = json.dumps(message).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()
        return self.number

    def receive(self) -> dict[str, Any]:
        """The next message."""
        stream = self.process.stdout
        assert stream is not None
        length = 0
        while (line := stream.readline().strip()) or not length:
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        found: dict[str, Any] = json.loads(stream.read(length))
        return found

    def answer(self, number: int) -> None:
        """Wait for the answer to a question."""
        while self.receive().get("id") != number:
            pass

    def diagnostics(self, version: int) -> None:
        """Wait for the diagnostics of a version of the file."""
        while True:
            message = self.receive()
            published = message.get("method") == "textDocument/publishDiagnostics"
            if published and message["params"].get("version") == version:
                return

    def on_cpu(self) -> float:
        """Seconds that all threads of the server were on a processor; 0 where the kernel does not tell."""
        found = 0
        for path in Path(f"/proc/{self.process.pid}/task").glob("*/schedstat"):
            found += int(path.read_text().split()[0])
        return found / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=300)
    parser.add_argument("--keys", type=int, default=200)
    options = parser.parse_args()
    text = "".join(BLOCK.format(n=n) for n in range(10, 10 + options.lines // BLOCK.count("\n") + 1))
    lines = text.splitlines(keepends=True)[: options.lines]
    with tempfile.TemporaryDirectory() as folder:
        run(folder, lines, options.keys)


def run(folder: str, lines: list[str], keys: int) -> None:
    """Type, and print the times."""
    server = Server(folder)
    uri = (Path(folder) / "Dockerfile").as_uri()
    server.answer(
        server.send("initialize", {"processId": os.getpid(), "rootUri": None, "capabilities": {}}, True)
    )
    server.send("initialized", {})
    document = {"uri": uri, "languageId": "dockerfile", "version": 1, "text": "".join(lines)}
    server.send("textDocument/didOpen", {"textDocument": document})
    server.diagnostics(1)
    dice = random.Random(1)
    version = 1
    times: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    questions = ("textDocument/completion", "textDocument/hover", "textDocument/semanticTokens/full")
    for number in range(keys):
        line = dice.randrange(len(lines))
        place = {"line": line, "character": dice.randrange(len(lines[line]))}
        for typed, end in (("x", place), ("", {**place, "character": place["character"] + 1})):
            version += 1
            change = {"range": {"start": place, "end": end}, "text": typed}
            before, began = server.on_cpu(), time.perf_counter()
            which = {"uri": uri, "version": version}
            server.send("textDocument/didChange", {"textDocument": which, "contentChanges": [change]})
            if typed and number % 2:
                method = questions[number // 2 % len(questions)]
                asked = {"textDocument": {"uri": uri}, "position": place}
                server.answer(server.send(method, asked, True))
            else:
                method = "diagnostics"
                server.diagnostics(version)
            times.setdefault(method, []).append(time.perf_counter() - began)
            cpu.setdefault(method, []).append(server.on_cpu() - before)
            if method != "diagnostics":
                time.sleep(0.1)
    server.answer(server.send("shutdown", None, True))
    server.send("exit", None)
    server.process.wait()
    print(f"{len(lines)} lines; milliseconds from a keystroke to       middle    95 %   worst     cpu  count")
    for method, found in times.items():
        found.sort()
        middle, most = statistics.median(found), found[int(len(found) * 0.95)]
        row = " ".join(
            f"{seconds * 1e3:7.1f}" for seconds in (middle, most, found[-1], statistics.median(cpu[method]))
        )
        print(f"  {method:<46}  {row} {len(found):6}")
    print(f"load average of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
