"""What enforces a record in production: the gate, one file to copy, and the guard around loading a model."""
