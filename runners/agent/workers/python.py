# Runs a program's entry file, as a script or by calling its `main`.
#
# It is the text after `python3 -I -c`, so none of it lies where the program could replace it. It
# says that it is up, and waits for its instructions; meanwhile it imports what programs often do.
# A program does not see that: what it imports itself is looked for beside it first, a `json.py` of
# its own for example.
#
# What the program prints about its errors starts with the program's own lines, as if Python had
# been given the file.
import sys

usual = set(sys.modules)

import _json
import atexit
import gc
import io
import os
import select

RESULT, INSTRUCTIONS = 3, 4

# In steps, because a program that is there waits for no more than one of them; and not at once,
# because where one program follows another, the next is there already.
OFTEN = ("collections", "functools", "enum", "re", "json")
AT_ONCE = 0.02


def serve():
    import_ahead(*sys.argv[1:])
    os.write(RESULT, b"\n")
    patience = AT_ONCE
    for name in OFTEN:
        if select.select([INSTRUCTIONS], [], [], patience)[0]:
            break
        __import__(name)
        patience = 0
    remember()
    work()


# Where the packages are that were shown before there was a job.
packages = None


def import_ahead(place=None, *modules):
    """Imports what the job that comes is known to import. What it says to that is nobody's."""
    global packages
    del sys.argv[1:]
    packages = place
    if place:
        add_packages(place)
    for name in modules:
        try:
            __import__(name)
        except BaseException:
            # Where the program does it, it sees why.
            pass


def remember():
    """Knows what is there before there is a program."""
    global known
    # It is not looked at again, which makes the program's end quick.
    gc.freeze()
    known = dict(sys.modules)


# Behind the standard library, and before what the system happens to have.
def add_packages(place):
    import site

    before = list(sys.path)
    site.addsitedir(place)
    added = [path for path in sys.path if path not in before]
    ours = [path for path in before if not path.endswith("-packages")]
    sys.path[:] = ours + added + [path for path in before if path not in ours]


def work():
    global result_pipe, own
    result_pipe, own = identity(RESULT), os.getpid()
    own_path = list(sys.path)
    instructions = decode(read_all(INSTRUCTIONS).decode())
    take_environment(instructions["environment"])
    forget_neighbours(set(instructions["names"]))
    # For a job without any, nothing was shown.
    if instructions["packages"] != packages:
        add_packages(instructions["packages"])
    leave(run(instructions, own_path))


class Plainly:
    """How JSON is read: as `json.loads` does, which takes long to import."""

    strict, object_hook, object_pairs_hook = True, None, None
    parse_float, parse_int = float, int
    parse_constant = {"NaN": None, "Infinity": None, "-Infinity": None}.__getitem__
    memo = {}


def decode(text):
    return _json.make_scanner(Plainly)(text, 0)[0]


def run(instructions, own_path):
    """Runs the program, and answers with its exit code."""
    entry, words = instructions["entry"], instructions["words"]
    path = "/work/" + entry
    try:
        if words is None:
            run_main(path, entry, instructions["arguments"], own_path)
        else:
            os.close(RESULT)
            run_script(path, [entry, *words])
    except SystemExit as exit:
        return exit_code(exit.code)
    except BaseException as error:
        show(error, path)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def take_environment(environment):
    for name in list(os.environ):
        if name not in environment:
            del os.environ[name]
    for name, value in environment.items():
        if os.environ.get(name) != value:
            os.environ[name] = value
    if "TZ" in environment:
        import time

        time.tzset()


def forget_neighbours(names):
    """Has modules imported anew that have the name of one of the program's files."""
    for name in known:
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
    tell(encode(value))


def execute(module, path, words):
    module.__file__ = path
    module.__builtins__ = __builtins__
    sys.argv = words
    sys.path.insert(0, path.rpartition("/")[0])
    # `open` asks the system twice as much.
    source = read_all(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
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
    """As `json.dumps` does. JSON has no infinity and no NaN: they become null, as they do in
    JavaScript."""
    try:
        return to_text(value, False).encode()
    except ValueError:
        return to_text(decode(to_text(value, True)), False).encode()


def to_text(value, allow_nan):
    encoder = _json.make_encoder(
        {}, refuse, _json.encode_basestring, None, ": ", ", ", False, False, allow_nan
    )
    return "".join(encoder(value, 0))


def refuse(value):
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def read_all(descriptor):
    pieces = []
    while piece := os.read(descriptor, 65536):
        pieces.append(piece)
    os.close(descriptor)
    return b"".join(pieces)


def write_all(descriptor, data):
    while data:
        data = data[os.write(descriptor, data) :]


def show(error, path):
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != path:
        trace = trace.tb_next
    error.__traceback__ = trace
    sys.excepthook(type(error), error, trace)


def exit_code(code):
    """What `sys.exit` means with this."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def leave(code):
    """Ends as Python does, but for taking its own memory apart, which takes longer than most
    programs do: threads are waited for, what is registered for the end is called, what nobody
    holds any more is closed, and what was printed is written."""
    if has_libraries():
        # They may have something to do at the end that Python does not know of.
        sys.exit(code)
    if "threading" in sys.modules:
        sys.modules["threading"]._shutdown()
    atexit._run_exitfuncs()
    flush(opened())
    # Nothing here may hold a module.
    for name in [name for name, _ in own_modules()]:
        del sys.modules[name]
    gc.collect()
    code = code if flush([sys.stdout, sys.stderr]) else code or 120
    if tell(b"\0%d\n" % code):
        # The agent ends this process when it has answered. So nobody has to wait until that is taken
        # apart.
        select.select([], [], [], 1)
    os._exit(code)


def identity(descriptor):
    found = os.fstat(descriptor)
    return found.st_dev, found.st_ino


def tell(text):
    """Tells the agent something: what `main` has returned, and behind a NUL, which is in no result,
    the code. A program may have put something of its own in this place, or nothing; and a child that
    it has forked tells nothing."""
    try:
        if os.getpid() == own and identity(RESULT) == result_pipe:
            write_all(RESULT, text)
            return True
    except OSError:
        pass
    return False


def opened():
    """The program's files. The collector would close what lies below a buffer before it."""
    kinds = (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)
    return [thing for thing in gc.get_objects() if issubclass(type(thing), kinds)]


def flush(streams):
    well = True
    for stream in streams:
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except (AttributeError, OSError, ValueError):
            well = False
    return well


def own_modules():
    """The modules that the program has brought, or was the first to import."""
    return [(name, module) for name, module in sys.modules.items() if known.get(name) is not module]


def has_libraries():
    """Whether the program uses libraries in C that are not Python's."""
    for name, module in own_modules():
        file = str(getattr(module, "__file__", None))
        if name == "ctypes" or (file.endswith(".so") and "/lib-dynload/" not in file):
            return True
    return False
