#!/usr/bin/env python3
"""Forecasts and reports from outside: `rbc cost`, and the pages of `--html`.

usage: run.py [NAME ...]        prints `N passed, N failed`
"""
import base64, hashlib, html.parser, json, math, os, re, shutil, subprocess, sys, tempfile
from decimal import Decimal
from fractions import Fraction

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RBC = os.environ.get('RBC') or os.path.join(ROOT, 'build', 'bin', 'rbc')
ROUTES = os.path.join(ROOT, 'examples', 'routes')
DATE = ['--date', '2026-11-24']
SCRATCH = tempfile.mkdtemp(prefix='rbc-reports-')


def rbc(*arguments):
    environment = {k: v for k, v in os.environ.items() if k not in ('SOURCE_DATE_EPOCH', 'REBASE_STDLIB', 'NO_COLOR')}
    done = subprocess.run([RBC, *arguments, *DATE], capture_output=True, cwd=SCRATCH, env=environment, timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def expect(good, *what):
    if not good:
        raise AssertionError(' '.join(str(w) for w in what))


def written(name, text):
    path = os.path.join(SCRATCH, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, 'w', encoding='utf-8').write(text)
    return path


# ---- a small company, its models and agents as the test wants them
MODELS = '''provider cloud { kind openai }
model cheap { provider cloud id "c" priced 2026-11-01 "contract" price input 0.15 USD per 1_000_000 tokens price output 0.60 USD per 1_000_000 tokens
  price cached_read 0.0375 USD per 1_000_000 tokens price input 0.30 USD per 1_000_000 tokens { above: 8_000 tokens }
  quality chat 80% { source: "own evaluation", date: 2026-10-12, sample: 640 } }
model dear { provider cloud id "d" priced 2025-01-01 "old page" price input 3.00 USD per 1_000_000 tokens price output 15.00 USD per 1_000_000 tokens
  price request 0.01 USD per request }
'''
WEIGHTED = 'route r { for infer by bot prefer weighted { cheap 70%, dear 30% } tier plan { prefer lowest cost } }'


def company(name, expects, rules=WEIGHTED, models=MODELS):
    written(name + '/root.rb', 'workspace w\npackage w.all in "all/" declares models, providers, labels, guards, groups, agents, policies, routes, contexts\n')
    written(name + '/all/all.rb', 'package w.all\nlabel secret "few eyes"\n%s\nagent bot { owner "o" purpose "p"\n%s\n}\n%s\n' % (models, expects, rules))
    return os.path.join(SCRATCH, name)


def forecast(path, *options):
    code, out, err = rbc('cost', path, '--format', 'json', *options)
    expect(code == 0, code, err)
    return json.loads(out)


# ---- cost
DAYS = {'day': 1, 'month': 30, 'year': 365}
PER = {'hour': Fraction(1, 24), 'day': 1, 'week': 7, 'month': 30, 'year': 365}


def rounded_up(amount):
    return Decimal(math.ceil(amount * 10**12)).scaleb(-12)


def recomputed(line, prices):
    """What each answer of a line comes to, from the prices as the test knows them."""
    for answer in line['answers']:
        p = prices[answer['model'].split('.')[-1]]
        kept = line['cached'] if 'cached_read' in p else 0
        tier = p['above'][1] if 'above' in p and line['input'] > p['above'][0] else p['input']
        one = (Fraction(tier) * (line['input'] - kept) + Fraction(p.get('cached_read', '0')) * kept + Fraction(p['output']) * line['generated']) / 10**6
        one += Fraction(p.get('request', '0'))
        share = Fraction(answer['weight'], answer['weights'])
        yield answer, one, {name: rounded_up(one * line['requests'] * share * days / PER[line['per']]) for name, days in DAYS.items()}


PRICES = {'cheap': {'input': '0.15', 'output': '0.60', 'cached_read': '0.0375', 'above': (8000, '0.30')}, 'dear': {'input': '3', 'output': '15', 'request': '0.01'}}


def check_money(f, prices):
    totals = dict.fromkeys(DAYS, Decimal(0))
    for line in f['lines']:
        for answer, one, periods in recomputed(line, prices):
            expect(Decimal(answer['request']) == rounded_up(one), answer)
            expect(sum(Decimal(item['amount']) for item in answer['arithmetic']) == Decimal(answer['request']), answer)
            for name in DAYS:
                expect(Decimal(answer[name]) == periods[name], name, answer, periods)
                totals[name] += periods[name]
    expect({name: Decimal(f['totals'][0][name]) for name in DAYS} == totals, f['totals'], totals)
    for groups in ('agents', 'tasks', 'models'):
        for name in DAYS:
            expect(sum(Decimal(group[name]) for group in f[groups]) == totals[name], groups, f[groups])


def test_cost_is_exact():
    f = forecast(company('exact', '''expects chat 2_001 per day { input: 1_234, output: 500, generated: 311, cached: 777 }
      expects chat 13 per week { input: 8_001, output: 1, cached: 8_001 } expects plan 7 per month { input: 8_000, output: 3 }
      expects chat 3 per hour { input: 1, output: 0 } expects plan 11 per year { input: 999_983, output: 7 }'''))
    check_money(f, PRICES)
    expect([len(line['answers']) for line in f['lines']] == [2, 2, 1, 2, 1], f['lines'])
    expect({(a['model'], a['weight'] / a['weights']) for a in f['lines'][0]['answers']} == {('w.all.cheap', 0.7), ('w.all.dear', 0.3)}, f['lines'][0])


def test_cost_of_the_example():
    small = {'bargain': {'input': '0.05', 'output': '0.20'}, 'small': {'input': '0.20', 'output': '0.80'}, 'large': {'input': '5', 'output': '20'}}
    f = forecast(ROUTES)
    check_money(f, small)
    expect([line['answers'][0]['model'].split('.')[-1] for line in f['lines']] == ['bargain', 'small', 'large'], f['lines'])
    expect(f['totals'] == [{'currency': 'USD', 'day': '17.3368', 'month': '520.104', 'year': '6327.932'}], f['totals'])
    expect(f['budgets'][0]['used'] == '17.3368 USD' and '%.1f' % f['budgets'][0]['percent'] == '86.7' and f['budgets'][0]['says'] == 'warned of from 22:08 on', f['budgets'])
    code, out, err = rbc('cost', ROUTES)
    expect(code == 0 and '1,200 tokens x      0.05 USD / 1,000,000 =' in out and '0.000122 USD x 2,000 requests x 365 days = 89.06 USD' in out, out, err)
    expect('uses 17.3368 USD, 86.7%; warned of from 22:08 on' in out and 'small has no price for cached input' in out, out)


def test_cost_and_simulation_agree_on_when_a_budget_refuses():
    rules = 'route r { for infer by bot } guard b { limit infer for each agent at most 20.00 USD per day }'
    only = {'bot': MODELS.split('model dear')[0]}
    path = company('bind', 'expects chat 1_440 per day { input: 60_000, output: 10_000, generated: 5_000 }', rules, only['bot'])
    f = forecast(path)
    # 0.30 x 60,000 + 0.60 x 5,000 = 0.021 USD each, 30.24 a day; 0.024 is reserved
    expect(f['budgets'][0]['used'] == '30.24 USD', f['budgets'])
    rows = ''.join('{"time":"2026-11-24T%02d:%02d:00Z","task":"chat","input":60000,"output":10000,"generated":5000}\n' % divmod(i, 60) for i in range(1440))
    code, out, err = rbc('simulate', path, written('even.jsonl', rows), '--format', 'json')
    answered = sum(g['requests'] - g['refused'] for g in json.loads(out)['groups'])
    at = f['budgets'][0]['says'].split(' ')[-2]
    expect(at == '%02d:%02d' % divmod(answered, 60) and answered < 1440, at, answered, f['budgets'])


def test_cost_says_what_is_old_missing_or_refused():
    f = forecast(company('notes', '''expects chat 5 per day { input: 10, output: 10, has: secret } expects poems 5 per day { input: 10, output: 10 }
      expects plan 5 per day { input: 10, output: 10 }''', WEIGHTED + ' guard g { deny infer where session has secret because "secrets stay" } '
      'agent idle { owner "o" purpose "p" } route i { for infer by idle }',
      MODELS.replace('2026-11-01 "contract"', '2026-05-01 "contract"')))
    notes = '\n'.join(f['notes'])
    expect('chat: nothing answers, and nothing is in the sums: secrets stay' in notes and 'poems: nothing answers' in notes, notes)
    expect('w.all.cheap: a price is 207 days old, older than 180' in notes and 'w.all.idle may ask models and does not say what it expects' in notes, notes)
    expect(f['lines'][0]['refused'] == 'secrets stay' and f['lines'][2]['answers'], f['lines'])
    path = os.path.join(SCRATCH, 'notes')
    expect('207 days' not in '\n'.join(forecast(path, '--max-age', '207')['notes']))
    expect(forecast(path, '--agent', 'bot')['lines'] == f['lines'])


def test_cost_of_what_is_asked_first_and_limits_that_time_does_not_fill():
    rules = '''group leads "leads" route r { for infer by bot } guard a { ask leads before infer }
      guard b { limit infer for each requester at most 5 per day limit infer at most 3 at once limit infer at most 10_000 tokens per 5 hours limit infer at most 40 per week }'''
    f = forecast(company('asks', 'expects chat 10 per day { input: 1_000, output: 1_000, generated: 500 }', rules))
    expect(f['lines'][0]['answers'][0]['asked'] is True, f['lines'])
    said = {b['words']: (b['used'], b['says']) for b in f['budgets']}
    expect(said == {'at most 5 per day for each requester': (None, 'how many sessions or requesters there are is not said'),
                    'at most 3 at once': (None, 'how many come at once is not said'), 'at most 10_000 tokens per 5 hours': ('3,125 tokens', ''),
                    'at most 40 per week': ('70 requests', 'would be refused from day 5, 00:00 on')}, said)


def test_limits_of_each_model_of_a_weighted_route():
    each = WEIGHTED + ' guard b { limit infer for each model at most 1.00 USD per day }'
    expects = 'expects chat 100 per day { input: 1_000, output: 1_000 }'
    # 0.00075 and 0.028 a request, 70 and 30 a day
    f = forecast(company('each', expects, each))
    expect({b['each']: b['used'] for b in f['budgets']} == {'w.all.cheap': '0.0525 USD', 'w.all.dear': '0.84 USD'}, f['budgets'])
    f = forecast(company('small', expects, each.replace('1.00', '0.01')))
    expect(not f['totals'] and 'a limit is reached' in f['lines'][0]['refused'] and not f['lines'][0]['answers'], f['lines'])


def test_two_forecasts_are_compared():
    dearer = company('dearer', 'expects chat 10 per day { input: 1_000, output: 1_000 }', 'route r { for infer by bot prefer weighted { dear 100% } }')
    cheaper = company('cheaper', 'expects chat 10 per day { input: 1_000, output: 1_000 }', 'route r { for infer by bot }')
    code, out, err = rbc('cost', cheaper, '--against', dearer)
    # 0.00075 and 0.028 a request
    expect(code == 0 and re.search(r'all +2\.7375 +102\.20 +99\.4625 less USD', out), out, err)


def test_cost_says_what_is_wrong():
    code, _, err = rbc('cost', company('none', ''))
    expect(code == 1 and 'expects chat 2_000 per day' in err, code, err)
    expect(rbc('cost', '/nowhere')[0] == 3 and rbc('cost', ROUTES, '--max-age', 'x')[0] == 2 and rbc('cost', ROUTES, '--agent', 'nobody')[0] == 2)
    code, _, err = rbc('cost', company('much', 'expects chat 1_000_000_000_000 per hour { input: 1_000_000, output: 1 }',
                                          WEIGHTED.replace('70%', '33.3333%').replace('30%', '66.6667%'), MODELS.replace('3.00 USD', '2_000_000.00 USD')))
    expect(code == 1 and 'more requests than can be counted' in err, code, err)


# ---- pages
TAGS = set('html head meta title style body h1 h2 p ul li b span table caption thead tbody tr th td div figure figcaption canvas details summary script'.split())


class Page(html.parser.HTMLParser):
    """What a page holds: tags in order, the texts of its cells, its scripts, styles and data."""
    def __init__(self, text):
        super().__init__()
        self.tags, self.cells, self.open, self.kept, self.policy = [], [], [], {'script': [], 'style': [], 'data': []}, None
        self.feed(text)
        self.close()
        expect(not self.open, 'not closed:', self.open)

    def handle_starttag(self, tag, attributes):
        names = dict(attributes)
        expect(tag in TAGS, tag)
        expect(not {'src', 'href', 'style', 'action', 'data'} & set(names) and not any(name.startswith('on') for name in names), tag, names)
        if names.get('http-equiv') == 'Content-Security-Policy':
            self.policy = names['content']
        self.tags.append(tag)
        if tag != 'meta':
            self.open.append((tag, names))
        if tag in ('td', 'th'):
            self.cells.append('')

    def handle_endtag(self, tag):
        expect(self.open and self.open[-1][0] == tag, tag, self.open)
        self.open.pop()

    def handle_data(self, text):
        tag, names = self.open[-1] if self.open else ('', {})
        if tag in ('td', 'th'):
            self.cells[-1] += text
        elif tag in ('script', 'style'):
            self.kept['data' if names.get('type') == 'application/json' else tag].append(text)


def checked(text):
    """The page, after it was seen to ask for nothing, run nothing but what it brings, and to be drawn from its own data."""
    page = Page(text)
    allowed = lambda kind: ' '.join("'sha256-%s'" % base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in page.kept[kind])
    expect(page.policy == "default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'" % (allowed('style'), allowed('script')), page.policy)
    expect(len(page.kept['script']) == 2 and len(page.kept['style']) == 1 and page.kept['script'][0].startswith('/*!\n * Chart.js'), len(page.kept['script']))
    bare = re.sub(r'/\*.*?\*/', '', text, flags=re.S)
    expect(not re.search(r'(?i)https?:|//[a-z]|(?<![a-z])url\(|@import', re.sub(r'^ *//.*', '', bare, flags=re.M)), 'an address')
    for chart in page.kept['data']:
        spec = json.loads(chart)
        expect(spec['series'] and all(len(one['data']) == len(spec['labels']) for one in spec['series']), spec)
    expect(len(page.kept['data']) == page.tags.count('canvas') > 0, page.tags.count('canvas'))
    return page


def count(n):
    return format(n, ',d')


def money(picos, scale=12):
    whole, rest = divmod(picos, 10**scale)
    rest = str(rest).zfill(scale).rstrip('0')
    return '%d.%s' % (whole, rest.ljust(2, '0'))


def mean(sum, count, form):
    return form % (sum / count) if count else '-'


def simulation_cells(result):
    for g in result['groups']:
        yield [g['agent'], g['task'], g['model'] or 'none', None, count(g['requests']), count(g['refused']), count(g['cut']), money(g['cost']), money(g['bound']),
               count(g['input']), count(g['output']), mean(g['quality'] / 10000, g['measured'], '%.1f%%'), mean(g['latency'] / 10**6, g['timed'], '%.2f s')]
    for r in result['refusals']:
        yield [count(r['count']), r['reason']]
    for b in result['budgets']:
        show = (lambda n: money(n, 6)) if b['decimal'] else count
        yield [b['words'], b['each'], show(b['used']), show(b['most']), None, show(b['spent']), count(b['reached']), None, b['rule']]


def has_row(cells, row):
    return any(all(want is None or want == got for want, got in zip(row, cells[i:])) for i in range(len(cells) - len(row) + 1))


def traffic(name, days, tasks=('chat', 'reason', 'poems')):
    return written(name, ''.join('{"time":"2026-11-%02dT08:00:%02dZ","task":"%s","input":%d,"output":900,"generated":%d}\n' % (d + 1, i, tasks[(i + d) % len(tasks)],
                                                                                                                          900 + 37 * i, 10 + 31 * i) for d in range(days) for i in range(30)))


def test_the_page_of_a_simulation_holds_its_figures():
    path = traffic('page.jsonl', 3)
    code, out, err = rbc('simulate', ROUTES, path, '--format', 'json', '--html', 'page.html')
    expect(code == 0, code, err)
    result, page = json.loads(out), checked(open(os.path.join(SCRATCH, 'page.html'), encoding='utf-8').read())
    for row in simulation_cells(result):
        expect(has_row(page.cells, row), row, page.cells)
    for key in ('agent', 'task', 'model'):
        for name in {g[key] for g in result['groups'] if g[key]}:
            mine = [g for g in result['groups'] if g[key] == name]
            add = lambda what: sum(g[what] for g in mine)
            expect(has_row(page.cells, [name, count(add('requests') - add('refused')), count(add('refused')), money(add('cost'))]), name, page.cells)
    expect(sum(g['refused'] for g in result['groups']) == 30 and has_row(page.cells, ['30', result['refusals'][0]['reason']]), result['refusals'])
    days = [json.loads(c) for c in page.kept['data'] if json.loads(c)['stacked']]
    expect(len(days) == 1 and days[0]['labels'] == ['2026-11-01', '2026-11-02', '2026-11-03'], days)
    expect(abs(sum(n for one in days[0]['series'] for n in one['data']) * 10**12 - sum(g['cost'] for g in result['groups'])) < 10**6, days)
    code, alone, _ = rbc('simulate', ROUTES, path, '--html', '-')
    expect(code == 0 and alone == open(os.path.join(SCRATCH, 'page.html'), encoding='utf-8').read())


def test_the_page_of_two_simulations_holds_both():
    other = company('plain', '', 'route r { for infer by bot }').replace(SCRATCH + '/', '')
    path = written('two.jsonl', ''.join('{"time":"2026-11-24T08:00:%02dZ","task":"chat","input":1000,"output":500,"agent":"w.all.bot"}\n' % i for i in range(10)))
    dearer = company('more', '', 'route r { for infer by bot prefer weighted { dear 100% } }').replace(SCRATCH + '/', '')
    code, out, err = rbc('simulate', other, path, '--against', dearer, '--format', 'json', '--html', 'two.html')
    page = checked(open(os.path.join(SCRATCH, 'two.html')).read())
    first, second = map(json.loads, out.splitlines())
    expect(code == 0 and has_row(page.cells, ['cost', money(sum(g['cost'] for g in first['groups'])), money(sum(g['cost'] for g in second['groups']))]), out, err)
    for row in [*simulation_cells(first), *simulation_cells(second)]:
        expect(has_row(page.cells, row), row)
    expect(json.loads(page.kept['data'][0])['labels'] == ['w.all.cheap', 'w.all.dear'], page.kept['data'][0])
    expect(has_row(page.cells, ['', other, dearer]) and rbc('simulate', '--merge', '--against', dearer, path)[0] == 2)


HOSTILE = ['</script><script>alert("x")</script>', '"><img src=x onerror=\'alert(1)\'>', '<!--<script>', '&lt;b&gt; & \u2028 </td></table>', ']]></style><h1>', '--></title>']


def merged_page(names):
    group = dict(zip(('agent', 'task', 'model'), names), day=20780, requests=3, refused=1, cut=1, cost=17, bound=18, input=5, output=6, quality=7, measured=1, latency=8, timed=1)
    part = {'simulation': 1, 'currency': names[5][:3], 'from': 1, 'to': 90000000000, 'groups': [group], 'refusals': [{'reason': names[3], 'count': 1}],
            'budgets': [{'rule': names[4], 'words': names[5], 'each': names[0], 'used': 5, 'most': 10, 'reached': 1, 'spent': 9, 'at': 1, 'decimal': True}]}
    code, out, err = rbc('simulate', '--merge', written('part.json', json.dumps(part)), '--html', '-')
    expect(code == 0, code, err)
    return checked(out)


def test_hostile_names_are_harmless():
    hostile, plain = merged_page(HOSTILE), merged_page(list('abcdef'))
    expect(hostile.tags == plain.tags and len(hostile.cells) == len(plain.cells))
    for name in HOSTILE:
        expect(name in hostile.cells, name, hostile.cells)
    expect([json.loads(c)['labels'] for c in hostile.kept['data']][0] == [HOSTILE[2]])


def test_hostile_names_in_traffic_are_harmless():
    path = written('bad.jsonl', '{"time":"2026-11-24T08:00:00Z","task":"</script><script>1</script>","agent":"<img src=x>","input":10,"output":10}\n')
    page = checked(rbc('simulate', ROUTES, path, '--html', '-')[1])
    expect('</script><script>1</script>' in page.cells and '<img src=x>' in page.cells, page.cells)


def test_the_page_of_a_forecast_holds_its_figures():
    for path in (ROUTES, company('shown', 'expects chat 2_001 per day { input: 1_234, output: 500, generated: 311, cached: 777 } expects poems 1 per day { input: 1, output: 1, has: secret }',
                                 WEIGHTED + ' guard b { limit infer for each agent at most 0.50 USD per day limit infer at most 3 at once }')):
        code, out, err = rbc('cost', path, '--format', 'json', '--html', 'cost.html')
        expect(code == 0, code, err)
        f, page = json.loads(out), checked(open(os.path.join(SCRATCH, 'cost.html'), encoding='utf-8').read())
        for what in ('agent', 'task', 'model'):
            for group in f[what + 's']:
                expect(has_row(page.cells, [group[what], group['day'], group['month'], group['year'], group['currency']]), group, page.cells)
        for b in f['budgets']:
            expect(has_row(page.cells, [b['words'], b['each'], b['used'] or '-', b['most'], '%.1f%%' % b['percent'] if b['used'] else '-', b['says'], b['rule']]), b, page.cells)
        for a in (a for line in f['lines'] for a in line['answers']):
            for item in a['arithmetic']:
                price = item['price'] + (' / 1,000,000' if item['tokens'] is not None else '')
                expect(has_row(page.cells, [item['of'], '' if item['tokens'] is None else count(item['tokens']), price, item['amount']]), item, page.cells)
            expect(has_row(page.cells, ['one request', '', '', a['request']]) and a['year'] in page.cells, a)
        for note in f['notes']:
            expect(note in page.cells, note)
    both = checked(rbc('cost', ROUTES, '--against', path, '--html', '-')[1])
    expect('w.all.bot' in both.cells and 'acme.support.helpdesk' in both.cells)


def test_sums_larger_than_64_bits():
    group = {'agent': 'a', 'task': 't', 'model': 'm', 'day': 1, 'requests': 1, 'refused': 0, 'cut': 0, 'cost': 2**63 - 1, 'bound': str(2**64), 'input': 1, 'output': 1, 'quality': 0,
             'measured': 0, 'latency': 0, 'timed': 0}
    part = {'simulation': 1, 'currency': 'USD', 'from': 1, 'to': 2, 'groups': [group, {**group, 'task': 'u'}], 'refusals': [], 'budgets': []}
    path = written('large', json.dumps(part) * 3)
    merged = json.loads(rbc('simulate', '--merge', '--partial', path)[1])
    expect([(g['cost'], g['bound']) for g in merged['groups']] == [(str(3 * (2**63 - 1)), str(3 * 2**64))] * 2, merged)
    again = rbc('simulate', '--merge', written('again', json.dumps(merged)), '--html', '-')[1]
    expect(money(6 * (2**63 - 1)) in again and money(6 * 2**64) in again and money(3 * (2**63 - 1)) in checked(again).cells)
    expect('cost %s.' % money(6 * (2**63 - 1)).split('.')[0] in rbc('simulate', '--merge', path)[1])
    for bad in (-1, '', '12x', '9' * 37, 1.5, None):
        expect(rbc('simulate', '--merge', written('bad', json.dumps({**part, 'groups': [{**group, 'cost': bad}]})))[0] == 2, bad)


def test_names_that_are_not_text():
    path = os.path.join(SCRATCH, 'odd.csv')
    open(path, 'wb').write(b'time,agent,task,input,output\n2026-01-01T00:00:00Z,\xff\xfe,chat,1,1\n')
    code, _, err = rbc('simulate', ROUTES, path)
    expect(code == 2 and ':2: this is no request' in err, code, err)


def test_cost_of_whom_the_host_tells():
    path = company('context', 'expects chat 1 per day { input: 10, output: 10 }', 'context requester { staff: bool } route r { for infer by bot where requester.staff }')
    expect(forecast(path, '--context', '{"staff":true}')['totals'] and not forecast(path)['totals'] and not forecast(path, '--context', '{"staff":false}')['totals'])
    expect(rbc('cost', path, '--context', '{"staff":1}')[0] == 2)


def test_a_page_that_cannot_be_written():
    expect(rbc('cost', ROUTES, '--html', '/nowhere/x.html')[0] == 3)


# ---- parts of a log, by engines that pipe lines
ENGINE = os.path.join(ROOT, 'examples', 'engine')


def in_order(result):
    result['groups'].sort(key=lambda g: (g['agent'], g['task'], g['model'], g['day']))
    result['refusals'].sort(key=lambda r: r['reason'])
    return result


def engine_run(command, *arguments):
    """What an engine adds up to, and what one run says of the same log; the budget of each day binds."""
    log = written('log.jsonl', subprocess.run([sys.executable, os.path.join(ENGINE, 'traffic.py'), '4', '6000'], capture_output=True, text=True, check=True).stdout)
    expect(rbc('compile', ROUTES, '-o', 'routes.rbb')[0] == 0)
    whole = json.loads(rbc('simulate', 'routes.rbb', log, '--partial')[1])
    expect(sum(g['refused'] for g in whole['groups']) > 1000 and whole['budgets'][0]['reached'] > 1000, whole)
    path = written('bin/rbc', '#!/bin/sh\nexec %s "$@"\n' % RBC)
    os.chmod(path, 0o755)
    environment = {**os.environ, 'PATH': os.path.dirname(path) + ':' + os.environ['PATH']}
    done = subprocess.run([*command, os.path.join(SCRATCH, 'routes.rbb'), log, *arguments], capture_output=True, text=True, cwd=SCRATCH, env=environment, timeout=300)
    expect(done.returncode == 0, done.stderr[-2000:])
    return in_order(json.loads(done.stdout)), in_order(whole)


def test_gnu_parallel_adds_up():
    if not shutil.which('parallel'):
        return print('GNU parallel is not there: left out')
    parts, whole = engine_run(['sh', os.path.join(ENGINE, 'parallel.sh')], '--partial')
    expect(parts == whole, parts, whole)


def test_spark_adds_up():
    python = os.environ.get('SPARK_PYTHON', sys.executable)
    if subprocess.run([python, '-c', 'import pyspark'], capture_output=True).returncode or not shutil.which('java'):
        return print('PySpark is not there: left out')
    parts, whole = engine_run([python, os.path.join(ENGINE, 'spark.py')], '--partial')
    expect(parts == whole, parts, whole)


def test_parts_are_added_in_any_order():
    traffic('parts.jsonl', 4)
    rows = open(os.path.join(SCRATCH, 'parts.jsonl')).read().splitlines(keepends=True)
    whole = json.loads(rbc('simulate', ROUTES, os.path.join(SCRATCH, 'parts.jsonl'), '--partial')[1])
    parts = [rbc('simulate', ROUTES, written('part.jsonl', ''.join(rows[i * 30:][:30])), '--partial')[1] for i in (2, 0, 3, 1)] + [rbc('simulate', ROUTES, written('empty', ''), '--partial')[1]]
    merged = rbc('simulate', '--merge', '--partial', written('parts', ''.join(parts)))[1]
    expect(in_order(json.loads(merged)) == in_order(whole), merged, whole)
    expect(rbc('simulate', '--merge', written('parts', parts[0] + 'x'))[0] == 2 and rbc('simulate', '--merge', written('empty', ''))[0] == 2)
    expect(rbc('simulate', '--merge', '/nowhere')[0] == 3)


def main():
    tests = [(name, value) for name, value in sorted(globals().items()) if name.startswith('test_') and (len(sys.argv) < 2 or name[5:] in sys.argv[1:])]
    failed = 0
    for name, run in tests:
        try:
            run()
        except Exception as error:                                # a test that breaks has failed
            failed += 1
            print('FAIL %s: %s: %s' % (name, type(error).__name__, str(error)[:3000]))
    shutil.rmtree(SCRATCH, ignore_errors=True)
    print('%d passed, %d failed' % (len(tests) - failed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
