"""spaCy components that find entities in papers."""
