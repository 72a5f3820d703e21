#!/usr/bin/env python3
"""The gateway's channels from far: keys of an issuer by their address, TLS with clients' certificates, callers read anew.

usage: run_channels.py [NAME ...]        prints `N passed, N failed`"""
import hashlib, http.server, shutil, ssl, sys, threading
from gatelib import *
from run_http import ANN, BOB, Issuer


class Address:
    """An issuer's address for its keys, over plain HTTP on this machine."""
    def __init__(self, status=200, age=None):
        self.keys, self.status, self.age, self.asked = {'keys': []}, status, age, 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked += 1
                body = outer.keys if isinstance(outer.keys, bytes) else json.dumps(outer.keys).encode()
                self.send_response(outer.status)
                if outer.age is not None:
                    self.send_header('Cache-Control', 'public, max-age=%d' % outer.age)
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = 'http://127.0.0.1:%d/keys' % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def keys_of(directory):
    return json.load(open(os.path.join(directory, 'jwks.json')))


def by_address(url):
    return [{'jwt': {'issuer': 'https://id.example', 'audience': 'rbgate', 'jwks_url': url}, 'agent': BOT, 'requester_claim': 'sub', 'context': {'roles': []}}]


def plain_place(callers=(ANN, BOB), **settings):
    p = Place(callers=list(callers), **settings)
    open(os.path.join(p.dir, 'bob'), 'w').write('bob-token\n')
    return p


def status_of(gate, token=None):
    return gate.agent(token, initialize=False).post({'jsonrpc': '2.0', 'id': 0, 'method': 'initialize', 'params': {'protocolVersion': '2025-11-25', 'capabilities': {}, 'clientInfo': {}}})[0]


def until(condition, seconds=15):
    end = time.monotonic() + seconds
    while not condition():
        expect(time.monotonic() < end, 'waited in vain')
        time.sleep(0.05)


# ---- keys by their address
def test_keys_are_fetched_from_the_issuer_and_again_for_a_new_one():
    with Address() as address:
        p = plain_place(by_address(address.url))
        issuer = Issuer(p.dir)
        address.keys = keys_of(p.dir)
        with Gate(p) as gate:
            until(lambda: status_of(gate, issuer.token()) == 200)
            allowed(gate.agent(issuer.token()).call('echo', text='x'))
            first = address.asked
            expect(status_of(gate, issuer.token(sub='dora')) == 200 and address.asked == first, 'fetched for each token')
            address.keys = {'keys': [{**address.keys['keys'][0], 'kid': 'k2'}]}     # the issuer has a new key
            until(lambda: status_of(gate, issuer.token({'kid': 'k2'})) == 200, 25)
            expect(address.asked == first + 1, address.asked)
            expect(status_of(gate, issuer.token()) == 401, 'the withdrawn key still counts')


def test_tokens_with_invented_keys_make_no_storm_of_requests():
    with Address() as address:
        p = plain_place(by_address(address.url))
        issuer = Issuer(p.dir)
        address.keys = keys_of(p.dir)
        with Gate(p) as gate:
            until(lambda: status_of(gate, issuer.token()) == 200)
            for i in range(30):
                expect(status_of(gate, issuer.token({'kid': 'made-up-%d' % i})) == 401)
            expect(address.asked <= 2, address.asked)


def test_an_issuer_that_is_away_or_answers_nonsense_lets_nobody_in():
    for status, keys in ((500, {'keys': []}), (200, b'<html>'), (200, {'keys': 5}), (302, {'keys': []})):
        with Address(status) as address:
            p = plain_place([*by_address(address.url), ANN])
            address.keys = keys
            with Gate(p) as gate:
                until(lambda: address.asked)
                expect(status_of(gate, Issuer(p.dir).token()) == 401, status, keys)
                expect(status_of(gate, 'ann-token') == 200, 'others are held up')


def test_keys_over_an_open_line_are_a_mistake():
    p = plain_place(by_address('http://id.example/keys'), pin=False)
    code, _, err = p.run('check')
    expect(code == 1 and 'jwks_url is an https address' in err, code, err)


# ---- TLS
class Authority:
    """Certificates by openssl: an authority's, a server's, clients'."""
    def __init__(self, directory, name='ca'):
        self.dir, self.name = directory, name
        self.openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=' + name, '-keyout', name + '.key', '-out', name + '.pem')

    def openssl(self, *arguments):
        subprocess.run(['openssl', *arguments], cwd=self.dir, check=True, capture_output=True)

    def sign(self, name, alternative, usage, days=2):
        with open(os.path.join(self.dir, name + '.ext'), 'w') as f:
            f.write('subjectAltName=%s\nextendedKeyUsage=%s\n' % (alternative, usage))
        self.openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=' + name, '-keyout', name + '.key', '-out', name + '.csr')
        self.openssl('x509', '-req', '-in', name + '.csr', '-CA', self.name + '.pem', '-CAkey', self.name + '.key', '-CAcreateserial', '-days', str(days), '-extfile', name + '.ext',
                     '-out', name + '.pem')
        return name


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class TlsGate:
    def __init__(self, callers, **tls):
        self.place = plain_place(callers)
        self.ca = Authority(self.place.dir)
        self.ca.sign('gate', 'IP:127.0.0.1', 'serverAuth')
        self.port = free_port()
        self.place.settings.update(listen=['tls:127.0.0.1:%d' % self.port], tls={'certificate': 'gate.pem', 'key': {'file': 'gate.key'}, 'clients': 'ca.pem', **tls})

    def status(self, client=None, token=None, version=None):
        """Of an initialize over TLS: the HTTP status, or the TLS error's name."""
        context = ssl.create_default_context(cafile=os.path.join(self.place.dir, 'ca.pem'))
        if client:
            context.load_cert_chain(*(os.path.join(self.place.dir, client + end) for end in ('.pem', '.key')))
        if version:
            context.minimum_version = context.maximum_version = version
        connection = http.client.HTTPSConnection('127.0.0.1', self.port, context=context, timeout=10)
        try:
            headers = {'Content-Type': 'application/json', 'Accept': 'application/json', **({'Authorization': 'Bearer ' + token} if token else {})}
            statuses = []
            for _ in range(2):                          # the second over the same connection
                connection.request('POST', '/mcp', json.dumps({'jsonrpc': '2.0', 'id': 0, 'method': 'initialize',
                                                               'params': {'protocolVersion': '2025-11-25', 'capabilities': {}, 'clientInfo': {}}}), headers)
                answer = connection.getresponse()
                answer.read()
                statuses.append(answer.status)
            expect(statuses[0] == statuses[1], statuses)
            return statuses[0]
        except (ssl.SSLError, ConnectionError) as error:
            return type(error).__name__
        finally:
            connection.close()


