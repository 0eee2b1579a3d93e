"""From bytes to pieces of rows: text in any encoding and dialect, Parquet, tables, workbooks, archives."""
