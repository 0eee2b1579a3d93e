"""Over how many days a goal is measured. Written by Django."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("app", "0030_assignments"),
    ]

    operations = [
        migrations.AddField(
            model_name="goal",
            name="days",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
