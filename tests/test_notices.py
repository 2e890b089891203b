"""What people are told by mail or chat: each thing at least once, never 200 at a time, no names, no tokens."""

import datetime as dt
import threading
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select

from flows.model import End, Outcome
from rpa.cases.wording import ADVICE
from rpa.database import writing
from rpa.database.queue_tables import notices
from rpa.log import start_log
from rpa.queue.apprising import send
from rpa.queue.claiming import CALM, CLAIM, FIRST_DELAY, GATHER, LONGEST_DELAY, NO_URLS, NOBODY, TRIES
from rpa.queue.notices import Notifier
from rpa.queue.outbox import notify, notify_of_need
from rpa.settings import Settings
from tests.queue_rows import a_database, a_request, put_job
from tests.webhook import Hook, hook

__all__ = ["hook"]

MAIL, CHAT = SecretStr("mailto://m"), SecretStr("slack://s")


class Post:
    """Takes what is sent; `refuses`: URLs that take nothing."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str, str]] = []
        self.refuses: set[str] = set()

    def __call__(self, url: SecretStr, kind: str, title: str, body: str) -> str:
        self.letters.append((url.get_secret_value(), title, body))
        return "mailto: no answer" if url.get_secret_value() in self.refuses else ""

    def told(self, url: SecretStr = MAIL) -> list[str]:
        """The titles that a URL was sent."""
        return [title for to, title, _ in self.letters if to == url.get_secret_value()]


class Clock:
    def __init__(self) -> None:
        self.now = dt.datetime.now(dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return a_database(tmp_path)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("rpa.queue.claiming._now", clock)
    return clock


@pytest.fixture
def post() -> Post:
    return Post()


def put(
    engine: Engine,
    kind: str = "needs_human",
    title: str = "a notice",
    body: str = "",
    request: str = "",
    times: int = 1,
) -> None:
    with writing(engine) as connection:
        for _ in range(times):
            notify(connection, kind, title, body, request)


def rows(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(notices).order_by(notices.c.position)))


def later(clock: Clock, by: dt.timedelta = GATHER) -> None:
    clock.now += by + dt.timedelta(seconds=1)


def test_a_notice_is_sent_once_after_a_moment(engine: Engine, post: Post, clock: Clock) -> None:
    put(engine)
    notifier = Notifier(engine, [MAIL], post)
    assert notifier.send_due() == 0
    later(clock)
    assert notifier.send_due() == 1
    later(clock, dt.timedelta(days=2))
    assert notifier.send_due() == 0
    assert post.told() == ["a notice"]
    assert [(row.sent_at is not None, row.error) for row in rows(engine)] == [(True, "")]


def test_what_one_worker_is_sending_no_other_sends(engine: Engine, post: Post, clock: Clock) -> None:
    put(engine)
    later(clock)
    other = Notifier(engine, [MAIL], post)

    def slowly(url: SecretStr, kind: str, title: str, body: str) -> str:
        assert other.send_due() == 0
        return post(url, kind, title, body)

    assert Notifier(engine, [MAIL], slowly).send_due() == 1
    assert post.told() == ["a notice"]


def test_what_comes_while_a_message_is_sent_is_not_taken_for_sent(engine: Engine, post: Post, clock: Clock) -> None:
    put(engine)
    later(clock)

    def slowly(*call: str) -> str:
        put(engine, title="another")
        return post(*call)  # type: ignore[arg-type]

    assert Notifier(engine, [MAIL], slowly).send_due() == 1
    assert [row.sent_at is not None for row in rows(engine)] == [True, False]


def test_what_a_worker_claimed_that_died_another_one_sends(engine: Engine, post: Post, clock: Clock) -> None:
    put(engine)
    later(clock)

    def dies(*_: object) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Notifier(engine, [MAIL], dies).send_due()
    other = Notifier(engine, [MAIL], post)
    assert other.send_due() == 0
    later(clock, CLAIM)
    assert other.send_due() == 1


def test_a_storm_is_a_few_messages(engine: Engine, post: Post, clock: Clock) -> None:
    notifier = Notifier(engine, [MAIL], post)
    put(engine)
    later(clock)
    notifier.send_due()
    put(engine, times=200)
    later(clock)
    assert notifier.send_due() == 0
    later(clock, CALM["needs_human"])
    assert notifier.send_due() == 200
    assert post.told() == ["a notice", "200 requests need a person"]
    assert post.letters[1][2].count("- ") == 50
    assert "and 150 more" in post.letters[1][2]


def test_another_kind_does_not_wait_for_it(engine: Engine, post: Post, clock: Clock) -> None:
    for kind in ("needs_human", "line_stopped"):
        put(engine, kind, kind)
    later(clock)
    Notifier(engine, [MAIL], post).send_due()
    assert sorted(post.told()) == ["line_stopped", "needs_human"]


def test_what_could_not_be_sent_is_tried_again_later_each_time(engine: Engine, post: Post, clock: Clock) -> None:
    put(engine)
    post.refuses = {"mailto://m"}
    waits = []
    for _ in range(3):
        later(clock, dt.timedelta(hours=2))
        assert Notifier(engine, [MAIL], post).send_due() == 0
        [row] = rows(engine)
        waits.append((row.not_before - clock.now).total_seconds())
    assert (waits, row.tries, row.error) == ([30, 60, 120], 3, "url 1, mailto: no answer")
    post.refuses = set()
    later(clock, dt.timedelta(hours=2))
    assert Notifier(engine, [MAIL], post).send_due() == 1
    assert rows(engine)[0].error == ""


def test_after_so_many_tries_it_is_given_up_and_says_so(
    engine: Engine, post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert FIRST_DELAY * 2**6 < LONGEST_DELAY
    assert dt.timedelta(hours=20) < (TRIES - 7) * LONGEST_DELAY  # about a day
    monkeypatch.setattr("rpa.queue.claiming.TRIES", 4)
    put(engine)
    post.refuses = {"mailto://m"}
    for _ in range(6):
        later(clock, dt.timedelta(hours=2))
        Notifier(engine, [MAIL], post).send_due()
    [row] = rows(engine)
    assert (len(post.letters), row.sent_at is not None) == (4, True)
    assert row.error == "given up after 4 tries: url 1, mailto: no answer"


def test_where_one_of_two_fails_the_other_is_not_told_again(
    engine: Engine, post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(engine)
    post.refuses = {"mailto://m"}
    notifier = Notifier(engine, [MAIL, CHAT], post)
    later(clock)
    assert notifier.send_due() == 0
    assert rows(engine)[0].error == "url 1, mailto: no answer"
    post.refuses = set()
    later(clock, dt.timedelta(hours=2))
    assert notifier.send_due() == 0, "the process does not ask for this kind before its delay is over"
    monkeypatch.setattr("rpa.queue.notices.time.monotonic", lambda: float("inf"))
    assert notifier.send_due() == 1
    assert (len(post.told(MAIL)), len(post.told(CHAT))) == (2, 1)


def test_without_urls_a_notice_waits_for_a_worker_that_has_some_and_is_then_listed_as_not_sent(
    engine: Engine, post: Post, clock: Clock
) -> None:
    put(engine)
    assert Notifier(engine, [], post).send_due() == 0
    later(clock, NOBODY)
    assert Notifier(engine, [], post).send_due() == 1
    [row] = rows(engine)
    assert (row.sent_at is not None, row.error, post.letters) == (True, NO_URLS, [])


def test_what_is_being_tried_is_not_given_up_by_a_process_without_urls(
    engine: Engine, post: Post, clock: Clock
) -> None:
    put(engine)
    later(clock)
    post.refuses = {"mailto://m"}
    Notifier(engine, [MAIL], post).send_due()
    later(clock, NOBODY)
    assert Notifier(engine, [], post).send_due() == 0


class TestAsAChore:
    def test_the_workers_loop_is_not_held_up_and_one_sends_at_a_time(self, engine: Engine) -> None:
        begun, go, calls = threading.Event(), threading.Event(), []

        def hangs(*call: object) -> str:
            calls.append(call)
            begun.set()
            go.wait(10)
            return ""

        put(engine)
        with Notifier(engine, [MAIL], hangs) as notifier:
            notifier._start(last=True)
            assert begun.wait(10)
            put(engine, "line_stopped")
            notifier._looked, sending = float("-inf"), notifier._thread
            notifier(None)  # type: ignore[arg-type]
            assert (notifier._thread is sending, len(calls), go.is_set()) == (True, 1, False)
            go.set()
        assert all(row.sent_at for row in rows(engine))

    def test_at_the_end_what_came_last_is_sent_at_once(self, engine: Engine, post: Post) -> None:
        with Notifier(engine, [MAIL], post):
            put(engine, "line_stopped", "The line is stopped")
        assert post.told() == ["The line is stopped"]

    def test_a_mistake_in_telling_is_logged_and_no_more(
        self, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        start_log(tmp_path)
        monkeypatch.setattr("rpa.queue.notices.put_digests", lambda _: 1 / 0)
        with Notifier(engine, [MAIL], Post()) as notifier:
            put(engine)
            notifier(None)  # type: ignore[arg-type]
        assert "ZeroDivisionError" in (tmp_path / "rpa.log").read_text("utf-8")
        assert rows(engine)[0].sent_at


class TestNoNames:
    def test_the_requests_names_are_struck_however_they_are_written(self, engine: Engine) -> None:
        put_job(engine, 1, batch=None)
        told = 'GRÜNE WIESE <U+001B>[31mLtd for pat lee: "Grüne Wie, or Another Customer'
        put(
            engine,
            "sentinel",
            f"Grüne Wiese\n\x1b[31mLtd is billed again: {told}",
            f"{told}\nit is, Grüne Wiese\n",
            "R-0001",
        )
        [row] = rows(engine)
        assert not [word for word in ("Wiese", "WIESE", "Pat", "pat", "Lee", "Another") if word in row.title + row.body]

    def test_of_an_end_only_what_its_code_asks_for_is_told(self, engine: Engine) -> None:
        request, codes = a_request(1), [*ADVICE, "half_done", ""]
        with writing(engine) as connection:
            for code in codes:
                outcome = Outcome.of(
                    request,
                    end=End.NEEDS_HUMAN, code=code, message="the record says Other Customer's name",
                )  # fmt: skip
                notify_of_need(connection, request, outcome)
        told = rows(engine)
        assert [row.title for row in told] == [f"Request R-0001 needs a person ({code or 'no code'})" for code in codes]
        assert all(row.body.startswith("Account 611001. ") for row in told)
        assert not [row.body for row in told for word in ("Other", "below", "above") if word in row.body]


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # one of Apprise's plug-ins
class TestByApprise:
    def test_a_webhook_gets_plain_text_that_is_nothing_else(self, engine: Engine, hook: Hook) -> None:
        put(
            engine,
            "line_stopped",
            "The line is stopped",
            "# <b>x</b> [a](http://evil) @all <!channel> \x1b[31m\nsecond",
        )
        assert Notifier(engine, [hook.url]).send_due(hurry=True) == 1
        [got] = hook.got
        assert (got["title"], got["type"]) == ("The line is stopped", "failure")
        lines = got["message"].split("\n")
        assert lines[:2] == ["·# ‹b›x‹/b› (a)(http:∕∕evil) ＠all ‹!channel› ‹U+001B›(31m", "second"]

    def test_a_refusal_is_told_without_any_piece_of_the_url_and_nothing_lands_on_the_screen(
        self, engine: Engine, hook: Hook, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        start_log(tmp_path)
        hook.status = 500
        unread = SecretStr("nonsense://pa55w0rd/tok3n-4711")
        put(engine)
        Notifier(engine, [hook.url, unread]).send_due(hurry=True)
        [row] = rows(engine)
        assert row.error.startswith("url 1, json: Failed to send JSON POST notification: Internal server error")
        assert "url 2, nonsense: Apprise can't read this URL" in row.error
        written = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
        assert b"could not be sent" in written
        assert not [piece for piece in (b"pa55w0rd", b"tok3n") if piece in written]
        assert capfd.readouterr() == ("", "")

    @pytest.mark.parametrize(
        ("url", "shown"),
        [("json://tok3n-4711:1/x", "json"), ("slack://tok3n-4711/B1/C2", "slack"), ("tok3n-4711", "no URL")],
    )
    def test_what_nobody_takes_is_told_by_its_scheme_alone(self, url: str, shown: str) -> None:
        why = send(SecretStr(url), "test", "t", "b")
        assert why.startswith(f"{shown}: ")
        assert "tok3n" not in why


def test_the_urls_of_the_setting_are_told_apart_and_not_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RPA_NOTIFY_URLS", " mailto://u:p@h/?to=a@x,b@y, json://h/t1;slack://t2\n oops ,")
    settings = Settings()
    told = [place.get_secret_value() for place in settings.notify_places]
    assert told == ["mailto://u:p@h/?to=a@x,b@y", "json://h/t1", "slack://t2", "oops"]
    assert "t1" not in f"{settings!r} {settings.notify_places!r} {settings.model_dump_json()}"
