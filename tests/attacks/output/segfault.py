# What: reads where there is no memory.
# Expect: program_error
# Signal: 11
import ctypes

ctypes.string_at(0)
