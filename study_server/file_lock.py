"""The lock of a file: the system takes it back from a process that dies. No Flask."""

import fcntl


def try_to_lock(file: int) -> bool:
    """Whether the lock of an open file could be had at once, by its descriptor."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unlock(file: int) -> None:
    """Let others have it."""
    fcntl.flock(file, fcntl.LOCK_UN)
