"""The index of names: keyed fingerprints of pairs of letters, without the names (see vault/names.py)."""

from django.db import migrations


class Migration(migrations.Migration):
    """A virtual table, which Django's models cannot say."""

    dependencies = [("app", "0001_begin")]
    operations = [
        migrations.RunSQL(
            "CREATE VIRTUAL TABLE app_names USING fts5 (words, content='', tokenize='ascii')",
            reverse_sql="DROP TABLE app_names",
        )
    ]
