# What: `main` is what it is not: a class, whose making and calling never end.
# Expect: program_error
# Arguments: {"n": 1}
# Result: none
class Main(type):
    def __call__(cls, *words, **named):
        return cls(*words, **named)


class main(metaclass=Main):
    pass
