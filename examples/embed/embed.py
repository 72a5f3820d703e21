#!/usr/bin/env python3
"""The same in Python, through ctypes: usage: embed.py [BUNDLE [LIBRARY]]"""
import ctypes, json, sys

library = ctypes.CDLL(sys.argv[2] if len(sys.argv) > 2 else 'librebase.so.0')


class Text(ctypes.Structure):
    _fields_ = [('agent', ctypes.c_char_p), ('requester', ctypes.c_char_p), ('last', ctypes.c_char_p)]
    # rebase_opening (last: requester_json) and rebase_caller (last: session) are three texts each


class Report(ctypes.Structure):
    _fields_ = [('status', ctypes.c_int), ('text', ctypes.c_char * 512)]


class Decision(ctypes.Structure):           # the first fields of rebase_decision, up to those that are used here
    _fields_ = [('effect', ctypes.c_int), ('status', ctypes.c_int), ('id', ctypes.c_char * 33), ('reason', ctypes.c_char_p),
                ('reason_length', ctypes.c_size_t), ('rule_count', ctypes.c_uint32), ('rules', ctypes.c_void_p), ('rule_total', ctypes.c_uint32),
                ('obligation_count', ctypes.c_uint32), ('obligations', ctypes.c_void_p), ('redactions', ctypes.c_uint32),
                ('limit_count', ctypes.c_uint32), ('limits', ctypes.c_void_p), ('approver_count', ctypes.c_uint32),
                ('approvers', ctypes.c_void_p), ('deadline', ctypes.c_int64), ('canonical', ctypes.c_char_p)]


library.rebase_status_text.restype = ctypes.c_char_p
library.rebase_request_new.restype = ctypes.c_void_p
library.rebase_decide_json.restype = ctypes.POINTER(Decision)
library.rebase_decide_json.argtypes = [ctypes.c_void_p, ctypes.POINTER(Text), ctypes.c_char_p, ctypes.c_size_t]
OK, DENY, ASK, ALLOW, SUCCESS = 1, 0, 1, 2, 2


def check(status, report=None):
    if status != OK:
        sys.exit('%s: %s' % (library.rebase_status_text(status).decode(), report.text.decode() if report else ''))


def main():
    engine, report, session = ctypes.c_void_p(), Report(), ctypes.create_string_buffer(33)
    check(library.rebase_engine_open(None, ctypes.byref(engine)))
    check(library.rebase_engine_load_file(engine, (sys.argv[1] if len(sys.argv) > 1 else 'embed.rbb').encode(), ctypes.byref(report)), report)
    agent, customer = b'shop.support.support_bot', b'customer-17'
    check(library.rebase_session_open(engine, ctypes.byref(Text(agent, customer, None)), session, ctypes.byref(report)), report)
    caller, request = Text(agent, customer, session.value), library.rebase_request_new(engine)

    def decide(title, call, **args):
        body = json.dumps({'call': call, 'args': args}).encode()
        d = library.rebase_decide_json(request, ctypes.byref(caller), body, len(body)).contents
        print('%s\n  %s: %s' % (title, {DENY: 'deny', ASK: 'ask', ALLOW: 'allow'}[d.effect], d.reason.decode()))
        return d

    decide('A refund before the charge was looked up', 'payments.create_refund', charge_id='ch_1', amount=40)
    d = decide('The look-up', 'payments.get_charge', charge_id='ch_1')
    answer = b'{"charge_id":"ch_1","customer":"c_1","amount":300.00}'
    if d.effect == ALLOW:
        check(library.rebase_observe(engine, session, d.id, SUCCESS, answer, ctypes.c_size_t(len(answer)), ctypes.byref(report)), report)
    d = decide('A large refund', 'payments.create_refund', charge_id='ch_1', amount=250)
    check(library.rebase_approve(engine, session, d.id, b'shop.support.team_leads', b'lead-3'))
    d = decide('The same refund, approved', 'payments.create_refund', charge_id='ch_1', amount=250)
    print('  goes upstream:', d.canonical.decode())


if __name__ == '__main__':
    main()
