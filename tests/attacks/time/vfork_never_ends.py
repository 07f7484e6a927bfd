# What: the parent is stuck in vfork, where no signal but the last reaches it.
# Expect: time_limit
# Limits: timeout=2s
import ctypes

libc = ctypes.CDLL(None)
code = ctypes.c_char_p(b"/bin/sh")
# The child of vfork shares our memory: it may do nothing but stop.
if libc.vfork() == 0:
    libc.pause()
