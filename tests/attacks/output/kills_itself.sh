# What: is ended by the signal that the end of memory sends; its own.
# Expect: program_error
# Signal: 9
kill -KILL $$
