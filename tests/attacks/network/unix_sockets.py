# What: reaches sockets of the host that have a path, and such that have only a name.
# Expect: success
# Stdout: tried
import os
import socket

targets = [os.environ["HOST_SOCKET"], "\0" + os.environ["HOST_ABSTRACT_SOCKET"], "/var/run/docker.sock", "/run/docker.sock",
           "/run/containerd/containerd.sock", "/run/docker/containerd/containerd.sock", "/run/systemd/private",
           "/run/dbus/system_bus_socket", "\0/containerd-shim/moby.sock"]
for target in targets:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        try:
            socket.socket(socket.AF_UNIX, kind).connect(target)
            print("ESCAPED: reached", target)
        except OSError:
            pass
print("tried")
