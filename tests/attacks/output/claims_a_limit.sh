# What: ends with the number, and the words, of a program that ran out of memory.
# Expect: program_error
# Exit: 137
echo 'Killed: memory_limit, out of memory' >&2
exit 137
