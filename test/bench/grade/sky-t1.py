"""The rules that filtered the Sky-T1 report's data, with their symbolic step run on real sympy and latex2sympy2.

Written for this project from a description of the rules (SkyThought, util/math_parsing_util.py, commit 0d190f1).
Reads JSON Lines {gold, pred} on standard input, writes {equal, rule} for each on standard output. A pair that takes
longer than 5 s is not equal, as there. latex2sympy2 1.9.1 pins antlr4 4.7.2, with which sympy's own parse_latex
refuses to run: so parse_expr and latex2sympy are tried, in this order, as in the environment of the report.
"""
import json
import math
import os
import re
import resource
import sys
import warnings

from sympy import N, simplify
from sympy.parsing.sympy_parser import parse_expr
from latex2sympy2 import latex2sympy
from word2number import w2n

warnings.filterwarnings('ignore')
sys.setrecursionlimit(3000)


def in_digits(text):
    try:
        return str(w2n.word_to_num(text))
    except Exception:
        return text


def braces_for_fractions(text):
    head, *rest = text.split('\\frac')
    out = head
    for part in rest:
        if part[:1] == '{':
            out += '\\frac' + part
        elif len(part) < 2:
            return text
        else:
            under = part[1] if part[1] == '{' else '{' + part[1] + '}'
            out += '\\frac{' + part[0] + '}' + under + part[2:]
    return out


def slash_as_fraction(text):
    sides = text.split('/')
    if len(sides) != 2:
        return text
    try:
        over, under = [side if 'sqrt' in side else int(side) for side in sides]
    except ValueError:
        return text
    return '\\frac{%s}{%s}' % (over, under) if text == '%s/%s' % (over, under) else text


def named_number(match):
    word = match.group(1).lower()
    digits = in_digits(word)
    return match.group(0) if digits == word else digits


def without_unit(text):
    rest = re.sub(r'\\text{.*?}$', '', text).strip()
    return rest if rest else text


def assigned(text):
    sides = text.split('=')
    return sides[1] if len(sides) == 2 and len(sides[0]) <= 2 else text


def sorted_integers(text):
    if re.fullmatch(r'(\s*-?\d+\s*,)*\s*-?\d+\s*', text):
        try:
            return ','.join(map(str, sorted(map(int, text.split(',')))))
        except ValueError:
            return '-1,-1'
    return text


def drop(*parts):
    def step(text):
        for part in parts:
            text = text.replace(part, '')
        return text
    return step


def swap(*pairs):
    def step(text):
        for old, new in pairs:
            text = text.replace(old, new)
        return text
    return step


def regex(pattern, by):
    return lambda text: re.sub(pattern, by, text)


BEFORE = [
    str.strip,
    drop('\n'),
    lambda text: text.rstrip('.'),
    drop('\\!'),
    regex(r'\\begin\{array\}\{.*?\}', r'\\begin{pmatrix}'),
    regex(r'\\end\{array\}', r'\\end{pmatrix}'),
    swap(('bmatrix', 'pmatrix'), ('tfrac', 'frac'), ('dfrac', 'frac')),
    swap(('\\neq', '\\ne'), ('\\leq', '\\le'), ('\\geq', '\\ge')),
    drop('\\left', '\\right'),
    swap(('\\{', '{'), ('\\}', '}')),
    regex(r'\\text\{([a-zA-Z]+)\}', named_number),
    regex(r'(cm|inches)\}\^2', r'\1}'),
    without_unit,
    drop('^{\\circ}', '^\\circ', '\\$', '$', '\\(', '\\)'),
    in_digits,
    regex(r'\\text\{(.*?)\}', r'\1'),
    drop('x=', 'y=', 'z=', 'x\\in', 'y\\in', 'z\\in', 'x\\to', 'y\\to', 'z\\to'),
    swap(('\\emptyset', '{}'), ('(-\\infty,\\infty)', '\\mathbb{R}')),
    drop('\\%', '%'),
    swap((' .', ' 0.'), ('{.', '{0.'), ('infinity', '\\infty')),
    lambda text: text if '\\infty' in text else text.replace('inf', '\\infty'),
    drop('and', '\\mathbf'),
    regex(r'\\mbox{.*?}', ''),
    lambda text: text.replace('j', 'i') if 'j' in text and 'i' not in text else text,
    regex(r'(\d+)\.0*([^\d])', r'\1\2'),
    regex(r'(\d+)\.0*$', r'\1'),
]
AFTER = [
    lambda text: '0' + text if text[0] == '.' else text,
    assigned,
    regex(r'\\sqrt(\w+)', r'\\sqrt{\1}'),
    drop(' '),
    braces_for_fractions,
    slash_as_fraction,
    regex(r'\\(?=\-?\d+(\\|\)|,|\]|$))', ''),
    regex(r'thgrade$', ''),
    sorted_integers,
]


