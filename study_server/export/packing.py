"""Pieces of a file packed by another thread while the next are made. No Flask.

Compressing and hashing give the interpreter away, so that both go on at once.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait

MOST_WAITING = 2
"""Pieces that are made but not packed yet; each is held in memory."""


def packed(
    pieces: Iterable[bytes],
    pack: Callable[[bytes], list[bytes]],
    thread: ThreadPoolExecutor,
) -> Iterator[bytes]:
    """What each piece is packed into, in order; all are packed at the end.

    Args:
        pack: called by the other thread alone, for one piece after the other.
        thread: has one worker, or the order would be lost.
    """
    waiting: deque[Future[list[bytes]]] = deque()
    try:
        for piece in pieces:
            waiting.append(thread.submit(pack, piece))
            if len(waiting) > MOST_WAITING:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:  # nobody closes a file that is still written to
        wait(waiting)
