# What: kills everybody, itself too. The agent is not among them, or there would be no last word.
# Expect: program_error | success
kill -KILL -1
kill -KILL 1
echo alive
