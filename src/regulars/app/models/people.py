"""People, as the vault keeps them: nothing in these tables can be read without keys.

`person` is a row number for the app's own tables; the customer id is what analyses know a person by, and already a
keyed hash wherever it was an e-mail address, a phone or a name.
"""

from django.db import models


class Person(models.Model):
    """Somebody the shop has records of, or has written down; `custom_on` is the day of each field of one's own."""

    customer_id = models.TextField(unique=True)
    restricted = models.BooleanField(default=False)
    assignee = models.ForeignKey("auth.User", null=True, on_delete=models.SET_NULL, related_name="assigned")
    custom = models.JSONField(default=dict)
    custom_on = models.JSONField(default=dict)


class Identifier(models.Model):
    """One value of one field of a person (name, email, phone, address, …), sealed under the person's own key.

    `blind` is the keyed fingerprint of field and value: it finds an e-mail address without opening anything, and keeps
    a value from standing twice. `batch` is the import that brought it, empty if somebody typed it in.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identifiers")
    field = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField(default=1)
    ciphertext = models.BinaryField()
    blind = models.BinaryField(max_length=16)
    batch = models.CharField(max_length=40, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "blind", "batch"], name="one_value_once")]
        indexes = [models.Index(fields=["blind"]), models.Index(fields=["batch"])]


class Tombstone(models.Model):
    """The fingerprint of an id, an e-mail address or a phone of somebody erased: it keeps them from coming back."""

    blind = models.BinaryField(max_length=16, primary_key=True)
    erased_on = models.DateField()


class WrappedKey(models.Model):
    """A person's data key under the key-encryption key; without this row nothing of the person can be opened."""

    customer_id = models.TextField(primary_key=True)
    wrapped = models.BinaryField()
    version = models.PositiveSmallIntegerField()


class Secret(models.Model):
    """A secret of the shop that outlives a change of the master key, wrapped like a person's key."""

    name = models.CharField(max_length=20, primary_key=True)
    wrapped = models.BinaryField()
    version = models.PositiveSmallIntegerField()
