"""The first tables: people and what the vault keeps of them, notes, tasks, messages, goals, jobs. Written by Django."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(default="", max_length=150)),
                ("what", models.CharField(max_length=40)),
                ("subject", models.BinaryField(default=b"", max_length=16)),
                ("details", models.JSONField(default=dict)),
                ("chain", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="Goal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("figure", models.CharField(max_length=40)),
                ("target", models.FloatField()),
                ("by", models.DateField()),
                ("set_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="Kept",
            fields=[
                ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("value", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="SavedSegment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True)),
                ("conditions", models.JSONField()),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Secret",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("wrapped", models.BinaryField()),
                ("version", models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("blind", models.BinaryField(max_length=16, primary_key=True, serialize=False)),
                ("erased_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="WrappedKey",
            fields=[
                ("customer_id", models.TextField(primary_key=True, serialize=False)),
                ("wrapped", models.BinaryField()),
                ("version", models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_id", models.TextField(unique=True)),
                ("restricted", models.BooleanField(default=False)),
                ("custom", models.JSONField(default=dict)),
                (
                    "assignee",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="assigned",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(default="", max_length=40)),
                ("ciphertext", models.BinaryField(default=b"")),
                ("due_on", models.DateField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "assignee",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="tasks", to="app.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30)),
                ("key", models.CharField(default="", max_length=120)),
                ("payload", models.JSONField(default=dict)),
                ("state", models.CharField(default="queued", max_length=10)),
                ("asked_at", models.DateTimeField()),
                ("not_before", models.DateTimeField(null=True)),
                ("worker", models.CharField(default="", max_length=40)),
                ("lease_until", models.DateTimeField(null=True)),
                ("attempt", models.PositiveSmallIntegerField(default=0)),
                ("step", models.CharField(default="", max_length=40)),
                ("progress", models.FloatField(default=0.0)),
                ("is_cancelled", models.BooleanField(default=False)),
                ("result", models.JSONField(default=dict)),
                ("error_code", models.CharField(default="", max_length=60)),
                ("error_params", models.JSONField(default=dict)),
                ("error", models.TextField(default="")),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "asked_at"], name="app_job_state_858004_idx"),
                    models.Index(fields=["kind", "-asked_at"], name="app_job_kind_a403d5_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["queued", "running"])),
                        fields=("kind", "key"),
                        name="asked_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("written_at", models.DateTimeField()),
                ("ciphertext", models.BinaryField()),
                (
                    "author",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="app.person"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "-written_at"], name="app_note_person__6f51ca_idx")],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("result", models.CharField(max_length=60)),
                ("action", models.CharField(max_length=60)),
                ("channel", models.CharField(default="", max_length=30)),
                ("became", models.CharField(max_length=12)),
                ("until", models.DateField(null=True)),
                ("told_at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="messages", to="app.person"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "-told_at"], name="app_message_person__dab1d0_idx"),
                    models.Index(fields=["-told_at"], name="app_message_told_at_e32f89_idx"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Identifier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.CharField(max_length=20)),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("ciphertext", models.BinaryField()),
                ("blind", models.BinaryField(max_length=16)),
                ("batch", models.CharField(default="", max_length=40)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="identifiers", to="app.person"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["blind"], name="app_identif_blind_b33db8_idx"),
                    models.Index(fields=["batch"], name="app_identif_batch_8d3ec3_idx"),
                ],
                "constraints": [models.UniqueConstraint(fields=("person", "blind", "batch"), name="one_value_once")],
            },
        ),
    ]
