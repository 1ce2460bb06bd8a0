"""The error tree: what is caught as what, and which exit code it makes."""

from __future__ import annotations

import pytest

import dedup
from dedup import errors
from dedup.errors import CorpusError, DedupError, OutputError, OutputExistsError, SettingsError


@pytest.mark.parametrize(
    ("error", "code", "also"),
    [
        (DedupError, 3, Exception),
        (SettingsError, 2, ValueError),
        (CorpusError, 3, DedupError),
        (OutputError, 3, DedupError),
        (OutputExistsError, 2, OutputError),
    ],
)
def test_exit_codes_and_parents(error: type[DedupError], code: int, also: type[Exception]) -> None:
    assert error.exit_code == code
    assert issubclass(error, DedupError)
    assert issubclass(error, also)
    assert str(error("say what to do")) == "say what to do"


def test_a_message_is_one_line_whatever_a_file_is_called() -> None:
    assert str(CorpusError("县\n\x1b[1m\udcff is damaged")) == r"县\n\x1b[1m\udcff is damaged"


def test_every_error_is_public_and_drawn_on_top() -> None:
    made = {
        name for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, DedupError)
    }  # fmt: skip
    assert made == set(errors.__all__)
    assert errors.__doc__ is not None
    assert all(name in errors.__doc__ for name in made)


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        dedup.nonsense  # noqa: B018
    assert dedup.DedupError is DedupError
    assert set(dedup.__all__) <= set(dir(dedup))
