#!/usr/bin/env python3
"""What routing by task costs in quality, on recorded outcomes of two models: calibrated on one half, routed on the other.

usage: curve.py [DATA]        DATA holds model-quality/mmlu.csv and gsm8k.csv (RouteLLM's published outcomes of GPT-4 1106 and Mixtral 8x7B);
                              default: $REBASE_DATA, else ../shared/data beside the repository

For each floor, a share of the best model's quality, `rbc models calibrate` measures both models on every other question, a policy with one tier a task asks for
that floor, and `rbc simulate` routes the other half by it. What is kept is counted by who really answered right there; nothing of that half is known before.
Two savings are shown: calls that the dear model need not answer, and money (long prompts count more). The random router sends as many calls to the cheap model.
Prices are those of std.models for the two; an answer counts as 10 tokens, since the data of MMLU does not say.
"""
import csv, json, os, random, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RBC = os.environ.get('RBC') or os.path.join(ROOT, 'build', 'bin', 'rbc')
MODELS = {'cheap': ('mixtral_8x7b_right', '0.70', '0.70'), 'best': ('gpt_4_1106_right', '10.00', '30.00')}
ANSWER = 10                                               # tokens of an answer, the same for all: the data of MMLU has none
FLOORS = [50, 70, 75, 76, 77, 78, 79, 80, 82, 84, 86, 87, 88, 89, 90, 92, 94, 96, 98, 100]


def rbc(*arguments):
    done = subprocess.run([RBC, *arguments, '--date', '2026-01-01'], capture_output=True, text=True)
    if done.returncode:
        sys.exit('rbc %s: %s%s' % (' '.join(arguments[:2]), done.stdout, done.stderr))
    return done.stdout


def questions(data):
    for name in ('mmlu', 'gsm8k'):
        for row in csv.DictReader(open(os.path.join(data, 'model-quality', name + '.csv'))):
            yield row.get('subject') or name, int(row['prompt_chars']) // 4 + 1, {m: int(row[MODELS[m][0]]) for m in MODELS}


def calibrated(folder, half):
    log = os.path.join(folder, 'outcomes.csv')
    with open(log, 'w') as f:
        f.write('model,task,right\n')
        f.writelines('%s,%s,%d\n' % (m, task, right[m]) for task, _, right in half for m in MODELS)
    text, figures, model = rbc('models', 'calibrate', log, '--confidence', '50', '--samples', '20'), {}, None
    for line in text.splitlines():
        words = line.split()
        if line.startswith('  replaces '):
            model = words[1]
        elif line.startswith('  quality '):
            figures.setdefault(words[1], {})[model] = (float(words[2].rstrip('%')), line.split('   #')[0])
    return figures


def write_policy(folder, figures, floor):
    """A tier a task: a model must reach that share of what the best of them was measured at."""
    for name in ('models', 'desk'):
        os.makedirs(os.path.join(folder, name), exist_ok=True)
    open(os.path.join(folder, 'root.rb'), 'w').write('workspace quality\npackage q.models in "models/" declares models, regions\npackage q.desk in "desk/" declares agents, routes\n')
    with open(os.path.join(folder, 'models', 'models.rb'), 'w') as f:
        f.write('package q.models\nprovider two { kind openai base "https://models.example" }\n')
        for m, (_, input_price, output_price) in MODELS.items():
            f.write('model %s { provider two id "%s"\n  price input %s USD per 1_000_000 tokens\n  price output %s USD per 1_000_000 tokens\n%s\n}\n' %
                    (m, m, input_price, output_price, '\n'.join(of[m][1] for of in figures.values() if m in of)))
    with open(os.path.join(folder, 'desk', 'desk.rb'), 'w') as f:
        f.write('package q.desk\nagent desk { owner "q@example.com" purpose "answers questions" }\nroute r {\n  for infer by desk\n  prefer highest quality[task]\n')
        for task, of in figures.items():
            f.write('  tier %s { require model.quality[task] >= %.1f%% prefer lowest cost }\n' % (task, int(max(q for q, _ in of.values()) * floor / 10) / 10))
        f.write('}\n')


def routed(folder, half):
    """Who answers each task, and what it costs, from the simulation."""
    traffic = os.path.join(folder, 'traffic.jsonl')
    with open(traffic, 'w') as f:
        f.writelines('{"time":"2026-01-01T00:00:00Z","task":"%s","input":%d,"output":%d}\n' % (task, tokens, ANSWER) for task, tokens, _ in half)
    groups = json.loads(rbc('simulate', folder, traffic, '--format', 'json'))['groups']
    refused = sum(g['refused'] for g in groups)
    if refused:
        sys.exit('%d questions found no model' % refused)
    return {g['task']: g['model'].split('.')[-1] for g in groups}, sum(g['cost'] for g in groups)


def main():
    data = sys.argv[1] if len(sys.argv) > 1 else os.environ.get('REBASE_DATA') or os.path.join(os.path.dirname(ROOT), 'shared', 'data')
    if not os.path.exists(os.path.join(data, 'model-quality', 'mmlu.csv')):
        print('no model-quality/mmlu.csv in %s: these are the outcomes that RouteLLM published (github.com/lm-sys/RouteLLM)' % data)
        return
    every = list(questions(data))
    known, asked = every[0::2], every[1::2]
    chance = random.Random(1)
    price = {m: (float(i), float(o)) for m, (_, i, o) in MODELS.items()}
    cost = lambda m, tokens: tokens * price[m][0] + ANSWER * price[m][1]
    best = sum(r['best'] for _, _, r in asked)
    full = sum(cost('best', t) for _, t, _ in asked)
    with tempfile.TemporaryDirectory() as folder:
        figures = calibrated(folder, known)
        print('%d questions of %d tasks to calibrate on, %d to route; the best model alone answers %.1f%% right, the cheap one %.1f%%' %
              (len(known), len(figures), len(asked), 100 * best / len(asked), 100 * sum(r['cheap'] for _, _, r in asked) / len(asked)))
        print('floor   calls saved   money saved   quality kept   a random router keeps')
        for floor in FLOORS:
            write_policy(folder, figures, floor)
            who, spent = routed(folder, asked)
            kept = sum(r[who[task]] for task, _, r in asked)
            share = sum(who[task] == 'cheap' for task, _, _ in asked) / len(asked)
            at_random = sum(sum(r['cheap' if chance.random() < share else 'best'] for _, _, r in asked) for _ in range(50)) / 50
            print('%4d%%      %5.1f%%         %5.1f%%         %5.1f%%                  %5.1f%%' %
                  (floor, 100 * share, 100 * (1 - spent / 1e6 / full), 100 * kept / best, 100 * at_random / best))



main()
