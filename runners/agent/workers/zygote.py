# Makes a copy of itself for each program. The text of `python.py` comes before this.
#
# It is asked over the descriptor from which a worker reads its instructions, and gets a program's
# descriptors with each question. It runs no program's code, so there is nothing of one program in
# what the next one is a copy of; of what it imports, nothing may make numbers or names by chance.
import _signal
import _socket
import resource

# Neither the agent's user nor the program's, of whom each could end the other's processes.
KEEPER, NOBODY = 65533, 65534
# Standard input, output and error, the result, the instructions.
DESCRIPTORS = 5


def copy_for_each(soft, hard):
    for name in OFTEN:
        __import__(name)
    remember()
    # The right to become somebody else stays, with the effective user.
    os.setresuid(KEEPER, 0, KEEPER)
    # A program can join this process's group, and have the kernel send signals to all of it.
    _signal.pthread_sigmask(_signal.SIG_SETMASK, _signal.valid_signals())
    line = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, 0, INSTRUCTIONS)
    os.write(RESULT, b"\n")
    while received := receive(line):
        copy = os.fork()
        if copy == 0:
            line.detach()
            become_nobody(received, soft, hard)
            return work()
        for descriptor in received:
            os.close(descriptor)
        _, status, used = os.wait4(copy, 0)
        times = [int(seconds * 1_000_000) for seconds in (used.ru_utime, used.ru_stime)]
        line.send("{} {} {} {}".format(status, *times, used.ru_maxrss).encode())


def receive(line):
    """The descriptors of the next program; none where nobody asks any more."""
    size = 4
    text, rights, _, _ = line.recvmsg(16, _socket.CMSG_SPACE(DESCRIPTORS * size))
    if not text:
        return []
    [(_, _, data)] = rights
    return [
        int.from_bytes(data[at : at + size], sys.byteorder) for at in range(0, len(data), size)
    ]


def become_nobody(received, soft, hard):
    """What the agent does for a worker that it starts itself, as far as it was not done for the
    process that this is a copy of."""
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
    os.setresuid(NOBODY, NOBODY, NOBODY)
    for number, descriptor in enumerate(received):
        os.dup2(descriptor, number)
    # All numbers up to here were in use, so those that were received follow.
    os.closerange(DESCRIPTORS, max(received) + 1)
    _signal.pthread_sigmask(_signal.SIG_SETMASK, ())
    os.write(RESULT, b"%d\n" % os.getpid())


copy_for_each(*map(int, sys.argv[1:]))
