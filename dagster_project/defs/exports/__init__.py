"""Exports: a job that makes one, and one that deletes those that are due."""
