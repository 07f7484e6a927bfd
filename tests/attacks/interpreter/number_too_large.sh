# What: a number that no computer's number can hold.
# Expect: no_result
# Arguments: {}
# Result: none
main() { printf '1e999999' >&3; }
