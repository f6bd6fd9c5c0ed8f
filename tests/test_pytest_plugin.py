from __future__ import annotations

import pytest

pytest_plugins = ("pytester",)

SEND = 'await client.sms_plus(from_="33639980000", to="33639980012", msg="Bonjour !")'


def run(pytester: pytest.Pytester, source: str, ini: str = "") -> pytest.RunResult:
    pytester.makeini(f"[pytest]\nanyio_mode = auto\n{ini}")
    pytester.makepyfile(source)
    return pytester.runpytest("-p", "no:cacheprovider", "-p", "no:xdist")


def test_a_test_of_three_lines_sends_and_looks(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        f"""
        async def test_it_is_sent(make_sandbox, make_client):
            async with make_client() as client:
                {SEND}
            assert make_sandbox.latest(to="33639980012").content == "Bonjour !"
        """,
    ).assert_outcomes(passed=2)  # on both event loops, as anyio's plugin has it


def test_each_test_has_a_sandbox_of_its_own(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        f"""
        import pytest

        @pytest.mark.parametrize("again", [False, True])
        async def test_it_is_the_first(make_sandbox, make_client, again):
            async with make_client() as client:
                {SEND}
            assert len(make_sandbox.messages()) == 1
        """,
    ).assert_outcomes(passed=4)


def test_waiting_costs_no_time_in_process(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        f"""
        import time

        async def test_five_minutes(make_client):
            started = time.monotonic()
            async with make_client() as client:
                receipt = {SEND}
                tracking = await client.wait_tracking(receipt, until="finished", timeout=400)
            assert tracking.content == "Bonjour !"
            assert time.monotonic() - started < 5
        """,
    ).assert_outcomes(passed=2)


def test_clients_may_be_opened_inside_one_another_and_after_one_another(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        f"""
        async def test_three(make_sandbox, make_client):
            async with make_client() as client:
                async with make_client(rate=1) as inner:
                    await inner.ring(from_="33639980000", to="33639980012")
                await client.wait_tracking({SEND})
            async with make_client() as client:
                await client.wait_tracking({SEND})
            assert len(make_sandbox.messages()) == 3
        """,
    ).assert_outcomes(passed=2)


def test_clients_that_overlap_let_time_go_on_for_each_other(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        f"""
        import anyio

        async def test_two(make_client):
            opened, closed = anyio.Event(), anyio.Event()

            async def first():
                async with make_client():
                    opened.set()
                    await second_opened.wait()
                closed.set()

            second_opened = anyio.Event()
            with anyio.fail_after(5):
                async with anyio.create_task_group() as group:
                    group.start_soon(first)
                    await opened.wait()
                    async with make_client() as client:
                        second_opened.set()
                        await closed.wait()
                        await client.wait_tracking({SEND}, until="finished")
        """,
    ).assert_outcomes(passed=2)


def test_a_url_is_served_in_real_time_and_clients_go_there(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        f"""
        import time, httpx

        async def test_over_a_socket(make_sandbox, make_sandbox_url, make_client):
            assert make_sandbox_url.startswith("http://127.0.0.1:")
            assert abs(make_sandbox.clock.now() - time.time()) < 5
            async with make_client() as client:
                {SEND}
            assert len(httpx.get(make_sandbox_url + "_sandbox/api/messages").json()["messages"]) == 1
        """,
    ).assert_outcomes(passed=2)


