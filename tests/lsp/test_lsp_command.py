"""Starting the server."""

from __future__ import annotations

import subprocess
import sys

from running import run


def test_without_its_libraries_it_says_how_to_get_them() -> None:
    code = "import sys; sys.modules['pygls'] = None\nfrom dockerlint.cli import main; sys.exit(main(['lsp']))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "pip install 'dockerlint[lsp]'" in ran.stderr


def test_it_is_among_the_commands() -> None:
    assert "lsp" in run("--help").out


def test_an_editor_that_just_goes_ends_it_with_an_exit_code_that_says_so() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "dockerlint", "lsp"], input=b"", capture_output=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, b"", b"")


def test_an_editor_that_reads_no_more_is_no_reason_for_a_word() -> None:
    body = b'{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"processId": null, "capabilities": {}}}'
    server = subprocess.Popen(
        [sys.executable, "-m", "dockerlint", "lsp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    assert server.stderr is not None
    server.stdout.close()
    with server.stdin as pipe:
        pipe.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    with server.stderr as pipe:
        assert pipe.read() == b""
    assert server.wait() == 1
