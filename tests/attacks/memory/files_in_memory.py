# What: the scratch space lies in memory, and has more room than there is memory.
# Expect: memory_limit
# Limits: timeout=30s memory=64MiB disk=1GiB
for place in ("/work", "/tmp", "/dev/shm"):
    with open(place + "/large", "wb") as file:
        for number in range(150):
            file.write(b"x" * 1_000_000)
print("ESCAPED: 450 MB in memory")
