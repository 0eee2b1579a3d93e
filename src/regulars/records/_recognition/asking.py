"""What would this source be read as? Asked before it is read; a file is opened and its first rows are looked at."""

from regulars.records._opening import open_source
from regulars.records._recognition.proposals import MappingUnconfirmed, Proposal, certain
from regulars.records._results import Source


def propose(source: Source) -> tuple[Proposal, ...]:
    """Return what each table of records in a source is, or probably is; a source may hold several.

    Raises:
        RegularsError: the source cannot be read, or nothing can be proposed; the message says what to do.
    """
    try:
        return tuple(certain(opened.content, opened.layout) for opened in open_source(source, place=0))
    except MappingUnconfirmed as error:
        return (error.proposal,)
