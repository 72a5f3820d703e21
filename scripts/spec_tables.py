#!/usr/bin/env python3
"""The tables of SPEC.md that repeat what a .def file or the grammar says: made from them, between two marks,
    <!-- made from FILE: NAME -->  ...  <!-- end -->

usage: spec_tables.py            rewrites them
       spec_tables.py --check    says which are not what they would be made; exit status 1
"""
import os, re, sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SPEC = os.path.join(ROOT, 'SPEC.md')


def read(path):
    return open(os.path.join(ROOT, path), encoding='utf-8').read()


def calls(path, macro):
    """The arguments of each MACRO(...) in a .def file; texts without their quotes."""
    text = re.sub(r'/\*.*?\*/', '', read(path), flags=re.S)
    for line in re.findall(r'^%s\((.*)\)\s*$' % macro, text, re.M):
        parts = re.findall(r'"((?:[^"\\]|\\.)*)"|([^",\s][^",]*)', line)
        yield [(quoted or plain).replace('\\"', '"').strip() for quoted, plain in parts]


def table(head, rows):
    cell = lambda text: text.replace('|', '\\|')
    lines = ['| ' + ' | '.join(head) + ' |', '|' + '---|' * len(head)]
    return '\n'.join(lines + ['| ' + ' | '.join(cell(c) for c in row) + ' |' for row in rows])


# ---- the grammar ----
def tokens():
    text = read('compiler/syntax/tokens.def')
    names = {name: '"%s"' % word for name, word in re.findall(r'^WORD\((\w+),\s*"([^"]*)"', text, re.M)}
    for name, people in re.findall(r'^TOKEN\((\w+),\s*"([^"]*)"\)', text, re.M):
        sign = re.fullmatch(r'`([^`a-z]+)`', people)
        names[name] = '"%s"' % sign.group(1) if sign else name
    return names


def rules():
    """Left sides in their order, each with its alternatives: lists of symbols."""
    text = re.sub(r'/\*.*?\*/', '', read('compiler/syntax/grammar.y'), flags=re.S)
    text = re.sub(r'%(include|code)\s*\{.*?^\}', '', text, flags=re.S | re.M)
    found = {}
    text = '\n'.join(line for line in text.split('\n') if 'build_chained' not in line)     # there to be refused
    for left, right in re.findall(r'^(\w+)(?:\(\w+\))?\s*::=([^.]*)\.', text, re.M):
        found.setdefault(left, []).append(re.findall(r'\w+', re.sub(r'\(\w+\)', '', right)))
    return found


def as_ebnf(left, alternatives, show):
    """Lists are written { }, what may be left out [ ]."""
    text = lambda symbols: ' '.join(show(s) for s in symbols)
    again = [a[1:] for a in alternatives if a and a[0] == left]
    others = [a for a in alternatives if not (a and a[0] == left)]
    binary = any(left in a for a in again)                  # `sum ::= sum PLUS sum`: precedence decides
    if again and not binary:
        tail = '{ ' + ' | '.join(text(a) for a in again) + ' }'
        first = [a for a in others if a]
        if not first:
            return tail
        head = ' | '.join(text(a) for a in first)
        return ('( %s ) ' % head if len(first) > 1 else head + ' ') + tail
    if [] in alternatives:
        return '[ ' + ' | '.join(text(a) for a in alternatives if a) + ' ]'
    return ' | '.join(text(a) for a in alternatives)


def wrapped(line):
    """Lines of 118 columns, broken before a `|` only."""
    lines = ['']
    for part in re.split(r' (?=\| )', line):
        if lines[-1] and len(lines[-1]) + 1 + len(part) > 118:
            lines.append('    ' + part)
        else:
            lines[-1] += (' ' if lines[-1] else '') + part
    return '\n'.join(lines)


def grammar():
    names, found = tokens(), rules()
    show = lambda symbol: names.get(symbol, symbol) if symbol.isupper() else symbol
    lines = []
    for left, alternatives in found.items():
        lines.append(wrapped('%s = %s ;' % (left, as_ebnf(left, alternatives, show))))
    return '```ebnf\n' + '\n'.join(lines) + '\n```'


