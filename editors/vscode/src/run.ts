// Runs dockerlint to its end.

import { execFile } from "node:child_process";
import type { Program } from "./launch.ts";

/** What a run said. `code` is undefined where it could not be started or was cut off. */
export interface Ran {
  readonly code: number | undefined;
  readonly output: string;
  readonly errors: string;
}

const LIMIT = { timeout: 30_000, maxBuffer: 16 * 1024 * 1024 };

/** Run a program with a text on its standard input; never rejects. */
export function run(program: Program, args: readonly string[], folder?: string, input = ""): Promise<Ran> {
  return new Promise((done) => {
    const given = { ...LIMIT, ...(folder === undefined ? {} : { cwd: folder }) };
    const child = execFile(program.command, [...program.args, ...args], given, (error, output, errors) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : undefined;
      done({ code, output, errors: errors === "" && code === undefined ? String(error?.message) : errors });
    });
    // It may end without reading.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}
