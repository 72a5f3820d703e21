#!/usr/bin/env python3
"""Instructions that a decision takes, counted and not timed; and that none of them locks the memory bus: what a change makes slower by more than the margin fails here.

usage: run.py [--json]          (an object a line: what is counted, how many)

Each kind is run for two numbers of decisions under callgrind; the difference leaves out loading and set-up. The figures are those
of gcc 12 -O2 on x86-64; when a change makes decisions cheaper, lower them to what this prints.
"""
import json
import re
import subprocess
import sys

PROGRAM, MARGIN, FEW, MANY = 'build/bench/bench', 1.25, 1024, 3072
UNLOCKED = ['request', 'typed', 'binding', 'kept_call', 'decide', 'evaluate', 'vm', 'vm_text', 'vm_numbers', 'scope_plan', 'routes', 'models', 'grant', 'canonical',
            'out', 'json_scan', 'json_scalar', 'json_decode', 'values', 'explain', 'log']
EXPECTED = {'kept': 769, 'kept-batch': 765, 'kept-session': 1431, 'prepared': 1058, 'prepared-batch': 1169, 'prepared-session': 1720, 'bound': 1783, 'typed': 2517, 'json': 6576,
            'scale': 1025, 'world': 1738, 'call100': 1080, 'cost100': 2019, 'quality100': 1988, 'weighted100': 2013, 'asked100': 3498, 'cost2000': 2158, 'airline': 11481}   # per decision


def instructions(kind, decisions):
    command = ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', PROGRAM, '--count', kind, str(decisions)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r'refs:\s+([\d,]+)', run.stderr)
    if run.returncode or not found:
        sys.exit('%s\n%s%s' % (' '.join(command), run.stdout, run.stderr))
    return int(found.group(1).replace(',', ''))


def locked():
    """Locked instructions in what every decision runs through. Sessions, quotas and the swap of a bundle lie elsewhere."""
    objects = ['build/obj/runtime/%s.o' % name for name in UNLOCKED]
    listing = subprocess.run(['objdump', '-dr'] + objects, capture_output=True, text=True, check=True).stdout
    if listing.count('file format') != len(objects):
        sys.exit('objdump: not all objects were read')
    return re.findall(r'^.*\t(?:lock |xchg .*\().*$|^.*(?:mutex|__atomic_).*$', listing, re.M)


def counted(kind):
    return (instructions(kind, MANY) - instructions(kind, FEW)) / (MANY - FEW)


def main():
    if sys.argv[1:] == ['--json']:
        for kind in EXPECTED:
            print(json.dumps({'what': 'instructions, ' + kind, 'instructions': round(counted(kind))}))
        return 0
    found = locked()
    print('\n'.join(['ok   no locked instruction'] if not found else ['FAIL locked instructions:'] + found[:10]))
    failed = bool(found)
    for kind, expected in EXPECTED.items():
        each = counted(kind)
        good = expected / 2 <= each <= expected * MARGIN           # so few are not cheap but not counted
        failed += not good
        print('%s %-16s %6.0f instructions a decision, %d expected, at most %.0f' % ('ok  ' if good else 'FAIL', kind, each, expected, expected * MARGIN))
    print('%d passed, %d failed' % (len(EXPECTED) + 1 - failed, failed))
    return failed != 0


if __name__ == '__main__':
    sys.exit(main())
