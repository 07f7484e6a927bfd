# What: arguments whose names mean something to the shell, or to those it starts.
# Expect: success
# Arguments: {"PATH": "/tmp", "IFS": "x", "BASH_ENV": "/work/hook", "LD_PRELOAD": "/work/hook", "PS4": "$(echo ESCAPED)", "PROMPT_COMMAND": "echo ESCAPED", "ENV": "/work/hook", "SHELL": "/work/hook"}
# Result: "fine"
main() { printf '"fine"' >&3; }
