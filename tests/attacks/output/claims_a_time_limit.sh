# What: ends with the number of a program that ran out of time.
# Expect: program_error
# Exit: 124
exit 124
