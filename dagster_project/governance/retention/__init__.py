"""Retention: who may still be held, what is deleted and proved, what is kept for a legal hold (RE-01 to RE-08)."""
