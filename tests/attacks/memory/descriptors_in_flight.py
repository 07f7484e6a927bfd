# What: descriptors that are sent and never received are open in no process, so no limit counts them.
# Expect: success | memory_limit
# Limits: timeout=30s memory=64MiB
import array
import os
import socket

held = 0
left, right = socket.socketpair()
left.setblocking(False)
try:
    for number in range(20_000):
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        held += os.write(writer, b"x" * 65536)
        message = array.array("i", [reader, writer])
        left.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, message)])
        os.close(reader)
        os.close(writer)
except OSError:
    pass
if held > 64 * 2**20 + 128 * 2**20:
    print("ESCAPED:", held, "bytes in flight")
