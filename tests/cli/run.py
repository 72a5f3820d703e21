#!/usr/bin/env python3
"""The command line from outside: exit codes, messages, formats, and that the same input gives the same bytes.

usage: run.py [NAME ...]        prints `N passed, N failed`
"""
import json, os, re, shutil, subprocess, sys, tempfile, xml.dom.minidom

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RBC = os.environ.get('RBC') or os.path.join(ROOT, 'build', 'bin', 'rbc')
DATE = ['--date', '2026-01-01']
SCRATCH = tempfile.mkdtemp(prefix='rbc-cli-')
SHOP = os.path.join(SCRATCH, 'shop')
BOT = 'shop.support.support_bot'


def rbc(*arguments, text=None, env=None, binary=False):
    environment = {k: v for k, v in os.environ.items() if k not in ('SOURCE_DATE_EPOCH', 'REBASE_STDLIB', 'NO_COLOR')}
    done = subprocess.run([RBC, *arguments], input=text.encode() if text is not None else b'', capture_output=True, cwd=SCRATCH,
                          env={**environment, **(env or {})}, timeout=60)
    return done.returncode, done.stdout if binary else done.stdout.decode(), done.stderr.decode()


def expect(good, *what):
    if not good:
        raise AssertionError(' '.join(str(w) for w in what))


def lines(*objects):
    return ''.join(json.dumps(o) + '\n' for o in objects)


def evaluate(*objects, options=()):
    code, out, err = rbc('eval', SHOP, '--format', 'json', *DATE, *options, text=lines(*objects))
    return code, [json.loads(line) for line in out.splitlines()], err


def refund(amount, charge='ch_1'):
    return {'call': 'payments.create_refund', 'args': {'charge_id': charge, 'amount': amount}}


CALLER = {'agent': BOT, 'requester': 'ann'}
CHARGE = {'charge_id': 'ch_1', 'customer': 'c_1', 'amount': 80}
SEE = {'see': {'entity': 'payments.charge', 'value': CHARGE}}


