# What: is ended by the signal that the end of processor time sends; its own.
# Expect: program_error
# Signal: 24
import os
import signal

os.kill(os.getpid(), signal.SIGXCPU)
