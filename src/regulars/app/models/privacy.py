"""What people allow, what was corrected of them, what they asked for, and where the log of all that ends."""

from django.db import models

from regulars.app.models.people import Person


class Consent(models.Model):
    """One word on one purpose: given or withdrawn, when, by whose hand. Rows are only added; the newest holds."""

    PURPOSES = ("profiling", "marketing_email", "marketing_message", "marketing_phone", "sharing")
    MARKETING = ("marketing_email", "marketing_message", "marketing_phone")
    PAGE, OBJECTION = "page", "objection"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20)
    granted = models.BooleanField()
    recorded_at = models.DateTimeField()
    author = models.ForeignKey("auth.User", null=True, on_delete=models.SET_NULL)
    source = models.CharField(max_length=20, default=PAGE)

    class Meta:
        indexes = [models.Index(fields=["person", "purpose", "-recorded_at"])]


class Corrected(models.Model):
    """The fingerprint of a value that is wrong of a person: a later import does not bring it back."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="corrected")
    blind = models.BinaryField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "blind"], name="wrong_once")]


class HandedOver(models.Model):
    """A file with people in it that left the app, and whose: shortened fingerprints, one after the other.

    Like the log it outlives an erasure and names nobody.
    """

    at = models.DateTimeField()
    by = models.CharField(max_length=150, default="")
    form = models.CharField(max_length=10)
    subjects = models.BinaryField(default=b"")


class PrivacyRequest(models.Model):
    """What somebody asked for under a law, and the day by which it is to be answered.

    `subject` is the fingerprint that the log has too: it outlives the person's erasure and names nobody.
    """

    KINDS = ("access", "rectify", "erase", "restrict", "object", "port")
    LAWS = ("gdpr", "ccpa", "pipl")

    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="requests")
    subject = models.BinaryField(max_length=16)
    kind = models.CharField(max_length=10)
    law = models.CharField(max_length=5)
    received_on = models.DateField()
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("auth.User", null=True, on_delete=models.SET_NULL)


class AuditHead(models.Model):
    """Where the log ends, kept with the keys: a log cut short no longer fits it."""

    lines = models.PositiveBigIntegerField()
    chain = models.BinaryField(max_length=32)
