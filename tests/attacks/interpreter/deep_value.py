# What: a value that is nested deeper than a stack is high.
# Expect: program_error
# Arguments: {}
# Result: none
def main():
    value = []
    for number in range(1_000_000):
        value = [value]
    return value
