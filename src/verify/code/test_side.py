"""The test's side of an assertion: stand-ins for what the program has, and the run of the test.

crossing.py and program_side.py stand before this text.
"""
class TestSide(Coder):
    """Runs a test whose free names stand for what the program has."""

    def __init__(self, send, receive):
        super().__init__()
        self.send_raw, self.receive_raw = send, receive
        self.gone, self.faults, self.trusted_classes, self.stand_ins = False, {}, set(), {}

    def receive(self):
        message = None if self.gone else self.receive_raw()
        if message is None:
            self.gone = True
            raise Gone()
        try:
            told = json.loads(message)
            if type(told) is not list or not told:
                raise ValueError
            return told
        except (ValueError, RecursionError):
            self.gone = True
            raise Gone() from None

    def ask(self, what, *given):
        seen = {}
        message = text_of([what, *(self.encode(part, seen) for part in given)])
        made = {number: value for number, value in seen.values()}
        if self.gone:
            raise Gone()
        self.send_raw(message)
        while True:
            told = self.receive()
            if told[0] == "ask":
                self.send_raw(self.called(told))
                continue
            try:
                if told[0] == "value":
                    value = self.decode(told[1], made)
                    for state in told[2]:
                        self.fill(made[state[1]], state, made)
                    return value
                if told[0] != "error":
                    raise ValueError
                error = self.error(told[1])
            except (ValueError, TypeError, KeyError, IndexError, RecursionError, OverflowError, AttributeError, ArithmeticError):
                # Nothing that this text sends: somebody else wrote it.
                self.gone = True
                raise Gone() from None
            raise error

    def called(self, told):
        """The program calls something that the test gave it."""
        try:
            thing = self.kept[told[2]]
            given = [self.decode(part, {}) for part in told[3:]]
            if told[1] == "call":
                value = thing(*given[0], **given[1])
            elif given[0].startswith("_") or isinstance(thing, (types.FunctionType, types.MethodType, type)):
                raise AttributeError(given[0])
            elif told[1] == "get":
                value = getattr(thing, given[0])
            else:
                value = setattr(thing, given[0], given[1])
            return text_of(["told", self.encode(value, {})])
        except Gone:
            raise
        except BaseException as error:
            kind = next((NAMES[kind] for kind in type(error).__mro__ if kind in NAMES), "Exception")
            seen = {}
            return text_of(["raised", None, kind, [self.encode(part, seen) for part in error.args if type(part) in (str, int, float)]])

    def error(self, told):
        number, name, base, arguments, kind = told
        return self.class_of(kind, name, base)(*[self.decode(part, {}) for part in arguments])

    def class_of(self, number, name, base):
        """A class of errors of the program's own, as one of ours with the same built-in base."""
        if number is None:
            return TYPES[name]
        if number not in self.faults:
            self.faults[number] = type(str(name), (TYPES[base],), {})
        return self.faults[number]

    def other(self, value, seen, depth):
        if isinstance(value, StandIn):
            return ["y", number_of(value)]
        if isinstance(value, (types.BuiltinFunctionType, type)) and getattr(sys.modules.get(value.__module__), value.__qualname__, None) is value and value.__module__ != "__main__":
            return ["M", value.__module__, value.__qualname__]
        if isinstance(value, types.FunctionType) and getattr(sys.modules.get(value.__module__), value.__qualname__, None) is value and value.__module__ != "__main__":
            return ["M", value.__module__, value.__qualname__]
        if isinstance(value, type) and value in self.faults.values():
            return ["y", next(number for number, kind in self.faults.items() if kind is value)]
        return ["k", self.keep(value)]

    def foreign(self, told, made, depth):
        if told[0] == "m" and type(told[1]) is str and told[1] in STANDARD:
            return importlib.import_module(told[1])
        if told[0] == "k":
            return self.kept[told[1]]
        if told[0] != "x" or type(told[1]) is not int:
            raise ValueError("not a value")
        number, about = told[1], told[2]
        if about.get("coroutine"):
            async def result():
                return self.ask("await", StandIn(self, number, about))

            return result()
        if "base" in about:
            return self.class_of(number, str(about["class"]), about["base"])
        if "fault" in about:
            return self.error(about["fault"])
        if number not in self.stand_ins:
            self.stand_ins[number] = StandIn(self, number, about)
        return self.stand_ins[number]

    def run(self, test, given=""):
        """Runs the text of a test behind what the problem itself gives. Raises what it raises."""
        if self.receive() != ["ready"]:
            raise Gone()
        tree = ast.parse(test, "assert.py")
        code = compile(tree, "assert.py", "exec", dont_inherit=True)
        free = free_names(tree)
        known = set(dir(builtins)) | STANDARD | HELPERS
        # A name that Python has means Python's own, so that no program brings its own `all` or `abs` to its test;
        # only a test that asks about nothing else asks about the program's `sum`.
        subjects = {name for name in free if name not in known}
        if not subjects & set(self.ask("has", sorted(subjects))):
            subjects = free
        self.trusted_classes = {name for name in free if name[:1].isupper()}
        space = Space(self, subjects)
        space["__name__"] = "__main__"
        space["__builtins__"] = builtins
        if given:
            # The classes of the problem are the program's, too: it makes and takes their objects over there.
            helpers = ast.parse(given, "given.py")
            classes = {node.name for node in helpers.body if isinstance(node, ast.ClassDef)}
            space.subjects = space.subjects | classes
            self.trusted_classes |= classes
            helpers.body = [node for node in helpers.body if not isinstance(node, ast.ClassDef)]
            exec(compile(helpers, "given.py", "exec", dont_inherit=True), space)
        exec(code, space)
        if self.gone:
            raise Gone()


