#!/usr/bin/env python3
"""README.md tells the truth: the commands of its tour are run in an empty directory, and must print what stands there.

usage: run.py [--show]       A block of README that begins with `$ ` is a conversation with the shell: lines after `$ ` are
                             commands, the rest is what they print; `...` stands for any lines. --show prints what they print now.
"""
import os, re, shutil, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def conversations():
    text = open(os.path.join(ROOT, 'README.md'), encoding='utf-8').read()
    for block in re.findall(r'^```\n(\$ .*?)^```', text, re.M | re.S):
        for part in re.split(r'^\$ ', block, flags=re.M)[1:]:
            command, _, printed = part.partition('\n')
            while command.endswith('\\'):                       # goes on in the next line
                more, _, printed = printed.partition('\n')
                command = command[:-1] + more
            yield command, printed


def matches(wanted, got):
    pattern = ''.join('(?:.*\n)*' if line.strip() == '...' else re.escape(line) + '\n' for line in wanted.splitlines())
    return re.fullmatch(pattern, got) is not None


def main():
    scratch = tempfile.mkdtemp(prefix='rebase-readme-')
    os.symlink(ROOT, os.path.join(scratch, 'rebase'))
    environment = {**os.environ, 'PATH': os.path.join(ROOT, 'build', 'bin') + ':' + os.environ['PATH'], 'SOURCE_DATE_EPOCH': '1767225600'}
    for name in ('REBASE_STDLIB', 'REBASE_DATA'):
        environment.pop(name, None)
    passed = failed = 0
    for command, wanted in conversations():
        done = subprocess.run(['sh', '-c', command], cwd=scratch, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
        if '--show' in sys.argv:
            print('$ %s\n%s' % (command, done.stdout), end='')
        if matches(wanted, done.stdout):
            passed += 1
        else:
            failed += 1
            print('FAIL README shows of `%s`:\n%s---- it prints:\n%s' % (command, wanted, done.stdout))
    shutil.rmtree(scratch)
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
