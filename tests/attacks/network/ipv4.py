# What: reaches the world over IPv4.
# Expect: success
# Stdout: tried
import socket

for address in ("1.1.1.1", "8.8.8.8", "93.184.216.34"):
    for port in (53, 80, 443):
        try:
            socket.create_connection((address, port), timeout=0.5)
            print("ESCAPED: reached", address, port)
        except OSError:
            pass
print("tried")
