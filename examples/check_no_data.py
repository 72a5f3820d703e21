#!/usr/bin/env python3
"""No policy of the examples may hold an id, e-mail, address, name or URL that occurs in the data it is tried on.

Collects them from the recorded data (REBASE_DATA, else ../shared/data beside the repository) and from the sessions of our
own writing, and looks for each as a whole word in the .rb files of the examples. Tests may use what our own sessions use.
"""
import glob, json, os, re, sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
# Fields whose values name somebody or something.
NAMING = re.compile(r'(^|_)(ids?|id_|name|names|first_name|last_name|email|user|username|recipients?|sender|participants|hotel|company|'
                    r'restaurant|channel|url|address1|address2|zip|street|city|location|iban|password|file_path|filename|flight_number|'
                    r'item_ids|new_item_ids|orders|reservations|number|last_four|dob|hotel_name|title)$')
SHAPES = [re.compile(p) for p in (
    r'[\w.+-]+@[\w-]+\.[\w.-]*\w', r'(?:https?://|www\.)[^\s\'"<>)]+', r'\b[a-z]+_[a-z]+_\d{3,5}\b', r'#W\d{5,}', r'\b[A-Z]{2}\d{10,}\b',
    r'\b(?:credit_card|gift_card|certificate|paypal)_\d{5,}\b', r'\bHAT\d{3}\b')]
# Words of the tools themselves: cabins and the like are no data.
PLAIN = {'id', 'name', 'email', 'user', 'me', 'the', 'and', 'or', 'yes', 'no', 'USA', 'Yes', 'No', 'May', 'April', 'Will', 'one', 'A', 'I'}


def values(node, key=''):
    if isinstance(node, dict):
        for k, v in node.items():
            yield from values(v, k)
            if re.search(r'\d{4}', k):
                yield k                                # maps keyed by an id
    elif isinstance(node, list):
        for v in node:
            yield from values(v, key)
    elif isinstance(node, str):
        if NAMING.search(key) and len(node) <= 80:
            yield node.strip()
        for shape in SHAPES:
            yield from shape.findall(node)


def collect(paths):
    found = set()
    for path in paths:
        for line in open(path, encoding='utf-8'):
            if line.strip():
                found.update(values(json.loads(line)))
    operations = set()
    for path in glob.glob(os.path.join(HERE, '*', '**', '*.rb'), recursive=True):
        operations.update(re.findall(r'^\s*(?:reads|writes|destroys) (\w+)\(', open(path, encoding='utf-8').read(), re.M))
    return {v for v in found if len(v) >= 2 and v not in PLAIN and v not in operations and not re.fullmatch(r'[\W\d]{1,3}', v)}


def search(words, files):
    hits = []
    for path in files:
        text = open(path, encoding='utf-8').read()
        for word in words:
            if word in text and re.search(r'(?<![\w@-])' + re.escape(word) + r'(?![\w@-])', text):
                hits.append((os.path.relpath(path, ROOT), word))
    return sorted(hits)


def main():
    given = os.environ.get('REBASE_DATA') or os.path.join('..', 'shared', 'data')
    data = given if os.path.isabs(given) else os.path.join(ROOT, given)
    files = [f for e in ('airline', 'retail', 'agentdojo') for f in glob.glob(os.path.join(HERE, e, '**', '*.rb'), recursive=True)]
    own = collect(glob.glob(os.path.join(HERE, '*', 'sessions', '*.jsonl')))
    hits = search(own, [f for f in files if not f.endswith('tests.rb')])
    looked = '%d values of our own sessions' % len(own)
    recorded = [os.path.join(data, p) for p in ('airline/sessions.jsonl', 'retail/sessions.jsonl', 'agentdojo/ground_truth_v1.jsonl')]
    if all(os.path.exists(p) for p in recorded):
        theirs = collect(recorded)
        hits += search(theirs, files)
        looked += ', %d of the recorded data' % len(theirs)
    else:
        print('left out: the recorded data (none at REBASE_DATA)')
    for path, word in hits:
        print('FAIL %s holds %r' % (path, word))
    print('%d .rb files, %s: %d found' % (len(files), looked, len(hits)))
    return 1 if hits else 0


if __name__ == '__main__':
    sys.exit(main())
