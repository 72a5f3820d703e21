"""Plants faults: reads tests/faults/*.faults and writes a copy of the sources in which each fault stands behind a macro.

A fault is a block of lines; blocks are separated by blank lines, `#` begins a comment:

    name_of_the_fault: what went wrong, in a line
      runtime/vm.c in_region by unit/vm differential
      - inner.i >= outer.i
      + inner.i > outer.i

The second line names the file, the function (`-`: anywhere in the file) and the suites that are likeliest to catch it. The text
after `-` must stand exactly once in the function, white space aside. In the copy it becomes
`(FAULT(name) ? (new) : (old))`, or `if (FAULT(name)) { new } else { old }` where the old text is a whole statement; a missing `+`
leaves a statement out; a new text that says FAULT itself stands as it is. FAULT(name) is false unless the environment says
REBASE_FAULT=name.
"""
import glob, os, re

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
COPIED = ('Makefile', 'SPEC.md', 'compiler', 'runtime', 'stdlib', 'tests', 'examples', 'scripts')
MACRO = '''/* What a planted fault is switched on by; see tests/faults/plant.py. Included before every source of the planted copy. */
#ifdef REBASE_FAULTS
#define FAULT(name) fault_##name
#else
#define FAULT(name) 0
#endif
'''


class Wrong(Exception):
    """A fault that cannot be planted, and why."""


class Fault:
    def __init__(self, where, lines):
        head, place = re.match(r'([a-z0-9_]+): (\S.*)$', lines[0]), lines[1].split() if len(lines) > 1 else []
        if not head or len(place) < 4 or place[2] != 'by':
            raise Wrong('%s: a fault begins `name: story` and `FILE FUNCTION by SUITE ...`' % where)
        self.where, self.name, self.story = where, head.group(1), head.group(2)
        self.file, self.function, self.suites = place[0], place[1], place[3:]
        self.part = os.path.basename(where.split(':')[0])[:-len('.faults')]
        self.old = ' '.join(line.strip()[1:].strip() for line in lines[2:] if line.strip().startswith('-'))
        self.new = ' '.join(line.strip()[1:].strip() for line in lines[2:] if line.strip().startswith('+'))
        if not self.old or self.old == self.new:
            raise Wrong('%s: %s changes nothing' % (where, self.name))

    def planted(self, matched):
        if re.search(r'\bFAULT\b', self.new):
            return re.sub(r'\bFAULT\b', 'FAULT(%s)' % self.name, self.new) + '\n' * matched.count('\n')
        if re.search(r'[;}]$', self.old):
            return 'if (FAULT(%s)) { %s } else { %s }' % (self.name, self.new, matched)
        if not self.new:
            raise Wrong('%s: %s: only a statement can be left out' % (self.where, self.name))
        return '(FAULT(%s) ? (%s) : (%s))' % (self.name, self.new, matched)


def read_faults(folder=HERE):
    faults = []
    for path in sorted(glob.glob(os.path.join(folder, '*.faults'))):
        block, start = [], 0
        for number, line in enumerate([*open(path, encoding='utf-8'), '\n'], 1):
            if line.startswith('#'):
                continue
            if line.strip():
                start = start if block else number
                block.append(line.rstrip('\n'))
            elif block:
                faults.append(Fault('%s:%d' % (os.path.relpath(path, ROOT), start), block))
                block = []
    names = [f.name for f in faults]
    for name in names:
        if names.count(name) > 1:
            raise Wrong('two faults are called %s' % name)
    return faults


def function_span(text, name):
    """Where the function's definition begins and ends: from its name at the left margin to the closing brace there."""
    start = re.search(r'^(?![ \t#}/*]).*\b%s\((?:[^;{]|\n)*\{' % re.escape(name), text, re.M)
    if not start:
        return None
    line_end = text.find('\n', start.end())
    if text[:line_end].endswith('}'):
        return start.start(), line_end                # all on one line
    end = re.search(r'^\}', text[start.end():], re.M)
    return (start.start(), start.end() + end.end()) if end else None


