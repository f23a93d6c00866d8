"""Build the language model that `nlp/model/` ships: data, training, export, figures. Needs the `train` extra."""
