#!/usr/bin/env python3
"""Shows sections 11 to 13 of SPEC.md on the bundles of the examples: what is read here is only what SPEC.md says of a bundle
(header, section table, instructions and their steps), so that the text alone suffices to check one.
"""
import glob, hashlib, os, random, re, struct, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RBC = os.environ.get('RBC') or os.path.join(ROOT, 'build', 'bin', 'rbc')
SPEC = open(os.path.join(ROOT, 'SPEC.md'), encoding='utf-8').read()
FLIPS = 60


def table(name):
    """The rows of a table of SPEC.md, without its head."""
    text = re.search(r'<!-- made from [^:\n]+: %s -->\n(.*?)\n<!-- end -->' % name, SPEC, re.S).group(1)
    return [[cell.strip(' `') for cell in re.split(r'(?<!\\)\|', row)[1:-1]] for row in text.split('\n')[2:]]


FIELDS = {row[2]: int(row[0]) for row in table('header') if row[1].isdigit()}
SECTIONS = [row[1] for row in table('sections')]
TABLE_AT = max(FIELDS.values()) + 32                      # the digest is last
STEPS = {row[0]: int(row[1]) for row in table('instructions')}
CHECKS = {row[0] for row in table('checks')}


def compiled(example, folder, name):
    path = os.path.join(folder, name)
    subprocess.run([RBC, 'compile', example, '-o', path, '--date', '2026-01-01'], capture_output=True, check=True)
    return open(path, 'rb').read()


def verified(image, folder):
    """None, or the check that refuses it."""
    path = os.path.join(folder, 'changed.rbb')
    with open(path, 'wb') as out:
        out.write(image)
    done = subprocess.run([RBC, 'verify', path], capture_output=True, text=True)
    return None if done.returncode == 0 else re.search(r'(?:not valid|of another version): (\w+)', done.stderr).group(1)


def layout(image):
    """11.1, 11.2: magic, version, number of sections, size; sections in order, aligned, without gaps but zeros."""
    assert image[:8] == b'rebase\r\n'
    version, count, size = struct.unpack_from('<IIQ', image, FIELDS['version'])
    assert version == 3 and count == len(SECTIONS) and size == len(image), (version, count, size)
    places = [struct.unpack_from('<II', image, TABLE_AT + 8 * i)[0] for i in range(count)]
    counts = [struct.unpack_from('<II', image, TABLE_AT + 8 * i)[1] for i in range(count)]
    assert places == sorted(places) and all(p % 8 == 0 for p in places), places
    assert places[0] == (TABLE_AT + 8 * count + 7) // 8 * 8, places[0]
    assert counts[SECTIONS.index('BUNDLE')] == 1
    texts = SECTIONS.index('TEXTS')                       # the empty text is first: its length, and a NUL
    assert image[places[texts]:places[texts] + 5] == bytes(5)
    end = places[texts] + counts[texts]
    assert not any(image[end:places[texts + 1]])


def digest(image):
    """11.4: BLAKE2b-256 of the file with the digest's own bytes zero."""
    at = FIELDS['digest']
    assert hashlib.blake2b(image[:at] + bytes(32) + image[at + 32:], digest_size=32).digest() == image[at:at + 32]


def sealed(image, folder):
    """12: a bundle is taken as it is and refused when any byte is another; with a digest of its own the change is found elsewhere, or harmless."""
    assert verified(image, folder) is None
    dice = random.Random(len(image))
    for _ in range(FLIPS):
        at = dice.randrange(len(image))
        changed = bytearray(image)
        changed[at] ^= 1 << dice.randrange(8)
        refused = verified(bytes(changed), folder)
        assert refused in CHECKS, (at, refused)
    assert verified(image[:-1], folder) in CHECKS and verified(image + b'x', folder) in CHECKS


