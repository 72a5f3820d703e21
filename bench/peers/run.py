#!/usr/bin/env python3
"""Rebase and its peers on one workload: answers compared first, then timed in turns.

usage: run.py [ROUNDS] [--json] REBASE-PROGRAM PEER-PROGRAM...     (run.sh builds them and calls this)

A program gets the file of requests and the folder of policies, prints one line {"engine":..,"version":..,"forms":[..]} and then answers
each line WHAT FORM SEED PICKS on its input with one line:
  answers   1 or 0 for each request in order
  round     nanoseconds for PICKS requests in the shuffled order that SEED gives, and how many of them were allowed
  each      the 99th percentile in nanoseconds of single decisions, each timed with the clock"""
import json, os, statistics, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PICKS, PICKS_TIMED_ONE_BY_ONE = 65536, 16384


class Program:
    def __init__(self, path, requests):
        self.process = subprocess.Popen([path, requests, os.path.join(HERE, 'policies')], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.path = path
        hello = json.loads(self.line())
        self.engine, self.version = hello['engine'], hello['version']
        self.forms = [Form(self, i, name) for i, name in enumerate(hello['forms'])]

    def line(self):
        line = self.process.stdout.readline()
        if not line.endswith('\n'):
            sys.exit('%s ended before it answered' % self.path)
        return line.strip()

    def ask(self, *question):
        self.process.stdin.write(' '.join(map(str, question)) + '\n')
        self.process.stdin.flush()
        return self.line()

    def close(self):
        self.process.stdin.close()
        if self.process.wait():
            sys.exit('%s failed' % self.path)


class Form:
    def __init__(self, program, number, name):
        self.program, self.number, self.name = program, number, name
        self.times, self.worst = [], []

    def answers(self):
        return self.program.ask('answers', self.number, 0, 0)

    def round(self, seed):
        took, allowed = map(int, self.program.ask('round', self.number, seed, PICKS).split())
        return took / PICKS, allowed

    def each(self, seed):
        return int(self.program.ask('each', self.number, seed, PICKS_TIMED_ONE_BY_ONE))


def shuffled(seed, picks, requests):
    for _ in range(picks):
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        yield (seed >> 33) % requests


def compare_answers(forms, expected):
    for form in forms:
        got = form.answers()
        wrong = [i for i, (a, b) in enumerate(zip(got, expected)) if a != b]
        if wrong or len(got) != len(expected):
            sys.exit('%s, %s: %d answers differ, first of request %s' % (form.program.engine, form.name, len(wrong), wrong[:1]))


def measure(forms, expected, rounds):
    for round_ in range(-1, rounds):                          # the first warms up
        seed = round_ + 17
        allowed = sum(expected[i] == '1' for i in shuffled(seed, PICKS, len(expected)))
        for form in forms:
            time, counted = form.round(seed)
            if counted != allowed:
                sys.exit('%s, %s: allowed %d, not %d' % (form.program.engine, form.name, counted, allowed))
            if round_ >= 0:
                form.times.append(time)
                form.worst.append(form.each(seed))


def report(forms, rounds, as_json):
    typed, from_json = (statistics.median(forms[i].times) for i in (0, 1))
    if not as_json:
        print('%-10s %-9s %-42s %10s %10s %12s %12s' % ('engine', 'version', 'asked', 'median ns', 'p99 ns', 'to typed', 'to JSON'))
    for form in forms:
        median, p99 = statistics.median(form.times), statistics.median(form.worst)
        if as_json:
            print(json.dumps({'engine': form.program.engine, 'version': form.program.version, 'asked': form.name, 'median_ns': round(median, 1),
                              'p99_ns': p99, 'to_rebase_typed': round(median / typed, 2), 'to_rebase_json': round(median / from_json, 2)}))
        else:
            print('%-10s %-9s %-42s %10.0f %10.0f %12.2f %12.2f' % (form.program.engine, form.program.version, form.name, median, p99, median / typed, median / from_json))
    if not as_json:
        print('%d rounds of %d requests in shuffled order; median: of the rounds\' means; p99: of single decisions, with the clock\'s own time' % (rounds, PICKS))


def main():
    arguments = [a for a in sys.argv[1:] if a != '--json']
    rounds = int(arguments.pop(0)) if arguments[0].isdigit() else 7
    lines = subprocess.run([arguments[0], '--requests'], check=True, capture_output=True, text=True).stdout
    expected = ''.join(line[0] for line in lines.splitlines())
    with tempfile.NamedTemporaryFile('w', suffix='.tsv') as file:
        file.write(lines)
        file.flush()
        programs = [Program(path, file.name) for path in arguments]
    forms = [form for program in programs for form in program.forms]
    compare_answers(forms, expected)
    print('%d engines in %d forms agree on all %d requests, %d of them allowed' % (len(programs), len(forms), len(expected), expected.count('1')), file=sys.stderr)
    measure(forms, expected, rounds)
    report(forms, rounds, '--json' in sys.argv)
    for program in programs:
        program.close()


main()
