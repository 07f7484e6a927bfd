# What: asks for more memory than any machine has. It is refused, and has used none.
# Expect: program_error
# Exit: 1
# Says: MemoryError
bytearray(1 << 60)
