#!/usr/bin/env python3
"""Clients and servers that we did not write: the official SDKs (TypeScript, Python) in front, servers from npm behind. They are
installed from the registries into build/sdk; when the registries are away the suite says what it left out.

usage: run_sdk.py [NAME ...]        prints `N passed, N failed`"""
import http.server, json, os, shutil, subprocess, sys, threading
from gatelib import *

SDK = os.path.join(ROOT, 'build', 'sdk')
MODULES = os.path.join(SDK, 'node_modules')
PYTHON = os.path.join(SDK, 'py', 'bin', 'python')
DONE = os.path.join(SDK, 'installed')


def install():
    """None, or why not."""
    if os.path.exists(DONE):
        return None
    if not shutil.which('npm'):
        return 'npm is not installed'
    os.makedirs(SDK, exist_ok=True)
    shutil.copy(os.path.join(HERE, 'sdk', 'package.json'), SDK)
    for command in (['npm', 'install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts', '--fetch-retries=1', '--fetch-retry-maxtimeout=4000', '--fetch-timeout=20000'], [sys.executable, '-m', 'venv', 'py'], [PYTHON, '-m', 'pip', 'install', '-q', 'mcp']):
        try:
            done = subprocess.run(command, cwd=SDK, capture_output=True, timeout=400)
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)[:200]
        if done.returncode:
            return ' '.join(command[:3]) + ': ' + done.stderr.decode()[-200:].replace('\n', ' ')
    open(DONE, 'w').close()
    return None


def package(name):
    manifest = json.load(open(os.path.join(MODULES, name, 'package.json')))
    entry = manifest['bin'] if isinstance(manifest['bin'], str) else list(manifest['bin'].values())[0]
    return ['node', os.path.join(MODULES, name, entry)]


ROOT_FILE = '''workspace w
package w.p in "p/" declares connectors, agents, policies
'''
RULES = '''package w.p
import std.detectors.email
agent bot { owner "o" purpose "p" uses %(uses)s }
policy work {
%(rules)s
  allow release to agent by bot with redact of [email]
}
'''


def real_place(servers, rules, callers=None):
    """Servers by name: what `rbc import mcp` makes of their own tools is the connector; the rules are ours."""
    place = Place.__new__(Place)
    place.dir = tempfile.mkdtemp(dir=SCRATCH)
    place.settings = {'bundle': 'w.rbb', 'mode': 'shadow', 'log': 'log.jsonl', 'pins': 'pins.json', 'callers': callers or [{'stdio': True, 'agent': 'w.p.bot', 'requester': 'ann'}],
                      'upstreams': servers}
    place.write()
    work = os.path.join(place.dir, 'w')
    os.makedirs(os.path.join(work, 'p'))
    open(os.path.join(work, 'root.rb'), 'w').write(ROOT_FILE)
    for name in servers:
        place.settings['upstreams'] = {name: servers[name]}
        place.write()
        code, out, err = place.run('tools')
        expect(code == 0, err)
        tools = os.path.join(place.dir, name + '.json')
        open(tools, 'w').write(out)
        done = subprocess.run([RBC, 'import', 'mcp', tools, '--connector', name, '--package', 'w.p', '-o', os.path.join(work, 'p', name + '.rb')], capture_output=True)
        expect(done.returncode == 0, done.stderr)
    open(os.path.join(work, 'p', 'rules.rb'), 'w').write(RULES % {'uses': ', '.join(servers), 'rules': rules})
    place.settings.update(bundle=compile_bundle(work, os.path.join(place.dir, 'w.rbb')), upstreams=servers, mode='enforce')
    place.write()
    code, out, err = place.run('pin', '--accept')
    expect(code == 0, out[-500:], err)
    return place


def client(language, how, *steps):
    program = ['node', os.path.join(HERE, 'sdk', 'client.mjs')] if language == 'ts' else [PYTHON, os.path.join(HERE, 'sdk', 'client.py')]
    done = subprocess.run([*program, *how, '--', json.dumps(steps)], capture_output=True, timeout=60, env={**os.environ, 'SDK_ROOT': SDK})
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    expect(len(answers) == len(steps), language, done.stdout.decode()[-500:], done.stderr.decode()[-1500:])
    return answers


def both(how, *steps):
    for language in ('ts', 'py'):
        yield language, client(language, how, *steps)


def call(name, **arguments):
    return ['call', {'name': name, 'arguments': arguments}]


def names(answer):
    return [t['name'] for t in answer['result']['tools']]


def stdio(place):
    return ['stdio', RBGATE, 'stdio', place.config]