def place_of(fault, text):
    span = (0, len(text)) if fault.function == '-' else function_span(text, fault.function)
    if not span:
        raise Wrong('%s: %s: no function %s in %s' % (fault.where, fault.name, fault.function, fault.file))
    pattern = re.compile(r'\s+'.join(re.escape(word) for word in fault.old.split()))
    found = [m for m in pattern.finditer(text, *span)]
    if len(found) != 1:
        raise Wrong('%s: %s: `%s` stands %d times in %s of %s: adapt the fault to the code' %
                    (fault.where, fault.name, fault.old, len(found), fault.function, fault.file))
    return found[0].start(), found[0].end()


def planted_text(path, faults):
    """The source with its faults; every line stays where it was."""
    text = open(os.path.join(ROOT, path), encoding='utf-8').read()
    places = sorted((*place_of(fault, text), fault) for fault in faults)
    out, at = '', 0
    for start, end, fault in places:
        if start < at:
            raise Wrong('%s: %s: overlaps another fault' % (fault.where, fault.name))
        out += text[at:start] + fault.planted(text[start:end])
        at = end
    declared = ''.join('extern _Bool fault_%s; ' % f.name for f in faults)
    return declared + out + text[at:]


def table_text(faults):
    return ('/* Made by tests/faults/plant.py: which fault is switched on. */\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n' +
            ''.join('_Bool fault_%s;\n' % f.name for f in faults) +
            'static const struct { const char *name; _Bool *on; } table[] = {\n' +
            ''.join('  {"%s", &fault_%s},\n' % (f.name, f.name) for f in faults) +
            '};\n__attribute__((constructor)) static void switch_on(void) {\n  const char *name = getenv("REBASE_FAULT");\n'
            '  for (size_t i = 0; name && i < sizeof table / sizeof *table; i++)\n    if (!strcmp(table[i].name, name)) *table[i].on = 1;\n}\n')


def write_changed(path, data):
    """Leaves an equal file alone, so that make rebuilds only what changed."""
    if os.path.exists(path) and open(path, 'rb').read() == data:
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, 'wb').write(data)


def sources():
    for top in COPIED:
        full = os.path.join(ROOT, top)
        if os.path.isfile(full):
            yield top
        for folder, folders, files in os.walk(full):
            folders[:] = sorted(f for f in folders if f != '__pycache__' and os.path.join(folder, f) != HERE)
            yield from (os.path.relpath(os.path.join(folder, f), ROOT) for f in sorted(files))


def misplaced(faults):
    """What is wrong with each fault that does not fit its source."""
    wrong = []
    for fault in faults:
        try:
            if not fault.file.endswith('.c') or not os.path.exists(os.path.join(ROOT, fault.file)):
                raise Wrong('%s: %s: there is no source %s' % (fault.where, fault.name, fault.file))
            planted_text(fault.file, [fault])
        except Wrong as problem:
            wrong.append(str(problem))
    return wrong


def plant(faults, tree):
    """Writes the planted copy."""
    files = dict.fromkeys(sources())
    for path in files:
        mine = [f for f in faults if f.file == path]
        data = planted_text(path, mine).encode() if mine else open(os.path.join(ROOT, path), 'rb').read()
        write_changed(os.path.join(tree, path), data)
    write_changed(os.path.join(tree, 'fault.h'), MACRO.encode())
    write_changed(os.path.join(tree, 'runtime/fault_table.c'), table_text(faults).encode())
    files['fault.h'] = files['runtime/fault_table.c'] = None
    for folder, folders, names in os.walk(tree):      # what is gone from the sources goes from the copy
        folders[:] = [f for f in folders if os.path.join(folder, f) != os.path.join(tree, 'build')]
        for name in names:
            if os.path.relpath(os.path.join(folder, name), tree) not in files:
                os.unlink(os.path.join(folder, name))
