#!/usr/bin/env python3
"""The gateway between one agent and one stub MCP server over stdio: what is decided, what goes upstream, what comes back.

usage: run_stdio.py [NAME ...]        prints `N passed, N failed`"""
import json, os, sys, time
from gatelib import *


# ---- the protocol
def test_initialize_and_ping():
    with Agent(Place()) as a:
        hello = a.hello['result']
        expect(hello['protocolVersion'] == '2025-11-25' and hello['serverInfo']['name'] == 'rbgate', hello)
        expect('instructions' not in hello, 'instructions of a server that nobody reviewed', hello)
        expect(a.request('ping')['result'] == {}, 'ping')


def test_an_older_protocol_version_is_spoken_and_an_unknown_one_answered_with_ours():
    with Agent(Place(), initialize=False) as a:
        for asked, got in (('2025-06-18', '2025-06-18'), ('1999-01-01', '2025-11-25')):
            hello = a.request('initialize', {'protocolVersion': asked, 'capabilities': {}, 'clientInfo': {}})['result']
            expect(hello['protocolVersion'] == got, asked, hello)


def test_the_list_holds_only_what_the_agent_may_use():
    with Agent(Place()) as a:
        expect(a.tools() == ['get_ticket', 'find', 'read_customer', 'slow', 'echo', 'close-ticket', 'pay', 'post', 'break_off', 'wipe'], a.tools())
    with Agent(Place(callers=[{'stdio': True, 'agent': CLERK, 'requester': 'bob'}])) as a:
        expect(a.tools() == ['get_ticket', 'find'], a.tools())


def test_tools_of_all_pages_are_listed():
    with Agent(Place(mode='pages')) as a:
        expect(len(a.tools()) == 10, a.tools())


def test_a_server_of_an_older_protocol_is_spoken_to():
    with Agent(Place(mode='old')) as a:
        allowed(a.call('echo', text='hello'), 'hello')


def test_an_allowed_call_goes_through():
    place = Place()
    with Agent(place) as a:
        result = a.call('get_ticket', id='7')
        expect(result['structuredContent'] == {'id': '7', 'owner': 'ann', 'open': True}, result)
    expect(place.tool_calls() == [('get_ticket', {'id': '7'})], place.tool_calls())
    expect(len(place.log('decision')) >= 1 and place.log('outcome')[0]['outcome'] == 'success', place.log())


def test_a_denied_call_says_why_and_never_reaches_the_server():
    place = Place()
    with Agent(place) as a:
        denied(a.call('pay', ticket='7', amount=5), 'look the ticket up first')
        denied(a.call('wipe', id='7'))
    expect(place.tool_calls() == [], place.tool_calls())


def test_what_goes_upstream_are_the_canonical_bytes():
    place = Place()
    with Agent(place) as a:
        a.raw('{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"find","arguments":{ "query" :"a\\u0062c" },"_meta":{"secret":1}}}\n')
        allowed(a.answer('x')['result'], 'found abc of 5')
    params = [m['params'] for m in place.calls() if m['method'] == 'tools/call']
    expect(params == [{'name': 'find', 'arguments': {'query': 'abc', 'most': 5}}], params)


def test_facts_seen_in_a_result_enable_and_withhold():
    with Agent(Place()) as a:
        a.call('get_ticket', id='7')
        allowed(a.call('pay', ticket='7', amount=99.5), 'did pay')
        allowed(a.call('close-ticket', id='7'))
        a.call('get_ticket', id='7')
        denied(a.call('pay', ticket='7', amount=5), 'closed')


def test_labels_stay_with_the_session():
    with Agent(Place()) as a:
        allowed(a.call('post', text='hello'))
        a.call('read_customer', id='1')
        denied(a.call('post', text='hello'), 'personal data')


def test_results_are_redacted_as_the_policy_says():
    with Agent(Place()) as a:
        result = a.call('read_customer', id='1')
        expect(said(result) == 'Ann, [email], line\nbreak', result)
        expect(result['structuredContent'] == {'name': 'Ann', 'mail': '[email]'}, result)
        failed(a.call('break_off', how='binary'), 'pictures')
        failed(a.call('break_off', how='names'), 'name in the answer')


def test_results_pass_unsearched_only_where_the_operator_says_so():
    with Agent(Place(results='pass')) as a:
        expect('ann@example.org' in said(a.call('read_customer', id='1')))


