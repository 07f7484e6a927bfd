# What: prints NUL bytes.
# Expect: success
# Says: before
# Says: after
printf 'before\0\0after\n'
