# What: reboots, swaps, renames the machine, and reads what the kernel keeps to itself.
# Expect: success
# Stdout: tried
import ctypes
import os
import socket

libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(4096)
tries = {
    "reboot": lambda: libc.reboot(0),
    "swap": lambda: libc.swapon(b"/tmp/x", 0),
    "swap no more": lambda: libc.swapoff(b"/tmp/x"),
    "name the machine": lambda: libc.sethostname(b"attack", 6),
    "name its domain": lambda: libc.setdomainname(b"attack", 6),
    "talk to ports": lambda: libc.ioperm(0x80, 1, 1),
    "talk to all ports": lambda: libc.iopl(3),
    "hang the terminal up": lambda: libc.vhangup(),
    "empty the kernel's log": lambda: libc.klogctl(5, buffer, 4096),
    "set the time": lambda: libc.settimeofday(ctypes.create_string_buffer(16), None),
}
name = socket.gethostname()
for what, attempt in tries.items():
    if attempt() == 0:
        print("ESCAPED: could", what)
if socket.gethostname() != name:
    print("ESCAPED: changed the name")
for path in ("/proc/kcore", "/proc/kmem", "/proc/kallsyms", "/sys/kernel/debug/tracing", "/sys/firmware/efi", "/boot/vmlinuz",
             "/proc/sched_debug", "/sys/kernel/security/lockdown", "/proc/timer_list", "/proc/keys", "/proc/scsi/scsi"):
    try:
        with open(path, "rb") as file:
            text = file.read(1 << 20)
            # Addresses that are all zero tell nothing.
            if text and (path != "/proc/kallsyms" or any(line.split()[0].strip(b"0") for line in text.splitlines()[:50])):
                print("ESCAPED: read", path, text[:300])
    except OSError:
        pass
print("tried")
