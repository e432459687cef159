"""The Luigi tasks, one module a stage; goals.py first."""
