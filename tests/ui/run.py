#!/usr/bin/env python3
"""Snapshots of diagnostics: what `rbc check` prints for each case is compared, byte by byte, with NAME.stderr.

usage: run.py [--bless] [--missing] [NAME ...]

A case is a file NAME.rb, which is put into a workspace of its own (one package, named as its `package` line says, that may
declare everything), or a directory NAME/ with a root.rb or a file CASE, that is a whole workspace. A first line
`# check: OPTIONS`, of NAME.rb or root.rb, gives options to rbc. CASE says how a workspace differs from the files that are
kept, a line each: `size PATH BYTES` (a file of so many zeros), `link PATH TARGET`, `options OPTIONS`.

A fix that a diagnostic offers is tried: the diagnostic must be gone. With no names the run also fails for each code that no
snapshot shows, and for each code that `rbc explain` has no example for. --bless writes the snapshots anew; --missing lists the codes that no case shows.
"""
import concurrent.futures, difflib, json, os, re, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RBC = os.environ.get('RBC') or os.path.join(ROOT, 'build', 'bin', 'rbc')
EVERYTHING = ('connectors, models, providers, labels, proofs, regions, contexts, groups, tables, trees, guards, policies, routes, agents, teams, '
              'detectors, types, functions, tests')
NOT_SHOWN = {                                             # what no workspace of reasonable size can raise, and who shows it
    'E0807': 'needs a section of 4 GiB',
    'E0809': 'a fault of the compiler itself; tests/unit/test_codegen.c gives it programs that the checker would refuse',
}


def cases():
    for folder, folders, files in os.walk(HERE):
        folders.sort()
        if 'root.rb' in files or 'CASE' in files:
            folders[:] = []
            yield os.path.relpath(folder, HERE)
            continue
        for name in sorted(files):
            if name.endswith('.rb'):
                yield os.path.relpath(os.path.join(folder, name[:-3]), HERE)


def everything_in(package):
    return 'workspace ui\n\npackage %s in "src/" declares %s\n' % (package, EVERYTHING)


