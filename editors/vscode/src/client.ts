// What the client tells the server of the editor.

import * as vscode from "vscode";
import type { LanguageClientOptions } from "vscode-languageclient/node";
import { SECTION, forServer } from "./settings.ts";

/** How the client speaks with the server. */
export function options(output: vscode.LogOutputChannel): LanguageClientOptions {
  return {
    documentSelector: [
      { language: "dockerfile", scheme: "file" },
      { language: "dockerfile", scheme: "untitled" },
    ],
    outputChannel: output,
    initializationOptions: forServer({}, vscode.workspace.isTrusted),
    middleware: {
      workspace: {
        configuration: async (params, token, next) => {
          const given = await next(params, token);
          return Array.isArray(given)
            ? given.map((one, at) =>
                params.items[at]?.section === SECTION ? forServer(one, vscode.workspace.isTrusted) : one,
              )
            : given;
        },
        // Without the settings in it: the server asks for them, and gets them as above.
        didChangeConfiguration: (_sections, next) => next(undefined),
      },
    },
  };
}
