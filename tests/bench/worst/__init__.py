"""What makes the files of worst_files.py, by the sort of file. Each table: name → (ending, maker)."""
