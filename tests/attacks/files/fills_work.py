# What: fills its work directory.
# Expect: disk_limit
# Limits: timeout=30s memory=256MiB disk=16MiB
try:
    with open("/work/large", "wb") as file:
        for number in range(64):
            file.write(b"x" * 1_000_000)
    print("ESCAPED: 64 MB")
except OSError as error:
    print(error)
