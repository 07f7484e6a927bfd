# Runs a program's entry file, as a script or by calling its `main`.
#
# It is the text after `python3 -I -c`, so none of it lies where the program could replace it. It
# says that it is up, and waits for its instructions; so what it imports has been imported when a
# program comes. A program does not see that: what it imports itself is looked for beside it first,
# a `json.py` of its own for example.
#
# What the program prints about its errors starts with the program's own lines, as if Python had
# been given the file.
import sys

usual = set(sys.modules)

import json
import os

RESULT, INSTRUCTIONS = 3, 4


def serve():
    own_path = list(sys.path)
    os.write(RESULT, b"\n")
    instructions = json.loads(read_all(INSTRUCTIONS))
    take_environment(instructions["environment"])
    entry, words = instructions["entry"], instructions["words"]
    path = "/work/" + entry
    forget_neighbours()
    try:
        if words is None:
            run_main(path, entry, instructions["arguments"], own_path)
        else:
            os.close(RESULT)
            run_script(path, [entry, *words])
    except SystemExit:
        raise
    except BaseException as error:
        show(error, path)
        sys.exit(130 if isinstance(error, KeyboardInterrupt) else 1)


def take_environment(environment):
    os.environ.clear()
    os.environ.update(environment)
    if "TZ" in environment:
        import time

        time.tzset()


def forget_neighbours():
    """Has modules imported anew that have the name of one of the program's files."""
    names = set()
    for _, directories, files in os.walk("/work"):
        names.update(directories, (name.partition(".")[0] for name in files))
    for name in list(sys.modules):
        if name not in usual and name.partition(".")[0] in names:
            del sys.modules[name]


def run_script(path, words):
    module = type(sys)("__main__")
    sys.modules["__main__"] = module
    execute(module, path, words)


def run_main(path, entry, arguments, own_path):
    name = path.rpartition("/")[2].rpartition(".")[0]
    module = type(sys)(name)
    sys.modules.setdefault(name, module)
    execute(module, path, [entry])
    main = getattr(module, "main", None)
    if not callable(main):
        sys.exit(f"lazaret: `{entry}` has no function `main`")
    value = main(**arguments)
    if hasattr(value, "__await__"):
        value = wait_for(value, own_path)
    write_all(RESULT, encode(value))


def execute(module, path, words):
    module.__file__ = path
    module.__builtins__ = __builtins__
    sys.argv = words
    sys.path.insert(0, path.rpartition("/")[0])
    with open(path, "rb") as file:
        source = file.read()
    exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)


def wait_for(value, own_path):
    # Found where Python is, whatever lies beside the program.
    program_path, sys.path[:] = list(sys.path), own_path
    try:
        import asyncio
    finally:
        sys.path[:] = program_path

    async def finish():
        return await value

    return asyncio.run(finish())


def encode(value):
    try:
        return encode_plainly(value)
    except (TypeError, ValueError, RecursionError) as error:
        sys.exit(f"lazaret: what `main` returned is not JSON: {error}")


def encode_plainly(value):
    try:
        return json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        # JSON has no infinity and no NaN: they become null, as they do in JavaScript.
        plain = json.loads(json.dumps(value), parse_constant=lambda name: None)
        return json.dumps(plain, ensure_ascii=False).encode()


def read_all(descriptor):
    pieces = []
    while piece := os.read(descriptor, 65536):
        pieces.append(piece)
    os.close(descriptor)
    return b"".join(pieces)


def write_all(descriptor, data):
    while data:
        data = data[os.write(descriptor, data) :]
    os.close(descriptor)


def show(error, path):
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != path:
        trace = trace.tb_next
    error.__traceback__ = trace
    sys.excepthook(type(error), error, trace)


serve()
