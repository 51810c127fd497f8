// What is passed to dockerlint when a command runs it.

/** Whether a text can be the name, code or alias of a rule, and never an option. */
export function isRule(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(name);
}

/** The arguments that write a text on standard input with all fixes in it, under the editor's settings. */
export function fixingArguments(setting: (name: string) => unknown, file: string, trusted: boolean): string[] {
  const args = ["--fix", "--unsafe", "--quiet", `--stdin-filename=${file}`];
  const text = (name: string, option: string): void => {
    const value = setting(name);
    if (typeof value === "string" && value !== "") {
      args.push(`${option}=${value}`);
    }
  };
  const list = (name: string, option: string): void => {
    const value = setting(name);
    if (Array.isArray(value) && value.length > 0) {
      args.push(`${option}=${value.join(",")}`);
    }
  };
  // Plugins are code of the workspace, which a configuration file can name.
  if (setting("isolated") === true || !trusted) {
    args.push("--isolated");
  } else {
    text("config", "--config");
  }
  text("profile", "--profile");
  list("select", "--select");
  list("extendSelect", "--extend-select");
  list("ignore", "--ignore");
  text("minimumSeverity", "--severity");
  const shellcheck = setting("shellcheck");
  if (typeof shellcheck === "boolean") {
    args.push(shellcheck ? "--shellcheck" : "--no-shellcheck");
  }
  return [...args, "-"];
}
