#!/usr/bin/env python3
"""Instructions that a decision takes, counted and not timed; that none of them locks the memory bus; and that compiling grows with the teams of a workspace and
not with their square: what a change makes slower by more than the margin fails here.

usage: run.py [--json]          (an object a line: what is counted, how many)

Each kind is run for two numbers of decisions under callgrind; the difference leaves out loading and set-up. The figures are those
of gcc 12 -O2 on x86-64; when a change makes decisions cheaper, lower them to what this prints.
"""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM, MARGIN, FEW, MANY = 'build/bench/bench', 1.25, 1024, 3072
UNLOCKED = ['request', 'typed', 'binding', 'kept_call', 'decide', 'evaluate', 'vm', 'vm_text', 'vm_numbers', 'scope_plan', 'routes', 'models', 'grant', 'canonical',
            'out', 'json_scan', 'json_scalar', 'json_decode', 'values', 'explain', 'log']
EXPECTED = {'kept': 628, 'kept-batch': 630, 'kept-session': 1374, 'prepared': 1140, 'prepared-batch': 1201, 'prepared-session': 1884, 'bound': 1917, 'typed': 2543, 'json': 7003,
            'scale': 957, 'world': 1738, 'call100': 1080, 'cost100': 2019, 'quality100': 1988, 'weighted100': 2013, 'asked100': 3498, 'cost2000': 2158, 'airline': 11481}   # per decision


def instructions(program):
    command = ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null'] + program
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
    many, few = (instructions([PROGRAM, '--count', kind, str(n)]) for n in (MANY, FEW))
    return (many - few) / (MANY - FEW)


EACH_TEAM = 121000                     # to compile one of those below
TEAM = '''package acme.t%(team)05d
connector c%(team)05d "c" {
  reads get(id: string)
  writes put(id: string, n: int)
}
agent bot { owner "o" purpose "p" uses c%(team)05d }
policy own {
  allow call
  ask requester before call c%(team)05d.put by bot where args.n > %(team)d because "it is much"
}
guard for_everybody { deny call c%(team)05d.put where args.id == "x%(team)d" because "closed" }
'''


def compiling(teams):
    """A workspace in which each team has an agent, a connector, and a guard for everybody."""
    with tempfile.TemporaryDirectory() as top:
        root = 'workspace w\n' + ''.join('package acme.t%05d in "t%05d/" declares connectors, agents, policies, guards\n' % (i, i) for i in range(teams))
        Path(top, 'root.rb').write_text(root)
        for i in range(teams):
            Path(top, 't%05d' % i).mkdir()
            Path(top, 't%05d' % i, 'team.rb').write_text(TEAM % {'team': i})
        return instructions(['build/bin/rbc', 'check', top])


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
    few, more, many = (compiling(teams) for teams in (50, 100, 650))
    each, growth = (more - few) / 50, (many - more) / (more - few)
    good = EACH_TEAM / 2 <= each <= EACH_TEAM * MARGIN and growth < 11 * MARGIN
    failed += not good
    print('%s compiling takes %.0f instructions a team, %d expected, and %.2f times that from 100 teams to 650' % ('ok  ' if good else 'FAIL', each, EACH_TEAM, growth / 11))
    print('%d passed, %d failed' % (len(EXPECTED) + 2 - failed, failed))
    return failed != 0


if __name__ == '__main__':
    sys.exit(main())
