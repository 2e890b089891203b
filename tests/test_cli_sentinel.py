"""`rpa resolve` and `rpa reconcile` as people and scripts use them."""

import datetime as dt
from pathlib import Path

import pytest

from rpa.queue.attempt import carry_out
from rpa.queue.shop import Shop
from tests import fake_robot
from tests.cli_bench import HEAD, folder, objects, rpa
from tests.queue_bench import Bench, request
from tests.sentinel_bench import Reader, prepared
from tests.test_cli import DOCUMENT

__all__ = ["folder"]
WORDS = ("--why", "cancelled the rest by hand", "--by", "Ann")


def ended(bench: Bench, shop: Shop) -> None:
    """r-0 is cancelled, r-1 needs a person."""
    bench.submit(request(0), request(1))
    carry_out(shop, bench.entry("r-0"), 1, Reader())
    bench.carry_out(shop, "r-1", lambda *_: ("needs_human", "still_scheduled"))


@pytest.fixture
def data(folder: Path) -> Path:
    """The output folder, with records in it."""
    return prepared(folder / "rpa-data", ended)


def documented(told: dict[str, object]) -> list[str]:
    """The keys that docs/cli.md does not name."""
    paragraph = DOCUMENT.split(f"`{told['schema']}`")[1].split("\n\n")[0]
    return [key for key in told if f"`{key}`" not in paragraph and key != "schema"]


def test_a_person_closes_a_request(data: Path) -> None:
    wrong = rpa("resolve", "r-1", "--as", "done", *WORDS)
    assert wrong.exit_code == 2
    assert wrong.stderr == (
        "rpa: --as done is no end that a person can give; there are: cancelled, already_cancelled, refused, referred, "
        "withdrawn\n"
    )
    blank = rpa("resolve", "r-1", "--as", "refused", "--why", " ", "--by", "Ann")
    assert (blank.exit_code, blank.stderr) == (2, "rpa: --why is empty; what stands there is kept in the case file\n")
    ended = rpa("resolve", "r-0", "--as", "refused", *WORDS)
    assert (ended.exit_code, ended.stderr) == (
        1, "rpa: request r-0 has its end: cancelled; only needs_human is closed by a person\n",
    )  # fmt: skip
    done = rpa("resolve", "r-1", "--as", "cancelled", *WORDS)
    assert done.exit_code == 0
    assert "End: cancelled (by_person)" in done.stdout
    assert "closed by Ann: cancelled the rest by hand" in done.stdout
    assert rpa("verify", "r-1").exit_code == 0
    [shown] = objects(rpa("show", "r-1", "--json"))
    assert (shown["outcome"]["code"], shown["outcome"]["proof"]) == ("by_person", [])


def test_the_list_of_the_last_reconciliation(data: Path, folder: Path) -> None:
    assert "No reconciliation was made yet" in rpa("reconcile").stdout
    begun = rpa("reconcile", "--now", "--by", "Ann")
    assert begun.exit_code == 3
    assert "1 still to be read (by `rpa work`)" in begun.stdout
    (folder / "requests.csv").write_text(f"{HEAD}Another,611500,2026-11-23,Price\n", encoding="utf-8")
    fake_robot.Robot.pause = 0.4
    assert rpa("run", "requests.csv", "--desks", "2").exit_code == 0, "it reads again where a desk is free, and ends"
    listed = rpa("reconcile")
    assert listed.exit_code == 4
    assert "1 of 1 read, 0 as they should be, 1 bill again" in listed.stdout
    assert "rpa resolve ID" in listed.stdout
    [told] = objects(rpa("reconcile", "--json"))
    assert (told["schema"], told["by"], documented(told)) == ("rpa.reconciliation.v1", "Ann", [])
    assert told["bill_again"][0]["account_number"] == "611000"
    assert dt.datetime.fromisoformat(told["begun_at"]) <= dt.datetime.now(dt.UTC)
