# What: `main` waits for what never comes.
# Expect: time_limit
# Arguments: {}
# Result: none
# Limits: timeout=2s
import asyncio


async def main():
    await asyncio.Event().wait()
