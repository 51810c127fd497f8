// What the client tells the server of the editor.

import * as vscode from "vscode";
import type { LanguageClientOptions } from "vscode-languageclient/node";
import { SECTION, forServer } from "./settings.ts";

/** How the client speaks with the server; `stays` tells whether it is not about to be stopped. */
export function options(output: vscode.LogOutputChannel, stays: () => boolean): LanguageClientOptions {
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
        // A message to one that is about to be stopped would have it started again.
        didChangeConfiguration: async (_sections, next) => (stays() ? next(undefined) : undefined),
      },
    },
  };
}
