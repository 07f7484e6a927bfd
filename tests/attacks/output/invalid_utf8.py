# What: prints bytes that are no text.
# Expect: success
# Says: before
# Says: after
import sys

sys.stdout.buffer.write(b"before \xff\xfe\xc3\x28\xed\xa0\x80 after\n")