def precedence():
    rows = re.findall(r'^%(left|right|nonassoc)\s+([A-Z ]+)\.', read('compiler/syntax/grammar.y'), re.M)
    names = tokens()
    said = {'CONDITIONAL': '`if … then … else …`', 'QUANTIFIED': '`any`, `all`, `first` with their condition',
            'NEGATIVE': 'unary `-`, `seen E(k) within the last d`', 'SHORT': None, 'WITHIN': None}
    sides = {'left': 'to the left', 'right': 'to the right', 'nonassoc': '-'}
    out = []
    for side, words in rows:
        text = ', '.join(said[w] if w in said else '`%s`' % names[w].strip('"') for w in words.split() if said.get(w, '') is not None)
        if text:
            out.append((text, sides[side]))
        if 'NOT' in words.split():                           # a level of its own in the grammar: it does not chain
            out.append(('`==` `!=` `<` `<=` `>` `>=` `in` `not in` `matches` `contains` `starts with` `ends with` `has` '
                        '`within the last` `within the next` `is present` `is missing`', 'does not chain'))
    out.append(('member `.f` `?.f`, index `x[i]`, call `f(x)`', 'to the left'))
    return table(['operators, from the loosest to the tightest', 'group'], out)


def words():
    text = read('compiler/syntax/tokens.def')
    reserved = re.findall(r'^WORD\(\w+,\s*"(\w+)",\s*RESERVED\)', text, re.M)
    return ' '.join('`%s`' % w for w in reserved)


# ---- the other tables ----
def contexts():
    events = {'EV_ANY': 'all', 'EV_CALL': '`call`', 'EV_INFER': '`infer`', 'EV_RELEASE': '`release`', 'EV_DELEGATE': '`delegate`'}
    kinds = {name: written for name, written, _ in calls('runtime/type_kinds.def', 'KIND')}
    rows = [('`%s`' % written, kinds[kind] + ('?' if optional == '1' else ''), events[mask], doc)
            for _, written, kind, optional, mask, doc in calls('runtime/contexts.def', 'CTX')]
    return table(['written', 'type', 'events', 'what it is'], rows)


def builtins():
    rows = [('`%s`' % usage, kind.replace('->', '→'), meaning)
            for _, _, _, usage, kind, meaning in calls('compiler/sema/builtins.def', 'BUILTIN')]
    return table(['function', 'type', 'value'], rows)


def sections():
    rows = [(str(i), name, '`%s`' % record) for i, (name, record) in enumerate(calls('runtime/sections.def', 'SECTION'))]
    return table(['number', 'section', 'record'], rows)


def header():
    body = re.search(r'struct image_header \{\n(.*?)\n\};', read('runtime/image.h'), re.S).group(1)
    sizes, at, rows = {'char': 1, 'unsigned char': 1, 'uint32_t': 4, 'uint64_t': 8}, 0, []
    for line in body.split('\n'):
        kind, name, count, note = re.match(r'\s*([\w ]+?) (\w+)(?:\[(\d+)\])?;\s*(?:/\* (.*?) \*/)?', line).groups()
        size = sizes[kind] * int(count or 1)
        rows.append((str(at), str(size), name, note or ''))
        at += size
    rows.append((str(at), '8 each', 'sections', 'offset and count of each, two 32-bit numbers; bytes for TEXTS, VALUES and BYTES, else records'))
    return table(['byte', 'bytes', 'field', 'what it holds'], rows)


def checks():
    return table(['check', 'what must hold'], [('`%s`' % name, text) for name, text in calls('runtime/checks.def', 'CHECK')])


def instructions():
    rows = [('`%s`' % row[0], row[-2], row[-1]) for row in calls('runtime/opcodes.def', 'OP')]
    return table(['instruction', 'steps', 'what it does'], rows)


MADE = {f.__name__: f for f in (grammar, precedence, words, contexts, builtins, sections, header, checks, instructions)}


def main():
    text = open(SPEC, encoding='utf-8').read()
    stale, seen = [], set()

    def made(match):
        name = match.group(2)
        seen.add(name)
        new = MADE[name]()
        if new != match.group(3):
            stale.append(name)
        return '%s\n%s\n<!-- end -->' % (match.group(1), new)
    text = re.sub(r'(<!-- made from [^:\n]+: (\w+) -->)\n(.*?)\n<!-- end -->', made, text, flags=re.S)
    stale += ['%s (no such table in SPEC.md)' % name for name in MADE if name not in seen]
    if '--check' in sys.argv[1:]:
        for name in stale:
            print('FAIL SPEC.md: the table `%s` is not what its source says: run scripts/spec_tables.py' % name)
        print('%d passed, %d failed' % (len(MADE) - len(stale), len(stale)))
        return 1 if stale else 0
    open(SPEC, 'w', encoding='utf-8').write(text)
    print('rewritten: ' + ', '.join(stale) if stale else 'nothing changed')
    return 0


if __name__ == '__main__':
    sys.exit(main())
