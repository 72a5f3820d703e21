#!/usr/bin/env python3
"""Shows the clauses of SPEC.md, sections 1 to 10, with rbc: what is accepted, what is refused, how calls are decided.

usage: run.py [CLAUSE ...]          all of them, or those of a section or clause: `7`, `7.6`

A file NN_topic.spec holds cases and preludes:
    === prelude NAME                         a text that cases take in with a line `%use NAME`
    === 7.5 7.6 what is shown                a case, of one clause or several
    package p ...                            the file src/p.rb (`package p` is put first when it does not begin so)
    --- PATH                                 another file of the workspace, root.rb too
    >>> accepted [TEXT]                      each `>>>` is a test: the case with @@ replaced by TEXT passes rbc check,
    >>> refused E0402 [TEXT]                 ... is refused with this error and no other,
    >>> warned W0903 [TEXT]                  ... is accepted with this warning,
    >>> tests [TEXT]                         ... and its test blocks pass, one at least;
    >>> not-run [TEXT]                       ... and each test block is reported as not run.
    >>> fails TITLE ...                      the test blocks of these titles fail, the others pass.
    >>> eval [OPTIONS]                       lines for rbc eval follow, each with what comes of it:
    {"call": "c.get", ...}   => deny: part of its JSON        allow | ask | deny | done | refused (cannot be carried out)
A clause of SPEC.md that no case names is a failure, and so is a case that names a clause that is not there.
"""
import concurrent.futures, glob, json, os, re, shlex, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RBC = os.environ.get('RBC') or os.path.join(ROOT, 'build', 'bin', 'rbc')
SECTIONS = range(1, 11)
DATE = ['--date', '2026-01-01']
DEFAULT_ROOT = ('workspace w\n\npackage p in "src/" declares connectors, models, providers, labels, proofs, regions, contexts, groups, tables, '
                'trees, guards, policies, routes, agents, teams, detectors\n')


class Case:
    def __init__(self, place, clauses, title):
        self.place, self.clauses, self.title, self.files, self.tests = place, clauses, title, {'src/p.rb': ''}, []


def parse(path):
    """Cases of one file. A test is (kind, argument, lines that follow)."""
    preludes, cases, target, name = {}, [], None, os.path.basename(path)
    for number, line in enumerate(open(path, encoding='utf-8', newline=''), 1):
        head = re.match(r'=== prelude (\w+)\s*$', line)
        if head:
            target, into = preludes, head.group(1)
            preludes[into] = ''
        elif line.startswith('=== '):
            clauses = re.match(r'=== ((?:\d+\.\d+ )+)(.*)', line)
            if not clauses:
                raise SystemExit('%s:%d: a case names its clauses: === 7.5 title' % (name, number))
            cases.append(Case('%s:%d' % (name, number), clauses.group(1).split(), clauses.group(2).strip()))
            target, into = cases[-1].files, 'src/p.rb'
        elif line.startswith('--- '):
            into = line[4:].strip()
            target[into] = ''
        elif line.startswith('>>> '):
            kind, _, argument = line[4:].rstrip('\r\n').partition(' ')
            cases[-1].tests.append((number, kind, argument, []))
            target = None
        elif target is None and cases and cases[-1].tests:
            if line.strip():
                cases[-1].tests[-1][3].append(line.rstrip('\r\n'))
        elif line.startswith('%use ') and target is not preludes:
            target[into] += preludes[line[5:].strip()]
        elif target is not None:
            target[into] += line
    return cases


def write(case, snippet, folder):
    files = {'root.rb': DEFAULT_ROOT, **case.files}
    for path, text in files.items():
        text = text.replace('@@', snippet)
        if path == 'src/p.rb' and not re.match(r'(\s*#[^\n]*\n|\s)*package\b', text):
            text = 'package p\n' + text
        full = os.path.join(folder, path.replace('@@', snippet))
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, 'wb') as out:                        # \xNN in a snippet stands for a byte
            out.write(re.sub(rb'\\x([0-9a-f]{2})', lambda m: bytes([int(m.group(1), 16)]), text.encode()))


def rbc(folder, command, *options, text=''):
    done = subprocess.run([RBC, command, *DATE, *options, folder], input=text, capture_output=True, text=True, errors='replace', timeout=120)
    return done.returncode, done.stdout, done.stderr


