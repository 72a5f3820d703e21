/* session_rename.h: renames what vm.h and session_view.h declare, so that the VM under test is this file's own copy, with a
 * session that the test plays, beside the real ones in the library. Include it first. */
#ifndef SESSION_RENAME_H
#define SESSION_RENAME_H
#define session_has_label stub_has_label
#define session_proved stub_proved
#define session_counted stub_counted
#define session_seen stub_seen
#define session_seen_all stub_seen_all
#define session_seen_only stub_seen_only
#define session_bound stub_bound
#define session_said stub_said
#define session_vouched stub_vouched
#define vm_run stub_vm_run
#define vm_run_rule stub_vm_run_rule
#define vm_run_fixed stub_vm_run_fixed
#define vm_run_table stub_vm_run_table
#define vm_verdict_text stub_vm_verdict_text
#define vm_verdict_words stub_vm_verdict_words
#define vm_verdict_is_error stub_vm_verdict_is_error
#include "vm.c"
#endif
