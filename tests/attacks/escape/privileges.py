# What: becomes somebody else, or gets back a capability.
# Expect: success
# Stdout: tried
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
if 0 in os.getresuid() + os.getresgid() + tuple(os.getgroups()):
    print("ESCAPED: is root")
with open("/proc/self/status") as file:
    status = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
# What may still be gained (CapBnd) is nothing, because no new privileges can be got.
for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
    if int(status.get(name, "0"), 16):
        print("ESCAPED:", name, status[name])
if status.get("NoNewPrivs", "1") != "1":
    print("ESCAPED: may get new privileges")
for change in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0]), lambda: os.setresuid(0, 0, 0),
               lambda: os.setreuid(-1, 0), lambda: os.seteuid(0), lambda: os.setuid(1)):
    try:
        change()
        print("ESCAPED: is", os.getresuid())
    except OSError:
        pass
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
data = (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
if libc.capset(header, data) == 0:
    print("ESCAPED: has capabilities")
if libc.prctl(47, 2, 0, 0, 0) == 0 or libc.prctl(28, 0, 0, 0, 0) == 0:
    print("ESCAPED: changed what may be inherited")
print("tried")
