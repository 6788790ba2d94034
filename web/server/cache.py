"""Cache of bytes in memory, shared by all threads of the server."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock

from cachetools import LRUCache


class BytesCache:
    """The most recently used entries. cachetools' caches are not thread-safe; this one holds a lock.

    Args:
        max_size: how much fits in, in the unit of `size_of`.
        size_of: how much an entry takes; without it, each takes 1.
    """

    def __init__(self, max_size: int, *, size_of: Callable[[bytes], int] | None = None) -> None:
        self._entries: LRUCache[Hashable, bytes] = LRUCache(max_size, getsizeof=size_of)
        self._lock = Lock()

    @property
    def size(self) -> float:
        """How much the entries take together."""
        return self._entries.currsize

    def get(self, key: Hashable) -> bytes | None:
        """The entry of `key`, which then counts as just used; None when there is none."""
        with self._lock:
            return self._entries.get(key)

    def set(self, key: Hashable, content: bytes) -> None:
        """Keep an entry, and drop those that were used longest ago until it fits; one that never fits is not kept."""
        with self._lock:
            self._entries.pop(key, None)
            if self._entries.getsizeof(content) <= self._entries.maxsize:
                self._entries[key] = content