def special_files(workspace):
    for line in filter(str.strip, open(os.path.join(workspace, 'CASE'), encoding='utf-8')):
        if line.startswith('options '):
            continue
        kind, path, value = line.split()
        path = os.path.join(workspace, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if kind == 'link':
            os.symlink(value, path)
        else:
            with open(path, 'w') as out:
                out.truncate(int(value))


def workspace_of(case, scratch):
    source = os.path.join(HERE, case)
    if os.path.exists(os.path.join(source, 'CASE')):
        copy = os.path.join(scratch, 'copy')
        shutil.copytree(source, copy)
        special_files(copy)
        return copy
    if os.path.isdir(source):
        return source
    text = open(source + '.rb', 'rb').read()
    package = re.search(rb'^package\s+([\w.]+)', text, re.M)
    os.makedirs(os.path.join(scratch, 'src'))
    with open(os.path.join(scratch, 'root.rb'), 'w', encoding='utf-8') as root:
        root.write(everything_in(package.group(1).decode() if package else 'ui'))
    shutil.copyfile(source + '.rb', os.path.join(scratch, 'src', os.path.basename(case) + '.rb'))
    return scratch


def options_of(case):
    folder = os.path.join(HERE, case)
    for path, start in ((folder + '.rb', '# check:'), (folder + '/root.rb', '# check:'), (folder + '/CASE', 'options ')):
        first = open(path, encoding='utf-8', errors='replace').readline() if os.path.exists(path) else ''
        if first.startswith(start):
            return first[len(start):].split()
    return []


def diagnostics(workspace):
    command = [RBC, 'check', '.', '--date', '2026-01-01', '--format', 'json']
    out = subprocess.run(command, cwd=workspace, capture_output=True, stdin=subprocess.DEVNULL, timeout=120).stdout
    return [json.loads(line) for line in out.decode('utf-8', 'replace').splitlines() if line.startswith('{')]


def useless_fixes(case):
    """Messages of the diagnostics that stay when their own fix is made; and how many fixes there are."""
    what = lambda d: (d['code'], d['message'], d.get('line'))
    scratch = tempfile.mkdtemp(prefix='rbc-ui-')
    try:
        workspace = os.path.join(scratch, 'fixed')
        shutil.copytree(workspace_of(case, scratch), workspace, symlinks=True, ignore=shutil.ignore_patterns('fixed'))
        fixable = [d for d in diagnostics(workspace) if d['fix']]
        useless = []
        for d in fixable:
            path = os.path.join(workspace, d['fix']['file'])
            before = open(path, 'rb').read()
            with open(path, 'wb') as out:
                out.write(before[:d['fix']['start']] + d['fix']['text'].encode() + before[d['fix']['end']:])
            if what(d) in map(what, diagnostics(workspace)):
                useless.append('%s: the fix of `%s` does not mend it' % (case, d['message']))
            with open(path, 'wb') as out:
                out.write(before)
        return useless, len(fixable)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def run(case):
    scratch = tempfile.mkdtemp(prefix='rbc-ui-')
    try:
        options = options_of(case)
        command = [RBC, 'check', '.', '--date', '2026-01-01', *options]
        environment = {**os.environ, 'NO_COLOR': '1'}
        done = subprocess.run(command, cwd=workspace_of(case, scratch), env=environment, capture_output=True, stdin=subprocess.DEVNULL, timeout=120)
        output = done.stdout + done.stderr if 'json' in options else done.stderr
        return case, output + b'exit %d\n' % done.returncode
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def compare(case, output):
    path = os.path.join(HERE, case + '.stderr')
    if not os.path.exists(path):
        return '%s has no %s.stderr; `make bless` writes it:\n%s' % (case, case, output.decode('utf-8', 'replace'))
    expected = open(path, 'rb').read()
    if expected == output:
        return None
    lines = lambda b: b.decode('utf-8', 'replace').splitlines(keepends=True)
    return '%s differs:\n%s' % (case, ''.join(difflib.unified_diff(lines(expected), lines(output), 'expected', 'now')))


def codes():
    """Code and title of every diagnostic."""
    listed = subprocess.run([RBC, 'explain', '--list'], capture_output=True, text=True, check=True).stdout
    return dict(line.split(None, 1) for line in listed.splitlines())


def missing():
    shown = set(NOT_SHOWN)
    for folder, _, files in os.walk(HERE):
        for name in files:
            if name.endswith('.stderr'):
                shown.update(re.findall(r'\b[EW]\d{4}\b', open(os.path.join(folder, name), encoding='utf-8', errors='replace').read()))
    return ['%s %s: no case shows it' % item for item in codes().items() if item[0] not in shown]


def unexplained():
    """Every code has a text with an example: an indented line, or something between backquotes."""
    problems = []
    for code, title in codes().items():
        text = subprocess.run([RBC, 'explain', code], capture_output=True, text=True).stdout
        body = text.split('\n', 1)[1].strip() if '\n' in text else ''
        if len(body) < 40 or not (re.search(r'^  ', body, re.M) or '`' in body or '"' in body):
            problems.append('%s %s: `rbc explain` shows no example' % (code, title))
    return problems


def report(problem):
    if problem:
        print('FAIL ' + problem)
    return problem is not None


def main():
    names = [a for a in sys.argv[1:] if not a.startswith('--')]
    if '--missing' in sys.argv[1:]:
        print('\n'.join(missing()))
        return 0
    passed = failed = 0
    chosen = [c for c in cases() if not names or any(c == n or c.startswith(n + '/') for n in names)]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for case, output in pool.map(run, chosen):
            if '--bless' in sys.argv[1:]:
                with open(os.path.join(HERE, case + '.stderr'), 'wb') as out:
                    out.write(output)
            bad = report(compare(case, output))
            passed, failed = passed + (not bad), failed + bad
        for useless, tried in pool.map(useless_fixes, chosen):
            for problem in useless:
                report(problem)
            passed, failed = passed + tried - len(useless), failed + len(useless)
    if not names:
        problems = missing() + unexplained()
        for problem in problems:
            report(problem)
        passed += 2 * len(codes()) - len(problems)
        failed += len(problems)
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