def test_a_url_alone_is_enough_where_nothing_is_awaited(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
        import httpx

        def test_plain(make_sandbox_url, make_sandbox):
            asked = {"login": "john@gmail.com", "pwd": "marilyn", "from": "33639980000", "to": "33639980012"}
            httpx.get(make_sandbox_url + "apimakingring.php", params=asked)
            assert make_sandbox.latest().kind == "ring"
        """,
    ).assert_outcomes(passed=1)


def test_the_marker_sets_credits_account_and_faults(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        f"""
        import pytest, makeasync
        from makeasync.sandbox import Fault

        @pytest.mark.make_sandbox(credits=4)
        async def test_poor(make_client):
            async with make_client() as client:
                with pytest.raises(makeasync.InsufficientCredit):
                    {SEND}

        @pytest.mark.make_sandbox(faults=[Fault("cut", on="sms+")], login="me", password="mine")
        async def test_cut(make_client):
            async with make_client() as client:
                with pytest.raises(makeasync.OutcomeUnknown):
                    {SEND}
        """,
    ).assert_outcomes(passed=4)


def test_what_was_not_announced_fails_the_test_and_is_named(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        f"""
        import pytest

        @pytest.mark.make_sandbox(sends=1)
        async def test_twice(make_client):
            async with make_client() as client:
                {SEND}
                {SEND}

        @pytest.mark.make_sandbox(sends=1)
        async def test_once(make_client):
            async with make_client() as client:
                {SEND}

        @pytest.mark.make_sandbox(sends=1)
        def test_never(make_sandbox):
            pass

        async def test_not_asked(make_client):
            async with make_client() as client:
                {SEND}
        """,
    )
    result.assert_outcomes(passed=4, failed=3)
    result.stdout.fnmatch_lines(
        ["messages announced: 1, accepted by the sandbox: 2", "  sms+ to 33639980012 Bonjour !"]
    )


def test_strictness_can_be_asked_for_everywhere(pytester: pytest.Pytester) -> None:
    source = f"""
        import pytest

        async def test_silent(make_client):
            async with make_client() as client:
                {SEND}

        @pytest.mark.make_sandbox(sends=1)
        async def test_announced(make_client):
            async with make_client() as client:
                {SEND}
        """
    run(pytester, source, "make_sandbox_strict = true").assert_outcomes(passed=2, failed=2)


UNSEEN = """
import unittest
import anyio
import pytest

NUMBERS = dict(from_="33639980000", to="33639980012")

def send(make_client):
    async def main():
        async with make_client() as client:
            await client.ring(**NUMBERS)
    anyio.run(main)

class TestOfUnittest(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _given(self, make_client):
        self.make_client = make_client

    def test_it(self):
        send(self.make_client)

def test_asked_for_late(request):
    send(request.getfixturevalue("make_client"))

def test_deleted(make_client, make_sandbox):
    send(make_client)
    make_sandbox.reset()
    make_sandbox.reset("log")

@pytest.fixture
def farewell(make_client):
    yield
    send(make_client)

def test_afterwards(farewell):
    pass

@pytest.mark.make_sandbox(sends=1)
def test_announced_to_nobody():
    pass
"""


def test_nothing_is_sent_unseen(pytester: pytest.Pytester) -> None:
    result = run(pytester, UNSEEN, "make_sandbox_strict = true")
    result.assert_outcomes(failed=4, errors=1, passed=1)
    result.stdout.fnmatch_lines_random(
        [
            "FAILED *::TestOfUnittest::test_it - *",
            "FAILED *::test_asked_for_late - *",
            "FAILED *::test_deleted - *",
            "FAILED *::test_announced_to_nobody - *",
            "ERROR *::test_afterwards - *",
            "messages announced: 0, accepted by the sandbox: 1",
            "make_sandbox(sends=…) announces messages, and the test has no sandbox",
            "(make_sandbox_strict is set; @pytest.mark.make_sandbox(sends=…) announces them)",
        ]
    )


def test_nothing_need_be_announced_where_nothing_can_be_sent(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
        import pytest

        pytestmark = pytest.mark.make_sandbox(sends=0)

        def test_pure():
            assert 1 + 1 == 2
        """,
    ).assert_outcomes(passed=1)


def test_a_url_asked_for_late_is_refused_where_time_is_virtual(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        def test_late(make_sandbox, request):
            request.getfixturevalue("make_sandbox_url")
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*UsageError: make_sandbox_url: make it an argument of the test*"])


def test_a_test_of_unittest_that_fails_or_is_skipped_says_that_only(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import unittest
        import anyio
        import pytest

        class TestOfUnittest(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _given(self, make_client):
                yield
                async def main():
                    async with make_client() as client:
                        await client.ring(from_="33639980000", to="33639980012")
                anyio.run(main)

            def test_fails(self):
                self.fail("by itself")

            def test_is_skipped(self):
                self.skipTest("by itself")
        """,
        "make_sandbox_strict = true",
    )
    result.assert_outcomes(failed=1, skipped=1)
    result.stdout.no_fnmatch_line("*messages announced*")


def test_no_sandbox_outlives_its_test(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
        import gc
        import weakref
        import pytest

        seen = []

        @pytest.mark.parametrize("number", range(5))
        def test_one(make_sandbox, number):
            seen.append(weakref.ref(make_sandbox))

        def test_that_they_are_gone():
            gc.collect()
            assert sum(each() is not None for each in seen) <= 1
        """,
    ).assert_outcomes(passed=6)


def test_markers_of_class_and_test_are_taken_together(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
        import pytest

        @pytest.mark.make_sandbox(credits=20, seed=7)
        class TestPoor:
            @pytest.mark.make_sandbox(credits=5, sends=0)
            def test_poorer(self, make_sandbox):
                assert (make_sandbox.credits, make_sandbox._terms.seed) == (5, 7)
        """,
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("marker", "says"),
    [
        ("credit=7", "*make_sandbox marker: *unexpected keyword argument 'credit'*"),
        ("5", "*make_sandbox marker: 5 has no name; write it as in make_sandbox(credits=100)"),
        ("credits=-1", "*make_sandbox marker: credits: -1 is not a whole number from 0 to 1,000,000,000"),
        ("faults=['cut']", "*make_sandbox marker: 'cut' is not a Fault; write Fault('cut')"),
        ("sends='2'", "*make_sandbox marker: sends='2' is not a whole number from 0, nor None"),
        ("sends=-1", "*make_sandbox marker: sends=-1 is not a whole number from 0, nor None"),
        ("sends=True", "*make_sandbox marker: sends=True is not a whole number from 0, nor None"),
    ],
)
def test_a_marker_that_cannot_be_is_an_error_that_says_so(pytester: pytest.Pytester, marker: str, says: str) -> None:
    result = run(
        pytester,
        f"""
        import pytest

        @pytest.mark.make_sandbox({marker})
        def test_typo(make_sandbox):
            pass
        """,
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([says])


def test_a_test_that_fails_says_why_it_failed_itself(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import pytest

        @pytest.mark.make_sandbox(sends=1)
        def test_wrong(make_sandbox):
            assert make_sandbox.credits == 7
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*announced: *")


def test_who_does_not_use_it_does_not_load_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_what_is_loaded():
            assert "makeasync.pytest_plugin" in sys.modules
            loaded = {name for name in sys.modules if name.startswith(("makeasync.", "httpx", "lxml", "starlette"))}
            assert loaded == {"makeasync.pytest_plugin"}
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_without_the_extra_it_says_what_to_install(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import sys; sys.modules['starlette'] = None")
    pytester.makepyfile("def test_it(make_sandbox): pass")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*makeasync[[]sandbox[]]*"])
