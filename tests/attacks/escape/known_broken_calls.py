# What: parts of the kernel that programs seldom need, and attackers often.
# Expect: success
# Stdout: tried
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
X86 = {"bpf": 321, "io_uring_setup": 425, "userfaultfd": 323, "perf_event_open": 298, "keyctl": 250, "add_key": 248,
       "request_key": 249, "kexec_load": 246, "init_module": 175, "finit_module": 313, "open_by_handle_at": 304,
       "lookup_dcookie": 212, "quotactl": 179, "acct": 163, "uselib": 134, "modify_ldt": 154, "nfsservctl": 180,
       "fsopen": 430, "open_tree": 428, "move_mount": 429, "mount_setattr": 442}
ARM = {"bpf": 280, "io_uring_setup": 425, "userfaultfd": 282, "perf_event_open": 241, "keyctl": 219, "add_key": 217,
       "kexec_load": 104, "init_module": 105, "open_by_handle_at": 265, "acct": 89, "fsopen": 430, "open_tree": 428}
for name, number in (X86 if os.uname().machine == "x86_64" else ARM).items():
    ctypes.set_errno(0)
    if libc.syscall(number, 0, 0, 0, 0, 0) >= 0:
        print("ESCAPED: called", name)
    # EFAULT or EINVAL would mean that the kernel had looked at it.
    elif ctypes.get_errno() not in (1, 38):
        print("ESCAPED: reached", name, ctypes.get_errno())
print("tried")
