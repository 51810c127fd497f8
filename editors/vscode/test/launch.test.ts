import assert from "node:assert/strict";
import { test } from "node:test";
import { type Machine, find } from "../src/launch.ts";

function machine(files: string[], more: Partial<Machine> = {}): Machine {
  return {
    platform: "linux",
    env: { PATH: "/usr/local/bin:/usr/bin" },
    home: "/home/me",
    folder: "/work",
    isFile: (path) => files.includes(path),
    ...more,
  };
}

test("the setting of the path comes first, then the interpreter, then the PATH", () => {
  const files = ["/opt/dockerlint", "/opt/python", "/usr/bin/dockerlint"];
  const both = find({ path: "/opt/dockerlint", interpreter: "/opt/python" }, machine(files));
  assert.deepEqual(both, { command: "/opt/dockerlint", args: [] });
  const python = find({ path: "", interpreter: "/opt/python" }, machine(files));
  assert.ok("command" in python);
  assert.equal(python.command, "/opt/python");
  assert.equal(python.args[0], "-c");
  assert.deepEqual(find({ path: "", interpreter: "" }, machine(files)), { command: "/usr/bin/dockerlint", args: [] });
});

test("a program that a setting names and that is not there is not replaced by another", () => {
  const found = find({ path: "/opt/gone", interpreter: "" }, machine(["/usr/bin/dockerlint"]));
  assert.deepEqual(found, { missing: "dockerlint.path is /opt/gone, where there is no program" });
});

test("the home folder and the folder of the workspace are filled in", () => {
  const files = ["/home/me/bin/dockerlint", "/work/.venv/bin/python", "/work/tool"];
  const command = (path: string, interpreter: string): unknown => {
    const found = find({ path, interpreter }, machine(files));
    return "command" in found ? found.command : found.missing;
  };
  assert.equal(command("~/bin/dockerlint", ""), "/home/me/bin/dockerlint");
  assert.equal(command("", "${workspaceFolder}/.venv/bin/python"), "/work/.venv/bin/python");
  assert.equal(command("./tool", ""), "/work/tool");
});

test("a folder of the PATH that is relative brings no program", () => {
  const found = find({ path: "", interpreter: "" }, machine(["./dockerlint", "dockerlint"], { env: { PATH: ".::bin" } }));
  assert.deepEqual(found, { missing: "dockerlint is not on the PATH" });
});

test("on Windows programs end in .exe and the PATH has other separators", () => {
  const windows = machine(["C:\\tools\\dockerlint.exe"], { platform: "win32", env: { Path: "D:\\x;C:\\tools" } });
  assert.deepEqual(find({ path: "", interpreter: "" }, windows), { command: "C:\\tools\\dockerlint.exe", args: [] });
});
