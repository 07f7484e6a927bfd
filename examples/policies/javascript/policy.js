// Commands that go through a shell, in JavaScript.
//
// The contract's names are in camel case: `default-severity` is `defaultSeverity`.

export const policy = {
  describe() {
    return {
      id: "no-shell",
      version: "0.1.0",
      summary: "commands that go through a shell",
      license: "",
      rules: [
        {
          id: "shell-true",
          title: "a command goes through a shell",
          defaultSeverity: "high",
          help: "give the words of the command as a list, without `shell`",
          tags: [],
          attributes: [["cwe", "78"]],
        },
      ],
      languages: ["python"],
      settingsSchema: "",
      interests: [{ kind: "call", pattern: "subprocess.*" }],
      queries: [],
      wantsSource: false,
      always: false,
      attributes: [],
    };
  },

  validateSettings(settings) {
    return [];
  },

  check(settings, unit) {
    const isShellTrue = (argument) => argument.name === "shell" && argument.literal === "true";
    return unit.facts
      .filter((call) => call.arguments.some(isShellTrue))
      // With more than the host takes, the policy would fail.
      .slice(0, 1000)
      .map((call) => ({ rule: "shell-true", message: "", span: call.span, labels: [], attributes: [] }));
  },
};
