#!/usr/bin/env python3
"""The stub MCP server over streamable HTTP (POST /mcp), and a stub service with contacts (/contacts). Prints its port.

STUB_TOKEN: the bearer token that it wants. /mcp answers as events when STUB_EVENTS is set. Contact ids choose what goes wrong:
500, flaky (fails twice), slow, text, odd (another type), large, 404, 401, redirect, drop (closes without an answer), other."""
import http.server, json, os, socketserver, sys, threading, time
import stub_server

TOKEN, EVENTS = os.environ.get('STUB_TOKEN'), os.environ.get('STUB_EVENTS')
SEEN = os.environ.get('STUB_SEEN')
FLAKY = {}
SESSION = 'stub-session-%d' % os.getpid()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def note(self, body):
        if SEEN:
            with open(SEEN, 'a') as f:
                f.write(json.dumps({'method': self.command, 'path': self.path, 'auth': self.headers.get('Authorization'), 'body': body}) + '\n')

    def reply(self, status, body=b'', kind='application/json', **headers):
        self.send_response(status)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace('_', '-'), value)
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get('Content-Length') or 0)).decode()
        self.note(body)
        if TOKEN and self.headers.get('Authorization') != 'Bearer ' + TOKEN:
            return self.reply(401)
        if self.path == '/mcp':
            return self.mcp(json.loads(body))
        return self.contacts(body)

    do_GET = do_POST = do_DELETE = handle_any

    def mcp(self, message):
        got = []
        if message.get('method') != 'initialize' and self.headers.get('Mcp-Session-Id') != SESSION:
            return self.reply(404)
        sent = lambda m: got.append(m)
        stub_server.send = sent
        stub_server.handle(message)
        if 'id' not in message:
            return self.reply(202)
        if message.get('method') == 'tools/call' and message['params']['name'] == 'slow':
            while not got:
                time.sleep(0.02)
        if EVENTS:
            text = ''.join('id: 1\r\nevent: message\r\ndata: %s\r\n\r\n' % json.dumps(m) for m in got)
            return self.reply(200, text.encode(), 'text/event-stream', Mcp_Session_Id=SESSION)
        self.reply(200, json.dumps(got[-1]).encode(), Mcp_Session_Id=SESSION)

    def contacts(self, body):
        name = self.path.split('?')[0].rsplit('/', 1)[-1]
        if name == 'contacts' and self.command == 'POST':
            if json.loads(body)['name'] == 'drop':
                self.close_connection = True
                return
            return self.reply(201, json.dumps({'id': 'c1', 'name': json.loads(body)['name']}).encode())
        if name == 'contacts':
            return self.reply(200, json.dumps({'query': self.path}).encode())
        if name in ('500', '404', '401'):
            return self.reply(int(name), b'secret trouble')
        if name == 'flaky':
            FLAKY[name] = FLAKY.get(name, 0) + 1
            if FLAKY[name] < 3:
                return self.reply(503)
        if name == 'slow':
            time.sleep(3)
        if name == 'redirect':
            return self.reply(302, Location='http://127.0.0.1:1/')
        if name == 'drop':
            self.close_connection = True
            return
        if name == 'text':
            return self.reply(200, b'no json at all', 'text/plain')
        if name == 'large':
            return self.reply(200, b'"' + b'x' * (6 << 20) + b'"')
        if name == 'odd':
            return self.reply(200, json.dumps({'id': 'odd', 'name': 5}).encode())
        if name == 'other':
            return self.reply(200, json.dumps({'id': 'somebody', 'name': 'else'}).encode())
        self.reply(200, json.dumps({'id': name, 'name': 'Ann', 'mail': 'ann@example.org'}).encode())


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads, request_queue_size = True, 256

    def handle_error(self, *_):
        pass


if __name__ == '__main__':
    server = Server(('127.0.0.1', int(sys.argv[1]) if len(sys.argv) > 1 else 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
