"""Chinese news about protecting children as a knowledge graph."""

__version__ = "0.1.0"