def checked(folder, kind, code):
    status, out, err = rbc(folder, 'check', '--format', 'json')
    found = [json.loads(line) for line in out.splitlines() if line.startswith('{')]
    errors, warnings = ({d['code'] for d in found if d['severity'] == s} for s in ('error', 'warning'))
    if kind == 'refused':
        good = errors == {code} and status == 1
    else:
        good = not errors and status in (0, 4) and (kind == 'accepted' or code in warnings)
    return None if good else 'exit %d, %s%s' % (status, out, err)


def tested(folder, kind):
    status, out, err = rbc(folder, 'test', '--format', 'tap')
    lines = re.findall(r'^(ok|not ok) \d+(.*)', out, re.M)
    skipped = [line for line in lines if re.search(r'# (SKIP|TODO)', line[1], re.I)]
    good = lines and (len(skipped) == len(lines) and status == 4 if kind == 'not-run' else
                      not skipped and status == 0 and all(line[0] == 'ok' for line in lines))
    return None if good else 'exit %d, %s%s' % (status, out, err)


def failing(folder, titles):
    _, out, err = rbc(folder, 'test', '--format', 'tap')
    failed = set(re.findall(r'^not ok \d+ - \w+: (.*)$', out, re.M))
    return None if failed == set(titles.split()) else out + err


def came_of(out, err):
    """What rbc eval said of each line, by its number: (word, all of it)."""
    said = {}
    for line in out.splitlines():
        if line.startswith('{'):
            answer = json.loads(line)
            said[answer['line']] = (answer.get('effect') or 'done', line.replace('\\"', '"'))
    for number, text in re.findall(r'standard input:(\d+): (.*)', err):
        said.setdefault(int(number), ('refused', text))
    return said


def evaluated(folder, options, lines):
    wanted = [re.match(r'(.*?)\s+=> (\w+)(?:: (.*))?$', line) for line in lines]
    if not lines or not all(wanted):
        return 'a line of eval has no `=> effect`: %s' % [l for l, w in zip(lines, wanted) if not w]
    text = '\n'.join(w.group(1) for w in wanted) + '\n'
    text = re.sub(r'\\x([0-9a-f]{2})', lambda m: chr(int(m.group(1), 16)), text)
    status, out, err = rbc(folder, 'eval', '--format', 'json', *shlex.split(options), text=text)
    said = came_of(out, err)
    for number, line in enumerate(wanted, 1):
        word, answer = said.get(number, ('nothing', err))
        if word != line.group(2) or (line.group(3) or '') not in answer:
            return '%s\n  came to %s: %s' % (line.group(0), word, answer)
    return None


def run(job):
    case, (number, kind, argument, lines) = job
    with tempfile.TemporaryDirectory(prefix='rbc-spec-') as folder:
        code, snippet = argument.partition(' ')[::2] if kind in ('refused', 'warned') else ('', argument)
        write(case, '' if kind in ('eval', 'fails') else snippet, folder)
        if kind == 'eval':
            problem = evaluated(folder, argument, lines)
        elif kind == 'fails':
            problem = failing(folder, argument)
        elif kind in ('tests', 'not-run'):
            problem = tested(folder, kind)
        elif kind in ('accepted', 'refused', 'warned'):
            problem = checked(folder, kind, code)
        else:
            problem = 'there is no test `%s`' % kind
    return problem and 'SPEC %s %s (%s, line %d: %s %s)\n%s' % (' '.join(case.clauses), case.title, case.place, number, kind, argument, problem)


def clauses():
    text = open(os.path.join(ROOT, 'SPEC.md'), encoding='utf-8').read()
    return [c for c in re.findall(r'^(\d+\.\d+) ', text, re.M) if int(c.split('.')[0]) in SECTIONS]


def main():
    wanted = sys.argv[1:]
    cases = [c for path in sorted(glob.glob(os.path.join(HERE, '*.spec'))) for c in parse(path)]
    problems = ['%s %s: it has no test' % (c.place, c.title) for c in cases if not c.tests]
    if not wanted:
        shown = {clause for case in cases for clause in case.clauses}
        problems += ['SPEC %s: no case names it' % c for c in clauses() if c not in shown]
        problems += ['SPEC %s: a case names it, and there is no such clause' % c for c in sorted(shown - set(clauses()))]
    of = lambda case: not wanted or any(c == w or c.startswith(w + '.') for c in case.clauses for w in wanted)
    jobs = [(case, test) for case in cases if of(case) for test in case.tests]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        problems += [p for p in pool.map(run, jobs) if p]
    for problem in problems:
        print('FAIL ' + problem)
    passed = len(jobs) + len(clauses()) - len(problems)
    print('%d passed, %d failed' % (max(passed, 0), len(problems)))
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
