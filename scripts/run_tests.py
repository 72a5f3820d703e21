#!/usr/bin/env python3
"""Runs the suites of `make test`, one readable line a suite, and ends with exactly `N passed, N failed`.

usage: run_tests.py [--list] [SUITE ...]          (a suite by its name or the part before the slash)

A suite says how it went as Check does ("100%: Checks: 3, Failures: 0, Errors: 0"), in TAP, or with `N passed, N failed`.
One that crashes, takes too long, prints no count or exits non-zero without saying why has failed.
"""
import concurrent.futures, glob, os, re, signal, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
os.chdir(ROOT)
BUILD = 'build'
SANITIZED = {'CK_FORK': 'no', 'ASAN_OPTIONS': 'detect_leaks=1:allocator_may_return_null=1', 'UBSAN_OPTIONS': 'print_stacktrace=1',
             'TSAN_OPTIONS': 'halt_on_error=1'}
CHECK = re.compile(r'^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)', re.M)
COUNT = re.compile(r'^(?:.*: )?(\d+) passed, (\d+) failed', re.M)
TAP = re.compile(r'^(ok|not ok) \d+', re.M)


class Suite:
    """counted False: a check that says yes or no by its exit code."""
    def __init__(self, name, command, env=None, counted=True, timeout=1200, accepts=(0,)):
        self.name, self.command, self.env, self.counted, self.timeout, self.accepts = name, command, env or {}, counted, timeout, accepts


def units():
    for source in sorted(glob.glob('tests/unit/test_*.c')):
        name = os.path.basename(source)[5:-2]
        program = 'tests/unit/test_%s' % name
        yield Suite('unit/%s' % name, ['%s/%s' % (BUILD, program)], {'CK_FORK': 'no' if name.startswith('thread') else 'yes'})
        yield Suite('asan/%s' % name, ['%s/asan/%s' % (BUILD, program)], SANITIZED)
        if re.match(r'thread|concurr|swap', name):
            yield Suite('tsan/%s' % name, ['%s/tsan/%s' % (BUILD, program)], SANITIZED)


def examples():
    for root in sorted(glob.glob('examples/*/root.rb')):
        folder = os.path.dirname(root)
        yield Suite('run/%s' % os.path.basename(folder), [BUILD + '/bin/rbc', 'test', folder, '--date', '2026-01-01'], accepts=(0, 4))
    yield Suite('run/sessions', [sys.executable, 'examples/check_sessions.py'])
    yield Suite('run/no-data', [sys.executable, 'examples/check_no_data.py'], counted=False)


def suites():
    """What is not written yet is not listed here; what is listed must pass."""
    yield Suite('architecture', ['sh', 'tests/check_architecture.sh'])
    yield from units()
    yield Suite('cli', [sys.executable, 'tests/cli/run.py'])
    yield Suite('ui', [sys.executable, 'tests/ui/run.py'])
    yield from examples()
    for extra in sorted(glob.glob('tests/*/suite.txt')):      # other folders: lines of `name: command`
        for line in open(extra, encoding='utf-8'):
            if line.strip() and not line.startswith('#'):
                name, command = line.split(':', 1)
                yield Suite(name.strip(), ['sh', '-c', command.strip()], SANITIZED if name.strip().startswith('asan/') else {})


def counts_of(suite, code, output):
    """(passed, failed, why it failed beyond what it counted)"""
    if not suite.counted:
        return (1, 0, '') if code == 0 else (0, 1, 'exit code %d' % code)
    check, count, tap = CHECK.findall(output), COUNT.findall(output), TAP.findall(output)
    if check:
        bad = sum(int(f) + int(e) for _, f, e in check)
        passed, failed = sum(int(n) for n, _, _ in check) - bad, bad
    elif count:
        passed, failed = int(count[-1][0]), int(count[-1][1])
    elif tap:
        failed = tap.count('not ok')
        passed = len(tap) - failed
    else:
        return 0, 1, 'printed no count, exit code %d' % code
    if code not in suite.accepts and failed == 0:
        return passed, 1, 'exit code %d' % code
    if passed == 0 and failed == 0:
        return 0, 1, 'ran no test'
    return passed, failed, ''


def run_alone(suite):
    """(output, exit code; None: it took too long). A process that a suite leaves behind is ended, and holds nothing up."""
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(suite.command, env={**os.environ, **suite.env}, stdout=printed, stderr=subprocess.STDOUT,
                                   stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            code = process.wait(timeout=suite.timeout)
        except subprocess.TimeoutExpired:
            code = None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        printed.seek(0)
        return printed.read().decode('utf-8', 'replace'), code


def run(suite):
    start = time.monotonic()
    try:
        output, code = run_alone(suite)
        if code is None:
            passed, failed, why = 0, 1, 'took longer than %d seconds' % suite.timeout
        else:
            passed, failed, why = counts_of(suite, code, output)
    except OSError as error:
        output, passed, failed, why = '', 0, 1, 'cannot be run: %s' % error
    return suite, passed, failed, why, output, time.monotonic() - start


def report(result):
    suite, passed, failed, why, output, seconds = result
    left_out = [line for line in output.splitlines() if line.startswith('left out:')]
    not_run = re.findall(r'(\d+) not run', output)
    note = ', %s not run' % not_run[-1] if not_run else ''
    print('%-4s %-28s %5d passed %4d failed%s %7.1f s%s' % ('ok' if not failed else 'FAIL', suite.name, passed, failed, note, seconds,
                                                            '  (%s)' % why if why else ''))
    for line in left_out:
        print('     %s' % line)
    if failed:
        lines = output.splitlines()
        print('     $ %s' % ' '.join(suite.command))
        for line in lines[-40:]:
            print('     | %s' % line)
    sys.stdout.flush()


def main():
    wanted = [a for a in sys.argv[1:] if not a.startswith('--')]
    chosen = [s for s in suites() if not wanted or s.name in wanted or s.name.split('/')[0] in wanted]
    if '--list' in sys.argv[1:]:
        print('\n'.join(s.name for s in chosen))
        return 0
    total_passed = total_failed = 0
    if not chosen:
        print('no suite is called %s' % ', '.join(wanted))
        total_failed = 1
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, min(4, os.cpu_count() or 1))) as pool:
        for result in pool.map(run, chosen):
            report(result)
            total_passed += result[1]
            total_failed += result[2]
    print('%d passed, %d failed' % (total_passed, total_failed))
    return 1 if total_failed else 0


if __name__ == '__main__':
    sys.exit(main())
