# What: a number with more digits than Python likes to write.
# Expect: program_error | no_result | success
# Arguments: {}
def main():
    return 10**5000
