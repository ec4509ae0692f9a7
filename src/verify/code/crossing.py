"""Assertions beside the program: the test runs in one process, the program in another, and only data crosses.

A program that shares a process with its test can reach everything the test has: it walks the frames, reads the
expected values, or reports the end itself. So the test's own text never enters the program's process. What the test
calls are stand-ins; a call sends the arguments over and plain data back, and the test compares copies that the
program cannot touch. A class of the program stays over there, and its objects are stand-ins, too: they equal plain
data only where they are plain data underneath, whatever their own __eq__ says.

Both sides are in this text. It speaks through two functions, send(bytes) and receive() -> bytes or None, and needs
nothing of the operating system, so it also runs under Pyodide.
"""
import ast
import builtins
import collections
import datetime
import decimal
import fractions
import importlib
import json
import operator
import sys
import types

# Types that cross as themselves.
TYPES = {kind.__name__: kind for kind in (
    int, float, complex, bool, str, bytes, bytearray, list, tuple, dict, set, frozenset, object, type, range, slice,
    BaseException, *(kind for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, BaseException)))}
NAMES = {kind: name for name, kind in TYPES.items()}
MAPPINGS = {"d": dict, "O": collections.OrderedDict, "C": collections.Counter, "dd": collections.defaultdict}
MAPPING_TAGS = {kind: tag for tag, kind in MAPPINGS.items()}
DEEP = 200
# What a program finds imported already; filled by whoever starts a side.
PRELUDED = {}


class Gone(BaseException):
    """The program is no longer there."""


class Coder:
    """Values to JSON and back, for one side. What cannot cross stays here under a number."""

    def __init__(self):
        self.kept, self.numbers = [], {}

    def keep(self, value):
        number = self.numbers.get(id(value))
        if number is None:
            number = self.numbers[id(value)] = len(self.kept)
            self.kept.append(value)
        return number

    def encode(self, value, seen, depth=0):
        """`seen` holds the containers of this exchange: id to (number, container)."""
        kind = type(value)
        if value is None or kind in (bool, int, float, str):
            return value
        if depth > DEEP:
            raise RecursionError("a value nested more than %d deep" % DEEP)
        deeper = depth + 1
        if kind is tuple:
            return ["t", [self.encode(item, seen, deeper) for item in value]]
        if kind in (list, set, bytearray, collections.deque) or kind in MAPPING_TAGS:
            known = seen.get(id(value))
            if known:
                return ["@", known[0]]
            number = len(seen)
            seen[id(value)] = (number, value)
            return self.contents(value, seen, deeper)
        if kind is frozenset:
            return ["f", [self.encode(item, seen, deeper) for item in value]]
        if kind is complex:
            return ["c", value.real, value.imag]
        if kind is bytes:
            return ["b", value.hex()]
        if kind is range:
            return ["r", value.start, value.stop, value.step]
        if kind is slice:
            return ["sl", *(self.encode(part, seen, deeper) for part in (value.start, value.stop, value.step))]
        if kind is decimal.Decimal:
            return ["D", str(value)]
        if kind is fractions.Fraction:
            return ["F", value.numerator, value.denominator]
        if kind is datetime.datetime and value.tzinfo is None:
            return ["dt", value.isoformat()]
        if kind is datetime.date:
            return ["da", value.isoformat()]
        if kind is datetime.timedelta:
            return ["td", value.days, value.seconds, value.microseconds]
        if kind is type({}.keys()):
            return ["dk", [self.encode(item, seen, deeper) for item in value]]
        if kind is type({}.values()) or kind is type({}.items()):
            return ["l", -1, [self.encode(item, seen, deeper) for item in value]]
        if value is Ellipsis:
            return ["..."]
        if value is NotImplemented:
            return ["!"]
        if kind is type and value in NAMES:
            return ["T", NAMES[value]]
        if isinstance(value, types.ModuleType):
            return ["m", value.__name__]
        return self.other(value, seen, deeper)

    def contents(self, value, seen, depth):
        number = seen[id(value)][0]
        kind = type(value)
        if kind in MAPPING_TAGS:
            return [MAPPING_TAGS[kind], number, [[self.encode(k, seen, depth), self.encode(v, seen, depth)] for k, v in value.items()]]
        if kind is bytearray:
            return ["ba", number, value.hex()]
        items = [self.encode(item, seen, depth) for item in value]
        if kind is collections.deque:
            return ["q", number, items, value.maxlen]
        return ["l" if kind is list else "s", number, items]

    def decode(self, told, made, depth=0):
        """`made` holds the containers of this exchange by number."""
        if told is None or type(told) in (bool, int, float, str):
            return told
        if type(told) is not list or not told or depth > DEEP + 2:
            raise ValueError("not a value")
        tag, deeper = told[0], depth + 1
        if tag == "@":
            return made[told[1]]
        if tag in ("l", "s", "q", "ba") or tag in MAPPINGS:
            value = {"l": list, "s": set, "ba": bytearray}[tag]() if tag in ("l", "s", "ba") else collections.deque(maxlen=told[3]) if tag == "q" else MAPPINGS[tag]()
            if told[1] >= 0:
                made[told[1]] = value
            self.fill(value, told, made, deeper)
            return value
        if tag == "t":
            return tuple(self.decode(item, made, deeper) for item in told[1])
        if tag == "f":
            return frozenset(self.decode(item, made, deeper) for item in told[1])
        if tag == "c":
            return complex(told[1], told[2])
        if tag == "b":
            return bytes.fromhex(told[1])
        if tag == "r":
            return range(told[1], told[2], told[3])
        if tag == "sl":
            return slice(*(self.decode(part, made, deeper) for part in told[1:4]))
        if tag == "D":
            return decimal.Decimal(told[1])
        if tag == "F":
            return fractions.Fraction(told[1], told[2])
        if tag == "dt":
            return datetime.datetime.fromisoformat(told[1])
        if tag == "da":
            return datetime.date.fromisoformat(told[1])
        if tag == "td":
            return datetime.timedelta(told[1], told[2], told[3])
        if tag == "dk":
            return dict.fromkeys(self.decode(item, made, deeper) for item in told[1]).keys()
        if tag == "...":
            return Ellipsis
        if tag == "!":
            return NotImplemented
        if tag == "T":
            return TYPES[told[1]]
        if tag == "y":
            return self.kept[told[1]]
        return self.foreign(told, made, deeper)

    def fill(self, value, told, made, depth=1):
        """Puts what was told into a container, in place of what it held."""
        kind = type(value)
        if kind is bytearray:
            value[:] = bytes.fromhex(told[2])
            return
        items = told[2]
        if kind in MAPPING_TAGS:
            pairs = [(self.decode(k, made, depth), self.decode(v, made, depth)) for k, v in items]
            value.clear()
            for k, v in pairs:
                dict.__setitem__(value, k, v)
            return
        items = [self.decode(item, made, depth) for item in items]
        value.clear()
        if kind is set:
            value.update(items)
        else:
            value.extend(items)


def text_of(message):
    return json.dumps(message, separators=(",", ":")).encode()
