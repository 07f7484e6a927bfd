# What: ways out of containers that others were surprised by: leaked directories, the starter's own
# program, a core dump's handler, a control group's, files by their number.
# Expect: success
# Stdout: tried
import ctypes
import os

path = os.environ["HOST_FILE"]
for number in range(1024):
    for start in (f"/proc/self/fd/{number}", f"/proc/1/fd/{number}"):
        try:
            if os.path.isdir(start) and os.path.exists(start + "/" + "../" * 12 + path):
                print("ESCAPED: out by", start)
        except OSError:
            pass
for process in ("self", "1", str(os.getppid())):
    try:
        os.close(os.open(f"/proc/{process}/exe", os.O_WRONLY | os.O_TRUNC))
        print("ESCAPED: may change the program of", process)
    except OSError:
        pass
for place, text in {"/proc/sys/kernel/core_pattern": "|/tmp/x", "/sys/kernel/uevent_helper": "/tmp/x", "/proc/sys/kernel/modprobe": "/tmp/x",
                    "/proc/sys/fs/binfmt_misc/register": ":x:M::x::/tmp/x:", "/sys/fs/cgroup/release_agent": "/tmp/x",
                    "/proc/sys/vm/panic_on_oom": "1", "/proc/self/attr/exec": "unconfined", "/proc/self/uid_map": "0 0 1"}.items():
    try:
        with open(place, "w") as file:
            file.write(text)
        print("ESCAPED: wrote to", place)
    except OSError:
        pass
handle = ctypes.create_string_buffer(b"\x08\0\0\0\x01\0\0\0\x02\0\0\0\0\0\0\0")
number = 304 if os.uname().machine == "x86_64" else 265
for start in ("/", "/usr", "/work"):
    if ctypes.CDLL(None).syscall(number, os.open(start, os.O_RDONLY), handle, 0) >= 0:
        print("ESCAPED: opened by number, from", start)
print("tried")
