"""The program's side of an assertion: answers what the test asks of the program.

crossing.py stands before this text.
"""
OPERATORS = {name: getattr(operator, name) for name in (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and_", "or_", "xor", "lshift", "rshift",
    "eq", "ne", "lt", "le", "gt", "ge", "neg", "pos", "invert", "abs", "index", "getitem", "setitem", "delitem")}
OPERATORS.update({
    "len": len, "bool": bool, "str": str, "repr": repr, "hash": hash, "int": int, "float": float, "iter": iter,
    "round": round, "isinstance": isinstance, "issubclass": issubclass, "complex": complex, "reversed": reversed,
    "divmod": divmod, "format": format, "dir": dir,
    "enter": lambda it: type(it).__enter__(it), "exit": lambda it, *what: type(it).__exit__(it, *what)})
UNDER = (int, float, complex, str, bytes, list, tuple, dict, set, frozenset)


class Callback:
    """Something of the test's that the program was given."""

    def __init__(self, side, number):
        object.__setattr__(self, "_side", side)
        object.__setattr__(self, "_number", number)

    def __call__(self, *args, **named):
        return self._side.ask(["call", self._number, args, named])

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self._side.ask(["get", self._number, name])

    def __setattr__(self, name, value):
        self._side.ask(["set", self._number, name, value])


class ProgramSide(Coder):
    """Answers what the test asks of the program."""

    def __init__(self, space, send, receive):
        super().__init__()
        self.space, self.send, self.receive = space, send, receive
        # The program may change what hangs on a module; what this side uses of it was taken before it ran.
        self.dumps, self.loads = text_of, json.loads

    def serve(self):
        self.send(b'["ready"]')
        while True:
            message = self.receive()
            if message is None:
                return
            self.send(self.answer(message))

    def answer(self, message):
        made = {}
        try:
            request = self.loads(message)
            before = None
            arguments = [self.decode(part, made) for part in request[1:]]
            if made:
                before = {number: self.state(value, made) for number, value in made.items()}
            value = self.work(request[0], arguments)
            seen = {id(value): (number, value) for number, value in made.items()}
            # Numbers of new containers follow those of the request.
            told = self.encode(value, seen)
            changed = [state for number, state in ((number, self.state(made[number], made)) for number in list(before or ())) if state != before[number]]
            return self.dumps(["value", told, changed])
        except Gone:
            raise
        except BaseException as error:
            return self.dumps(["error", self.fault(error)])

    def state(self, value, made):
        return self.contents(value, {id(other): (number, other) for number, other in made.items()}, 1)

    def fault(self, error):
        chain = [kind for kind in type(error).__mro__ if kind in NAMES]
        seen = {}
        try:
            arguments = [self.encode(argument, seen) for argument in error.args]
        except BaseException:
            arguments = []
        number = self.keep(error)
        return [number, type(error).__name__, NAMES[chain[0]] if chain else "Exception", arguments, self.named(type(error))]

    def named(self, kind):
        """The number of a class of the program's own."""
        return None if kind in NAMES else self.keep(kind)

    def own(self, name):
        """Whether the program itself has it: what it was given beforehand does not count."""
        return name in self.space and (name not in PRELUDED or self.space[name] is not PRELUDED[name])

    def work(self, what, given):
        if what == "global":
            if not self.own(given[0]):
                raise KeyError(given[0])
            return self.space[given[0]]
        if what == "has":
            return [name for name in given[0] if self.own(name)]
        if what == "call":
            return given[0](*given[1], **given[2])
        if what == "get":
            return getattr(given[0], given[1])
        if what == "set":
            return setattr(given[0], given[1], given[2])
        if what == "del":
            return delattr(given[0], given[1])
        if what == "next":
            found = []
            for _ in range(given[1]):
                try:
                    found.append(next(given[0]))
                except StopIteration:
                    return [found, True]
            return [found, False]
        if what == "await":
            import asyncio

            async def whole():
                return await given[0]

            return asyncio.run(whole())
        if what == "under":
            for kind in UNDER:
                if isinstance(given[0], kind):
                    copy = kind.__new__(kind) if kind in (list, dict, set) else None
                    if kind is dict:
                        dict.update(copy, dict.items(given[0]))
                    elif copy is not None:
                        copy += kind.__iter__(given[0]) if kind is list else ()
                        if kind is set:
                            set.update(copy, set.__iter__(given[0]))
                    elif kind in (tuple, frozenset):
                        copy = kind(kind.__iter__(given[0]))
                    elif kind in (str, bytes):
                        copy = kind.__getitem__(given[0], slice(None))
                    else:
                        copy = kind.__add__(given[0], kind())
                    return [copy]
            return []
        return OPERATORS[what](*given)

    def other(self, value, seen, depth):
        if isinstance(value, Callback):
            return ["y", value._number]
        kind = type(value)
        told = {"name": kind.__name__, "kind": self.named(kind)}
        if isinstance(value, type):
            told["class"] = value.__name__
            if issubclass(value, BaseException):
                told["base"] = next(NAMES[base] for base in value.__mro__ if base in NAMES)
        elif isinstance(value, BaseException):
            told["fault"] = self.fault(value)
        elif isinstance(value, types.CoroutineType):
            told["coroutine"] = True
        return ["x", self.keep(value), told]

    def foreign(self, told, made, depth):
        if told[0] == "k":
            return Callback(self, told[1])
        if told[0] == "M":
            value = importlib.import_module(told[1])
            for part in told[2].split("."):
                value = getattr(value, part)
            return value
        if told[0] == "m":
            return importlib.import_module(told[1])
        raise ValueError("not a value")

    def ask(self, message):
        """Of the test's side, while it waits for an answer."""
        seen = {}
        self.send(self.dumps(["ask", message[0], message[1], *(self.encode(part, seen) for part in message[2:])]))
        while True:
            reply = self.receive()
            if reply is None:
                raise Gone()
            told = self.loads(reply)
            if told[0] == "told":
                return self.decode(told[1], {})
            if told[0] == "raised":
                raise TYPES.get(told[2], Exception)(*[self.decode(part, {}) for part in told[3]])
            self.send(self.answer(reply))
