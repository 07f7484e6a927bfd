# What: fills memory.
# Expect: memory_limit
# Limits: timeout=30s memory=64MiB
kept = []
while True:
    kept.append(bytearray(b"x" * 1_000_000))
