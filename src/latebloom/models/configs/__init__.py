"""The configurations of models, one file each, apart from the models, so that reading one imports no torch."""
