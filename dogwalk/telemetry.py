"""Logs, metrics and traces: how every process is seen from outside."""
