#!/usr/bin/env python3
"""Replays the sessions of the examples and compares what the policies do with what is written down.

For each example: sessions/own.jsonl, of our own writing, against sessions/expected.json, which lists every call that is
not plainly allowed: the step, the effect, and by which policies or of whom. Where the recorded data is there (REBASE_DATA,
else ../shared/data beside the repository), that too, against recorded.json: counts by rule, and each stopped call of a
session that succeeded. `--bless` writes recorded.json anew. Prints `N passed, N failed`.
"""
import json, os, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
RBC = os.environ.get('RBC') or os.path.join(ROOT, 'build', 'bin', 'rbc')
STDLIB = os.path.join(ROOT, 'stdlib')
passed = failed = 0


def data_directory():
    given = os.environ.get('REBASE_DATA') or os.path.join('..', 'shared', 'data')
    path = given if os.path.isabs(given) else os.path.join(ROOT, given)
    return path if os.path.isdir(path) else None


def replay(example, *files):
    command = [RBC, 'replay', os.path.join(HERE, example), *files, '--stdlib', STDLIB, '--format', 'json']
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        raise SystemExit('%s\nfailed with %d:\n%s' % (' '.join(command), run.returncode, run.stderr))
    return json.loads(run.stdout)


def last(name):
    return name.rsplit('.', 1)[-1]


def check(title, good, detail=''):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print('FAIL %s%s' % (title, ': ' + detail if detail else ''))


def own_sessions(example):
    folder = os.path.join(HERE, example, 'sessions')
    expected = json.load(open(os.path.join(folder, 'expected.json'), encoding='utf-8'))
    found = {}
    for call in replay(example, os.path.join(folder, 'own.jsonl'))['calls']:
        found.setdefault(call['session'], {})[call['step']] = call
    check('%s: sessions in the file and in expected.json' % example, set(found) <= set(expected))
    for session, wanted in expected.items():
        calls = found.get(session, {})
        problems = []
        for want in wanted:
            call = calls.pop(want['step'], None)
            if call is None:
                problems.append('step %d %s was allowed, expected %s' % (want['step'], want['operation'], want['effect']))
                continue
            by = sorted({last(r['name']) for r in call['rules']}) or ['-']
            if call['effect'] != want['effect']:
                problems.append('step %d %s: %s, expected %s (%s)' % (want['step'], want['operation'], call['effect'], want['effect'], call['reason']))
            elif 'by' in want and by != want['by']:
                problems.append('step %d %s: by %s, expected by %s' % (want['step'], want['operation'], by, want['by']))
            elif 'of' in want and sorted(last(g) for g in call['ask_target']) != want['of']:
                problems.append('step %d %s: asks %s, expected %s' % (want['step'], want['operation'], call['ask_target'], want['of']))
        for step, call in sorted(calls.items()):
            problems.append('step %d %s: %s, expected to be allowed (%s)' % (step, call['operation'], call['effect'], call['reason']))
        check('%s/%s' % (example, session), not problems, '; '.join(problems))


def summary_of(replayed):
    """Counts by rule, and the stopped calls of sessions that succeeded: nothing of the recorded data itself."""
    s = replayed['summary']
    rows = lambda list_: sorted([[r['rule'], r['because'], r['calls'], r['sessions']] for r in list_])
    stopped = sorted([c['session'], c['step'], last(c['operation']), sorted({r['name'] for r in c['rules']})]
                     for c in replayed['calls'] if c['effect'] == 'deny' and c.get('succeeded'))
    return {'sessions': s['sessions'], 'calls': s['calls'], 'allowed': s['allowed'], 'asked': s['asked'], 'denied': s['denied'],
            'sessions_touched': len(s['sessions_touched']), 'denied_by_rule': rows(s['denied_by_rule']),
            'asked_by_rule': rows(s['asked_by_rule']), 'stopped_in_succeeded': stopped}


def write(path, value):
    """Lists of plain values on one line each, so that a change of one count is a change of one line."""
    def flat(v):
        return not isinstance(v, dict) and not (isinstance(v, list) and any(isinstance(x, (dict, list)) for x in v))
    def text(v, pad):
        inner = pad + '  '
        if isinstance(v, dict) and not all(flat(x) for x in v.values()):
            return '{\n' + ',\n'.join(inner + json.dumps(k) + ': ' + text(x, inner) for k, x in v.items()) + '\n' + pad + '}'
        if isinstance(v, list) and not flat(v):
            return '[\n' + ',\n'.join(inner + (json.dumps(x) if isinstance(x, list) else text(x, inner)) for x in v) + '\n' + pad + ']'
        return json.dumps(v, ensure_ascii=False)
    with open(path, 'w', encoding='utf-8') as out:
        out.write(text(value, '') + '\n')


def compare(example, now, bless):
    path = os.path.join(HERE, example, 'recorded.json')
    if bless:
        write(path, now)
        print('wrote %s' % os.path.relpath(path, ROOT))
        return
    before = json.load(open(path, encoding='utf-8'))
    for key in sorted(set(before) | set(now)):
        check('%s on the recorded data: %s' % (example, key), before.get(key) == now.get(key),
              'written down %s, now %s' % (json.dumps(before.get(key)), json.dumps(now.get(key))))


def main():
    bless = '--bless' in sys.argv[1:]
    data = data_directory()
    for example in ('airline', 'retail', 'agentdojo'):
        own_sessions(example)
    sys.path.insert(0, os.path.join(HERE, 'agentdojo'))
    import run as dojo
    own = dojo.report(RBC, os.path.join(HERE, 'agentdojo', 'sessions', 'tasks.jsonl'))
    check('agentdojo: tasks of our own', own['total']['stopped'] == own['total']['pairs'] and own['total']['asking'] == 2,
          json.dumps(own['total']))
    if data:
        for example in ('airline', 'retail'):
            compare(example, summary_of(replay(example, os.path.join(data, example, 'sessions.jsonl'))), bless)
        compare('agentdojo', dojo.report(RBC, os.path.join(data, 'agentdojo', 'ground_truth_v1.jsonl')), bless)
    else:
        print('left out: the recorded sessions of airline, retail and agentdojo (no data at REBASE_DATA)')
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
