#!/usr/bin/env python3
"""The gateway over HTTP: who is calling, sessions, events, several servers, approvals, connectors, pages for operators.

usage: run_http.py [NAME ...]        prints `N passed, N failed`"""
import base64, hashlib, json, os, socket, subprocess, sys, threading, time
from gatelib import *

ME = {'uid': os.getuid(), 'agent': BOT, 'requester': 'me', 'context': {'roles': []}}
ANN = {'token_sha256': hashlib.sha256(b'ann-token').hexdigest(), 'agent': BOT, 'requester': 'ann', 'context': {'roles': []}}
BOB = {'token': {'file': 'bob'}, 'agent': CLERK, 'requester': 'bob'}
BOSS = {'uid': os.getuid(), 'name': 'boss', 'groups': ['gate.desk.leads']}


def place(callers=(ME, ANN, BOB), approvers=(BOSS,), **settings):
    p = Place(callers=list(callers), approvers=list(approvers), pin=False, **settings)
    open(os.path.join(p.dir, 'bob'), 'w').write('bob-token\n')
    shutil.copy(PINS, os.path.join(p.dir, 'pins.json'))
    return p


def connector(stub, **more):
    return {'desk': Place.server(None_place(), 'plain'), 'crm': {'http': stub.url, 'timeout': 1, **more}}


class None_place:
    calls_file = os.path.join(SCRATCH, 'calls')


# ---- who is calling
def test_the_peer_of_a_unix_socket_is_known_by_its_uid():
    with Gate(place()) as gate:
        allowed(gate.agent().call('echo', text='x'), 'x')
        expect(gate.place.log('decision')[0]['requester'] == 'me')


def test_a_bearer_token_names_agent_and_person():
    with Gate(place()) as gate:
        ann, bob = gate.agent('ann-token'), gate.agent('bob-token')
        expect(len(ann.tools()) == 10 and bob.tools() == ['get_ticket', 'find'], bob.tools())
        denied(bob.call('echo', text='x'))
        allowed(ann.call('echo', text='x'))


def test_nobody_known_is_refused():
    with Gate(place(callers=[ANN, BOB])) as gate:
        for headers in ([], [('Authorization', 'Bearer wrong')], [('Authorization', 'Basic YW5uLXRva2VuOg==')], [('Authorization', 'Bearer')]):
            status, got, _ = gate.http('POST', '/mcp', '{}', [('Content-Type', 'application/json'), *headers])
            expect(status == 401 and got.get('www-authenticate') == 'Bearer', headers, status)
        expect(len(gate.place.log('unauthenticated')) == 4)


def test_a_token_file_that_changes_counts_soon():
    with Gate(place()) as gate:
        gate.agent('bob-token')
        open(os.path.join(gate.place.dir, 'bob'), 'w').write('new-token')
        time.sleep(2.2)
        gate.agent('new-token')
        expect(gate.agent('bob-token', initialize=False).post('{}')[0] == 401)


def b64(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else json.dumps(data).encode()).rstrip(b'=').decode()


