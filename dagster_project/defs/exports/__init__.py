"""Exports: the sweep after each publish, and a job that makes one."""
