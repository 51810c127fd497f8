// What the user can ask for.

import * as path from "node:path";
import * as vscode from "vscode";
import { ExecuteCommandRequest } from "vscode-languageclient/node";
import type { Program } from "./launch.ts";
import type { Pages } from "./pages.ts";
import { isRule, fixingArguments } from "./asked.ts";
import { run } from "./run.ts";
import { type Service, folder } from "./service.ts";
import { SECTION } from "./settings.ts";
import { ours } from "./status.ts";

/** Let the editor know the commands. */
export function register(service: Service, pages: Pages): vscode.Disposable {
  const commands: Record<string, (given?: unknown) => unknown> = {
    restart: () => service.restart(),
    output: () => service.output.show(),
    fixAll: () => fixAll(service),
    preview: () => preview(service, pages),
    explain: (given) => explain(service, pages, given),
    measure: () => measure(service),
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, work]) => vscode.commands.registerCommand(`dockerlint.${name}`, work)),
  );
}

async function fixAll(service: Service): Promise<void> {
  const document = inFront();
  const client = service.running;
  if (document === undefined || client === undefined) {
    tell(client === undefined ? "the server does not run: see the output" : "open a Dockerfile first");
    return;
  }
  const uri = client.code2ProtocolConverter.asUri(document.uri);
  await client.sendRequest(ExecuteCommandRequest.type, { command: "dockerlint.server.fixAll", arguments: [uri] });
}

/** Show what `--fix --unsafe` would make of the file beside what it is; nothing is written. */
async function preview(service: Service, pages: Pages): Promise<void> {
  const document = inFront();
  const program = usable(service);
  if (document === undefined || program === undefined) {
    return;
  }
  const settings = vscode.workspace.getConfiguration(SECTION);
  const text = document.getText();
  const args = fixingArguments((name) => settings.get(name), document.uri.fsPath, vscode.workspace.isTrusted);
  const ran = await run(program, args, folder(), text);
  if (ran.code === undefined || ran.code > 1) {
    tell(ran.errors.trim().split("\n").at(-1) ?? "the fixes could not be worked out");
  } else if (ran.output === text) {
    tell("there is nothing to fix");
  } else {
    const name = path.basename(document.uri.fsPath);
    const fixed = await vscode.workspace.openTextDocument(pages.put(`fixed/${name}`, ran.output));
    await vscode.commands.executeCommand("vscode.diff", document.uri, fixed.uri, `${name}: all fixes`);
  }
}

/** Show what a rule is about: the one given, else one found where the cursor is, else one asked for. */
async function explain(service: Service, pages: Pages, given: unknown): Promise<void> {
  const name = typeof given === "string" ? given : await chosenRule();
  const program = usable(service);
  if (name === undefined || program === undefined) {
    return;
  }
  if (!isRule(name)) {
    tell(`${name} is no name of a rule`);
    return;
  }
  const ran = await run(program, ["explain", name], folder());
  if (ran.code === 0) {
    const page = await vscode.workspace.openTextDocument(pages.put(`${name}.txt`, ran.output));
    await vscode.window.showTextDocument(page, { preview: true, viewColumn: vscode.ViewColumn.Beside });
  } else {
    tell(ran.errors.trim().split("\n")[0] ?? `there is no rule ${name}`);
  }
}

async function chosenRule(): Promise<string | undefined> {
  const editor = vscode.window.activeTextEditor;
  const found = editor === undefined ? [] : vscode.languages.getDiagnostics(editor.document.uri).filter(ours);
  const here = found.filter((one) => editor?.selections.some((selection) => one.range.intersection(selection)));
  const among = here.length > 0 ? here : found;
  const rules = new Map(among.map((one) => [codeOf(one), one.message.split("\n")[0] ?? ""]));
  if (here.length > 0 && rules.size === 1) {
    return [...rules.keys()][0];
  }
  if (rules.size > 0) {
    const items = [...rules].map(([label, detail]) => ({ label, detail }));
    return (await vscode.window.showQuickPick(items, { title: "Explain which rule?" }))?.label;
  }
  return vscode.window.showInputBox({ title: "Explain which rule?", placeHolder: "a name or code, such as DL3020" });
}

function codeOf(diagnostic: vscode.Diagnostic): string {
  const code = diagnostic.code;
  return String(typeof code === "object" ? code.value : code);
}

/** Run `dockerlint measure` in a terminal: it builds the image, so only when the user asks. */
async function measure(service: Service): Promise<void> {
  const document = inFront();
  const program = usable(service);
  if (document === undefined || program === undefined) {
    return;
  }
  if (!vscode.workspace.isTrusted) {
    tell("measuring builds the image, which needs a trusted workspace");
    return;
  }
  if (document.isUntitled || !(await document.save())) {
    tell("save the file first");
    return;
  }
  const file = document.uri.fsPath;
  const beside = vscode.workspace.getWorkspaceFolder(document.uri);
  const cwd = path.dirname(file);
  // As a process, not as a line for a shell: a file may have any name.
  const run = new vscode.ProcessExecution(program.command, [...program.args, "measure", file], { cwd });
  const title = `measure ${path.basename(file)}`;
  const kind = { type: "dockerlint", file };
  const task = new vscode.Task(kind, beside ?? vscode.TaskScope.Workspace, title, "dockerlint", run, []);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true };
  await vscode.tasks.executeTask(task);
}

function inFront(): vscode.TextDocument | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.languageId === "dockerfile" ? document : undefined;
}

function usable(service: Service): Program | undefined {
  const program = service.program();
  if ("missing" in program) {
    tell(program.missing);
    return undefined;
  }
  return program;
}

function tell(message: string): void {
  void vscode.window.showInformationMessage(`dockerlint: ${message}`);
}
