"""Whose data left the app in a file. Written by Django."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("app", "0010_privacy"),
    ]

    operations = [
        migrations.CreateModel(
            name="HandedOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.CharField(default="", max_length=150)),
                ("form", models.CharField(max_length=10)),
                ("subjects", models.BinaryField(default=b"")),
            ],
        ),
    ]
