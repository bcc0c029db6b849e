"""The system calls that a reader has no use for, by number, with the reason for each group.

Numbers are those of x86_64 and of aarch64 (arch/x86/entry/syscalls/syscall_64.tbl and
include/uapi/asm-generic/unistd.h of Linux 6.2); None where an architecture lacks the call.
"""

from __future__ import annotations

from typing import NamedTuple

# Machine -> its AUDIT_ARCH (linux/audit.h) and the column of its numbers.
ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
LAST_KNOWN = 451  # cachestat; what came later is said not to exist


class Call(NamedTuple):
    """One system call and its numbers, in the order of the columns."""

    name: str
    numbers: tuple[int | None, int | None]


class Test(NamedTuple):
    """When a call is refused: where its argument (from 0) has ``any-bit`` or ``no-bit`` of the operand, is
    ``equal`` to it, is an ``other`` than it, or is ``not-null``. No operand stands for the own process id."""

    argument: int
    refuse: str
    operand: int | None = None


# No reader speaks to anybody but its parent, over a pipe that is open already.
_NETWORK = (
    Call("socket", (41, 198)),
    Call("socketpair", (53, 199)),
    Call("connect", (42, 203)),
    Call("bind", (49, 200)),
    Call("listen", (50, 201)),
    Call("accept", (43, 202)),
    Call("accept4", (288, 242)),
    Call("sendto", (44, 206)),
    Call("recvfrom", (45, 207)),
    Call("sendmsg", (46, 211)),
    Call("sendmmsg", (307, 269)),
    Call("recvmsg", (47, 212)),
    Call("recvmmsg", (299, 243)),
    Call("shutdown", (48, 210)),
)

# No other program is started, and no other process is signalled.
_PROCESSES = (
    Call("execve", (59, 221)),
    Call("execveat", (322, 281)),
    Call("fork", (57, None)),
    Call("vfork", (58, None)),
    Call("kill", (62, 129)),
    Call("tkill", (200, 130)),
    Call("rt_sigqueueinfo", (129, 138)),
    Call("rt_tgsigqueueinfo", (297, 240)),
    Call("pidfd_open", (434, 434)),
    Call("pidfd_getfd", (438, 438)),
    Call("pidfd_send_signal", (424, 424)),
    Call("setpgid", (109, 154)),
    Call("setsid", (112, 157)),
    Call("process_madvise", (440, 440)),
    Call("process_mrelease", (448, 448)),
)

# No other process is looked into, and no memory is held outside of the limits.
_OTHERS_MEMORY = (
    Call("ptrace", (101, 117)),
    Call("process_vm_readv", (310, 270)),
    Call("process_vm_writev", (311, 271)),
    Call("kcmp", (312, 272)),
    Call("userfaultfd", (323, 282)),
    Call("memfd_create", (319, 279)),
    Call("memfd_secret", (447, 447)),
    Call("shmget", (29, 194)),
    Call("shmat", (30, 196)),
    Call("shmctl", (31, 195)),
    Call("shmdt", (67, 197)),
    Call("semget", (64, 190)),
    Call("semop", (65, 193)),
    Call("semctl", (66, 191)),
    Call("semtimedop", (220, 192)),
    Call("msgget", (68, 186)),
    Call("msgsnd", (69, 189)),
    Call("msgrcv", (70, 188)),
    Call("msgctl", (71, 187)),
    Call("mq_open", (240, 180)),
    Call("mq_unlink", (241, 181)),
    Call("mq_timedsend", (242, 182)),
    Call("mq_timedreceive", (243, 183)),
    Call("mq_notify", (244, 184)),
    Call("remap_file_pages", (216, 234)),
)

# Parts of the kernel that readers never use and that exploits like.
_RARE = (
    Call("bpf", (321, 280)),
    Call("perf_event_open", (298, 241)),
    Call("io_uring_setup", (425, 425)),
    Call("io_uring_enter", (426, 426)),
    Call("io_uring_register", (427, 427)),
    Call("io_setup", (206, 0)),
    Call("io_submit", (209, 2)),
    Call("io_destroy", (207, 1)),
    Call("io_cancel", (210, 3)),
    Call("io_getevents", (208, 4)),
    Call("io_pgetevents", (333, 292)),
    Call("keyctl", (250, 219)),
    Call("add_key", (248, 217)),
    Call("request_key", (249, 218)),
    Call("fanotify_init", (300, 262)),
    Call("fanotify_mark", (301, 263)),
    Call("lookup_dcookie", (212, 18)),
    Call("nfsservctl", (180, 42)),
    Call("uselib", (134, None)),
    Call("modify_ldt", (154, None)),
    Call("iopl", (172, None)),
    Call("ioperm", (173, None)),
    Call("personality", (135, 92)),
    Call("syslog", (103, 116)),
    Call("acct", (163, 89)),
    Call("quotactl", (179, 60)),
    Call("quotactl_fd", (443, 443)),
    Call("vhangup", (153, 58)),
)

