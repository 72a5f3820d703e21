#!/usr/bin/env python3
"""A day's model traffic, routed: what is saved against the best model, against the cheapest single model that is good enough, and how far from the best possible.

usage: trace.py [DATA]        DATA holds llm-trace/*.csv (Azure's public trace of 2023: 28,185 requests) and model-quality/*.csv (RouteLLM's published outcomes);
                              default: $REBASE_DATA, else ../shared/data beside the repository

Qualities are measured, not declared: `rbc models calibrate` works them out from 7,692 recorded answers of two models in 58 tasks. Each task asks for 97% of the
best one's measured quality. The trace says nothing about tasks, so they are drawn, once and for all, from the questions themselves: its coding service asks what
is asked in mathematics and computing, its conversations everything else, each task as often as its questions stand in the measurements. Nothing in
that favours the router: a task is as often easy for the cheap model as a question in the measurements is.

The router knows what is known before the call: task, tokens sent, and the most tokens that may come back (1,000 in conversations, 2,000 in coding). The optimum
beside it knows what came back, too, and answers every request by the cheapest offer that is good enough: no policy can spend less on the same requests.
"""
import csv, json, os, random, subprocess, sys, tempfile
from decimal import Decimal

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RBC = os.environ.get('RBC') or os.path.join(ROOT, 'build', 'bin', 'rbc')
FLOOR = 97                                                # percent of the best measured quality
SERVICES = {'conv': 1000, 'code': 2000}                   # the most tokens that one answer may have
CODING = {'gsm8k', 'abstract_algebra', 'college_computer_science', 'college_mathematics', 'computer_security', 'elementary_mathematics', 'formal_logic',
          'high_school_computer_science', 'high_school_mathematics', 'high_school_statistics', 'machine_learning', 'electrical_engineering'}
MEASURED = {'mixtral': 'mixtral_8x7b_right', 'gpt4': 'gpt_4_1106_right'}
OFFERS = {                                                # USD per million tokens in and out, window, answer; LiteLLM's table of August 2026
    'gpt4_openai': ('gpt4', '10.00', '30.00', 128000, 4096), 'mixtral_mistral': ('mixtral', '0.70', '0.70', 32000, 8191),
    'mixtral_bedrock': ('mixtral', '0.45', '0.70', 32000, 8191), 'mixtral_replicate': ('mixtral', '0.30', '1.00', 4096, 4096)}


def rbc(*arguments):
    done = subprocess.run([RBC, *arguments, '--date', '2026-08-01'], capture_output=True, text=True)
    if done.returncode:
        sys.exit('rbc %s: %s%s' % (' '.join(arguments[:2]), done.stdout, done.stderr))
    return done.stdout


def outcomes(data):
    for name in ('mmlu', 'gsm8k'):
        for row in csv.DictReader(open(os.path.join(data, 'model-quality', name + '.csv'))):
            yield row.get('subject') or name, {m: int(row[column]) for m, column in MEASURED.items()}


def calibrated(folder, answers):
    """The measured quality of each model for each task, in tenths of a percent, and the line that declares it."""
    log = os.path.join(folder, 'outcomes.csv')
    with open(log, 'w') as f:
        f.write('model,task,right\n')
        f.writelines('%s,%s,%d\n' % (m, task, right[m]) for task, right in answers for m in MEASURED)
    figures, model = {}, None
    for line in rbc('models', 'calibrate', log, '--confidence', '50', '--samples', '20').splitlines():
        words = line.split()
        if line.startswith('  replaces '):
            model = words[1]
        elif line.startswith('  quality '):
            figures.setdefault(words[1], {})[model] = (int(Decimal(words[2].rstrip('%')) * 10), line.split('   #')[0])
    return figures


