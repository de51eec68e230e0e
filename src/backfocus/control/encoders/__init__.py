"""Encoders on a lens that hands turn: they tell where zoom and focus stand."""
