"""Archives and compression: every member judged by its content, nothing unpacked to disk."""