# ---- servers
def test_filesystem():
    notes = tempfile.mkdtemp(dir=SCRATCH)
    os.makedirs(os.path.join(notes, 'open'))
    os.makedirs(os.path.join(notes, 'secret'))
    open(os.path.join(notes, 'open', 'a.txt'), 'w').write('write to ann@example.org')
    open(os.path.join(notes, 'secret', 'b.txt'), 'w').write('secret')
    os.symlink(os.path.join(notes, 'secret'), os.path.join(notes, 'open', 'link'))
    rules = '''  allow call files.{ list_allowed_directories } by bot
  allow call files.read_text_file by bot where args.path matches /%s\\/open\\/[a-z]+\\.txt/''' % notes.replace('/', '\\/')
    place = real_place({'files': {'command': [*package('@modelcontextprotocol/server-filesystem'), notes]}}, rules)
    steps = [['list', None], call('read_text_file', path=notes + '/open/a.txt'), call('write_file', path=notes + '/open/a.txt', content='x'),
             *[call('read_text_file', path=notes + p) for p in ('/secret/b.txt', '/open/../secret/b.txt', '/open/%2e%2e/secret/b.txt', '/open//../secret/b.txt', '/OPEN/../secret/b.txt', '/open/link/b.txt',
                                                               '/open/a.txt/../../secret/b.txt', '/open/a.txt\u0000')]]
    for language, got in both(stdio(place), *steps):
        expect(sorted(names(got[0])) == ['list_allowed_directories', 'read_text_file'], language, got[0])
        allowed(got[1]['result'], 'write to [email]')
        for answer in got[2:]:
            expect('error' in answer or answer['result'].get('isError'), language, answer)
    expect(open(os.path.join(notes, 'open', 'a.txt')).read() == 'write to ann@example.org')


def test_everything():
    place = real_place({'every': {'command': package('@modelcontextprotocol/server-everything')}}, '''  allow call every.{ echo, get_sum, trigger_long_running_operation } by bot
  deny call every.get_sum where args.a > 100 because "too much"''')
    steps = [['ping', None], call('echo', message='hello'), call('get-sum', a=2, b=3), call('get-sum', a=200, b=3), call('get-env'), call('get-tiny-image')]
    for language, got in both(stdio(place), *steps):
        allowed(got[1]['result'], 'hello')
        allowed(got[2]['result'], '5')
        denied(got[3]['result'], 'too much')
        for answer in got[4:]:
            denied(answer['result'])
    got = client('ts', stdio(place), ['call', {'name': 'trigger-long-running-operation', 'arguments': {'duration': 0.4, 'steps': 2}, 'progress': True}])
    expect(got[0]['progress'] >= 1 and not got[0]['result'].get('isError'), got)


def test_memory_over_http():
    memory = os.path.join(SCRATCH, 'memory.jsonl')
    place = real_place({'memory': {'command': package('@modelcontextprotocol/server-memory'), 'environment': {'MEMORY_FILE_PATH': memory}}},
                       '  allow call memory.{ create_entities, read_graph } by bot', [{'token': 'tok', 'agent': 'w.p.bot', 'requester': 'ann'}])
    port = free_port()
    place.settings['listen'] = ['127.0.0.1:%d' % port]
    with Gate(place):
        entity = {'name': 'Ann', 'entityType': 'person', 'observations': ['ann@example.org']}
        steps = [['list', None], call('create_entities', entities=[entity]), call('read_graph'), call('delete_entities', entityNames=['Ann'])]
        url = 'http://127.0.0.1:%d/mcp' % port
        answers = list(both(['http', url, 'tok'], *steps)) + [(mode, client('py', [mode, url, 'tok'], *steps)) for mode in ('auto', '2026-07-28')]
        for language, got in answers:
            expect(sorted(names(got[0])) == ['create_entities', 'read_graph'], language, got[0])
            allowed(got[1]['result'])
            expect('[email]' in json.dumps(got[2]) and 'ann@example' not in json.dumps(got[2]), language, got[2])
            denied(got[3]['result'])


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def test_a_server_over_http_behind():
    port, place = free_port(), None
    server = subprocess.Popen([*package('@modelcontextprotocol/server-everything'), 'streamableHttp'], env={**os.environ, 'PORT': str(port)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 15
        while time.monotonic() < until:
            try:
                socket.create_connection(('127.0.0.1', port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        place = real_place({'every': {'url': 'http://127.0.0.1:%d/mcp' % port}}, '  allow call every.echo by bot')
        for language, got in both(stdio(place), ['list', None], call('echo', message='over http'), call('get-sum', a=1, b=2)):
            expect(names(got[0]) == ['echo'], language, got[0])
            allowed(got[1]['result'], 'over http')
            denied(got[2]['result'])
    finally:
        server.kill()
        server.wait()


def test_a_server_that_needs_a_credential():
    seen = []

    class Api(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            seen.append((self.path, self.headers.get('Authorization')))
            body = b'{"object":"user","id":"u1","name":"Ann","person":{"email":"ann@example.org"}}'
            self.send_response(200)
            self.send_header('Content-Type', 'application/json')
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body)
    api = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Api)
    threading.Thread(target=api.serve_forever, daemon=True).start()
    secret = os.path.join(SCRATCH, 'notion-token')
    open(secret, 'w').write('ntn_held')
    place = real_place({'notion': {'command': package('@notionhq/notion-mcp-server'), 'environment': {'NOTION_TOKEN': {'file': secret}, 'BASE_URL': 'http://127.0.0.1:%d' % api.server_address[1]}}},
                       '  allow call notion.API_get_self by bot')
    for language, got in both(stdio(place), ['list', None], call('API-get-self'), call('API-get-users')):
        expect(names(got[0]) == ['API-get-self'], language, got[0])
        allowed(got[1]['result'], '[email]')
        denied(got[2]['result'])
        expect('ntn_held' not in json.dumps(got))
    expect(seen and all(path.endswith('/users/me') and token == 'Bearer ntn_held' for path, token in seen), seen)
    api.shutdown()


if __name__ == '__main__':
    trouble = install()
    if trouble:
        print('left out: real clients and servers: %s' % trouble)
        print('1 passed, 0 failed')
        sys.exit(0)
    sys.exit(main(sys.modules['__main__']))
