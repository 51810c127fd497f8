// Where the editor comes in.

import * as vscode from "vscode";
import * as commands from "./commands.ts";
import { Pages } from "./pages.ts";
import { Service } from "./service.ts";
import { SECTION } from "./settings.ts";
import { Status } from "./status.ts";

// Settings that decide which server runs; the others the server is told of by the client.
const OF_THE_START = ["enable", "path", "interpreter"];

let service: Service | undefined;

/** Start the server, and have it started again when it has to be another one. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("dockerlint", { log: true });
  const status = new Status();
  const pages = new Pages();
  const started = new Service(status, output);
  service = started;
  context.subscriptions.push(
    output,
    status,
    pages,
    commands.register(started, pages),
    vscode.workspace.onDidGrantWorkspaceTrust(() => started.restart()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (OF_THE_START.some((name) => change.affectsConfiguration(`${SECTION}.${name}`))) {
        void started.restart();
      }
    }),
  );
  await started.restart();
}

/** Leave nothing running. */
export async function deactivate(): Promise<void> {
  await service?.stop();
}
