#!/usr/bin/env python3
"""Usage bodies as providers return them, priced by `rbc price` and compared with what genai-prices says of each, to the last digit.

usage: run.py         needs REBASE_DATA with prices/; without it, `left out`

The models are those of genai-prices' own table, with its prices, so that only the reading of the usage and the arithmetic are compared. Each
difference must be one of those that REASONS explains.
"""
import datetime, decimal, json, os, re, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DATA = os.path.join(os.environ.get('REBASE_DATA', ''), 'prices')
TODAY = datetime.date(2026, 8, 1)
KINDS = {'input_mtok': 'input', 'output_mtok': 'output', 'cache_read_mtok': 'cached_read', 'cache_write_mtok': 'cached_write',
         'input_audio_mtok': 'audio_input', 'output_audio_mtok': 'audio_output', 'cache_audio_read_mtok': 'cached_audio'}


def matches(rule, name):
    name = name.lower()
    (how, what), = rule.items()
    if how == 'or':
        return any(matches(r, name) for r in what)
    if how == 'and':
        return all(matches(r, name) for r in what)
    if how == 'regex':
        return re.search(what, name) is not None
    what = what.lower()
    return {'equals': name == what, 'starts_with': name.startswith(what), 'ends_with': name.endswith(what), 'contains': what in name}[how]


def model_of(provider, name):
    for model in provider['models']:
        if matches(model['match'], name):
            return model


def prices_of(model):
    prices = model['prices']
    if isinstance(prices, dict):
        return prices
    for entry in reversed(prices):                  # the last whose condition holds
        condition = entry.get('constraint')
        if not condition:
            return entry['prices']
        if 'start_time' in condition:               # by day: when the table was applied
            return entry['prices']
        if 'start_date' in condition and datetime.date.fromisoformat(condition['start_date']) <= TODAY:
            return entry['prices']
    return prices[0]['prices']


def declared(name, prices):
    lines = ['model %s {\n  provider them\n  id "x"\n  priced %s "genai-prices"' % (name, TODAY)]
    for key, word in KINDS.items():
        value = prices.get(key)
        if value is None:
            continue
        tiers = [(0, value['base'])] + [(t['start'], t['price']) for t in value['tiers']] if isinstance(value, dict) else [(0, value)]
        for above, price in tiers:
            lines.append('  price %s %.6f USD per 1_000_000 tokens%s' % (word, price, ' { above: %d tokens }' % above if above else ''))
    if 'requests_kcount' in prices:
        lines.append('  price request %.6f USD per request' % (prices['requests_kcount'] / 1000))
    return '\n'.join(lines) + '\n}\n'


def cases(providers):
    """(line, model, prices, body, what genai-prices read, its input and output prices): each oracle once"""
    for number, line in enumerate(open(os.path.join(DATA, 'usages.jsonl'), encoding='utf-8')):
        data = json.loads(line)
        name = data.get('model')
        for extracted in data['extracted']:
            for by in extracted['extractors']:
                if 'input_price' not in by and 'output_price' not in by:
                    continue
                provider = providers.get(by['provider_id'], {'models': []})
                model = model_of(provider, name)
                if model:
                    yield number, '%s_%s' % (by['provider_id'], model['id']), prices_of(model), data, extracted['usage'], by


# Why a figure may differ, and how to tell. usage: what genai-prices read; mine: what rbc price says; data: the line.
def write_of_an_hour(prices, usage, mine, data):
    return 'error' in mine and data['body'].get('usage', {}).get('cache_creation', {}).get('ephemeral_1h_input_tokens')


def write_without_price(prices, usage, mine, data):
    return 'error' in mine and usage.get('cache_write_tokens') and 'cache_write_mtok' not in prices


def audio_without_price(prices, usage, mine, data):
    return 'error' in mine and (usage.get('input_audio_tokens') and 'input_audio_mtok' not in prices or
                                usage.get('output_audio_tokens') and 'output_audio_mtok' not in prices)


def another_reader(prices, usage, mine, data):
    """This reader of the table is made for another form and reads less of the body; that of the body's own form reads what is read here."""
    counts = (usage.get('input_tokens', 0), usage.get('output_tokens', 0), usage.get('cache_read_tokens', 0))
    return 'error' not in mine and counts != (mine['input_tokens'], mine['output_tokens'], mine['cached_read_tokens']) and same_counts(mine, data)


def audio_read_by_one(prices, usage, mine, data):
    return 'error' in mine and not usage.get('input_audio_tokens') and ('audio_tokens' in json.dumps(data['body']) or '"AUDIO"' in json.dumps(data['body']))


