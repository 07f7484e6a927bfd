# What: reaches a port of the host, by every address that the host has.
# Expect: success
# Stdout: tried
import os
import socket

for address in os.environ["HOST_ADDRESSES"].split():
    for port in (int(os.environ["HOST_PORT"]), 22, 2375, 2376, 8600):
        try:
            socket.create_connection((address, port), timeout=0.5)
            print("ESCAPED: reached", address, port)
        except OSError:
            pass
print("tried")
