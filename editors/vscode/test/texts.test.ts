import assert from "node:assert/strict";
import { test } from "node:test";
import { isRule, fixingArguments } from "../src/asked.ts";
import { why } from "../src/probe.ts";
import { forServer } from "../src/settings.ts";
import { told } from "../src/statustext.ts";

test("the status bar counts findings and turns alarming only where the server cannot run", () => {
  const running = { kind: "running", version: "0.1.0" } as const;
  assert.equal(told(running, 0).text, "$(check) dockerlint");
  assert.equal(told(running, 3).text, "$(warning) dockerlint 3");
  assert.match(told(running, 1).tooltip, /0\.1\.0: 1 finding in/);
  assert.equal(told(running, 3).alarming, false);
  assert.equal(told({ kind: "stopped" }, 0).command, "dockerlint.restart");
  const failed = told({ kind: "failed", reason: "it is gone" }, 0);
  assert.equal(failed.alarming, true);
  assert.match(failed.tooltip, /it is gone/);
});

test("the server loads no plugins in a workspace that is not trusted", () => {
  assert.deepEqual(forServer({ plugins: true, ignore: ["x"] }, false), { plugins: false, ignore: ["x"] });
  assert.deepEqual(forServer({ plugins: true }, true), { plugins: true });
  assert.deepEqual(forServer(null, false), { plugins: false });
});

test("what is missing is named", () => {
  const program = { command: "/usr/bin/python3", args: [] };
  const extra = "dockerlint: error: the language server needs pygls, which is not installed\n  pip install";
  assert.equal(why(program, extra), "the language server needs pygls, which is not installed");
  const absent = "Traceback:\nModuleNotFoundError: No module named 'dockerlint'";
  assert.equal(why(program, absent), "dockerlint is not installed for /usr/bin/python3");
  assert.match(why(program, "boom\nlast words\n"), /last words$/);
});

test("the name of a rule is never an option", () => {
  assert.ok(isRule("DL3020") && isRule("add-for-local-path"));
  for (const bad of ["--help", "", "a b", "-x", "a\nb"]) {
    assert.ok(!isRule(bad), bad);
  }
});

test("a preview is made under the editor's settings, and reads no configuration that is not trusted", () => {
  const settings: Record<string, unknown> = { config: "x.toml", ignore: ["a", "b"], profile: "hadolint", select: [] };
  const trusted = fixingArguments((name) => settings[name], "/w/Dockerfile", true);
  assert.ok(trusted.includes("--config=x.toml") && trusted.includes("--ignore=a,b"));
  assert.ok(trusted.includes("--profile=hadolint") && !trusted.some((one) => one.startsWith("--select")));
  assert.ok(trusted.at(-1) === "-" && trusted.includes("--stdin-filename=/w/Dockerfile"));
  const not = fixingArguments((name) => settings[name], "/w/Dockerfile", false);
  assert.ok(not.includes("--isolated") && !not.some((one) => one.startsWith("--config")));
});
