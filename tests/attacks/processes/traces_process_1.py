# What: traces process 1, and reads and writes its memory.
# Expect: success
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
ATTACH, SEIZE = 16, 0x4206
for request in (ATTACH, SEIZE):
    if libc.ptrace(request, 1, 0, 0) == 0:
        print("ESCAPED: traces process 1")
buffer = ctypes.create_string_buffer(8)
vector = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 8)
for address in (0x400000, 0x401000, 0x200000):
    remote = (ctypes.c_size_t * 2)(address, 8)
    if libc.process_vm_readv(1, vector, 1, remote, 1, 0) > 0:
        print("ESCAPED: read the memory of process 1")
    if libc.process_vm_writev(1, vector, 1, remote, 1, 0) > 0:
        print("ESCAPED: wrote to the memory of process 1")
