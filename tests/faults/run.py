#!/usr/bin/env python3
"""Plants each fault of faults.py and shows which suite notices it.

usage: run.py [--check] [--few] [NAME ...]     --check: only that each fault still has its place; --few: a handful, for `make test`

The sources are copied to build/faults/tree, each fault becomes a branch there that an environment variable takes, and one build
holds them all. The product's own sources know nothing of faults. Last line: `N caught, N missed`.
"""
import concurrent.futures, os, re, shutil, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
import faults

TREE = os.path.join(ROOT, 'build', 'faults', 'tree')
FEW = ('equal_currencies', 'and_is_or', 'jump_anywhere', 'half_up', 'allow_beats_deny')
PLANTER = '''/* Made by tests/faults/run.py: whether a fault is planted. */
#ifndef FAULT_PLANTED
#define FAULT_PLANTED
extern char *getenv(const char *name);             /* no header: sources choose their own feature macros first */
static const char *fault_chosen = "";
__attribute__((constructor, unused)) static void fault_choose(void) { const char *name = getenv("REBASE_FAULT"); fault_chosen = name ? name : ""; }
#define FAULT_IS(NAME) (*fault_chosen == *(NAME) && __builtin_strcmp(fault_chosen, (NAME)) == 0)
#endif
'''
DECISIONS = {'differential': '60000'}


def all_faults():
    return [(part, *fault) for part, found in faults.PARTS for fault in found]


def misplaced():
    wrong, names = [], set()
    for _, name, _, path, old, new, _ in all_faults():
        text = open(os.path.join(ROOT, path), encoding='utf-8').read()
        if text.count(old) != 1:
            wrong.append('%s: its place in %s is there %d times' % (name, path, text.count(old)))
        if name in names or 'FAULT' not in new:
            wrong.append('%s: twice, or without FAULT' % name)
        names.add(name)
    return wrong


def copy_tree():
    listed = subprocess.run(['git', 'ls-files', '-co', '--exclude-standard'], cwd=ROOT, capture_output=True, text=True)
    files = listed.stdout.split('\n') if listed.returncode == 0 else [os.path.relpath(os.path.join(d, f), ROOT) for d, dirs, fs in os.walk(ROOT)
                                                                      if not re.search(r'/(build|\.git)(/|$)', d) for f in fs]
    for path in filter(None, files):
        source, target = os.path.join(ROOT, path), os.path.join(TREE, path)
        if not os.path.isfile(source):
            continue
        text = open(source, 'rb').read()
        for _, name, _, where, old, new, _ in all_faults():
            if where == path:
                text = text.replace(old.encode(), re.sub(r'\bFAULT\b', 'FAULT_IS("%s")' % name, new).encode(), 1)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.exists(target) or open(target, 'rb').read() != text:       # unchanged: nothing to build anew
            open(target, 'wb').write(text)
            shutil.copymode(source, target)
    open(os.path.join(TREE, 'fault.h'), 'w').write(PLANTER)


def build(suites):
    units = ['build/tests/unit/test_%s' % s.split('/')[1] for s in suites if s.startswith('unit/')]
    made = subprocess.run(['make', '-j%d' % (os.cpu_count() or 2), 'all', 'build/tests/differential', *sorted(set(units)),
                           'CC=%s -include %s/fault.h -Wno-error -Wno-unused-variable' % (os.environ.get('CC', 'cc'), TREE), 'OPTIMISE=-O1'],
                          cwd=TREE, capture_output=True, text=True)
    if made.returncode:
        sys.exit('the faulty tree does not build:\n' + (made.stdout + made.stderr)[-4000:])


def fails(suite, fault):
    """Whether the suite fails, or hangs, with the fault planted (None: with none)."""
    command = ['build/tests/differential', DECISIONS['differential']] if suite == 'differential' else [sys.executable, 'scripts/run_tests.py', suite]
    environment = {**os.environ, 'REBASE_FAULT': fault or '', 'REBASE_DATA': '/nonexistent'}
    if suite.startswith('unit/'):
        command, environment['CK_FORK'] = ['build/tests/unit/test_' + suite[5:]], 'yes'
    try:
        return subprocess.run(command, cwd=TREE, env=environment, capture_output=True, timeout=240).returncode != 0
    except subprocess.TimeoutExpired:
        return True


def exists(suite):
    return not suite.startswith('unit/') or os.path.exists(os.path.join(ROOT, 'tests', 'unit', 'test_%s.c' % suite[5:]))


def judge(fault):
    part, name, story, path, _, _, suites = fault
    for suite in filter(exists, suites):
        if fails(suite, name):
            return 'caught  %-24s by %-18s %s: %s' % (name, suite, part, story), True
    return 'MISSED  %-24s %-21s %s: %s (%s)' % (name, 'by ' + ', '.join(filter(exists, suites)), part, story, path), False


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith('--')]
    wrong = misplaced()
    if '--check' in sys.argv or wrong:
        for line in wrong:
            print('not ok', line)
        print('%d passed, %d failed' % (len(all_faults()) - len(wrong), len(wrong)))
        return 1 if wrong else 0
    chosen = [f for f in all_faults() if (not arguments or f[1] in arguments) and ('--few' not in sys.argv or f[1] in FEW)]
    suites = sorted({s for f in chosen for s in f[6] if exists(s)})
    copy_tree()
    build(suites)
    for suite in suites:
        if fails(suite, None):
            sys.exit('%s fails without any fault' % suite)
    missed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for line, caught in pool.map(judge, chosen):
            missed += not caught
            print(line, flush=True)
    print(('%d passed, %d failed' if '--few' in sys.argv else '%d caught, %d missed') % (len(chosen) - missed, missed))
    return 1 if missed else 0


if __name__ == '__main__':
    sys.exit(main())
