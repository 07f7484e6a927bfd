# What: a file beside it has the name of a module that the worker needs after the program has run.
# Expect: success
# Arguments: {}
# Result: 1
async def main():
    return 1
