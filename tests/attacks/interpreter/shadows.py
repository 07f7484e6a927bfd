# What: files beside it have the names of modules that Python and its worker need.
# Expect: success
# Arguments: {"n": 1}
# Result: 1
def main(n):
    return n
