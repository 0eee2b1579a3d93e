"""Texts of this room that are parts of errors: its own, marked for the Chinese catalogue, and those of libraries."""


def N_(text: str) -> str:  # noqa: N802  (gettext's own name for it)
    """Return the text; mark it for the catalogue."""
    return text


def brief(error: BaseException) -> str:
    r"""Return the first line of what a library says went wrong, to stand within a sentence.

    >>> brief(ValueError("Not a Parquet file.\nSee the specification.")), brief(EOFError())
    ('Not a Parquet file', 'EOFError')
    """
    return (str(error) or type(error).__name__).splitlines()[0][:200].rstrip(".")
