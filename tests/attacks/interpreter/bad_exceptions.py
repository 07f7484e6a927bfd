# What: an exception that raises when it is looked at, and has no end of causes.
# Expect: program_error
# Arguments: {}
# Result: none
class Bad(BaseException):
    def __str__(self):
        raise self

    __repr__ = __str__

    @property
    def __traceback__(self):
        raise self

    @property
    def __cause__(self):
        return Bad()


def main():
    raise Bad()
