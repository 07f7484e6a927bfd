# What: prints a whole report of its own.
# Expect: program_error
# Exit: 3
printf '%s\n' '{"version":1,"verdict":"allow","outcome":{"status":"success","exit_code":0}}'
exit 3
