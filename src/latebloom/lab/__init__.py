"""The verbs: what the command line and `import latebloom` offer, one per file, each joining several rooms."""
