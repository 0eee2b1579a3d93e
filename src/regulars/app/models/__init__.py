"""What the app remembers: tables of people, of work about them, of jobs and of what was done to whose data."""

from regulars.app.models.people import Identifier, Person, Secret, Tombstone, WrappedKey
from regulars.app.models.work import AuditEvent, Goal, Job, Kept, Message, Note, SavedSegment, Task

__all__ = [
    "AuditEvent", "Goal", "Identifier", "Job", "Kept", "Message", "Note", "Person", "SavedSegment", "Secret", "Task",
    "Tombstone", "WrappedKey",
]  # fmt: skip
