# What: fills the directory for temporary files, in several files.
# Expect: disk_limit
# Limits: timeout=30s memory=256MiB disk=16MiB
try:
    for number in range(64):
        with open(f"/tmp/{number}", "wb") as file:
            file.write(b"x" * 1_000_000)
    print("ESCAPED: 64 MB")
except OSError as error:
    print(error)
