/* sandbox.c: see sandbox.h. Server processes inherit all of it, so with them only what no server needs is taken away. Without
 * them (connectors and servers over HTTP) no program can be started, and only the configured paths can be opened. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "sandbox.h"

static bool starts_programs(const struct config *c) {
  for (size_t i = 0; i < c->upstream_count; i++) {
    const struct upstream_config *u = &c->upstreams[i];
    if (u->type == UPSTREAM_STDIO) return true;
    for (size_t k = 0; k < u->header_count; k++) if (u->headers[k].value.kind == SECRET_COMMAND) return true;
  }
  for (size_t i = 0; i < c->caller_count; i++) if (c->callers[i].token.kind == SECRET_COMMAND) return true;
  for (size_t i = 0; i < c->approver_count; i++) if (c->approvers[i].token.kind == SECRET_COMMAND) return true;
  for (size_t i = 0; i < c->webhook_header_count; i++) if (c->webhook_headers[i].value.kind == SECRET_COMMAND) return true;
  return false;
}

/* ---- system calls ---- */
static bool filter_calls(bool programs) {
  static const int never[] = {SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(kexec_load),
    SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(reboot),
    SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(adjtimex), SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key),
    SCMP_SYS(userfaultfd), SCMP_SYS(setns), SCMP_SYS(open_by_handle_at), SCMP_SYS(iopl), SCMP_SYS(ioperm), SCMP_SYS(acct), SCMP_SYS(quotactl), SCMP_SYS(sethostname)};
  static const int no_programs[] = {SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(unshare)};
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  bool fine = filter != NULL;
  for (size_t i = 0; fine && i < sizeof never / sizeof *never; i++) fine = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), never[i], 0) == 0;
  for (size_t i = 0; fine && !programs && i < sizeof no_programs / sizeof *no_programs; i++)
    fine = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), no_programs[i], 0) == 0;
  fine = fine && seccomp_load(filter) == 0;
  if (filter) seccomp_release(filter);
  return fine;
}

/* ---- files ---- */
#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITING (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REMOVE_FILE)

static void permit(int rules, const char *path, uint64_t access) {
  struct landlock_path_beneath_attr beneath = {.allowed_access = access, .parent_fd = open(path, O_PATH | O_CLOEXEC)};
  struct stat found;
  if (beneath.parent_fd < 0) return;                      /* what is not there cannot be opened either */
  if (fstat(beneath.parent_fd, &found) == 0 && !S_ISDIR(found.st_mode)) beneath.allowed_access &= LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
  syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
  close(beneath.parent_fd);
}

static void permit_around(int rules, const struct config *config, const char *name, uint64_t access) {
  if (!name) return;
  char *path = config_path(config, name);
  permit(rules, dirname(path), access);
  free(path);
}

static void permit_secrets(int rules, const struct config *config, const struct secret *secret) {
  if (secret->kind == SECRET_FILE) permit_around(rules, config, secret->name, READING);
}

static void permit_configured(int rules, const struct config *c) {
  permit(rules, c->directory, READING);
  permit_around(rules, c, c->bundle, READING);
  permit_around(rules, c, c->canary, READING);
  permit_around(rules, c, c->pins, READING);
  permit_around(rules, c, c->log, READING | WRITING);
  if (c->quota && strcmp(c->quota, "memory") != 0 && strncmp(c->quota, "redis:", 6) != 0) permit_around(rules, c, c->quota, READING | WRITING);
  if (c->state) {
    char *path = config_path(c, c->state);
    permit(rules, path, READING | WRITING);
    free(path);
  }
  for (size_t i = 0; i < c->listen_count; i++) if (!strncmp(c->listen[i], "unix:", 5)) permit_around(rules, c, c->listen[i] + 5, READING | WRITING);
  if (c->admin && !strncmp(c->admin, "unix:", 5)) permit_around(rules, c, c->admin + 5, READING | WRITING);
  for (size_t i = 0; i < c->caller_count; i++) {
    permit_secrets(rules, c, &c->callers[i].token);
    permit_around(rules, c, c->callers[i].jwks, READING);
    permit_around(rules, c, c->callers[i].jwks_ca, READING);
  }
  for (size_t i = 0; i < c->approver_count; i++) permit_secrets(rules, c, &c->approvers[i].token);
  for (size_t i = 0; i < c->upstream_count; i++) {
    for (size_t k = 0; k < c->upstreams[i].header_count; k++) permit_secrets(rules, c, &c->upstreams[i].headers[k].value);
    permit_around(rules, c, c->upstreams[i].ca, READING);
  }
  for (size_t i = 0; i < c->webhook_header_count; i++) permit_secrets(rules, c, &c->webhook_headers[i].value);
}

/* False: this kernel has no Landlock. */
static bool restrict_files(const struct config *config) {
  static const char *const system[] = {"/etc", "/usr", "/lib", "/lib64", "/run/systemd/resolve", "/dev/urandom", "/dev/null"};
  const struct landlock_ruleset_attr all = {.handled_access_fs = READING | WRITING | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_DIR |
    LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO};
  int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
  if (rules < 0) return false;
  for (size_t i = 0; i < sizeof system / sizeof *system; i++) permit(rules, system[i], READING);
  permit_configured(rules, config);
  bool fine = syscall(SYS_landlock_restrict_self, rules, 0) == 0;
  close(rules);
  return fine;
}

void sandbox_enter(const struct gate *gate) {
  bool programs = starts_programs(gate->config);
  if (!gate->config->sandbox) return;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) say("new privileges cannot be given up");
  if (!programs && !restrict_files(gate->config)) say("this kernel has no Landlock: files are not restricted");
  if (!filter_calls(programs)) say("this kernel takes no seccomp filter: system calls are not restricted");
}