def floor_of(of):
    return -(-max(q for q, _ in of.values()) * FLOOR // 100)          # tenths of a percent, rounded up


def write_policy(folder, figures, offers, budget=None, floors=True):
    for name in ('models', 'desk'):
        os.makedirs(os.path.join(folder, name), exist_ok=True)
    open(os.path.join(folder, 'root.rb'), 'w').write('workspace trace\npackage t.models in "models/" declares models\npackage t.desk in "desk/" declares agents, routes, guards\n')
    with open(os.path.join(folder, 'models', 'models.rb'), 'w') as f:
        f.write('package t.models\nprovider several { kind openai base "https://models.example" }\n')
        for name in offers:
            m, sent, back, window, answer = OFFERS[name]
            f.write('model %s { provider several id "%s" window %d tokens output %d tokens priced 2026-08-01 "LiteLLM"\n  price input %s USD per 1_000_000 tokens\n'
                    '  price output %s USD per 1_000_000 tokens\n%s\n}\n' % (name, name, window, answer, sent, back, '\n'.join(of[m][1] for of in figures.values())))
    with open(os.path.join(folder, 'desk', 'desk.rb'), 'w') as f:
        f.write('package t.desk\nagent desk { owner "t@example.com" purpose "answers" }\nroute r {\n  for infer by desk\n'
                '  require model.window >= tokens.input + tokens.output\n  prefer lowest cost\n')
        if floors:
            f.writelines('  tier %s { require model.quality[task] >= %d.%d%% }\n' % (task, floor_of(of) // 10, floor_of(of) % 10) for task, of in figures.items())
        f.write('}\n')
        if budget:
            f.write('guard budget { limit infer at most %s USD per day }\n' % budget)


def traffic_of(data, answers):
    draw, requests = random.Random(2023), []
    for service, most in SERVICES.items():
        asked = [task for task, _ in answers if (task in CODING) == (service == 'code')]
        for row in csv.DictReader(open(os.path.join(data, 'llm-trace', 'AzureLLMInferenceTrace_%s.csv' % service))):
            generated = int(row['GeneratedTokens'])
            time = row['TIMESTAMP'].replace(' ', 'T')[:26] + 'Z'
            requests.append({'time': time, 'task': draw.choice(asked), 'input': int(row['ContextTokens']), 'output': most, 'generated': generated})
    return sorted(requests, key=lambda r: r['time'])


def simulate(folder, traffic):
    groups = json.loads(rbc('simulate', folder, traffic, '--format', 'json'))['groups']
    answered = [g for g in groups if g['model']]
    return {'cost': Decimal(sum(g['cost'] for g in groups)) / 10**12, 'refused': sum(g['refused'] for g in groups),
            'answered': sum(g['requests'] - g['refused'] for g in groups), 'quality': sum(g['quality'] for g in answered) / max(1, sum(g['measured'] for g in answered)) / 1e4,
            'models': {m: sum(g['requests'] for g in answered if g['model'].endswith(m)) for m in OFFERS}}


def price(name, request):
    _, sent, back, _, _ = OFFERS[name]
    return (request['input'] * Decimal(sent) + request['generated'] * Decimal(back)) / 10**6


def fits(name, request, figures):
    m, _, _, window, _ = OFFERS[name]
    return window >= request['input'] + request['output'] and figures[request['task']][m][0] >= floor_of(figures[request['task']])


def show(what, result, full=None):
    saved = '%5.1f%% saved   ' % (100 * (1 - result['cost'] / full)) if full else ''
    print('%-34s %9.2f USD   %s%6d answered   measured quality %.1f%%' % (what, result['cost'], saved, result['answered'], result['quality']))


def main():
    data = sys.argv[1] if len(sys.argv) > 1 else os.environ.get('REBASE_DATA') or os.path.join(os.path.dirname(ROOT), 'shared', 'data')
    if not os.path.exists(os.path.join(data, 'llm-trace')) or not os.path.exists(os.path.join(data, 'model-quality', 'mmlu.csv')):
        print('no llm-trace/ and model-quality/ in %s: these are the Azure Public Dataset (github.com/Azure/AzurePublicDataset) and RouteLLM\'s outcomes' % data)
        return
    answers = list(outcomes(data))
    requests = traffic_of(data, answers)
    with tempfile.TemporaryDirectory() as folder:
        figures = calibrated(folder, answers)
        traffic = os.path.join(folder, 'traffic.jsonl')
        open(traffic, 'w').writelines(json.dumps(r) + '\n' for r in requests)
        met = {m: sum(1 for of in figures.values() if of[m][0] >= floor_of(of)) for m in MEASURED}
        single = [m for m in MEASURED if met[m] == len(figures)]
        print('%d requests, %d tasks; floors at %d%% of the best measured quality' % (len(requests), len(figures), FLOOR))
        print('floors met by one model alone: ' + ', '.join('%s %d' % pair for pair in met.items()) + '; all of them: ' + (', '.join(single) or 'none'))
        write_policy(folder, figures, ['gpt4_openai'], floors=False)
        best = simulate(folder, traffic)
        full = best['cost']
        show('the best model for everything', best, full)
        write_policy(folder, figures, OFFERS)
        routed = simulate(folder, traffic)
        show('the route', routed, full)
        optimum = sum(min(price(name, r) for name in OFFERS if fits(name, r, figures)) for r in requests)
        print('%-34s %9.2f USD   %5.1f%% saved   the route spends %.2f%% more' % ('all-seeing optimum, same floors', optimum, 100 * (1 - optimum / full), 100 * (routed['cost'] / optimum - 1)))
        print('who answers: ' + ', '.join('%s %d' % pair for pair in sorted(routed['models'].items(), key=lambda pair: -pair[1]) if pair[1]))
        budgeted(folder, figures, traffic, requests, routed)


def budgeted(folder, figures, traffic, requests, routed):
    """A budget of four fifths of what the route would spend binds: in the order of time, nothing is answered once it is spent."""
    budget = (routed['cost'] * 4 / 5).quantize(Decimal('1.00'))
    print('with a budget of %s USD a day:' % budget)
    for what, offers, floors in (('the best model for everything', ['gpt4_openai'], False), ('the route', OFFERS, True)):
        write_policy(folder, figures, offers, budget, floors)
        result = simulate(folder, traffic)
        show('  ' + what, result)
    costs, left, in_order = [min(price(name, r) for name in OFFERS if fits(name, r, figures)) for r in requests], budget, 0
    for cost in costs:
        if cost <= left:
            left, in_order = left - cost, in_order + 1
    left, chosen = budget, 0
    for cost in sorted(costs):
        left -= cost
        chosen += left >= 0
    print('  all-seeing, first come first served: %d answered; the route is %.2f%% away' % (in_order, 100 * abs(1 - result['answered'] / in_order)))
    print('  all-seeing, and the dearest requests of the whole day turned away: %d answered' % chosen)


main()
