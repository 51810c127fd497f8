// The settings as the server gets them.

/** The section of the settings. */
export const SECTION = "dockerlint";

/** Settings for the server: without plugins where the workspace is not trusted. */
export function forServer(given: unknown, trusted: boolean): Record<string, unknown> {
  const settings = typeof given === "object" && given !== null ? { ...given } : {};
  return trusted ? settings : { ...settings, plugins: false };
}
