# What: ends with 0 before `main` says anything.
# Expect: no_result
# Exit: 0
# Arguments: {}
# Result: none
main() { exit 0; }
