# What: a value that contains itself.
# Expect: program_error
# Arguments: {}
# Result: none
# Says: not JSON
def main():
    value = []
    value.append(value)
    return value
