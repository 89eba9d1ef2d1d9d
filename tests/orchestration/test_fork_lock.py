"""The lock between forks excludes others, may be taken twice by its holder, and ends with a holder that is killed."""

import multiprocessing
from multiprocessing.connection import Connection

from lagoa.orchestration.fork_lock import ForkLock

FORK = multiprocessing.get_context("fork")
PATIENCE = 60.0
ROUNDS = 2_000
LONG_ENOUGH_TO_TAKE_IT = 0.5


def test_a_lock_is_one_processs_at_a_time_and_ends_with_its_kill() -> None:
    lock = ForkLock()
    holder, held = started(lock, twice=True)
    assert held.poll(PATIENCE)
    waiting, taken = started(lock)
    assert not taken.poll(LONG_ENOUGH_TO_TAKE_IT)
    holder.kill()
    assert taken.poll(PATIENCE)
    waiting.kill()
    with lock:
        pass


def test_a_lock_taken_twice_is_free_after_it_was_given_back_twice() -> None:
    lock = ForkLock()
    with lock:
        with lock:
            pass
        waiting, taken = started(lock)
        assert not taken.poll(LONG_ENOUGH_TO_TAKE_IT)
    assert taken.poll(PATIENCE)
    waiting.kill()


def test_a_counter_under_the_lock_loses_nothing() -> None:
    counter = FORK.Value("i", lock=ForkLock())  # type: ignore[call-overload]

    def count() -> None:
        for _ in range(ROUNDS):
            with counter:
                counter.value += 1

    counting = [FORK.Process(target=count) for _ in range(4)]
    for process in counting:
        process.start()
    for process in counting:
        process.join()
    assert counter.value == ROUNDS * len(counting)


def started(lock: ForkLock, *, twice: bool = False) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    """A process that takes the lock for ever, and where it says that it has it."""
    held, tells = FORK.Pipe(duplex=False)
    process = FORK.Process(target=hold, args=(lock, tells, twice), daemon=True)
    process.start()
    return process, held


def hold(lock: ForkLock, tells: Connection, twice: bool) -> None:
    """Take the lock, in the other process, and keep it."""
    with lock:
        if twice:
            with lock:
                pass
        tells.send("held")
        FORK.Event().wait()
