# What: sockets that are no network, and lead out all the same: to the hypervisor, to drivers.
# Expect: success
# Stdout: tried
import socket

try:
    with socket.socket(40, socket.SOCK_STREAM) as hypervisor:
        hypervisor.settimeout(0.5)
        for host in (0, 1, 2):
            for port in (22, 1024, 2024, 5001):
                try:
                    hypervisor.connect((host, port))
                    print("ESCAPED: reached", host, port)
                except OSError:
                    pass
except OSError:
    pass
for family in (17, 21, 29, 30, 31, 38, 40, 44, 45):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        try:
            socket.socket(family, kind)
            print("ESCAPED: made a socket of family", family, kind)
        except OSError:
            pass
print("tried")
