"""Neovim, without a screen, with the settings that the documentation gives."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engines import give_up

DOCS = Path(__file__).resolve().parents[2] / "docs" / "editors.md"
SCENE = """
local out = {}
local function all(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params, 60000) or {}
  for _, answer in pairs(answers) do
    if answer.result then return answer.result end
  end
end
local function at(line, column)
  return { textDocument = vim.lsp.util.make_text_document_params(0), position = { line = line, character = column } }
end
local function seen(code)
  for _, one in ipairs(vim.diagnostic.get(0)) do
    if one.code == code then return one end
  end
end
local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\\n")
end

local ok, fault = pcall(function()
  vim.wait(60000, function() return seen("DL3027") ~= nil end, 20)
  out.found = seen("DL3027")
  out.error = seen("DL3020")

  local edit = all("textDocument/rename", vim.tbl_extend("force", at(1, 18), { newName = "deps" }))
  vim.lsp.util.apply_workspace_edit(edit, "utf-16")
  out.renamed = text()

  local range = { start = { line = 0, character = 0 }, ["end"] = { line = 0, character = 0 } }
  local actions = all("textDocument/codeAction", {
    textDocument = vim.lsp.util.make_text_document_params(0),
    range = range,
    context = { only = { "source.fixAll.dockerlint" }, diagnostics = {} },
  })
  vim.lsp.util.apply_workspace_edit(actions[1].edit, "utf-16")
  out.fixed = text()
  vim.wait(60000, function() return seen("DL3027") == nil and seen("DL3020") == nil end, 20)
  out.left = seen("DL3027") ~= nil
  out.hover = all("textDocument/hover", at(1, 2)).contents.value
  vim.cmd("write")
end)
out.ok, out.fault = ok, tostring(fault)
local file = io.open(vim.env.DOCKERLINT_OUT, "w")
file:write(vim.fn.json_encode(out))
file:close()
vim.cmd("qall!")
"""


def settings() -> str:
    """The settings for Neovim, as they stand in the documentation."""
    match = re.search(r"<!-- neovim -->\n```lua\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert match is not None
    return match[1]


@pytest.fixture
def played(tmp_path: Path) -> dict[str, Any]:
    """What happened in Neovim with a file that has emoji and CRLF."""
    if shutil.which("nvim") is None:
        give_up("Neovim is not installed: apt-get install neovim")
    lines = [
        "# 🐋",
        "FROM debian:12 AS base",
        "RUN echo 🐋 && apt install -y curl",
        "FROM base",
        "ADD a.txt /a.txt",
        "",
    ]
    file = tmp_path / "Dockerfile"
    file.write_bytes("\r\n".join(lines).encode())
    (tmp_path / "init.lua").write_text(settings())
    (tmp_path / "scene.lua").write_text(SCENE)
    env = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "DOCKERLINT_OUT": str(tmp_path / "out.json"),
        **{f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CACHE", "CONFIG", "DATA", "STATE")},
    }
    command = ["nvim", "--headless", "-u", "init.lua", "-i", "NONE", "-n", "Dockerfile", "-S", "scene.lua"]
    subprocess.run(command, cwd=tmp_path, env=env, timeout=300, check=True, capture_output=True)
    out: dict[str, Any] = json.loads((tmp_path / "out.json").read_text())
    assert out["ok"], out["fault"]
    out["log"] = "".join(path.read_text() for path in tmp_path.rglob("lsp.log"))
    out["written"] = file.read_bytes().decode()
    return out


def test_neovim_shows_findings_renames_a_stage_and_fixes_all(played: dict[str, Any]) -> None:
    # Neovim counts columns in bytes.
    assert (played["found"]["lnum"], played["found"]["col"]) == (2, len("RUN echo 🐋 && ".encode()))
    assert played["error"]["lnum"] == 4
    assert "debian:12 AS deps" in played["renamed"]
    assert "FROM deps" in played["renamed"]
    assert "apt-get install" in played["fixed"]
    assert "COPY a.txt /a.txt" in played["fixed"]
    assert played["left"] is False
    assert "Begins a stage on an image" in played["hover"]
    assert played["written"] == "\r\n".join([*played["fixed"].split("\n"), ""])
    assert [line for line in played["log"].splitlines() if "[ERROR]" in line] == []
