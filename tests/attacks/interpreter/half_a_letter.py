# What: a text that no encoding can hold.
# Expect: program_error
# Arguments: {}
# Result: none
# Says: not JSON
def main():
    return "\ud800"
