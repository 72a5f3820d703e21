#!/usr/bin/env python3
"""An installed Rebase, seen by those who build on it: pkg-config, static and shared, C and C++, Python; and nothing is left behind.

usage: run.py          prints `N passed, N failed`
"""
import os, re, shutil, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRATCH = tempfile.mkdtemp(prefix='rebase-install-')
PREFIX = os.path.join(SCRATCH, 'usr')
EMBED = os.path.join(ROOT, 'examples', 'embed')
ENVIRONMENT = {**os.environ, 'PKG_CONFIG_PATH': PREFIX + '/lib/pkgconfig:' + os.environ.get('PKG_CONFIG_PATH', ''),
               'LD_LIBRARY_PATH': PREFIX + '/lib', 'MAKEFLAGS': '', 'MFLAGS': ''}


def run(*command, text=True):
    done = subprocess.run(command, capture_output=True, text=text, cwd=SCRATCH, env=ENVIRONMENT, timeout=300)
    if done.returncode:
        raise AssertionError('%s\n%s%s' % (' '.join(command), done.stdout, done.stderr))
    return done.stdout


def flags(*options):
    return run('pkg-config', *options).split()


def printed(language):
    """The block of the README that shows what the program prints."""
    text = open(os.path.join(EMBED, 'README.md'), encoding='utf-8').read()
    return re.search(r'What the %s program prints:\n\n```\n(.*?)```' % language, text, re.S)[1]


def expect(good, *what):
    if not good:
        raise AssertionError(' '.join(str(w) for w in what))


def files():
    return sorted(os.path.relpath(os.path.join(d, f), PREFIX) for d, _, names in os.walk(PREFIX) for f in names)


def test_installs_what_is_needed_and_a_working_rbc():
    run('make', '-C', ROOT, 'install', 'PREFIX=' + PREFIX)
    there = files()
    for name in ('bin/rbc', 'include/rebase.h', 'include/rbc.h', 'lib/librebase.a', 'lib/librebase.so', 'lib/librbc.a', 'lib/pkgconfig/rebase.pc',
                 'share/rebase/stdlib/regions.rb'):
        expect(name in there, name, 'is not installed:', there)
    run(PREFIX + '/bin/rbc', 'compile', EMBED, '--date', '2026-01-01', '-o', 'embed.rbb')
    expect(re.search(r'[0-9]{3} models', run(PREFIX + '/bin/rbc', 'models', '--catalogue', '--date', '2026-09-01')), 'no catalogue beside the installed rbc')


def test_c_with_the_shared_library():
    run('cc', '-std=c11', '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-o', 'shared', EMBED + '/embed.c', *flags('--cflags', '--libs', 'rebase'))
    expect(run('./shared', 'embed.rbb') == printed('C'), 'not what the README shows')


def test_c_with_the_static_library():
    run('cc', '-std=c11', '-static', '-o', 'static', EMBED + '/embed.c', *flags('--cflags', '--static', '--libs', 'rebase'))
    expect(run('./static', 'embed.rbb') == printed('C'), 'not what the README shows')


def test_python():
    expect(run(sys.executable, EMBED + '/embed.py', 'embed.rbb') == printed('Python'), 'not what the README shows')


def test_headers_stand_alone_in_c_and_in_cpp():
    for compiler, options in (('cc', ['-std=c99', '-x', 'c']), ('c++', ['-std=c++11', '-x', 'c++'])):
        for header in ('rebase.h', 'rbc.h'):
            open(os.path.join(SCRATCH, 'one.src'), 'w').write('#include <%s>\nint main(void) { return 0; }\n' % header)
            run(compiler, *options, '-Wall', '-Wextra', '-Werror', '-fsyntax-only', '-I' + PREFIX + '/include', 'one.src')


def test_libraries_show_public_names_only():
    for library, prefix in (('librebase.a', 'rebase_'), ('librbc.a', 'rbc_')):
        names = re.findall(r' [TDBRVW] (\S+)', run('nm', '--defined-only', '--extern-only', PREFIX + '/lib/' + library))
        expect(names and all(n.startswith(prefix) for n in names), library, [n for n in names if not n.startswith(prefix)])
    names = re.findall(r' [TDBRVW] (\S+)', run('nm', '-D', '--defined-only', PREFIX + '/lib/librebase.so'))
    expect(names and all(n.startswith('rebase_') for n in names), names)


def test_both_libraries_link_into_one_program():
    open(os.path.join(SCRATCH, 'both.c'), 'w').write('#include <rbc.h>\n#include <rebase.h>\n'
        'int main(void) { struct rbc_options o = {0}; return rbc_open(&o) == 0 && rebase_version() == 0; }\n')
    run('cc', '-std=c11', '-o', 'both', 'both.c', *flags('--cflags', '--libs', 'rbc', 'rebase'))


def test_uninstall_leaves_nothing():
    run('make', '-C', ROOT, 'uninstall', 'PREFIX=' + PREFIX)
    expect(not files(), files())


def main():
    passed = failed = 0
    for name, test in [(n, t) for n, t in globals().items() if n.startswith('test_')]:
        try:
            test()
            passed += 1
        except (AssertionError, subprocess.TimeoutExpired) as why:
            failed += 1
            print('FAIL', name[5:].replace('_', ' ') + ':', why)
    shutil.rmtree(SCRATCH)
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
