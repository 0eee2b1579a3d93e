"""Surveys: what is asked, of whom, and what they answered."""

from django.db import models

from regulars.app.models.people import Person


class Survey(models.Model):
    """One question with its scale, and when it is asked: on request, some days after an order, every so many days."""

    KINDS = ("nps", "csat", "ces", "comment")
    ON_REQUEST, AFTER_ORDER, PERIODIC = "on_request", "after_order", "periodic"

    kind = models.CharField(max_length=10)
    title = models.CharField(max_length=120)
    question = models.TextField()
    language = models.CharField(max_length=2)
    when = models.CharField(max_length=12, default=ON_REQUEST)
    days = models.PositiveSmallIntegerField(default=7)
    is_open = models.BooleanField(default=True)
    made_at = models.DateTimeField()


class Invitation(models.Model):
    """A one-time link to a survey for a person; only the fingerprint of its token is kept."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="invitations")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="invitations")
    mark = models.BinaryField(max_length=16, unique=True)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)


class Answer(models.Model):
    """What somebody answered; the text is sealed like a note."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="answers")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="answers")
    given_at = models.DateTimeField()
    score = models.PositiveSmallIntegerField(null=True)
    ciphertext = models.BinaryField(default=b"")
    language = models.CharField(max_length=2, default="")

    class Meta:
        indexes = [models.Index(fields=["survey", "-given_at"])]
