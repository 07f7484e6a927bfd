# What: values that are of the right types and do something else when they are encoded.
# Expect: program_error | no_result | success
# Arguments: {}
import os


class Text(str):
    def encode(self, *words):
        os._exit(0)


class Items(dict):
    def items(self):
        raise RuntimeError("not today")

    def __iter__(self):
        while True:
            yield "x"


class Number(int):
    def __repr__(self):
        return '1, "status": "memory_limit"'


def main():
    return {"text": Text("x"), "items": Items(a=1), "number": Number(1)}
