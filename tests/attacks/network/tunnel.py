# What: opens the device that makes tunnels, and other doors of the kernel to the network.
# Expect: success
# Stdout: tried
import fcntl
import os
import struct

try:
    # gVisor lets everybody open its own; what counts is an interface.
    tunnel = os.open("/dev/net/tun", os.O_RDWR)
    TUNSETIFF, TUN, NO_HEADER = 0x400454CA, 0x1, 0x1000
    fcntl.ioctl(tunnel, TUNSETIFF, struct.pack("16sH22x", b"attack0", TUN | NO_HEADER))
    print("ESCAPED: made a tunnel")
except OSError:
    pass
for path in ("/dev/vhost-net", "/dev/vsock", "/dev/vhost-vsock", "/dev/ppp", "/proc/net/vlan/config"):
    try:
        os.open(path, os.O_RDWR)
        print("ESCAPED: opened", path)
    except OSError:
        pass
print("tried")
