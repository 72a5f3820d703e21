#!/usr/bin/env python3
"""Plants each known fault, one at a time, and shows which suite catches it.

usage: run.py [--check | --smoke | --list] [--jobs N] [NAME ...]

The sources are copied to build/faults with all faults in them, each behind a switch (plant.py), and built once. Without a fault
switched on the suites must pass; with one, the likeliest suite comes first and the first that fails has caught it. --check only
looks whether every fault still fits its source; --smoke tries a few. Exit code 0: every fault tried was caught.
"""
import concurrent.futures, os, re, signal, subprocess, sys, threading, time
import plant

TREE = os.path.join(plant.ROOT, 'build', 'faults')
DIFFERENTIAL = ['build/tests/differential', '40000']
SECONDS = 120                       # for one suite: what takes longer hangs
SMOKE = ('deny_overruled_by_allow', 'region_order_inverted', 'cost_not_compared', 'currencies_compared', 'unless_not_inverted')
FAILS = re.compile(r':[FE]:|not ok|\bFAIL|differ|\bfailed\b|seed \d+', re.I)


class Suites:
    """The suites of scripts/run_tests.py, as they stand in the planted copy."""
    def __init__(self):
        sys.path.insert(0, os.path.join(TREE, 'scripts'))
        import run_tests                              # enters the copy: its suites' commands are relative
        self.counts_of = run_tests.counts_of
        self.all = {s.name: s for s in run_tests.suites() if re.match(r'(unit|run)/|(cli|ui|spec/clauses)$', s.name) and s.name != 'run/no-data'}
        self.all['differential'] = run_tests.Suite('differential', DIFFERENTIAL)

    def run(self, name, fault):
        """None when the suite passes, else what failed."""
        suite = self.all[name]
        env = {**os.environ, **suite.env, 'REBASE_FAULT': fault, 'REBASE_DATA': '/nonexistent', 'CK_FORK': 'no'}   # one group, so that what hangs can be ended
        process = subprocess.Popen(suite.command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                   start_new_session=True, cwd=TREE)
        try:
            output = process.communicate(timeout=SECONDS)[0].decode('utf-8', 'replace')
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)    # its own group: start_new_session
            process.communicate()
            return 'did not end within %d seconds' % SECONDS
        passed, failed, why = self.counts_of(suite, process.returncode, output)
        if not failed:
            return None
        lines = [line.strip() for line in output.splitlines() if FAILS.search(line) and not re.match(r'\d+%|\d+ passed', line)]
        return (lines[0] if lines else why or '%d failed' % failed)[:110]


def program_of(suite):
    if suite.startswith('unit/'):
        return 'build/tests/unit/test_' + suite[5:]
    return DIFFERENTIAL[0] if suite == 'differential' else 'build/bin/rbc'


def build(suites, jobs):
    flags = ['make', '--no-print-directory', '-s', '-C', TREE, '-j%d' % jobs,
             'OPTIMISE=-O1 -w -Wno-error -DREBASE_FAULTS -include %s/fault.h' % TREE]
    if os.environ.get('CC'):
        flags.append('CC=' + os.environ['CC'])
    env = {k: v for k, v in os.environ.items() if k not in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL')}
    done = subprocess.run([*flags, *sorted({program_of(s) for s in suites})], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.exit(done.stdout.decode('utf-8', 'replace')[-4000:] + '\nthe planted copy does not build')


def caught_by(suites, fault):
    order = [s for s in fault.suites if s in suites.all]
    for name in order + [s for s in suites.all if s not in order]:
        failure = suites.run(name, fault.name)
        if failure:
            return name, failure
    return None, ''


def try_all(suites, faults, jobs):
    caught, lock, start = [], threading.Lock(), time.monotonic()

    def one(fault):
        name, failure = caught_by(suites, fault)
        with lock:
            if name:
                caught.append(fault)
            print('%s  %-34s %s' % ('caught' if name else 'MISSED', fault.name, 'by %s (%s)' % (name, failure) if name else fault.story),
                  flush=True)

    with concurrent.futures.ThreadPoolExecutor(max_workers=jobs) as pool:
        list(pool.map(one, faults))
    parts = sorted({f.part for f in faults})
    print('%s; %.0f s' % (', '.join('%s %d of %d' % (p, len([f for f in caught if f.part == p]), len([f for f in faults if f.part == p]))
                                    for p in parts), time.monotonic() - start))
    return len(caught)


def main():
    arguments, jobs = sys.argv[1:], max(1, min(2, os.cpu_count() or 1))
    if '--jobs' in arguments:
        at = arguments.index('--jobs')
        jobs = int(arguments[at + 1])
        del arguments[at:at + 2]
    options, names = [a for a in arguments if a.startswith('--')], [a for a in arguments if not a.startswith('--')]
    try:
        faults = plant.read_faults()
        known = {f.name for f in faults}
        wrong = plant.misplaced(faults) + ['no fault is called %s' % n for n in [*names, *SMOKE] if n not in known]
        if not wrong and '--check' not in options:
            plant.plant(faults, TREE)
    except plant.Wrong as problem:
        faults, wrong = [], [str(problem)]
    if wrong or '--check' in options:
        print(''.join('FAIL %s\n' % w for w in wrong) + '%d passed, %d failed' % (max(0, len(faults) - len(wrong)), len(wrong)))
        return 1 if wrong else 0
    chosen = [f for f in faults if f.name in (SMOKE if '--smoke' in options else names or known)]
    if '--list' in options:
        for f in chosen:
            print('%-10s %-34s %s' % (f.part, f.name, f.story))
        return 0
    suites = Suites()
    needed = [s for s in suites.all if not ('--smoke' in options) or any(s in f.suites for f in chosen)]
    build(needed, jobs)
    with concurrent.futures.ThreadPoolExecutor(max_workers=jobs) as pool:
        broken = [(name, why) for name, why in zip(needed, pool.map(lambda name: suites.run(name, ''), needed)) if why]
    for name, why in broken:
        print('FAIL %s, with no fault switched on: %s' % (name, why))
    if broken:
        print('0 passed, %d failed' % len(broken))
        return 1
    print('%d faults planted; %d suites pass while none is switched on' % (len(faults), len(needed)), flush=True)
    suites.all = {name: suites.all[name] for name in needed}
    caught = try_all(suites, chosen, jobs)
    missed = len(chosen) - caught
    print('%d passed, %d failed' % (caught, missed) if '--smoke' in options else '%d caught, %d missed' % (caught, missed))
    return 1 if missed else 0


if __name__ == '__main__':
    sys.exit(main())