# ---- signatures
def test_a_bundle_is_signed_and_only_its_key_vouches_for_it():
    path = lambda name: os.path.join(SCRATCH, name)
    for name in ('ours', 'theirs'):
        code, out, err = rbc('keygen', name)
        expect(code == 0 and name + '.public' in out, code, out, err)
    expect(os.stat(path('ours.secret')).st_mode & 0o777 == 0o600, 'the secret can be read by others')
    code, _, err = rbc('keygen', 'ours')
    expect(code == 3 and 'ours' in err, code, err)
    expect(rbc('compile', SHOP, *DATE, '-o', 'plain.rbb')[0] == 0)
    code, out, err = rbc('compile', SHOP, *DATE, '-o', 'signed.rbb', '--sign', 'ours.secret')
    expect(code == 0 and 'signed' in out, code, out, err)
    plain, signed = open(path('plain.rbb'), 'rb').read(), open(path('signed.rbb'), 'rb').read()
    expect(signed[:len(plain)] == plain and len(signed) == len(plain) + 104, 'the image itself is another')
    secret = open(path('ours.secret')).read()
    code, out, _ = rbc('compile', SHOP, *DATE, '-o', '-', '--sign', 'env:KEY', env={'KEY': secret}, binary=True)
    expect(code == 0 and out == signed, 'not the same bytes')
    for bundle, key, want, says in (('signed.rbb', 'ours', 0, 'valid'), ('signed.rbb', None, 0, 'valid'), ('plain.rbb', None, 0, 'valid'),
                                    ('signed.rbb', 'theirs', 1, 'not trusted'), ('plain.rbb', 'ours', 1, 'not signed')):
        code, out, err = rbc('verify', bundle, *(['--key', key + '.public'] if key else []))
        expect(code == want and says in out + err, bundle, key, code, out, err)
    for at in (len(plain) // 2, len(plain) + 10, len(signed) - 1):
        broken = bytearray(signed)
        broken[at] ^= 1
        open(path('changed.rbb'), 'wb').write(broken)
        for options in ([], ['--key', 'ours.public']):
            code, out, err = rbc('verify', 'changed.rbb', *options)
            expect(code == 1, at, code, out, err)
    code, out, err = rbc('eval', 'signed.rbb', text=lines({'call': 'nothing.such', 'args': {}}))
    expect('nothing.such' in out + err, code, out, err)


def test_keys_that_are_none_are_told_apart():
    rbc('keygen', 'pair')
    open(os.path.join(SCRATCH, 'noise'), 'w').write('hello')
    for key, says in (('pair.public', 'is a public key'), ('noise', 'holds no key'), ('env:NO_SUCH', 'no variable'), ('nowhere', 'cannot read')):
        code, _, err = rbc('compile', SHOP, *DATE, '-o', 'x.rbb', '--sign', key)
        expect(code in (2, 3) and says in err, key, code, err)
    code, _, err = rbc('verify', 'nowhere.rbb', '--key', 'pair.secret')
    expect(code == 2 and 'is a secret key' in err, code, err)


def test_a_bare_request_after_open_is_in_that_session():
    code, found, err = evaluate({'open': {'agent': BOT, 'requester': 'ann', 'as': 's'}}, SEE, refund(40), {'close': 's'}, refund(40))
    expect(code == 0 and [d.get('effect') for d in found if 'effect' in d] == ['allow', 'deny'], found, err)


# ---- models
def test_models_are_listed_filtered_and_compared():
    code, out, err = rbc('models', '--catalogue', *DATE)
    count = int(re.search(r'^(\d+) models$', out, re.M)[1])
    expect(code == 0 and count >= 120 and not err.replace('note:', ''), count, err)
    providers = {line.split('.')[0] for line in out.splitlines()[1:-1]}
    expect(len(providers) >= 15, providers)
    code, out, err = rbc('models', '--catalogue', '--date', '2030-01-01', '--sort', 'input', '--can', 'tools,vision', '--window', '500000', '--format', 'json')
    found = [json.loads(line) for line in out.splitlines()]
    price = lambda m: next(float(p['amount']) for p in m['prices'] if p['of'] == 'input' and not p['above'])
    expect(code == 0 and 'older than 180 days' in err and found, err)
    expect(all({'tools', 'vision'} <= set(m['can']) and m['window'] >= 500000 for m in found) and len(found) < count, found)
    expect([price(m) for m in found] == sorted(price(m) for m in found), 'not sorted')
    expect(all(p['date'] and p['source'] for m in found for p in m['prices']), 'a price without date or source')
    code, out, err = rbc('models', '--catalogue', 'openai.gpt_5', 'mistral.mistral_large_latest', *DATE)
    expect(code == 0 and 'openai.gpt_5' in out.splitlines()[0] and re.search('^input +1.25 +', out, re.M), out, err)
    for wrong, says in ((['nobody'], 'no model'), (['--can', 'fly'], 'no ability'), (['--sort', 'taste'], 'by name'), (['--window', 'wide'], 'no number'),
                        (['--region', 'atlantis'], 'no region')):
        code, _, err = rbc('models', '--catalogue', *wrong, *DATE)
        expect(code == 2 and says in err, wrong, code, err)


def test_a_company_replaces_what_it_knows_better():
    path = os.path.join(SCRATCH, 'priced')
    os.makedirs(os.path.join(path, 'ml'), exist_ok=True)
    write = lambda name, text: open(os.path.join(path, name), 'w').write(text)
    write('root.rb', 'workspace priced\npackage acme.ml in "ml/" declares models\n')
    write('ml/ours.rb', 'package acme.ml\nimport std.regions\nimport std.models.openai\n'
          'model gpt { replaces openai.gpt_5  region de, fr  price input 1.00 USD per 1_000 tokens { date: 2026-01-01, source: "contract" } }\n')
    code, out, err = rbc('models', path, '--region', 'eu', *DATE)
    expect(code == 0 and '1 model' in out and 'acme.ml.gpt' in out and '1000.00' in out and 'gpt-5' not in out, out, err)
    expect('no input or output price' in err, err)
    code, out, err = rbc('models', path, '--filter', 'gpt_5', *DATE)
    expect(code == 0 and not re.search(r'^openai.gpt_5 ', out, re.M) and 'openai.gpt_5_mini' in out, out)


# ---- commands and their arguments
def test_no_command_is_wrong_usage_and_shows_help():
    code, out, err = rbc()
    expect(code == 2 and not out and 'commands' in err, code, err)


def test_help_lists_every_command_and_each_has_its_own():
    code, out, _ = rbc('help')
    names = re.findall(r'^  (\w+) +\w', out.split('exit codes')[0], re.M)
    expect(code == 0 and len(names) >= 10, names)
    for name in names:
        code, text, err = rbc(name, '--help')
        expect(code == 0 and 'usage: rbc ' + name in text and not err, name, text, err)
        expect(rbc('help', name)[1] == text, name)


def test_misspelt_command_and_option_get_a_suggestion():
    code, _, err = rbc('chek')
    expect(code == 2 and 'did you mean `rbc check`' in err, err)
    code, _, err = rbc('check', '--fromat', 'json')
    expect(code == 2 and 'did you mean `--format`' in err, err)


def test_wrong_values_are_usage_errors():
    for wrong in (['check', '--format', 'xml'], ['check', 'a', 'b'], ['compile', '-o'], ['compile', SHOP, '--date', '2024-02-30'],
                  ['explain', 'E9999'], ['eval', SHOP, '--now', 'noon'], ['replay', SHOP, '-', '--asks', 'perhaps'], ['eval']):
        code, _, err = rbc(*wrong)
        expect(code == 2 and err.startswith('rbc: '), wrong, code, err)


def test_missing_files_are_input_errors():
    for wrong in (['check', 'nowhere'], ['verify', 'nowhere.rbb'], ['check', SHOP, '--stdlib', 'nowhere'], ['replay', SHOP, 'nowhere.jsonl'],
                  ['compile', SHOP, '-o', 'nowhere/x.rbb']):
        code, _, err = rbc(*wrong)
        expect(code == 3 and err, wrong, code, err)


def test_full_disk_is_an_error():
    if os.path.exists('/dev/full'):
        with open('/dev/full', 'w') as full:
            expect(subprocess.run([RBC, 'help'], stdout=full, stderr=subprocess.DEVNULL).returncode == 3)


def test_explain_tells_of_a_code_in_any_case():
    code, out, _ = rbc('explain', 'e0102')
    expect(code == 0 and out.startswith('E0102'), out)


def test_no_colour_when_not_on_a_terminal():
    expect('\x1b' not in ''.join(rbc('help')[1:]) + ''.join(rbc('chek')[1:]))


# ---- init, check, compile, verify, disasm
def test_init_makes_a_repository_that_passes():
    code, out, err = rbc('check', SHOP, *DATE)
    expect(code == 0, out, err)
    code, out, err = rbc('test', SHOP, *DATE)
    expect(code == 0 and re.search(r'^4 passed, 0 failed$', out, re.M), out, err)
    for file in ('.github/workflows/rebase.yml', '.gitattributes', '.editorconfig', '.vscode/settings.json'):
        expect(os.path.exists(os.path.join(SHOP, file)), file)
    json.load(open(os.path.join(SHOP, '.vscode/settings.json')))
    expect('rbc test' in open(os.path.join(SHOP, '.github/workflows/rebase.yml')).read())


def test_init_leaves_files_alone():
    before = open(os.path.join(SHOP, 'root.rb')).read()
    with open(os.path.join(SHOP, 'root.rb'), 'a') as out:
        out.write('# mine\n')
    code, _, err = rbc('init', SHOP)
    expect(code == 0 and 'left alone' in err and open(os.path.join(SHOP, 'root.rb')).read().endswith('# mine\n'))
    open(os.path.join(SHOP, 'root.rb'), 'w').write(before)


def broken(text):
    path = os.path.join(SCRATCH, 'broken')
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(SHOP, path)
    with open(os.path.join(path, 'support', 'more.rb'), 'w') as out:
        out.write('package shop.support\n\nimport shop.platform.{ payments }\n\n' + text)
    return path


def test_an_error_has_its_place_and_exit_code():
    path = broken('policy more { allow call payments.get_chrage by support_bot }\n')
    code, out, err = rbc('check', path, *DATE)
    expect(code == 1 and 'support/more.rb:5' in err and 'get_charge' in err and not out, out, err)
    code, out, _ = rbc('check', path, '--format', 'json', *DATE)
    first = json.loads(out.splitlines()[0])
    expect(code == 1 and first['line'] == 5 and first['code'].startswith('E'), out)
    code, _, _ = rbc('compile', path, '-o', 'broken.rbb', *DATE)
    expect(code == 1 and not os.path.exists(os.path.join(SCRATCH, 'broken.rbb')))


def test_compiles_to_the_same_bytes_and_verifies():
    for name in ('one.rbb', 'two.rbb'):
        code, out, err = rbc('compile', SHOP, '-o', name, *DATE)
        expect(code == 0 and '2026-01-01' in out, out, err)
    one = open(os.path.join(SCRATCH, 'one.rbb'), 'rb').read()
    expect(one == open(os.path.join(SCRATCH, 'two.rbb'), 'rb').read())
    code, out, _ = rbc('compile', SHOP, '-o', '-', env={'SOURCE_DATE_EPOCH': '1767225600'}, binary=True)
    expect(code == 0 and out == one, 'SOURCE_DATE_EPOCH')
    code, out, _ = rbc('verify', 'one.rbb')
    expect(code == 0 and 'valid' in out, out)


def test_verify_refuses_what_was_changed():
    rbc('compile', SHOP, '-o', 'one.rbb', *DATE)
    bytes_ = bytearray(open(os.path.join(SCRATCH, 'one.rbb'), 'rb').read())
    bytes_[len(bytes_) // 2] ^= 1
    open(os.path.join(SCRATCH, 'bad.rbb'), 'wb').write(bytes_)
    code, _, err = rbc('verify', 'bad.rbb')
    expect(code == 1 and 'rbc:' in err, err)
    code, out, _ = rbc('verify', 'bad.rbb', '--format', 'json')
    expect(code == 1 and json.loads(out)['valid'] is False, out)
    open(os.path.join(SCRATCH, 'cut.rbb'), 'wb').write(bytes_[:100])
    expect(rbc('verify', 'cut.rbb')[0] == 1 and rbc('disasm', 'cut.rbb')[0] == 1)
    expect(rbc('disasm', 'bad.rbb', '--sections')[0] in (0, 1))


def test_disasm_shows_rules_and_their_code():
    code, out, _ = rbc('disasm', SHOP, '--sections', *DATE)
    expect(code == 0 and 'guard shop.platform.refunds' in out and 'args.amount' in out and 'section RULES' in out, out[:2000])


def test_what_cannot_be_executed_is_said():
    path = broken('prove "refunds" { never allow infer }\n')
    code, out, err = rbc('check', path, *DATE)
    expect(code == 4 and 'not proved: refunds' in err, code, out, err)
    code, out, err = rbc('test', path, *DATE)
    expect(code == 4 and '0 passed, 0 failed, 4 not run' in out, code, out, err)
    code, _, err = rbc('eval', path, *DATE, text=lines({'caller': CALLER, 'request': refund(1)}))
    expect(code == 4 and 'refunds' in err, code, err)


# ---- simulate
ROUTES = os.path.join(ROOT, 'examples', 'routes')


def traffic(name, text):
    path = os.path.join(SCRATCH, name)
    open(path, 'w').write(text)
    return path


def simulated(*args):
    code, out, err = rbc('simulate', *args, '--format', 'json', *DATE)
    expect(code == 0, code, err)
    return [json.loads(line) for line in out.splitlines()]


def sums(result, *names):
    return [sum(group[name] for group in result['groups']) for name in names]


def test_simulate_prices_what_was_generated():
    path = traffic('t.csv', 'TIMESTAMP,ContextTokens,GeneratedTokens\n2026-11-23 08:00:00.1234567,1000,100\n2026-11-23 08:00:01,2000,9000\n')
    result, = simulated(ROUTES, path, '--task', 'chat', '--output', '500')
    # bargain: 0.05 and 0.20 USD a million; the second answer ends at what was asked for
    expect(sums(result, 'requests', 'refused', 'cut', 'cost', 'bound') == [2, 0, 1, 3000 * 50000 + 600 * 200000, 3000 * 50000 + 1000 * 200000], result)
    expect(result['groups'][0]['model'] == 'acme.platform.bargain' and result['groups'][0]['quality'] == 2 * 820000, result)
    code, out, err = rbc('simulate', ROUTES, path, '--task', 'chat', '--output', '500', *DATE)
    expect(code == 0 and '2 answered, 0 refused' in out and 'quality 82.0%' in out and 'budgets' in out, out, err)


def test_simulate_budgets_bind():
    row = '{"time":"2026-11-23T%02d:%02d:00Z","task":"reason","input":10000,"output":10000,"generated":10000}\n'
    result, = simulated(ROUTES, traffic('b.jsonl', ''.join(row % (8 + i // 60, i % 60) for i in range(100)) + row.replace('-23T', '-24T') % (8, 0)))
    # 0.25 USD each, 20 USD a day: 80 fit, and one of the next day
    expect(sums(result, 'requests', 'refused') == [101, 20], result)
    expect(result['refusals'][0]['count'] == 20 and 'a limit is reached' in result['refusals'][0]['reason'], result)
    expect(result['budgets'][0]['reached'] == 20 and result['budgets'][0]['used'] == 250000, result)


def test_simulate_parts_add_up():
    rows = ['{"time":"2026-11-23T08:00:%02dZ","input":%d,"output":400,"generated":%d}\n' % (i % 60, 100 * i, 7 * i) for i in range(50)]
    whole, = simulated(ROUTES, traffic('w.jsonl', ''.join(rows)), '--task', 'chat')
    parts = []
    for i in range(2):
        code, out, err = rbc('simulate', ROUTES, traffic('p%d.jsonl' % i, ''.join(rows[i * 20:][:20 if not i else 30])), '--task', 'chat', '--format', 'json', *DATE)
        parts.append(traffic('p%d.json' % i, out))
    merged, = simulated('--merge', *parts)
    merged['budgets'] = whole['budgets']
    expect(merged == whole, merged, whole)
    mixed, = simulated(ROUTES, traffic('w.jsonl', ''.join(rows * 1)), '--task', 'chat=50,extract=50')
    expect({g['task'] for g in mixed['groups']} == {'chat', 'extract'}, mixed)
    expect(simulated(ROUTES, os.path.join(SCRATCH, 'w.jsonl'), '--task', 'chat=50,extract=50') == [mixed])


def test_simulate_compares_two():
    path = traffic('c.jsonl', '{"time":"2026-11-23T08:00:00Z","task":"chat","input":1000,"output":100}\n')
    code, out, err = rbc('simulate', ROUTES, path, '--against', ROUTES, *DATE)
    expect(code == 0 and 'costs 0.0% less' in out and 'at 100.0% of its quality' in out, out, err)
    expect(len(simulated(ROUTES, path, '--against', ROUTES)) == 2)


def test_simulate_says_what_is_wrong():
    good = '{"time":"2026-11-23T08:00:00Z","task":"chat","input":1000,"output":100}\n'
    for text, says in (('{"input":-1}\n', ':1: this is no request'), (good + '{"inptu":1}\n', ':2: this is no request'), ('time,tokens\n', 'no column'),
                       (good + good.replace('T08', 'T07'), 'sort the traffic'), ('{"task":"chat","input":5}\n', '--output'),
                       (good.replace('chat', 'ch\\"at'), 'no request'), (good.replace('100}', '100,"generated":1e3}'), 'no request')):
        code, out, err = rbc('simulate', ROUTES, traffic('x', text), *DATE)
        expect(code == 2 and says in err, code, text, err)
    code, out, err = rbc('simulate', ROUTES, traffic('x', good.replace('chat', 'poetry')), *DATE)
    expect(code == 0 and '0 answered, 1 refused' in out and 'unknown task `poetry`' in out, out, err)
    expect(rbc('simulate', ROUTES, *DATE)[0] == 2 and rbc('simulate', ROUTES, '/nowhere', *DATE)[0] == 3)
    expect(rbc('simulate', ROUTES, traffic('x', good), '--task', 'chat=0', *DATE)[0] == 2)
    expect(rbc('simulate', '--merge', traffic('x', good), *DATE)[0] == 2)


# ---- calibrate
def wilson(right, count, z):
    """The bound by bisection on what it means: the share p of which `right` of `count` are just z deviations above."""
    low, high = 0.0, right / count
    for _ in range(100):
        p = (low + high) / 2
        if right / count - p > z * (p * (1 - p) / count) ** 0.5:
            low = p
        else:
            high = p
    return high


def calibrated(*args):
    code, out, err = rbc('models', 'calibrate', *args, *DATE)
    expect(code == 0, code, err)
    return out, err


def test_calibrate_gives_bounds():
    outcomes = [('acme.small', 'chat', i % 10 < 8) for i in range(200)] + [('acme.small', 'code', i % 2 == 0) for i in range(29)] + \
               [('acme.large', 'chat', True) for _ in range(50)]
    log = traffic('o.jsonl', ''.join(json.dumps({'model': m, 'task': t, 'right': r}) + '\n' for m, t, r in outcomes))
    out, err = calibrated(log, '--source', 'own log', '--package', 'acme.measured')
    for right, count, z in ((160, 200, 1.644854), (50, 50, 1.644854)):
        expect('%.1f%% { source: "own log", date: 2026-01-01, sample: %d }' % (int(wilson(right, count, z) * 1000) / 10, count) in out, out)
    expect('# code: 15 of 29 right; fewer than 30 say nothing' in out and 'replaces acme.large' in out and 'package acme.measured' in out, out)
    expect('279 outcomes of 2 models: 2 figures, 1 left out' in err, err)
    for confidence, z in (('50', 0), ('80', 0.841621), ('99', 2.326348), ('99.9', 3.090232)):
        out, _ = calibrated(log, '--confidence', confidence)
        expect('chat %.1f%% {' % (int(wilson(160, 200, z) * 1000 + 1e-6) / 10) in out, confidence, out)
    table = traffic('o.csv', 'task,who,right,model\n' + ''.join('%s,x,%d,%s\n' % (t, r, m) for m, t, r in outcomes))
    expect(calibrated(table)[0] == calibrated(log)[0])


def test_calibrate_is_policy_text():
    log = traffic('r.jsonl', (json.dumps({'model': 'acme.platform.small', 'task': 'chat', 'right': True}) + '\n') * 400)
    out, _ = calibrated(log, '--package', 'acme.platform')
    work = os.path.join(SCRATCH, 'calibrated')
    shutil.copytree(ROUTES, work)
    open(os.path.join(work, 'platform', 'measured.rb'), 'w').write(out)
    code, listed, err = rbc('models', work, 'small_measured', '--format', 'json', *DATE)
    expect(code == 0 and json.loads(listed)['qualities'] == [{'task': 'chat', 'percent': 99.3, 'sample': 400, 'date': '2026-01-01', 'source': 'own outcomes'}], code, listed, err)


def test_calibrate_says_what_is_wrong():
    good = json.dumps({'model': 'a.b', 'task': 'chat', 'right': 1}) + '\n'
    for text, says in (('{}\n', ':1:'), (good + good.replace('1}', '2}'), ':2: `right`'), (good.replace('chat', 'Chat'), '`task`'), (good.replace('a.b', 'a..b'), '`model`'),
                       ('model,task\n', 'columns'), ('model,task,right\na.b,chat,yes\n', ':2:'), ('not json\n', ':1:')):
        code, _, err = rbc('models', 'calibrate', traffic('w', text), *DATE)
        expect(code == 2 and says in err, text, code, err)
    twins = ''.join(good.replace('a.b', name) * 40 for name in ('x.small', 'y.small')) + good.replace('a.b', 'z.few')
    out, _ = calibrated(traffic('t', '\n' + twins))
    expect('model x_small_measured' in out and 'model y_small_measured' in out and '# nothing is known of z.few' in out and 'z_few' not in out, out)
    for text in ('model,task,right,model\n', 'model,task,right\na.b,chat,1,2\n', 'model,task,right\n"a.b",chat,1\n'):
        expect(rbc('models', 'calibrate', traffic('w', text), *DATE)[0] == 2, text)
    for options in (['--package', 'X y{'], ['--source', 'a\tb'], ['--samples', '99999999999999999999'], ['--confidence', '42'], ['--samples', '0'], ['--samples', 'x'], ['--source', 'a"b']):
        expect(rbc('models', 'calibrate', traffic('w', good), *options, *DATE)[0] == 2, options)
    expect(rbc('models', 'calibrate', '/nowhere', *DATE)[0] == 3 and rbc('models', 'calibrate', *DATE)[0] == 2)


def test_eval_asks_for_the_next_model():
    ask = {'infer': {'task': 'chat', 'tokens': {'input': 10, 'output': 10}}}
    code, out, err = rbc('eval', ROUTES, '--format', 'json', *DATE, text=lines(ask, {'next': 'timeout'}, {'next': 'timeout'}, {'next': 'refused'}, {'next': 'no'}))
    chosen = [json.loads(line).get('choice', {}).get('model') for line in out.splitlines()]
    expect(code == 1 and chosen[:4] == ['acme.platform.' + m for m in ('bargain', 'bargain', 'small', 'medium')], chosen, err)


def test_the_curve_of_quality_is_drawn():
    data = os.path.join(SCRATCH, 'data', 'model-quality')
    os.makedirs(data)
    rows = [('law' if i % 4 < 2 else 'art', i % 8 < 6, i % 4 < 2 or i % 8 < 7) for i in range(800)]
    open(os.path.join(data, 'mmlu.csv'), 'w').write('subject,prompt_chars,mixtral_8x7b_right,gpt_4_1106_right\n' + ''.join('%s,400,%d,%d\n' % row for row in rows))
    open(os.path.join(data, 'gsm8k.csv'), 'w').write('prompt_chars,mixtral_8x7b_right,mixtral_8x7b_answer_chars,gpt_4_1106_right,gpt_4_1106_answer_chars\n')
    script = os.path.join(ROOT, 'examples', 'quality', 'curve.py')
    done = subprocess.run([sys.executable, script, os.path.dirname(data)], capture_output=True, text=True)
    table = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line.strip()[:1].isdigit() and '%' in line.split()[0]}
    # at the highest floor only the task in which both are as good goes to the cheap model, and nothing is lost
    expect(done.returncode == 0 and table['50%'][0] == '100.0%' and table['100%'][0] == '50.0%' and table['100%'][2] == '100.0%', done.stdout, done.stderr)
    nothing = subprocess.run([sys.executable, script, SCRATCH], capture_output=True, text=True)
    expect(nothing.returncode == 0 and 'RouteLLM' in nothing.stdout, nothing.stdout, nothing.stderr)


def test_the_trace_is_routed():
    data = os.path.join(SCRATCH, 'day')
    for name in ('model-quality', 'llm-trace'):
        os.makedirs(os.path.join(data, name))
    rows = [('law' if i % 4 < 2 else 'machine_learning', i % 8 < 6, i % 4 < 2 or i % 8 < 7) for i in range(800)]
    open(os.path.join(data, 'model-quality', 'mmlu.csv'), 'w').write('subject,prompt_chars,mixtral_8x7b_right,gpt_4_1106_right\n' + ''.join('%s,400,%d,%d\n' % row for row in rows))
    open(os.path.join(data, 'model-quality', 'gsm8k.csv'), 'w').write('prompt_chars,mixtral_8x7b_right,mixtral_8x7b_answer_chars,gpt_4_1106_right,gpt_4_1106_answer_chars\n')
    for service in ('conv', 'code'):
        open(os.path.join(data, 'llm-trace', 'AzureLLMInferenceTrace_%s.csv' % service), 'w').write('TIMESTAMP,ContextTokens,GeneratedTokens\n' + ''.join(
            '2023-11-16 18:15:%02d.0000000,%d,%d\n' % (i % 60, 100 + i, 20) for i in range(300)))
    script = os.path.join(ROOT, 'examples', 'trace', 'trace.py')
    done = subprocess.run([sys.executable, script, data], capture_output=True, text=True)
    # in law both are as good, so the cheap one answers; in machine learning it is not good enough
    expect(done.returncode == 0 and 'gpt4 2; all of them: gpt4' in done.stdout, done.stdout, done.stderr)
    expect(re.search(r'the route +[\d.]+ USD +4\d\.\d% saved +600 answered', done.stdout), done.stdout)
    expect(re.search(r'the route spends [0-2]\.\d\d% more', done.stdout) and 'gpt4_openai 300' in done.stdout, done.stdout)
    nothing = subprocess.run([sys.executable, script, SCRATCH], capture_output=True, text=True)
    expect(nothing.returncode == 0 and 'AzurePublicDataset' in nothing.stdout, nothing.stdout, nothing.stderr)


# ---- test
FAILING = ('test "wrong" {\n  call payments.create_refund(charge_id: "ch_9", amount: 1.00 USD) by support_bot\n  expect allow\n}\n')


def test_a_failing_expectation_shows_the_decision():
    path = broken(FAILING)
    code, out, err = rbc('test', path, *DATE)
    expect(code == 1 and '4 passed, 1 failed' in out, out, err)
    expect('support/more.rb:7: expected allow, decided deny' in out and 'look the charge up first' in out, out)
    code, out, _ = rbc('test', path, '--filter', 'small', *DATE)
    expect(code == 0 and '1 passed, 0 failed' in out, out)
    expect(rbc('test', path, '--filter', 'no such title', *DATE)[0] == 4)


def test_tap_and_junit():
    path = broken(FAILING)
    code, out, _ = rbc('test', path, '--format', 'tap', *DATE)
    expect(code == 1 and out.startswith('TAP version 13\n1..5\n') and out.count('\nok ') == 4 and out.count('\nnot ok ') == 1, out)
    code, out, _ = rbc('test', path, '--format', 'junit', *DATE)
    suite = xml.dom.minidom.parseString(out).getElementsByTagName('testsuite')[0]
    expect(suite.getAttribute('tests') == '5' and suite.getAttribute('failures') == '1', out)


# ---- eval
def test_eval_needs_the_charge_to_be_seen():
    code, out, err = evaluate({'caller': CALLER, 'request': refund(40)}, SEE, {'caller': CALLER, 'request': refund(40)},
                              {'caller': CALLER, 'request': refund(90)})
    effects = [line['effect'] for line in out if 'effect' in line]
    expect(code == 0 and effects == ['deny', 'allow', 'deny'], code, out, err)
    expect(out[0]['reason'].startswith('look the charge up first') and json.loads(out[2]['canonical'])['call'] == 'payments.create_refund', out)


def test_eval_observes_an_allowed_call_once():
    look = {'caller': CALLER, 'request': {'call': 'payments.get_charge', 'args': {'charge_id': 'ch_1'}}}
    code, out, err = evaluate(look, {'observe': {'outcome': 'success', 'result': CHARGE}}, {'caller': CALLER, 'request': refund(40)})
    expect(code == 0 and [line.get('effect') for line in out] == ['allow', None, 'allow'], out, err)
    code, out, err = evaluate(look, {'observe': {'result': CHARGE}}, {'observe': {'result': CHARGE}})
    expect(code == 1 and 'standard input:3' in err, code, out, err)


def test_eval_asks_and_is_approved():
    large = {'see': {'entity': 'payments.charge', 'value': {**CHARGE, 'amount': 800}}}
    ask = {'caller': {**CALLER, 'session': 's'}, 'request': refund(250)}
    opened = {'open': {'agent': BOT, 'requester': 'ann', 'as': 's'}}
    code, out, err = evaluate(opened, large, ask, {'approve': {}}, ask, ask)
    decided = [line for line in out if 'effect' in line]
    expect(code == 0 and [d['effect'] for d in decided] == ['ask', 'allow', 'deny'] or [d['effect'] for d in decided] == ['ask', 'allow', 'ask'], out, err)
    expect(len(decided[0]['approvers']) == 1 and 'team_leads' in decided[0]['approvers'][0] and 'deadline' in decided[0], decided[0])
    code, out, err = evaluate(opened, large, ask, {'approve': {'approver': 'ann'}}, ask)
    expect(code == 1 and out[-1]['effect'] == 'ask', 'the requester approved their own request', out, err)


def test_eval_denies_by_name_and_hostile_requests():
    for request in ({'call': 'payments.drop', 'args': {}}, refund('40'), refund(40.001), {**refund(40), 'agent': BOT}, {**refund(1), 'x': 1}):
        code, out, err = evaluate(SEE, {'caller': CALLER, 'request': request}, options=['--agent', BOT])
        expect(out and out[-1]['effect'] == 'deny' and out[-1]['status'] != 'ok', request, out, err)
    code, out, err = evaluate({'caller': {'agent': 'nobody', 'requester': 'ann'}, 'request': refund(40)})
    expect(code == 0 and out[0]['effect'] == 'deny' and out[0]['status'] == 'unknown agent', out, err)
    twice = '{"caller":%s,"request":{"call":"payments.get_charge","args":{"charge_id":"a","charge_id":"b"}}}\n' % json.dumps(CALLER)
    code, out, _ = rbc('eval', SHOP, '--format', 'json', *DATE, text=twice)
    expect(json.loads(out)['effect'] == 'deny', out)


def test_eval_without_a_session_denies_what_needs_one():
    code, out, err = evaluate({'caller': {**CALLER, 'session': None}, 'request': refund(40)}, {'caller': {**CALLER, 'session': 'gone'}, 'request': refund(40)})
    expect(code == 0 and [line['effect'] for line in out] == ['deny', 'deny'], out, err)


def test_eval_text_explains():
    code, out, err = rbc('eval', SHOP, '--explain', *DATE, text=lines({'caller': CALLER, 'request': refund(40)}))
    expect(code == 0 and out.startswith('deny: look the charge up first') and 'platform/payments.rb' in out, out, err)
    code, out, err = rbc('eval', SHOP, '--for', 'agent', *DATE, text=lines(SEE, {'caller': CALLER, 'request': refund(90)}), )
    expect('c.amount' not in out, 'a condition reached the agent', out)


def test_eval_reads_a_bare_request_of_one_agent():
    code, out, err = rbc('eval', SHOP, *DATE, text=lines({'call': 'payments.get_charge', 'args': {'charge_id': 'ch_1'}}))
    expect(code == 0 and out.startswith('allow'), out, err)


def test_eval_says_which_line_is_no_line():
    for line in ('nonsense\n', '{"call":\n', '{}\n', '[1]\n', '{"hear":3}\n'):
        code, out, err = rbc('eval', SHOP, *DATE, text=line)
        if line.startswith('{"call"'):
            expect(out.startswith('deny') or code == 1, line, out, err)
        else:
            expect(code == 1 and 'standard input:1' in err, line, code, out, err)


# ---- replay
def sessions():
    look = {'step': 'call', 'operation': 'get_charge', 'args': {'charge_id': 'ch_1'}, 'result': {**CHARGE, 'amount': 800}}
    def pay(amount, **more):
        return {'step': 'call', 'operation': 'create_refund', 'args': {'charge_id': 'ch_1', 'amount': amount}, 'result': CHARGE, **more}
    user, say = {'step': 'user', 'text': 'hello'}, {'step': 'say', 'text': 'done'}
    return lines({'session': 'good', 'succeeded': True, 'steps': [user, look, pay(40), say]},
                 {'session': 'blind', 'succeeded': True, 'steps': [user, pay(40), say]},
                 {'session': 'large', 'succeeded': False, 'steps': [user, look, pay(250), say]},
                 {'session': 'failed', 'succeeded': False, 'steps': [look, pay(40, result='Error: down'), pay(41)]})


def test_replay_tells_what_it_would_have_stopped():
    code, out, err = rbc('replay', SHOP, '-', '--format', 'json', *DATE, text=sessions())
    expect(code == 0, err)
    found = json.loads(out)
    summary = found['summary']
    expect((summary['sessions'], summary['calls'], summary['denied'], summary['asked']['staff']) == (4, 8, 1, 1), summary)
    expect([(c['session'], c['step'], c['effect']) for c in found['calls']] == [('blind', 1, 'deny'), ('large', 2, 'ask')], found['calls'])
    expect(found['calls'][0]['reason'].startswith('look the charge up first') and found['calls'][1]['ask_target'], found['calls'])
    expect(summary['succeeded_sessions_touched'] == ['blind'], summary)
    code, text, _ = rbc('replay', SHOP, '-', *DATE, text=sessions())
    expect(code == 0 and 'look the charge up first' in text and 'blind step 1' in text, text)


def test_replay_can_refuse_asks():
    code, out, _ = rbc('replay', SHOP, '-', '--format', 'json', '--asks', 'deny', *DATE, text=sessions())
    expect(code == 0 and json.loads(out)['summary']['sessions_touched'] == ['blind', 'large'], out)


def test_replay_of_a_bundle_is_the_same():
    rbc('compile', SHOP, '-o', 'one.rbb', *DATE)
    one, two = (rbc('replay', what, '-', '--format', 'json', text=sessions())[1] for what in ('one.rbb', SHOP))
    expect(one and one == two, one, two)


def test_replay_names_the_line_that_is_no_session():
    code, _, err = rbc('replay', SHOP, '-', *DATE, text=sessions() + '{"session":"x"}\n')
    expect(code == 1 and '-:5' in err, code, err)


def main():
    passed = failed = 0
    rbc('init', SHOP)
    for name, test in list(globals().items()):
        if not name.startswith('test_') or (sys.argv[1:] and not any(a in name for a in sys.argv[1:])):
            continue
        try:
            test()
            passed += 1
        except Exception as error:
            failed += 1
            print('FAIL %s: %s: %s' % (name[5:].replace('_', ' '), type(error).__name__, error))
    shutil.rmtree(SCRATCH, ignore_errors=True)
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
