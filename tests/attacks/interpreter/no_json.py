# What: a value with keys and members that JSON does not have.
# Expect: program_error
# Arguments: {}
# Result: none
# Says: not JSON
def main():
    return {(1, 2): {3, 4}}
