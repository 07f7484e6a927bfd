# What: mounts, and gets out of the mounts that there are.
# Expect: success
# Stdout: tried
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
os.makedirs("/tmp/new/old", exist_ok=True)
tries = {
    "mount a tmpfs": lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, None),
    "mount proc": lambda: libc.mount(b"proc", b"/tmp", b"proc", 0, None),
    "mount the disk": lambda: libc.mount(b"/dev/vda", b"/tmp", b"ext4", 0, None),
    "bind the root": lambda: libc.mount(b"/", b"/tmp", None, 4096, None),
    "make it writable": lambda: libc.mount(None, b"/", None, 32 | 4096, None),
    "share it": lambda: libc.mount(None, b"/", None, 1 << 20, None),
    "unmount proc": lambda: libc.umount2(b"/proc", 2),
    "unmount the root": lambda: libc.umount2(b"/", 2),
    "change the root": lambda: libc.chroot(b"/tmp"),
    "turn the root": lambda: libc.syscall(155 if os.uname().machine == "x86_64" else 41, b"/tmp/new", b"/tmp/new/old"),
}
for name, attempt in tries.items():
    if attempt() == 0:
        print("ESCAPED: could", name)
print("tried")
