"""Tokens and cookies, with time as an argument."""

from hypothesis import given
from hypothesis import strategies as st

from backfocus.web.tokens import COOKIE_S, MOST_TOKENS, TOKEN_S, Tokens

KEY = b"k" * 32


def test_a_token_opens_the_door_once() -> None:
    tokens = Tokens(KEY)
    token = tokens.issue(0.0)
    cookie = tokens.trade(token, 1.0)
    assert cookie is not None
    assert tokens.admits(cookie, 2.0)
    assert tokens.trade(token, 3.0) is None


def test_a_token_that_was_not_used_in_time_is_dead() -> None:
    tokens = Tokens(KEY)
    token = tokens.issue(0.0)
    assert tokens.trade(token, TOKEN_S) is None
    assert tokens.trade(token, 1.0) is None, "once refused it is spent"


def test_a_cookie_ends() -> None:
    tokens = Tokens(KEY)
    cookie = tokens.trade(tokens.issue(0.0), 0.0)
    assert cookie is not None
    assert tokens.admits(cookie, COOKIE_S - 1.0)
    assert not tokens.admits(cookie, COOKIE_S)


def test_a_server_started_anew_with_the_same_key_knows_the_phone() -> None:
    before = Tokens(KEY)
    cookie = before.trade(before.issue(0.0), 0.0)
    assert cookie is not None
    assert Tokens(KEY).admits(cookie, 1.0)
    assert not Tokens(b"x" * 32).admits(cookie, 1.0)


def test_tokens_and_cookies_differ_each_time() -> None:
    tokens = Tokens(KEY)
    issued = {tokens.issue(0.0) for _ in range(50)}
    assert len(issued) == 50
    assert len({tokens.trade(token, 0.0) for token in issued}) == 50


def test_unused_tokens_do_not_pile_up() -> None:
    tokens = Tokens(KEY)
    first, last = tokens.issue(0.0), ""
    for _ in range(MOST_TOKENS):
        last = tokens.issue(0.0)
    assert tokens.trade(first, 0.0) is None, "the oldest went"
    assert tokens.trade(last, 0.0) is not None


@given(st.text())
def test_made_up_cookies_and_tokens_are_refused(text: str) -> None:
    tokens = Tokens(KEY)
    assert not tokens.admits(text, 0.0)
    assert tokens.trade(text, 0.0) is None


@given(st.integers(0, 200), st.characters(codec="ascii"))
def test_one_changed_letter_spoils_a_cookie(place: int, letter: str) -> None:
    tokens = Tokens(KEY)
    cookie = tokens.trade(tokens.issue(0.0), 0.0)
    assert cookie is not None
    place %= len(cookie)
    if cookie[place] != letter:
        assert not tokens.admits(cookie[:place] + letter + cookie[place + 1 :], 1.0)
