#!/usr/bin/python3
"""Runs a program under what packaging/tocsin.service forbids: under_unit_filter.py PROGRAM WORD...

For tests on machines where systemd does not run. The unit's system-call filter, its namespaces, address families and
MemoryDenyWriteExecute are turned into seccomp filters as systemd 252 does it, through libseccomp; privileges are given up as the
unit gives them up. What mounts do (ProtectSystem= and the like) is not done here.
"""
import ctypes
import os
import pathlib
import subprocess
import sys

UNIT = pathlib.Path(__file__).resolve().parents[2] / "packaging" / "tocsin.service"
ALLOW, EPERM, ENOSYS = 0x7FFF0000, 0x00050000 | 1, 0x00050000 | 38
COMPARE_EQUAL, COMPARE_GREATER, COMPARE_MASKED = 4, 6, 7
NAMESPACE_FLAGS = {"cgroup": 0x02000000, "ipc": 0x08000000, "net": 0x40000000, "mnt": 0x00020000, "pid": 0x20000000,
                   "user": 0x10000000, "uts": 0x04000000}
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
PROT_WRITE, PROT_EXEC = 2, 4
NOBODY = 65534


class Argument(ctypes.Structure):
    _fields_ = [("index", ctypes.c_uint), ("op", ctypes.c_int), ("one", ctypes.c_uint64), ("other", ctypes.c_uint64)]


class Filter:
    seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    seccomp.seccomp_init.restype = ctypes.c_void_p

    def __init__(self, default_action):
        self.context = ctypes.c_void_p(self.seccomp.seccomp_init(ctypes.c_uint32(default_action)))

    def rule(self, action, name, *arguments):
        number = self.seccomp.seccomp_syscall_resolve_name(name.encode())
        if number < 0:
            return  # not of this architecture
        array = (Argument * len(arguments))(*arguments)
        result = self.seccomp.seccomp_rule_add_array(self.context, ctypes.c_uint32(action), ctypes.c_int(number),
                                                     ctypes.c_uint(len(arguments)), array)
        assert result == 0, (name, result)

    def load(self):
        result = self.seccomp.seccomp_load(self.context)
        assert result == 0, result


def directives():
    """name -> values, in the order of the unit."""
    out = {}
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            name, value = line.split("=", 1)
            out.setdefault(name, []).append(value.strip())
    return out


def members(name):
    """The calls of a word of SystemCallFilter=: itself, or all of a set and of the sets in it."""
    if not name.startswith("@"):
        return {name}
    output = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True).stdout
    words = [line.strip() for line in output.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return set().union(*(members(word) for word in words))


def allowed_calls(values):
    """systemd.exec(5): the first word makes it a list of what is allowed; later ones add, or with ~ take away."""
    calls = members("@default")
    for value in values:
        for word in value.lstrip("~").split():
            calls = calls - members(word) if value.startswith("~") else calls | members(word)
    return calls


def restrictions(unit):
    """What is forbidden by arguments of calls that are allowed as such."""
    forbid = Filter(ALLOW)
    wanted = unit["RestrictNamespaces"][0].split()
    for name, flag in NAMESPACE_FLAGS.items():
        if name not in wanted:
            for call in ("unshare", "clone"):
                forbid.rule(EPERM, call, Argument(0, COMPARE_MASKED, flag, flag))
    forbid.rule(ENOSYS, "clone3")
    if unit["MemoryDenyWriteExecute"] == ["yes"]:
        both = PROT_WRITE | PROT_EXEC
        forbid.rule(EPERM, "mmap", Argument(2, COMPARE_MASKED, both, both))
        for call in ("mprotect", "pkey_mprotect"):
            forbid.rule(EPERM, call, Argument(2, COMPARE_MASKED, PROT_EXEC, PROT_EXEC))
    families = {FAMILIES[word] for word in unit["RestrictAddressFamilies"][0].split()}
    for family in range(max(families)):
        if family not in families:
            forbid.rule(EPERM, "socket", Argument(0, COMPARE_EQUAL, family, 0))
    forbid.rule(EPERM, "socket", Argument(0, COMPARE_GREATER, max(families), 0))
    return forbid


def give_up_privileges():
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0, "PR_SET_NO_NEW_PRIVS"
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def main():
    unit = directives()
    allow = Filter(EPERM)
    # execve() is ours: systemd too loads its filter before it starts the program.
    for call in sorted(allowed_calls(unit["SystemCallFilter"]) | {"execve"}):
        allow.rule(ALLOW, call)
    forbid = restrictions(unit)
    give_up_privileges()
    os.umask(int(unit["UMask"][0], 8))
    forbid.load()
    allow.load()
    os.execv(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
