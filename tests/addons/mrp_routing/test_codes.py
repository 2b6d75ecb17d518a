"""Printed codes: what a scanner reads is understood whole or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.mrp_routing.services.codes import KINDS, MOST_CODES, Code, is_printed_code, make_code, parse_codes
from core.errors import ValidationError

kinds = st.sampled_from(sorted(KINDS))
numbers = st.integers(0, 10**10 - 1)
sites = st.integers(0, 99)
codes = st.builds(Code, kind=kinds, number=numbers, site=sites)


def digits_of(code: Code) -> str:
    return make_code(code.kind, code.number, code.site)


def is_refused(text: str) -> bool:
    try:
        parse_codes(text)
    except ValidationError:
        return True
    return False


@given(codes)
def test_a_code_is_sixteen_digits_that_are_read_back(code: Code) -> None:
    digits = digits_of(code)
    assert len(digits) == 16
    assert digits.isdigit()
    assert parse_codes(digits) == [code]


@given(codes)
def test_every_wrong_digit_is_found(code: Code) -> None:
    digits = digits_of(code)
    wrong = [
        digits[:place] + other + digits[place + 1 :]
        for place in range(16)
        for other in "0123456789"
        if other != digits[place]
    ]
    assert [text for text in wrong if not is_refused(text)] == []


@given(codes)
def test_every_swap_of_neighbours_is_found(code: Code) -> None:
    digits = digits_of(code)
    swapped = {digits[:p] + digits[p + 1] + digits[p] + digits[p + 2 :] for p in range(15)} - {digits}
    assert [text for text in swapped if not is_refused(text)] == []


@given(st.lists(codes, min_size=1, max_size=MOST_CODES))
def test_frames_glued_together_are_told_apart(several: list[Code]) -> None:
    assert parse_codes("".join(map(digits_of, several))) == several


@given(codes)
def test_full_width_digits_control_characters_and_groups_are_forgiven(code: Code) -> None:
    digits = digits_of(code)
    wide = "".join(chr(ord(d) + 0xFEE0) for d in digits)
    grouped = f"{digits[:2]} {digits[2:4]} {digits[4:14]} {digits[14:]}"
    for text in (wide, f"\x1d{digits}\r\n", f"\ufeff {digits}\u200b", f"\t{grouped}\n"):
        assert parse_codes(text) == [code]


@given(st.text(max_size=200))
def test_any_text_gives_codes_and_words_or_is_refused_with_a_sentence(text: str) -> None:
    if is_refused(text):
        with pytest.raises(ValidationError, match=r"Scan again\.$"):
            parse_codes(text)
    else:
        found = parse_codes(text)
        assert 0 < len(found) <= MOST_CODES
        assert all(isinstance(each, Code) or each == each.strip() != "" for each in found)


@pytest.mark.parametrize("text", ["", " \x00\u200b", "x " * (MOST_CODES + 1), "9" * 5000, "8" * 16 * (MOST_CODES + 1)])
def test_nothing_and_far_too_much_are_no_code(text: str) -> None:
    assert is_refused(text)


@pytest.mark.parametrize(("number", "site"), [(-1, 1), (10**10, 1), (1, 100)])
def test_a_number_that_does_not_fit_is_never_printed(number: int, site: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        make_code("machine", number, site)


def test_a_code_in_the_field_for_a_quantity_is_known_from_a_quantity() -> None:
    assert is_printed_code(f" {make_code('worker', 7)}\n")
    assert not any(map(is_printed_code, ("", "12", "0.5", "999999999999", "1" * 15, "1" * 17, "E0007")))
