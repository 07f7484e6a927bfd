"""The n-th Fibonacci number.

    lazaret run examples/fibonacci.py --arg n=30
"""


def main(n: int) -> dict:
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    print(f"counted to {n}")
    return {"n": n, "fibonacci": a}
