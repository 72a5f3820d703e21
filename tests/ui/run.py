#!/usr/bin/env python3
"""Snapshots of diagnostics: what `rbc check` prints for each case is compared, byte by byte, with NAME.stderr.

usage: run.py [--bless] [--missing] [NAME ...]

A case is a file NAME.rb, which is put into a workspace of its own (one package, named as its `package` line says, that may
declare everything), or a directory NAME/ that is a whole workspace. The last line of NAME.stderr is `exit N`. A first line
`# check: OPTIONS` gives options to rbc. --bless writes the snapshots anew; --missing lists the codes that no case shows.
"""
import concurrent.futures, os, re, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RBC = os.environ.get('RBC') or os.path.join(ROOT, 'build', 'bin', 'rbc')
EVERYTHING = ('connectors, models, providers, labels, proofs, regions, contexts, groups, tables, trees, guards, policies, routes, agents, teams, '
              'detectors, types, functions, tests')
KINDS = os.path.join(HERE, 'declares.txt')                # the list above, if the language names it otherwise


def cases():
    for folder, folders, files in sorted(os.walk(HERE)):
        if 'root.rb' in files:
            folders[:] = []
            if folder != HERE:
                yield os.path.relpath(folder, HERE)
            continue
        folders.sort()
        for name in sorted(files):
            if name.endswith('.rb'):
                yield os.path.relpath(os.path.join(folder, name[:-3]), HERE)


def everything():
    return open(KINDS, encoding='utf-8').read().strip() if os.path.exists(KINDS) else EVERYTHING


def workspace_of(case, scratch):
    source = os.path.join(HERE, case)
    if os.path.isdir(source):
        return source
    text = open(source + '.rb', 'rb').read()
    package = re.search(rb'^package\s+([\w.]+)', text, re.M)
    package = package.group(1).decode() if package else 'ui'
    os.makedirs(os.path.join(scratch, 'src'))
    with open(os.path.join(scratch, 'root.rb'), 'w', encoding='utf-8') as root:
        root.write('workspace ui\n\npackage %s in "src/" declares %s\n' % (package, everything()))
    shutil.copyfile(source + '.rb', os.path.join(scratch, 'src', os.path.basename(case) + '.rb'))
    return scratch


def options_of(case):
    path = os.path.join(HERE, case, 'root.rb') if os.path.isdir(os.path.join(HERE, case)) else os.path.join(HERE, case + '.rb')
    first = open(path, encoding='utf-8', errors='replace').readline()
    return first[len('# check:'):].split() if first.startswith('# check:') else []


def run(case):
    scratch = tempfile.mkdtemp(prefix='rbc-ui-')
    try:
        command = [RBC, 'check', '.', '--date', '2026-01-01', *options_of(case)]
        environment = {**os.environ, 'NO_COLOR': '1'}
        done = subprocess.run(command, cwd=workspace_of(case, scratch), env=environment, capture_output=True, stdin=subprocess.DEVNULL, timeout=120)
        return case, done.stderr + b'exit %d\n' % done.returncode
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def compare(case, output):
    path = os.path.join(HERE, case + '.stderr')
    if not os.path.exists(path):
        return '%s has no %s.stderr; `make bless` writes it:\n%s' % (case, case, output.decode('utf-8', 'replace'))
    expected = open(path, 'rb').read()
    if expected == output:
        return None
    import difflib
    lines = lambda b: b.decode('utf-8', 'replace').splitlines(keepends=True)
    return '%s differs:\n%s' % (case, ''.join(difflib.unified_diff(lines(expected), lines(output), 'expected', 'now')))


def missing():
    shown = set()
    for folder, _, files in os.walk(HERE):
        for name in files:
            if name.endswith('.stderr'):
                shown.update(re.findall(r'\b[EW]\d{4}\b', open(os.path.join(folder, name), encoding='utf-8', errors='replace').read()))
    listed = subprocess.run([RBC, 'explain', '--list'], capture_output=True, text=True).stdout
    for line in listed.splitlines():
        if line.split()[0] not in shown:
            print(line)


def main():
    names = [a for a in sys.argv[1:] if not a.startswith('--')]
    if '--missing' in sys.argv[1:]:
        return missing()
    passed = failed = 0
    chosen = [c for c in cases() if not names or any(c == n or c.startswith(n + '/') for n in names)]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for case, output in pool.map(run, chosen):
            if '--bless' in sys.argv[1:]:
                with open(os.path.join(HERE, case + '.stderr'), 'wb') as out:
                    out.write(output)
            problem = compare(case, output)
            passed += problem is None
            failed += problem is not None
            if problem:
                print('FAIL ' + problem)
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
