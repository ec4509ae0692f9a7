"""Runs a command in a pseudo-terminal of 80 by 24: what is typed comes in, what it shows goes out."""
import fcntl
import os
import pty
import select
import struct
import sys
import termios

pid, screen = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
waiting = [screen, 0]
while True:
    ready, _, _ = select.select(waiting, [], [])
    try:
        if screen in ready:
            shown = os.read(screen, 65536)
            if not shown:
                break
            os.write(1, shown)
        if 0 in ready:
            typed = os.read(0, 65536)
            if typed:
                os.write(screen, typed)
            else:
                waiting = [screen]
    except OSError:
        break
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) & 255)
