# What: closes all that it was given.
# Expect: program_error
# Exit: 5
import os

os.closerange(0, 1024)
os._exit(5)
