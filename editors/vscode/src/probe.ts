// Whether a program is a dockerlint with its server, before it is started as one.

import type { Program } from "./launch.ts";
import { run } from "./run.ts";

export const INSTALL = "pip install 'dockerlint[lsp]'";

/** What keeps the server from running, in words for the user; undefined where nothing does. */
export async function fault(program: Program, folder?: string): Promise<string | undefined> {
  // A server whose editor is gone at once ends with 1; one that cannot serve says so and ends with 2.
  const ran = await run(program, ["lsp"], folder);
  if (ran.code === 1 && !/error/i.test(ran.errors)) {
    return undefined;
  }
  return why(program, ran.errors);
}

/** The reason in what a program wrote to its standard error. */
export function why(program: Program, errors: string): string {
  const needs = /the language server needs (\S+), which is not installed/.exec(errors);
  if (needs !== null) {
    return `the language server needs ${needs[1]}, which is not installed`;
  }
  if (/No module named '?dockerlint/.test(errors)) {
    return `dockerlint is not installed for ${program.command}`;
  }
  const last = errors.trim().split("\n").at(-1);
  return `${program.command} could not be started as a language server${last ? `: ${last}` : ""}`;
}