def test_an_ask_is_pending_and_says_who_is_asked():
    with Agent(Place()) as a:
        a.call('get_ticket', id='7')
        result = a.call('pay', ticket='7', amount=500)
        expect(result['_meta']['rebase/effect'] == 'ask' and 'leads' in said(result) and 'payments above' in said(result), result)


def test_resources_are_governed_like_tools():
    place = Place()
    with Agent(place) as a:
        expect('resources' in a.hello['result']['capabilities'], a.hello)
        got = a.request('resources/read', {'uri': 'desk:1'})['result']
        expect(got['contents'][0]['text'] == 'mail [email]', got)
        expect(a.request('resources/list', {})['result']['resources'][0]['uri'] == 'desk:1')
        expect('Denied' in a.request('resources/read', {'uri': 'file:///etc/passwd'})['error']['message'])
    expect([m['method'] for m in place.calls() if m['method'].startswith('resources')] == ['resources/read', 'resources/list'])
    with Agent(Place(callers=[{'stdio': True, 'agent': CLERK, 'requester': 'bob'}])) as a:
        expect('resources' not in a.hello['result']['capabilities'])
        expect('error' in a.request('resources/read', {'uri': 'desk:1'}))


def test_unknown_methods_are_denied_and_logged():
    place = Place()
    with Agent(place) as a:
        for method in ('sampling/createMessage', 'completion/complete', 'tools/callx', 'logging/setLevel', 'tasks/get'):
            expect(a.request(method, {})['error']['code'] == -32601, method)
    expect(not place.calls() or all(m['method'] == 'notifications/initialized' for m in place.calls()), place.calls())
    expect(len(place.log('refused')) == 5, place.log('refused'))


def test_what_was_asked_before_the_end_of_input_is_answered():
    place = Place()
    text = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"last words"}}}\n'
    done = subprocess.run([RBGATE, 'stdio', place.config], input=text.encode(), capture_output=True, timeout=30)
    expect(done.returncode == 0 and b'last words' in done.stdout, done)


# ---- malformed
def a_refusal(number):
    return {'jsonrpc': '2.0', 'id': number, 'error': {'code': -32600, 'message': 'Denied: not valid JSON, a name is given twice, or a text holds a NUL'}}


