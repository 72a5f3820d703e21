#!/usr/bin/env python3
"""Traffic of a company that does not exist, for trying engines on: JSON lines in the order of their times, in the company's own zone.

usage: traffic.py [DAYS [REQUESTS A DAY]]           default: 28 days of 6,000
"""
import json, random, sys

AGENT = 'acme.support.helpdesk'
TASKS = {'chat': (0.70, 1200, 300), 'extract': (0.20, 4000, 200), 'reason': (0.10, 6000, 1500)}     # share, tokens in and out, on average


def main():
    days, requests = (int(n) for n in (sys.argv[1:] + ['28', '6000'][len(sys.argv) - 1:])[:2])
    chance = random.Random(4)
    for day in range(days):
        for at in sorted(chance.randrange(86400) for _ in range(requests)):
            task = chance.choices(list(TASKS), [share for share, _, _ in TASKS.values()])[0]
            _, sent, got = TASKS[task]
            line = {'time': '2026-01-%02dT%02d:%02d:%02d+01:00' % (day + 1, at // 3600, at // 60 % 60, at % 60), 'agent': AGENT, 'task': task,
                    'input': 1 + int(chance.expovariate(1 / sent)) % 30000, 'output': 2000, 'generated': 1 + int(chance.expovariate(1 / got)) % 2000}
            print(json.dumps(line, separators=(',', ':')))


if __name__ == '__main__':
    main()
