"""An addon of these tests: a model with every kind of field, lines, a number, states, an owner and hidden groups."""
