"""Tests as modules of blackbox_exporter."""