def normal(text):
    for step in BEFORE:
        text = step(text)
    if text == '':
        return text
    for step in AFTER:
        text = step(text)
    return text


def box(rest):
    if rest == '':
        return ''
    if rest[0] != '{':
        return rest.split('$')[0].strip()
    depth = 1
    for k, c in enumerate(rest[1:], 1):
        depth += (c == '{') - (c == '}')
        if depth == 0:
            return rest[1:k]
    return rest[1:]


def extract(text):
    text = text.replace('ки', '')
    if 'final answer is $' in text and '$. I hope' in text:
        found = text.split('final answer is $', 1)[1].split('$. I hope', 1)[0].strip()
    elif 'boxed' in text:
        found = box(text.split('boxed')[-1])
        if found == '' and text.endswith('boxed'):
            return ''
    elif 'he answer is' in text:
        found = text.split('he answer is')[-1].strip()
    elif 'final answer is' in text:
        found = text.split('final answer is')[-1].strip()
    elif '答案是' in text:
        found = text.split('答案是')[1].strip().split('\n\n')[0].strip()
    else:
        found = (re.findall(r'-?\d*\.?\d+', text.replace(',', '')) or [''])[-1]
    found = re.sub(r'\n\s*', '', found)
    found = found[1:] if found[:1] == ':' else found
    found = found[:-1] if found[-1:] == '.' else found
    found = found[:-1] if found[-1:] == '/' else found
    return normal(found)


def letter(text):
    text = text.strip('\n').rstrip('.').rstrip('/').strip(' ').lstrip(':')
    found = re.findall(r'\b(A|B|C|D|E)\b', text.upper())
    return (found[-1] if found else text.strip().strip('.')).rstrip('.').rstrip('/')


def number(text):
    text = text.replace(',', '')
    try:
        return float(text)
    except ValueError:
        pass
    if text.endswith('%'):
        try:
            return float(text[:-1].removesuffix('\\')) / 100
        except ValueError:
            pass
    return None


def near(a, b):
    return math.isclose(b, a, rel_tol=1e-4)


def as_columns(text):
    return ', '.join(
        '\\begin{pmatrix}' + part.strip('{}').replace(',', '\\') + '\\end{pmatrix}'
        for part in re.findall(r'\{.*,.*\}', text.strip())
    )


MATRIX = len('\\begin{pmatrix}'), len('\\end{pmatrix}')


def is_matrix(text):
    return text.startswith(('\\begin{pmatrix}', '\\begin{bmatrix}')) and text.endswith(('\\end{pmatrix}', '\\end{bmatrix}'))


