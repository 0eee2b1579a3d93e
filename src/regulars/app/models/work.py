"""What people do in the app: notes and tasks, jobs, goals, saved groups, and the log of what was done to whose data."""

from django.db import models

from regulars.app.models.people import Person


class Note(models.Model):
    """What somebody wrote about a person, sealed like a name: it is free text."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey("auth.User", null=True, on_delete=models.SET_NULL)
    written_at = models.DateTimeField()
    ciphertext = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["person", "-written_at"])]


class Task(models.Model):
    """Something to do by a day, about a person or about the shop; `code` tells the app's own ones."""

    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="tasks")
    assignee = models.ForeignKey("auth.User", null=True, on_delete=models.SET_NULL)
    code = models.CharField(max_length=40, default="")
    ciphertext = models.BinaryField(default=b"")
    due_on = models.DateField(null=True)
    done_at = models.DateTimeField(null=True)


class Message(models.Model):
    """What became of a suggestion of the list: done, later or not useful; on which channel, of which result."""

    DONE, LATER, NOT_USEFUL = "done", "later", "not_useful"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey("auth.User", null=True, on_delete=models.SET_NULL)
    result = models.CharField(max_length=60)
    action = models.CharField(max_length=60)
    channel = models.CharField(max_length=30, default="")
    became = models.CharField(max_length=12)
    until = models.DateField(null=True)
    told_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "-told_at"]), models.Index(fields=["-told_at"])]


class Assignment(models.Model):
    """Who was to be contacted in a campaign, or left out of it by lot, since when, and how probable that arm was."""

    TREATED, HELD_OUT = "treated", "held_out"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="assignments")
    campaign = models.CharField(max_length=120)
    arm = models.CharField(max_length=10)
    assigned_on = models.DateField()
    probability = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "person"], name="one_arm_a_campaign")]


class Goal(models.Model):
    """A target for one of the eight numbers over a period, and the day by which it is to be reached.

    `days` is how long that period is; none: the shop's own, whatever it is.
    """

    figure = models.CharField(max_length=40)
    days = models.PositiveIntegerField(null=True)
    target = models.FloatField()
    by = models.DateField()
    set_on = models.DateField()


class SavedSegment(models.Model):
    """A group of customers by conditions over the columns of a result."""

    name = models.CharField(max_length=120, unique=True)
    conditions = models.JSONField()
    made_at = models.DateTimeField()


class Kept(models.Model):
    """A setting of the app: one value under a name."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField()


class Job(models.Model):
    """Something that takes long: leased by one worker at a time, resumed when that one is killed.

    `key` makes asking twice the same as asking once while the first is not ended; `error` is the template
    of what went wrong, which the catalogue has in every language, `error_params` fill it.
    """

    QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"

    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=120, default="")
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=QUEUED)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("auth.User", null=True, on_delete=models.SET_NULL)
    not_before = models.DateTimeField(null=True)
    worker = models.CharField(max_length=40, default="")
    lease_until = models.DateTimeField(null=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    step = models.CharField(max_length=40, default="")
    progress = models.FloatField(default=0.0)
    is_cancelled = models.BooleanField(default=False)
    result = models.JSONField(default=dict)
    error_code = models.CharField(max_length=60, default="")
    error_params = models.JSONField(default=dict)
    error = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "asked_at"]), models.Index(fields=["kind", "-asked_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=models.Q(state__in=["queued", "running"]), name="asked_once"
            )
        ]


class AuditEvent(models.Model):
    """A line of the log of what was done to whose data; each holds the hash of the one before, so none can go unseen.

    `subject` is a fingerprint of the customer id: the log outlives an erasure and names nobody.
    """

    at = models.DateTimeField()
    actor = models.CharField(max_length=150, default="")
    what = models.CharField(max_length=40)
    subject = models.BinaryField(max_length=16, default=b"")
    details = models.JSONField(default=dict)
    chain = models.BinaryField(max_length=32)
