"""The system calls that no test needs: refused by a filter in the kernel (seccomp(2)), in every process of a test."""
import ctypes
import os
import struct

EPERM, EACCES, ENOSYS, UNIX = 1, 13, 38, 1
# Name: number on x86_64, number on aarch64; -1 where there is none.
REFUSED = {
    # other processes' memory
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "userfaultfd": (323, 282), "perf_event_open": (298, 241), "bpf": (321, 280),
    # mounts and namespaces
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "move_mount": (429, 429),
    "open_tree": (428, 428), "fspick": (433, 433), "mount_setattr": (442, 442), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "swapon": (167, 224), "swapoff": (168, 225), "quotactl": (179, 60), "acct": (163, 89),
    # keys, and memory that outlives a process or is counted nowhere
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "shmget": (29, 194), "shmat": (30, 196),
    "shmctl": (31, 195), "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188), "semget": (64, 190),
    "semop": (65, 193), "mq_open": (240, 180), "mq_unlink": (241, 181), "memfd_create": (319, 279),
    "memfd_secret": (447, 447), "move_pages": (279, 239), "migrate_pages": (256, 238), "mbind": (237, 235),
    "set_mempolicy": (238, 237),
    # the machine
    "reboot": (169, 142), "sethostname": (170, 161), "setdomainname": (171, 162), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "syslog": (103, 116), "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171),
    "clock_adjtime": (305, 266), "iopl": (172, -1), "ioperm": (173, -1), "modify_ldt": (154, -1),
    "personality": (135, 92), "fanotify_init": (300, 262), "vhangup": (153, 58),
    # a second way to make any call
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
}
MACHINES = {"x86_64": (0, 0xC000003E, 56, 435, 41), "aarch64": (1, 0xC00000B7, 220, 435, 198)}
LOAD, EQUAL, ABOVE, SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NEW_NAMESPACES = 0x7E020080  # CLONE_NEW*: time, cgroup, uts, ipc, user, pid, net, mount
ALLOW, KILL = 0x7FFF0000, 0x80000000


def refuse(number):
    return 0x00050000 | number


def seccomp_filter():
    """The filter as the kernel takes it (struct sock_fprog), or None on a machine whose numbers are not known here."""
    known = MACHINES.get(os.uname().machine)
    if not known:
        return None
    column, machine, clone, clone3, socket = known
    numbers = sorted(numbers[column] for numbers in REFUSED.values() if numbers[column] >= 0)
    code = [
        (LOAD, 0, 0, 4), (EQUAL, 1, 0, machine), (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, 0),
        # Another numbering of the same calls (x32).
        (ABOVE, 0, 1, 0x40000000), (RETURN, 0, 0, refuse(EPERM)),
        # Flags in memory cannot be looked at: the C library falls back to clone.
        (EQUAL, 0, 1, clone3), (RETURN, 0, 0, refuse(ENOSYS)),
        (EQUAL, 0, 4, clone), (LOAD, 0, 0, 16), (SET, 0, 1, NEW_NAMESPACES), (RETURN, 0, 0, refuse(EPERM)), (RETURN, 0, 0, ALLOW),
        (EQUAL, 0, 4, socket), (LOAD, 0, 0, 16), (EQUAL, 1, 0, UNIX), (RETURN, 0, 0, refuse(EACCES)), (RETURN, 0, 0, ALLOW),
    ]
    for number in numbers:
        code += [(EQUAL, 0, 1, number), (RETURN, 0, 0, refuse(EPERM))]
    code.append((RETURN, 0, 0, ALLOW))
    text = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code), ctypes.addressof(text)))
    program.text = text
    return program
