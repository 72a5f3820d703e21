"""What the gateway's tests share: a bundle, configurations, agents over stdio. Python's standard library only."""
import http.client, json, os, queue, shutil, socket, subprocess, sys, tempfile, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RBGATE = os.environ.get('RBGATE') or os.path.join(ROOT, 'build', 'bin', 'rbgate')
RBC = os.path.join(ROOT, 'build', 'bin', 'rbc')
SCRATCH = tempfile.mkdtemp(prefix='rbgate-')
BUNDLE = os.path.join(SCRATCH, 'gate.rbb')
SANDBOX = {'sandbox': 'off'} if 'asan' in RBGATE else {}       # the leak checker must look into its own process
BOT, CLERK = 'gate.desk.bot', 'gate.desk.clerk'


def compile_bundle(directory=os.path.join(HERE, 'policy'), out=BUNDLE, date='2026-01-01'):
    subprocess.run([RBC, "compile", directory, "-o", out, "--date", date], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return out


def expect(good, *what):
    if not good:
        raise AssertionError(' '.join(str(w) for w in what))


def check_sanitizers(path):
    text = open(path, errors='replace').read()
    expect('Sanitizer' not in text and 'runtime error' not in text, text[-3000:])


class Place:
    """A directory with a configuration, a log, pins and the calls that reached the stub."""
    def __init__(self, pin=True, mode='plain', **settings):
        self.dir = tempfile.mkdtemp(dir=SCRATCH)
        self.calls_file = os.path.join(self.dir, 'calls')
        self.settings = {
            'bundle': BUNDLE, 'log': 'log.jsonl', 'pins': 'pins.json', **SANDBOX,
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
    def __init__(self, place, initialize=True, env=None, capabilities=None):
        self.err = open(os.path.join(place.dir, 'stderr'), 'ab')
        self.process = subprocess.Popen([RBGATE, 'stdio', place.config], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.err,
                                        env={**os.environ, **(env or {})})
        self.messages, self.answers, self.number = queue.Queue(), {}, 0
        threading.Thread(target=self.read, daemon=True).start()
        self.hello = self.request('initialize', {'protocolVersion': '2025-11-25', 'capabilities': capabilities or {}, 'clientInfo': {'name': 't', 'version': '1'}}) if initialize else None
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
            if 'id' in message and 'method' not in message:
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
        check_sanitizers(self.err.name)
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.close()
        finally:
            if self.process.poll() is None:
                self.process.kill()


class Gate:
    """A gateway that serves HTTP on a unix socket, and what agents and people send to it."""
    def __init__(self, place, env=None):
        self.place, self.socket, self.admin = place, os.path.join(place.dir, 'mcp.sock'), os.path.join(place.dir, 'admin.sock')
        place.settings.update(listen=['unix:mcp.sock', *place.settings.get('listen', [])], admin='unix:admin.sock')
        place.write()
        self.err = open(os.path.join(place.dir, 'stderr'), 'ab')
        self.process = subprocess.Popen([RBGATE, 'serve', place.config], stdin=subprocess.DEVNULL, stderr=self.err, env={**os.environ, **(env or {})})
        until = time.monotonic() + 15
        while self.http('GET', '/readyz', check=False)[0] != 200 and time.monotonic() < until:
            expect(self.process.poll() is None, 'the gateway ended:', open(os.path.join(place.dir, 'stderr')).read())
            time.sleep(0.03)

    def http(self, method, path, body=None, headers=(), check=True, admin=False, timeout=15):
        """(status, headers, body)"""
        connection = UnixConnection(self.admin if admin else self.socket, timeout)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            if body is not None:
                connection.putheader('Content-Length', str(len(body)))
            connection.endheaders(body.encode() if isinstance(body, str) else body)
            response = connection.getresponse()
            return response.status, dict((k.lower(), v) for k, v in response.getheaders()), response.read().decode()
        except OSError:
            if check:
                raise
            return 0, {}, ''
        finally:
            connection.close()

    def agent(self, token=None, **more):
        return HttpAgent(self, token, **more)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(timeout=40)
        self.err.close()
        check_sanitizers(self.err.name)
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            if self.process.poll() is None:
                self.process.kill()


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__('localhost', timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class HttpAgent:
    """An agent over streamable HTTP: one protocol session."""
    def __init__(self, gate, token=None, initialize=True, capabilities=None):
        self.gate, self.token, self.session, self.number = gate, token, None, 0
        if initialize:
            status, headers, body = self.post({'jsonrpc': '2.0', 'id': 0, 'method': 'initialize', 'params': {'protocolVersion': '2025-11-25', 'capabilities': capabilities or {}, 'clientInfo': {}}})
            expect(status == 200, status, body)
            self.session = headers['mcp-session-id']

    def headers(self, *more):
        given = [('Content-Type', 'application/json'), ('Accept', 'application/json, text/event-stream')]
        if self.token:
            given.append(('Authorization', 'Bearer ' + self.token))
        if self.session:
            given.append(('Mcp-Session-Id', self.session))
        return given + list(more)

    def post(self, message, *headers, timeout=15):
        return self.gate.http('POST', '/mcp', message if isinstance(message, (str, bytes)) else json.dumps(message), self.headers(*headers), timeout=timeout)

    def request(self, method, params=None, timeout=15):
        self.number += 1
        status, headers, body = self.post({'jsonrpc': '2.0', 'id': self.number, 'method': method, **({'params': params} if params is not None else {})}, timeout=timeout)
        expect(status == 200, status, body)
        if headers['content-type'] == 'text/event-stream':
            self.events = [json.loads(line[6:]) for line in body.splitlines() if line.startswith('data: ')]
            return self.events[-1]
        return json.loads(body)

    def call(self, tool, timeout=15, **arguments):
        answer = self.request('tools/call', {'name': tool, 'arguments': arguments}, timeout)
        expect('result' in answer, answer)
        return answer['result']

    def begin(self, tool, **arguments):
        """Makes a call and yields the messages of its answer as they come."""
        self.number += 1
        connection = UnixConnection(self.gate.socket, 15)
        try:
            connection.request('POST', '/mcp', json.dumps({'jsonrpc': '2.0', 'id': self.number, 'method': 'tools/call', 'params': {'name': tool, 'arguments': arguments}}),
                               dict(self.headers()))
            for line in connection.getresponse():
                if line.startswith(b'data: '):
                    yield json.loads(line[6:])
        finally:
            connection.close()

    def tools(self):
        return [t['name'] for t in self.request('tools/list')['result']['tools']]


class Stub:
    """stub_http.py in a process of its own."""
    def __init__(self, place, port=0, **env):
        self.seen_file = os.path.join(place.dir, 'seen')
        self.process = subprocess.Popen([sys.executable, os.path.join(HERE, 'stub_http.py'), str(port)], stdout=subprocess.PIPE,
                                        env={**os.environ, 'STUB_SEEN': self.seen_file, **env})
        self.port = int(self.process.stdout.readline())
        self.url = 'http://127.0.0.1:%d' % self.port

    def seen(self, path=''):
        try:
            return [s for s in map(json.loads, open(self.seen_file)) if s['path'].startswith(path)]
        except OSError:
            return []

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


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


def main(module, last=lambda: None):
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
            if wanted or os.environ.get('VERBOSE'):
                print('ok   %s (%.1f s)' % (name, time.monotonic() - begun))
        except Exception as error:                                  # each test says for itself
            failures += 1
            print('FAIL %s: %s: %s' % (name, type(error).__name__, error))
    last()
    shutil.rmtree(SCRATCH, ignore_errors=True)
    print('%d passed, %d failed' % (passed, failures))
    return 1 if failures else 0
