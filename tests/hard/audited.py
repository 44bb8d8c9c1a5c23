"""smelllint under an audit hook: `python audited.py REPORT REPOSITORY ARGUMENT...`; REPORT is written.

Told is whatever the run should never do to or because of the repository that it looks at: run or import what
lies in it, start a process, use a network, read or write elsewhere.
"""

import os
import sys

REPORT = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
REPOSITORY = os.path.realpath(sys.argv[2])
# Whatever belongs to Python, to the system's libraries or to us; and our cache and data.
OURS = [os.path.realpath(path) for path in (sys.prefix, sys.base_prefix, os.path.join(__file__, "../../.."))]
OURS += [
    "/proc/self",
    "/proc/sys",
    "/sys",
    "/dev",
    "/usr",
    "/lib",
    "/etc/localtime",
    "/etc/ld.so",
    "/etc/ssl",
]
KEPT = [os.path.realpath(os.environ[name]) for name in ("SMELLLINT_DATA_DIR", "SMELLLINT_CACHE_DIR")]
NEVER = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.")
NEVER += ("ctypes.dlopen", "ftplib.", "http.", "smtplib.", "urllib.", "webbrowser.", "sqlite3.connect")
CHANGES = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.truncate")
CHANGES += ("os.chmod", "os.chown", "os.setxattr", "shutil.")
busy = False


def within(path: str, folders: list[str]) -> bool:
    return any(path == folder or path.startswith(os.path.join(folder, "")) for folder in folders)


def tell(what: str, about: object) -> None:
    os.write(REPORT, f"{what}: {str(about)[:200]!r}\n".encode())


def watch(event: str, arguments: tuple) -> None:
    global busy
    if busy:
        return
    busy = True
    try:
        look_at(event, arguments)
    finally:
        busy = False


def look_at(event: str, arguments: tuple) -> None:
    if event.startswith(NEVER):
        tell(event, arguments)
    elif event == "open" and isinstance(arguments[0], (str, bytes)):
        path = os.path.abspath(os.fsdecode(arguments[0]))
        if arguments[2] & (os.O_EXCL | os.O_NOFOLLOW):  # what follows no link opens none
            opened(
                os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path)), arguments[2]
            )
        else:
            opened(os.path.realpath(path), arguments[2])
    elif event == "exec":
        name = getattr(arguments[0], "co_filename", "")
        if not name.startswith("<") and within(os.path.realpath(name), [REPOSITORY]):
            tell("runs", name)
    elif event == "import" and arguments[1] and within(os.path.realpath(arguments[1]), [REPOSITORY]):
        tell("imports", arguments[1])
    elif event.startswith(CHANGES) and isinstance(arguments[0], (str, bytes)):
        folder, name = os.path.split(os.path.abspath(os.fsdecode(arguments[0])))
        if not within(os.path.join(os.path.realpath(folder), name), [REPOSITORY, *KEPT]):
            tell(event, arguments[0])


def opened(path: str, flags: int) -> None:
    if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC):
        if not within(path, [REPOSITORY, *KEPT, "/dev"]):
            tell("writes", path)
    elif not within(path, [REPOSITORY, *KEPT, *OURS, f"/proc/{os.getpid()}"]):  # of a forked process, too
        tell("reads", path)


# The folder of this script is no part of the program.
del sys.path[0]
sys.path.insert(0, os.path.realpath(os.path.join(__file__, "../../..")))
os.chdir(REPOSITORY)
sys.argv = ["smelllint", *sys.argv[3:]]
from smelllint.__main__ import main  # noqa: E402

sys.addaudithook(watch)
main()