def number_bytes(number):
    return number.to_bytes((number.bit_length() + 7) // 8, 'big')


class Issuer:
    """An RSA key by openssl: its public half as a JWK set, and tokens that it signs."""
    def __init__(self, directory):
        self.key = os.path.join(directory, 'key.pem')
        subprocess.run(['openssl', 'genrsa', '-out', self.key, '2048'], check=True, capture_output=True)
        modulus = subprocess.run(['openssl', 'rsa', '-in', self.key, '-noout', '-modulus'], check=True, capture_output=True).stdout.decode()
        self.n = int(modulus.split('=')[1], 16)
        with open(os.path.join(directory, 'jwks.json'), 'w') as f:
            json.dump({'keys': [{'kty': 'RSA', 'kid': 'k1', 'use': 'sig', 'alg': 'RS256', 'e': 'AQAB', 'n': b64(number_bytes(self.n))}]}, f)

    def token(self, header=None, sign=True, **claims):
        now = int(time.time())
        body = {'iss': 'https://id.example', 'aud': 'rbgate', 'sub': 'carol', 'exp': now + 60, 'groups': ['admin'], **claims}
        text = b64({'alg': 'RS256', 'kid': 'k1', **(header or {})}) + '.' + b64({k: v for k, v in body.items() if v is not None})
        if not sign:
            return text + '.'
        done = subprocess.run(['openssl', 'dgst', '-sha256', '-sign', self.key], input=text.encode(), capture_output=True, check=True)
        return text + '.' + b64(done.stdout)


def jwt_place():
    p = place(callers=[{'jwt': {'issuer': 'https://id.example', 'audience': 'rbgate', 'jwks': 'jwks.json', 'claims': {}}, 'agent': BOT, 'requester_claim': 'sub',
                        'context_claims': {'roles': 'groups'}}])
    return p, Issuer(p.dir)


def test_a_jwt_names_the_person_and_what_is_known_of_them():
    p, issuer = jwt_place()
    with Gate(p) as gate:
        allowed(gate.agent(issuer.token()).call('wipe', id='1'), 'did wipe')
        denied(gate.agent(issuer.token(sub='dora', groups=['reader'])).call('wipe', id='1'))
        expect({d['requester'] for d in p.log('decision')} == {'carol', 'dora'})


def test_a_jwt_that_does_not_hold_is_refused():
    p, issuer = jwt_place()
    other = os.path.join(p.dir, 'other')
    os.mkdir(other)
    now = int(time.time())
    good = issuer.token()
    public = open(os.path.join(p.dir, 'jwks.json')).read()
    mac = b64({'alg': 'HS256', 'kid': 'k1'}) + '.' + good.split('.')[1]
    import hmac
    bad = {'expired': issuer.token(exp=now - 100), 'no expiry': issuer.token(exp=None), 'later': issuer.token(nbf=now + 100), 'audience': issuer.token(aud='another'),
           'issuer': issuer.token(iss='https://evil.example'), 'none': issuer.token({'alg': 'none'}, sign=False), 'other key': Issuer(other).token(),
           'unknown key': issuer.token({'kid': 'k2'}), 'nobody': issuer.token(sub=None), 'no string': issuer.token(sub=5),
           'public key as a secret': mac + '.' + b64(hmac.new(public.encode(), mac.encode(), 'sha256').digest()),
           'changed': good.split('.')[0] + '.' + b64({'iss': 'https://id.example', 'aud': 'rbgate', 'sub': 'root', 'exp': now + 60}) + '.' + good.split('.')[2]}
    with Gate(p) as gate:
        gate.agent(good)
        for name, token in bad.items():
            expect(gate.agent(token, initialize=False).post('{}')[0] == 401, name)


# ---- the transport
def test_a_session_begins_with_initialize_and_ends_with_delete():
    with Gate(place()) as gate:
        stranger = gate.agent(initialize=False)
        expect(stranger.post({'jsonrpc': '2.0', 'id': 1, 'method': 'tools/list'})[0] == 400)
        agent = gate.agent()
        expect(agent.post({'jsonrpc': '2.0', 'method': 'notifications/initialized'})[0] == 202)
        expect(gate.http('DELETE', '/mcp', headers=agent.headers())[0] == 204)
        expect(agent.post({'jsonrpc': '2.0', 'id': 1, 'method': 'ping'})[0] == 404)


def test_wrong_requests_are_refused_by_their_kind():
    with Gate(place(limits={'message_bytes': 5000})) as gate:
        a = gate.agent()
        json_type = ('Content-Type', 'application/json')
        cases = [(404, 'POST', '/other', '{}', a.headers()), (415, 'POST', '/mcp', '{}', [('Content-Type', 'text/plain'), ('Mcp-Session-Id', a.session)]),
                 (413, 'POST', '/mcp', 'x' * 6000, a.headers()), (405, 'PUT', '/mcp', '{}', a.headers()), (405, 'GET', '/mcp', None, [('Mcp-Session-Id', a.session)]),
                 (403, 'POST', '/mcp', '{}', a.headers(('Origin', 'http://evil.example'))), (400, 'POST', '/mcp', '{}', a.headers(('MCP-Protocol-Version', '1999-01-01'))),
                 (404, 'POST', '/mcp', '{}', [json_type, ('Mcp-Session-Id', 'f' * 32)]), (400, 'POST', '/mcp', '{}', a.headers(('Mcp-Session-Id', a.session)))]
        for status, method, path, body, headers in cases:
            got = gate.http(method, path, body, headers)
            expect(got[0] == status, status, method, path, got)
        expect(a.request('ping')['result'] == {})


def test_progress_and_the_answer_come_as_events():
    with Gate(place()) as gate:
        a = gate.agent()
        answer = a.request('tools/call', {'name': 'break_off', 'arguments': {'how': 'progress'}, '_meta': {'progressToken': 5}})
        allowed(answer['result'], 'done')
        expect([e['params']['progress'] for e in a.events[:-1]] == [1, 2] and 'secret' not in json.dumps(a.events), a.events)


def test_a_stream_tells_that_the_tools_changed():
    with Gate(place()) as gate:
        a = gate.agent()
        connection = UnixConnection(gate.socket, 15)
        connection.request('GET', '/mcp', headers=dict(a.headers()))
        response = connection.getresponse()
        expect(response.status == 200 and response.getheader('Content-Type') == 'text/event-stream', response.status)
        expect(gate.http('GET', '/mcp', headers=a.headers())[0] == 409)
        a.call('break_off', how='change')
        line = b''
        while b'list_changed' not in line:
            line = response.readline()
            expect(line, 'the stream ended')
        connection.close()


def test_hundreds_of_connections_at_once_are_answered():
    with Gate(place()) as gate:
        a = gate.agent()
        body = json.dumps({'jsonrpc': '2.0', 'id': 1, 'method': 'ping'})
        head = 'POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n%s\r\n' % (len(body), ''.join('%s: %s\r\n' % h for h in a.headers()))
        for count in (127, 128, 256):
            sockets = [socket.socket(socket.AF_UNIX) for _ in range(count)]
            for s in sockets:
                s.settimeout(10)
                s.connect(gate.socket)
            for s in sockets:
                s.sendall((head + body).encode())
            for s in sockets:
                expect(b'200 OK' in s.recv(4096), count)
                s.close()


def test_idle_connections_cost_nobody_anything():
    with Gate(place()) as gate:
        idle = [socket.socket(socket.AF_UNIX) for _ in range(800)]
        for s in idle:
            s.connect(gate.socket)
        allowed(gate.agent().call('echo', text='x'))
        for s in idle:
            s.close()


def test_slow_calls_of_one_agent_hold_up_no_other():
    with Gate(place()) as gate:
        slow, quick = gate.agent('ann-token'), gate.agent()
        thread = threading.Thread(target=lambda: slow.call('slow', seconds=1.5))
        thread.start()
        time.sleep(0.2)
        for _ in range(5):
            allowed(quick.call('echo', text='x'))
        expect(thread.is_alive(), 'the slow call was over')
        thread.join()


def test_too_many_calls_at_once_are_refused():
    with Gate(place(limits={'calls_per_session': 2})) as gate:
        a, results = gate.agent(), []
        threads = [threading.Thread(target=lambda: results.append(a.call('slow', seconds=1))) for _ in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        expect(sorted(bool(r.get('isError')) for r in results) == [False, False, True, True], results)


def modern(gate, method, params=None, version='2026-07-28', headers=(), **override):
    """One request of the revision without handshake and sessions."""
    params = {**(params or {}), '_meta': {'io.modelcontextprotocol/protocolVersion': version, 'io.modelcontextprotocol/clientCapabilities': {}}}
    name = params.get('uri') if method == 'resources/read' else params.get('name')
    given = {'Content-Type': 'application/json', 'Accept': 'application/json, text/event-stream', 'MCP-Protocol-Version': version, 'Mcp-Method': method,
             **({'Mcp-Name': name} if name else {}), **override}
    body = json.dumps({'jsonrpc': '2.0', 'id': 1, 'method': method, 'params': params})
    status, _, text = gate.http('POST', '/mcp', body, [(k, v) for k, v in given.items() if v])
    return status, json.loads(text)


def test_the_revision_without_handshake_is_spoken():
    with Gate(place()) as gate:
        status, got = modern(gate, 'server/discover')
        expect(status == 200 and got['result']['supportedVersions'][0] == '2026-07-28' and got['result']['resultType'] == 'complete', got)
        _, got = modern(gate, 'tools/list')
        expect(len(got['result']['tools']) == 10 and got['result']['cacheScope'] == 'private', got)
        _, got = modern(gate, 'tools/call', {'name': 'echo', 'arguments': {'text': 'x'}})
        expect(got['result']['resultType'] == 'complete' and said(got['result']) == 'x', got)
        _, got = modern(gate, 'tools/call', {'name': 'wipe', 'arguments': {'id': 'x'}})
        denied(got['result'])
        expect(modern(gate, 'tools/list', version='2099-01-01', **{'MCP-Protocol-Version': '2026-07-28'})[0] == 400)
        _, got = modern(gate, 'resources/read', {'uri': 'desk:1'})
        expect('[email]' in json.dumps(got) and got['result']['ttlMs'] == 0, got)
        expect('error' in modern(gate, 'subscriptions/listen')[1])


def test_headers_that_say_something_else_than_the_message_are_refused():
    with Gate(place()) as gate:
        for override in ({'Mcp-Method': 'tools/list'}, {'Mcp-Name': 'find'}, {'Mcp-Name': None}, {'MCP-Protocol-Version': '2025-11-25'}, {'Mcp-Method': None}):
            status, got = modern(gate, 'tools/call', {'name': 'echo', 'arguments': {'text': 'x'}}, **override)
            expect(status == 400 and got['error']['code'] == -32020, override, got)


def test_labels_stay_without_sessions():
    with Gate(place()) as gate:
        modern(gate, 'tools/call', {'name': 'read_customer', 'arguments': {'id': '1'}})
        denied(modern(gate, 'tools/call', {'name': 'post', 'arguments': {'text': 'x'}})[1]['result'], 'personal data')


# ---- several servers, servers over HTTP
def test_an_mcp_server_over_http_is_spoken_to_with_the_held_credential():
    for env in ({}, {'STUB_EVENTS': '1'}):
        p = place()
        with Stub(p, STUB_TOKEN='held', **env) as stub:
            open(os.path.join(p.dir, 'cred'), 'w').write('held\n')
            p.settings['upstreams'] = {'desk': {'url': stub.url + '/mcp', 'headers': {'Authorization': {'file': 'cred', 'prefix': 'Bearer '}}, 'timeout': 2}}
            with Gate(p) as gate:
                a = gate.agent('ann-token')
                allowed(a.call('echo', text='over http'), 'over http')
                expect(said(a.call('read_customer', id='1')).startswith('Ann, [email]'))
                failed(a.call('slow', seconds=4), 'too long')
                stub.stop()
                failed(a.call('echo', text='x'), 'Nothing was done')
            expect(all(s['auth'] == 'Bearer held' for s in stub.seen()) and 'ann-token' not in json.dumps(stub.seen()))
            expect('held' not in open(os.path.join(p.dir, 'log.jsonl')).read() + open(os.path.join(p.dir, 'stderr')).read())


def test_a_server_that_refuses_the_credential_is_said_so():
    p = place()
    with Stub(p, STUB_TOKEN='other') as stub:
        p.settings['upstreams'] = {'desk': {'url': stub.url + '/mcp'}}
        p.settings['listen'] = []
        p.write()
        code, _, err = p.run('pin')
        expect(code == 1 and 'credential' in err, err)


def test_several_servers_under_one_address_and_clashing_names():
    p = place()
    p.settings['upstreams']['more'] = {**p.server(), 'connector': 'more', 'prefix': 'more_'}
    with Gate(p) as gate:
        expect('echo' in gate.agent().tools() and 'more_echo' not in gate.agent().tools())
        denied(gate.agent().call('more_echo', text='x'), 'not been reviewed')
    p = place()
    p.settings['upstreams']['more'] = p.server()
    with Gate(p) as gate:
        expect(gate.agent().tools() == [], gate.agent().tools())


# ---- approvals
def pending(result):
    expect(result['_meta']['rebase/effect'] == 'ask', result)
    return result['_meta']['rebase/decision']


def approvals(gate, *arguments):
    done = subprocess.run([RBGATE, 'approvals', 'unix:' + gate.admin, *arguments], capture_output=True, timeout=20)
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def test_an_approved_call_goes_through_once():
    with Gate(place()) as gate:
        a = gate.agent('ann-token')
        a.call('get_ticket', id='7')
        number = pending(a.call('pay', ticket='7', amount=500))
        expect(pending(a.call('pay', ticket='7', amount=500)) == number)
        code, out = approvals(gate)
        expect(code == 0 and number in out and '500' in out and 'leads' in out and 'ann' in out, out)
        expect(approvals(gate, 'approve', number) == (0, 'approved\n'))
        expect(pending(a.call('pay', ticket='7', amount=501)) != number, 'another amount')
        allowed(a.call('pay', ticket='7', amount=500), 'did pay')
        expect(pending(a.call('pay', ticket='7', amount=500)) != number, 'twice')
        expect(approvals(gate, 'approve', number)[0] == 1, 'answered before')
        expect(gate.place.tool_calls().count(('pay', {'ticket': '7', 'amount': 500})) == 1)


def test_a_refused_call_stays_refused():
    with Gate(place()) as gate:
        a = gate.agent('ann-token')
        a.call('get_ticket', id='7')
        number = pending(a.call('pay', ticket='7', amount=500))
        expect(approvals(gate, 'deny', number) == (0, 'refused\n'))
        denied(a.call('pay', ticket='7', amount=500), 'a person refused')
        expect(approvals(gate, 'approve', number)[0] == 1)


def test_a_call_can_wait_for_its_approval():
    with Gate(place(ask={'wait': 8})) as gate:
        a, results = gate.agent('ann-token'), []
        a.call('get_ticket', id='7')
        thread = threading.Thread(target=lambda: results.append(a.call('pay', ticket='7', amount=500)))
        thread.start()
        listed = []
        while not listed:
            listed = json.loads(gate.http('GET', '/approvals', admin=True)[2])
            time.sleep(0.05)
        expect(approvals(gate, 'approve', listed[0]['id'])[0] == 0)
        thread.join()
        allowed(results[0], 'did pay')


def test_a_wait_that_ends_says_pending():
    with Gate(place(ask={'wait': 0.3})) as gate:
        a = gate.agent('ann-token')
        a.call('get_ticket', id='7')
        pending(a.call('pay', ticket='7', amount=500))


def test_only_an_approver_of_the_group_who_is_not_the_requester_can_answer():
    callers = [{**ME, 'requester': 'boss'}, ANN]
    approvers = [BOSS, {'token_sha256': hashlib.sha256(b'other').hexdigest(), 'name': 'otto', 'groups': ['others']}]
    with Gate(place(callers=callers, approvers=approvers)) as gate:
        own = gate.agent()
        own.call('get_ticket', id='7')
        number = pending(own.call('pay', ticket='7', amount=500))
        expect(approvals(gate, 'approve', number)[0] == 1, 'the requester approved their own call')
        for headers, wanted in (([('Authorization', 'Bearer other')], 409), ([('Authorization', 'Bearer ann-token')], 401)):
            got = gate.http('POST', '/approvals/' + number, '{"answer":"approve"}', headers, admin=True)
            expect(got[0] == wanted, headers, got)
        expect(gate.http('POST', '/approvals/' + number, '{"answer":"approve"}')[0] == 404, 'on the agents\' address')


# ---- connectors over HTTP
def test_declared_operations_are_tools_without_a_server():
    p = place()
    with Stub(p, STUB_TOKEN='held') as stub:
        open(os.path.join(p.dir, 'cred'), 'w').write('held')
        p.settings['upstreams'] = {'crm': {'http': stub.url + '/', 'headers': {'Authorization': {'file': 'cred', 'prefix': 'Bearer '}}}}
        with Gate(p) as gate:
            a = gate.agent('ann-token')
            tools = {t['name']: t for t in a.request('tools/list')['result']['tools']}
            expect(sorted(tools) == ['create', 'get_contact', 'remove', 'search'], tools)
            expect(tools['create']['inputSchema']['required'] == ['name'] and tools['get_contact']['annotations']['readOnlyHint'], tools)
            result = a.call('get_contact', id='a/../b c?d#é%2f')
            allowed(a.call('search', query='x&most=9999', most=3))
            allowed(a.call('create', name='Zoë "Z"', age=30))
            denied(a.call('remove', id='1'))
        got = [(s['method'], s['path'], s['body']) for s in stub.seen()]
        expect(got == [('GET', '/contacts/a%2F..%2Fb%20c%3Fd%23%C3%A9%252f', ''), ('GET', '/contacts?most=3&query=x%26most%3D9999', ''),
                       ('POST', '/contacts', '{"age":30,"name":"Zoë \\"Z\\""}')], got)
        expect(all(s['auth'] == 'Bearer held' for s in stub.seen()))
        expect('[email]' in json.dumps(result) or result.get('isError'), result)


def test_dots_never_become_a_path():
    p = place()
    with Stub(p) as stub:
        p.settings['upstreams'] = {'crm': {'http': stub.url}}
        with Gate(p) as gate:
            for dots in ('..', '.', ''):
                failed(gate.agent().call('get_contact', id=dots))
        expect(stub.seen() == [], stub.seen())


def test_reads_are_tried_again_and_writes_are_not():
    p = place()
    with Stub(p) as stub:
        p.settings['upstreams'] = {'crm': {'http': stub.url}}
        with Gate(p) as gate:
            a = gate.agent()
            allowed(a.call('get_contact', id='flaky'), 'Ann')
            failed(a.call('create', name='drop'), 'not known')
        expect(len(stub.seen('/contacts/flaky')) == 3 and len([s for s in stub.seen() if s['method'] == 'POST']) == 1, stub.seen())
        expect(p.log('outcome')[-1]['outcome'] == 'unknown')


def test_what_a_service_can_do_wrong_is_said_and_logged():
    p = place()
    with Stub(p) as stub:
        p.settings['upstreams'] = {'crm': {'http': stub.url, 'timeout': 0.5, 'retries': 0}}
        with Gate(p) as gate:
            a = gate.agent()
            for key, words in (('404', 'HTTP status 404'), ('401', 'credential'), ('odd', 'not what the connector declares'), ('text', 'not what the connector declares'),
                               ('other', 'another key'), ('large', 'larger'), ('redirect', '302'), ('slow', 'too long')):
                result = a.call('get_contact', id=key)
                failed(result, words)
                expect('secret trouble' not in said(result), result)


def test_a_service_that_keeps_failing_is_left_alone_for_a_while():
    p = place()
    with Stub(p) as stub:
        p.settings['upstreams'] = {'crm': {'http': stub.url, 'retries': 0}}
        with Gate(p) as gate:
            a = gate.agent()
            for _ in range(5):
                failed(a.call('get_contact', id='500'))
            before = len(stub.seen())
            failed(a.call('get_contact', id='fine'), 'several times in a row')
            expect(len(stub.seen()) == before)


# ---- operators
def test_health_metrics_and_status():
    with Gate(place()) as gate:
        a = gate.agent()
        a.call('echo', text='x')
        a.call('wipe', id='x')
        expect(gate.http('GET', '/healthz')[2] == 'ok\n' and gate.http('GET', '/readyz')[2] == 'ready\n')
        expect(gate.http('GET', '/metrics')[0] == 404, 'metrics on the agents\' address')
        lines = gate.http('GET', '/metrics', admin=True)[2].splitlines()
        expect('rbgate_calls_total{effect="allow"} 1' in lines and 'rbgate_calls_total{effect="deny"} 1' in lines and 'rbgate_upstream_up{upstream="desk"} 1' in lines)
        done = subprocess.run([RBGATE, 'status', 'unix:' + gate.admin], capture_output=True)
        status = json.loads(done.stdout)
        expect(status['upstreams']['desk']['state'] == 'ready' and status['mode'] == 'enforce', status)
        report = subprocess.run([RBGATE, 'report', os.path.join(gate.place.dir, 'log.jsonl')], capture_output=True).stdout.decode()
        expect('calls decided 2: allow 1, ask 0, deny 1' in report and 'desk.wipe by gate.desk.bot' in report, report)


def test_not_ready_says_why():
    p = place()
    p.settings['upstreams']['desk']['command'] = ['/nonexistent/server']
    p.settings.update(listen=['unix:mcp.sock'], admin='unix:admin.sock')
    p.write()
    process = subprocess.Popen([RBGATE, 'serve', p.config], stderr=subprocess.DEVNULL)
    gate = Gate.__new__(Gate)
    gate.socket = os.path.join(p.dir, 'mcp.sock')
    try:
        until = time.monotonic() + 10
        while gate.http('GET', '/readyz', check=False)[0] == 0 and time.monotonic() < until:
            time.sleep(0.05)
        status, _, body = gate.http('GET', '/readyz')
        expect(status == 503 and 'cannot be started' in body, status, body)
    finally:
        process.kill()
        process.wait()


def test_stopping_lets_calls_end():
    with Gate(place()) as gate:
        a, results = gate.agent(), []
        thread = threading.Thread(target=lambda: results.append(a.call('slow', seconds=1)))
        thread.start()
        time.sleep(0.3)
        expect(gate.stop() == 0)
        thread.join()
        allowed(results[0], 'slept')


def test_a_question_of_a_server_comes_with_the_answer_to_the_call():
    with Gate(place()) as gate:
        a = gate.agent(capabilities={'elicitation': {}})
        messages = a.begin('break_off', how='elicits')
        asked = next(messages)
        expect(asked['method'] == 'elicitation/create' and asked['params']['message'] == 'Which city?', asked)
        expect(a.post({'jsonrpc': '2.0', 'id': asked['id'], 'result': {'action': 'decline'}})[0] == 202)
        expect(said(next(messages)['result']) == '{"action": "decline"}')


def test_reload_by_signal_takes_new_pins_and_a_new_log():
    with Gate(place()) as gate:
        log, pins = (os.path.join(gate.place.dir, n) for n in ('log.jsonl', 'pins.json'))
        os.rename(log, log + '.1')
        os.remove(pins)
        gate.process.send_signal(1)
        a = gate.agent()
        until = time.monotonic() + 5
        while a.tools() and time.monotonic() < until:
            time.sleep(0.05)
        denied(a.call('echo', text='x'), 'not been reviewed')
        expect(gate.place.log('refused'))


if __name__ == '__main__':
    compile_bundle()
    first = Place()
    PINS = os.path.join(first.dir, 'pins.json')
    sys.exit(main(sys.modules['__main__']))
