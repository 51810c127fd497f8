// What the status bar says.

/** How the server is. */
export type State =
  | { readonly kind: "starting" | "stopped" | "off" }
  | { readonly kind: "running"; readonly version: string }
  | { readonly kind: "failed"; readonly reason: string };

/** What the status bar shows, and the command of a click on it. */
export interface Told {
  readonly text: string;
  readonly tooltip: string;
  readonly command: string;
  readonly alarming: boolean;
}

/** What to show for a server and a number of findings in the file in front. */
export function told(state: State, found: number): Told {
  const shown = (text: string, tooltip: string, command = "dockerlint.output"): Told => ({
    text,
    tooltip,
    command,
    alarming: state.kind === "failed",
  });
  switch (state.kind) {
    case "starting":
      return shown("$(loading~spin) dockerlint", "dockerlint is starting");
    case "stopped":
      return shown("$(circle-slash) dockerlint", "dockerlint has stopped: click to start it", "dockerlint.restart");
    case "off":
      return shown("$(circle-slash) dockerlint", "dockerlint is switched off (dockerlint.enable)");
    case "failed":
      return shown("$(error) dockerlint", `dockerlint: ${state.reason}`);
    case "running": {
      const number = found === 0 ? "nothing found" : found === 1 ? "1 finding" : `${found} findings`;
      const tooltip = `dockerlint ${state.version}: ${number} in this file`;
      return found === 0
        ? shown("$(check) dockerlint", tooltip)
        : shown(`$(warning) dockerlint ${found}`, tooltip, "workbench.actions.view.problems");
    }
  }
}
