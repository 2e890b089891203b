"""Many mutations, tried by several processes, each with a stand-in and a browser of its own."""

import contextlib
import multiprocessing
import queue
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from tests.drift.generator import mutations
from tests.drift.mutation import Class, Mutation
from tests.drift.trial import LIMIT, Ground, Result, ground_on, tried

Tell = Callable[[Result], object]


def run(
    chosen: Sequence[Mutation], *, workers: int, cancel: bool = True, limit: float = LIMIT, tell: Tell = lambda _: None
) -> list[Result]:
    """One result for each, and one for each skin's unchanged site. A worker that dies leaves an error for what it had."""
    context = multiprocessing.get_context("spawn")
    names: Any = context.Queue()
    results: Any = context.Queue()
    for one in chosen:
        names.put(one.name)
    made = [
        context.Process(target=_work, args=(names, results, cancel, limit), daemon=False)
        for _ in range(min(workers, len(chosen)))
    ]
    for process in made:
        process.start()
    done: list[Result] = []
    begun: dict[int, str] = {}
    while any(process.is_alive() for process in made) or not results.empty():
        with contextlib.suppress(queue.Empty):
            pid, result = results.get(timeout=1.0)
            if isinstance(result, Result):
                begun.pop(pid, None)
                done.append(result)
                tell(result)
            else:
                begun[pid] = result
    return done + _lost(chosen, done, begun, made)


def _lost(
    chosen: Sequence[Mutation], done: list[Result], begun: dict[int, str], made: list[BaseProcess]
) -> list[Result]:
    """Nothing is left out in silence."""
    codes = ", ".join(str(process.exitcode) for process in made)
    there = {one.name for one in done}
    lost = []
    for one in chosen:
        if one.name not in there:
            why = "its process died on it" if one.name in begun.values() else "no process was left to try it"
            recipe = one.recipe
            lost.append(
                Result(one.name, recipe.kind, recipe.klass, recipe.sentence, error=f"{why} (exit codes {codes})")
            )
    return lost


def _work(names: Any, results: Any, cancel: bool, limit: float) -> None:
    """Takes one name after the other; the skin's site and robot stay for the next, unless that needs another."""
    known = {one.name: one for one in mutations()}
    pid = multiprocessing.current_process().pid
    with tempfile.TemporaryDirectory(prefix="drift-", dir="/tmp") as folder, contextlib.ExitStack() as stack:
        ground: Ground | None = None
        for name in _taken(names):
            one = known[name]
            results.put((pid, name))
            try:
                if ground is None or ground.bench.site.skin != one.skin:
                    stack.close()
                    ground = stack.enter_context(ground_on(one.skin, Path(folder)))
                    results.put((pid, ground.unchanged))
                    results.put((pid, name))
                result = tried(ground, one, cancel=cancel, limit=limit)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told
                traceback.print_exc()
                result = _broken(one, error)
            results.put((pid, result))
            if result.error:  # what is left of that robot is not trusted
                stack.close()
                ground = None


def _broken(one: Mutation, error: Exception) -> Result:
    told = f"{type(error).__name__}: {error}"
    return Result(one.name, one.recipe.kind, Class(one.recipe.klass), one.recipe.sentence, error=told)


def _taken(names: Any) -> Iterator[str]:
    while True:
        try:
            yield names.get(timeout=2.0)
        except queue.Empty:
            return
