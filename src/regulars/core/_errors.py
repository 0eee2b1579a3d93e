"""One root for every error a person can mend, so that a caller can catch them all and a page can translate them."""

from collections.abc import Callable
from typing import ClassVar


class RegularsError(Exception):
    """A problem that the person who asked can mend.

    A subclass stands beside the function that raises it and sets `code` (stable, for programs) and
    `template` (English, with named places; the same text is the key of its translation). `texts` names the
    parameters that are such texts themselves, with the same named places, such as a reason or a cure.

    >>> class FolderMissing(RegularsError):
    ...     code = "folder_missing"
    ...     template = "There is no folder {path}. Create it, or name another with --out."
    >>> str(FolderMissing(path="shop/"))
    'There is no folder shop/. Create it, or name another with --out.'
    """

    code: ClassVar[str] = "error"
    template: ClassVar[str] = "{message}"
    texts: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, **params: object) -> None:
        self.params = params
        super().__init__(self.said(str))

    def said(self, translated: Callable[[str], str]) -> str:
        """Return the message in the language that a translation is made to."""
        told = {
            name: translated(str(value)).format(**self.params) if name in self.texts else value
            for name, value in self.params.items()
        }
        return translated(self.template).format(**told)

    def __reduce__(self) -> tuple[object, ...]:
        """Say how to make it again elsewhere: an error of rows may be raised on another machine."""
        return _again, (type(self), self.params)


def _again(kind: type[RegularsError], params: dict[str, object]) -> RegularsError:
    return kind(**params)
