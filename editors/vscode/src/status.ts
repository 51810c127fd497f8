// The status bar: whether the server runs, and how much it found in the file in front.

import * as vscode from "vscode";
import { type State, told } from "./statustext.ts";

/** The item in the status bar; shown where a Dockerfile is in front. */
export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("dockerlint", vscode.StatusBarAlignment.Right, 50);
  private readonly listeners: vscode.Disposable[];
  private state: State = { kind: "stopped" };

  constructor() {
    this.item.name = "dockerlint";
    this.listeners = [
      vscode.window.onDidChangeActiveTextEditor(() => this.draw()),
      vscode.languages.onDidChangeDiagnostics(() => this.draw()),
      vscode.workspace.onDidOpenTextDocument(() => this.draw()),
    ];
    this.draw();
  }

  /** Show another state of the server. */
  set(state: State): void {
    this.state = state;
    this.draw();
  }

  private draw(): void {
    const document = vscode.window.activeTextEditor?.document;
    if (document?.languageId !== "dockerfile") {
      this.item.hide();
      return;
    }
    const found = vscode.languages.getDiagnostics(document.uri).filter(ours).length;
    const { text, tooltip, command, alarming } = told(this.state, found);
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.command = command;
    this.item.backgroundColor = alarming ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    this.item.show();
  }

  dispose(): void {
    vscode.Disposable.from(this.item, ...this.listeners).dispose();
  }
}

/** Whether a diagnostic comes from dockerlint. */
export function ours(diagnostic: vscode.Diagnostic): boolean {
  return diagnostic.source === "dockerlint";
}