def caller(**how):
    return {'agent': BOT, 'requester': 'ann', 'context': {'roles': []}, **how}


def test_a_clients_certificate_names_the_agent():
    t = TlsGate([caller(certificate='spiffe://acme.example/bot'), {**ANN, 'requester': 'tess'}])
    t.ca.sign('bot', 'URI:spiffe://acme.example/bot,DNS:bot.example', 'clientAuth')
    t.ca.sign('other', 'URI:spiffe://acme.example/bot2', 'clientAuth')
    t.ca.sign('server', 'URI:spiffe://acme.example/bot', 'serverAuth')                  # of a server, not for clients
    t.ca.sign('old', 'URI:spiffe://acme.example/bot', 'clientAuth', days=-1)
    os.mkdir(os.path.join(t.place.dir, 'evil'))
    evil = Authority(os.path.join(t.place.dir, 'evil'))                                 # an authority of the same name
    evil.sign('fake', 'URI:spiffe://acme.example/bot', 'clientAuth')
    with Gate(t.place):
        expect(t.status('bot') == 200, t.status('bot'))
        for wrong in ('other', 'server', 'old', 'evil/fake', None):
            expect(t.status(wrong) in (401, 'SSLError', 'ConnectionResetError'), wrong, t.status(wrong))
        expect(t.status('bot', token='made-up') == 401, 'a wrong token is made good by a certificate')
        expect(t.status(token='ann-token') == 200, 'a token over TLS')
        expect(t.status('bot', version=ssl.TLSVersion.TLSv1_2) == 200)


def test_a_certificate_by_its_digest():
    t = TlsGate([ANN])
    t.ca.sign('bot', 'DNS:bot.example', 'clientAuth')
    t.ca.sign('twin', 'DNS:bot.example', 'clientAuth')
    der = ssl.PEM_cert_to_DER_cert(open(os.path.join(t.place.dir, 'bot.pem')).read())
    t.place.settings['callers'] = [caller(certificate_sha256=hashlib.sha256(der).hexdigest())]
    with Gate(t.place):
        expect(t.status('bot') == 200 and t.status('twin') == 401, t.status('twin'))


def test_tls_without_a_key_is_said_before_it_starts():
    p = plain_place([ANN])
    p.settings['listen'] = ['tls:127.0.0.1:%d' % free_port()]
    p.write()
    code, _, err = p.run('check')
    expect(code == 1 and 'certificate and key are wanted' in err, err)
    p.settings['tls'] = {'certificate': 'none.pem', 'key': {'file': 'none.key'}}
    p.write()
    code, _, err = p.run('serve')
    expect(code == 1 and 'none.pem' in err, err)


# ---- callers read anew
def test_a_signal_takes_new_callers_and_drops_old_ones():
    p = plain_place()
    with Gate(p) as gate:
        ann = gate.agent('ann-token')
        allowed(ann.call('echo', text='x'))
        p.settings['callers'] = [BOB, {**ANN, 'token_sha256': hashlib.sha256(b'cleo-token').hexdigest(), 'requester': 'cleo'}]
        p.write()
        gate.process.send_signal(1)
        until(lambda: status_of(gate, 'cleo-token') == 200)
        expect(status_of(gate, 'ann-token') == 401 and status_of(gate, 'bob-token') == 200)
        expect(ann.post({'jsonrpc': '2.0', 'id': 9, 'method': 'tools/list'})[0] == 401, 'an open session of who is known no more')


def test_a_broken_configuration_keeps_the_callers():
    p = plain_place()
    with Gate(p) as gate:
        open(p.config, 'a').write('}')
        gate.process.send_signal(1)
        until(lambda: 'the callers before stay' in open(os.path.join(p.dir, 'stderr')).read())
        expect(status_of(gate, 'ann-token') == 200)


def test_other_settings_wait_for_the_next_start_and_it_is_said():
    p = plain_place()
    with Gate(p) as gate:
        p.settings['mode'] = 'shadow'
        p.write()
        gate.process.send_signal(1)
        until(lambda: 'count from the next start' in open(os.path.join(p.dir, 'stderr')).read())
        denied(gate.agent('bob-token').call('echo', text='x'))


if __name__ == '__main__':
    sys.exit(main(sys.modules['__main__']))
