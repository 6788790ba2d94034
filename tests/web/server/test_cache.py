from concurrent.futures import ThreadPoolExecutor

from web.server.cache import BytesCache


def test_the_cache_forgets_what_was_used_longest_ago():
    cache = BytesCache(10, size_of=len)
    for number in range(3):
        cache.set((number, 160, 0), b"1234")
        cache.get((0, 160, 0))
    assert cache.get((0, 160, 0)) == b"1234"
    assert cache.get((1, 160, 0)) is None
    assert cache.size == 8
    cache.set((0, 160, 0), b"12")
    assert cache.size == 6


def test_what_never_fits_is_not_kept():
    cache = BytesCache(10, size_of=len)
    cache.set("small", b"12")
    cache.set("large", b"x" * 11)
    assert cache.get("large") is None
    assert cache.size == 2
    cache.set("small", b"x" * 11)
    assert cache.get("small") is None
    assert cache.size == 0


def test_without_sizes_entries_are_counted():
    cache = BytesCache(2)
    for number in range(3):
        cache.set(number, b"x" * 1000)
    assert [cache.get(number) is not None for number in range(3)] == [False, True, True]


def test_threads_may_share_it():
    cache = BytesCache(100, size_of=len)

    def use(number: int) -> None:
        for turn in range(500):
            cache.set((number + turn) % 30, b"x" * (turn % 9))
            cache.get(turn % 30)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(8)))
    assert 0 <= cache.size <= 100