# The view of the file system stays what it is.
_MOUNTS = (
    Call("mount", (165, 40)),
    Call("umount2", (166, 39)),
    Call("pivot_root", (155, 41)),
    Call("chroot", (161, 51)),
    Call("unshare", (272, 97)),
    Call("setns", (308, 268)),
    Call("open_tree", (428, 428)),
    Call("move_mount", (429, 429)),
    Call("fsopen", (430, 430)),
    Call("fsconfig", (431, 431)),
    Call("fsmount", (432, 432)),
    Call("fspick", (433, 433)),
    Call("mount_setattr", (442, 442)),
    Call("name_to_handle_at", (303, 264)),
    Call("open_by_handle_at", (304, 265)),
    Call("swapon", (167, 224)),
    Call("swapoff", (168, 225)),
)

# The machine stays what it is; matters where the scan is run by root.
_MACHINE = (
    Call("kexec_load", (246, 104)),
    Call("kexec_file_load", (320, 294)),
    Call("init_module", (175, 105)),
    Call("finit_module", (313, 273)),
    Call("delete_module", (176, 106)),
    Call("create_module", (174, None)),
    Call("reboot", (169, 142)),
    Call("settimeofday", (164, 170)),
    Call("clock_settime", (227, 112)),
    Call("clock_adjtime", (305, 266)),
    Call("adjtimex", (159, 171)),
    Call("sethostname", (170, 161)),
    Call("setdomainname", (171, 162)),
)

# Nobody becomes somebody else, and no limit or filter is changed.
_PRIVILEGES = (
    Call("setuid", (105, 146)),
    Call("setgid", (106, 144)),
    Call("setreuid", (113, 145)),
    Call("setregid", (114, 143)),
    Call("setresuid", (117, 147)),
    Call("setresgid", (119, 149)),
    Call("setfsuid", (122, 151)),
    Call("setfsgid", (123, 152)),
    Call("setgroups", (116, 159)),
    Call("capset", (126, 91)),
    Call("prctl", (157, 167)),
    Call("seccomp", (317, 277)),
    Call("setrlimit", (160, 164)),
)

# Nothing is written, named, moved or marked, also where Landlock is missing.
_WRITING = (
    Call("creat", (85, None)),
    Call("truncate", (76, 45)),
    Call("ftruncate", (77, 46)),
    Call("fallocate", (285, 47)),
    Call("rename", (82, None)),
    Call("renameat", (264, 38)),
    Call("renameat2", (316, 276)),
    Call("link", (86, None)),
    Call("linkat", (265, 37)),
    Call("symlink", (88, None)),
    Call("symlinkat", (266, 36)),
    Call("unlink", (87, None)),
    Call("unlinkat", (263, 35)),
    Call("mkdir", (83, None)),
    Call("mkdirat", (258, 34)),
    Call("rmdir", (84, None)),
    Call("mknod", (133, None)),
    Call("mknodat", (259, 33)),
    Call("chmod", (90, None)),
    Call("fchmod", (91, 52)),
    Call("fchmodat", (268, 53)),
    Call("chown", (92, None)),
    Call("fchown", (93, 55)),
    Call("lchown", (94, None)),
    Call("fchownat", (260, 54)),
    Call("utime", (132, None)),
    Call("utimes", (235, None)),
    Call("futimesat", (261, None)),
    Call("utimensat", (280, 88)),
    Call("setxattr", (188, 5)),
    Call("lsetxattr", (189, 6)),
    Call("fsetxattr", (190, 7)),
    Call("removexattr", (197, 14)),
    Call("lremovexattr", (198, 15)),
    Call("fremovexattr", (199, 16)),
    Call("copy_file_range", (326, 285)),
)
DENIED = (
    *_NETWORK,
    *_PROCESSES,
    *_OTHERS_MEMORY,
    *_RARE,
    *_MOUNTS,
    *_MACHINE,
    *_PRIVILEGES,
    *_WRITING,
)

# Their arguments lie in memory, where a filter cannot look. The C library falls back to clone and openat.
PRETENDED_ABSENT = (
    Call("clone3", (435, 435)),
    Call("openat2", (437, 437)),
)

_TO_WRITE = 0o3 | 0o100 | 0o1000  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC
# One row for each call: a call that passes its test is let through.
CONDITIONS = (
    (Call("open", (2, None)), Test(1, "any-bit", _TO_WRITE)),
    (Call("openat", (257, 56)), Test(2, "any-bit", _TO_WRITE)),
    # Threads are fine, processes are not: CLONE_THREAD.
    (Call("clone", (56, 220)), Test(0, "no-bit", 0x10000)),
    # abort() signals the process itself, and that it may.
    (Call("tgkill", (234, 131)), Test(0, "other")),
    # Limits may be asked for, not set: the pointer to new ones.
    (Call("prlimit64", (302, 261)), Test(2, "not-null")),
    # Keys typed into somebody's terminal: TIOCSTI.
    (Call("ioctl", (16, 29)), Test(1, "equal", 0x5412)),
)
