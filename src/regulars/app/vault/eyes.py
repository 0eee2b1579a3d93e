"""Whose eyes look: of what the vault opens a viewer sees the outline only. Set once a request: no page forgets it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ARE_MASKED: ContextVar[bool] = ContextVar("masked", default=False)
HIDDEN = "•••"


@contextmanager
def masked_if(is_so: bool) -> Iterator[None]:  # noqa: FBT001  (it is what its name asks)
    """Mask whatever the vault opens meanwhile."""
    before = _ARE_MASKED.set(is_so)
    try:
        yield
    finally:
        _ARE_MASKED.reset(before)


def are_masked() -> bool:
    """Say whether whoever looks sees the outline only."""
    return _ARE_MASKED.get()


def seen(field: str, value: str) -> str:
    """Return a value as the eyes that look may see it."""
    return outline(field, value) if _ARE_MASKED.get() else value


def seen_text(text: str) -> str:
    """Return a free text as the eyes that look may see it."""
    return HIDDEN if _ARE_MASKED.get() else text


def outline(field: str, value: str) -> str:
    """Return enough of a value to tell people apart on a page, and not enough to find one.

    >>> outline("name", "王秀英"), outline("email", "ana@example.com"), outline("phone", "13800138000")
    ('王•••', 'a•••@•••', '•••00')
    """
    if field in {"name", "nickname"}:
        return value[:1] + HIDDEN
    if field == "email":
        return value[:1] + HIDDEN + "@" + HIDDEN
    return HIDDEN + value[-2:] if field == "phone" else HIDDEN
