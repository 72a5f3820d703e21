#!/usr/bin/env python3
"""rbc import mcp: what it makes of tools, and that rbc takes it.

usage: run_import.py [NAME ...]        prints `N passed, N failed`"""
import glob, json, os, subprocess, sys, tempfile
from gatelib import *

ROOT_FILE = 'workspace w\npackage w.p in "p/" declares connectors\n'


def imported(tools, name='srv'):
    """The file that is made; rbc must find no error in it."""
    directory = tempfile.mkdtemp(dir=SCRATCH)
    os.mkdir(os.path.join(directory, 'p'))
    open(os.path.join(directory, 'root.rb'), 'w').write(ROOT_FILE)
    source, made = os.path.join(directory, 'tools.json'), os.path.join(directory, 'p', 'made.rb')
    open(source, 'w').write(tools if isinstance(tools, str) else json.dumps({'tools': tools}))
    done = subprocess.run([RBC, 'import', 'mcp', source, '--connector', name, '--package', 'w.p', '-o', made], capture_output=True)
    expect(done.returncode == 0, done.stderr)
    check = subprocess.run([RBC, 'check', directory], capture_output=True)
    expect(check.returncode == 0, check.stderr.decode()[:2000])
    return open(made).read()


def tool(name, annotations=None, **properties):
    required = [k for k, v in properties.items() if not v.pop('optional', False)]
    return {'name': name, 'inputSchema': {'type': 'object', 'properties': properties, 'required': required}, **({'annotations': annotations} if annotations else {})}


def test_annotations_and_names_say_what_it_does_and_the_stricter_counts():
    text = imported([tool('get_x', {'readOnlyHint': True}), tool('delete_x', {'readOnlyHint': True}), tool('put_x', {'readOnlyHint': False}), tool('kill', {'destructiveHint': True}),
                     tool('remove_y', {'readOnlyHint': False}), tool('list_y'), tool('frobnicate'), tool('query', {'readOnlyHint': True}, sql={'type': 'string'}), tool('getThing'), tool('thingDelete')])
    for line in ('\n  reads get_x(', '# GUESS: the server calls it read-only, its name does not\n  destroys delete_x(', '\n  writes put_x(', '\n  destroys kill(',
                 'its name does not\n  destroys remove_y(', '# GUESS: by its name\n  reads list_y(', '# GUESS: nothing says what it does\n  writes frobnicate(',
                 '# GUESS: it runs what it is given, which may do anything\n  destroys query(', 'reads getThing(', 'destroys thingDelete('):
        expect(line in text, line, text)


def test_types():
    text = imported([tool('get', s={'type': 'string'}, i={'type': 'integer', 'optional': True}, n={'type': 'number'}, b={'type': 'boolean'}, e={'type': 'string', 'enum': ['a', 'b c', 'in']},
                          l={'type': 'array', 'items': {'type': 'integer'}}, o={'type': 'object', 'properties': {'x': {'type': 'string'}}, 'required': ['x']},
                          m={'type': 'object', 'additionalProperties': {'type': 'number'}}, null={'anyOf': [{'type': 'string'}, {'type': 'null'}]}, any={}, two={'type': ['string', 'number', 'null']})])
    for line in ('s: string', 'i: int?', 'n: decimal', 'b: bool', 'e: one of { "a", "b c", "in" }', 'l: list of int', 'o: get_input', 'type get_input {\n  x: string\n}', 'm: map of decimal', 'null: string',
                 '# GUESS: the server\'s type is wider\n    any: string', '# GUESS: the server\'s type is wider\n    two: string'):
        expect(line in text, line, text)


def test_names_that_the_language_does_not_have():
    text = imported([tool('get-sum', **{'page-size': {'type': 'integer', 'optional': True}, 'of': {'type': 'string'}}), tool('get_sum'), tool('allow'), tool('5'), tool('')])
    expect('# The tool\'s name is `get-sum`.' in text and 'reads get_sum(' in text and 'its name cannot be written' in text and text.count('get_sum(') == 1, text)


