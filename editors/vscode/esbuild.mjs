// Bundles the extension into dist/, or with --tests each test into out/.
import { readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

const tests = process.argv.includes("--tests");
const production = process.argv.includes("--production");
const folder = tests ? "out" : "dist";
rmSync(folder, { recursive: true, force: true });
await build({
  entryPoints: tests
    ? readdirSync("test").filter((name) => name.endsWith(".test.ts")).map((name) => `test/${name}`)
    : ["src/extension.ts"],
  outdir: folder,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  external: ["vscode"],
  sourcemap: !production,
  minify: production,
  legalComments: "inline",
  logLevel: "warning",
});
