// The server's life: found, started, restarted, stopped.

import { statSync } from "node:fs";
import { homedir } from "node:os";
import * as vscode from "vscode";
import { LanguageClient, State as ClientState } from "vscode-languageclient/node";
import { options } from "./client.ts";
import { type Missing, type Program, find } from "./launch.ts";
import { INSTALL, fault } from "./probe.ts";
import { SECTION } from "./settings.ts";
import type { Status } from "./status.ts";

/** Keeps at most one server running. */
export class Service {
  private client: LanguageClient | undefined;
  private leaving: LanguageClient | undefined;
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly status: Status,
    readonly output: vscode.LogOutputChannel,
  ) {}

  /** Stop the server that runs and start one as the settings are now; one call waits for the other. */
  restart(): Promise<void> {
    return this.next(async () => {
      await this.end();
      await this.begin();
    });
  }

  /** Stop the server. */
  stop(): Promise<void> {
    return this.next(() => this.end());
  }

  /** The server's client where it runs. */
  get running(): LanguageClient | undefined {
    return this.client?.state === ClientState.Running ? this.client : undefined;
  }

  /** The program that the settings mean now. */
  program(): Program | Missing {
    const settings = vscode.workspace.getConfiguration(SECTION);
    const wanted = { path: settings.get("path", ""), interpreter: settings.get("interpreter", "") };
    return find(wanted, {
      platform: process.platform,
      env: process.env,
      home: homedir(),
      folder: folder(),
      isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
    });
  }

  private next(work: () => Promise<void>): Promise<void> {
    this.leaving = this.client;
    this.turn = this.turn.then(work).catch((error: unknown) => this.fail(String(error)));
    return this.turn;
  }

  private async begin(): Promise<void> {
    if (!vscode.workspace.getConfiguration(SECTION).get("enable", true)) {
      this.status.set({ kind: "off" });
      return;
    }
    this.status.set({ kind: "starting" });
    const program = this.program();
    const reason = "missing" in program ? program.missing : await fault(program, folder());
    if ("missing" in program || reason !== undefined) {
      this.fail(reason ?? "", true);
      return;
    }
    this.output.info(`starting ${[program.command, ...program.args, "lsp"].join(" ")}`);
    const stays = (): boolean => this.running === client && this.leaving !== client;
    const client: LanguageClient = new LanguageClient(SECTION, "dockerlint", server(program), options(this.output, stays));
    this.client = client;
    client.onDidChangeState(({ newState }) => {
      if (newState === ClientState.Running) {
        const version = client.initializeResult?.serverInfo?.version ?? "";
        this.status.set({ kind: "running", version });
      } else if (newState === ClientState.Stopped && this.client === client) {
        this.status.set({ kind: "stopped" });
      }
    });
    await client.start();
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client !== undefined) {
      // One that never came up cannot be stopped, and need not be.
      await client.dispose().catch((error: unknown) => this.output.warn(String(error)));
    }
    this.status.set({ kind: "stopped" });
  }

  private fail(reason: string, install = false): void {
    this.status.set({ kind: "failed", reason });
    this.output.error(reason);
    const advice = install ? `: ${INSTALL}, or set dockerlint.path or dockerlint.interpreter` : "";
    void this.offer(`dockerlint: ${reason}${advice}`);
  }

  private async offer(message: string): Promise<void> {
    const chosen = await vscode.window.showErrorMessage(message, "Open settings", "Try again");
    if (chosen === "Open settings") {
      await vscode.commands.executeCommand("workbench.action.openSettings", "dockerlint.");
    } else if (chosen === "Try again") {
      await this.restart();
    }
  }
}

/** The first folder of the workspace, where the server is started. */
export function folder(): string | undefined {
  return vscode.workspace.workspaceFolders?.find((one) => one.uri.scheme === "file")?.uri.fsPath;
}

function server(program: Program): { command: string; args: string[]; options: { cwd?: string } } {
  const cwd = folder();
  return { command: program.command, args: [...program.args, "lsp"], options: cwd === undefined ? {} : { cwd } };
}
