"""The nouns: frozen records without any input or output, exchanged by all stages."""
