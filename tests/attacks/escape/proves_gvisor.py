# What: none; the kernel that it sees is gVisor's, or everything here would be about another sandbox.
# Expect: success
# Stdout: gVisor
# On: docker
with open("/proc/version") as file:
    version = file.read()
print("gVisor" if "4.4.0" in version or "gvisor" in version.lower() else "ESCAPED: " + version)
