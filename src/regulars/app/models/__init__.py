"""What the app remembers: tables of people, of work about them, of jobs and of what was done to whose data."""

from regulars.app.models.people import Identifier, Person, Secret, Tombstone, WrappedKey
from regulars.app.models.privacy import AuditHead, Consent, Corrected, HandedOver, PrivacyRequest
from regulars.app.models.surveys import Answer, Invitation, Survey
from regulars.app.models.work import Assignment, AuditEvent, Goal, Job, Kept, Message, Note, SavedSegment, Task

__all__ = [
    "Answer",
    "Assignment",
    "AuditEvent",
    "AuditHead",
    "Consent",
    "Corrected",
    "Goal",
    "HandedOver",
    "Identifier",
    "Invitation",
    "Job",
    "Kept",
    "Message",
    "Note",
    "Person",
    "PrivacyRequest",
    "SavedSegment",
    "Secret",
    "Survey",
    "Task",
    "Tombstone",
    "WrappedKey",
]
