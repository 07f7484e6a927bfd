# What: numbers that JSON does not have.
# Expect: success
# Arguments: {}
# Result: [null, null, null, 1e308]
def main():
    return [float("nan"), float("inf"), float("-inf"), 1e308]
