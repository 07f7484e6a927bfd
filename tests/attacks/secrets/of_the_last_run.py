# What: looks for what the run before it had in memory, in memory that it is given now.
# Expect: success
# After: had_a_secret.py
import mmap

SECRET = b"the-last-runs-" + b"secret"
kept = []
for number in range(100):
    page = mmap.mmap(-1, 1_000_000)
    kept.append(page)
    if page.find(SECRET) >= 0 or page[:] != bytes(1_000_000):
        print("ESCAPED: memory is not empty")
