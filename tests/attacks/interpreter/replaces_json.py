# What: encodes its result by itself: what is no JSON is no result.
# Expect: no_result | success
# Arguments: {}
import json

json.dumps = lambda *words, **named: "this is no JSON"


def main():
    return 1