def same(pred, gold):
    """The name of the rule that makes them equal, or None."""
    if pred.strip().lower() == gold.strip().lower():
        return 'text'
    if gold in ('A', 'B', 'C', 'D', 'E') and letter(pred) == gold:
        return 'choice'
    a, b = number(pred), number(gold)
    if a is not None and b is not None:
        return 'number' if any(near(a, value) for value in (b / 100, b, b * 100)) else None
    if not pred:
        return None
    pred, gold = pred.strip(), gold.strip()
    if 'pmatrix' in pred and 'pmatrix' not in gold:
        gold = as_columns(gold)
    p, g = pred, gold
    if (p.startswith('[') and p.endswith(']') and not g.startswith('(')) or (
        p.startswith('(') and p.endswith(')') and not g.startswith('[')
    ):
        p, g = p.strip('[]()'), g.strip('[]()')
    bare = str.maketrans('', '', '{}()')
    if p.translate(bare).lower() == g.translate(bare).lower():
        return 'without brackets'
    opens = re.compile(r'(\(|\[).+(\)|\])')
    if opens.match(pred) and opens.match(gold):
        left, right = pred[1:-1].split(','), gold[1:-1].split(',')
        if len(left) == len(right) and all(same(x, y) for x, y in zip(left, right)):
            return 'element by element'
    if is_matrix(pred) and is_matrix(gold):
        rows = [
            [line.strip().split('&') for line in text[MATRIX[0]:-MATRIX[1]].split('\\\\') if line.strip()]
            for text in (pred, gold)
        ]
        if len(rows[0]) == len(rows[1]) and all(
            len(x) == len(y) and all(same(m, n) for m, n in zip(x, y)) for x, y in zip(*rows)
        ):
            return 'matrix'
    if pred.count('=') == 1 and gold.count('=') == 1:
        (pl, pr), (gl, gr) = pred.split('='), gold.split('=')
        one = f'{pl.strip()} - ({pr.strip()})'
        two = f'{gl.strip()} - ({gr.strip()})'
        if symbolic(one, two) or symbolic(f'-({one})', two):
            return 'equation'
    elif pred.count('=') == 1 and len(pred.split('=')[0].strip()) <= 2 and '=' not in gold:
        if same(pred.split('=')[1], gold):
            return 'assignment'
    elif gold.count('=') == 1 and len(gold.split('=')[0].strip()) <= 2 and '=' not in pred:
        if same(pred, gold.split('=')[1]):
            return 'assignment'
    return 'symbolic' if symbolic(pred, gold) else None


def parsed(text):
    for parse in (parse_expr, latex2sympy):
        for form in (text.replace('\\\\', '\\'), text):
            try:
                return parse(form)
            except Exception:
                pass
    return text


def attempt(test):
    try:
        return bool(test())
    except Exception:
        return False


def symbolic(pred, gold):
    a, b = parsed(pred), parsed(gold)
    if attempt(lambda: str(a) == str(b) or a == b):
        return True
    if attempt(lambda: a.equals(b) or simplify(a - b) == 0):
        return True
    if attempt(lambda: abs(a.lhs - a.rhs).equals(abs(b.lhs - b.rhs))):
        return True
    if attempt(lambda: near(float(N(a)), float(N(b)))):
        return True
    return attempt(
        lambda: a.shape == b.shape
        and a.applyfunc(lambda x: round(x, 3)).equals(b.applyfunc(lambda x: round(x, 3)))
    )


def verdict(pair):
    gold = extract(pair['gold']) if 'boxed' in pair['gold'] else normal(pair['gold'])
    pred = extract(pair['pred'])
    rule = same(pred, gold)
    return {'equal': rule is not None, 'rule': rule, 'gold': gold, 'pred': pred}


# Each pair in a process of its own, as there: latex2sympy2 keeps what one text did to it. 5 s of computing.
for line in sys.stdin:
    pair = json.loads(line)
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (5, 6))
        try:
            text = json.dumps(verdict(pair))
        except Exception as error:
            text = json.dumps({'equal': False, 'rule': f'error: {type(error).__name__}'})
        os.write(into, text.encode())
        os._exit(0)
    os.close(into)
    with os.fdopen(out) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    print(text or json.dumps({'equal': False, 'rule': 'late'}), flush=True)
