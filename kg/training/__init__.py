"""Training of the neural extractor; needs the extra ``train`` (torch, transformers)."""
