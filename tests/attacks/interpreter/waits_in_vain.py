# What: an awaitable that never lets go of its turn.
# Expect: time_limit | cpu_limit
# Arguments: {}
# Result: none
# Limits: timeout=3s cpu=2s
class Endless:
    def __await__(self):
        while True:
            yield


def main():
    return Endless()