def test_malformed_messages_are_answered_and_the_agent_goes_on():
    with Agent(Place()) as a:
        for text, code in (('{nonsense}', -32700), ('[]', -32600), ('{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600), ('{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600),
                           ('{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}', -32600), ('{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', -32600),
                           ('{"jsonrpc":"2.0","id":1,"method":7}', -32600), ('{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32600)):
            a.raw(text + '\n')
            message = a.next()
            expect(message['error']['code'] == code, text, message)
        for text in ('{"jsonrpc":"2.0","id":77,"method":"ping","params":{"x":1,"x":2}}', '{"jsonrpc":"2.0","id":77,"method":"ping","params":{"x":"\\u0000"}}'):
            a.raw(text + '\n')
            expect(a.next() == a_refusal(77), 'not answered under its id')
        expect(a.request('tools/call', {'name': 5})['error']['code'] == -32602)
        expect(a.request('tools/call', {'name': 'find', 'arguments': []})['error']['code'] == -32602)
        expect(a.request('ping')['result'] == {})


def test_a_message_that_is_too_long_is_refused_and_skipped():
    with Agent(Place(limits={'message_bytes': 10000})) as a:
        a.raw('{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"' + 'x' * 200000 + '"}}\n')
        expect(a.next()['error']['code'] == -32600)
        expect(a.request('ping')['result'] == {})


# ---- servers that fail
def test_a_server_that_dies_is_an_unknown_outcome_and_is_started_again():
    place = Place()
    with Agent(place) as a:
        failed(a.call('break_off', how='die'), 'Whether the call took effect is not known')
        until = time.monotonic() + 10
        while a.call('echo', text='hello').get('isError') and time.monotonic() < until:
            time.sleep(0.1)
        allowed(a.call('echo', text='hello'), 'hello')
    expect(place.log('outcome')[0]['outcome'] == 'unknown', place.log('outcome'))


def test_half_an_answer_is_no_answer():
    with Agent(Place()) as a:
        failed(a.call('break_off', how='half'), 'not known')


def test_garbage_between_messages_is_dropped():
    with Agent(Place()) as a:
        allowed(a.call('break_off', how='garbage'), 'after garbage')


def test_an_answer_that_is_too_large_never_reaches_the_agent():
    for how in ('large', 'endless'):
        with Agent(Place()) as a:
            failed(a.call('break_off', how=how), 'larger')


def test_a_second_answer_to_one_call_is_dropped():
    with Agent(Place()) as a:
        allowed(a.call('break_off', how='twice'), 'one')
        allowed(a.call('echo', text='next'), 'next')


def test_a_slow_server_runs_into_its_timeout_and_is_told():
    place = Place()
    place.settings['upstreams']['desk']['timeout'] = 0.3
    place.write()
    with Agent(place) as a:
        failed(a.call('slow', seconds=2), 'too long')
        allowed(a.call('echo', text='hello'), 'hello')
    expect([m for m in place.calls() if m['method'] == 'notifications/cancelled'], place.calls())


def test_calls_overlap():
    with Agent(Place()) as a:
        first = a.ask('tools/call', {'name': 'slow', 'arguments': {'seconds': 1}})
        allowed(a.call('echo', text='meanwhile'), 'meanwhile')
        expect(first not in a.answers, 'the slow one came first')
        allowed(a.answer(first)['result'], 'slept')


def test_an_agent_can_cancel_its_call():
    place = Place()
    with Agent(place) as a:
        a.tools()
        number = a.ask('tools/call', {'name': 'slow', 'arguments': {'seconds': 1}})
        a.send({'jsonrpc': '2.0', 'method': 'notifications/cancelled', 'params': {'requestId': number}})
        a.call('echo', text='x')
        time.sleep(1.2)
        a.call('echo', text='y')
        expect(number not in a.answers, 'it was answered')
    expect([m for m in place.calls() if m['method'] == 'notifications/cancelled'], place.calls())
    expect([o['outcome'] for o in place.log('outcome')].count('unknown') == 1, place.log('outcome'))


def test_progress_is_passed_on_as_numbers_with_the_agents_own_token():
    with Agent(Place()) as a:
        number = a.ask('tools/call', {'name': 'break_off', 'arguments': {'how': 'progress'}, '_meta': {'progressToken': 'mine'}})
        allowed(a.answer(number)['result'], 'done')
        got = [n['params'] for n in a.answers['notifications'] if n['method'] == 'notifications/progress']
        expect(got == [{'progressToken': 'mine', 'progress': 1, 'total': 2}, {'progressToken': 'mine', 'progress': 2, 'total': 2}], got)


def test_a_server_that_fails_its_handshake_is_unavailable():
    with Agent(Place(mode='fails')) as a:
        expect(a.tools() == [])
        failed(a.call('echo', text='x'), 'not available')


def test_a_tools_own_error_is_passed_on():
    place = Place()
    with Agent(place) as a:
        result = a.call('break_off', how='error')
        expect(result['isError'] and said(result) == 'it went wrong', result)
    expect(place.log('outcome')[0]['outcome'] == 'unknown', place.log('outcome'))


def test_a_result_of_another_type_or_key_is_withheld_and_logged():
    place = Place()
    with Agent(place) as a:
        failed(a.call('get_ticket', id='odd'), 'not what the connector declares')
        failed(a.call('get_ticket', id='swapped'), 'another key')
    expect(len(place.log('withheld')) == 2 and all('observed' in o for o in place.log('outcome')), place.log('outcome'))


# ---- drift
def test_a_tool_that_changed_after_review_is_denied_until_reviewed():
    place = Place()
    place.mode('changed')
    with Agent(place) as a:
        expect('slow' not in a.tools() and 'echo' in a.tools(), a.tools())
        denied(a.call('slow', seconds=0), 'changed since it was reviewed')
    code, out, _ = place.run('pin')
    expect(code == 1 and 'changed desk/slow' in out and 'IMPORTANT' in out, out)
    code, out, _ = place.run('pin', '--accept')
    expect(code == 0, out)
    with Agent(place) as a:
        allowed(a.call('slow', seconds=0), 'slept')


def test_a_tool_that_changes_while_running_is_denied_at_once():
    with Agent(Place()) as a:
        a.call('break_off', how='change')
        until = time.monotonic() + 5
        while 'slow' in a.tools() and time.monotonic() < until:
            time.sleep(0.05)
        denied(a.call('slow', seconds=0), 'changed since it was reviewed')
        expect(any(n['method'] == 'notifications/tools/list_changed' for n in a.answers.get('notifications', [])), a.answers)


def test_two_tools_that_mean_one_operation_are_both_denied():
    place = Place(mode='more')
    with Agent(place) as a:
        expect('get_ticket' not in a.tools() and 'get-ticket' not in a.tools(), a.tools())
        denied(a.call('get_ticket', id='7'), 'share this name')


def test_without_pins_nothing_is_reviewed():
    with Agent(Place(pin=False)) as a:
        expect(a.tools() == [], a.tools())
        denied(a.call('echo', text='x'), 'not been reviewed')


# ---- shadow
def test_shadow_mode_stops_nothing_and_logs_what_it_would_have():
    place = Place(pin=False, mode='plain')
    place.settings['mode'] = 'shadow'
    place.settings['callers'][0]['agent'] = CLERK
    place.write()
    with Agent(place) as a:
        expect(len(a.tools()) == 11, a.tools())
        allowed(a.call('wipe', id='7'), 'did wipe')
        allowed(a.call('undeclared'), 'did undeclared')
        expect('ann@example.org' in said(a.call('read_customer', id='1')))
    effects = [d['effect'] for d in place.log('decision')]
    expect(effects == ['deny'] * 3 and all(d['mode'] == 'shadow' for d in place.log('decision')), effects)


def test_shadow_mode_takes_an_ask_as_approved():
    place = Place(mode='plain')
    place.settings['mode'] = 'shadow'
    place.write()
    with Agent(place) as a:
        a.call('get_ticket', id='7')
        allowed(a.call('pay', ticket='7', amount=500), 'did pay')
    expect([d['effect'] for d in place.log('decision')] == ['allow', 'ask', 'allow'], place.log('decision'))


def test_a_canary_is_decided_beside_and_differences_are_logged():
    other = os.path.join(SCRATCH, 'other')
    if not os.path.exists(other):
        shutil.copytree(os.path.join(HERE, 'policy'), other)
        rules = os.path.join(other, 'desk', 'desk.rb')
        text = open(rules).read().replace('read_customer, slow, echo, close_ticket', 'read_customer, slow, close_ticket')
        open(rules, 'w').write(text)
    place = Place(canary=compile_bundle(other, os.path.join(SCRATCH, 'other.rbb')))
    with Agent(place) as a:
        allowed(a.call('echo', text='x'), 'x')
        allowed(a.call('find', query='x'))
    got = [(c['now'], c['next']) for c in place.log('canary')]
    expect(got == [('allow', 'deny')], got)


# ---- running it
def test_check_says_what_is_wrong():
    place = Place()
    expect(place.run('check')[0] == 0, place.run('check'))
    place.settings['callers'][0]['agent'] = 'gate.desk.nobody'
    place.settings['upstreams']['desk']['environment']['KEY'] = {'file': 'missing'}
    place.settings['upstreams']['other'] = {'url': 'http://example.org/mcp'}
    place.write()
    code, _, err = place.run('check')
    expect(code == 1, err)
    for word in ('no such agent', '`missing` cannot be read', 'no connector of this name', 'not https'):
        expect(word in err, word, err)


def test_a_wrong_configuration_is_named():
    for change, words in ((('mdoe', 'shadow'), 'unknown setting `mdoe`'), (('callers', []), 'callers'), (('bundle', 'none.rbb'), 'none.rbb'), (('mode', 'off'), '`enforce` or `shadow`'),
                          (('callers', [{'stdio': True, 'uid': 1, 'agent': BOT, 'requester': 'a'}]), 'exactly one'), (('upstreams', {'a': {}}), 'upstreams.a')):
        place = Place(pin=False)
        place.settings[change[0]] = change[1]
        place.write()
        code, _, err = place.run('check')
        expect(code == 1 and words in err, change, err)


def test_a_log_that_cannot_be_written_denies():
    if not os.path.exists('/dev/full'):
        return
    place = Place(log='/dev/full')
    with Agent(place) as a:
        denied(a.call('echo', text='x'), 'decision log')
    expect(place.tool_calls() == [], place.tool_calls())
    place = Place(log='/dev/full', on_log_failure='continue')
    with Agent(place) as a:
        allowed(a.call('echo', text='x'), 'x')


def test_the_log_holds_no_argument_and_no_result():
    place = Place()
    with Agent(place) as a:
        a.call('echo', text='topsecret')
        a.call('read_customer', id='topsecret')
        a.call('wipe', id='topsecret')
    expect('topsecret' not in open(os.path.join(place.dir, 'log.jsonl')).read() and 'ann@example' not in open(os.path.join(place.dir, 'log.jsonl')).read())


def test_a_server_gets_only_the_secrets_that_are_its_own():
    place = Place(pin=False)
    place.settings['upstreams']['desk']['command'] = ['sh', '-c', 'env > env.txt; exec "$0" "$@"', *place.settings['upstreams']['desk']['command']]
    place.settings['upstreams']['desk']['directory'] = place.dir
    place.settings['upstreams']['desk']['environment'].update(KEY={'file': 'key', 'prefix': 'k-'}, OTHER={'command': ['printf', 'a b']}, MINE={'env': 'GATE_SECRET'})
    place.write()
    open(os.path.join(place.dir, 'key'), 'w').write('value\n')
    with Agent(place, env={'GATE_SECRET': 's', 'NOT_YOURS': 'x'}) as a:
        a.tools()
    env = open(os.path.join(place.dir, 'env.txt')).read().splitlines()
    expect({'KEY=k-value', 'OTHER=a b', 'MINE=s'} <= set(env) and not [v for v in env if v.startswith(('NOT_YOURS', 'GATE_SECRET'))], env)


def test_a_new_bundle_is_taken_while_running_and_a_broken_one_is_not():
    bundle = os.path.join(SCRATCH, 'live.rbb')
    compile_bundle(out=bundle)
    place = Place(bundle=bundle)
    with Agent(place) as a:
        allowed(a.call('echo', text='x'))
        for content, works in ((b'broken', True), (None, False)):
            if content is None:
                test_a_canary_is_decided_beside_and_differences_are_logged()
                content = open(os.path.join(SCRATCH, 'other.rbb'), 'rb').read()
            with open(bundle + '.new', 'wb') as f:
                f.write(content)
            os.replace(bundle + '.new', bundle)
            time.sleep(1.5)
            expect(('echo' in a.tools()) == works, content[:10], a.tools())
        denied(a.call('echo', text='x'))


def test_only_a_bundle_that_a_named_key_signed_is_taken():
    key, signed = os.path.join(SCRATCH, 'key'), os.path.join(SCRATCH, 'signed.rbb')
    done = subprocess.run([RBC, 'keygen', key], capture_output=True)
    expect(done.returncode == 0, done.stderr)
    public = open(key + '.public').read().split()[-1]
    subprocess.run([RBC, 'compile', os.path.join(HERE, 'policy'), '-o', signed, '--date', '2026-01-01', '--sign', key + '.secret'], check=True, capture_output=True)
    place = Place(bundle=signed, keys=[public])
    expect(place.run('check')[0] == 0, place.run('check'))
    other = os.path.join(SCRATCH, 'other-key')
    subprocess.run([RBC, 'keygen', other], check=True, capture_output=True)
    for changed in ({'bundle': BUNDLE}, {'bundle': signed, 'keys': [open(other + '.public').read().split()[-1]]}):
        place.settings.update(changed)
        place.write()
        code, _, err = place.run('check')
        expect(code == 1 and 'sign' in err, changed, err)


def test_an_older_bundle_is_refused():
    bundle = os.path.join(SCRATCH, 'dated.rbb')
    compile_bundle(out=bundle, date='2026-02-01')
    place = Place(bundle=bundle, state='.')
    compile_bundle(out=bundle, date='2026-01-01')
    code, _, err = place.run('check')
    expect(code == 1 and 'was loaded before' in err, err)
    os.remove(os.path.join(place.dir, 'bundle'))
    expect(place.run('check')[0] == 0)


# ---- limits
def test_limits_hold_over_processes_and_restarts():
    place = Place(quota='quota.db')
    with Agent(place) as a:
        denied(a.call('echo', text='counted'), 'seed')           # a new store counts nothing before somebody says so
        allowed(a.call('echo', text='other'), 'other')
    code, out, err = place.run('seed')
    expect(code == 0 and 'epoch 1' in out, out, err)
    with Agent(place) as a, Agent(place) as b:
        allowed(a.call('echo', text='counted'), 'counted')
        allowed(b.call('echo', text='counted'), 'counted')
        denied(a.call('echo', text='counted'), 'a limit is reached: at most 2 per day')
    with Agent(place) as a:
        denied(a.call('echo', text='counted'), 'a limit is reached')
    expect(len([c for c in place.tool_calls() if c[1] == {'text': 'counted'}]) == 2, place.tool_calls())
    expect([r['limit_reached'] for r in place.log('decision') if 'limit_reached' in r] == ['gate.desk.often'] * 2, place.log('decision'))


def test_without_a_store_what_a_limit_speaks_of_is_denied():
    with Agent(Place()) as a:
        denied(a.call('echo', text='counted'), 'the host counts nothing')
    with Agent(Place(quota='memory')) as a:
        allowed(a.call('echo', text='counted'), 'counted')
    code, _, err = Place(quota='memory').run('seed')
    expect(code == 1 and 'no store that keeps' in err, err)


LEASED = {'store': 'quota.db', 'away_share': 5}


def test_gateways_lease_what_they_count():
    place = Place(quota=LEASED)
    expect(place.run('seed')[0] == 0)
    with Agent(place) as a, Agent(place) as b:
        allowed(a.call('echo', text='counted'), 'counted')
        allowed(b.call('echo', text='counted'), 'counted')
        denied(a.call('echo', text='counted'), 'a limit is reached: at most 2 per day')
        listed = json.loads(place.run('reservations', '--json')[1])
        expect([r['kind'] for r in listed['reservations']] == ['lease'] * 2, listed)
    with Agent(place) as a:                                      # what they held went back, what they spent did not
        denied(a.call('echo', text='counted'), 'a limit is reached')
    code, out, err = place.run('reservations')
    expect(code == 0 and out == '0 open\n', out, err)


def test_a_killed_gateways_lease_is_listed_and_settled_as_spent():
    place = Place(quota=LEASED)
    expect(place.run('seed')[0] == 0)
    with Agent(place) as a:
        allowed(a.call('echo', text='counted'), 'counted')
        a.process.kill()
        a.process.wait()
    listed = json.loads(place.run('reservations', '--json')[1])
    expect(listed['open'] == 1 and listed['reservations'][0]['counters'][0]['amount'] == 1, listed)
    lease = listed['reservations'][0]['id']
    code, out, err = place.run('settle', lease, '0')             # who holds it may draw it
    expect(code == 1 and 'only be counted as spent' in err, out, err)
    code, out, err = place.run('settle', lease)
    expect(code == 0 and out == 'settled\n', out, err)
    expect(json.loads(place.run('reservations', '--json')[1]) == {'open': 0, 'reservations': []})
    with Agent(place) as a:
        allowed(a.call('echo', text='counted'), 'counted')
        denied(a.call('echo', text='counted'), 'a limit is reached')


def test_a_reservation_of_a_killed_gateway_is_settled_by_hand():
    place = Place(quota='quota.db')
    expect(place.run('seed')[0] == 0)
    with Agent(place) as a:
        number = a.ask('tools/call', {'name': 'slow', 'arguments': {'seconds': 9}})
        until = time.monotonic() + 10
        while not place.tool_calls() and time.monotonic() < until:
            time.sleep(0.05)
        a.process.kill()
        a.process.wait()
    listed = json.loads(place.run('reservations', '--json')[1])
    expect(listed['open'] == 1 and listed['reservations'][0]['kind'] == 'decision', number, listed)
    identity = listed['reservations'][0]['id']
    expect(identity in [r['decision'] for r in place.log('decision')], 'the decision log knows it')
    expect(identity in place.run('reservations')[1])
    for arguments in (('x',), (identity, '1.5'), (identity, '')):
        expect(place.run('settle', *arguments)[0] == 2, arguments)
    expect(place.run('settle', identity, '0')[0] == 0)
    expect(place.run('settle', '0' * 32)[0] == 1)
    expect(json.loads(place.run('reservations', '--json')[1])['open'] == 0)


def test_bad_settings_of_leases_are_named():
    for quota, what in (({}, 'quota.store'), ({'store': 'q', 'away_share': 101}, 'quota.away_share'), ({'store': 'q', 'leases': 1}, 'quota.leases'),
                        ({'store': 'q', 'leases': False, 'away_share': 1}, 'are of leases'), ({'store': 'q', 'lifetime': 0}, 'quota.lifetime'), ({'store': 'q', 'x': 1}, 'unknown setting')):
        code, _, err = Place(pin=False, quota=quota).run('check')
        expect(code != 0 and what in err, quota, err)


# ---- what servers ask
ABLE = {'sampling': {}, 'elicitation': {}}


def question(agent, how):
    """Makes the call that has the server ask: (the call's id, the question as the agent got it)."""
    number = agent.ask('tools/call', {'name': 'break_off', 'arguments': {'how': how}})
    while True:
        message = agent.next()
        if 'id' in message:
            expect('method' in message, message)
            return number, message


def outcome(agent, number):
    return json.loads(said(agent.answer(number)['result']))


def test_a_question_of_a_server_is_decided_and_its_answer_goes_back():
    with Agent(Place(), capabilities=ABLE) as a:
        number, asked = question(a, 'elicits')
        expect(asked['method'] == 'elicitation/create' and asked['params']['message'] == 'Which city?' and asked['params']['requestedSchema']['required'] == ['city'], asked)
        a.send({'jsonrpc': '2.0', 'id': asked['id'], 'result': {'action': 'accept', 'content': {'city': 'Paris'}}})
        expect(outcome(a, number) == {'action': 'accept', 'content': {'city': 'Paris'}})
        number, asked = question(a, 'samples')
        expect(asked['params'] == {'messages': [{'role': 'user', 'content': {'type': 'text', 'text': 'Say hi'}}], 'maxTokens': 5}, asked)
        a.send({'jsonrpc': '2.0', 'id': asked['id'], 'result': {'role': 'assistant', 'content': {'type': 'text', 'text': 'hi'}, 'model': 'm'}})
        expect(outcome(a, number)['content']['text'] == 'hi')


def test_questions_that_the_policy_forbids_reach_nobody():
    place = Place()
    with Agent(place, capabilities=ABLE) as a:
        for how in ('samples much', 'elicits oddly'):
            expect(outcome(a, a.ask('tools/call', {'name': 'break_off', 'arguments': {'how': how}})) == {'refused': 'denied by the gateway'}, how)
        expect(not [n for n in a.answers.get('notifications', []) if n['method'] in ('sampling/createMessage', 'elicitation/create')])
        allowed(a.call('read_customer', id='1'))
        expect(outcome(a, a.ask('tools/call', {'name': 'break_off', 'arguments': {'how': 'elicits'}})) == {'refused': 'denied by the gateway'}, 'after personal data')
    expect(len([line for line in place.log('refused') if line['reason'] == 'the policy does not allow it']) == 3)


def test_what_was_read_since_the_question_keeps_its_answer_back():
    with Agent(Place(), capabilities=ABLE) as a:
        number, asked = question(a, 'samples')
        allowed(a.call('read_customer', id='1'))
        a.send({'jsonrpc': '2.0', 'id': asked['id'], 'result': {'role': 'assistant', 'content': {'type': 'text', 'text': 'Ann, ann@example.org'}, 'model': 'm'}})
        expect(outcome(a, number) == {'refused': 'denied by the gateway'})


def test_clients_that_take_no_questions_get_none():
    for able in ({}, {'elicitation': {}}):
        with Agent(Place(), capabilities=able) as a:
            expect(outcome(a, a.ask('tools/call', {'name': 'break_off', 'arguments': {'how': 'samples'}})) == {'refused': 'denied by the gateway'}, able)


def test_a_refusal_and_answers_to_nothing():
    with Agent(Place(), capabilities=ABLE) as a:
        number, asked = question(a, 'elicits')
        a.send({'jsonrpc': '2.0', 'id': 'rebase-999', 'result': {}})
        a.send({'jsonrpc': '2.0', 'id': 's1', 'result': {'action': 'accept'}})          # the server's own id
        a.send({'jsonrpc': '2.0', 'id': asked['id'], 'error': {'code': -1, 'message': 'secret words'}})
        expect(outcome(a, number) == {'refused': 'denied by the gateway'})
        a.send({'jsonrpc': '2.0', 'id': asked['id'], 'result': {'action': 'accept'}})   # a second time
        allowed(a.call('echo', text='still here'))


def test_an_agent_that_leaves_and_a_server_that_dies_leave_no_question_behind():
    place = Place()
    with Agent(place, capabilities=ABLE) as a:
        question(a, 'elicits')
    with Agent(place, capabilities=ABLE) as a:
        question(a, 'elicits')
        failed(a.call('break_off', how='die'))


if __name__ == '__main__':
    sys.exit(main(sys.modules['__main__']))