STANDARD = set(getattr(sys, "stdlib_module_names", ())) | {
    "math", "cmath", "random", "re", "string", "itertools", "functools", "collections", "heapq", "bisect", "operator", "copy",
    "typing", "datetime", "decimal", "fractions", "statistics", "json", "sys", "os", "time", "array", "enum", "dataclasses",
    "asyncio", "io", "unittest", "types", "textwrap", "hashlib", "queue", "threading", "contextlib", "numbers", "abc"}


# What tests compare with, imported or not.
HELPERS = {"isclose", "isnan", "isinf", "Counter", "defaultdict", "deque", "OrderedDict", "Decimal", "Fraction"}


def free_names(tree):
    """Names that a test uses and does not bind anywhere."""
    used, bound = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            bound.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
    return used - bound


class NotThere(ast.NodeTransformer):
    """Names that only the prelude has, as names that nothing has."""

    def __init__(self, names):
        self.names = names

    def visit_Name(self, node):
        return ast.copy_location(ast.Name(node.id + " of the program", node.ctx), node) if node.id in self.names else node


def beside(test, space):
    """The code of a test that runs in its program's process, where the prelude must not answer for the program, either."""
    tree = ast.parse(test, "assert.py")
    lent = {name for name in free_names(tree) if name in PRELUDED and callable(PRELUDED[name]) and space.get(name) is PRELUDED[name]
            and name not in HELPERS and name not in STANDARD and not name[:1].isupper() and not hasattr(builtins, name)}
    return compile(NotThere(lent).visit(tree) if lent else tree, "assert.py", "exec", dont_inherit=True)


class Space(dict):
    """The test's names, with those of the program behind them."""

    def __init__(self, side, subjects):
        super().__init__()
        self.side, self.subjects = side, subjects

    def __missing__(self, name):
        if name in self.subjects:
            try:
                return self.side.ask("global", name)
            except KeyError:
                pass
        # Not the whole prelude: a function that the program lacks must not be found in a module of Python's.
        if name in PRELUDED and (name in HELPERS or name[:1].isupper()):
            return PRELUDED[name]
        if name in STANDARD and name not in dir(builtins):
            return importlib.import_module(name)
        raise KeyError(name)


def number_of(stand_in):
    return object.__getattribute__(stand_in, "_number")


def side_of(stand_in):
    return object.__getattribute__(stand_in, "_side")


class StandIn:
    """A thing of the program's, seen from the test."""

    def __init__(self, side, number, about):
        object.__setattr__(self, "_side", side)
        object.__setattr__(self, "_number", number)
        object.__setattr__(self, "_about", about)

    def __getattr__(self, name):
        return side_of(self).ask("get", self, name)

    def __setattr__(self, name, value):
        side_of(self).ask("set", self, name, value)

    def __delattr__(self, name):
        side_of(self).ask("del", self, name)

    def __call__(self, *args, **named):
        return side_of(self).ask("call", self, args, named)

    def __iter__(self):
        side, many, count = side_of(self), 1, 0
        source = side.ask("iter", self)
        if not isinstance(source, StandIn):
            yield from source
            return
        while True:
            found, over = side.ask("next", source, many)
            yield from found
            if over:
                return
            count += len(found)
            many = 32 if count >= 64 else 1

    def __next__(self):
        found, over = side_of(self).ask("next", self, 1)
        if not found:
            raise StopIteration
        return found[0]

    # Not asked of the program: it would be told what is looked for.
    def __contains__(self, wanted):
        return any(item is wanted or item == wanted for item in self)

    def __instancecheck__(self, other):
        return isinstance(other, StandIn) and side_of(self).ask("isinstance", other, self)

    def __subclasscheck__(self, other):
        return isinstance(other, StandIn) and side_of(self).ask("issubclass", other, self)

    def __enter__(self):
        return side_of(self).ask("enter", self)

    def __exit__(self, *what):
        return side_of(self).ask("exit", self, None, None, None)

    def __hash__(self):
        return side_of(self).ask("hash", self)

    def __dir__(self):
        return side_of(self).ask("dir", self)


def trusts(stand_in):
    """Whether the test itself names the class whose operators are asked: Vector(1, 2) * 3."""
    about = object.__getattribute__(stand_in, "_about")
    return about.get("name") in side_of(stand_in).trusted_classes


def two_sided(name, swapped=False):
    def work(self, other):
        if isinstance(other, StandIn) or trusts(self):
            return side_of(self).ask(name, other, self) if swapped else side_of(self).ask(name, self, other)
        # The test's own number must not be told to an object that may answer what it likes.
        under = side_of(self).ask("under", self)
        if not under:
            return (name == "ne") if name in ("eq", "ne") else NotImplemented
        return OPERATORS[name](other, under[0]) if swapped else OPERATORS[name](under[0], other)

    return work


def one_sided(name):
    def work(self, *more):
        value = side_of(self).ask(name, self, *more)
        expected = {"len": int, "bool": bool, "str": str, "repr": str, "int": int, "float": float, "index": int, "format": str}.get(name)
        if expected and type(value) is not expected:
            raise TypeError("%s gave %r" % (name, type(value).__name__))
        return value

    return work


for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(StandIn, "__%s__" % _name, two_sided(_name))
for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and_", "or_", "xor", "lshift", "rshift"):
    setattr(StandIn, "__%s__" % _name.strip("_"), two_sided(_name))
    setattr(StandIn, "__r%s__" % _name.strip("_"), two_sided(_name, True))
for _name in ("len", "bool", "str", "repr", "int", "float", "complex", "index", "abs", "neg", "pos", "invert", "round",
              "getitem", "setitem", "delitem", "reversed", "format"):
    setattr(StandIn, "__%s__" % _name, one_sided(_name))
