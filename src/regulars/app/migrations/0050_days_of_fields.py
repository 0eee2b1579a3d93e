"""On which day each field of one's own was written; those from before are of the day on which this is run."""

from typing import Any

from django.db import migrations, models
from django.utils import timezone


def from_now(apps: Any, editor: Any) -> None:
    """Give fields that are there already a day."""
    people = apps.get_model("app", "Person").objects.using(editor.connection.alias)
    day = timezone.now().date().isoformat()
    for person in people.exclude(custom={}).iterator():
        person.custom_on = dict.fromkeys(person.custom, day)
        person.save(update_fields=["custom_on"])


class Migration(migrations.Migration):
    dependencies = [
        ("app", "0040_goal_days"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="custom_on",
            field=models.JSONField(default=dict),
        ),
        migrations.RunPython(from_now, migrations.RunPython.noop),
    ]
