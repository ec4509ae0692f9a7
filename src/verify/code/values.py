"""Arguments as a problem has them, and what a call returned as JSON text."""
import collections
import decimal
import fractions
import json

# LeetCode's starter code uses these without importing them.
PRELUDE = """
import collections, heapq, itertools, functools, math, bisect, string, re, random, sys, operator
from typing import *
from collections import *
from heapq import *
from itertools import *
from functools import *
from bisect import *
from string import *
from operator import *
from math import *
inf = float("inf")
# Python's own come last: math.pow takes no modulus, operator.index is no list.index.
from builtins import *
"""


def lookup(space, name):
    found = space.get(name)
    # What the program was given beforehand, operator.add say, is not its own.
    if callable(found) and found is not PRELUDED.get(name):
        return found
    solution = space.get("Solution")
    if isinstance(solution, type) and hasattr(solution, name):
        return getattr(solution(), name)
    return None


def revived(value):
    """Arguments with the dicts whose keys JSON cannot hold."""
    if isinstance(value, list):
        return [revived(item) for item in value]
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(value.get("$dict"), list):
            return {key: revived(item) for key, item in value["$dict"]}
        return {key: revived(item) for key, item in value.items()}
    return value


def json_text(value):
    """The value as JSON text: tuples as lists, whole numbers in full, anything that JSON lacks as its text."""
    try:
        return json.dumps(value, default=plain, ensure_ascii=False)
    except TypeError:
        # A tuple is no key of JSON: its text is one.
        return json.dumps(text_keys(value), default=plain, ensure_ascii=False)


def plain(other):
    """What json.dumps does not know: numbers of other kinds by value, arrays as lists, the rest as its text."""
    if isinstance(other, (decimal.Decimal, fractions.Fraction)):
        if other == int(other):
            return int(other)
        if other == float(other):
            return float(other)
    elif isinstance(other, (collections.deque, range, type({}.keys()), type({}.values()))):
        return list(other)
    elif hasattr(other, "tolist") and hasattr(other, "dtype"):
        return other.tolist()
    return {"python": repr(other)[:200]}


def text_keys(value):
    if isinstance(value, dict):
        return {key if isinstance(key, (str, int, float, type(None))) else repr(key): text_keys(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [text_keys(item) for item in value]
    return value
