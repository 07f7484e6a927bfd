# What: a value of a gigabyte.
# Expect: output_limit | memory_limit
# Arguments: {}
# Result: none
# Limits: timeout=60s cpu=60s
def main():
    return "x" * 1_000_000_000
