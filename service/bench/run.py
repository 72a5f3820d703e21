#!/usr/bin/env python3
"""Measures the gateway with a stub server that answers at once: calls a second, added latency, idle connections, memory.

usage: run.py [SECONDS]        prints a table; figures depend on the machine"""
import json, os, resource, socket, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BIN, BENCH = os.path.join(ROOT, 'build', 'bin'), os.path.join(ROOT, 'build', 'bench', 'gate')
SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 5
work = tempfile.mkdtemp(prefix='gate-bench-')


def write(name, text):
    path = os.path.join(work, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, 'w').write(text)
    return path


def measure(*arguments):
    return json.loads(subprocess.run([BENCH, *map(str, arguments)], check=True, capture_output=True).stdout)


def row(name, got, cpu=None):
    print('%-46s %9d /s   p50 %8.1f us   p99 %8.1f us%s' % (name, got['per_second'], got['p50'], got['p99'], '   %5.0f us of CPU a call' % cpu if cpu else ''))


def cpu_of(pid):
    fields = open('/proc/%d/stat' % pid).read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def memory_of(pid):
    return [int(line.split()[1]) for line in open('/proc/%d/status' % pid) if line.startswith('VmRSS')][0]


write('w/root.rb', 'workspace w\npackage w.p in "p/" declares connectors, agents, policies\n')
write('w/p/p.rb', 'package w.p\nimport std.detectors.email\nconnector desk "d" { kind x\n  reads find(query: string, most: int = 5)\n}\nagent bot { owner "o" purpose "p" uses desk }\n'
      'policy q { allow call desk.find by bot\n  allow release to agent by bot with redact of [email] }\n')
subprocess.run([os.path.join(BIN, 'rbc'), 'compile', os.path.join(work, 'w'), '-o', os.path.join(work, 'w.rbb'), '--date', '2026-01-01'], check=True, capture_output=True)
with socket.socket() as s:
    s.bind(('127.0.0.1', 0))
    port = s.getsockname()[1]
config = write('gate.json', json.dumps({
    'bundle': 'w.rbb', 'log': 'log.jsonl', 'pins': 'pins.json', 'listen': ['127.0.0.1:%d' % port],
    'callers': [{'stdio': True, 'agent': 'w.p.bot', 'requester': 'ann'}, {'token': 't', 'agent': 'w.p.bot', 'requester': 'bob'}],
    'upstreams': {'desk': {'command': [BENCH, 'stub']}}}))
subprocess.run([os.path.join(BIN, 'rbgate'), 'pin', config, '--accept'], check=True, capture_output=True)
gate = os.path.join(BIN, 'rbgate')

row('the stub alone, one call at a time', measure('pipe', '-', config, 20000, 1))
row('stdio, one call at a time', measure('pipe', gate, config, 20000, 1))
row('stdio, 16 calls under way', measure('pipe', gate, config, 60000, 16))

server = subprocess.Popen([gate, 'serve', config], stderr=subprocess.DEVNULL)
time.sleep(1)
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
before = cpu_of(server.pid)
got = measure('http', port, 't', 16, 0, SECONDS)
row('HTTP, 16 connections, as many as go', got, (cpu_of(server.pid) - before) / got['calls'] * 1e6)
row('HTTP, 8 connections, 1,000 a second', measure('http', port, 't', 8, 1000, SECONDS))
idle = [socket.create_connection(('127.0.0.1', port)) for _ in range(5000)]
time.sleep(0.5)
small = memory_of(server.pid)
row('the same beside 5,000 idle connections', measure('http', port, 't', 8, 1000, SECONDS))
first = memory_of(server.pid)
got = measure('http', port, 't', 16, 0, 2 * SECONDS)
print('memory: %d KB with 5,000 idle connections; %d KB, then %d KB after %d more calls' % (small, first, memory_of(server.pid), got['calls']))
server.terminate()
server.wait()
