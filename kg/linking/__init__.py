"""Mentions to canonical entities."""
