"""The functions that mean the same on DuckDB and on Apache Spark, by the name sqlglot gives them.

A name is added here only after it was seen to agree on both, empty cells and ties included; see the table of what
does not travel in docs/decisions/0008-spark.md, and tests/engines/test_traps.py.
"""

AGGREGATES = {"SUM", "COUNT", "MIN", "MAX", "AVG", "ARG_MAX", "ARG_MIN", "MAX_BY", "MIN_BY", "STDDEV_SAMP"}
WINDOWS = {"ROW_NUMBER", "RANK", "DENSE_RANK", "LAG", "LEAD", "NTILE"}
NUMBERS = {"ABS", "LN", "EXP", "SQRT", "POWER", "FLOOR", "CEIL", "ROUND", "GREATEST", "LEAST", "IS_NAN"}
TEXTS = {"CONCAT", "SUBSTRING", "LENGTH", "MD5", "CHR"}
DAYS = {"DATE_DIFF", "DATEDIFF", "EXTRACT", "YEAR", "MONTH"}
EMPTIES = {"COALESCE", "NULLIF"}
SYNTAX = {"CAST", "CASE", "IF", "EXISTS", "AND", "OR", "XOR", "NOT"}

TRAVELLING = AGGREGATES | WINDOWS | NUMBERS | TEXTS | DAYS | EMPTIES | SYNTAX
