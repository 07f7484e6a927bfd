# Runs a program's entry file, as a script or by calling its `main`.
#
# It is the text after `python3 -I -c`, so none of it lies where the program could replace it, and
# the program's directory is not searched before the program itself runs: a `json.py` beside the
# program is the program's, and not ours. A script needs no import but `sys`, because imports are
# what starting Python takes its time for.
#
# What the program prints about its errors starts with the program's own lines, as if Python had
# been given the file.
import sys

RESULT, ARGUMENTS = 3, 4


def run(form, entry, words):
    path = "/work/" + entry
    own_path = list(sys.path)
    try:
        if form == "script":
            run_script(path, [entry, *words])
        else:
            run_main(path, entry, own_path)
    except SystemExit:
        raise
    except BaseException as error:
        show(error, path)
        sys.exit(130 if isinstance(error, KeyboardInterrupt) else 1)


def run_script(path, words):
    module = type(sys)("__main__")
    sys.modules["__main__"] = module
    execute(module, path, words)


def run_main(path, entry, own_path):
    import json
    import os

    arguments = json.loads(read_all(os, ARGUMENTS) or b"{}")
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
    write_all(os, RESULT, encode(json, value))


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


def encode(json, value):
    try:
        return encode_plainly(json, value)
    except (TypeError, ValueError, RecursionError) as error:
        sys.exit(f"lazaret: what `main` returned is not JSON: {error}")


def encode_plainly(json, value):
    try:
        return json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        # JSON has no infinity and no NaN: they become null, as they do in JavaScript.
        plain = json.loads(json.dumps(value), parse_constant=lambda name: None)
        return json.dumps(plain, ensure_ascii=False).encode()


def read_all(os, descriptor):
    pieces = []
    while piece := os.read(descriptor, 65536):
        pieces.append(piece)
    os.close(descriptor)
    return b"".join(pieces)


def write_all(os, descriptor, data):
    while data:
        data = data[os.write(descriptor, data) :]
    os.close(descriptor)


def show(error, path):
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != path:
        trace = trace.tb_next
    error.__traceback__ = trace
    sys.excepthook(type(error), error, trace)


run(sys.argv[1], sys.argv[2], sys.argv[3:])
