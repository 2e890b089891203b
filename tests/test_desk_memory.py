"""A desk's look at the memory of its browser: now and then, and a browser that has grown is recycled."""

from contextlib import nullcontext

import pytest

from rpa.queue.desks import LOOK_EVERY, RECYCLE_AFTER, RECYCLE_BYTES, Desk


class Opened:
    mark = "--none"

    def __init__(self, size: int = 100) -> None:
        self.size, self.served, self.looks, self.recycled = size, 0, 0, 0

    def memory(self) -> int:
        self.looks += 1
        return self.size

    def recycle(self) -> None:
        self.served, self.size, self.recycled = 0, 100, self.recycled + 1


def serve(robot: Opened, requests: int) -> Desk:
    desk = Desk(1, lambda: nullcontext(robot))
    for _ in range(requests):
        desk.run(lambda opened: setattr(opened, "served", opened.served + 1))
    desk.closing().result()
    return desk


def test_memory_is_looked_at_after_the_first_request_and_then_now_and_again() -> None:
    robot = Opened()
    assert serve(robot, 1).bytes == 100
    assert robot.looks == 1
    serve(robot := Opened(), 2 * LOOK_EVERY)
    assert robot.looks == 2


@pytest.mark.parametrize(
    ("size", "requests"), [(RECYCLE_BYTES + 1, 1), (RECYCLE_BYTES + 1, LOOK_EVERY), (100, RECYCLE_AFTER)]
)
def test_a_browser_is_recycled_once_it_has_grown_or_served_enough(size: int, requests: int) -> None:
    robot = Opened(size)
    serve(robot, requests)
    assert (robot.recycled, robot.served) == (1, (requests - 1) % RECYCLE_AFTER if size > RECYCLE_BYTES else 0)


def test_a_browser_opened_in_place_of_one_that_could_not_be_recycled_is_not_taken_for_it() -> None:
    class Stubborn(Opened):
        def recycle(self) -> None:
            raise OSError("it does not answer")

    robots = [Stubborn(RECYCLE_BYTES + 1), fresh := Opened()]
    desk = Desk(1, lambda: nullcontext(robots.pop(0)))
    for _ in range(2):
        desk.run(lambda _: None)
    desk.closing().result()
    assert (fresh.recycled, fresh.looks, desk.bytes) == (0, 1, 100)
