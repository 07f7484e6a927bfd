# What: bytes in sockets are memory of the kernel, and of no process.
# Expect: success | memory_limit
# Limits: timeout=30s memory=64MiB
import socket

held, kept = 0, []
try:
    for number in range(400):
        pair = socket.socketpair()
        kept.append(pair)
        pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 << 20)
        pair[0].setblocking(False)
        try:
            while True:
                held += pair[0].send(b"x" * 65536)
        except BlockingIOError:
            pass
except OSError:
    pass
if held > 64 * 2**20 + 128 * 2**20:
    print("ESCAPED:", held, "bytes in sockets")
