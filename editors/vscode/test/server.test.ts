// The real server: found, looked at and started as the extension does.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { type MessageConnection, StreamMessageReader, StreamMessageWriter, createMessageConnection } from "vscode-jsonrpc/node";
import { isRule, fixingArguments } from "../src/asked.ts";
import { type Program, find } from "../src/launch.ts";
import { fault } from "../src/probe.ts";
import { run } from "../src/run.ts";
import { forServer } from "../src/settings.ts";

const isFile = (name: string): boolean => statSync(name, { throwIfNoEntry: false })?.isFile() ?? false;
const given = { platform: process.platform, env: process.env, home: homedir(), folder: undefined, isFile };
const wanted = { path: process.env["DOCKERLINT"] ?? "", interpreter: process.env["DOCKERLINT_PYTHON"] ?? "" };
const found = find(wanted, given);
const skip = "missing" in found ? `${found.missing}; DOCKERLINT or DOCKERLINT_PYTHON can name it` : false;
const program = found as Program;
const TEXT = "FROM alpine:3.20\r\n# 🐳 é\r\nADD app.py /app/\r\n";

async function speaking(folder: string, talk: (connection: MessageConnection) => Promise<void>): Promise<number> {
  const child = spawn(program.command, [...program.args, "lsp"], { cwd: folder });
  const ended = new Promise<number>((done) => child.on("exit", (code) => done(code ?? -1)));
  const connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  connection.onRequest("workspace/configuration", () => [forServer({ ignore: ["untagged-base"] }, false)]);
  connection.onRequest("client/registerCapability", () => null);
  connection.listen();
  try {
    await connection.sendRequest("initialize", {
      processId: process.pid,
      rootUri: null,
      initializationOptions: forServer({}, false),
      capabilities: {
        workspace: { configuration: true, applyEdit: true, workspaceEdit: { documentChanges: true } },
        textDocument: { diagnostic: { dynamicRegistration: true } },
      },
    });
    await connection.sendNotification("initialized", {});
    await talk(connection);
    await connection.sendRequest("shutdown");
    await connection.sendNotification("exit");
    return await ended;
  } finally {
    connection.dispose();
    child.kill();
  }
}

test("a dockerlint with its server has no fault, and what is none has one", { skip }, async () => {
  assert.equal(await fault(program), undefined);
  assert.match((await fault({ command: process.execPath, args: [] })) ?? "", /could not be started/);
  assert.match((await fault({ command: "/nowhere/dockerlint", args: [] })) ?? "", /ENOENT/);
});

test("the server finds a fault and the command fixes it, under the settings of the client", { skip }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "dockerlint-vscode-"));
  const file = path.join(folder, "Dockerfile");
  writeFileSync(file, TEXT);
  const uri = `file://${file}`;
  const code = await speaking(folder, async (connection) => {
    const edited = new Promise<unknown>((done) => {
      connection.onRequest("workspace/applyEdit", (params: { edit: unknown }) => {
        done(params.edit);
        return { applied: true };
      });
    });
    const text = "from alpine:3.20\r\nRUN true\r\n";
    await connection.sendNotification("textDocument/didOpen", {
      textDocument: { uri, languageId: "dockerfile", version: 1, text: TEXT },
    });
    const report = await connection.sendRequest<{ items: { code: string; range: unknown; source: string }[] }>(
      "textDocument/diagnostic",
      { textDocument: { uri } },
    );
    const [first] = report.items.filter((one) => one.code === "DL3020");
    assert.deepEqual(first?.range, { start: { line: 2, character: 0 }, end: { line: 2, character: 3 } });
    assert.equal(first?.source, "dockerlint");
    await connection.sendNotification("textDocument/didChange", {
      textDocument: { uri, version: 2 },
      contentChanges: [{ text }],
    });
    await connection.sendRequest("workspace/executeCommand", { command: "dockerlint.server.fixAll", arguments: [uri] });
    assert.match(JSON.stringify(await edited), /FROM alpine/);
  });
  assert.equal(code, 0);
});

test("all fixes are written to standard output and nowhere else, and a rule of a finding can be explained", { skip }, async () => {
  const args = fixingArguments(() => undefined, "/somewhere/Dockerfile", false);
  const ran = await run(program, args, undefined, TEXT);
  assert.equal(ran.output, TEXT.replace("ADD", "COPY"));
  assert.ok(isRule("DL3020"));
  const page = await run(program, ["explain", "DL3020"]);
  assert.equal(page.code, 0);
  assert.match(page.output, /COPY/);
});
