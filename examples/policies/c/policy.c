// Commands that go through a shell, in C.
//
// `build/policy.h` is the contract; `lazaret policy build` makes it. What is returned is freed by the
// generated code, so texts and lists are allocated; an instance judges one file and is thrown away.
#include <stdlib.h>
#include <string.h>

#include "policy.h"

static policy_string_t text(const char *words) {
  policy_string_t copy;
  policy_string_dup(&copy, words);
  return copy;
}

static bool is(policy_string_t given, const char *words) {
  return given.len == strlen(words) && memcmp(given.ptr, words, given.len) == 0;
}

// Adds one more to a list of the contract.
#define PUSH(list, ...)                                                            \
  do {                                                                             \
    (list).ptr = realloc((list).ptr, ((list).len + 1) * sizeof *(list).ptr);       \
    (list).ptr[(list).len++] = __VA_ARGS__;                                        \
  } while (0)

void exports_policy_describe(types_manifest_t *manifest) {
  *manifest = (types_manifest_t){
      .id = text("no-shell"),
      .version = text("0.1.0"),
      .summary = text("commands that go through a shell"),
  };
  PUSH(manifest->languages, text("python"));
  PUSH(manifest->interests, (types_interest_t){text("call"), text("subprocess.*")});
  types_rule_t rule = {
      .id = text("shell-true"),
      .title = text("a command goes through a shell"),
      .default_severity = TYPES_SEVERITY_HIGH,
      .help = text("give the words of the command as a list, without `shell`"),
  };
  PUSH(rule.attributes, (policy_tuple2_string_string_t){text("cwe"), text("78")});
  PUSH(manifest->rules, rule);
}

void exports_policy_validate_settings(types_json_t *settings, exports_policy_list_settings_error_t *errors) {
  *errors = (exports_policy_list_settings_error_t){0};
}

static bool is_shell_true(types_argument_t argument) {
  return argument.name.is_some && is(argument.name.val, "shell") &&
         argument.literal.is_some && is(argument.literal.val, "true");
}

bool exports_policy_check(types_json_t *settings, types_unit_t *unit, exports_policy_list_finding_t *findings,
                          policy_string_t *error) {
  *findings = (exports_policy_list_finding_t){0};
  for (size_t i = 0; i < unit->facts.len; i++) {
    types_fact_t call = unit->facts.ptr[i];
    for (size_t j = 0; j < call.arguments.len; j++)
      // With more than the host takes, the policy would fail.
      if (is_shell_true(call.arguments.ptr[j]) && findings->len < 1000)
        PUSH(*findings, (types_finding_t){.rule = text("shell-true"), .span = call.span});
  }
  return true;
}
