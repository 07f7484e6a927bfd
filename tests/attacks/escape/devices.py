# What: opens devices: disks, memory, virtual machines, file systems, the host's log.
# Expect: success
# Stdout: tried
import os

HARMLESS = {"null", "zero", "full", "random", "urandom", "stdin", "stdout", "stderr", "fd", "shm", "tty", "ptmx", "pts", "core", "mqueue"}
PROBED = ["vda", "sda", "nvme0n1", "mem", "kmem", "port", "kvm", "kmsg", "loop-control", "loop0", "mapper/control", "vhost-net",
          "uinput", "rtc", "hpet", "cpu/0/msr", "userfaultfd", "snapshot", "console", "fuse", "dri/card0", "nvram"]
with open("/proc/version") as file:
    if "4.4.0" in file.read():
        # This one is gVisor's own, and nothing without a mount.
        HARMLESS.add("fuse")
for name in {*PROBED, *os.listdir("/dev")} - HARMLESS:
    if os.path.isdir("/dev/" + name):
        continue
    for mode in (os.O_RDONLY, os.O_WRONLY):
        try:
            os.open("/dev/" + name, mode | os.O_NONBLOCK)
            print("ESCAPED: opened", name, mode)
        except OSError:
            pass
print("tried")