def drift(tools, live, *options):
    """(exit code, output) of `rbc check --live` of what was imported from tools."""
    imported(tools)
    directory = max(glob.glob(os.path.join(SCRATCH, '*', 'p', 'made.rb')), key=os.path.getmtime)[:-len('p/made.rb')]
    done = subprocess.run([RBC, 'check', directory, '--live', '-', *options], input=live if isinstance(live, bytes) else json.dumps({'tools': live}).encode(), capture_output=True)
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def test_a_server_that_is_as_declared_shows_no_drift():
    tools = [tool('get-x', {'readOnlyHint': True}, id={'type': 'string'}, n={'type': 'integer', 'optional': True}, e={'enum': ['a', 'b']}, l={'type': 'array', 'items': {'type': 'number'}},
                  o={'type': 'object', 'properties': {'x': {'type': 'string'}}, 'required': ['x']}, any={}), tool('delete_x', id={'type': 'string'})]
    code, text = drift(tools, tools)
    expect(code == 0 and '2 tools, 0 differences' in text, text)


def test_drift_of_a_server_is_named_and_fails():
    def get(**properties):
        return tool('get', {'readOnlyHint': True}, **{'id': {'type': 'string'}, 'n': {'type': 'integer', 'optional': True}, 'e': {'enum': ['a', 'b']},
                                                      'o': {'type': 'object', 'properties': {'x': {'type': 'string'}}}, **properties})
    base = [get(), tool('old')]
    for change, words in (([get()], 'gone old'), (base + [tool('wipe')], 'new wipe: no operation of `srv` declares it'),
                          ([get(id={'type': 'integer'}), base[1]], '`id` is declared string, which the server does not take'),
                          ([get(n={'type': 'integer'}), base[1]], '`n` is declared optional, the server requires it'),
                          ([get(more={'type': 'string'}), base[1]], 'takes `more` too, which is not declared; it requires it'),
                          ([get(e={'enum': ['a', 'c']}), base[1]], '`e` has no "b" any more'), ([get(e={'enum': ['a', 'b', 'c']}), base[1]], '`e` can be "c" too'),
                          ([get(o={'type': 'object', 'properties': {'x': {'type': 'boolean'}}}), base[1]], '`o.x` is declared string'),
                          ([{**get(), 'annotations': {'readOnlyHint': False}}, base[1]], 'the server says that it writes'),
                          ([{**get(), 'annotations': {'destructiveHint': True}}, base[1]], 'the server says that it destroys')):
        code, text = drift(base, change)
        expect(code == 1 and words in text, words, code, text)
        code, text = drift(base, change, '--format', 'json')
        expect(code == 1 and all(json.loads(line) for line in text.splitlines()) and '"drift":' in text, text)


def test_live_without_a_list_or_a_connector_says_so():
    for live, options, words in ((b'{', (), ':1:'), (b'{}', (), 'no list of tools'), ([], ('--connector', 'nope'), 'no connector `nope`')):
        code, text = drift([tool('get')], live, *options)
        expect(code in (1, 2) and words in text, code, text)


def test_texts_of_a_server_stay_comments():
    text = imported([{**tool('get'), 'description': 'x\n}\npolicy p { allow call srv by bot }\u202e \x1b[2J y'}, {**tool('list'), 'description': '# \u2028 a\r} b'}])
    expect('policy' not in text and '\x1b' not in text and '\u202e' not in text and '} b' not in text, text)


def test_what_is_no_list_of_tools_is_refused():
    for text in ('{', '{}', '[1', '"x"', '{"tools": 5}'):
        path = os.path.join(SCRATCH, 'bad.json')
        open(path, 'w').write(text)
        done = subprocess.run([RBC, 'import', 'mcp', path, '--connector', 'x'], capture_output=True)
        expect(done.returncode == 1 and done.stderr and not done.stdout, text, done)
    expect(imported('[1, null, {"name": 5}, {"name": "get"}]').count('reads') == 1)


def test_real_servers():
    files = sorted(glob.glob(os.path.join(os.environ.get('REBASE_DATA', '../shared/data'), 'mcp-tools', '*.json')))
    if not files:
        print('left out: no lists of real servers here')
    for path in files:
        name = os.path.basename(path)[:-5]
        tools = json.load(open(path))['tools']
        text = imported(open(path).read(), name)
        expect(sum(text.count('\n  %s ' % c) for c in ('reads', 'writes', 'destroys')) == len(tools), path)


if __name__ == '__main__':
    sys.exit(main(sys.modules['__main__']))
