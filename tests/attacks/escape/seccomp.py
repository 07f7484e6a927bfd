# What: takes its filter of system calls off, and comes in by the numbers of other architectures.
# Expect: success
# Stdout: tried
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(22, 0, 0, 0, 0)
with open("/proc/self/status") as file:
    if "Seccomp:\t0" in file.read():
        print("ESCAPED: has no filter")
# The same calls under the numbers of x32, which filters often forget.
for name, number in (("unshare", 272), ("mount", 165), ("ptrace", 521), ("bpf", 321)):
    ctypes.set_errno(0)
    if libc.syscall(0x40000000 | number, 0x10000000 if name == "unshare" else 0, 0, 0, 0, 0) >= 0:
        print("ESCAPED: called", name)
# A listener would see, and answer, its own process's calls.
program = (ctypes.c_uint64 * 1)(0x7FFF000000000006)
header = (ctypes.c_uint64 * 2)(1, ctypes.addressof(program))
notify = libc.syscall(317 if os.uname().machine == "x86_64" else 277, 1, 8, header)
if notify > 0 and os.getppid() == 1:
    pass
libc.personality(0x0040000)
print("tried")
