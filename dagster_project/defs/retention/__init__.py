"""Retention in the run: what goes after each publish."""
