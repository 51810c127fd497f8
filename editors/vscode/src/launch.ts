// Which program is the server: pure, but for the questions it is given.

import * as path from "node:path";

/** How dockerlint is started: its command and what comes before its own arguments. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

/** What the settings say about the program; empty where they say nothing. */
export interface Wanted {
  readonly path: string;
  readonly interpreter: string;
}

/** What is known of the machine. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** The first folder of the workspace. */
  readonly folder: string | undefined;
  readonly isFile: (path: string) => boolean;
}

/** No program, and what to tell the user. */
export interface Missing {
  readonly missing: string;
}

// As `python -m dockerlint`, which would let a dockerlint.py of the workspace come first.
const MODULE = "import sys; sys.path[:] = [p for p in sys.path if p]; from dockerlint.cli import entry; entry()";

/** The program that the settings name, else the one on the PATH, else what is missing. */
export function find(wanted: Wanted, machine: Machine): Program | Missing {
  const named = filled(wanted.path, machine);
  if (named !== "") {
    const found = located(named, machine);
    return found === undefined
      ? { missing: `dockerlint.path is ${named}, where there is no program` }
      : { command: found, args: [] };
  }
  const interpreter = filled(wanted.interpreter, machine);
  if (interpreter !== "") {
    const found = located(interpreter, machine);
    return found === undefined
      ? { missing: `dockerlint.interpreter is ${interpreter}, where there is no program` }
      : { command: found, args: ["-c", MODULE] };
  }
  const found = onPath("dockerlint", machine);
  return found === undefined ? { missing: "dockerlint is not on the PATH" } : { command: found, args: [] };
}

/** A value of a setting with `~` and `${workspaceFolder}` filled in. */
function filled(value: string, machine: Machine): string {
  const home = /^~(?=$|[/\\])/;
  return value
    .trim()
    .replace(home, () => machine.home)
    .replaceAll("${workspaceFolder}", () => machine.folder ?? "");
}

function located(name: string, machine: Machine): string | undefined {
  const paths = rulesOf(machine);
  if (!/[/\\]/.test(name)) {
    return onPath(name, machine);
  }
  const whole = paths.isAbsolute(name) ? name : paths.join(machine.folder ?? machine.home, name);
  return spellings(whole, machine).find(machine.isFile);
}

// Windows would look into the folder it is in first, and so may relative folders of a PATH: a workspace
// must not bring the program.
function onPath(name: string, machine: Machine): string | undefined {
  const paths = rulesOf(machine);
  const list = machine.env["PATH"] ?? machine.env["Path"] ?? "";
  return list
    .split(paths.delimiter)
    .filter((folder) => paths.isAbsolute(folder))
    .flatMap((folder) => spellings(paths.join(folder, name), machine))
    .find(machine.isFile);
}

function spellings(name: string, machine: Machine): string[] {
  return machine.platform === "win32" && !/\.exe$/i.test(name) ? [`${name}.exe`] : [name];
}

function rulesOf(machine: Machine): path.PlatformPath {
  return machine.platform === "win32" ? path.win32 : path.posix;
}
