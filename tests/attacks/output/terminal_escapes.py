# What: prints what a terminal takes for commands, and what JSON takes for its own signs.
# Expect: success
# Says: after
import sys

sys.stdout.write('\x1b[2J\x1b]0;title\x07\x1b]52;c;eA==\x07\x9b2J\u202e"}],\\u0000\\" after\n')
