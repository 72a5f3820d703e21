"""What the gateway's tests share: a bundle, configurations, agents over stdio. Python's standard library only."""
import json, os, queue, shutil, subprocess, sys, tempfile, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RBGATE = os.environ.get('RBGATE') or os.path.join(ROOT, 'build', 'bin', 'rbgate')
RBC = os.path.join(ROOT, 'build', 'bin', 'rbc')
SCRATCH = tempfile.mkdtemp(prefix='rbgate-')
BUNDLE = os.path.join(SCRATCH, 'gate.rbb')
BOT, CLERK = 'gate.desk.bot', 'gate.desk.clerk'


def compile_bundle(directory=os.path.join(HERE, 'policy'), out=BUNDLE, date='2026-01-01'):
    subprocess.run([RBC, "compile", directory, "-o", out, "--date", date], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return out


def expect(good, *what):
    if not good:
        raise AssertionError(' '.join(str(w) for w in what))


class Place:
    """A directory with a configuration, a log, pins and the calls that reached the stub."""
    def __init__(self, pin=True, mode='plain', **settings):
        self.dir = tempfile.mkdtemp(dir=SCRATCH)
        self.calls_file = os.path.join(self.dir, 'calls')
        self.settings = {
            'bundle': BUNDLE, 'log': 'log.jsonl', 'pins': 'pins.json',
            'callers': [{'stdio': True, 'agent': BOT, 'requester': 'ann', 'context': {'roles': []}}],
            'upstreams': {'desk': self.server()}, **settings}
        self.write()
        if pin:
            code, out, err = self.run('pin', '--accept')
            expect(code == 0, out, err)
        self.mode(mode)

    def server(self, mode='plain'):
        return {'command': [sys.executable, os.path.join(HERE, 'stub_server.py')],
                'environment': {'STUB_MODE': mode, 'STUB_CALLS': self.calls_file}, 'timeout': 3}

    def mode(self, mode):
        for server in self.settings['upstreams'].values():
            if 'command' in server:
                server['environment']['STUB_MODE'] = mode
        self.write()

    def write(self):
        self.config = os.path.join(self.dir, 'gate.json')
        with open(self.config, 'w') as f:
            json.dump(self.settings, f)

    def run(self, command, *more):
        done = subprocess.run([RBGATE, command, self.config, *more], capture_output=True, timeout=60)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def calls(self):
        """What reached the server: the raw messages."""
        try:
            return [json.loads(line) for line in open(self.calls_file)]
        except OSError:
            return []

    def tool_calls(self):
        return [(m['params']['name'], m['params'].get('arguments')) for m in self.calls() if m['method'] == 'tools/call']

    def log(self, event=None):
        lines = [json.loads(line) for line in open(os.path.join(self.dir, 'log.jsonl')) if line.strip()]
        return [line for line in lines if event in (None, line['event'])]


class Agent:
    """An agent on the gateway's standard input and output."""
    def __init__(self, place, initialize=True, env=None):
        self.err = open(os.path.join(place.dir, 'stderr'), 'ab')
        self.process = subprocess.Popen([RBGATE, 'stdio', place.config], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.err,
                                        env={**os.environ, **(env or {})})
        self.messages, self.answers, self.number = queue.Queue(), {}, 0
        threading.Thread(target=self.read, daemon=True).start()
        self.hello = self.request('initialize', {'protocolVersion': '2025-11-25', 'capabilities': {}, 'clientInfo': {'name': 't', 'version': '1'}}) if initialize else None
        if initialize:
            self.send({'jsonrpc': '2.0', 'method': 'notifications/initialized'})

    def read(self):
        for line in self.process.stdout:
            self.messages.put(json.loads(line))
        self.messages.put(None)

    def raw(self, text):
        self.process.stdin.write(text.encode() if isinstance(text, str) else text)
        self.process.stdin.flush()

    def send(self, message):
        self.raw(json.dumps(message) + '\n')

    def next(self, timeout=15):
        message = self.messages.get(timeout=timeout)
        expect(message is not None, 'the gateway ended')
        return message

    def ask(self, method, params=None):
        self.number += 1
        self.send({'jsonrpc': '2.0', 'id': self.number, 'method': method, **({'params': params} if params is not None else {})})
        return self.number

    def answer(self, number, timeout=15):
        """The answer with this id; notifications before it are kept."""
        until = time.monotonic() + timeout
        while number not in self.answers:
            message = self.next(max(0.1, until - time.monotonic()))
            if 'id' in message:
                self.answers[message['id']] = message
            else:
                self.answers.setdefault('notifications', []).append(message)
        return self.answers.pop(number)

    def request(self, method, params=None, timeout=15):
        return self.answer(self.ask(method, params), timeout)

    def call(self, tool, timeout=15, **arguments):
        answer = self.request('tools/call', {'name': tool, 'arguments': arguments}, timeout)
        expect('result' in answer, answer)
        return answer['result']

    def tools(self):
        return [t['name'] for t in self.request('tools/list')['result']['tools']]

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(timeout=20)
        self.err.close()
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.close()
        finally:
            if self.process.poll() is None:
                self.process.kill()


def said(result):
    return ' '.join(c.get('text', '') for c in result['content'])


def denied(result, *words):
    expect(result.get('isError') and result.get('_meta', {}).get('rebase/effect') == 'deny', 'not denied:', result)
    for word in words:
        expect(word in said(result), word, 'not in', said(result))


def allowed(result, *words):
    expect(not result.get('isError'), 'not allowed:', result)
    for word in words:
        expect(word in said(result), word, 'not in', said(result))


def failed(result, *words):
    expect(result.get('isError') and result['_meta']['rebase/effect'] in ('failed', 'unavailable', 'withheld'), 'did not fail:', result)
    for word in words:
        expect(word in said(result), word, 'not in', said(result))


def main(module):
    wanted = sys.argv[1:]
    tests = [(n[5:], f) for n, f in sorted(vars(module).items(), key=lambda item: getattr(item[1], '__code__', None) and item[1].__code__.co_firstlineno or 0)
             if n.startswith('test_')]
    compile_bundle()
    passed = failures = 0
    for name, test in tests:
        if wanted and not any(w in name for w in wanted):
            continue
        begun = time.monotonic()
        try:
            test()
            passed += 1
            if wanted:
                print('ok   %s (%.1f s)' % (name, time.monotonic() - begun))
        except Exception as error:                                  # each test says for itself
            failures += 1
            print('FAIL %s: %s: %s' % (name, type(error).__name__, error))
    shutil.rmtree(SCRATCH, ignore_errors=True)
    print('%d passed, %d failed' % (passed, failures))
    return 1 if failures else 0
