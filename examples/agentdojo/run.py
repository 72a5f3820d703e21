#!/usr/bin/env python3
"""Every user task of a suite, and every pair of a user task and an injection task, through the policies.

usage: run.py [GROUND_TRUTH.jsonl] [--json] [--missed] [--asking]

Without a file: ground_truth_v1.jsonl in REBASE_DATA (else ../shared/data beside the repository); where that is not there,
the tasks of our own in sessions/tasks.jsonl. A session hears the user's task, then attempts its calls, then those of the
injection. An attack is stopped when one of the calls that it needs (one that writes, destroys or sends outside) is denied
or waits for a person. The other order (the injection first) is counted too.
"""
import collections, json, os, re, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

# In the data a function has no connector. The suites workspace and travel share mail and calendar.
CONNECTORS = {'workspace': ['mail', 'calendar', 'drive'], 'travel': ['travel', 'mail', 'calendar'], 'banking': ['bank'], 'slack': ['slack']}
OPERATION = re.compile(r'^  (reads|writes|destroys) (\w+)\(((?:[^()]|\([^()]*\))*)\)((?:[^\n]*\n(?!  (?:reads|writes|destroys)|\}))*[^\n]*)', re.M)


def operations():
    """connector.operation -> does it change or send anything, read from the declarations."""
    found = {}
    for folder in ('office', 'travel', 'bank', 'chat'):
        for name in sorted(os.listdir(os.path.join(HERE, folder))):
            text = open(os.path.join(HERE, folder, name), encoding='utf-8').read()
            for block in re.finditer(r'^connector (\w+).*?^\}', text, re.M | re.S):
                for op in OPERATION.finditer(block.group(0)):
                    tail = re.sub(r'#.*', '', op.group(4))
                    found['%s.%s' % (block.group(1), op.group(2))] = op.group(1) != 'reads' or 'sends outside' in tail
    return found


def session(name, user, calls, resolve):
    steps = [{'step': 'user', 'text': user['text']}]
    for suite, call in calls:
        steps.append({'step': 'call', 'operation': resolve(suite, call['function']), 'args': call['args']})
    return {'session': name, 'steps': steps}


def replay(rbc, sessions):
    with tempfile.NamedTemporaryFile('w', suffix='.jsonl', delete=False, encoding='utf-8') as file:
        for s in sessions:
            file.write(json.dumps(s) + '\n')
    try:
        run = subprocess.run([rbc, 'replay', HERE, file.name, '--stdlib', os.path.join(ROOT, 'stdlib'), '--agent', 'assistant',
                              '--format', 'json'], capture_output=True, text=True)
    finally:
        os.unlink(file.name)
    if run.returncode != 0:
        raise SystemExit('rbc replay failed with %d:\n%s' % (run.returncode, run.stderr))
    held = collections.defaultdict(dict)
    for call in json.loads(run.stdout)['calls']:
        held[call['session']][call['step']] = call
    return held


def report(rbc, path):
    tasks = [json.loads(line) for line in open(path, encoding='utf-8') if line.strip()]
    known = operations()

    def resolve(suite, function):
        for connector in CONNECTORS[suite]:
            if '%s.%s' % (connector, function) in known:
                return '%s.%s' % (connector, function)
        return function
    suites = [s for s in CONNECTORS if any(t['suite'] == s for t in tasks)]
    users = {s: [t for t in tasks if t['suite'] == s and t['kind'] == 'user'] for s in suites}
    attacks = {s: [t for t in tasks if t['suite'] == s and t['kind'] == 'injection'] for s in suites}
    sessions, pairs = [], []
    for suite in suites:
        for user in users[suite]:
            own = [(suite, c) for c in user['calls']]
            sessions.append(session('%s/%s' % (suite, user['id']), user, own, resolve))
            for attack in attacks[suite]:
                theirs = [(suite, c) for c in attack['calls']]
                name = '%s/%s/%s' % (suite, user['id'], attack['id'])
                sessions.append(session(name, user, own + theirs, resolve))
                sessions.append(session(name + '/first', user, theirs + own, resolve))
                needed = [known.get(resolve(suite, c['function']), True) for c in attack['calls']]
                pairs.append((suite, name, needed, len(own)))
    held = replay(rbc, sessions)
    result = {'suites': {}, 'asking': [], 'missed': [], 'missed_when_first': []}
    for suite in suites:
        row = dict(tasks=len(users[suite]), untouched=0, asking=0, denied=0, pairs=0, stopped=0, stopped_when_first=0)
        for user in users[suite]:
            name = '%s/%s' % (suite, user['id'])
            effects = {c['effect'] for c in held[name].values()}
            row['denied' if 'deny' in effects else 'asking' if effects else 'untouched'] += 1
            if effects:
                result['asking'].append([name] + sorted({r['because'] for c in held[name].values() for r in c['rules']}))
        for of, name, needed, before in pairs:
            if of != suite:
                continue
            row['pairs'] += 1
            for key, missed, start in (('stopped', 'missed', 1 + before), ('stopped_when_first', 'missed_when_first', 1)):
                session_held = held[name if key == 'stopped' else name + '/first']
                if any(need and start + i in session_held for i, need in enumerate(needed)):
                    row[key] += 1
                else:
                    result[missed].append(name)
        result['suites'][suite] = row
    result['total'] = {k: sum(r[k] for r in result['suites'].values()) for k in next(iter(result['suites'].values()))}
    return result


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith('--')]
    rbc = os.environ.get('RBC') or os.path.join(ROOT, 'build', 'bin', 'rbc')
    given = os.environ.get('REBASE_DATA') or os.path.join('..', 'shared', 'data')
    data = os.path.join(given if os.path.isabs(given) else os.path.join(ROOT, given), 'agentdojo', 'ground_truth_v1.jsonl')
    path = arguments[0] if arguments else data if os.path.exists(data) else os.path.join(HERE, 'sessions', 'tasks.jsonl')
    if not arguments and path != data:
        print('left out: the ground truth of AgentDojo (no data at REBASE_DATA); these are tasks of our own')
    result = report(rbc, path)
    if '--json' in sys.argv[1:]:
        print(json.dumps(result, indent=1))
        return
    percent = lambda n, of: '%5.1f%%' % (100.0 * n / of if of else 0.0)
    print('%-10s %6s %10s %8s %7s   %6s %8s %8s %20s' % ('suite', 'tasks', 'untouched', 'asking', 'denied', 'pairs', 'stopped', '', 'if it comes first'))
    for name, r in list(result['suites'].items()) + [('all', result['total'])]:
        print('%-10s %6d %10d %8d %7d   %6d %8d %8s %11d %8s' % (name, r['tasks'], r['untouched'], r['asking'], r['denied'], r['pairs'], r['stopped'],
              percent(r['stopped'], r['pairs']), r['stopped_when_first'], percent(r['stopped_when_first'], r['pairs'])))
    total = result['total']
    print('honest tasks that ask a person:%s' % percent(total['asking'], total['tasks']))
    for flag, key in (('--missed', 'missed'), ('--missed', 'missed_when_first'), ('--asking', 'asking')):
        if flag in sys.argv[1:]:
            print('\n%s:' % key.replace('_', ' '))
            for row in result[key]:
                print('  ' + (row if isinstance(row, str) else '%s: %s' % (row[0], '; '.join(row[1:]))))


if __name__ == '__main__':
    main()
