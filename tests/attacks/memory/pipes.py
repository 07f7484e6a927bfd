# What: bytes in pipes are memory of the kernel, and of no process.
# Expect: success | memory_limit
# Limits: timeout=30s memory=64MiB
import fcntl
import os

held = 0
try:
    for number in range(400):
        reader, writer = os.pipe()
        try:
            fcntl.fcntl(writer, 1031, 1 << 20)
        except OSError:
            pass
        os.set_blocking(writer, False)
        try:
            while True:
                held += os.write(writer, b"x" * 65536)
        except BlockingIOError:
            pass
except OSError:
    pass
# The kernel's buffers are small, and descriptors are few: this is what both allow together.
if held > 64 * 2**20 + 128 * 2**20:
    print("ESCAPED:", held, "bytes in pipes")
