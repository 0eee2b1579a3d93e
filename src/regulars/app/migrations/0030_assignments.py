"""Who was to be contacted, and who was left out by lot. Written by Django."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("app", "0020_handed_over"),
    ]

    operations = [
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("campaign", models.CharField(max_length=120)),
                ("arm", models.CharField(max_length=10)),
                ("assigned_on", models.DateField()),
                ("probability", models.FloatField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="assignments", to="app.person"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("campaign", "person"), name="one_arm_a_campaign")]
            },
        ),
    ]