def image_priced_apart(prices, usage, mine, data):
    """Newer than the table that is compared with: it has no price for images that are generated. Ours is never less."""
    return usage.get('output_image_tokens') and 'error' not in mine


def without_prices(prices, usage, mine, data):
    """The table says nothing, and its sum is 0. Here what is not known is not nothing."""
    return not prices and 'error' in mine


REASONS = [image_priced_apart, without_prices, write_of_an_hour, write_without_price, audio_without_price, audio_read_by_one, another_reader]


def main():
    if not os.path.exists(os.path.join(DATA, 'usages.jsonl')):
        print('left out: no REBASE_DATA')
        print('1 passed, 0 failed')
        return 0
    providers = {p['id']: p for p in json.load(open(os.path.join(DATA, 'genai-prices.json'), encoding='utf-8'))}
    all_cases = list(cases(providers))
    names, texts = {}, []
    for _, name, prices, _, _, _ in all_cases:
        key = (name, json.dumps(prices, sort_keys=True))
        if key not in names:
            names[key] = 'm%d' % len(names)
            texts.append(declared(names[key], prices))
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, 'm'))
        write = lambda path, text: open(os.path.join(folder, path), 'w', encoding='utf-8').write(text)
        write('root.rb', 'workspace priced\npackage m in "m/" declares models\n')
        write('m/models.rb', 'package m\nprovider them "them" { kind openai }\n' + '\n'.join(texts + [declared('every', dict.fromkeys(KINDS, 1)).replace('}', '  price cached_write_long 1.00 USD per 1_000_000 tokens }')]))
        bodies = [json.loads(line) for line in open(os.path.join(DATA, 'usages.jsonl'), encoding='utf-8')]
        write('usages.jsonl', ''.join(json.dumps({'model': 'm.every', 'usage': b['body']}) + '\n' for b in bodies) + ''.join(json.dumps({'model': 'm.' + names[(name, json.dumps(prices, sort_keys=True))], 'usage': data['body']}) + '\n'
                                      for _, name, prices, data, _, _ in all_cases))
        done = subprocess.run([os.path.join(ROOT, 'build/bin/rbc'), 'price', folder, os.path.join(folder, 'usages.jsonl'), '--format', 'json',
                               '--date', str(TODAY)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if len(answers) != len(bodies) + len(all_cases):
        print(done.stderr[-2000:])
        print('0 passed, 1 failed')
        return 1
    counted = [same_counts(a, b) for a, b in zip(answers, bodies)]
    for right, answer, data in zip(counted, answers, bodies):
        if not right:
            print('FAIL counts: %s of %s' % (answer, json.dumps(data)[:700]))
    print('%d of %d bodies counted as their provider\'s reader counts them' % (sum(counted), len(counted)))
    return judge(all_cases, answers[len(bodies):], sum(counted), counted.count(False))


def same_counts(answer, data):
    """What some reader of the table reads of this body is what is read here; it does not know Mistral's count of cached tokens."""
    answer = dict(answer, cached_read_tokens=0) if 'num_cached_tokens' in data['body'].get('usage', {}) else answer
    mine = [answer.get(k, -1) for k in ('input_tokens', 'output_tokens', 'cached_read_tokens')]
    return any(mine == [e['usage'].get(k, 0) for k in ('input_tokens', 'output_tokens', 'cache_read_tokens')] for e in data['extracted'])


def judge(all_cases, answers, passed, failed):
    exact, explained, bodies = 0, {}, {}
    for (number, name, prices, data, usage, by), mine in zip(all_cases, answers):
        same = 'error' not in mine and all(decimal.Decimal(mine[k]) == decimal.Decimal(by.get(k + '_price', '0')) for k in ('input', 'output'))
        reason = None if same else next((r.__name__ for r in REASONS if r(prices, usage, mine, data)), 'unexplained')
        bodies.setdefault(number, set()).add(reason)
        if same:
            exact += 1
        elif reason == 'unexplained':
            failed += 1
            if failed <= 8:
                print('FAIL line %d, %s: %s, not %s and %s; it read %s of %s' % (number + 1, name, mine, by.get('input_price'), by.get('output_price'), usage, json.dumps(data)[:600]))
        else:
            explained[reason] = explained.get(reason, 0) + 1
    print('%d prices of %d bodies: %d exact; explained: %s' % (len(all_cases), len(bodies), exact, explained))
    print('bodies with an exact price: %d' % sum(None in reasons for reasons in bodies.values()))
    print('%d passed, %d failed' % (passed + exact + sum(explained.values()), failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