def scopes(image):
    """11.8: by its agent's class and its head's each pair comes to a list or to none, and every list is come to; nodes stand behind what they lead to."""
    def section(name):
        at, count = struct.unpack_from('<II', image, TABLE_AT + 8 * SECTIONS.index(name))
        return struct.unpack_from('<%dI' % count, image, at) if name not in ('RULES', 'RESIDUALS') else count
    agents, heads, scope, lists = (section(name) for name in ('AGENT_CLASS', 'HEAD_CLASS', 'SCOPE', 'LISTS'))
    none, starts, at, depth = 2 ** 32 - 1, set(), 0, 1
    while at < len(lists):
        starts.add(at)
        entries = lists[at + 1:at + 1 + lists[at]]
        assert all(entry < section('RULES') + section('RESIDUALS') for entry in entries), at
        at += 1 + lists[at]
    while 16 ** depth <= max(heads):
        depth += 1
    root, reached = len(scope) // 16 - max(agents) - 1, set()
    for agent in set(agents):
        for head in set(heads):
            node = root + agent
            for bits in range(4 * (depth - 1), 0, -4):
                below = scope[16 * node + (head >> bits) % 16]
                assert below < node, (agent, head, node)
                node = below
            reached.add(scope[16 * node + head % 16])
    assert at == len(lists) and reached - {none} == starts, reached ^ starts


def programs(listing):
    """(name, stated cost, instructions) of every rule, residual and function; an instruction is its name and its operands."""
    for block in listing.split('\n\n'):
        head = re.match(r'(rule \d+|residual \d+|function \d+): .*cost ([0-9n^+ ]+)$', block, re.M)
        steps = re.findall(r'^ +(\d+)  ([A-Z]+) *(.*)$', block, re.M)
        if head and steps:
            starts = [i for i, step in enumerate(steps) if step[0] == '0']         # those of its waivers come first
            yield head.group(1), head.group(2), [step[1:] for step in steps[starts[-1]:]]


def polynomial(text):
    powers = {int(p or 1) if n else 0: int(c) for c, n, p in re.findall(r'(\d+)(?: (n)(?:\^(\d))?)?', text)}
    return [powers.get(k, 0) for k in range(5)]


def costs(path):
    """13.1: the stated bound of every rule, residual and function is the one that SPEC's steps give."""
    listing = subprocess.run([RBC, 'disasm', path], capture_output=True, text=True, check=True).stdout
    bounds = {}
    for name, stated, code in programs(listing):
        sums, depth = [0] * 6, 0
        for instruction, operands in code:
            sums[depth] += STEPS[instruction]
            if instruction == 'LOOP':
                depth += 1
                sums[depth] += STEPS[instruction]
            elif instruction == 'NEXT':
                depth -= 1
            elif instruction == 'CALL':
                callee = bounds['function ' + re.search(r'function (\d+)', operands).group(1)]
                for k, steps in enumerate(callee):
                    sums[depth + k] += steps
        assert sums[:5] == polynomial(stated) and not sums[5], (name, stated, sums)
        bounds[name] = sums[:5]
    assert len(bounds) == len(re.findall(r'^(?:rule|residual|function) \d+: ', listing, re.M)) > 0


def main():
    passed = failed = 0
    examples = sorted(os.path.dirname(root) for root in glob.glob(os.path.join(ROOT, 'examples', '*', 'root.rb')))
    for example in examples:
        with tempfile.TemporaryDirectory(prefix='rbc-bundle-') as folder:
            image = compiled(example, folder, 'a.rbb')
            path = os.path.join(folder, 'a.rbb')
            tests = {'11.1 11.2 layout': lambda: layout(image), '11.4 digest': lambda: digest(image), '11.8 scopes': lambda: scopes(image), '12 sealed': lambda: sealed(image, folder),
                     '11.5 the same bytes again': lambda: compiled(example, folder, 'b.rbb') == image or 1 / 0, '13.1 costs': lambda: costs(path)}
            for title, test in tests.items():
                try:
                    test()
                    passed += 1
                except (AssertionError, ZeroDivisionError, AttributeError, IndexError, KeyError, struct.error) as problem:
                    failed += 1
                    print('FAIL SPEC %s of %s: %s %s' % (title, os.path.basename(example), type(problem).__name__, problem))
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
