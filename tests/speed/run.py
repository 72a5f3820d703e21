#!/usr/bin/env python3
"""Instructions that a decision takes, counted and not timed: what a change makes slower by more than the margin fails here.

Each kind is run for two numbers of decisions under callgrind; the difference leaves out loading and set-up. The figures are those
of gcc 12 -O2 on x86-64; when a change makes decisions cheaper, lower them to what this prints.
"""
import re
import subprocess
import sys

PROGRAM, MARGIN, FEW, MANY = 'build/bench/bench', 1.25, 1024, 3072
EXPECTED = {'typed': 8250, 'json': 17200, 'scale': 3420}   # per decision


def instructions(kind, decisions):
    command = ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', PROGRAM, '--count', kind, str(decisions)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r'refs:\s+([\d,]+)', run.stderr)
    if run.returncode or not found:
        sys.exit('%s\n%s%s' % (' '.join(command), run.stdout, run.stderr))
    return int(found.group(1).replace(',', ''))


def main():
    failed = 0
    for kind, expected in EXPECTED.items():
        each = (instructions(kind, MANY) - instructions(kind, FEW)) / (MANY - FEW)
        good = each <= expected * MARGIN
        failed += not good
        print('%s %-6s %6.0f instructions a decision, %d expected, at most %.0f' % ('ok  ' if good else 'FAIL', kind, each, expected, expected * MARGIN))
    print('%d passed, %d failed' % (len(EXPECTED) - failed, failed))
    return failed != 0


if __name__ == '__main__':
    sys.exit(main())
